"""Everything that is held, as values for exports: each claim with evidence, rulings, history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from claims.assessment import Assessment, Decision
from claims.claim import Claim, Inquiry
from claims.evidence import Paper
from claims.ledger import Ledger
from claims.present import present
from claims.standing import Standing
from reports.evidence import Piece, pieces_of
from reports.history import Moment, moments


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One claim as it stands now."""

    claim: Claim
    inquiry: Inquiry
    standing: Standing
    assessments: tuple[Assessment, ...]
    """All that was ever assessed for it, by id, whether it counts or not."""
    decisions: tuple[Decision, ...]
    """Oldest first."""
    history: tuple[Moment, ...]
    """Newest first."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The evidence that counts, strongest first."""
        return pieces_of(self.standing, {})

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The paper versions that the evidence that counts is quoted from."""
        return tuple(piece.paper for piece in self.pieces)


def holdings(
    ledger: Ledger, inquiries: Iterable[Inquiry], claim_id: str | None = None
) -> Iterator[Holding]:
    """Each claim of the library, or the one named, in library order. Raises LedgerError."""
    for inquiry in inquiries:
        for claim in inquiry.claims:
            if claim_id in {None, claim.id}:
                yield _holding(ledger, inquiry, claim)


def _holding(ledger: Ledger, inquiry: Inquiry, claim: Claim) -> Holding:
    ledger.claims.register([claim])
    now = present(ledger, claim.id)
    newest_first = tuple(sorted(now.decisions, key=lambda d: (d.at, d.id), reverse=True))
    return Holding(
        claim=claim,
        inquiry=inquiry,
        standing=now.standing,
        assessments=now.assessments,
        decisions=tuple(reversed(newest_first)),
        history=moments(ledger.runs.history(claim.id), now.standing, newest_first),
    )
