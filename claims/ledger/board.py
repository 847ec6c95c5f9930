"""Many claims at once: where each last stood, without proving all of its evidence again.

For lists of hundreds of claims. What is shown of one claim's evidence is read, and proven, through
`claims.ledger.work`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import RowMapping, Select, func, select

from claims.assessment import Decision, StandingState
from claims.evidence import Relation
from claims.ids import ArxivId
from claims.ledger import schema
from claims.ledger.base import BATCH, Store
from claims.ledger.rows import read_body
from claims.standing import Flag

_STANDINGS: Final = schema.standings
_ENDS: Final = schema.run_ends
_BEGUN: Final = schema.runs
_ASSESSMENTS: Final = schema.assessments
_DECISIONS: Final = schema.decisions

_N_KEPT: Final = 4
"""Runs whose standings are kept at hand: a night, the one before it, and where all stands now."""

_LOCAL: Final = "local"
"""The name of the judge that works by rules."""


class Place:
    """A claim's standing after one run, as stored; its body is read once, when it is asked for."""

    def __init__(self, row: RowMapping) -> None:
        self.claim_id = str(row["claim_id"])
        self.run_id = str(row["run_id"])
        self.finished_at: datetime = row["finished_at"]
        self.state = StandingState(row["state"])
        self.record = str(row["record"])
        """The hash of the body: equal where nothing differs."""
        self._body = str(row["body"])

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """Its flags."""
        return tuple(map(Flag, self._light["flags"]))

    @cached_property
    def admitted(self) -> tuple[str, ...]:
        """The assessments that counted, strongest first."""
        return tuple(self._light["admitted"])

    @property
    def relations(self) -> Mapping[str, str]:
        """Assessment id to the relation that counted, as text."""
        relations: dict[str, str] = self._light["relations"]
        return relations

    @property
    def reason(self) -> str:
        """Why it stood there, in a few words."""
        return str(self._light["reason"])

    @cached_property
    def _light(self) -> dict[str, Any]:
        # Checked when it was written: read for a thousand claims at once, as fast as can be.
        read: dict[str, Any] = orjson.loads(self._body)
        return read


