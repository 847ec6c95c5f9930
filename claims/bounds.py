"""Words that leave one end of a number open: "at least 28 %", "fewer than 40 %"."""

import re
from typing import Final

from claims.claim import Bound

_BOUNDS: Final = {
    Bound.AT_LEAST: re.compile(
        r"\b(?:at least|(?:no|not) (?:less|fewer) than|(?:more|greater|higher) than|over|above|"
        r"exceed(?:s|ed|ing)?)\s$|[>≥]\s?$",
        re.IGNORECASE,
    ),
    Bound.AT_MOST: re.compile(
        r"\b(?:at most|(?:no|not) more than|(?:less|fewer|lower) than|under|below)\s$|[<≤]\s?$",
        re.IGNORECASE,
    ),
}
"""Words right before a number. "Up to" is not among them: it says how far the best went, and is a
ceiling in a claim."""

_N_LETTERS: Final = 24


def bound_before(text: str, start: int) -> Bound | None:
    """Which end the number at `start` is, where the words before it leave the other one open.

    >>> bound_before("It takes at least 5 turns.", 18)
    <Bound.AT_LEAST: 'at least'>
    """
    before = text[max(0, start - _N_LETTERS) : start]
    return next((bound for bound, words in _BOUNDS.items() if words.search(before)), None)
