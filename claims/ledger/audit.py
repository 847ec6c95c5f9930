"""`retest verify`: every hash and quote in the ledger, derived again from its parts.

A fault is a row whose content no longer has the name it is stored under, a column that says
something else than the content beside it, a quote that does not stand where it is said to stand,
or a claim's newest standing when today's code would not compute it from the same evidence. One
changed byte in a stored quote is one fault at least.

It does not cover what decides only which work is done next: cursors, begun runs, and the list of
judgements that need not be made again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Table, select

from claims.assessment import Decision, assessment_id
from claims.claim import Claim, Frozen
from claims.errors import LedgerError
from claims.evidence import Failure, Paper, Passage, Remark, Signature, Sought
from claims.grounding import Dismissal
from claims.ledger import schema
from claims.ledger.base import Store
from claims.ledger.claims import Claims
from claims.ledger.groundings import GroundingRow, grounding_of
from claims.ledger.rows import (
    AssessmentRow,
    LibraryRow,
    StandingRow,
    assessment_of,
    hash_of_body,
    read_body,
    standing_row,
)
from claims.ledger.runs import Runs
from claims.ledger.work import evidence_of
from claims.model_call import ModelCall, ModelPrompt
from claims.run import Run
from claims.standing import DERIVED_FLAGS, Flag, Known, standing_of


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row that does not hold."""

    table: str
    row: str
    problem: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.problem}"


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was derived again, and what did not hold."""

    n_rows: int
    n_quotes: int
    n_standings: int
    faults: tuple[Fault, ...]


class Recall(Protocol):
    """`Ledger.known`: what decided a claim's standing at a past moment."""

    def __call__(
        self,
        claim: Claim,
        flags: Iterable[Flag] = (),
        *,
        as_of: datetime,
        before: datetime,
        signature: Signature | None,
    ) -> Known:
        """Everything that decided it."""
        ...


def audit(store: Store, claims: Claims, runs: Runs, known: Recall) -> Audit:
    """The whole ledger derived again; the faults are in a fixed order."""
    faults: list[Fault] = []
    n_rows = 0
    with store.read() as connection:
        for kept in _KEPT:
            for row in connection.execute(select(kept.table)).mappings():
                n_rows += 1
                faults += kept.faults_of(row)
        n_quotes = sum(_quotes(connection, faults)) + sum(_proposed(connection, faults))
    n_standings = 0
    for fault in _standings(claims, runs, known):
        n_standings += 1
        faults += [fault] if fault else []
    ordered = tuple(sorted(set(faults), key=str))
    return Audit(n_rows=n_rows, n_quotes=n_quotes, n_standings=n_standings, faults=ordered)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """How the rows of one table are named, and which columns repeat their content."""

    table: Table
    name: str
    kind: type[Frozen]
    derived: Callable[[Any], str] | None = None
    """The name of a value; None where it is the hash of the body, with the fields of its day."""
    columns: Callable[[Any], Mapping[str, object]] = field(default=lambda _: {})

    def faults_of(self, row: Mapping[Any, Any]) -> Iterator[Fault]:
        """What does not hold of one row."""
        name = str(row[self.name])
        try:
            content = read_body(self.kind, row["body"])
        except LedgerError as error:
            yield Fault(table=self.table.name, row=name, problem=str(error))
            return
        again = self.derived(content) if self.derived else hash_of_body(self.kind, row["body"])
        if again != name:
            problem = f"its content was altered: it now has the name {again}"
            yield Fault(table=self.table.name, row=name, problem=problem)
        for column, said in self.columns(content).items():
            if row[column] != said:
                problem = f"its column {column} says {row[column]!r}, its content {said!r}"
                yield Fault(table=self.table.name, row=name, problem=problem)


def _assessment_columns(row: AssessmentRow) -> dict[str, object]:
    return {
        "claim_id": row.claim_id,
        "claim_revision": row.claim_revision,
        "paper": str(row.finding.paper),
        "relation": row.verdict.relation.value,
    }


def _paper_columns(paper: Paper) -> dict[str, object]:
    return {
        "number": paper.id.number,
        "version": paper.id.version,
        "withdrawn": paper.withdrawn,
        "revised_at": paper.revised_at,
    }


