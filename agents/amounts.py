"""Numbers that a text states, with unit and measure, and how two of them compare.

A number without a unit counts only with a decimal point: bare integers are years, versions and
counts of things too often. Confidence intervals, p-values and years are not findings. Units are
told in each other where that can be done; a share of 5 %, a gain of 5 %, a gain of 5 points and 5 %
of another's accuracy cannot.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from agents.clause import read_clause, terms_of
from agents.shares import SHARES, share
from agents.units import PHYSICAL, per
from agents.words import FUNCTION_WORDS, WORD, stem, weight
from claims.bounds import bound_before
from claims.claim import Bound, Claim, Quantity

_N: Final = r"[-−+]?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.\d{1,9})?"  # noqa: RUF001 - the minus sign
_UNIT: Final = (
    r"%|percent(?:age points?)?|per cent|points?|pp\b|-?\s?fold\b|times\b|x\b|×|"  # noqa: RUF001 - as written
    r"[µm]?s\b|seconds?\b|minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|"
    r"[km]?g\b|grams?\b|[mck]m\b|[kMG]?Hz\b|[KMGT]B\b|"
    r"tokens?\b|turns?\b|layers?\b|participants?\b|patients?\b|people\b"
)
_SCALES: Final = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,/-])(?P<low>{_N})(?:\s?(?:%|percent)?\s?(?:-|–|to|and)\s?(?P<high>{_N}))?"  # noqa: RUF001 - the dash of a range
    rf"(?:\s(?P<scale>{'|'.join(_SCALES)})\b)?[\s-]?(?P<unit>{_UNIT})?(?![\w])"
)
_FOLDS: Final = {"twofold": 2.0, "threefold": 3.0, "fourfold": 4.0, "tenfold": 10.0}
_FOLD: Final = re.compile(r"\b(twofold|threefold|fourfold|tenfold)\b", re.IGNORECASE)
_ASIDE: Final = re.compile(
    r"\b(?:CI|confidence interval|credible interval|p|IQR|SD|Table|Fig(?:ure)?|n)\b\W{0,3}$"
    r"|=\s?$",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"\b(?=\w*[a-z])[\w-]*[A-Z][\w-]*\s$")
"""A name in mixed letters, whose number is a version: "WordNet 3.0"."""

_INTERVAL_AHEAD: Final = re.compile(r"\s?(?:CI|confidence|credible|HPD)\b", re.IGNORECASE)
_UNITS: Final = {
    "percent": "%", "per cent": "%", "percentage point": "points", "point": "points",
    "pp": "points", "fold": "times", "x": "times", "×": "times", "s": "second", "g": "gram",  # noqa: RUF001 - as written
}  # fmt: skip
_CASED: Final = {unit.lower(): unit for unit in PHYSICAL}
_N_LETTERS_BEFORE: Final = 24
_NEAR_WORDS: Final = 7
_MEASURE_SHARED: Final = 0.5
"""Share of the weight of a claim's measure that a finding's surroundings must hold."""

_WELL_OUTSIDE: Final = 0.15
"""How far beyond an end of the range, as a share of that end; rounding and noise lie within."""


class Place(StrEnum):
    """Where a found amount lies against a claimed one."""

    INSIDE = "inside"
    ABOVE = "above"
    BELOW = "below"
    ACROSS = "across"
    """Open at one end, so that it may lie inside or not."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A claimed and a found amount of the same measure and unit."""

    claimed: Quantity
    found: Quantity
    """In the unit that the paper gives."""
    place: Place


@lru_cache(maxsize=1 << 12)
def amounts_in(text: str) -> tuple[Quantity, ...]:
    """The amounts that `text` states; `measure` is the words around each, nearest first."""
    found: list[Quantity] = []
    for match in _AMOUNT.finditer(text):
        scale = _SCALES.get(match["scale"] or "", 1.0)
        ends = sorted(_number(end) * scale for end in (match["low"], match["high"] or match["low"]))
        measure = _measure(text, match.start(), match.end())
        unit = _unit(match["unit"])
        if measure and _is_amount(text, match):
            found.append(
                Quantity(
                    measure=measure,
                    low=ends[0],
                    high=ends[1],
                    unit=share(text, match.start(), match.end()) if unit == "%" else unit,
                    bound=None if match["high"] else bound_before(text, match.start()),
                )
            )
    for match in _FOLD.finditer(text):
        if measure := _measure(text, match.start(), match.end()):
            times = _FOLDS[match[0].lower()]
            found.append(Quantity(measure=measure, low=times, high=times, unit="times"))
    return tuple(found)


def compared(claim: Claim, found: Sequence[Quantity]) -> tuple[Match, ...]:
    """Every pair of an amount of the claim and a found one that can be compared."""
    is_ceiling = "ceiling" in read_clause(claim.text).cues
    return matches(_claimed(claim), found, is_ceiling=is_ceiling)


