"""Where claims stand at this moment: as the last run left them, with people's rulings since.

A ruling counts at once, without a run. What a run at work has recorded so far does not count
before it ends, and flags stay as the last run raised them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from claims.assessment import Assessment, Decision, StandingState
from claims.claim import Claim
from claims.clock import utc_now
from claims.ledger import Ledger
from claims.ledger.board import Place
from claims.ledger.rows import StandingRow, standing_row
from claims.run import Run
from claims.standing import DERIVED_FLAGS, Flag, Standing, standing_of

_AT_ONCE: Final = timedelta(minutes=2)
"""A ruling so shortly before the end of a run may have come too late for it: looked at again."""


@dataclass(frozen=True, kw_only=True)
class Present:
    """One claim as it stands now."""

    claim: Claim
    standing: Standing
    run: Run | None
    """The one that last tested it; None for never."""
    assessments: tuple[Assessment, ...]
    """All that was ever assessed for it, by id, whether it counts or not."""
    decisions: tuple[Decision, ...]
    """In the order in which they were entered."""


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One of many claims as it stands now, its evidence by id alone."""

    claim_id: str
    state: StandingState
    flags: tuple[Flag, ...]
    kept: Place | StandingRow

    @property
    def admitted(self) -> tuple[str, ...]:
        """The assessments that count, strongest first."""
        return self.kept.admitted

    @property
    def relations(self) -> Mapping[str, str]:
        """Assessment id to the relation that counts."""
        return self.kept.relations

    @property
    def reason(self) -> str:
        """Why it stands there, in a few words."""
        return self.kept.reason


def present(ledger: Ledger, claim_id: str, written: Claim | None = None) -> Present:
    """The claim and its standing now, evidence proven again. Raises ClaimNotFound, LedgerError.

    `written` is the claim as the library has it, for one that no run has tested.
    """
    history = ledger.runs.history(claim_id, limit=1)
    every = ledger.work.assessments(claim_id)
    decisions = ledger.work.decisions(claim_id)
    run = None
    if not history:
        claim = written or ledger.claims.latest(claim_id)
        standing = _untested(claim)
    else:
        run, row = history[0]
        ended_at = run.finished_at or utc_now()
        claim = ledger.claims.of_revision(row.claim_revision, as_of=ended_at)
        flags = set(row.flags) - DERIVED_FLAGS
        then = ledger.known(
            claim, flags, as_of=ended_at, before=run.until, signature=run.signature, among=every
        )
        known = replace(then, decisions=decisions)
        standing = standing_of(claim, known, thresholds=run.thresholds)
    return Present(
        claim=claim,
        standing=standing,
        run=run,
        assessments=tuple(every[id][0] for id in sorted(every)),
        decisions=decisions,
    )


def stands(ledger: Ledger, only: Collection[str] | None = None) -> Mapping[str, Stand]:
    """Every claim that a run has tested (or those of `only`), as it stands now."""
    places = ledger.board.latest(only=only)
    decided = ledger.board.decided()
    return {
        id: _recomputed(ledger, id, place.run_id, *decided[id])
        if id in decided and decided[id][0] > place.finished_at - _AT_ONCE
        else Stand(claim_id=id, state=place.state, flags=place.flags, kept=place)
        for id, place in places.items()
    }


@lru_cache(maxsize=1024)
def _recomputed(
    ledger: Ledger, claim_id: str, run_id: str, decided_at: datetime, n_decisions: int
) -> Stand:
    """Once for each run and each set of rulings after it, which is all that it depends on."""
    del run_id, decided_at, n_decisions
    row = standing_row(present(ledger, claim_id).standing)
    return Stand(claim_id=claim_id, state=row.state, flags=row.flags, kept=row)


def _untested(claim: Claim) -> Standing:
    return Standing(
        claim_id=claim.id,
        claim_revision=claim.revision,
        state=StandingState.UNTESTED,
        flags=(),
        admitted=(),
        relations={},
        reason="no run has tested it yet",
    )
