"""So many requests at a time as the endpoint bears: slower on a 429, faster again when all is well.

Width is halved when the endpoint is busy and grows by one for as many answers as it is wide. A
Retry-After holds everybody back. Each request is tried again a few times here; the flows never
retry a judgement, so nothing is retried twice.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from claims.errors import JudgeBusy, JudgeUnavailable

T = TypeVar("T")

N_TRIES: Final = 4
FIRST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 60.0
"""Nobody waits for longer. An endpoint that asks for more is not asked until that is over."""

N_DOWN: Final = 24
"""After so many tries in a row without an answer, the endpoint is left alone for this run."""


class Pool:
    """A bounded, adaptive number of requests at a time."""

    is_batch = False

    def __init__(self, limit: int, *, first_wait_s: float = FIRST_WAIT_S) -> None:
        self.limit = limit
        self.width = float(limit)
        """How many may be under way now; never below 1."""
        self._first_wait_s = first_wait_s
        self._n_under_way = 0
        self._n_failed = 0
        self._open_at = 0.0
        self._slowed_at = 0.0
        self._last: JudgeBusy | None = None
        self._closed: JudgeUnavailable | None = None
        self._jitter = random.Random(0)  # noqa: S311 - spreads waits, no secret

    async def __call__(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` returns. Raises what it raised last, or JudgeUnavailable at once."""
        for n in range(1, N_TRIES + 1):
            try:
                return await self._once(ask)
            except JudgeBusy as error:
                wait_s = self._wait_s(n, error)
                if n == N_TRIES or wait_s > LONGEST_WAIT_S:
                    raise
                await asyncio.sleep(wait_s)
        raise AssertionError("every try either returns or raises")

    async def _once(self, ask: Callable[[], Awaitable[T]]) -> T:
        await self._turn()
        began = time.monotonic()
        try:
            answer = await ask()
        except JudgeBusy as error:
            self._slow_down(began, error)
            raise
        except JudgeUnavailable as error:
            self._closed = error
            raise
        finally:
            self._n_under_way -= 1
        self._n_failed = 0
        self.width = min(float(self.limit), self.width + 1 / self.width)
        return answer

    async def _turn(self) -> None:
        """Waits until another request may begin. Raises when there is no use in it."""
        while self._n_under_way >= int(self.width) or time.monotonic() < self._open_at:
            self._check()
            wait_s = max(self._open_at - time.monotonic(), self._first_wait_s / 50)
            await asyncio.sleep(min(wait_s, self._first_wait_s))
        self._check()
        self._n_under_way += 1

    def _check(self) -> None:
        if self._closed:
            raise JudgeUnavailable(str(self._closed))
        if self._n_failed >= N_DOWN and self._last:
            raise JudgeUnavailable(
                f"the endpoint was left alone after {self._n_failed} tries in a row: {self._last}"
            )
        wait_s = self._open_at - time.monotonic()
        if wait_s > LONGEST_WAIT_S:
            raise JudgeBusy(f"the endpoint asked to be left alone for longer: {self._last}", wait_s)

    def _slow_down(self, began: float, error: JudgeBusy) -> None:
        self._n_failed += 1
        self._last = error
        # Requests that were under way together are one sign, not many.
        if began >= self._slowed_at:
            self.width = max(1.0, self.width / 2)
            self._slowed_at = time.monotonic()
        if error.retry_after_s is not None:
            self._open_at = max(self._open_at, time.monotonic() + error.retry_after_s)

    def _wait_s(self, n: int, error: JudgeBusy) -> float:
        if error.retry_after_s is not None:
            return error.retry_after_s
        return self._first_wait_s * float(2 ** (n - 1)) * self._jitter.uniform(0.5, 1.5)
