"""A run that is killed without warning, at any event, and what the next one makes of it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import Environment
from flows.workspace import Workspace
from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST, WICK

_UNTIL = "2026-07-01"
_CLOCK = frozenset({"seq", "recorded_at", "started_at", "finished_at"})


class KillingWatch:
    """Counts what it is told, and kills its own process at the event numbered `at`."""

    def __init__(self, at: int) -> None:
        self.n = 0
        self._at = at

    def _told(self) -> None:
        self.n += 1
        if self.n == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def begin(self, stage: str, total: int | None = None) -> None:
        """A stage begins."""
        del stage, total
        self._told()

    def advance(self, detail: str = "") -> None:
        """A piece is done."""
        del detail
        self._told()

    def step(self, name: str, detail: str) -> None:
        """A step is done."""
        del name, detail
        self._told()

    def say(self, line: str) -> None:
        """Nothing that counts."""


_SCRIPT = """
import asyncio, sys
from pathlib import Path
from flows.nightly import nightly
from flows.settings import Environment
from flows.workspace import Workspace
from tests import lamps
from tests.test_flows_resume import KillingWatch

watch = KillingWatch(int(sys.argv[2]))
place = Workspace.open(Path(sys.argv[1]), Environment.read({}))
with lamps.bench_of(place, lamps.LampJudge()) as bench:
    asyncio.run(nightly(bench, lamps.at(sys.argv[3]), lamps.runner(), watch))
print(watch.n)
"""


def night_in_a_process(place: Workspace, *, killed_at: int = 0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(place.folder), str(killed_at), _UNTIL],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def ledger_content(place: Workspace) -> dict[str, list[str]]:
    """Every row of the ledger without its clock times, in a fixed order."""
    content: dict[str, list[str]] = {}
    with sqlite3.connect(place.state / "ledger.sqlite") as ledger:
        names = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in names.fetchall():
            columns = [row[1] for row in ledger.execute(f"PRAGMA table_info({table})")]
            kept = [name for name in columns if name not in _CLOCK]
            if table == "run_ends":
                kept.remove("record")  # the hash of the end of a run, its clock times included
            rows = ledger.execute(f"SELECT {', '.join(kept)} FROM {table}")  # noqa: S608 - the ledger's own names
            content[table] = sorted(_timeless(dict(zip(kept, row, strict=True))) for row in rows)
    ledger.close()
    return content


def _timeless(row: dict[str, str]) -> str:
    if "body" in row:
        body = json.loads(row["body"])
        row["body"] = json.dumps({k: v for k, v in body.items() if k not in _CLOCK}, sort_keys=True)
    return json.dumps(row, sort_keys=True)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], int]:
    """What a night leaves in the ledger when nobody kills it, and how many events it tells."""
    place = lamps.workspace(tmp_path_factory.mktemp("undisturbed"), FIRST, AGREES, DENIES, WICK)
    done = night_in_a_process(place)
    assert done.returncode == 0, done.stderr
    return ledger_content(place), int(done.stdout)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.45, 0.7, 0.99])
def test_a_night_killed_and_run_again_leaves_the_same_ledger(
    tmp_path: Path, undisturbed: tuple[dict[str, list[str]], int], share: float
) -> None:
    content, n_events = undisturbed
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES, WICK)
    killed = night_in_a_process(place, killed_at=max(1, round(n_events * share)))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = night_in_a_process(place)
    assert done.returncode == 0, done.stderr
    assert ledger_content(place) == content


def test_a_night_killed_again_and_again_leaves_the_same_ledger(
    tmp_path: Path, undisturbed: tuple[dict[str, list[str]], int]
) -> None:
    content, _ = undisturbed
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES, WICK)
    for killed_at in (4, 7, 12):
        night_in_a_process(place, killed_at=killed_at)
    assert night_in_a_process(place).returncode == 0
    assert ledger_content(place) == content


def test_nothing_is_left_to_go_on_from_after_a_whole_night(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)
    assert night_in_a_process(place).returncode == 0
    assert not place.checkpoints.exists()
    assert Workspace.open(tmp_path, Environment.read({})).folder == place.folder
