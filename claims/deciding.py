"""Deciding: a person's rulings entered into the ledger, and what came of each at once.

Every ruling is appended, with who, when and why; none is edited. Two people may rule on the same
thing at the same moment: both rulings are kept, the later one counts, and whoever had not seen the
other's is told of it. Undoing is a ruling, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from claims.assessment import Assessment, Decision, Ruling, StandingState, in_force
from claims.claim import Claim
from claims.clock import utc_now
from claims.errors import DecisionRefused
from claims.evidence import Relation
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.present import Present, present
from claims.standing import Standing

MAX_WHY_CHARS: Final = 2_000
MAX_NAME_CHARS: Final = 100
"""Bounds on what is typed: a reason is a sentence or two, a name is a name."""

COMMON_REASONS: Final = {
    Ruling.ACCEPT: ("The quote says so, and it bears on the claim as judged.",),
    Ruling.REJECT: (
        "It is about something else.",
        "Task, population, measure or setting differ.",
        "It only reports what others hold.",
        "The quote does not carry the judgement.",
        "The paper cannot be relied on.",
    ),
    Ruling.AMEND: ("The quote bears on the claim in another way.",),
}
"""What people most often mean of a piece of evidence, offered so that nobody has to type it."""

STANDING_REASONS: Final = (
    "The evidence is too thin to move it.",
    "The evidence is not about this claim.",
    "Other evidence outweighs it.",
)
"""The same for moving a standing back to what it was."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person wants to be entered. `assessment_id` None rules on the standing itself."""

    claim_id: str
    assessment_id: str | None = None
    ruling: Ruling
    relation: Relation | None = None
    standing: StandingState | None = None
    by: str
    why: str
    seen: str | None = None
    """The id of the last ruling on the same target that the person had seen."""


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """A ruling that was entered, and what came of it."""

    decision: Decision
    before: Standing
    after: Standing
    unseen: tuple[Decision, ...]
    """Rulings of others on the same target that the person had not seen, oldest first."""
    counts: bool
    """Whether this ruling is the one in force; not when another was entered a moment later."""


def rule(ledger: Ledger, wish: Wish, *, at: datetime | None = None) -> Ruled:
    """The ruling as entered, with the claim's standing before and after.

    Raises DecisionRefused, ClaimNotFound, LedgerError.
    """
    now = present(ledger, wish.claim_id)
    earlier = _same(ledger.work.decisions(wish.claim_id), wish.assessment_id)
    decision = _decision(ledger, now, wish, _after(earlier, at or utc_now()))
    ledger.work.decide(decision)
    return _ruled(ledger, now.standing, decision, wish.seen)


def undo(ledger: Ledger, claim_id: str, decision_id: str, *, by: str, why: str = "") -> Ruled:
    """The ruling that takes another one back: what was in force before it counts again.

    Raises DecisionRefused when there is no such ruling, or when somebody has ruled since.
    """
    made = ledger.work.decisions(claim_id)
    undone = next((d for d in made if d.id == decision_id), None)
    if undone is None:
        raise DecisionRefused(f"no ruling {decision_id} on claim {claim_id}: nothing to undo")
    target = undone.assessment_id
    same = _same(made, target)
    latest = max(same, key=_order)
    if latest.id != decision_id:
        raise DecisionRefused(
            f"{latest.by} has ruled on the same since ({latest.ruling}, {latest.at:%Y-%m-%d %H:%M} "
            "UTC): look at that ruling first"
        )
    before = in_force(d for d in same if _order(d) < _order(undone)).get(target)
    restored = before or Decision(
        claim_id=claim_id,
        assessment_id=target,
        ruling=Ruling.WITHDRAW,
        by=undone.by,
        at=undone.at,
        why=undone.why,
    )
    why = why or f"Undone: {undone.why}"[:MAX_WHY_CHARS]
    changed = {"by": _name(by), "at": _after(same, utc_now()), "why": _reason(why)}
    # Not model_copy: it would keep the name of the decision that was copied.
    decision = Decision.model_validate({**restored.model_dump(), **changed})
    standing = present(ledger, claim_id).standing
    ledger.work.decide(decision)
    return _ruled(ledger, standing, decision, decision_id)


