"""`retest review --tty`: the queue, walked in a terminal one claim at a time."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TextIO

from claims.assessment import Ruling
from claims.deciding import COMMON_REASONS, Ruled, Wish, rule, undo
from claims.errors import DecisionRefused
from claims.evidence import Relation
from reports.words import SYMBOLS, TIER_MEANS, visible
from review import shown
from review.views.queue import Card, queue
from review.views.room import Room

_KEYS: Final = "a accept, r reject, m amend, s skip, u undo the last one, q quit"
_RULINGS: Final = {"a": Ruling.ACCEPT, "r": Ruling.REJECT, "m": Ruling.AMEND}


class _Back(Exception):
    """The person thought better of the ruling that was begun."""


@dataclass
class _Walk:
    """One walk through the queue."""

    room: Room
    by: str
    ask: Callable[[str], str]
    skipped: set[str] = field(default_factory=set)
    made: list[Ruled] = field(default_factory=list)


def walk(room: Room, by: str, answers: TextIO = sys.stdin) -> tuple[Ruled, ...]:
    """The rulings made, in order. Ends with the queue, with `q`, or with the end of `answers`."""

    def ask(question: str) -> str:
        sys.stdout.write(f"{question} ")
        sys.stdout.flush()
        line = answers.readline()
        if not line:
            raise EOFError
        return line.strip()

    going = _Walk(room=room, by=by, ask=ask)
    try:
        while _next(going):
            pass
    except EOFError:
        shown.out()
    return tuple(going.made)


def _next(going: _Walk) -> bool:
    """Whether to go on, once the most urgent claim that was not skipped is settled."""
    found = queue(going.room, limit=len(going.skipped) + 1)
    left = [card for card in found.cards if card.claim.id not in going.skipped]
    if left:
        _print(left[0], found.n_waiting - len(going.skipped))
        return _settle(going, left[0])
    shown.out("nothing else waits" if going.skipped else "nothing waits")
    for card in found.sources:
        shown.out(f"a source is proposed for {card.holder.id}: retest ground {card.holder.id}")
    if not going.made or going.ask("[u undo the last one, or any other key to end]") != "u":
        return False
    _undo(going)
    return True


def _settle(going: _Walk, card: Card) -> bool:
    """Whether to go on, once this card was ruled on or skipped."""
    while True:
        key = going.ask(f"[{_KEYS}]").lower()
        try:
            match key:
                case "q":
                    return False
                case "s":
                    going.skipped.add(card.claim.id)
                    return True
                case "u":
                    _undo(going)
                    return True
                case "a" | "r" | "m":
                    _rule(going, card, _RULINGS[key])
                    return True
        except DecisionRefused as error:
            shown.out(f"not entered: {error}")
        except _Back:
            shown.out("nothing was entered")


def _rule(going: _Walk, card: Card, ruling: Ruling) -> None:
    relation = None
    if ruling is Ruling.AMEND:
        relation = _choice(going, list(Relation), "which is it really")
    wish = Wish(
        claim_id=card.claim.id,
        assessment_id=card.exhibit.id,
        ruling=ruling,
        relation=Relation(relation) if relation else None,
        by=going.by,
        why=_why(going, ruling),
        seen=card.exhibit.seen or None,
    )
    done = rule(going.room.ledger, wish)
    going.made.append(done)
    tell(done)


def _why(going: _Walk, ruling: Ruling) -> str:
    if ruling is Ruling.ACCEPT:
        return COMMON_REASONS[ruling][0]
    return _choice(going, COMMON_REASONS[ruling], "why", free=True)


def _choice(
    going: _Walk, offered: "list[Relation] | tuple[str, ...]", question: str, *, free: bool = False
) -> str:
    """What was chosen, or typed where that is `free`. Raises _Back when it is nothing."""
    for n, told in enumerate(offered, start=1):
        shown.out(f"{n} {told}", indent=2)
    own = ", your own words" if free else ""
    while answer := going.ask(f"{question}? [a number{own}, or nothing to go back]"):
        if answer.isdecimal() and 1 <= int(answer) <= len(offered):
            return str(offered[int(answer) - 1])
        if free and not answer.isdecimal():
            return answer
    raise _Back


def _undo(going: _Walk) -> None:
    if not going.made:
        raise DecisionRefused("nothing was ruled in this walk yet")
    last = going.made.pop().decision
    tell(undo(going.room.ledger, last.claim_id, last.id, by=going.by))


def tell(done: Ruled) -> None:
    """Print what came of a ruling."""
    moved = f"{done.before.state} -> {done.after.state}"
    stays = f"stays {done.after.state}"
    place = moved if done.before.state is not done.after.state else stays
    shown.out(f"{done.decision.ruling}: {done.decision.claim_id} {place} ({done.decision.why})")
    for other in done.unseen:
        shown.out(
            f"meanwhile {other.by} ruled {other.ruling}: {other.why}; both are kept, "
            f"{'yours counts' if done.counts else 'the later one counts'}",
            indent=2,
        )


def _print(card: Card, n_waiting: int) -> None:
    piece, state = card.exhibit.piece, card.stand.state
    shown.out()
    shown.out(f"{SYMBOLS[state]} {state}  {card.claim.text}  ({n_waiting} waiting)")
    shown.out(f"{card.claim.id}, as of {card.claim.as_of}; {card.stand.reason}", indent=2)
    shown.out(f"{piece.relation}, {piece.confidence}", indent=2)
    for quoted in piece.quotes:
        shown.out(f"“{quoted.cited.quote}”", indent=4)
        shown.out(f"{quoted.where}, {TIER_MEANS[quoted.cited.tier]}", indent=4)
    shown.out(f"{piece.url} {piece.paper.title}, {piece.dated}", indent=4)
    for mark in piece.marks:
        shown.out(f"! {mark}", indent=4)
    verdict = piece.assessment.verdict
    shown.out(f"Reason ({piece.assessment.signature.judge}): {visible(verdict.reason)}", indent=4)
    if card.n_more:
        shown.out(f"and {card.n_more} more: retest claims show {card.claim.id}", indent=4)
