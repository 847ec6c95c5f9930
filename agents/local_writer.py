"""The writer that needs no model: short sentences around verified quotes and computed standings.

It adds nothing to what the ledger holds: quotes are the source's words, everything else says
where a claim stands or what was not found.
"""

from collections import Counter
from typing import Final

from agents.writer import Ranked, Spring, SpringKind, SubQuestion
from claims.answer import Held, Kind, Line, Openness, Statement
from claims.assessment import Assessment, StandingState
from claims.claim import Claim, Inquiry
from claims.evidence import Relation, Signature
from claims.standing import Flag

_SAYS: Final = {
    Relation.SUPERSEDES: "replaces it",
    Relation.CONTRADICTS: "speaks against it",
    Relation.QUALIFIES: "holds it in part or under conditions",
    Relation.SUPPORTS: "supports it",
    Relation.NOT_COMPARABLE: "cannot be compared with it",
    Relation.NO_BEARING: "does not bear on it",
}
_N_SHOWN: Final = 4
"""More pieces of evidence to one question are not read; the report lists every one."""

_MAX_QUOTE_CHARS: Final = 400


class LocalWriter:
    """Writes by templates."""

    signature = Signature(judge="local-writer", model="templates", prompt_version="1")
    notes: tuple[str, ...] = ()

    async def answer(self, asked: SubQuestion) -> tuple[Statement, ...]:
        """One statement a piece of evidence, and one where there is none."""
        told = [_where(held) for held in asked.held]
        told += [_told(held, piece) for held, piece in asked.evidence[:_N_SHOWN]]
        if not asked.evidence:
            told.append(_notice("No evidence found."))
        return tuple(told)

    async def conclude(
        self, inquiry: Inquiry, held: tuple[Held, ...], openness: Openness
    ) -> tuple[Statement, ...]:
        """The count of standings and what follows from it."""
        if not held:
            return (_notice(f"{inquiry.id} holds no claim, so nothing decides its question."),)
        counts = Counter(one.state for one in held)
        told = ", ".join(f"{counts[state]} {state}" for state in StandingState if counts[state])
        why = {
            Openness.SETTLED: "every one of them is confirmed, and nothing speaks against any",
            Openness.MOOT: "every one of them has been superseded, so its premise is gone",
            Openness.OPEN: _why_open(counts),
        }[openness]
        return (_notice(f"The question is {openness}: of its claims, {told}; {why}."),)

    async def dispute(self, ranked: Ranked) -> tuple[Statement, ...]:
        """What the work says, in its own words."""
        return (_told(ranked.held, ranked.assessment),)

    async def beyond(self, held: Held, assessment: Assessment) -> Statement:
        """The words in which the work doubts the framing."""
        return _finding(f"{_quote(assessment)} (read for “{_bare(held.claim)}”)", assessment)

    async def line(self, spring: Spring) -> Line:
        """A question by the kind of conflict."""
        question = _asks(spring)
        return Line(
            question=question,
            springs_from=spring.what,
            held=spring.held,
            decided_by=_decided_by(spring),
            evidence=spring.evidence,
        )


def _asks(spring: Spring) -> str:
    """The question, by what it springs from."""
    claim = _bare(spring.held.claim)
    match spring.kind:
        case SpringKind.TRANSFER:
            return f"Does it hold beyond {'; '.join(spring.slots)} that “{claim}”?"
        case SpringKind.MISSING_CELL:
            return f"Does it hold for {' with '.join(spring.slots)} that “{claim}”?"
        case SpringKind.ALONE:
            return f"Do others find the same of “{claim}”?"
        case SpringKind.AGE:
            return f"Has anything since {spring.slots[0]} moved that “{claim}”?"
        case SpringKind.ORIGIN:
            return f"Which work first showed that “{claim}”?"
    return {
        StandingState.CONTESTED: (
            f"Under which conditions does it hold that “{claim}”, and under which not?"
        ),
        StandingState.SUPERSEDED: f"If it no longer holds that “{claim}”, what does?",
        StandingState.QUALIFIED: f"How far does it reach that “{claim}”?",
        StandingState.CONFIRMED: f"Where would it fail that “{claim}”?",
        StandingState.UNTESTED: f"Does it still hold that “{claim}”?",
    }[spring.held.state]


def _bare(claim: Claim) -> str:
    """Its text without the full stop, for a sentence around it."""
    return claim.text.rstrip(".")


def _where(held: Held) -> Statement:
    """Where a claim stands, and whether it rests on anything real."""
    claim = held.claim
    ungrounded = ", and no real paper has been shown to be its source"
    told = f"“{_bare(claim)}” (as of {claim.as_of}) is {held.state}"
    return _notice(told + (ungrounded if Flag.UNGROUNDED in held.flags else "") + ".")


def _told(held: Held, piece: Assessment) -> Statement:
    return _finding(f"{_quote(piece)} {_SAYS[held.relation_of(piece)]}.", piece)


def _quote(piece: Assessment) -> str:
    words = " ".join(piece.evidence[0].quote.split())
    shown = words if len(words) <= _MAX_QUOTE_CHARS else f"{words[: _MAX_QUOTE_CHARS - 1]}…"
    return f"“{shown}”"


def _finding(text: str, piece: Assessment) -> Statement:
    return Statement(text=text, evidence=(piece,))


def _notice(text: str) -> Statement:
    return Statement(text=text, kind=Kind.NOTICE)


def _why_open(counts: Counter[StandingState]) -> str:
    if counts[StandingState.CONTESTED]:
        return "there is evidence on both sides"
    if set(counts) == {StandingState.UNTESTED}:
        return "nothing verified and newer bears on any of them"
    if counts[StandingState.UNTESTED]:
        return "not all of them have been tested"
    return "they do not all stand alike"


def _decided_by(spring: Spring) -> str:
    claim = spring.held.claim
    by_kind = {
        SpringKind.TRANSFER: "the same measure on both sides of that difference, in one study",
        SpringKind.MISSING_CELL: "the same measure taken on the two together",
        SpringKind.ALONE: "the same measure taken by others, on data of their own",
        SpringKind.AGE: "a newer measurement under the same conditions",
        SpringKind.ORIGIN: "a paper from before its date whose own words say so",
    }
    if spring.kind in by_kind:
        return by_kind[spring.kind]
    if claim.quantities:
        told = " and ".join(map(str, claim.quantities))
        return f"a newer measurement of {told}, by others and with its spread"
    if spring.held.state is StandingState.CONTESTED:
        return "one study that meets the conditions of both sides and reports each"
    subject = " of ".join(filter(None, (claim.scope.task, claim.scope.population)))
    same = subject or "the same task and population"
    return f"a newer result on {same}, whichever way it falls"
