"""The blocks of a page: the file's own, divided where a caption or heading or space begins anew."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from claims.evidence import Box
from papers.layout.marks import is_a_heading, is_the_references_heading, must_be_a_caption
from papers.layout.sheet import SIZE_STEP, Block, Piece, around

_TOUCH_PT: Final = 3.0
_FILLS: Final = 0.7
"""Share of the column that a line of prose fills, and a cell does not."""


def blocks_of(page: int, pieces: Sequence[Piece], gap: float | None = None) -> list[Block]:
    """Blocks of the file, divided where they cross the gap, where a caption or heading begins."""
    grouped: dict[int, list[Piece]] = {}
    for piece in pieces:
        grouped.setdefault(piece.block, []).append(piece)
    blocks: list[Block] = []
    for block in grouped.values():
        for side in _sides(block, gap):
            for lines in _divided(_joined(side)):
                if blocks and _goes_on(blocks[-1].lines[-1], lines[0]):
                    blocks[-1] = replace(blocks[-1], lines=(*blocks[-1].lines, *lines))
                else:
                    blocks.append(Block(page=page, lines=tuple(lines)))
    return blocks


def _goes_on(last: Piece, line: Piece) -> bool:
    """Whether `line` goes on right under `last` in the middle of a sentence."""
    under = -_TOUCH_PT < line.box[1] - last.box[3] < last.size / 2
    flush = abs(line.box[0] - last.box[0]) < _TOUCH_PT
    alike = abs(line.size - last.size) <= SIZE_STEP and line.bold == last.bold
    return (
        under and flush and alike and line.text[:1].islower() and last.text[-1:] not in set(".:?")
    )


def _sides(pieces: Sequence[Piece], gap: float | None) -> list[list[Piece]]:
    """The two halves of a block that lies in both columns; a table over both stays whole."""
    if gap is None or any(p.box[0] < gap - 1 and p.box[2] > gap + 1 for p in pieces):
        return [list(pieces)]
    left = [p for p in pieces if p.box[2] <= gap + 1]
    right = [p for p in pieces if p.box[2] > gap + 1]
    one_by_one = pairwise(p.box[2] <= gap + 1 for p in pieces)
    if not left or not right or (sum(a != b for a, b in one_by_one) > 1 and not _fill(left, gap)):
        return [list(pieces)]
    return [left, right]


def _fill(left: Sequence[Piece], gap: float) -> bool:
    """Whether most of the pieces left of the gap are as wide as a column."""
    edge = min(p.box[0] for p in left)
    return median(p.box[2] - p.box[0] for p in left) >= _FILLS * (gap - edge)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces that follow each other on one line of the page become one."""
    lines: list[Piece] = []
    for piece in pieces:
        if lines and _continues(lines[-1], piece):
            last = lines[-1]
            bigger = last if len(last.text) >= len(piece.text) else piece
            seam = "" if last.text.endswith(" ") or piece.text.startswith(" ") else " "
            lines[-1] = replace(
                bigger,
                text=last.text + seam + piece.text,
                box=around((last.box, piece.box)),
                cells=(*cells_of(last), (piece.text, piece.box)),
            )
        else:
            lines.append(piece)
    return lines


def cells_of(line: Piece) -> tuple[tuple[str, Box], ...]:
    """The pieces that `line` was joined from, or the line itself."""
    return line.cells or ((line.text, line.box),)


def _continues(line: Piece, piece: Piece) -> bool:
    """Whether `piece` stands right of `line` at the same height."""
    overlap = min(line.box[3], piece.box[3]) - max(line.box[1], piece.box[1])
    height = min(line.box[3] - line.box[1], piece.box[3] - piece.box[1])
    return overlap > 0.5 * height and piece.box[0] >= line.box[2] - 1


def _divided(lines: Sequence[Piece]) -> list[list[Piece]]:
    """Cut before every line that begins a caption or stands off in size, or after a wide space."""
    groups: list[list[Piece]] = []
    for line in lines:
        if groups and not _begins_anew(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _begins_anew(group: Sequence[Piece], line: Piece) -> bool:
    last = group[-1]
    apart = line.box[1] - last.box[3] > 0.9 * last.size
    heading = line.bold and not last.bold and is_a_heading(line.text)
    resized = abs(line.size - last.size) > 1.5 * SIZE_STEP and _is_line(line) and _is_line(last)
    listed = is_the_references_heading(line.text) or is_the_references_heading(last.text)
    return apart or heading or resized or listed or must_be_a_caption(line.text)


def _is_line(piece: Piece) -> bool:
    return len(piece.text.split()) > 2  # noqa: PLR2004 - no superscript or operator
