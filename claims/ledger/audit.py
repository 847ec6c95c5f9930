"""`retest verify`: every hash, quote and standing in the ledger, derived again from its parts.

A fault is a row whose content no longer has the name it is stored under, a quote that does not
stand where it is said to stand, or a standing that today's code would not compute from the same
evidence. One changed byte in a stored quote is one fault at least.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy import Connection, Table, select

from claims.assessment import Decision, assessment_id
from claims.claim import Claim
from claims.errors import LedgerError
from claims.evidence import Failure, Paper, Passage
from claims.ledger import schema
from claims.ledger.base import Store
from claims.ledger.claims import Claims
from claims.ledger.rows import AssessmentRow, LibraryRow, assessment_of, record_of, standing_row
from claims.ledger.runs import Runs
from claims.ledger.work import evidence_of
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

    def __call__(self, claim: Claim, flags: Iterable[Flag] = (), *, as_of: datetime) -> Known:
        """Everything that decided it."""
        ...


def audit(store: Store, claims: Claims, runs: Runs, known: Recall) -> Audit:
    """The whole ledger derived again; the faults are in a fixed order."""
    faults: list[Fault] = []
    n_rows = 0
    with store.read() as connection:
        for table, key, name_of in _NAMED:
            for name, body in connection.execute(select(table.c[key], table.c.body)):
                n_rows += 1
                faults += _misnamed(table, name, body, name_of)
        quotes = list(_quotes(connection, faults))
    n_standings = 0
    if not faults:
        for fault in _standings(claims, runs, known):
            n_standings += 1
            faults += [fault] if fault else []
    return Audit(
        n_rows=n_rows,
        n_quotes=sum(quotes),
        n_standings=n_standings,
        faults=tuple(sorted(faults, key=str)),
    )


def _misnamed(table: Table, name: str, body: str, name_of: Callable[[str], str]) -> Iterator[Fault]:
    try:
        derived = name_of(body)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        yield Fault(table=table.name, row=name, problem=f"its content does not read: {problem}")
        return
    if derived != name:
        yield Fault(
            table=table.name,
            row=name,
            problem=f"its content was altered: it now has the name {derived}",
        )


def _assessment_id(body: str) -> str:
    row = AssessmentRow.model_validate_json(body)
    return assessment_id(row.claim_revision, row.finding, row.verdict, row.signature)


_NAMED: tuple[tuple[Table, str, Callable[[str], str]], ...] = (
    (schema.claims, "record", lambda body: record_of(Claim.model_validate_json(body))),
    (schema.papers, "record", lambda body: record_of(Paper.model_validate_json(body))),
    (schema.passages, "id", lambda body: Passage.model_validate_json(body).id),
    (schema.assessments, "id", _assessment_id),
    (schema.libraries, "record", lambda b: record_of(LibraryRow.model_validate_json(b))),
    (schema.failures, "id", lambda body: Failure.model_validate_json(body).id),
    (schema.decisions, "id", lambda body: Decision.model_validate_json(body).id),
)


def _quotes(connection: Connection, faults: list[Fault]) -> Iterator[int]:
    table = schema.assessments
    for id, body in connection.execute(select(table.c.id, table.c.body).order_by(table.c.id)):
        try:
            row = AssessmentRow.model_validate_json(body)
            assessment = assessment_of(row, *evidence_of(connection, [row]))
        except (LedgerError, ValidationError) as error:
            faults.append(Fault(table="assessments", row=id, problem=str(error).split("\n")[0]))
            continue
        for cited, stored in zip(assessment.evidence, row.evidence, strict=True):
            yield 1
            if (cited.start, cited.end, cited.tier) != (stored.start, stored.end, stored.tier):
                faults.append(
                    Fault(table="assessments", row=id, problem="a quote stands elsewhere")
                )


def _standings(claims: Claims, runs: Runs, known: Recall) -> Iterator[Fault | None]:
    for claim_id in runs.claim_ids():
        ((run, row),) = runs.history(claim_id, limit=1)
        if run.finished_at is None:
            continue
        claim = claims.of_revision(row.claim_revision, as_of=run.finished_at)
        given = set(row.flags) - DERIVED_FLAGS
        again = standing_of(
            claim, known(claim, given, as_of=run.finished_at), thresholds=run.thresholds
        )
        same = standing_row(again) == row
        yield (
            None
            if same
            else Fault(
                table="standings",
                row=f"{claim_id} in {run.id}",
                problem=f"stored as {row.state.value}, computed as {again.state.value}",
            )
        )