_KEPT = (
    _Kept(
        table=schema.claims,
        name="record",
        kind=Claim,
        columns=lambda claim: {"claim_id": claim.id, "revision": claim.revision},
    ),
    _Kept(table=schema.papers, name="record", kind=Paper, columns=_paper_columns),
    _Kept(table=schema.passages, name="id", kind=Passage, derived=lambda passage: passage.id),
    _Kept(
        table=schema.assessments,
        name="id",
        kind=AssessmentRow,
        derived=lambda r: assessment_id(r.claim_revision, r.finding, r.verdict, r.signature),
        columns=_assessment_columns,
    ),
    _Kept(table=schema.libraries, name="record", kind=LibraryRow),
    _Kept(table=schema.failures, name="id", kind=Failure, derived=lambda failure: failure.id),
    _Kept(
        table=schema.remarks,
        name="id",
        kind=Remark,
        derived=lambda remark: remark.id,
        columns=lambda remark: {"paper": str(remark.paper)},
    ),
    _Kept(
        table=schema.sought,
        name="id",
        kind=Sought,
        derived=lambda sought: sought.id,
        columns=lambda sought: {"paper": str(sought.paper)},
    ),
    _Kept(
        table=schema.decisions,
        name="id",
        kind=Decision,
        derived=lambda decision: decision.id,
        columns=lambda decision: {"claim_id": decision.claim_id},
    ),
    _Kept(
        table=schema.standings,
        name="record",
        kind=StandingRow,
        columns=lambda row: {"claim_id": row.claim_id, "state": row.state.value},
    ),
    _Kept(
        table=schema.run_ends,
        name="record",
        kind=Run,
        columns=lambda run: {"run_id": run.id, "finished_at": run.finished_at},
    ),
    _Kept(
        table=schema.model_prompts,
        name="hash",
        kind=ModelPrompt,
        derived=lambda prompt: prompt.hash,
    ),
    _Kept(
        table=schema.model_calls,
        name="record",
        kind=ModelCall,
        columns=lambda call: {
            "key": call.key,
            "outcome": call.outcome.value,
            "n_tokens": call.n_tokens,
        },
    ),
    _Kept(
        table=schema.groundings,
        name="record",
        kind=GroundingRow,
        columns=lambda row: {
            "holder_id": row.holder_id,
            "question": row.question,
            "is_whole": row.unsearched is None,
        },
    ),
    _Kept(
        table=schema.dismissals,
        name="id",
        kind=Dismissal,
        derived=lambda dismissal: dismissal.id,
        columns=lambda dismissal: {"holder_id": dismissal.holder_id},
    ),
)


def _quotes(connection: Connection, faults: list[Fault]) -> Iterator[int]:
    """The number of quotes of each assessment that stand where they are said to stand."""
    table = schema.assessments
    for id, body in connection.execute(select(table.c.id, table.c.body).order_by(table.c.id)):
        try:
            row = read_body(AssessmentRow, body)
            assessment = assessment_of(row, *evidence_of(connection, [row]))
        except LedgerError as error:
            faults.append(Fault(table="assessments", row=id, problem=str(error)))
            continue
        yield len(row.evidence)
        for cited, stored in zip(assessment.evidence, row.evidence, strict=True):
            if (cited.start, cited.end, cited.tier) != (stored.start, stored.end, stored.tier):
                problem = "a quote stands elsewhere than it is said to"
                faults.append(Fault(table="assessments", row=id, problem=problem))


def _proposed(connection: Connection, faults: list[Fault]) -> Iterator[int]:
    """The number of quotes of each grounding that stand where they are said to stand."""
    table = schema.groundings
    for name, body in connection.execute(select(table.c.record, table.c.body)):
        try:
            row = read_body(GroundingRow, body)
            proposals = grounding_of(connection, row).proposals
        except LedgerError as error:
            faults.append(Fault(table="groundings", row=name, problem=str(error)))
            continue
        yield len(proposals)
        for proposal, stored in zip(proposals, row.proposals, strict=True):
            found = proposal.cited
            if (found.start, found.end, found.tier) != (stored.start, stored.end, stored.tier):
                problem = "a quote stands elsewhere than it is said to"
                faults.append(Fault(table="groundings", row=name, problem=problem))


def _standings(claims: Claims, runs: Runs, known: Recall) -> Iterator[Fault | None]:
    """For each claim the fault of its newest standing, or None."""
    for claim_id in runs.claim_ids():
        try:
            yield _standing(claim_id, claims, runs, known)
        except LedgerError as error:
            yield Fault(table="standings", row=claim_id, problem=str(error))


def _standing(claim_id: str, claims: Claims, runs: Runs, known: Recall) -> Fault | None:
    history = runs.history(claim_id, limit=1)
    if not history or (finished_at := history[0][0].finished_at) is None:
        raise LedgerError("the run that arrived at it has no end")
    run, row = history[0]
    claim = claims.of_revision(row.claim_revision, as_of=finished_at)
    given = set(row.flags) - DERIVED_FLAGS
    recalled = known(claim, given, as_of=finished_at, before=run.until, signature=run.signature)
    again = standing_of(claim, recalled, thresholds=run.thresholds)
    if standing_row(again) == row:
        return None
    return Fault(
        table="standings",
        row=f"{claim_id} in {run.id}",
        problem=f"stored as {row.state.value}, computed as {again.state.value}",
    )
