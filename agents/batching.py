"""Questions gathered and handed to the provider as batches: half the price, answers within a day.

Everything that waits for an answer goes into one batch once nothing more has come for a moment, so
that a night takes about as many batches as it has steps. What a killed run had handed over is
fetched by the next one instead of being paid for again.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from agents.asking import Memory
from agents.dialect import Api
from agents.endpoint import Endpoint
from agents.question import Question, Reply
from claims.errors import JudgeBusy, JudgeError, JudgeUnavailable
from claims.model_call import ModelBatch

QUIET_S: Final = 2.0
"""A batch is closed when nothing came for so long; all branches of a night wait by then."""

LONGEST_S: Final = 25 * 3600.0
"""The provider promises 24 hours."""

MAX_REQUESTS: Final = 10_000
"""A fifth of what a batch may hold (OpenAI's reference of the Batch API): files stay small."""

_BUSY: Final = 500
_SUCCESS: Final = 200
_TOO_MANY: Final = 429

_URLS: Final = {Api.RESPONSES: "/v1/responses", Api.CHAT: "/v1/chat/completions"}
_RUNNING: Final = frozenset({"validating", "in_progress", "finalizing", "cancelling"})


class Batches:
    """A line in which questions wait for the next batch."""

    is_batch = True

    def __init__(
        self,
        endpoint: Endpoint,
        memory: Memory,
        *,
        poll_s: float,
    ) -> None:
        self._endpoint = endpoint
        self._memory = memory
        self._quiet_s = min(QUIET_S, poll_s)
        self._poll_s = poll_s
        self._waiting: dict[str, tuple[Question, asyncio.Future[Reply]]] = {}
        self._came_at = 0.0
        self._gathering: asyncio.Task[None] | None = None
        self._found: dict[str, Mapping[str, Any]] = {}
        self._seen: set[str] = set()
        self._looking_back = asyncio.Lock()
        self._has_looked_back = False

    async def __call__(self, once: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply: `once` reserves its cost, and waits in `asker` for the batch."""
        return await once()

    def asker(self, key_of: Callable[[Question], str]) -> Callable[[Question], Awaitable[Reply]]:
        """What asks by waiting for a batch; `key_of` names a question."""

        async def ask(question: Question) -> Reply:
            return await self._wait(_custom_id(key_of(question), question), question)

        return ask

    async def _wait(self, key: str, question: Question) -> Reply:
        await self._look_back()
        if key in self._found:
            return self._read(self._found.pop(key))
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[key] = (question, future)
        self._came_at = time.monotonic()
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._gather())
        return await future

    async def _gather(self) -> None:
        """Hands over what waits, once nothing more comes, until nothing waits."""
        try:
            while self._waiting:
                while (left_s := self._came_at + self._quiet_s - time.monotonic()) > 0:  # noqa: ASYNC110 - a pause is no event
                    await asyncio.sleep(left_s)
                keys = list(self._waiting)[:MAX_REQUESTS]
                part = {key: self._waiting.pop(key) for key in keys}
                await self._settle(part)
        finally:
            self._gathering = None

    async def _settle(self, part: Mapping[str, tuple[Question, asyncio.Future[Reply]]]) -> None:
        """Every question of `part` has its reply, or its error."""
        questions = {key: question for key, (question, _) in part.items()}
        try:
            lines = await self._answers(await self._hand_over(questions))
        except Exception as error:  # noqa: BLE001 - whoever waits has to be told, whatever it is
            for _, future in part.values():
                _fail(future, error)
            return
        for key, (_, future) in part.items():
            if key not in lines:
                _fail(future, JudgeBusy("the batch came back without this answer"))
                continue
            try:
                reply = self._read(lines[key])
            except JudgeError as error:
                _fail(future, error)
            else:
                if not future.done():
                    future.set_result(reply)

    async def _hand_over(self, questions: Mapping[str, Question]) -> str:
        url = _URLS[self._endpoint.way.api]
        lines = [
            json.dumps(
                {
                    "custom_id": key,
                    "method": "POST",
                    "url": url,
                    "body": self._endpoint.body(question),
                }
            )
            for key, question in questions.items()
        ]
        data = "\n".join(lines).encode()
        with self._endpoint.client() as client:
            file = await client.files.create(file=("questions.jsonl", data), purpose="batch")
            batch = await client.batches.create(
                input_file_id=file.id,
                endpoint="/v1/responses" if url == "/v1/responses" else "/v1/chat/completions",
                completion_window="24h",
            )
        address = self._endpoint.access.address
        self._seen.add(batch.id)
        self._memory.note_batch(ModelBatch(id=batch.id, address=address, keys=tuple(questions)))
        return batch.id

    async def _answers(self, batch_id: str) -> dict[str, Mapping[str, Any]]:
        """The lines of the finished batch by custom id. Raises JudgeError."""
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            with self._endpoint.client() as client:
                batch = await client.batches.retrieve(batch_id)
            if batch.status not in _RUNNING:
                break
            await asyncio.sleep(self._poll_s)
        else:
            raise JudgeBusy(f"the batch {batch_id} was not done within a day")
        if batch.status == "failed":
            errors = batch.errors.data if batch.errors else None
            why = self._endpoint.struck(str(errors[0].message)) if errors else "no reason given"
            raise JudgeUnavailable(f"the batch {batch_id} was turned away: {why[:200]}")
        found: dict[str, Mapping[str, Any]] = {}
        for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
            with self._endpoint.client() as client:
                content = await client.files.content(file_id)
            found |= dict(_lines(self._endpoint.struck(content.text).splitlines()))
        return found

    async def _look_back(self) -> None:
        """Fetch what an earlier, killed run had handed over and never read; once."""
        async with self._looking_back:
            if self._has_looked_back:
                return
            address = self._endpoint.access.address
            for batch in self._memory.open_batches():
                if batch.address == address and batch.id not in self._seen:
                    self._found |= await self._fetched(batch)
            self._has_looked_back = True

    async def _fetched(self, batch: ModelBatch) -> dict[str, Mapping[str, Any]]:
        """The answers of an earlier batch; none when it is gone, and all is asked anew."""
        try:
            return await self._answers(batch.id)
        except JudgeError:
            return {}

    def _read(self, line: Mapping[str, Any]) -> Reply:
        """The reply on one line of an output or error file. Raises JudgeError."""
        answer = line.get("response")
        if not isinstance(answer, dict):
            error = line.get("error") or {}
            raise JudgeBusy(f"the batch could not ask: {str(error)[:200]}")
        status = answer.get("status_code")
        if status != _SUCCESS:
            told = f"the batch was answered {status}: {str(answer.get('body'))[:200]}"
            is_busy = isinstance(status, int) and (status == _TOO_MANY or status >= _BUSY)
            raise JudgeBusy(told) if is_busy else JudgeError(told)
        request_id = answer.get("request_id")
        return self._endpoint.read(answer.get("body"), str(request_id) if request_id else None)


def _lines(lines: Iterable[str]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The readable lines of a result file; what cannot be read counts as missing."""
    for line in lines:
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict) and isinstance(read.get("custom_id"), str):
            yield read["custom_id"], read


def _custom_id(key: str, question: Question) -> str:
    n = len(question.corrections)
    return f"{key}+{n}" if n else key


def _fail(future: asyncio.Future[Reply], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
