"""The steps of a retest as plain functions: each takes one piece of work and says what follows.

A node returns a `Step`: what to add to the state, and which work goes where next. An error that
retest raises on purpose ends the one piece of work as a Failure that names its stage; any other
exception is a fault of ours and ends the run. Nodes write to no ledger and retry nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from agents.judge import Judge, Reading
from agents.scout import plan_queries
from agents.state import (
    Json,
    RetestState,
    Work,
    read_reading,
    read_work,
    write_reading,
    write_work,
)
from claims.assessment import Assessment, StandingState
from claims.claim import Claim, Inquiry
from claims.errors import MalformedAnswer, QuoteNotFound, RetestError, UnknownPassage
from claims.evidence import Citation, Failure, Finding, Relation, Verdict
from claims.ids import ArxivId
from claims.standing import Known, standing_of
from claims.verify import VerifiedCitation, verify

_ANY_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When evidence is looked at alone, the moment of its arrival decides nothing."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One claim to retest, the inquiry it belongs to, and where it stands now."""

    claim: Claim
    inquiry: Inquiry
    current: StandingState


class Finder(Protocol):
    """Proposes what to read. It leaves out what this judge has already judged for this claim."""

    async def __call__(self, queries: Sequence[str]) -> tuple[Reading, ...]:
        """Papers that may bear on the claim, nearest first. Raises RetestError."""
        ...


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one task. Every field is sorted, whatever the order of completion."""

    assessments: tuple[Assessment, ...]
    failures: tuple[Failure, ...]
    judged: tuple[ArxivId, ...]
    """Paper versions judged to the end without any failure."""
    n_judge_calls: int
    """Calls whose answer, or error, was recorded; a call cut off by a kill is not counted."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the nodes work with and the checkpoints never hold."""

    task: Task
    judge: Judge
    find: Finder
    on_step: Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a node added, and which work goes to which node next."""

    update: RetestState = field(default_factory=RetestState)
    then: tuple[tuple[str, Json], ...] = ()


async def plan(state: RetestState, bench: Bench) -> Step:
    """The search queries for the claim."""
    del state
    queries = plan_queries(bench.task.claim, bench.task.inquiry)
    bench.on_step("plan", f"{bench.task.claim.id} · {len(queries)} queries")
    return Step(update={"queries": list(queries)})


async def find(state: RetestState, bench: Bench) -> Step:
    """One reading for each paper found, each sent on its own way."""
    claim = bench.task.claim
    try:
        readings = await bench.find(state["queries"])
    except RetestError as error:
        return _failed(error, bench, stage="find", item_id=claim.id)
    distinct = {str(reading.paper.id): reading for reading in readings}
    bench.on_step("find", f"{claim.id} · {len(distinct)} papers")
    return Step(
        update={"papers": sorted(distinct)},
        then=tuple(("extract", write_reading(reading)) for reading in distinct.values()),
    )


async def extract(written: Json, bench: Bench) -> Step:
    """The findings of one paper."""
    reading = read_reading(written)
    paper = str(reading.paper.id)
    bench.on_step("read", f"{paper} · {len(reading.passages)} passages")
    try:
        findings = await bench.judge.extract(bench.task.claim, reading)
        _are_of(reading, findings)
    except RetestError as error:
        return _failed(error, bench, stage="extract", item_id=paper, n_judge_calls=1)
    distinct = {finding.id: finding for finding in findings}
    bench.on_step("extract", f"{paper} · {len(distinct)} findings")
    works = (Work.begin(reading, finding) for finding in distinct.values())
    return Step(
        update={"n_judge_calls": 1}, then=tuple(("compare", write_work(work)) for work in works)
    )


async def compare(written: Json, bench: Bench) -> Step:
    """The finding with its bearing on the claim."""
    work = read_work(written)
    paper = str(work.paper.id)
    try:
        verdict = await bench.judge.compare(bench.task.claim, work.finding)
    except RetestError as error:
        return _failed(error, bench, stage="compare", item_id=paper, n_judge_calls=1)
    bench.on_step("compare", f"{paper} · {verdict.relation} {verdict.confidence:.2f}")
    return Step(
        update={"n_judge_calls": 1},
        then=(("verify", write_work(replace(work, verdict=verdict))),),
    )


async def check(written: Json, bench: Bench) -> Step:
    """The finding with every quote proven, or on its way to be repaired, once."""
    work = read_work(written)
    paper = str(work.paper.id)
    try:
        evidence = proven(work)
    except QuoteNotFound as error:
        bench.on_step("verify", f"{paper} · {error}: asking again")
        return Step(then=(("repair", written),))
    except RetestError as error:
        return _failed(error, bench, stage="verify", item_id=paper)
    bench.on_step("verify", f"{paper} · {len(evidence)} quotes stand")
    return _onward(work, bench)


async def repair(written: Json, bench: Bench) -> Step:
    """The finding with words that do stand in the passage, or a failure."""
    work = read_work(written)
    paper = str(work.paper.id)
    n_calls, citations = 0, list[Citation]()
    try:
        for citation in work.finding.citations:
            if stands(citation, work):
                citations.append(citation)
            else:
                n_calls += 1
                citations.append(await _repaired(citation, work, bench))
        work = replace(work, finding=_with_citations(work.finding, citations))
        evidence = proven(work)
    except RetestError as error:
        return _failed(error, bench, stage="verify", item_id=paper, n_judge_calls=n_calls)
    bench.on_step("verify", f"{paper} · {len(evidence)} quotes stand after asking again")
    onward = _onward(work, bench)
    return replace(onward, update={**onward.update, "n_judge_calls": n_calls})


async def look_twice(written: Json, bench: Bench) -> Step:
    """The finding with a verdict that the quote alone carries, or that is not comparable."""
    work = read_work(written)
    paper, proposed = str(work.paper.id), work.bearing
    quotes = "\n".join(cited.quote for cited in proven(work))
    try:
        second = await bench.judge.second_look(bench.task.claim, quotes, proposed.relation)
    except RetestError as error:
        return _failed(error, bench, stage="second look", item_id=paper, n_judge_calls=1)
    agreed = second.relation is proposed.relation
    verdict = proposed if agreed else _not_carried(proposed, second)
    bench.on_step(
        "second look",
        f"{paper} · {'carries' if agreed else 'does not carry'} {proposed.relation}",
    )
    return Step(update={"kept": [write_work(replace(work, verdict=verdict))], "n_judge_calls": 1})


def collect(state: RetestState, bench: Bench) -> Outcome:
    """The final state as typed values, sorted, every quote proven once more on the way."""
    kept = [_assessed(read_work(work), bench) for work in state.get("kept", [])]
    failed = [Failure.model_validate(failure) for failure in state.get("failures", [])]
    assessments = {assessment.id: assessment for assessment in kept}
    failures = {failure.id: failure for failure in failed}
    troubled = {failure.item_id for failure in failed}
    bench.on_step(
        "collect",
        f"{bench.task.claim.id} · {len(assessments)} assessments · {len(failures)} failures",
    )
    return Outcome(
        assessments=tuple(assessments[name] for name in sorted(assessments)),
        failures=tuple(failures[name] for name in sorted(failures)),
        judged=tuple(
            ArxivId.parse(paper) for paper in state.get("papers", []) if paper not in troubled
        ),
        n_judge_calls=state.get("n_judge_calls", 0),
    )


def _assessed(work: Work, bench: Bench) -> Assessment:
    """The signed assessment. Raises CitationError when a quote does not stand."""
    return Assessment(
        claim_id=bench.task.claim.id,
        claim_revision=bench.task.claim.revision,
        finding=work.finding,
        verdict=work.bearing,
        signature=bench.judge.signature,
        evidence=proven(work),
    )


def proven(work: Work) -> tuple[VerifiedCitation, ...]:
    """Every citation of the finding, proven. Raises CitationError for the first that is not.

    An unknown passage is reported before any quote that can be repaired.
    """
    for citation in work.finding.citations:
        if work.passage_of(citation) is None:
            raise UnknownPassage(f"no passage {citation.passage_id} of {work.paper.id} was shown")
    return tuple(
        verify(citation, passage, work.paper)
        for citation in work.finding.citations
        if (passage := work.passage_of(citation))
    )


def stands(citation: Citation, work: Work) -> bool:
    """Whether the quote stands in its passage."""
    passage = work.passage_of(citation)
    try:
        return passage is not None and bool(verify(citation, passage, work.paper))
    except QuoteNotFound:
        return False


def would_change(assessment: Assessment, task: Task) -> bool:
    """Whether this evidence, alone and fully trusted, gives another standing than the current.

    By the table of `claims.standing`: evidence that is not newer than the claim, or that bears
    on nothing, gives none. Confidence is left out, because thresholds may be set again later.
    """
    brought = standing_of(
        task.claim,
        Known(assessments={assessment.id: (assessment, _ANY_MOMENT)}),
        thresholds={assessment.signature.judge: 0.0},
    ).state
    return brought not in {StandingState.UNTESTED, task.current}


def _onward(work: Work, bench: Bench) -> Step:
    if would_change(_assessed(work, bench), bench.task):
        return Step(then=(("second look", write_work(work)),))
    return Step(update={"kept": [write_work(work)]})


async def _repaired(citation: Citation, work: Work, bench: Bench) -> Citation:
    passage = work.passage_of(citation)
    if passage is None:
        raise UnknownPassage(f"no passage {citation.passage_id} of {work.paper.id} was shown")
    return await bench.judge.repair(citation, passage)


def _with_citations(finding: Finding, citations: Sequence[Citation]) -> Finding:
    # Not model_copy: it would carry the cached id of the finding before its repair.
    return Finding.model_validate(
        {**finding.model_dump(), "citations": [c.model_dump() for c in citations]}
    )


def _not_carried(proposed: Verdict, second: Verdict) -> Verdict:
    return Verdict(
        relation=Relation.NOT_COMPARABLE,
        reason=f"the second look did not carry {proposed.relation}: {second.reason}",
        confidence=min(proposed.confidence, second.confidence),
    )


def _are_of(reading: Reading, findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.paper != reading.paper.id:
            raise MalformedAnswer(
                f"the judge was shown {reading.paper.id} and signed a finding of {finding.paper}"
            )


def _failed(
    error: RetestError, bench: Bench, *, stage: str, item_id: str, n_judge_calls: int = 0
) -> Step:
    failure = Failure.of(error, stage=stage, item_id=item_id, claim_id=bench.task.claim.id)
    bench.on_step(stage, f"{item_id} · failed: {failure.message}")
    return Step(
        update={"failures": [failure.model_dump(mode="json")], "n_judge_calls": n_judge_calls}
    )
