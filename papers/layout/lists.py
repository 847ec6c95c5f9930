"""Footnotes and the reference list: what stands apart from the running text by place or heading."""

from collections import defaultdict
from dataclasses import replace
from typing import Final

from claims.evidence import Box, PassageKind
from papers.layout.marks import is_a_caption, is_a_note, is_the_references_heading
from papers.layout.sheet import SIZE_STEP, Block, Sheet

_NOTES_BEGIN: Final = 0.45
"""Footnotes stand below this share of the height of the page."""

_SMALLER_PT: Final = 0.9
"""By how much footnotes are set smaller than the body at least."""

_LONGEST_HEADING: Final = 80
"""In characters."""


def with_footnotes(blocks: list[Block], sheet: Sheet, body_size: float) -> list[Block]:
    """`blocks` in which small ones at the foot of a column, from a marked one on, are footnotes."""
    columns: dict[Box, list[int]] = defaultdict(list)
    for i, block in enumerate(blocks):
        columns[block.column].append(i)
    notes = {i for places in columns.values() for i in _notes(blocks, places, sheet, body_size)}
    return [
        replace(block, kind=PassageKind.FOOTNOTE) if i in notes else block
        for i, block in enumerate(blocks)
    ]


def _notes(blocks: list[Block], places: list[int], sheet: Sheet, body_size: float) -> list[int]:
    """Those of the `places` of one column that are footnotes, from the foot upwards."""
    notes: list[int] = []
    for i in reversed(places):
        block = blocks[i]
        small = block.size <= body_size - _SMALLER_PT
        if not small or block.box[1] < _NOTES_BEGIN * sheet.height or is_a_caption(block.text):
            break
        notes.append(i)
    while notes and not is_a_note(blocks[notes[-1]].text):
        notes.pop()
    return notes


def with_references(blocks: list[Block], body_size: float) -> list[Block]:
    """`blocks` in which what follows the heading of the reference list is that list.

    It ends at the next heading of the same rank, such as that of an appendix.
    """
    begun: Block | None = None
    marked: list[Block] = []
    for block in blocks:
        if block.kind is PassageKind.BODY and is_the_references_heading(block.text):
            begun = block
        elif block.kind is PassageKind.BODY and begun and _ends_the_list(block, begun, body_size):
            begun = None
        listed = begun is not None and block.kind is PassageKind.BODY
        marked.append(replace(block, kind=PassageKind.REFERENCES) if listed else block)
    return marked


def _ends_the_list(block: Block, heading: Block, body_size: float) -> bool:
    """Whether `block` is a heading that looks like `heading`."""
    line, model = block.lines[0], heading.lines[0]
    alike = abs(line.size - model.size) <= SIZE_STEP and line.bold == model.bold
    stands_out = line.bold or line.size >= body_size + SIZE_STEP or line.text.isupper()
    return alike and stands_out and len(line.text) < _LONGEST_HEADING
