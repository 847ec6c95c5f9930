"""A retest that is killed: nothing that was finished is asked again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agents.graph import Outcome, Task, retest
from agents.judge import Reading
from claims.claim import Claim, Inquiry
from claims.dates import ClaimDate
from claims.evidence import (
    Citation,
    Finding,
    Paper,
    Passage,
    Relation,
    Signature,
    TextSource,
    Verdict,
)
from claims.ids import ArxivId

ROOT = Path(__file__).parent.parent
TEXT = "Masked agents forgot their rank after the third council meeting."
NUMBERS = ("2504.00001", "2504.00002", "2504.00003")
STUCK = NUMBERS[1]
DEADLINE_S = 30


class Counting:
    """Writes each call to a file as it begins; `hangs_at` never answers on one paper."""

    signature = Signature(judge="counting", model="none", prompt_version="1")
    threshold = 0.5

    def __init__(self, log: Path, *, hangs_at: str = "") -> None:
        self.log = log
        self.hangs_at = hangs_at

    def count(self, call: str) -> None:
        with self.log.open("a") as log:
            log.write(call + "\n")

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        self.count(f"extract {claim.id} {reading.paper.id.number}")
        cited = Citation(passage_id=reading.passages[0].id, quote=TEXT)
        return (Finding(paper=reading.paper.id, statement="Rank fades.", citations=(cited,)),)

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        del claim
        raise AssertionError(f"{citation} stands in {passage}")

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        self.count(f"compare {claim.id} {finding.paper.number}")
        if finding.paper.number == self.hangs_at:
            await asyncio.sleep(DEADLINE_S)
        return Verdict(relation=Relation.CONTRADICTS, reason="rank fades", confidence=0.9)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        self.count(f"second {claim.id} {quote[:6]}")
        return Verdict(relation=proposed, reason="so it says", confidence=0.8)


class OnceOnly:
    """Finds three papers the first time and none ever after, as an index that moved on."""

    def __init__(self, log: Path) -> None:
        self.log = log

    async def __call__(self, queries: Sequence[str]) -> tuple[Reading, ...]:
        assert queries
        asked = self.log.exists()
        self.log.touch()
        return () if asked else tuple(_reading(number) for number in NUMBERS)


def _reading(number: str) -> Reading:
    day = datetime(2025, 4, 2, tzinfo=UTC)
    paper = Paper(
        id=ArxivId(number, 1),
        title="Rank under masks",
        authors=("R. Example",),
        abstract=TEXT,
        submitted_at=day,
        revised_at=day,
    )
    shown = Passage(paper=paper.id, source=TextSource.ABSTRACT, text=TEXT, start=0, end=len(TEXT))
    return Reading(paper=paper, passages=(shown,))


def work(folder: Path, *, hangs_at: str = "") -> Outcome:
    claim = Claim(id="rank", text="Masked agents keep their rank.", as_of=ClaimDate("2024"))
    return asyncio.run(
        retest(
            Task(
                claim=claim,
                inquiry=Inquiry(id="masks", question="What do masks change?"),
            ),
            judge=Counting(folder / "calls.txt", hangs_at=hangs_at),
            find=OnceOnly(folder / "found.txt"),
            checkpoints=folder / "graph.sqlite",
            thread="rank",
        )
    )


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.test_agents_resume import work, STUCK\n"
        "work(Path(sys.argv[1]), hangs_at=STUCK)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    calls = tmp_path / "calls.txt"
    _wait_for_lines(calls, 6)
    # The other two answers are written by now, or within this moment.
    time.sleep(0.5)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL

    outcome = work(tmp_path)
    counted = calls.read_text().splitlines()
    assert [str(paper) for paper in outcome.judged] == [f"{number}v1" for number in NUMBERS]
    assert len(outcome.assessments) == 3
    assert {number: counted.count(f"extract rank {number}") for number in NUMBERS} == dict.fromkeys(
        NUMBERS, 1
    )
    assert {number: counted.count(f"compare rank {number}") for number in NUMBERS} == {
        NUMBERS[0]: 1,
        STUCK: 2,
        NUMBERS[2]: 1,
    }
    assert counted.count("second rank Masked") == 3


def _wait_for_lines(file: Path, n_lines: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not file.exists() or len(file.read_text().splitlines()) < n_lines:
        assert time.monotonic() < deadline, "the child did not get that far"
        time.sleep(0.02)
