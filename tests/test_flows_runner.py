"""Trying again: what is tried again, how often, and after how long."""

import asyncio

import pytest

from claims.errors import FeedError, RateLimited, SourceError
from flows.runner import N_TRIES, DirectRunner


class Step:
    """Fails with `errors` one after the other, then returns "done"."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.n_calls = 0

    async def __call__(self) -> str:
        """The next error raised, or "done"."""
        self.n_calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "done"


def _run(step: Step) -> tuple[str, list[float]]:
    waits: list[float] = []
    runner = DirectRunner(lambda _, wait_s: waits.append(wait_s), first_wait_s=0.001)
    return asyncio.run(runner("fetch", step)), waits


def test_a_retryable_error_is_tried_again() -> None:
    step = Step(FeedError("cut off"), FeedError("cut off"))
    told, waits = _run(step)
    assert (told, step.n_calls, len(waits)) == ("done", 3, 2)


def test_an_error_that_will_not_go_away_is_raised_at_once() -> None:
    step = Step(SourceError("refused"))
    with pytest.raises(SourceError, match="refused"):
        _run(step)
    assert step.n_calls == 1


def test_a_fault_of_ours_is_raised_at_once() -> None:
    step = Step(ValueError("ours"))
    with pytest.raises(ValueError, match="ours"):
        _run(step)
    assert step.n_calls == 1


def test_the_last_error_is_raised_when_the_tries_are_used_up() -> None:
    step = Step(*(FeedError(f"try {n}") for n in range(1, N_TRIES + 2)))
    with pytest.raises(FeedError, match=f"try {N_TRIES}"):
        _run(step)
    assert step.n_calls == N_TRIES


def test_a_wish_to_wait_is_honoured() -> None:
    _, waits = _run(Step(RateLimited("slow down", retry_after_s=0.02)))
    assert waits == [0.02]
