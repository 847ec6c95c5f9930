"""Questions gathered and handed to the provider as batches: half the price, answers within a day.

Everything that waits for an answer goes into one batch once nothing more has come for a moment, so
that a night takes about as many batches as it has steps. A batch is noted before it is handed over.
What a killed run had handed over is fetched by the next one instead of being paid for again.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from agents.asking import Memory
from agents.dialect import Api, dicts_in
from agents.endpoint import Endpoint
from agents.question import Question, Reply
from claims.errors import JudgeBusy, JudgeError, JudgeUnavailable
from claims.model_call import AGAIN, ModelBatch

QUIET_S: Final = 2.0
"""A batch is closed when nothing came for so long; all branches of a night wait by then."""

LONGEST_S: Final = 25 * 3600.0
"""The provider promises 24 hours."""

MAX_REQUESTS: Final = 10_000
"""A fifth of what a batch may hold (OpenAI's reference of the Batch API): files stay small."""

N_TRIES: Final = 10
"""At a request around a batch that fails for now: over a day, every endpoint fails now and then."""

_PAGE: Final = 100
_N_PAGES: Final = 10
"""Of the provider's list of batches: a thousand, newest first."""

_BUSY: Final = 500
_SUCCESS: Final = 200
_TOO_MANY: Final = 429

_URLS: Final = {Api.RESPONSES: "/v1/responses", Api.CHAT: "/v1/chat/completions"}
T = TypeVar("T")
_Ask = Callable[[Any], Awaitable[Any]]
"""A raw request, given a client."""

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
        self._looked_back: asyncio.Task[dict[str, Mapping[str, Any]]] | None = None

    async def __call__(self, once: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply: `once` reserves its cost, and waits in `asker` for the batch."""
        return await once()

    def asker(self, key_of: Callable[[Question], str]) -> Callable[[Question], Awaitable[Reply]]:
        """What asks by waiting for a batch; `key_of` names a question."""

        async def ask(question: Question) -> Reply:
            return await self._wait(_custom_id(key_of(question), question), question)

        return ask

    async def _wait(self, key: str, question: Question) -> Reply:
        if self._looked_back is None:
            self._looked_back = asyncio.create_task(self._left_over())
        found = await self._looked_back
        if key in found:
            return self._read(found.pop(key))
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
        file = ("questions.jsonl", "\n".join(lines).encode())
        file_id = await self._named(
            lambda client: client.files.with_raw_response.create(file=file, purpose="batch")
        )
        address = self._endpoint.access.address
        self._memory.note_batch(ModelBatch(id=file_id, address=address, keys=tuple(questions)))
        return await self._created(file_id, url)

    async def _created(self, file_id: str, url: str) -> str:
        """The id of the batch that is made of the file: one, whatever fails on the way."""

        def create(client: Any) -> Awaitable[Any]:  # noqa: ANN401 - the client of a door
            made: Awaitable[Any] = client.batches.with_raw_response.create(
                input_file_id=file_id, endpoint=url, completion_window="24h"
            )
            return made

        for _ in range(N_TRIES - 1):
            try:
                return await self._named(create, n_tries=1)
            except JudgeBusy as error:
                await asyncio.sleep(error.retry_after_s or self._poll_s)
                if made := (await self._handed_over()).get(file_id):
                    return made
        return await self._named(create, n_tries=1)

    async def _answers(self, batch_id: str) -> dict[str, Mapping[str, Any]]:
        """The lines of the finished batch by custom id. Raises JudgeError."""
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            batch = await self._described(
                lambda client: client.batches.with_raw_response.retrieve(batch_id)
            )
            if batch.get("status") not in _RUNNING:
                break
            await asyncio.sleep(self._poll_s)
        else:
            raise JudgeBusy(f"the batch {batch_id} was not done within a day")
        if batch.get("status") == "failed":
            errors = dicts_in(batch.get("errors"), "data")
            why = str(errors[0].get("message")) if errors else "no reason given"
            raise JudgeUnavailable(f"the batch {batch_id} was turned away: {why[:200]}")
        found: dict[str, Mapping[str, Any]] = {}
        for name in ("output_file_id", "error_file_id"):
            if file_id := batch.get(name):
                lines = await self._content(str(file_id))
                found |= dict(self._lines(lines))
        return found

    async def _left_over(self) -> dict[str, Mapping[str, Any]]:
        """The answers that an earlier, killed run was to get and never read.

        Raises JudgeBusy when they cannot be had for now: nothing is asked, and paid, anew.
        """
        address = self._endpoint.access.address
        noted = [batch for batch in self._memory.open_batches() if batch.address == address]
        ids = await _if_there(self._handed_over()) if noted else {}
        found: dict[str, Mapping[str, Any]] = {}
        for batch in (batch for batch in noted if batch.id in ids):
            lines = await _if_there(self._answers(ids[batch.id]))
            found |= {key: lines[key] for key in batch.keys if _is_answered(lines.get(key, {}))}
        return found

    async def _handed_over(self) -> dict[str, str]:
        """The ids of the provider's batches by those of their files of questions, newest first."""
        ids: dict[str, str] = {}
        after: dict[str, str] = {}
        for _ in range(_N_PAGES):
            page = await self._page(after)
            listed = dicts_in(page, "data")
            ids |= {str(one.get("input_file_id")): str(one.get("id")) for one in listed}
            if not listed or not page.get("has_more"):
                break
            after = {"after": str(listed[-1].get("id"))}
        return ids

    async def _page(self, after: Mapping[str, str]) -> Mapping[str, Any]:
        return await self._described(
            lambda client: client.batches.with_raw_response.list(limit=_PAGE, **after)
        )

    async def _content(self, file_id: str) -> str:
        return await self._fetched(lambda client: client.files.with_raw_response.content(file_id))

    async def _named(self, ask: _Ask, n_tries: int = N_TRIES) -> str:
        """The id of what is made. Raises JudgeError."""
        made = await self._described(ask, n_tries)
        if not made.get("id"):
            raise JudgeError(f"{self._endpoint.access.address} does not speak the Batch API")
        return str(made["id"])

    async def _described(self, ask: _Ask, n_tries: int = N_TRIES) -> Mapping[str, Any]:
        """The JSON object that answers. Raises JudgeError."""
        value = self._endpoint.value(await self._fetched(ask, n_tries))
        return value if isinstance(value, dict) else {}

    async def _fetched(self, ask: _Ask, n_tries: int = N_TRIES) -> str:
        """The body that answers. Raises JudgeError."""
        for _ in range(n_tries - 1):
            try:
                return await self._endpoint.fetched(ask)
            except JudgeBusy as error:
                await asyncio.sleep(error.retry_after_s or self._poll_s)
        return await self._endpoint.fetched(ask)

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

    def _lines(self, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The readable lines of a result file; what cannot be read counts as missing."""
        for line in text.splitlines():
            with suppress(JudgeError):
                read = self._endpoint.value(line)
                if isinstance(read, dict):
                    yield str(read.get("custom_id")), read


def _is_answered(line: Mapping[str, Any]) -> bool:
    answer = line.get("response")
    return isinstance(answer, dict) and answer.get("status_code") == _SUCCESS


async def _if_there(had: Awaitable[dict[str, T]]) -> dict[str, T]:
    """What is had of an earlier batch; none where it is gone, so that all is asked anew.

    Raises JudgeBusy when that is not known: nothing is paid for twice.
    """
    try:
        return await had
    except JudgeBusy:
        raise
    except JudgeError:
        return {}


def _custom_id(key: str, question: Question) -> str:
    n = len(question.corrections)
    return f"{key}{AGAIN}{n}" if n else key


def _fail(future: asyncio.Future[Reply], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
