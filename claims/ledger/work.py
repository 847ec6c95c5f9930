"""What was judged, what came of it, what failed, and what people decided."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from claims.assessment import Assessment, Decision
from claims.claim import Claim
from claims.clock import utc_now
from claims.evidence import Failure, Paper, Passage, Remark, Signature
from claims.ids import ArxivId
from claims.ledger import schema
from claims.ledger.base import BATCH, Store, insert_new
from claims.ledger.rows import (
    AssessmentRow,
    CitedRow,
    assessment_of,
    assessment_row,
    body_of,
    read_body,
    signature_hash,
)

_ASSESSMENTS: Final = schema.assessments
_JUDGEMENTS: Final = schema.judgements
_FAILURES: Final = schema.failures
_REMARKS: Final = schema.remarks
_DECISIONS: Final = schema.decisions


class Work:
    """Judgements, assessments, failures and decisions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def judged(self, claim_revision: str, signature: Signature) -> Mapping[str, str]:
        """What this judge has wholly judged for the claim: paper content to the run's id."""
        query = select(_JUDGEMENTS.c.content, _JUDGEMENTS.c.run_id).where(
            _JUDGEMENTS.c.claim_revision == claim_revision,
            _JUDGEMENTS.c.signature == signature_hash(signature),
        )
        with self._store.read() as connection:
            return {row.content: row.run_id for row in connection.execute(query)}

    def papers_judged(
        self, claim_revision: str, signature: Signature, as_of: datetime | None = None
    ) -> frozenset[str]:
        """The paper versions, such as `2503.00001v1`, that this judge has judged for the claim."""
        query = select(_JUDGEMENTS.c.paper).where(
            _JUDGEMENTS.c.claim_revision == claim_revision,
            _JUDGEMENTS.c.signature == signature_hash(signature),
        )
        if as_of:
            query = query.where(_JUDGEMENTS.c.recorded_at <= as_of)
        with self._store.read() as connection:
            return frozenset(connection.scalars(query))

    def record(
        self,
        run_id: str,
        claim: Claim,
        *,
        assessments: Sequence[Assessment],
        judged: Sequence[Paper],
        read_whole: Collection[ArxivId] = (),
        failures: Sequence[Failure] = (),
        signature: Signature,
        n_judge_calls: int = 0,
        n_known: int = 0,
    ) -> None:
        """What came of judging some papers for `claim`, whole or not at all.

        Of the papers `judged`, those `read_whole` were shown with their full text. `n_known`
        papers were found again that earlier runs had judged. For a run that goes on after a kill,
        the counts first noted for a claim are kept.
        """
        stamp = {"run_id": run_id, "recorded_at": utc_now()}
        with self._store.write() as connection:
            _assess(connection, assessments, stamp)
            insert_new(
                connection,
                _JUDGEMENTS,
                [
                    {
                        "claim_revision": claim.revision,
                        "content": (
                            paper.whole_content if paper.id in read_whole else paper.content
                        ),
                        "signature": signature_hash(signature),
                        "paper": str(paper.id),
                        **stamp,
                    }
                    for paper in judged
                ],
            )
            row = {
                "claim_id": claim.id,
                "n_judge_calls": n_judge_calls,
                "n_known": n_known,
                "n_whole": sum(paper.id in read_whole for paper in judged),
                **stamp,
            }
            insert_new(connection, schema.claim_work, [row])
            _fail(connection, run_id, failures)

    def notice(self, run_id: str, assessments: Sequence[Assessment]) -> None:
        """Note what the sources themselves declared, such as a withdrawal."""
        with self._store.write() as connection:
            _assess(connection, assessments, {"run_id": run_id, "recorded_at": utc_now()})

    def fail(self, run_id: str, failures: Sequence[Failure]) -> None:
        """Note work that could not be done."""
        with self._store.write() as connection:
            _fail(connection, run_id, failures)

    def remark(self, run_id: str, remarks: Sequence[Remark]) -> None:
        """Note what was remarkable in the files of papers."""
        rows = [
            {
                "run_id": run_id,
                "id": remark.id,
                "paper": str(remark.paper),
                "body": body_of(remark),
                "recorded_at": utc_now(),
            }
            for remark in remarks
        ]
        with self._store.write() as connection:
            insert_new(connection, _REMARKS, rows)

    def remarks(self, run_id: str) -> tuple[Remark, ...]:
        """What was remarkable in the files that the run read, in a fixed order."""
        query = select(_REMARKS.c.body).where(_REMARKS.c.run_id == run_id)
        with self._store.read() as connection:
            found = [read_body(Remark, body) for body in connection.scalars(query)]
        return tuple(sorted(found, key=lambda r: (str(r.paper), r.kind, r.page or 0, r.id)))

    def failures(self, run_id: str) -> tuple[Failure, ...]:
        """What the run could not do, in a fixed order."""
        query = select(_FAILURES.c.body).where(_FAILURES.c.run_id == run_id)
        with self._store.read() as connection:
            found = [read_body(Failure, body) for body in connection.scalars(query)]
        return tuple(sorted(found, key=lambda f: (f.stage, f.item_id, f.id)))

    def decide(self, decision: Decision) -> None:
        """Append a person's ruling."""
        row = {
            "id": decision.id,
            "claim_id": decision.claim_id,
            "body": body_of(decision),
            "recorded_at": utc_now(),
        }
        with self._store.write() as connection:
            insert_new(connection, _DECISIONS, [row])

    def decisions(self, claim_id: str, *, as_of: datetime | None = None) -> tuple[Decision, ...]:
        """The rulings on a claim and its assessments, in the order in which they were entered."""
        query = select(_DECISIONS.c.body).where(_DECISIONS.c.claim_id == claim_id)
        if as_of:
            query = query.where(_DECISIONS.c.recorded_at <= as_of)
        with self._store.read() as connection:
            bodies = connection.scalars(query.order_by(_DECISIONS.c.recorded_at, _DECISIONS.c.id))
            return tuple(read_body(Decision, body) for body in bodies)

    def assessments(
        self,
        claim_id: str | None = None,
        *,
        ids: Iterable[str] | None = None,
        beginning: str | None = None,
        as_of: datetime | None = None,
    ) -> Mapping[str, tuple[Assessment, datetime]]:
        """Assessments by id, each with the moment it was recorded; every citation proven again.

        `beginning` is that of an id, with or without the name of its algorithm.

        Raises LedgerError when one no longer holds.
        """
        query = select(_ASSESSMENTS.c.id, _ASSESSMENTS.c.body, _ASSESSMENTS.c.recorded_at)
        if claim_id is not None:
            query = query.where(_ASSESSMENTS.c.claim_id == claim_id)
        if beginning is not None:
            tagged = beginning if beginning.startswith("sha256:") else f"sha256:{beginning}"
            query = query.where(_ASSESSMENTS.c.id.startswith(tagged, autoescape=True))
        if as_of:
            query = query.where(_ASSESSMENTS.c.recorded_at <= as_of)
        with self._store.read() as connection:
            if ids is None:
                rows = connection.execute(query).all()
            else:
                rows = _in_batches(connection, query, _ASSESSMENTS.c.id, ids)
            stored = {id: (read_body(AssessmentRow, b), at) for id, b, at in rows}
            passages, papers = evidence_of(connection, [row for row, _ in stored.values()])
        return {id: (assessment_of(row, passages, papers), at) for id, (row, at) in stored.items()}

    def counts(self, run_id: str) -> Mapping[str, int]:
        """What the run itself did, as fields of `claims.run.Counts`."""
        pairs = select(func.count()).select_from(_JUDGEMENTS).where(_JUDGEMENTS.c.run_id == run_id)
        made = select(func.count()).select_from(_ASSESSMENTS)
        made = made.where(_ASSESSMENTS.c.run_id == run_id)
        table = schema.claim_work
        work = select(
            func.coalesce(func.sum(table.c.n_judge_calls), 0),
            func.coalesce(func.sum(table.c.n_known), 0),
            func.coalesce(func.sum(table.c.n_whole), 0),
        ).where(table.c.run_id == run_id)
        with self._store.read() as connection:
            n_calls, n_known, n_whole = connection.execute(work).one()
            return {
                "n_papers_read": int(connection.execute(pairs).scalar_one()),
                "n_papers_whole": int(n_whole),
                "n_papers_known": int(n_known),
                "n_assessments": int(connection.execute(made).scalar_one()),
                "n_judge_calls": int(n_calls),
            }


