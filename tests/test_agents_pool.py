"""How many requests run at a time: fewer when the endpoint is busy, more when it is not."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from agents.pool import N_DOWN, N_TRIES, Pool
from claims.errors import JudgeBusy, JudgeUnavailable


class Endpoint:
    """Bears so many requests at a time and refuses the others."""

    def __init__(self, bears: int) -> None:
        self.bears = bears
        self.n_now = 0
        self.n_refused = 0

    async def __call__(self) -> str:
        self.n_now += 1
        try:
            await asyncio.sleep(0.002)
            if self.n_now > self.bears:
                self.n_refused += 1
                raise JudgeBusy("slow down")
            return "answer"
        finally:
            self.n_now -= 1


async def asked(pool: Pool, ask: Callable[[], Awaitable[str]], n: int) -> list[str]:
    return list(await asyncio.gather(*(pool(ask) for _ in range(n))))


def test_never_more_than_the_limit_are_under_way() -> None:
    most, now = 0, 0

    async def ask() -> str:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return "answer"

    assert len(asyncio.run(asked(Pool(3, first_wait_s=0.01), ask, 30))) == 30
    assert most == 3


def test_a_busy_endpoint_makes_it_slower_and_a_willing_one_faster_again() -> None:
    pool, endpoint = Pool(16, first_wait_s=0.01), Endpoint(bears=4)

    async def story() -> tuple[float, float]:
        await asked(pool, endpoint, 40)
        slow = pool.width
        endpoint.bears = 100
        await asked(pool, endpoint, 120)
        return slow, pool.width

    slow, fast = asyncio.run(story())
    assert endpoint.n_refused > 0
    assert slow < 10
    assert fast == 16


def test_a_wish_to_wait_holds_everybody_back() -> None:
    pool = Pool(4, first_wait_s=0.01)
    began = time.monotonic()
    answered_at: list[float] = []
    wished = [JudgeBusy("slow down", 0.2)]

    async def ask() -> str:
        if wished:
            raise wished.pop()
        answered_at.append(time.monotonic() - began)
        return "answer"

    async def story() -> None:
        first = asyncio.create_task(pool(ask))
        await asyncio.sleep(0.01)
        await asyncio.gather(first, pool(ask), pool(ask))

    asyncio.run(story())
    assert len(answered_at) == 3
    assert min(answered_at) >= 0.19


def test_an_endpoint_that_wishes_for_a_very_long_wait_is_not_asked_before() -> None:
    pool, tried = Pool(1), 0

    async def ask() -> str:
        nonlocal tried
        tried += 1
        raise JudgeBusy("come back tomorrow", 86_400)

    async def story() -> list[BaseException | str]:
        return await asyncio.gather(*(pool(ask) for _ in range(5)), return_exceptions=True)

    ends = asyncio.run(story())
    assert tried == 1
    assert [type(end) for end in ends] == [JudgeBusy] * 5
    assert all("come back tomorrow" in str(end) for end in ends)


def test_a_request_is_tried_a_few_times_and_not_more() -> None:
    tried = 0

    async def ask() -> str:
        nonlocal tried
        tried += 1
        raise JudgeBusy("not now")

    with pytest.raises(JudgeBusy):
        asyncio.run(Pool(2, first_wait_s=0.001)(ask))
    assert tried == N_TRIES


def test_an_endpoint_that_is_down_is_left_alone() -> None:
    pool, tried = Pool(4, first_wait_s=0.001), 0

    async def ask() -> str:
        nonlocal tried
        tried += 1
        raise JudgeBusy("not now")

    async def story() -> list[BaseException]:
        ends = await asyncio.gather(*(pool(ask) for _ in range(50)), return_exceptions=True)
        return [end for end in ends if isinstance(end, BaseException)]

    ends = asyncio.run(story())
    assert len(ends) == 50
    assert tried < N_DOWN + 8
    assert isinstance(ends[-1], JudgeUnavailable)
    assert {type(end) for end in ends} <= {JudgeBusy, JudgeUnavailable}


def test_a_refused_key_ends_all_asking_at_once() -> None:
    pool, tried = Pool(1, first_wait_s=0.001), 0

    async def ask() -> str:
        nonlocal tried
        tried += 1
        raise JudgeUnavailable("wrong key")

    for _ in range(3):
        with pytest.raises(JudgeUnavailable, match="wrong key"):
            asyncio.run(pool(ask))
    assert tried == 1
