"""The Batch API of one endpoint: a file of requests in, a file of answers out, hours apart.

Every request around a batch is tried some times, because over a day every endpoint fails now and
then. A batch is made once, whatever fails on the way: it is looked for before it is made again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from agents.dialect import dicts_in
from agents.endpoint import Endpoint
from claims.errors import JudgeBusy, JudgeError, JudgeUnavailable

Line = Mapping[str, Any]
"""The answer to one request of a batch, or why there is none."""

N_TRIES: Final = 10

LONGEST_S: Final = 25 * 3600.0
"""The provider promises 24 hours."""

_LONGEST_WAIT_S: Final = 600.0
"""Between two tries, whatever an endpoint wishes."""

_PAGE: Final = 100
_N_PAGES: Final = 10
"""Of the provider's list of batches: a thousand, newest first."""

_RUNNING: Final = frozenset({"validating", "in_progress", "finalizing", "cancelling"})

_Ask = Callable[[Any], Awaitable[Any]]
"""A raw request, given a client."""


class BatchApi:
    """Files and batches of one endpoint. What it says raises JudgeError when it cannot be had."""

    def __init__(self, endpoint: Endpoint, *, poll_s: float) -> None:
        self._endpoint = endpoint
        self._poll_s = poll_s

    async def uploaded(self, data: bytes) -> str:
        """The id of the file that holds `data`."""
        file = ("questions.jsonl", data)
        return await self._named(
            lambda client: client.files.with_raw_response.create(file=file, purpose="batch")
        )

    async def made(self, file_id: str, url: str) -> str:
        """The id of the one batch that is made of the file, for the path `url`."""

        def create(client: Any) -> Awaitable[Any]:  # noqa: ANN401 - the client of a door
            asked: Awaitable[Any] = client.batches.with_raw_response.create(
                input_file_id=file_id, endpoint=url, completion_window="24h"
            )
            return asked

        for _ in range(N_TRIES - 1):
            try:
                return await self._named(create, n_tries=1)
            except JudgeBusy as error:
                await self._wait(error)
                if known := (await self.by_file()).get(file_id):
                    return known
        return await self._named(create, n_tries=1)

    async def by_file(self) -> dict[str, str]:
        """The ids of the newest batches by those of their files of requests."""
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

    async def answers(self, batch_id: str) -> dict[str, Line]:
        """The lines of the batch by custom id, once it has ended. Raises JudgeError."""
        batch = await self._ended(batch_id)
        if batch.get("status") == "failed":
            errors = dicts_in(batch.get("errors"), "data")
            why = str(errors[0].get("message")) if errors else "no reason given"
            raise JudgeUnavailable(f"the batch {batch_id} was turned away: {why[:200]}")
        found: dict[str, Line] = {}
        for name in ("output_file_id", "error_file_id"):
            if file_id := batch.get(name):
                found |= dict(self._lines(await self._content(str(file_id))))
        return found

    async def _ended(self, batch_id: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            batch = await self._described(
                lambda client: client.batches.with_raw_response.retrieve(batch_id)
            )
            if batch.get("status") not in _RUNNING:
                return batch
            await asyncio.sleep(self._poll_s)
        raise JudgeBusy(f"the batch {batch_id} was not done within a day")

    async def _page(self, after: Mapping[str, str]) -> Mapping[str, Any]:
        return await self._described(
            lambda client: client.batches.with_raw_response.list(limit=_PAGE, **after)
        )

    async def _content(self, file_id: str) -> str:
        return await self._fetched(lambda client: client.files.with_raw_response.content(file_id))

    async def _named(self, ask: _Ask, n_tries: int = N_TRIES) -> str:
        """The id of what is made."""
        made = await self._described(ask, n_tries)
        if not made.get("id"):
            raise JudgeError(f"{self._endpoint.access.address} does not speak the Batch API")
        return str(made["id"])

    async def _described(self, ask: _Ask, n_tries: int = N_TRIES) -> Mapping[str, Any]:
        """The JSON object that answers."""
        value = self._endpoint.value(await self._fetched(ask, n_tries))
        return value if isinstance(value, dict) else {}

    async def _fetched(self, ask: _Ask, n_tries: int = N_TRIES) -> str:
        """The body that answers."""
        for _ in range(n_tries - 1):
            try:
                return await self._endpoint.fetched(ask)
            except JudgeBusy as error:
                await self._wait(error)
        return await self._endpoint.fetched(ask)

    async def _wait(self, error: JudgeBusy) -> None:
        await asyncio.sleep(min(error.retry_after_s or self._poll_s, _LONGEST_WAIT_S))

    def _lines(self, text: str) -> Iterator[tuple[str, Line]]:
        """The readable lines of a result file; what cannot be read counts as missing."""
        for line in text.splitlines():
            with suppress(JudgeError):
                read = self._endpoint.value(line)
                if isinstance(read, dict):
                    yield str(read.get("custom_id")), read
