"""Captions, and what belongs to them: the labels of a figure, the rows of a table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from claims.evidence import PassageKind
from papers.layout.blocks import cells_of
from papers.layout.marks import is_a_caption, is_a_heading, is_a_table_caption
from papers.layout.sheet import SIZE_STEP, Block, around
from papers.layout.tables import rows_of

_TOUCH_PT: Final = 3.0
"""Boxes of neighbouring lines reach so far into each other."""

_FEWEST_CELLS: Final = 3
"""A line of so many pieces far apart is a row."""

_WIDE: Final = 0.72
"""A line that fills this share of its column is prose rather than a cell or a label."""

_LETTERS: Final = 0.7
"""Prose has at least this share of letters."""

_LONGEST_LABEL: Final = 6
"""In words."""


def with_floats(blocks: Sequence[Block], body_size: float) -> list[Block]:
    """`blocks` of one page in which captions, and loose blocks beside them, have their kinds."""
    marked = _with_captions(blocks)
    made: dict[int, list[Block]] = {}
    for place, block in enumerate(marked):
        if block.kind is PassageKind.CAPTION:
            free = [i for i in range(len(marked)) if i not in made]
            run = _beside(marked, place, free, body_size)
            made |= _taken_apart(marked, run, is_table=is_a_table_caption(block.text))
    return [b for place, block in enumerate(marked) for b in made.get(place, [block])]


def _with_captions(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with every caption whole, although the file breaks some off."""
    marked: list[Block] = []
    for block in blocks:
        if marked and marked[-1].kind is PassageKind.CAPTION and _goes_on(marked[-1], block):
            marked[-1] = replace(marked[-1], lines=(*marked[-1].lines, *block.lines))
        elif block.kind is PassageKind.BODY and is_a_caption(block.text):
            marked.append(replace(block, kind=PassageKind.CAPTION))
        else:
            marked.append(block)
    return marked


def _goes_on(caption: Block, block: Block) -> bool:
    """Whether `block` is the rest of a caption that breaks off."""
    x0, y0, x1, _ = block.box
    left, _, right, bottom = caption.box
    near = -_TOUCH_PT < y0 - bottom < caption.size and x0 < right and left < x1
    open_ended = not caption.text.rstrip().endswith((".", "!", "?"))
    alike = abs(block.size - caption.size) <= SIZE_STEP and block.kind is PassageKind.BODY
    return near and open_ended and alike and not all(line.cells for line in block.lines)


def _beside(
    blocks: Sequence[Block], place: int, free: Sequence[int], body_size: float
) -> list[int]:
    """Places of the loose blocks over or under a caption, up to the next prose in its column.

    A figure stands over its caption where there is anything; a table where there is more.
    """
    caption = blocks[place]
    left, _, right, _ = around((caption.column, caption.box))
    near = [i for i in free if i != place and blocks[i].box[0] < right and left < blocks[i].box[2]]
    loose = [i for i in near if _is_loose(blocks[i], body_size)]
    walls = [blocks[i].box for i in near if i not in loose]
    top, bottom = caption.box[1] + _TOUCH_PT, caption.box[3] - _TOUCH_PT
    ceiling = max((box[3] for box in walls if box[3] <= top), default=0.0) - _TOUCH_PT
    floor = min((b[1] for b in walls if b[1] >= bottom), default=float("inf")) + _TOUCH_PT
    above = [i for i in loose if blocks[i].box[1] >= ceiling and blocks[i].box[3] <= top]
    below = [i for i in loose if blocks[i].box[1] >= bottom and blocks[i].box[3] <= floor]
    if not is_a_table_caption(caption.text):
        return above or below
    return max(above, below, key=lambda run: sum(len(blocks[i].lines) for i in run))


def _is_loose(block: Block, body_size: float) -> bool:
    """Whether a block is labels or cells rather than prose or a heading."""
    if block.kind is not PassageKind.BODY or is_a_heading(block.text):
        return False
    if block.size >= body_size + SIZE_STEP:
        return False
    if all(len(line.cells) >= _FEWEST_CELLS for line in block.lines):
        return True
    return not (_is_prose(block) or _is_a_rest(block, body_size))


def _is_prose(block: Block) -> bool:
    """Whether most of a block is letters in lines that fill the column."""
    wide = _WIDE * (block.column[2] - block.column[0])
    n_wide = sum(len(line.text) for line in block.lines if line.box[2] - line.box[0] >= wide)
    n_letters = sum(char.isalpha() for char in block.text)
    printed = len("".join(block.text.split()))
    return n_letters > _LETTERS * printed and 2 * n_wide >= len(block.text)


def _is_a_rest(block: Block, body_size: float) -> bool:
    """Whether a block is a short sentence, or the end of one, in the size of the body."""
    ends = block.text.rstrip().endswith((".", ":", "?"))
    long = len(block.text.split()) > _LONGEST_LABEL
    return ends and block.size > body_size - SIZE_STEP and (long or block.text[:1].islower())


def _taken_apart(
    blocks: Sequence[Block], run: Sequence[int], *, is_table: bool
) -> dict[int, list[Block]]:
    """What stands in place of the loose blocks at `run`: the rows of a table, or figure text."""
    if not run:
        return {}
    lines = tuple(line for i in run for line in blocks[i].lines)
    first, *others = run
    rows = rows_of([cell for line in lines for cell in cells_of(line)]) if is_table else ()
    made = [replace(blocks[first], kind=PassageKind.FIGURE, lines=lines)]
    if rows:
        made = [
            replace(
                made[0],
                kind=PassageKind.TABLE,
                lines=(replace(lines[0], text=row.text, box=row.box),),
            )
            for row in rows
        ]
    return {first: made, **{i: [] for i in others}}
