"""The append-only ledger of everything that was seen, judged and decided.

It promises: nothing is overwritten; every row that holds content is named by a hash that can be
derived again; the state at any past moment can be asked; what one call writes is written whole or
not at all. The same code serves SQLite in the workspace and PostgreSQL by URL.

It does not keep full texts, only the passages that are quoted.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Self

from claims.assessment import Assessment
from claims.claim import Claim
from claims.evidence import Signature
from claims.health import still_stands
from claims.ledger.audit import Audit, audit
from claims.ledger.base import Store
from claims.ledger.board import Board
from claims.ledger.claims import Claims
from claims.ledger.engine import connect
from claims.ledger.groundings import Groundings
from claims.ledger.model_calls import ModelCalls
from claims.ledger.papers import Papers
from claims.ledger.rows import StandingRow, standing_of_row
from claims.ledger.runs import Runs
from claims.ledger.work import Work
from claims.standing import Flag, Known, Standing

__all__ = ["Audit", "Ledger"]


class Ledger:
    """One ledger, open. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.address = store.address
        self.claims = Claims(store)
        self.papers = Papers(store)
        self.work = Work(store)
        self.board = Board(store)
        self.model_calls = ModelCalls(store)
        self.groundings = Groundings(store)
        self.runs = Runs(store)

    @classmethod
    def open(cls, url: str) -> Self:
        """The ledger at `url`, made or migrated to today's tables. Raises LedgerError."""
        return cls(Store(connect(url)))

    def close(self) -> None:
        """Give the connections back."""
        self._store.close()

    def audit(self) -> Audit:
        """Every hash, quote and standing in the ledger, derived again."""
        return audit(self._store, self.claims, self.runs, self.known)

    def known(
        self,
        claim: Claim,
        flags: Iterable[Flag] = (),
        *,
        as_of: datetime | None = None,
        before: datetime | None = None,
        signature: Signature | None = None,
        among: Mapping[str, tuple[Assessment, datetime]] | None = None,
    ) -> Known:
        """Everything that decides the claim's standing, now or at a past moment.

        `before` leaves out papers of that date or later. What a judge said of a paper that it has
        since judged anew, as `signature`, is left out: the new answer counts. `among` are the
        claim's assessments where they were read, and proven, already.
        """
        if among is None:
            among = self.work.assessments(claim.id, as_of=as_of)
        anew = self.work.papers_judged(claim.revision, signature, as_of) if signature else ()
        counted = {
            id: (assessment, at)
            for id, (assessment, at) in among.items()
            if as_of is None or at <= as_of
            if before is None or assessment.evidence[0].paper.revised_at < before
            if not _is_outdated(assessment, signature, anew)
        }
        cited = {c.paper.id.number for a, _ in counted.values() for c in a.evidence}
        newest = self.papers.newest(cited, as_of=as_of, before=before)
        sought = self.papers.sought((paper.id for paper in newest.values()), as_of=as_of)
        answers = ((id, still_stands(a, newest, sought)) for id, (a, _) in counted.items())
        return Known(
            assessments=counted,
            revised={id: answer for id, answer in answers if answer},
            decisions=self.work.decisions(claim.id, as_of=as_of),
            withdrawn=frozenset(number for number, paper in newest.items() if paper.withdrawn),
            flags=frozenset(flags),
        )

    def standings(self, run_id: str) -> tuple[Standing, ...]:
        """The standings at the end of a run, by claim id, evidence proven again."""
        return self._whole(self.runs.standing_rows(run_id))

    def standings_before(
        self, claim_ids: Iterable[str], run_id: str | None = None
    ) -> tuple[Standing, ...]:
        """The claims' last standings before a run (None: now), for those that had one."""
        rows = (self.runs.standing_before(claim_id, run_id) for claim_id in claim_ids)
        return self._whole(tuple(row for row in rows if row))

    def _whole(self, rows: tuple[StandingRow, ...]) -> tuple[Standing, ...]:
        wanted = {id for row in rows for id in row.admitted}
        found = self.work.assessments(ids=wanted)
        assessments: dict[str, Assessment] = {id: a for id, (a, _) in found.items()}
        return tuple(standing_of_row(row, assessments) for row in rows)


def _is_outdated(
    assessment: Assessment, current: Signature | None, judged_anew: Collection[str]
) -> bool:
    """Whether the same judge, as it is now, has given another answer on the same paper."""
    signed = assessment.signature
    return (
        current is not None
        and signed.judge == current.judge
        and signed != current
        and str(assessment.finding.paper) in judged_anew
    )
