"""Pieces of text on a page, and the blocks that they make up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from claims.evidence import Box, PassageKind

SIZE_STEP: Final = 0.6
"""Points by which justified text of one size differs at most (pdfTeX font expansion)."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Words that stand side by side on a page in one go, as the PDF library gave them."""

    text: str
    box: Box
    size: float
    block: int
    """Pieces of one block of the page follow each other."""
    bold: bool = False
    sideways: bool = False
    cells: tuple[tuple[str, Box], ...] = ()
    """For a line that was joined from pieces far apart: each with its box."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The visible pieces of one page in the order of the file."""

    page: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    turn: int = 0
    """Degrees, 0, 90 or 270, by which `pieces` were turned clockwise so that they stand upright."""

    def shown(self, box: Box) -> Box:
        """`box` on the page as a person sees it, turned back."""
        x0, y0, x1, y1 = box
        match self.turn:
            case 90:
                return (y0, self.width - x1, y1, self.width - x0)
            case 270:
                return (self.height - y1, x0, self.height - y0, x1)
            case _:
                return box


@dataclass(frozen=True, kw_only=True)
class Block:
    """Lines that belong together: a paragraph, a caption, a heading, a cell."""

    page: int
    lines: tuple[Piece, ...]
    kind: PassageKind = PassageKind.BODY
    column: Box = (0, 0, 0, 0)
    """The column or band that it stands in."""

    @property
    def text(self) -> str:
        """Its lines, each on a line of its own."""
        return "\n".join(line.text for line in self.lines)

    @property
    def box(self) -> Box:
        """What surrounds all lines."""
        return around(line.box for line in self.lines)

    @property
    def size(self) -> float:
        """The size in which most of its characters are set."""
        return usual_size(self.lines)


def usual_size(pieces: Iterable[Piece]) -> float:
    """The size, to half a point, in which most characters are set; 0 for no pieces."""
    counted: Counter[float] = Counter()
    for piece in pieces:
        counted[round(piece.size * 2) / 2] += len(piece.text)
    return max(counted, key=lambda size: (counted[size], size), default=0.0)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
