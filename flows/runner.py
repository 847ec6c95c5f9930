"""Who runs a step: directly with retries, or as a Prefect task. The only place that retries.

Whether an error is worth another try is a fact of its class, read here and nowhere else.
"""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from claims.errors import RateLimited, RetestError

T = TypeVar("T")

N_TRIES: Final = 4
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 120.0
"""A source that asks for more than this is asked again on the next night."""

_backoff = wait_exponential_jitter(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)


class Runner(Protocol):
    """Runs the steps of a flow, and tries again what is worth another try."""

    async def __call__(self, name: str, step: Callable[[], Awaitable[T]]) -> T:
        """What `step` returns. Raises what it raised last."""
        ...


class DirectRunner:
    """Runs steps in this process, without Prefect."""

    def __init__(
        self, on_wait: Callable[[str, float], None], *, first_wait_s: float = FIRST_WAIT_S
    ) -> None:
        """`on_wait` is told why and for how many seconds a step waits before another try."""
        self._on_wait = on_wait
        self._scale = first_wait_s / FIRST_WAIT_S

    async def __call__(self, name: str, step: Callable[[], Awaitable[T]]) -> T:
        """What `step` returns. Raises what it raised last."""

        def say(state: RetryCallState) -> None:
            error = state.outcome and state.outcome.exception()
            wait_s = state.next_action.sleep if state.next_action else 0.0
            self._on_wait(f"{name}: {error}", wait_s)

        tries = AsyncRetrying(
            retry=retry_if_exception(is_retryable),
            stop=stop_after_attempt(N_TRIES),
            wait=self._wait_s,
            before_sleep=say,
            reraise=True,
        )
        return await tries(step)

    def _wait_s(self, state: RetryCallState) -> float:
        error = state.outcome and state.outcome.exception()
        if isinstance(error, RateLimited) and error.retry_after_s is not None:
            return min(error.retry_after_s, LONGEST_WAIT_S)
        return _backoff(state) * self._scale


def is_retryable(error: BaseException) -> bool:
    """Whether the same step may succeed tonight without anybody changing anything."""
    if isinstance(error, RateLimited) and (error.retry_after_s or 0.0) > LONGEST_WAIT_S:
        return False
    return isinstance(error, RetestError) and error.retryable