def is_told_otherwise(claim: Claim, found: Sequence[Quantity]) -> bool:
    """Whether a percentage of the claim stands there as a share of something else, or seems to."""
    return any(
        one.unit in SHARES
        and other.unit in SHARES - {one.unit}
        and place(one, other) is Place.INSIDE
        and _same_measure(one.measure, other.measure)
        for one in _claimed(claim)
        for other in found
    )


def matches(
    claimed: Sequence[Quantity], found: Sequence[Quantity], *, is_ceiling: bool = False
) -> tuple[Match, ...]:
    """Every pair of the same measure and of units that can be told in each other."""
    return tuple(
        Match(claimed=ours, found=theirs, place=place(ours, theirs, factor, is_ceiling=is_ceiling))
        for ours in claimed
        for theirs in found
        if (factor := per(_unit(theirs.unit), _unit(ours.unit))) is not None
        and _same_measure(ours.measure, theirs.measure)
    )


def place(
    claimed: Quantity, found: Quantity, factor: float = 1.0, *, is_ceiling: bool = False
) -> Place:
    """Where `found` lies, told in the claimed unit by `factor`.

    A little outside is still inside, but any better result breaks a record: nothing is allowed
    above a claimed ceiling.
    """
    low, high = _ends(claimed)
    least = low - abs(claimed.low) * _WELL_OUTSIDE
    most = high if is_ceiling else high + abs(claimed.high) * _WELL_OUTSIDE
    found_low, found_high = (end * factor for end in _ends(found))
    if found_low > most:
        return Place.ABOVE
    if found_high < least:
        return Place.BELOW
    if found.bound and not least <= found_low <= found_high <= most:
        return Place.ACROSS
    return Place.INSIDE


def _ends(quantity: Quantity) -> tuple[float, float]:
    low = -math.inf if quantity.bound is Bound.AT_MOST else quantity.low
    high = math.inf if quantity.bound is Bound.AT_LEAST else quantity.high
    return low, high


def _is_amount(text: str, match: re.Match[str]) -> bool:
    if _ASIDE.search(text, max(0, match.start() - _N_LETTERS_BEFORE), match.start()):
        return False
    if _INTERVAL_AHEAD.match(text, match.end()):
        return False
    is_version = _NAMED.search(text[max(0, match.start() - _N_LETTERS_BEFORE) : match.start()])
    return bool(match["unit"]) or ("." in match["low"] and not is_version)


def _claimed(claim: Claim) -> tuple[Quantity, ...]:
    said = amounts_in(claim.text)
    return tuple(_as_said(one, said) for one in claim.quantities) or said


def _as_said(written: Quantity, said: Sequence[Quantity]) -> Quantity:
    """A quantity of a claim with the unit that the same share has in the claim's own text."""
    told = {
        one.unit
        for one in said
        if one.unit in SHARES
        and (one.low, one.high) == (written.low, written.high)
        and _same_measure(written.measure, one.measure)
    }
    if _unit(written.unit) == "%" and len(told) == 1:
        return written.model_copy(update={"unit": told.pop()})
    return written


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))  # noqa: RUF001 - the minus sign


def _unit(written: str | None) -> str:
    unit = (written or "").strip(" -").lower()
    singular = unit[:-1] if unit.endswith("s") and len(unit) > len("ms") else unit
    plain = _UNITS.get(unit, _UNITS.get(singular, singular))
    return _CASED.get(plain, plain)


def _measure(text: str, start: int, end: int) -> str:
    """The content words around `[start, end)`, nearest first."""
    before = list(WORD.finditer(text[:start]))[-_NEAR_WORDS:][::-1]
    after = list(WORD.finditer(text[end : end + 120]))[:_NEAR_WORDS]
    near = [m[0] for pair in zip(before, after, strict=False) for m in pair]
    rest = before[len(after) :] + after[len(before) :]
    words = [*near, *(m[0] for m in rest)]
    telling = (w for w in words if w.lower() not in FUNCTION_WORDS and w[0].isalpha())
    return " ".join(dict.fromkeys(telling))


def _same_measure(ours: str, theirs: str) -> bool:
    claimed = read_clause(ours)
    named = {*claimed.denials, *(stem(trend.word) for trend in claimed.trends)}
    mass = sum(map(weight, named))
    return mass > 0 and sum(map(weight, named & _met(theirs, named))) >= _MEASURE_SHARED * mass


def _met(text: str, named: set[str]) -> set[str]:
    """The stems of `text`; of a compound the parts, too, where all are named: not half a name."""
    found: set[str] = set()
    for match in WORD.finditer(text):
        parts = {term.stem for term in terms_of(match[0].lower(), denied=False)}
        found |= {stem(match[0].lower())} | (parts if parts <= named else set())
    return found
