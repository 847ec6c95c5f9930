"""How a sentence stands to a claim: what both speak of, and whether they say the same of it.

Four signs are read, each with the words that show it: an end of an axis that only one side denies,
opposite ends of one axis said of the same thing, a shared word that only one side denies, and the
same end of an axis on both sides.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from agents.clause import Clause, Trend, read_clause
from agents.words import stem, weight

_JOINT: Final = re.compile(r";\s+|,\s+(?:and|but|while|whereas|although|yet)\s+")
_PART_MASS: Final = 12.0
"""The least weight of a part that can be compared alone: three telling words."""

_TELLING: Final = 2.0
"""The least weight of a word that a sign can rest on: "use" and "show" say too little."""


class Sign(StrEnum):
    """What the words show."""

    REVERSED = "reversed"
    """The same direction, denied by one side only: "increase" and "does not increase"."""
    OPPOSED = "opposed"
    """Opposite directions: "increase" and "decrease"."""
    DENIED = "denied"
    """A shared word that points nowhere, denied by one side only."""
    AGREED = "agreed"
    TORN = "torn"
    """Signs for and against: nothing can be concluded."""
    PLAIN = "plain"
    """Shared words, and no sign either way."""


@dataclass(frozen=True, kw_only=True)
class Stance:
    """How one clause of the claim is met by one sentence."""

    part: str
    """The words of the claim that were compared."""
    shared: tuple[str, ...]
    """Shared stems, most telling first."""
    coverage: float
    """Share of the weight of the claim's words that the sentence has, from 0 to 1."""
    sign: Sign
    attachment: float
    """How much of what stands near the claim's direction word stands near the sentence's too."""
    shown_by: str
    """The words that show the sign, for a person; empty for PLAIN."""


@lru_cache(maxsize=1 << 10)
def parts_of(claim_text: str) -> tuple[str, ...]:
    """The clauses of a claim that say something alone; the whole text when it has only one."""
    parts = [part.strip(" .") for part in _JOINT.split(claim_text)]
    if len(parts) > 1 and all(read_clause(part).mass >= _PART_MASS for part in parts):
        return tuple(parts)
    return (claim_text,)


def stances(claim_text: str, sentence: str) -> tuple[Stance, ...]:
    """How `sentence` stands to each part of the claim, nearest part first."""
    said = read_clause(sentence)
    found = [_stance(part, read_clause(part), said) for part in parts_of(claim_text)]
    return tuple(sorted(found, key=lambda stance: -stance.coverage))


def _stance(part: str, claim: Clause, said: Clause) -> Stance:
    shared = claim.denials.keys() & said.denials.keys()
    pairs = [(a, b) for a in claim.trends for b in said.trends if _of_one_thing(a, b)]
    pairs.sort(key=lambda pair: -_attachment(*pair))
    opposed = [pair for pair in pairs if pair[0].opposes(pair[1])]
    opposed.sort(key=lambda pair: pair[0].up != pair[1].up)
    agreed = [pair for pair in pairs if pair[0].agrees(pair[1])]
    denied = sorted(
        word
        for word in shared
        if claim.denials[word] != said.denials[word] and weight(word) >= _TELLING
    )
    sign, shown_by = _sign(opposed, agreed, denied)
    telling = opposed[:1] or agreed[:1]
    return Stance(
        part=part,
        shared=tuple(sorted(shared, key=lambda word: (-weight(word), word))),
        coverage=_coverage(claim, said),
        sign=sign,
        attachment=_attachment(*telling[0]) if telling else 0.0,
        shown_by=shown_by,
    )


def _attachment(ours: Trend, theirs: Trend) -> float:
    mass = sum(map(weight, ours.near))
    return sum(map(weight, ours.near & theirs.near)) / mass if mass else 0.0


def _of_one_thing(ours: Trend, theirs: Trend) -> bool:
    return any(weight(word) >= _TELLING for word in ours.near & theirs.near)


def _coverage(claim: Clause, said: Clause) -> float:
    """Direction words count only where the sentence has one on the same axis."""
    met = sum(map(weight, claim.denials.keys() & said.denials.keys()))
    axes = {trend.axis for trend in said.trends}
    turns = {stem(trend.word): trend.axis for trend in claim.trends}
    met += sum(weight(word) for word, axis in turns.items() if axis in axes)
    met += sum(map(weight, claim.aside & (said.aside | said.denials.keys())))
    mass = claim.mass + sum(map(weight, turns))
    return met / mass if mass else 0.0


def _sign(
    opposed: list[tuple[Trend, Trend]], agreed: list[tuple[Trend, Trend]], denied: list[str]
) -> tuple[Sign, str]:
    if opposed and agreed:
        return Sign.TORN, f"{_told(opposed[0])}, but also {_told(agreed[0])}"
    if opposed:
        ours, theirs = opposed[0]
        sign = Sign.REVERSED if ours.up == theirs.up else Sign.OPPOSED
        return sign, _told(opposed[0])
    if denied and agreed:
        return Sign.TORN, f"{_told(agreed[0])}, but only one side denies {denied[0]!r}"
    if denied:
        return Sign.DENIED, f"only one side denies {denied[0]!r}"
    if agreed:
        return Sign.AGREED, _told(agreed[0])
    return Sign.PLAIN, ""


def _told(pair: tuple[Trend, Trend]) -> str:
    ours, theirs = (f"{'not ' * t.denied}{t.word!r}" for t in pair)
    about = min(pair[0].near & pair[1].near, key=lambda word: (-weight(word), word))
    return f"the claim says {ours} and the paper {theirs} of {about!r}"
