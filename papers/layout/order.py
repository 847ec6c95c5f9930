"""Every piece of text of a paper once, as blocks in reading order, each with its kind.

Two columns are found by the gap between them, running heads by their repetition, floats by their
captions. A wrong guess costs nearness, never words: every piece ends up in the text exactly once.
"""

from collections.abc import Sequence

from papers.layout.columns import ordered
from papers.layout.floats import with_floats
from papers.layout.lists import with_footnotes, with_references
from papers.layout.margins import running_heads, set_aside
from papers.layout.sheet import Block, Sheet, usual_size


def laid_out(sheets: Sequence[Sheet]) -> tuple[Block, ...]:
    """Every piece of `sheets` once, as blocks in reading order, each with its kind."""
    body_size = usual_size(piece for sheet in sheets for piece in sheet.pieces)
    heads = running_heads(sheets)
    blocks: list[Block] = []
    for sheet in sheets:
        aside, rest = set_aside(sheet, heads)
        blocks += aside
        blocks += with_floats(with_footnotes(ordered(sheet, rest), sheet, body_size), body_size)
    return tuple(with_references(blocks, body_size))
