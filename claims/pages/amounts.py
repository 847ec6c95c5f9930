"""Quantities that a claim states in words: "76–85 % fidelity", "an accuracy of 71 %".

Only a number with a unit and a noun beside it counts: a person completes the rest in the file.
"""

import re
from typing import Final

from claims.claim import Quantity
from claims.pages.grammar import COMPARING, FUNCTION_WORDS

_N: Final = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,6})?"
_UNIT: Final = (
    r"%|per ?cent\b|percentage points?\b|points?\b|pp\b|x\b|×|times\b|ms\b|seconds?\b|hours?\b|"
    r"days?\b|tokens?\b|turns?\b|people\b|participants?\b"
)
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,/-])(?P<low>{_N})\s?%?(?:\s?(?:-|–|—|‑|to|and)\s?(?P<high>{_N}))?"
    rf"[\s\u00a0\u202f-]?(?P<unit>{_UNIT})",
    re.IGNORECASE,
)
_UNITS: Final = {
    "percent": "%", "per cent": "%", "percentage point": "percentage points",
    "percentage points": "percentage points", "point": "points", "pp": "percentage points",
    "x": "times", "×": "times", "second": "seconds", "hour": "hours", "day": "days",
    "token": "tokens", "turn": "turns", "participant": "participants",
}  # fmt: skip
_STOP: Final = FUNCTION_WORDS | COMPARING
_WORD: Final = re.compile(r"[^\W\d_][\w-]*")
_OF: Final = re.compile(
    r"((?:[^\W\d_][\w-]*\s+){1,2})(?:of|is|at|=|reaches|was|to|hits|by)\s+"
    r"(?:about |around |roughly |only |up to |over |~\s?)?$",
    re.IGNORECASE,
)
_MAX_NOUNS: Final = 3


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """The quantities that `text` states, in order.

    >>> [str(q) for q in quantities_in("Simulation reaches 76–85 % fidelity by matching.")]
    ['76-85% fidelity']
    """
    found = []
    for match in _AMOUNT.finditer(text):
        measure = _after(text[match.end() :]) or _before(text[: match.start()])
        ends = sorted(
            float((match[end] or match["low"]).replace(",", "")) for end in ("low", "high")
        )
        unit = match["unit"].lower()
        if measure:
            unit = _UNITS.get(unit, unit)
            found.append(Quantity(measure=measure, low=ends[0], high=ends[1], unit=unit))
    return tuple(dict.fromkeys(found))


def _after(text: str) -> str:
    """The noun phrase that follows at once, such as "fidelity" or "of participants"."""
    nouns: list[str] = []
    for word in text.removeprefix(" of ").split()[:_MAX_NOUNS]:
        found = _WORD.match(word)
        if found is None or found[0].lower() in _STOP:
            break
        nouns.append(found[0])
        if found[0] != word:
            break
    return " ".join(nouns)


def _before(text: str) -> str:
    """The noun that the number belongs to, as in "an accuracy of"."""
    named = _OF.search(text)
    words = [word for word in (named[1].split() if named else []) if word.lower() not in _STOP]
    return " ".join(words)
