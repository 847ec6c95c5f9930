import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from claims.errors import RateLimited, SourceError
from papers.governor import Governor, Lane, Rates

INTERVAL_S = 0.2
TAKING_TURNS = """
import sys, time
from pathlib import Path
from papers.governor import Governor, Rates
governor = Governor(Path(sys.argv[1]), Rates(metadata_s=float(sys.argv[2])))
for _ in range(4):
    governor.turn()
    print(time.time(), flush=True)
"""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = NOON
        self.slept: list[float] = []
        self.told: list[tuple[str, float]] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now_s += seconds

    def show(self, why: str, wait_s: float) -> None:
        self.told.append((why, wait_s))


@pytest.fixture
def clock() -> Clock:
    return Clock()


def governor(folder: Path, clock: Clock) -> Governor:
    return Governor(folder, Rates(), on_wait=clock.show, now=clock.now, sleep=clock.sleep)


def test_the_first_turn_is_free_and_the_next_waits(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    ours.turn()
    clock.now_s += 1
    ours.turn()
    assert clock.slept == [2.0]


def test_another_governor_of_the_same_workspace_waits_too(tmp_path: Path, clock: Clock) -> None:
    governor(tmp_path, clock).turn()
    governor(tmp_path, clock).turn()
    assert clock.slept == [3.0]


def test_a_wait_is_shown_with_its_reason(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    ours.turn()
    ours.turn()
    assert clock.told == [("arXiv asks for 3 s between requests", 3.0)]


def test_pdfs_come_in_bursts_of_four_with_a_pause(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    moments = []
    for _ in range(12):
        ours.turn(Lane.PDF)
        moments.append(clock.now_s)
    assert clock.slept == [2.0, 2.0]
    for start in moments:
        assert sum(start <= at < start + 1 for at in moments) <= 4


def test_pdfs_do_not_wait_for_metadata(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    ours.turn()
    ours.turn(Lane.PDF)
    assert clock.slept == []


def test_a_clock_set_back_costs_one_interval_and_no_more(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    ours.turn()
    clock.now_s -= 900
    ours.turn()
    assert clock.slept == [3.0]


@pytest.mark.parametrize(
    "content", ["", "rubbish", '{"metadata_at": 1e999}', '{"pdf_at": [NaN]}', "[]", "\x00"]
)
def test_a_file_full_of_rubbish_costs_one_interval(
    tmp_path: Path, clock: Clock, content: str
) -> None:
    ours = governor(tmp_path, clock)
    ours.turn()
    (tmp_path / "arxiv.governor.json").write_text(content)
    ours.turn()
    assert clock.slept == [3.0]


def test_a_short_retry_after_is_waited_for_in_every_lane(tmp_path: Path, clock: Clock) -> None:
    governor(tmp_path, clock).slow_down("busy (503)", 20.0)
    governor(tmp_path, clock).turn(Lane.PDF)
    assert clock.slept == [20.0]
    assert clock.told == [("busy (503)", 20.0)]


def test_a_long_retry_after_is_told_and_not_slept_through(tmp_path: Path, clock: Clock) -> None:
    governor(tmp_path, clock).slow_down("busy (429)", 600.0)
    with pytest.raises(RateLimited, match=r"busy \(429\), for 600 s more") as caught:
        governor(tmp_path, clock).turn()
    assert caught.value.retry_after_s == 600.0
    assert clock.slept == []


def test_a_shorter_wish_does_not_end_a_longer_pause(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    ours.slow_down("busy", 600.0)
    assert ours.slow_down("busy", 5.0) == 600.0


def test_the_third_trouble_in_a_row_opens_the_breaker_for_a_growing_time(
    tmp_path: Path, clock: Clock
) -> None:
    ours = governor(tmp_path, clock)
    paused = [ours.slow_down("busy (429)", None) for _ in range(5)]
    assert paused == [0.0, 0.0, 60.0, 120.0, 240.0]
    with pytest.raises(RateLimited, match="5 times in a row"):
        ours.turn()
    clock.now_s += 240
    ours.turn()


def test_the_breaker_stays_open_for_an_hour_at_most(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    assert max(ours.slow_down("busy", None) for _ in range(30)) == 3600.0


def test_a_good_answer_closes_the_count(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    ours.slow_down("busy", None)
    ours.slow_down("busy", None)
    ours.went_well()
    assert ours.slow_down("busy", None) == 0.0


def test_after_a_refusal_nobody_asks_before_the_next_utc_day(tmp_path: Path, clock: Clock) -> None:
    governor(tmp_path, clock).refused("arXiv refuses us (403)")
    for lane in Lane:
        with pytest.raises(SourceError, match="is asked before 2026-11-24 00:00 UTC") as caught:
            governor(tmp_path, clock).turn(lane)
        assert type(caught.value) is SourceError
    clock.now_s += 11.9 * 3600
    with pytest.raises(SourceError, match="403"):
        governor(tmp_path, clock).turn()
    clock.now_s += 0.2 * 3600
    governor(tmp_path, clock).turn()


def test_the_status_says_what_stands_in_the_way(tmp_path: Path, clock: Clock) -> None:
    ours = governor(tmp_path, clock)
    assert ours.status().clear
    assert ours.status().told == "arXiv may be asked"
    ours.slow_down("busy (503)", 60.0)
    assert not ours.status().clear
    assert ours.status().told == "busy (503): paused until 2026-11-23 12:01:00 UTC"
    ours.refused("arXiv refuses us (403)")
    status = ours.status()
    assert status.refused_until == datetime(2026, 11, 24, tzinfo=UTC)
    assert "nothing is asked before 2026-11-24" in status.told
    assert clock.slept == []


def test_two_processes_keep_one_pace(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKING_TURNS, str(tmp_path), str(INTERVAL_S)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    turns = sorted(float(line) for one in both for line in one.communicate()[0].splitlines())
    assert [one.returncode for one in both] == [0, 0]
    assert len(turns) == 8
    # The moment is printed a little after it was taken.
    assert all(later - earlier > INTERVAL_S * 0.8 for earlier, later in pairwise(turns))


def test_a_refusal_just_before_midnight_holds_for_half_a_day(tmp_path: Path) -> None:
    clock = Clock()
    clock.now_s = datetime(2026, 11, 24, 23, 59, tzinfo=UTC).timestamp()
    ours = governor(tmp_path, clock)
    ours.refused("arXiv refuses us (403)")
    clock.now_s += 11 * 3_600
    assert ours.status().refused_until == datetime(2026, 11, 25, 11, 59, tzinfo=UTC)
    with pytest.raises(SourceError, match="nothing is asked before 2026-11-25 11:59 UTC"):
        ours.turn()
    clock.now_s += 3_600
    ours.turn()
