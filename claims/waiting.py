"""What waits for a person: the claims whose standing nobody has looked at, the weightiest first.

One piece of evidence a claim: the strongest of those that carry its standing. Once a person has
accepted or amended one that carries it, or has ruled on the standing itself, the claim waits no
more; a rejection brings the next piece up, until the claim is untested. So a night is settled in
as many rulings as claims changed, not as many as papers were read.

A claim with nothing of the kind waits for a ruling on what a model's two looks saw differently,
one piece at a time: it moved no standing, and a person can.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from claims.assessment import Decision, Ruling, StandingState, in_force
from claims.ledger import Ledger
from claims.present import Stand, stands
from claims.standing import TABLE, Flag

_WEIGHT: Final = {state: rank for rank, (_, state) in enumerate(TABLE)}
"""How much a standing matters to whoever holds the claim: what overturns it comes first."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One claim that waits, with the piece of evidence to look at."""

    stand: Stand
    assessment_id: str
    confidence: float

    @property
    def urgency(self) -> tuple[bool, int, float, str]:
        """Sorts the most urgent first: overtaken rulings, then bearing, then confidence."""
        overtaken = Flag.REVIEW in self.stand.flags
        weight = _WEIGHT.get(self.stand.state, len(_WEIGHT))
        return not overtaken, weight, -self.confidence, self.stand.claim_id


def waiting(ledger: Ledger, only: Collection[str] | None = None) -> tuple[Waiting, ...]:
    """The queue over all claims, or those of `only`, the most urgent first."""
    decisions = ledger.board.decisions(only)
    disputed = ledger.board.disputed(only)
    leading = {
        id: (stand, found)
        for id, stand in stands(ledger, only).items()
        if (found := _next(stand, in_force(decisions.get(id, ())), disputed.get(id, ())))
    }
    confidence = ledger.board.confidences(found for _, found in leading.values())
    queue = (
        Waiting(stand=stand, assessment_id=found, confidence=confidence[found])
        for stand, found in leading.values()
    )
    return tuple(sorted(queue, key=lambda w: w.urgency))


def _next(
    stand: Stand, rulings: Mapping[str | None, Decision], disputed: Sequence[str]
) -> str | None:
    """The piece to look at: one that carries the standing, or else one that is disputed."""
    unseen = None if stand.state is StandingState.UNTESTED else _unseen(stand, rulings)
    return unseen or next((id for id in disputed if id not in rulings), None)


def _unseen(stand: Stand, rulings: Mapping[str | None, Decision]) -> str | None:
    """The strongest admitted piece that nobody ruled on, if the standing rests on nobody's word."""
    admitted, relations = stand.admitted, stand.relations
    if None in rulings and Flag.REVIEW not in stand.flags and rulings[None].standing:
        return None
    carrying = [id for id in admitted if relations[id] == relations[admitted[0]]]
    taken = (Ruling.ACCEPT, Ruling.AMEND)
    if any(id in rulings and rulings[id].ruling in taken for id in carrying):
        return None
    return carrying[0] if carrying else None