class Board:
    """Where claims stand, side by side."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # What a finished run left never changes: read once for as long as no other has ended.
        self._kept_of_run = lru_cache(maxsize=_N_KEPT)(self._of_run)
        self._kept_latest = lru_cache(maxsize=_N_KEPT)(self._latest)
        self._kept_disputed = lru_cache(maxsize=1)(self._disputed)
        self._confidences: dict[str, float] = {}

    def of_run(self, run_id: str) -> Mapping[str, Place]:
        """The standings at the end of a run, by claim id."""
        return self._kept_of_run(run_id, self._ends())

    def latest(
        self, *, before_run: str | None = None, only: Collection[str] | None = None
    ) -> Mapping[str, Place]:
        """Each claim's last standing, or its last one before a run; for all claims or some.

        The last is that of the newest window, as `claims.ledger.runs` has it.
        """
        if only is None:
            return self._kept_latest(before_run, self._ends())
        ended = self._ended(before_run) if before_run else None
        found: dict[str, Place] = {}
        wanted = sorted(only)
        for start in range(0, len(wanted), BATCH):
            found |= self._places(_newest(ended, wanted[start : start + BATCH]))
        return found

    def decisions(self, claim_ids: Collection[str] | None = None) -> Mapping[str, list[Decision]]:
        """The decisions of each claim that has some, in the order in which they were entered."""
        query = select(_DECISIONS.c.claim_id, _DECISIONS.c.body)
        if claim_ids is not None:
            query = query.where(_DECISIONS.c.claim_id.in_(sorted(claim_ids)))
        found: dict[str, list[Decision]] = {}
        with self._store.read() as connection:
            ordered = query.order_by(_DECISIONS.c.recorded_at, _DECISIONS.c.id)
            for claim_id, body in connection.execute(ordered):
                found.setdefault(claim_id, []).append(read_body(Decision, body))
        return found

    def decided(self) -> Mapping[str, tuple[datetime, int]]:
        """When each claim that has decisions was last decided upon, and how many it has."""
        table = _DECISIONS
        query = select(table.c.claim_id, func.max(table.c.recorded_at), func.count())
        with self._store.read() as connection:
            rows = connection.execute(query.group_by(table.c.claim_id)).all()
        return {str(claim_id): (at, n) for claim_id, at, n in rows}

    def confidences(self, assessment_ids: Iterable[str]) -> Mapping[str, float]:
        """What the judge's confidence was, by assessment id."""
        asked = set(assessment_ids)
        query = select(_ASSESSMENTS.c.id, _ASSESSMENTS.c.body)
        wanted = sorted(asked - self._confidences.keys())
        with self._store.read() as connection:
            for start in range(0, len(wanted), BATCH):
                part = query.where(_ASSESSMENTS.c.id.in_(wanted[start : start + BATCH]))
                for id, body in connection.execute(part):
                    self._confidences[id] = orjson.loads(body)["verdict"]["confidence"]
        return {id: self._confidences[id] for id in asked if id in self._confidences}

    def disputed(self, claim_ids: Collection[str] | None = None) -> Mapping[str, list[str]]:
        """Assessments of a model whose two looks disagree: claim id to their ids, oldest first.

        Those of runs that ended. The local judge's are left out: its second look abstains far more
        often than it disagrees.
        """
        found = self._kept_disputed(self._ends())
        return found if claim_ids is None else {c: found[c] for c in found if c in claim_ids}

    def assessed(self, papers: Iterable[ArxivId]) -> Mapping[str, list[str]]:
        """Assessments of these paper versions: claim id to assessment ids, both in order."""
        table = _ASSESSMENTS
        query = select(table.c.claim_id, table.c.id).where(table.c.paper.in_(map(str, papers)))
        found: dict[str, list[str]] = {}
        with self._store.read() as connection:
            for claim_id, id in connection.execute(query.order_by(table.c.claim_id, table.c.id)):
                found.setdefault(claim_id, []).append(id)
        return found

    def judged_papers(self, assessment_ids: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """The paper version judged and the claim's revision then, by assessment id."""
        table = _ASSESSMENTS
        query = select(table.c.id, table.c.paper, table.c.claim_revision)
        wanted = sorted(set(assessment_ids))
        found: dict[str, tuple[str, str]] = {}
        with self._store.read() as connection:
            for start in range(0, len(wanted), BATCH):
                part = query.where(table.c.id.in_(wanted[start : start + BATCH]))
                found |= {id: (paper, rev) for id, paper, rev in connection.execute(part)}
        return found

    def state(self) -> tuple[int, ...]:
        """Changes whenever a run ends or somebody rules, and only then."""
        with self._store.read() as connection:
            n_decisions = connection.execute(select(func.count()).select_from(_DECISIONS)).scalar()
        return *self._ends(), int(n_decisions or 0)

    def _ends(self) -> tuple[int, int]:
        """Changes whenever a run ends, and only then: their number, and the last one's place."""
        query = select(func.count(), func.coalesce(func.max(_ENDS.c.seq), 0)).select_from(_ENDS)
        with self._store.read() as connection:
            n_ended, last = connection.execute(query).one()
        return int(n_ended), int(last)

    def _of_run(self, run_id: str, ends: tuple[int, int]) -> Mapping[str, Place]:
        del ends
        return self._places(_places().where(_STANDINGS.c.run_id == run_id))

    def _latest(self, before_run: str | None, ends: tuple[int, int]) -> Mapping[str, Place]:
        del ends
        return self._places(_newest(self._ended(before_run) if before_run else None, None))

    def _disputed(self, ends: tuple[int, int]) -> Mapping[str, list[str]]:
        del ends
        table = _ASSESSMENTS
        query = select(table.c.claim_id, table.c.id, table.c.body).where(
            table.c.relation == Relation.NOT_COMPARABLE.value,
            table.c.body.contains('"disputed"'),
            table.c.run_id.in_(select(_ENDS.c.run_id)),
        )
        found: dict[str, list[str]] = {}
        with self._store.read() as connection:
            for claim_id, id, body in connection.execute(query.order_by(table.c.recorded_at)):
                read = orjson.loads(body)
                if read["verdict"].get("disputed") and read["signature"]["judge"] != _LOCAL:
                    found.setdefault(claim_id, []).append(id)
        return found

    def _ended(self, run_id: str) -> tuple[int, datetime] | None:
        """The place of a run among those that ended, and the end of its window."""
        query = select(_ENDS.c.seq, _BEGUN.c.until).join(_BEGUN, _BEGUN.c.id == _ENDS.c.run_id)
        with self._store.read() as connection:
            row = connection.execute(query.where(_ENDS.c.run_id == run_id)).first()
        return (row.seq, row.until) if row else None

    def _places(self, query: Select[tuple[object, ...]]) -> dict[str, Place]:
        with self._store.read() as connection:
            found = (Place(row) for row in connection.execute(query).mappings())
            return {place.claim_id: place for place in found}


def _newest(
    ended: tuple[int, datetime] | None, claim_ids: Sequence[str] | None
) -> Select[tuple[object, ...]]:
    """Each claim's standing of the newest window, among runs that had ended before `ended`."""
    order = (_BEGUN.c.until.desc(), _ENDS.c.seq.desc())
    place = func.row_number().over(partition_by=_STANDINGS.c.claim_id, order_by=order)
    ranked = select(_STANDINGS.c.seq, place.label("place"))
    ranked = ranked.join(_ENDS, _ENDS.c.run_id == _STANDINGS.c.run_id)
    ranked = ranked.join(_BEGUN, _BEGUN.c.id == _STANDINGS.c.run_id)
    if claim_ids is not None:
        ranked = ranked.where(_STANDINGS.c.claim_id.in_(claim_ids))
    if ended is not None:
        ranked = ranked.where(_ENDS.c.seq < ended[0], _BEGUN.c.until <= ended[1])
    first = ranked.subquery()
    return _places().where(_STANDINGS.c.seq.in_(select(first.c.seq).where(first.c.place == 1)))


def _places() -> Select[tuple[object, ...]]:
    return select(
        _STANDINGS.c.claim_id,
        _STANDINGS.c.run_id,
        _STANDINGS.c.state,
        _STANDINGS.c.record,
        _STANDINGS.c.body,
        _ENDS.c.finished_at,
    ).join(_ENDS, _ENDS.c.run_id == _STANDINGS.c.run_id)
