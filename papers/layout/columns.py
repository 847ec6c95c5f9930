"""The order in which a page is read: one column, or two with what spans both between them.

The gap between columns is where hardly any line crosses the middle of the page. Whatever spans it
divides the page into bands; in each band the left column comes before the right one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from claims.evidence import Box
from papers.layout.blocks import blocks_of
from papers.layout.sheet import Block, Piece, Sheet, around

_FEWEST_A_COLUMN: Final = 5
_MIDDLE: Final = range(35, 66)
"""Per cent of the page width between which the gap is looked for."""

_OF_A_COLUMN: Final = 0.2
"""A line of this share of the page width counts as one of a column."""

_ACROSS: Final = 0.5
"""A line that crosses the gap and has this share of the page width counts as one of the page."""


def ordered(sheet: Sheet, pieces: Sequence[Piece]) -> list[Block]:
    """The pieces as blocks in reading order, for one column or two."""
    gap = _gap(sheet, pieces)
    if gap is None:
        column = around(p.box for p in pieces) if pieces else (0, 0, 0, 0)
        return _downwards(blocks_of(sheet.page, pieces), column)
    left, right, across = _sorted_by_column(blocks_of(sheet.page, pieces, gap), gap)
    found: list[Block] = []
    across.sort(key=lambda block: block.box[1])
    for block in [*across, None]:
        ends = block.box[1] if block else sheet.height * 2
        for side in (left, right):
            inside = [b for b in side if b.box[1] < ends]
            side[:] = [b for b in side if b.box[1] >= ends]
            if inside:
                edges = (0, 0, gap, 0) if side is left else (gap, 0, sheet.width, 0)
                found += _downwards(inside, _column(pieces, edges))
        if block:
            found.append(replace(block, column=around(p.box for p in pieces)))
    return found


def _column(pieces: Sequence[Piece], edges: Box) -> Box:
    inside = [p.box for p in pieces if edges[0] <= p.box[0] and p.box[2] <= edges[2]]
    return around(inside)


def _sorted_by_column(
    blocks: Iterable[Block], gap: float
) -> tuple[list[Block], list[Block], list[Block]]:
    left: list[Block] = []
    right: list[Block] = []
    across: list[Block] = []
    for block in blocks:
        x0, _, x1, _ = block.box
        (left if x1 <= gap + 1 else right if x0 >= gap - 1 else across).append(block)
    return left, right, across


def _gap(sheet: Sheet, pieces: Sequence[Piece]) -> float | None:
    """Where the page is white between two columns, or None for one column."""
    boxes = [p.box for p in pieces if p.text.strip()]
    if len(boxes) < 2 * _FEWEST_A_COLUMN:
        return None
    middle = sheet.width / 2
    places = [sheet.width * share / 100 for share in _MIDDLE]
    gap = min(places, key=lambda x: (sum(b[0] < x < b[2] for b in boxes), abs(x - middle)))
    wide = [b for b in boxes if b[2] - b[0] > _OF_A_COLUMN * sheet.width]
    n_left = sum(b[2] <= gap for b in wide)
    n_right = sum(b[0] >= gap for b in wide)
    n_across = sum(b[0] < gap < b[2] and b[2] - b[0] > _ACROSS * sheet.width for b in wide)
    if min(n_left, n_right) < _FEWEST_A_COLUMN or n_left + n_right <= n_across:
        return None
    return gap


def _downwards(blocks: Sequence[Block], column: Box) -> list[Block]:
    """Blocks from top to bottom; those side by side in the order of the file."""
    ordered: list[Block] = []
    for block in blocks:
        at = len(ordered)
        while at and _below(ordered[at - 1], block):
            at -= 1
        ordered.insert(at, replace(block, column=column))
    return ordered


def _below(earlier: Block, block: Block) -> bool:
    """Whether `earlier` stands wholly below `block`."""
    return earlier.box[1] >= block.box[3] - 2