def recalled(ledger: Ledger, claim_id: str, decision_id: str, seen: str | None) -> Ruled | None:
    """What came of a ruling entered earlier, told as of now; None when there is no such ruling."""
    made = {d.id: d for d in ledger.work.decisions(claim_id)}
    if decision_id not in made:
        return None
    decision = made[decision_id]
    standing = present(ledger, claim_id).standing
    return _ruled(ledger, standing, decision, seen)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The papers that a person has spoken on for one claim: no judge is asked about them again."""

    numbers: frozenset[str]
    """Rejected: no version of the paper comes back."""
    versions: frozenset[str]
    """Accepted or amended: this very version, such as `2503.00001v1`, does not."""

    def __contains__(self, paper: ArxivId) -> bool:
        return paper.number in self.numbers or str(paper) in self.versions


def settled(ledger: Ledger, claim: Claim) -> Settled:
    """What people's rulings in force on evidence for `claim` settle.

    A rejection holds for every revision of the claim, anything else for the one it was made on.
    """
    rulings = in_force(ledger.work.decisions(claim.id))
    judged = ledger.board.judged_papers(filter(None, rulings))
    numbers, versions = set[str](), set[str]()
    for id, (paper, revision) in judged.items():
        if rulings[id].ruling is Ruling.REJECT:
            numbers.add(ArxivId.parse(paper).number)
        elif revision == claim.revision:
            versions.add(paper)
    return Settled(numbers=frozenset(numbers), versions=frozenset(versions))


def _same(made: Iterable[Decision], target: str | None) -> list[Decision]:
    return [decision for decision in made if decision.assessment_id == target]


def _after(earlier: Iterable[Decision], at: datetime) -> datetime:
    """`at`, or just after the last of `earlier` where another machine's clock was ahead."""
    return max([at, *(decision.at + timedelta(microseconds=1) for decision in earlier)])


def _ruled(ledger: Ledger, before: Standing, decision: Decision, seen: str | None) -> Ruled:
    made = ledger.work.decisions(decision.claim_id)
    same = _same(made, decision.assessment_id)
    known = next((n for n, d in enumerate(same) if d.id == seen), -1)
    return Ruled(
        decision=decision,
        before=before,
        after=present(ledger, decision.claim_id).standing,
        unseen=tuple(d for d in same[known + 1 :] if d.id != decision.id),
        counts=max(same, key=_order).id == decision.id,
    )


def _order(decision: Decision) -> tuple[datetime, str]:
    return decision.at, decision.id


def _decision(ledger: Ledger, now: Present, wish: Wish, at: datetime) -> Decision:
    if wish.ruling is Ruling.WITHDRAW:
        raise DecisionRefused("a ruling is taken back with undo, which names it")
    common = COMMON_REASONS[wish.ruling][0] if wish.ruling is Ruling.ACCEPT else ""
    relation = standing = None
    if wish.assessment_id is None:
        standing = _held(ledger, now, wish)
    else:
        relation = _amended(_assessment(ledger, wish), wish)
    return Decision(
        claim_id=wish.claim_id,
        assessment_id=wish.assessment_id,
        ruling=wish.ruling,
        relation=relation,
        standing=standing,
        by=_name(wish.by),
        at=at,
        why=_reason(wish.why or common),
    )


def _assessment(ledger: Ledger, wish: Wish) -> Assessment:
    found = ledger.work.assessments(wish.claim_id, ids=[wish.assessment_id or ""])
    if not found:
        raise DecisionRefused(
            f"claim {wish.claim_id} has no assessment {wish.assessment_id}: "
            f"see `retest claims show {wish.claim_id}`"
        )
    return next(iter(found.values()))[0]


def _amended(assessment: Assessment, wish: Wish) -> Relation | None:
    if wish.ruling is not Ruling.AMEND:
        return None
    if wish.relation is None or wish.relation is assessment.relation:
        others = ", ".join(r for r in Relation if r is not assessment.relation)
        raise DecisionRefused(f"an amendment says what the relation really is: one of {others}")
    return wish.relation


def _held(ledger: Ledger, now: Present, wish: Wish) -> StandingState:
    """What the standing is held to be: as it is, as it was before, or as the person says."""
    match wish.ruling:
        case Ruling.ACCEPT:
            state = now.standing.state
        case Ruling.REJECT:
            state = _stood_before(ledger, now)
        case _:
            if wish.standing is None or wish.standing is now.standing.state:
                others = ", ".join(s for s in StandingState if s is not now.standing.state)
                raise DecisionRefused(f"an amendment says what the standing is: one of {others}")
            state = wish.standing
    if state is not StandingState.UNTESTED and not now.standing.admitted:
        raise DecisionRefused(
            f"no verified evidence counts for claim {now.claim.id}: it cannot be held {state}"
        )
    return state


def _stood_before(ledger: Ledger, now: Present) -> StandingState:
    """The last other standing that the claim had; UNTESTED when it never had another."""
    earlier = (row.state for _, row in ledger.runs.history(now.claim.id))
    return next((s for s in earlier if s is not now.standing.state), StandingState.UNTESTED)


def _name(text: str) -> str:
    return _typed(text, "who decides", MAX_NAME_CHARS)


def _reason(text: str) -> str:
    return _typed(text, "why", MAX_WHY_CHARS)


def _typed(text: str, what: str, most: int) -> str:
    """`text` on one line. Raises DecisionRefused when it says nothing or too much."""
    line = " ".join(text.split())
    if not line:
        raise DecisionRefused(f"a ruling says {what}: it is empty")
    if len(line) > most:
        raise DecisionRefused(f"a ruling says {what} in at most {most:,} characters")
    if not line.isprintable():
        raise DecisionRefused(f"a ruling says {what} without control characters")
    return line
