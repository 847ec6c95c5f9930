"""The full text of one paper version: what a person sees on its pages, as one string with places.

`FullText.text` holds the body first, in reading order, then what was kept apart from it: captions,
table rows, footnotes, the reference list, running heads, numbers in the margin. Parts tile the
text, passages tile the parts. Lines are the page's own, joined by newlines: nothing is folded
here, that is for `claims.verify`. A passage may be cut anywhere: its id follows from its content.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from claims.claim import Frozen
from claims.evidence import Box, Passage, PassageKind, TextSource
from claims.ids import ArxivId
from papers.sentences import sentences

MIN_PASSAGE_CHARS: Final = 500
MAX_PASSAGE_CHARS: Final = 1_200
"""About three to ten sentences: enough context for a judge, few enough words to rank well."""

_ENOUGH_AT_A_PAGE_END: Final = 300
"""A passage tells one page, so it rather ends with the page than runs into the next."""


class Line(NamedTuple):
    """One line of a page and where it stands in the text, half-open."""

    start: int
    end: int
    page: int
    """From 1."""
    box: Box
    """In points from the top left of the page as it is shown."""


class Part(NamedTuple):
    """A piece of the text that is all of one kind, half-open; a quote never runs across two."""

    kind: PassageKind
    start: int
    end: int


class Trick(StrEnum):
    """Why a person does not see a run of words."""

    CONTRAST = "the colour of what lies beneath"
    TINY = "too small to read"
    OFF_PAGE = "off the page"
    INVISIBLE = "drawn without ink"
    COVERED = "covered"
    CLIPPED = "clipped away"
    LAYER = "on a layer that is switched off"
    METADATA = "in the metadata"
    ANNOTATION = "in an annotation"
    LINK = "in a link"


class HiddenRun(Frozen):
    """Words of the file that are not on the page for a person to read. They stand in no passage."""

    page: int | None
    """From 1; None for the whole document."""
    words: str
    """At most 500 characters."""
    trick: Trick


class Instruction(Frozen):
    """Words that speak to a model instead of a reader."""

    words: str
    page: int | None
    start: int | None
    """Place in the text, half-open; None where the words are hidden."""
    end: int | None


class StampCheck(StrEnum):
    """What the stamp on page 1 says of the id that the file was fetched under."""

    AGREES = "agrees"
    ANOTHER_VERSION = "another version"
    ANOTHER_PAPER = "another paper"
    NO_STAMP = "no stamp"


class Stamp(Frozen):
    """arXiv's stamp on page 1."""

    check: StampCheck
    id: ArxivId | None = None
    words: str = ""


