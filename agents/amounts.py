"""Numbers that a text states, with unit and measure, and how two of them compare.

A number without a unit counts only with a decimal point: bare integers are years, versions and
counts of things too often. Confidence intervals, p-values and years are not findings.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from agents.clause import read_clause
from agents.words import FUNCTION_WORDS, WORD, stem, weight
from claims.claim import Quantity

_N: Final = r"[-−+]?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?:\.\d{1,9})?"  # noqa: RUF001 - the minus sign
_UNIT: Final = (
    r"%|percent(?:age points?)?|per cent|points?|pp\b|-?\s?fold\b|times\b|x\b|×|ms\b|"  # noqa: RUF001 - as written
    r"seconds?\b|s\b|minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|tokens?\b|"
    r"turns?\b|layers?\b|kg\b|mg\b|participants?\b|patients?\b|people\b|million\b|billion\b"
)
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,/-])(?P<low>{_N})(?:\s?(?:%|percent)?\s?(?:-|–|to|and)\s?(?P<high>{_N}))?"  # noqa: RUF001 - the dash of a range
    rf"[\s-]?(?P<unit>{_UNIT})?(?![\w])"
)
_FOLDS: Final = {"twofold": 2.0, "threefold": 3.0, "fourfold": 4.0, "tenfold": 10.0}
_FOLD: Final = re.compile(r"\b(twofold|threefold|fourfold|tenfold)\b", re.IGNORECASE)
_ASIDE: Final = re.compile(
    r"\b(?:CI|confidence interval|credible interval|p|IQR|SD|Table|Fig(?:ure)?|n)\b\W{0,3}$"
    r"|[<>=≤≥]\s?$",
    re.IGNORECASE,
)
_INTERVAL_AHEAD: Final = re.compile(r"\s?(?:CI|confidence|credible|HPD)\b", re.IGNORECASE)
_UNITS: Final = {
    "percent": "%", "per cent": "%", "percentage point": "points", "point": "points",
    "pp": "points", "fold": "times", "x": "times", "×": "times", "s": "seconds",  # noqa: RUF001 - as written
}  # fmt: skip
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


@dataclass(frozen=True, kw_only=True)
class Match:
    """A claimed and a found amount of the same measure and unit."""

    claimed: Quantity
    found: Quantity
    place: Place


@lru_cache(maxsize=1 << 12)
def amounts_in(text: str) -> tuple[Quantity, ...]:
    """The amounts that `text` states; `measure` is the words around each, nearest first."""
    found: list[Quantity] = []
    for match in _AMOUNT.finditer(text):
        low, high = _number(match["low"]), _number(match["high"] or match["low"])
        measure = _measure(text, match.start(), match.end())
        if measure and _is_amount(text, match):
            low, high = sorted((low, high))
            found.append(Quantity(measure=measure, low=low, high=high, unit=_unit(match["unit"])))
    for match in _FOLD.finditer(text):
        if measure := _measure(text, match.start(), match.end()):
            times = _FOLDS[match[0].lower()]
            found.append(Quantity(measure=measure, low=times, high=times, unit="times"))
    return tuple(found)


def matches(claimed: Sequence[Quantity], found: Sequence[Quantity]) -> tuple[Match, ...]:
    """Every pair of the same measure and unit, and where the found amount lies."""
    return tuple(
        Match(claimed=ours, found=theirs, place=place(ours, theirs))
        for ours in claimed
        for theirs in found
        if _unit(ours.unit) == _unit(theirs.unit) and _same_measure(ours.measure, theirs.measure)
    )


def place(claimed: Quantity, found: Quantity) -> Place:
    """Where `found` lies; a little outside still counts as inside."""
    slack_low, slack_high = (abs(end) * _WELL_OUTSIDE for end in (claimed.low, claimed.high))
    if found.low > claimed.high + slack_high:
        return Place.ABOVE
    if found.high < claimed.low - slack_low:
        return Place.BELOW
    return Place.INSIDE


def _is_amount(text: str, match: re.Match[str]) -> bool:
    if _ASIDE.search(text, max(0, match.start() - 24), match.start()):
        return False
    if _INTERVAL_AHEAD.match(text, match.end()):
        return False
    return bool(match["unit"]) or "." in match["low"]


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))  # noqa: RUF001 - the minus sign


def _unit(written: str | None) -> str:
    unit = (written or "").strip(" -").lower()
    singular = unit[:-1] if unit.endswith("s") and len(unit) > len("ms") else unit
    return _UNITS.get(unit, _UNITS.get(singular, singular))


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
    around = {stem(match[0].lower()) for match in WORD.finditer(theirs)}
    named = {*claimed.denials, *(stem(trend.word) for trend in claimed.trends)}
    mass = sum(map(weight, named))
    return mass > 0 and sum(map(weight, named & around)) >= _MEASURE_SHARED * mass
