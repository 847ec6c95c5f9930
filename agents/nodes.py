"""The steps of a retest as plain functions: each takes one piece of work and says what follows.

A node returns a `Step`: what to add to the state, and which work goes where next. An error that
retest raises on purpose ends the one piece of work as a Failure that names its stage; any other
exception is a fault of ours and ends the run. Nodes write to no ledger and retry nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from agents.ground import assessed, proven, stands, with_citations, would_move
from agents.judge import Reading
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
from agents.task import Bench, Outcome, Step
from claims.errors import MalformedAnswer, QuoteNotFound, RetestError, UnknownPassage
from claims.evidence import Citation, Failure, Finding, Relation, Verdict
from claims.ids import ArxivId
from claims.verify import unbroken


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
        work = replace(work, finding=with_citations(work.finding, citations))
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
    quotes = "\n".join(unbroken(cited.quote) for cited in proven(work))
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
    kept = [assessed(read_work(work), bench.task, bench.judge) for work in state.get("kept", [])]
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


def _onward(work: Work, bench: Bench) -> Step:
    if would_move(assessed(work, bench.task, bench.judge), bench.task):
        return Step(then=(("second look", write_work(work)),))
    return Step(update={"kept": [write_work(work)]})


async def _repaired(citation: Citation, work: Work, bench: Bench) -> Citation:
    passage = work.passage_of(citation)
    if passage is None:
        raise UnknownPassage(f"no passage {citation.passage_id} of {work.paper.id} was shown")
    return await bench.judge.repair(bench.task.claim, citation, passage)


def _not_carried(proposed: Verdict, second: Verdict) -> Verdict:
    return Verdict(
        relation=Relation.NOT_COMPARABLE,
        reason=f"the second look did not carry {proposed.relation}: {second.reason}",
        confidence=min(proposed.confidence, second.confidence),
        disputed=proposed.relation,
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