class FullText(Frozen):
    """What was read of one paper version."""

    paper: ArxivId
    sha256: str
    """Of the bytes that were read, in hexadecimal digits."""
    n_pages: int
    """0 where the text has no pages."""
    text: str
    lines: tuple[Line, ...]
    """In the order of the text; empty where it has no pages."""
    parts: tuple[Part, ...]
    source: TextSource = TextSource.PAPER
    hidden: tuple[HiddenRun, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    stamp: Stamp = Stamp(check=StampCheck.NO_STAMP)
    titles: tuple[str, ...] = ()
    """What a page without a stamp calls itself, at most twice: its head's title and its heading."""
    notes: tuple[str, ...] = ()
    """What a reader of the report should know of this reading."""

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in order; together they are the text."""
        return tuple(
            self.piece(start, end)
            for part in self.parts
            for start, end in pairwise((*self._cuts(part), part.end))
        )

    @property
    def body(self) -> str:
        """The running text alone, without captions, notes and references."""
        return self.text[: self.parts[0].end]

    def part_at(self, place: int) -> Part:
        """The part that holds the character at `place`."""
        return self.parts[bisect_right(self._part_starts, place) - 1]

    def piece(self, start: int, end: int) -> Passage:
        """The passage `[start, end)` of the text, with its pages and the boxes on the first."""
        lines = self._lines_in(start, end)
        page = lines[0].page if lines else None
        return Passage(
            paper=self.paper,
            source=self.source,
            kind=self.part_at(start).kind,
            text=self.text[start:end],
            start=start,
            end=end,
            page=page,
            later_pages=tuple(
                (line.start - start, line.page)
                for before, line in pairwise(lines)
                if line.page != before.page
            ),
            boxes=tuple(line.box for line in lines if line.page == page),
        )

    def passage_around(self, start: int, end: int) -> Passage:
        """The passage of the whole sentences that `[start, end)` stands in, for a citation.

        Runs across the seams of `passages` where the words do, never out of their part.
        """
        part = self.part_at(start)
        inside = [
            (max(a, part.start), min(b, part.end))
            for a, b in self._sentences(part)
            if a < end and start < b
        ]
        first = min([start, *(a for a, _ in inside if start - a <= MAX_PASSAGE_CHARS)])
        last = max([end, *(b for _, b in inside if b - end <= MAX_PASSAGE_CHARS)])
        return self.piece(first, last)

    def places(self, start: int, end: int) -> tuple[tuple[int, Box], ...]:
        """Page and box of every line of `[start, end)`, cut to it.

        Inside a line the cut is proportional to characters: good to a letter or two.
        """
        return tuple((line.page, _cut_box(line, start, end)) for line in self._lines_in(start, end))

    def _lines_in(self, start: int, end: int) -> tuple[Line, ...]:
        first = bisect_right(self._line_ends, start)
        return self.lines[first : bisect_left(self._line_starts, end)]

    def _sentences(self, part: Part) -> Iterator[tuple[int, int]]:
        for start, end in sentences(self.text[part.start : part.end]):
            yield part.start + start, part.start + end

    def _cuts(self, part: Part) -> list[int]:
        """Where the passages of `part` start."""
        cuts = [part.start]
        starts = [start for start, _ in self._sentences(part)][1:]
        while part.end - cuts[-1] > MAX_PASSAGE_CHARS:
            cuts.append(self._next_cut(cuts[-1], starts))
        return cuts

    def _next_cut(self, start: int, starts: list[int]) -> int:
        """The best end of a passage from `start`: a page, a paragraph, a sentence, a word."""
        furthest = start + MAX_PASSAGE_CHARS
        near = starts[bisect_right(starts, start) : bisect_right(starts, furthest)]
        long_enough = [at for at in near if at - start >= MIN_PASSAGE_CHARS]
        page_ends = [
            at
            for at in near
            if at - start >= _ENOUGH_AT_A_PAGE_END and self._page_at(at) != self._page_at(at - 3)
        ]
        paragraphs = [at for at in long_enough if "\n\n" in self.text[at - 3 : at]]
        for wanted in (page_ends[:1], paragraphs[-1:], long_enough[-1:], near[-1:]):
            if wanted:
                return wanted[0]
        seam = max(self.text.rfind(mark, start, furthest) for mark in "\n ")
        return seam + 1 if seam > start else furthest

    def _page_at(self, place: int) -> int:
        nearest = min(bisect_right(self._line_ends, place), len(self.lines) - 1)
        return self.lines[nearest].page if self.lines else 0

    @cached_property
    def _line_starts(self) -> list[int]:
        return [line.start for line in self.lines]

    @cached_property
    def _line_ends(self) -> list[int]:
        return [line.end for line in self.lines]

    @cached_property
    def _part_starts(self) -> list[int]:
        return [part.start for part in self.parts]


def _cut_box(line: Line, start: int, end: int) -> Box:
    x0, y0, x1, y1 = line.box
    wide = (x1 - x0) / max(line.end - line.start, 1)
    left = x0 + wide * max(start - line.start, 0)
    right = x1 - wide * max(line.end - end, 0)
    return (round(left, 2), y0, round(right, 2), y1)