def evidence_of(
    connection: Connection, rows: Sequence[AssessmentRow]
) -> tuple[dict[str, Passage], dict[str, Paper]]:
    """The passages by id and paper records by hash that `rows` cite."""
    return sources_of(connection, [c for row in rows for c in row.evidence])


def sources_of(
    connection: Connection, cited: Sequence[CitedRow]
) -> tuple[dict[str, Passage], dict[str, Paper]]:
    """The passages by id and paper records by hash that are `cited`."""
    table = schema.passages
    passages = _in_batches(
        connection, select(table.c.id, table.c.body), table.c.id, {c.passage_id for c in cited}
    )
    records = schema.papers
    papers = _in_batches(
        connection,
        select(records.c.record, records.c.body),
        records.c.record,
        {c.paper_record for c in cited},
    )
    return (
        {id: read_body(Passage, body) for id, body in passages},
        {record: read_body(Paper, body) for record, body in papers},
    )


def keep_passages(connection: Connection, passages: Iterable[Passage]) -> None:
    """Note the passages that are quoted."""
    rows = {p.id: {"id": p.id, "paper": str(p.paper), "body": body_of(p)} for p in passages}
    insert_new(connection, schema.passages, tuple(rows.values()))


def _in_batches(
    connection: Connection,
    query: Select[tuple[Any, ...]],
    column: ColumnElement[str],
    wanted: Iterable[str],
) -> list[Any]:
    keys = sorted(set(wanted))
    return [
        row
        for start in range(0, len(keys), BATCH)
        for row in connection.execute(query.where(column.in_(keys[start : start + BATCH])))
    ]


def _assess(
    connection: Connection, assessments: Sequence[Assessment], stamp: Mapping[str, Any]
) -> None:
    keep_passages(connection, (c.passage for a in assessments for c in a.evidence))
    insert_new(
        connection,
        _ASSESSMENTS,
        [
            {
                "id": assessment.id,
                "claim_id": assessment.claim_id,
                "claim_revision": assessment.claim_revision,
                "paper": str(assessment.finding.paper),
                "relation": assessment.relation.value,
                "body": body_of(assessment_row(assessment)),
                **stamp,
            }
            for assessment in assessments
        ],
    )


def _fail(connection: Connection, run_id: str, failures: Sequence[Failure]) -> None:
    insert_new(
        connection,
        _FAILURES,
        [
            {
                "run_id": run_id,
                "id": failure.id,
                "claim_id": failure.claim_id,
                "body": body_of(failure),
                "recorded_at": utc_now(),
            }
            for failure in failures
        ],
    )
