"""Paper records as sources gave them, every version and every restatement kept; and cursors."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select

from claims.clock import Window, utc_now
from claims.evidence import Paper, Sought
from claims.ids import ArxivId
from claims.ledger import schema
from claims.ledger.base import BATCH, Store, insert_new
from claims.ledger.rows import body_of, read_body, record_of

_TABLE: Final = schema.papers
_CURSORS: Final = schema.cursors
_SOUGHT: Final = schema.sought


class Papers:
    """The papers that the ledger has seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, papers: Sequence[Paper], run_id: str) -> int:
        """The number of records that the ledger did not hold yet; the rest is left alone."""
        rows = [
            {
                "record": record_of(paper),
                "number": paper.id.number,
                "version": paper.id.version,
                "withdrawn": paper.withdrawn,
                "revised_at": paper.revised_at,
                "body": body_of(paper),
                "run_id": run_id,
                "recorded_at": utc_now(),
            }
            for paper in papers
        ]
        with self._store.write() as connection:
            return insert_new(connection, _TABLE, rows)

    def get(
        self, *, ids: Iterable[ArxivId] | None = None, window: Window | None = None
    ) -> tuple[Paper, ...]:
        """The records of these ids (without a version: of every version) or of this window.

        In the order in which they were recorded; both None means all.
        """
        query = select(_TABLE.c.body).order_by(_TABLE.c.seq)
        if window:
            query = query.where(
                _TABLE.c.revised_at >= window.since, _TABLE.c.revised_at < window.until
            )
        if ids is None:
            return tuple(self._read(query))
        wanted = set(ids)
        numbers = sorted({id.number for id in wanted})
        found: list[Paper] = []
        for start in range(0, len(numbers), BATCH):
            part = query.where(_TABLE.c.number.in_(numbers[start : start + BATCH]))
            found += [p for p in self._read(part) if {p.id, p.id.unversioned} & wanted]
        return tuple(found)

    def newest(
        self,
        numbers: Iterable[str],
        *,
        as_of: datetime | None = None,
        before: datetime | None = None,
        before_run: str | None = None,
    ) -> dict[str, Paper]:
        """Each of these papers by its number: its newest version, as it was restated last.

        Among what was recorded by `as_of`, of versions from before `before`, and by other runs than
        `before_run`. What a source said that tells withdrawals for certain is not undone by one
        that does not.
        """
        query = select(_TABLE.c.body).order_by(_TABLE.c.version, _TABLE.c.seq)
        if as_of:
            query = query.where(_TABLE.c.recorded_at <= as_of)
        if before:
            query = query.where(_TABLE.c.revised_at < before)
        if before_run:
            query = query.where(_TABLE.c.run_id != before_run)
        wanted = sorted(set(numbers))
        newest: dict[str, Paper] = {}
        for start in range(0, len(wanted), BATCH):
            for paper in self._read(
                query.where(_TABLE.c.number.in_(wanted[start : start + BATCH]))
            ):
                held = newest.get(paper.id.number)
                if not held or held.id != paper.id or paper.is_certain or not held.is_certain:
                    newest[paper.id.number] = paper
        return newest

    def n_first_seen_in(self, run_id: str) -> int:
        """The number of records that this run brought."""
        query = select(func.count()).select_from(_TABLE).where(_TABLE.c.run_id == run_id)
        with self._store.read() as connection:
            return int(connection.execute(query).scalar_one())

    def ids(self) -> frozenset[ArxivId]:
        """Every version that is held."""
        query = select(_TABLE.c.number, _TABLE.c.version)
        with self._store.read() as connection:
            return frozenset(ArxivId(row.number, row.version) for row in connection.execute(query))

    def recorded_since(self, moment: datetime) -> frozenset[str]:
        """The numbers of the papers of which something new was recorded after `moment`."""
        query = select(_TABLE.c.number).where(_TABLE.c.recorded_at > moment).distinct()
        with self._store.read() as connection:
            return frozenset(connection.scalars(query))

    def note_sought(self, answers: Sequence[Sought], run_id: str) -> None:
        """Note where words stand in the full texts of versions, or that they do not."""
        rows = [
            {
                "id": answer.id,
                "paper": str(answer.paper),
                "body": body_of(answer),
                "run_id": run_id,
                "recorded_at": utc_now(),
            }
            for answer in answers
        ]
        with self._store.write() as connection:
            insert_new(connection, _SOUGHT, rows)

    def sought(
        self, papers: Iterable[ArxivId], *, as_of: datetime | None = None
    ) -> dict[tuple[ArxivId, str], Sought]:
        """What is known of words in the full texts of these versions; the last answer counts."""
        query = select(_SOUGHT.c.body).order_by(_SOUGHT.c.seq)
        if as_of:
            query = query.where(_SOUGHT.c.recorded_at <= as_of)
        wanted = sorted({str(id_) for id_ in papers})
        found: dict[tuple[ArxivId, str], Sought] = {}
        with self._store.read() as connection:
            for start in range(0, len(wanted), BATCH):
                part = query.where(_SOUGHT.c.paper.in_(wanted[start : start + BATCH]))
                for body in connection.scalars(part):
                    answer = read_body(Sought, body)
                    found[answer.paper, answer.words] = answer
        return found

    def cursor(self, source: str, request: str, *, before_run: str) -> datetime | None:
        """Up to when earlier runs had this request answered by this source; None for never."""
        query = select(_CURSORS.c.until).where(
            _CURSORS.c.source == source,
            _CURSORS.c.request == request,
            _CURSORS.c.run_id != before_run,
        )
        with self._store.read() as connection:
            return connection.execute(query.order_by(_CURSORS.c.seq.desc()).limit(1)).scalar()

    def move_cursor(self, source: str, request: str, until: datetime, run_id: str) -> None:
        """Note that everything before `until` has been recorded. Call it after the last `add`."""
        row = {"source": source, "request": request, "until": until, "run_id": run_id}
        with self._store.write() as connection:
            insert_new(connection, _CURSORS, [row])

    def _read(self, query: Select[Any]) -> Iterator[Paper]:
        with self._store.read() as connection:
            for body in connection.scalars(query):
                yield read_body(Paper, body)
