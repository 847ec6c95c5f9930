"""One piece of evidence as a person decides on it: its words, where they stand, and the rulings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from claims.assessment import Assessment, Decision, Ruling, in_force
from claims.claim import Claim
from claims.evidence import Relation
from claims.standing import TABLE
from reports.evidence import Piece


class Weight(StrEnum):
    """Whether a piece counts for the standing, and if not, why."""

    COUNTS = "counts"
    REJECTED = "rejected by a person"
    BESIDE = "does not bear on the claim"
    BELOW = "does not count: too unsure, too old, or withdrawn"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What claim and finding say of one thing that must agree before they can be compared."""

    name: str
    claim: str
    finding: str

    @property
    def agrees(self) -> bool:
        """Whether both say the same in the same words."""
        return self.claim.casefold() == self.finding.casefold()


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A piece of evidence on a page."""

    claim_id: str
    piece: Piece
    weight: Weight
    slots: tuple[Slot, ...]
    ruling: Decision | None
    """The ruling in force on it."""
    seen: str
    """The id of the last ruling on it, or nothing: told back when somebody rules."""

    @property
    def id(self) -> str:
        """The assessment's id."""
        return self.piece.assessment.id

    @property
    def bears(self) -> bool:
        """Whether it bears on the claim at all, so that it can be accepted or rejected."""
        return self.weight is not Weight.BESIDE

    @property
    def anchor(self) -> str:
        """A name for it within a page."""
        return "e-" + self.id.removeprefix("sha256:")[:16]


def exhibits(
    claim: Claim,
    counting: Collection[str],
    assessments: Iterable[Assessment],
    decisions: Sequence[Decision],
    news: Mapping[str, str] | None = None,
) -> tuple[Exhibit, ...]:
    """The pieces, those that count first, each group strongest first.

    `counting` are the ids of the assessments that the claim's standing rests on now.
    """
    rulings = in_force(decisions)
    last = {d.assessment_id: d.id for d in sorted(decisions, key=lambda d: (d.at, d.id))}
    found = [
        Exhibit(
            claim_id=claim.id,
            piece=Piece(
                assessment=a,
                relation=_relation(a, rulings.get(a.id)),
                news=(news or {}).get(a.id, ""),
            ),
            weight=_weight(a, a.id in counting, rulings.get(a.id)),
            slots=_slots(claim, a),
            ruling=rulings.get(a.id),
            seen=last.get(a.id, ""),
        )
        for a in assessments
    ]
    order = list(Weight)
    return tuple(sorted(found, key=lambda e: (order.index(e.weight), _strength(e.piece))))


def _weight(assessment: Assessment, counts: bool, ruling: Decision | None) -> Weight:
    if counts:
        return Weight.COUNTS
    if ruling and ruling.ruling is Ruling.REJECT:
        return Weight.REJECTED
    moves = _relation(assessment, ruling).moves_a_standing
    return Weight.BELOW if moves else Weight.BESIDE


def _relation(assessment: Assessment, ruling: Decision | None) -> Relation:
    return (ruling and ruling.relation) or assessment.relation


def _strength(piece: Piece) -> tuple[int, float, str]:
    ranked = [relation for relation, _ in TABLE]
    place = ranked.index(piece.relation) if piece.relation in ranked else len(ranked)
    return place, -piece.assessment.verdict.confidence, piece.assessment.id


def _slots(claim: Claim, assessment: Assessment) -> tuple[Slot, ...]:
    ours, theirs = claim.scope.model_dump(), assessment.finding.scope.model_dump()
    scope = [
        Slot(name=name, claim=ours[name] or "", finding=theirs[name] or "")
        for name in ours
        if ours[name] or theirs[name]
    ]
    numbers = zip_longest(claim.quantities, assessment.finding.quantities, fillvalue="")
    return (*scope, *(Slot(name="number", claim=str(a), finding=str(b)) for a, b in numbers))
