"""A small world of lantern papers for tests of whole runs: a dump, a workspace, a simple judge.

Every sentence and number here is invented.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from agents.judge import Reading
from claims.claim import Claim
from claims.errors import JudgeBusy, MalformedAnswer
from claims.evidence import Citation, Finding, Passage, Relation, Signature, Verdict
from flows.nightly import Finished, nightly, retest_claim
from flows.runner import DirectRunner
from flows.settings import Environment
from flows.watch import Unwatched
from flows.wiring import Bench, opened
from flows.workspace import Workspace
from tests.fakes import moment

LIBRARY = """\
[inquiry]
id = "lanterns"
question = "Do lanterns answer alike?"
categories = ["cs.LN"]

[[claims]]
id = "lanterns-agree"
text = "A lantern that is asked twice gives the same colour."
as_of = "2024"

[[claims.sources]]
arxiv = "2401.00001v1"
title = "The first lantern"
first_author = "Ida Lampwright"

[[claims]]
id = "wicks-burn"
text = "A longer wick burns for a longer time in every lantern."
as_of = "2024"
"""


def record(
    arxiv_id: str, *dates: str, abstract: str, title: str = "A lantern", comments: str | None = None
) -> dict[str, object]:
    """A dump record of the versions of `dates`, about lanterns."""
    versions = [
        {"version": f"v{n}", "created": format_datetime(moment(day), usegmt=True)}
        for n, day in enumerate(dates, start=1)
    ]
    return {
        "id": arxiv_id,
        "title": title,
        "abstract": abstract,
        "categories": "cs.LN",
        "comments": comments,
        "versions": versions,
        "authors_parsed": [["Lampwright", "Ida", ""]],
    }


FIRST = record(
    "2401.00001",
    "2024-01-05",
    title="The first lantern",
    abstract="A lantern was asked twice and gave the same colour in all 12 trials.",
)
AGREES = record(
    "2503.00001", "2025-03-04", abstract="A lantern asked twice gives the same colour: agreed."
)
DENIES = record(
    "2603.00001", "2026-03-04", abstract="A lantern asked twice gives another colour: denied."
)
WICK = record("2603.00002", "2026-03-05", abstract="A longer wick burns no longer: denied.")


def write_dump(path: Path, *records: dict[str, object]) -> Path:
    """A dump of `records`, one a line."""
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def workspace(folder: Path, *records: dict[str, object], library: str = LIBRARY) -> Workspace:
    """A workspace in `folder` that reads a dump of `records` beside it."""
    (folder / "claims").mkdir(parents=True)
    (folder / "claims" / "lanterns.toml").write_text(library, encoding="utf-8")
    write_dump(folder / "dump.jsonl", *records)
    return Workspace.create(folder, Environment.read({}), papers=str(folder / "dump.jsonl"))


class LampJudge:
    """Reads "agreed" and "denied" in a first passage; counts what it was asked.

    `busy` are paper numbers for which it is overloaded, `wild` those it answers outside the rules.
    """

    signature = Signature(judge="lamps", model="invented", prompt_version="1")
    threshold = 0.5

    def __init__(
        self, *, busy: frozenset[str] = frozenset(), wild: frozenset[str] = frozenset()
    ) -> None:
        self.busy = busy
        self.wild = wild
        self.read: list[tuple[str, str]] = []

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """One finding that quotes the whole first passage."""
        number = reading.paper.id.number
        self.read.append((claim.id, str(reading.paper.id)))
        if number in self.busy:
            raise JudgeBusy(f"the judge is busy with {number}")
        if number in self.wild:
            raise MalformedAnswer(f"the judge answered outside the list on {number}")
        first = reading.passages[0]
        citation = Citation(passage_id=first.id, quote=first.text)
        return (Finding(paper=reading.paper.id, statement=first.text, citations=(citation,)),)

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        """The whole passage."""
        del claim
        return citation.model_copy(update={"quote": passage.text})

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """SUPPORTS on "agreed", CONTRADICTS on "denied", when the claim's subject is named."""
        return self._verdict(claim, finding.statement)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """The same reading of the quote alone."""
        del proposed
        return self._verdict(claim, quote)

    def _verdict(self, claim: Claim, text: str) -> Verdict:
        subject = "colour" if claim.id == "lanterns-agree" else "wick"
        relation = Relation.NO_BEARING
        if subject in text and "agreed" in text:
            relation = Relation.SUPPORTS
        elif subject in text and "denied" in text:
            relation = Relation.CONTRADICTS
        return Verdict(relation=relation, reason=f"it says so of the {subject}", confidence=0.9)


@contextmanager
def bench_of(place: Workspace, judge: LampJudge) -> Iterator[Bench]:
    """The workspace opened with `judge` in the judge's place."""
    with opened(place) as bench:
        yield replace(bench, judge=judge)


def runner(waits: list[float] | None = None) -> DirectRunner:
    """A runner that hardly waits between tries and notes how long it would have."""
    return DirectRunner(lambda _, wait_s: (waits or []).append(wait_s), first_wait_s=0.001)


async def night(place: Workspace, judge: LampJudge, until: str) -> Finished:
    """One night up to `until`."""
    with bench_of(place, judge) as bench:
        return await nightly(bench, moment(until), runner(), Unwatched())


async def retested(place: Workspace, judge: LampJudge, claim_id: str, until: str) -> Finished:
    """One claim retested up to `until`."""
    with bench_of(place, judge) as bench:
        return await retest_claim(bench, claim_id, moment(until), runner(), Unwatched())


def states(finished: Finished) -> dict[str, str]:
    """Claim id to standing after the run."""
    return {story.claim.id: story.after.value for story in finished.report.stories}


def at(text: str) -> datetime:
    """The moment that `text` names."""
    return moment(text)
