"""Where quoted words stand in a full text: on which page, in which lines, in which passages.

The proof is that of `claims.verify.locate`, exact or by its table and nothing looser. This module
only finds where to look: by letters and digits alone, over the whole text at once, so that a quote
is found over lines, columns, pages and the seams of passages.
"""

from dataclasses import dataclass
from typing import Final

from claims.errors import QuoteNotFound
from claims.evidence import Box, Passage
from claims.verify import Tier, fold, locate
from papers.reading import FullText

_MARGIN: Final = 120
"""Characters around a place that are shown to the proof: it looks at neighbouring characters."""

_MOST_PLACES: Final = 50
"""A quote of enough length does not stand in more places than that."""


@dataclass(frozen=True, kw_only=True)
class Located:
    """A quote that stands in the text."""

    start: int
    """Place in the text, half-open."""
    end: int
    tier: Tier
    passages: tuple[Passage, ...]
    """Those of `FullText.passages` that it touches."""
    places: tuple[tuple[int, Box], ...]
    """Page and box of each of its lines."""

    @property
    def page(self) -> int | None:
        """The page where it begins."""
        return self.places[0][0] if self.places else None


class Finder:
    """Finds quotes in one text; made once for many quotes."""

    def __init__(self, full: FullText) -> None:
        self._full = full
        # Past its cache: the folds of many whole papers would fill the memory.
        folded, places = fold.__wrapped__(full.text)
        kept = [(char, place) for char, place in zip(folded, places, strict=True) if char.isalnum()]
        self._letters = "".join(char for char, _ in kept)
        self._places = [place for char, place in kept for _ in char]

    def locate(self, quote: str) -> Located:
        """The first place where `quote` stands. Raises QuoteNotFound."""
        refused: QuoteNotFound | None = None
        for low, high in self._windows(quote) or [(0, 0)]:
            try:
                start, end, tier = locate(quote, self._full.text[low:high])
            except QuoteNotFound as error:
                refused = refused or error
            else:
                return self._located(low + start, low + end, tier)
        raise refused or QuoteNotFound("the quote is empty")

    def _windows(self, quote: str) -> list[tuple[int, int]]:
        """Half-open pieces of the text in which the letters and digits of `quote` follow."""
        letters = "".join(char for char in fold(quote)[0] if char.isalnum())
        windows: list[tuple[int, int]] = []
        at = self._letters.find(letters) if letters else -1
        while at >= 0 and len(windows) < _MOST_PLACES:
            first, last = self._places[at], self._places[at + len(letters) - 1]
            part = self._full.part_at(first)
            if last < part.end:
                windows.append((max(part.start, first - _MARGIN), min(part.end, last + _MARGIN)))
            at = self._letters.find(letters, at + 1)
        return windows

    def _located(self, start: int, end: int, tier: Tier) -> Located:
        touched = (p for p in self._full.passages if p.start < end and start < p.end)
        return Located(
            start=start,
            end=end,
            tier=tier,
            passages=tuple(touched),
            places=self._full.places(start, end),
        )


def locate_in(full: FullText, quote: str) -> Located:
    """Where `quote` stands in `full`. Raises QuoteNotFound. For many quotes make a `Finder`."""
    return Finder(full).locate(quote)
