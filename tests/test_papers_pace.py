import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from claims.errors import RateLimited
from papers.pace import Pace

INTERVAL_S = 0.2
TAKING_TURNS = """
import sys, time
from pathlib import Path
from papers.pace import Pace
pace = Pace(Path(sys.argv[1]), float(sys.argv[2]))
for _ in range(4):
    pace.wait()
    print(time.time(), flush=True)
"""


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def paced(folder: Path, clock: Clock, interval_s: float = 3.0) -> Pace:
    return Pace(folder, interval_s, now=clock.now, sleep=clock.sleep)


def test_the_first_turn_is_free_and_the_next_waits(tmp_path: Path) -> None:
    clock = Clock()
    pace = paced(tmp_path, clock)
    pace.wait()
    clock.now_s += 1
    pace.wait()
    assert clock.slept == [2.0]


def test_another_pace_on_the_same_folder_waits_too(tmp_path: Path) -> None:
    clock = Clock()
    paced(tmp_path, clock).wait()
    paced(tmp_path, clock).wait()
    assert clock.slept == [3.0]


def test_a_clock_set_back_costs_one_interval_and_no_more(tmp_path: Path) -> None:
    clock = Clock()
    pace = paced(tmp_path, clock)
    pace.wait()
    clock.now_s -= 900
    pace.wait()
    assert clock.slept == [3.0]


@pytest.mark.parametrize("content", ["", "rubbish", "1 2 3", "nan 3", "inf inf", "\x00"])
def test_a_pace_file_full_of_rubbish_costs_one_interval(tmp_path: Path, content: str) -> None:
    clock = Clock()
    pace = paced(tmp_path, clock)
    pace.wait()
    (tmp_path / "arxiv.pace").write_text(content)
    pace.wait()
    assert clock.slept == [3.0]


def test_a_short_hold_is_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    pace = paced(tmp_path, clock)
    pace.hold(20.0)
    pace.wait()
    assert clock.slept == [20.0]


def test_a_long_hold_is_told_and_not_slept_through(tmp_path: Path) -> None:
    clock = Clock()
    paced(tmp_path, clock).hold(600.0)
    with pytest.raises(RateLimited) as caught:
        paced(tmp_path, clock).wait()
    assert caught.value.retry_after_s == 600.0
    assert clock.slept == []


def test_two_processes_keep_one_pace(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKING_TURNS, str(tmp_path), str(INTERVAL_S)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    turns = sorted(float(line) for one in both for line in one.communicate()[0].splitlines())
    assert [one.returncode for one in both] == [0, 0]
    assert len(turns) == 8
    # The moment is printed a little after it was taken.
    assert all(later - earlier > INTERVAL_S * 0.8 for earlier, later in pairwise(turns))
