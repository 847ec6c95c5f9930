"""One claim: where it stands and on what, its history, and every assessment of it."""

from dataclasses import dataclass
from typing import Final

from claims.assessment import Decision, in_force
from claims.claim import Claim, Inquiry
from claims.present import present
from claims.run import Run
from claims.standing import Standing
from reports.evidence import Balance
from reports.history import Moment, balance_of, moments
from review.views.pieces import Exhibit, exhibits
from review.views.room import Room

PER_PAGE: Final = 8
"""Pieces of evidence a page, each some 4 KB, with long quotes 6."""

PER_PAGE_FOLLOWED: Final = 4
"""While a retest is followed: a page has 100 KB, and htmx takes half of them."""


@dataclass(frozen=True, kw_only=True)
class ClaimPage:
    """Everything about one claim; `exhibits` is one page of its `n_exhibits`."""

    claim: Claim
    inquiry: Inquiry | None
    standing: Standing
    run: Run | None
    """The run that last tested it."""
    balance: Balance
    history: tuple[Moment, ...]
    """Newest first, only where something changed."""
    n_tested: int
    """How many runs have tested it."""
    exhibits: tuple[Exhibit, ...]
    n_exhibits: int
    decisions: tuple[Decision, ...]
    """Newest first."""
    in_force: frozenset[str]
    """The ids of the decisions that count now."""
    held: Decision | None
    """The ruling in force on the standing itself."""
    seen: str
    """The id of the last ruling on the standing."""


def claim_page(room: Room, claim_id: str, *, page: int = 1, per_page: int = PER_PAGE) -> ClaimPage:
    """One page, from 1, of a claim's evidence, with all that is said of the claim itself.

    Raises ClaimNotFound, LedgerError.
    """
    inquiry, claim = room.claim(claim_id)
    if inquiry is not None:
        room.ledger.claims.register([claim])
    now = present(room.ledger, claim_id)
    pieces = exhibits(now.claim, now.standing.relations, now.assessments, now.decisions)
    runs = room.ledger.runs.history(claim_id)
    rulings = in_force(now.decisions)
    newest = tuple(sorted(now.decisions, key=lambda d: (d.at, d.id), reverse=True))
    return ClaimPage(
        claim=claim,
        inquiry=inquiry,
        standing=now.standing,
        run=now.run,
        balance=balance_of(now.standing.relations.values()),
        history=moments(runs, now.standing, newest),
        n_tested=len(runs),
        exhibits=pieces[(page - 1) * per_page : page * per_page],
        n_exhibits=len(pieces),
        decisions=newest,
        in_force=frozenset(d.id for d in rulings.values()),
        held=rulings.get(None),
        seen=next((d.id for d in newest if d.assessment_id is None), ""),
    )


def history(room: Room, claim_id: str) -> tuple[Moment, ...]:
    """The claim's moments, newest first. Raises ClaimNotFound."""
    now = present(room.ledger, claim_id)
    newest = tuple(sorted(now.decisions, key=lambda d: (d.at, d.id), reverse=True))
    return moments(room.ledger.runs.history(claim_id), now.standing, newest)
