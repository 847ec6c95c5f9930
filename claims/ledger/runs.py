"""Runs and the standings that they arrived at."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, select

from claims.claim import Inquiry
from claims.errors import LedgerConflict, RunNotFound
from claims.ledger import schema
from claims.ledger.base import Store, insert_new
from claims.ledger.rows import LibraryRow, StandingRow, body_of, read_body, record_of, standing_row
from claims.run import Run, RunKind
from claims.standing import Standing

_BEGUN: Final = schema.runs
_ENDS: Final = schema.run_ends
_LIBRARIES: Final = schema.libraries
_STANDINGS: Final = schema.standings
_N_TRIES: Final = 20
_NEWEST: Final = (_BEGUN.c.until.desc(), _ENDS.c.seq.desc())


class Runs:
    """The runs that the ledger has seen, and each claim's standing at the end of each."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, run: Run) -> Run:
        """`run`, noted as begun; or the unfinished run of the same work, to be gone on with.

        When the name is taken a number is put behind it: `night-2026-06-30.2`. Raises
        LedgerConflict when other processes take every name as it is tried.
        """
        for _ in range(_N_TRIES):
            with self._store.write() as connection:
                earlier = self._named_like(connection, run.id)
                same = [old for old, ended in earlier if not ended and _same_work(old, run)]
                if same:
                    return same[0]
                named = run.model_copy(update={"id": _free({old.id for old, _ in earlier}, run.id)})
                row = {
                    "id": named.id,
                    "kind": run.kind.value,
                    "claim_id": run.claim_id,
                    "since": run.since,
                    "until": run.until,
                    "started_at": run.started_at,
                    "body": body_of(named),
                }
                if insert_new(connection, _BEGUN, [row]):
                    return named
        raise LedgerConflict(f"other runs take every name like {run.id}: try again")

    def finish(
        self, run: Run, standings: Sequence[Standing], inquiries: tuple[Inquiry, ...]
    ) -> None:
        """The end of `run` and the standings it arrived at, in one transaction."""
        library = LibraryRow(inquiries=inquiries)
        rows = [
            {
                "run_id": run.id,
                "claim_id": standing.claim_id,
                "state": standing.state.value,
                "record": record_of(standing_row(standing)),
                "body": body_of(standing_row(standing)),
            }
            for standing in standings
        ]
        end = {
            "run_id": run.id,
            "library": record_of(library),
            "record": record_of(run),
            "body": body_of(run),
            "finished_at": run.finished_at,
        }
        with self._store.write() as connection:
            insert_new(connection, _STANDINGS, rows)
            written = {"record": end["library"], "body": body_of(library)}
            insert_new(connection, _LIBRARIES, [written])
            insert_new(connection, _ENDS, [end])

    def get(self, run_id: str) -> Run:
        """The finished run of this id. Raises RunNotFound."""
        query = select(_ENDS.c.body).where(_ENDS.c.run_id == run_id)
        with self._store.read() as connection:
            body = connection.execute(query).scalar()
        if body is None:
            raise RunNotFound(f"no finished run {run_id!r}: see `retest report --list`")
        return read_body(Run, body)

    def inquiries(self, run_id: str) -> tuple[Inquiry, ...]:
        """The scope of a finished run as it was written then. Raises RunNotFound."""
        query = select(_LIBRARIES.c.body).join(_ENDS, _ENDS.c.library == _LIBRARIES.c.record)
        with self._store.read() as connection:
            body = connection.execute(query.where(_ENDS.c.run_id == run_id)).scalar()
        if body is None:
            raise RunNotFound(f"no finished run {run_id!r}: see `retest report --list`")
        return read_body(LibraryRow, body).inquiries

    def newest(self, *, limit: int | None = None, kind: RunKind | None = None) -> tuple[Run, ...]:
        """The finished runs, newest first."""
        query = select(_ENDS.c.body).join(_BEGUN, _BEGUN.c.id == _ENDS.c.run_id)
        if kind:
            query = query.where(_BEGUN.c.kind == kind.value)
        with self._store.read() as connection:
            bodies = connection.scalars(query.order_by(_ENDS.c.seq.desc()).limit(limit)).all()
        return tuple(read_body(Run, body) for body in bodies)

    def unfinished(self) -> tuple[str, ...]:
        """The ids of runs that began and never ended: running now, or killed.

        Not those whose work a later run has done: the same, as far as theirs or further.
        """
        later, ended = _BEGUN.alias(), _ENDS.alias()
        done = (
            select(later.c.id)
            .join(ended, ended.c.run_id == later.c.id)
            .where(
                later.c.seq > _BEGUN.c.seq,
                later.c.kind == _BEGUN.c.kind,
                later.c.claim_id.is_not_distinct_from(_BEGUN.c.claim_id),
                later.c.until >= _BEGUN.c.until,
            )
        )
        query = select(_BEGUN.c.id).outerjoin(_ENDS, _ENDS.c.run_id == _BEGUN.c.id)
        query = query.where(_ENDS.c.run_id.is_(None), ~done.exists()).order_by(_BEGUN.c.seq)
        with self._store.read() as connection:
            return tuple(connection.scalars(query))

    def standing_rows(self, run_id: str) -> tuple[StandingRow, ...]:
        """The standings at the end of the run, as stored, by claim id."""
        query = select(_STANDINGS).where(_STANDINGS.c.run_id == run_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(_STANDINGS.c.claim_id)).mappings().all()
        return tuple(_standing(row) for row in rows)

    def standing_before(self, claim_id: str, run_id: str | None = None) -> StandingRow | None:
        """The claim's standing before this run (None: now); None when it never had one.

        That of the newest window before its own, among the runs that had ended by then.
        """
        query = _with_windows(select(_STANDINGS)).where(_STANDINGS.c.claim_id == claim_id)
        with self._store.read() as connection:
            if run_id is not None:
                end = select(_ENDS.c.seq, _BEGUN.c.until).join(
                    _BEGUN, _BEGUN.c.id == _ENDS.c.run_id
                )
                this = connection.execute(end.where(_ENDS.c.run_id == run_id)).first()
                if this is not None:
                    query = query.where(_ENDS.c.seq < this.seq, _BEGUN.c.until <= this.until)
            row = connection.execute(query.order_by(*_NEWEST).limit(1)).mappings().first()
        return _standing(row) if row else None

    def history(
        self, claim_id: str, *, limit: int | None = None
    ) -> tuple[tuple[Run, StandingRow], ...]:
        """The claim's standing after each finished run that tested it, newest first.

        Newest by the end of what it looked at: a night of the past is as old as its window.
        """
        query = select(_ENDS.c.body.label("run"), _STANDINGS.c.body)
        query = _with_windows(query).where(_STANDINGS.c.claim_id == claim_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(*_NEWEST).limit(limit)).mappings()
            return tuple((read_body(Run, row["run"]), _standing(row)) for row in rows)

    def last_whole(self, claim_id: str) -> Run | None:
        """The newest finished night in which nothing of the work on this claim failed."""
        nights = (run for run, _ in self.history(claim_id) if run.kind is RunKind.NIGHTLY)
        return next((run for run in nights if not run.left_undone(claim_id)), None)

    def cut_off(self, kind: RunKind, claim_id: str | None, since: datetime) -> Run | None:
        """The newest run of this kind that began after `since` and never ended."""
        query = select(_BEGUN.c.body).outerjoin(_ENDS, _ENDS.c.run_id == _BEGUN.c.id)
        query = query.where(
            _ENDS.c.run_id.is_(None), _BEGUN.c.kind == kind.value, _BEGUN.c.started_at > since
        )
        with self._store.read() as connection:
            bodies = connection.scalars(query.order_by(_BEGUN.c.seq.desc())).all()
        begun = (read_body(Run, body) for body in bodies)
        return next((run for run in begun if run.claim_id == claim_id), None)

    def claim_ids(self) -> tuple[str, ...]:
        """Every claim that ever had a standing."""
        with self._store.read() as connection:
            query = select(_STANDINGS.c.claim_id).distinct().order_by(_STANDINGS.c.claim_id)
            return tuple(connection.scalars(query))

    @staticmethod
    def _named_like(connection: Connection, name: str) -> list[tuple[Run, bool]]:
        query = select(_BEGUN.c.body, _ENDS.c.run_id)
        query = query.outerjoin(_ENDS, _ENDS.c.run_id == _BEGUN.c.id)
        query = query.where(_BEGUN.c.id.startswith(name, autoescape=True)).order_by(_BEGUN.c.seq)
        return [
            (read_body(Run, body), ended is not None) for body, ended in connection.execute(query)
        ]


def _with_windows(query: Select[Any]) -> Select[Any]:
    joined = query.join(_ENDS, _ENDS.c.run_id == _STANDINGS.c.run_id)
    return joined.join(_BEGUN, _BEGUN.c.id == _ENDS.c.run_id)


def _standing(row: RowMapping) -> StandingRow:
    return read_body(StandingRow, row["body"])


def _free(taken: set[str], name: str) -> str:
    numbered = (name if n == 1 else f"{name}.{n}" for n in itertools.count(1))
    return next(free for free in numbered if free not in taken)


def _same_work(a: Run, b: Run) -> bool:
    def work(run: Run) -> object:
        return run.kind, run.claim_id, run.since, run.until, run.settings

    return work(a) == work(b)
