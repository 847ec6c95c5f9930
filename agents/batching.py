"""Questions gathered and handed to the provider as batches: half the price, answers within a day.

Everything that waits for an answer goes into one batch once nothing more has come for a moment, so
that a night takes about as many batches as it has steps. A batch is noted before it is handed over.
What a killed run had handed over is fetched by the next one instead of being paid for again.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

from agents.asking import Memory
from agents.batch_api import BatchApi, Line
from agents.dialect import Api
from agents.endpoint import Endpoint
from agents.question import Question, Reply
from claims.errors import JudgeBusy, JudgeError
from claims.model_call import AGAIN, ModelBatch

QUIET_S: Final = 2.0
"""A batch is closed when nothing came for so long; all branches of a night wait by then."""

MAX_REQUESTS: Final = 10_000
"""A fifth of what a batch may hold (OpenAI's reference of the Batch API): files stay small."""

_BUSY: Final = 500
_SUCCESS: Final = 200
_TOO_MANY: Final = 429

_URLS: Final = {Api.RESPONSES: "/v1/responses", Api.CHAT: "/v1/chat/completions"}
T = TypeVar("T")


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
        self._api = BatchApi(endpoint, poll_s=poll_s)
        self._waiting: dict[str, tuple[Question, asyncio.Future[Reply]]] = {}
        self._came_at = 0.0
        self._gathering: asyncio.Task[None] | None = None
        self._looked_back: asyncio.Task[dict[str, Reply]] | None = None

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
            return found.pop(key)
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
            lines = await self._api.answers(await self._hand_over(questions))
        except Exception as error:  # noqa: BLE001 - whoever waits has to be told, whatever it is
            for _, future in part.values():
                _fail(future, error)
            return
        for key, (_, future) in part.items():
            try:
                reply = self._read(lines.get(key, {}))
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
        file_id = await self._api.uploaded("\n".join(lines).encode())
        address = self._endpoint.access.address
        self._memory.note_batch(ModelBatch(id=file_id, address=address, keys=tuple(questions)))
        return await self._api.made(file_id, url)

    async def _left_over(self) -> dict[str, Reply]:
        """The replies that an earlier, killed run was to get and never read.

        What went wrong then is asked anew. Raises JudgeBusy when they cannot be had for now:
        nothing is asked, and paid, anew.
        """
        address = self._endpoint.access.address
        noted = [batch for batch in self._memory.open_batches() if batch.address == address]
        ids = await _if_there(self._api.by_file()) if noted else {}
        found: dict[str, Reply] = {}
        for batch in (batch for batch in noted if batch.id in ids):
            lines = await _if_there(self._api.answers(ids[batch.id]))
            for key in batch.keys:
                with suppress(JudgeError):
                    found[key] = self._read(lines.get(key, {}))
        return found

    def _read(self, line: Line) -> Reply:
        """The reply on one line of an output or error file. Raises JudgeError."""
        answer = line.get("response")
        if not isinstance(answer, dict):
            error = line.get("error")
            why = error.get("message") if isinstance(error, dict) else error
            raise JudgeBusy(f"the batch brought no answer: {str(why or 'no reason given')[:200]}")
        status = answer.get("status_code")
        if status != _SUCCESS:
            told = f"the batch was answered {status}: {str(answer.get('body'))[:200]}"
            is_busy = isinstance(status, int) and (status == _TOO_MANY or status >= _BUSY)
            raise JudgeBusy(told) if is_busy else JudgeError(told)
        request_id = answer.get("request_id")
        return self._endpoint.read(answer.get("body"), str(request_id) if request_id else None)


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
