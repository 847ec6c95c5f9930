"""What was searched to ground claims and notes, what was proposed, and what people dismissed."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, Integer, Select, func, select

from claims.claim import Frozen
from claims.clock import utc_now
from claims.grounding import Dismissal, Grounding, Proposal
from claims.ledger import schema
from claims.ledger.base import Store, insert_new
from claims.ledger.rows import CitedRow, body_of, cited_row, prove, read_body, record_of
from claims.ledger.work import keep_passages, sources_of

_TABLE: Final = schema.groundings
_DISMISSALS: Final = schema.dismissals


class ProposalRow(CitedRow):
    """One proposal as it is stored."""

    share: float
    numbers: tuple[str, ...]


class GroundingRow(Frozen):
    """The body of a row in `groundings`."""

    holder_id: str
    about: str
    question: str
    proposals: tuple[ProposalRow, ...]
    unsearched: str | None


class Groundings:
    """Searches for the papers that claims and notes came from."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, run_id: str, grounding: Grounding) -> None:
        """Append what a run found for one claim or note; its papers are in the ledger already."""
        body = _row(grounding)
        row = {
            "run_id": run_id,
            "holder_id": grounding.holder_id,
            "question": grounding.question,
            "is_whole": grounding.unsearched is None,
            "record": record_of(body),
            "body": body_of(body),
            "recorded_at": utc_now(),
        }
        with self._store.write() as connection:
            keep_passages(connection, (one.cited.passage for one in grounding.proposals))
            insert_new(connection, _TABLE, [row])

    def of_run(self, run_id: str) -> tuple[Grounding, ...]:
        """What a run found, in the order of its searches."""
        return self._read(select(_TABLE.c.body).where(_TABLE.c.run_id == run_id))

    def all(self) -> tuple[Grounding, ...]:
        """Everything that was ever found, in the order of the searches."""
        return self._read(select(_TABLE.c.body))

    def tries(self) -> Mapping[str, int | None]:
        """How often each question was searched in part; None once it was searched whole."""
        whole = func.max(_TABLE.c.is_whole.cast(Integer))
        query = select(_TABLE.c.question, func.count(), whole).group_by(_TABLE.c.question)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return {question: None if is_whole else n for question, n, is_whole in rows}

    def dismiss(self, dismissal: Dismissal) -> None:
        """Append a person's word that a paper is not the one."""
        row = {
            "id": dismissal.id,
            "holder_id": dismissal.holder_id,
            "body": body_of(dismissal),
            "recorded_at": utc_now(),
        }
        with self._store.write() as connection:
            insert_new(connection, _DISMISSALS, [row])

    def dismissed(self) -> frozenset[tuple[str, str]]:
        """The pairs of holder id and paper number that people dismissed."""
        with self._store.read() as connection:
            bodies = connection.scalars(select(_DISMISSALS.c.body)).all()
        found = (read_body(Dismissal, body) for body in bodies)
        return frozenset((one.holder_id, one.number) for one in found)

    def _read(self, query: Select[tuple[str]]) -> tuple[Grounding, ...]:
        with self._store.read() as connection:
            bodies = connection.scalars(query.order_by(_TABLE.c.seq)).all()
            rows = [read_body(GroundingRow, body) for body in bodies]
            return tuple(grounding_of(connection, row) for row in rows)


def grounding_of(connection: Connection, row: GroundingRow) -> Grounding:
    """The grounding that `row` stores, every quote proven again. Raises LedgerError."""
    passages, papers = sources_of(connection, row.proposals)
    return Grounding(
        holder_id=row.holder_id,
        about=row.about,
        question=row.question,
        proposals=tuple(
            Proposal(paper=cited.paper, cited=cited, share=one.share, numbers=one.numbers)
            for one in row.proposals
            for cited in (prove(one, passages, papers),)
        ),
        unsearched=row.unsearched,
    )


def _row(grounding: Grounding) -> GroundingRow:
    return GroundingRow(
        holder_id=grounding.holder_id,
        about=grounding.about,
        question=grounding.question,
        proposals=tuple(
            ProposalRow(**cited_row(one.cited).model_dump(), share=one.share, numbers=one.numbers)
            for one in grounding.proposals
        ),
        unsearched=grounding.unsearched,
    )
