"""What every form of a page becomes: lines of visible text with their shape, then whole blocks.

A page in any form is a list of lines; a block is what its lines say together: a wrapped
paragraph, a list entry with its continuation, a heading. Every line stays countable, so that what
no field took can be told.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from claims.errors import LibraryError

MAX_BYTES: Final = 4_000_000
"""A long saved page with its scripts has 1 to 2 MB; a larger file is no inquiry."""

_UNSHOWN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffc\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, soft hyphens, zero-width, bidirectional and tag characters: they act or hide."""


class Shape(StrEnum):
    """What a line looks like."""

    HEADING = "heading"
    BULLET = "bullet"
    NUMBERED = "numbered"
    FOOTNOTE = "footnote"
    TABLE_HEAD = "table head"
    TEXT = "text"
    RULE = "rule"
    """Without a letter or digit: it parts blocks and says nothing."""
    FURNITURE = "furniture"
    """A menu, a footer, a button: around the page, not of it."""
    HIDDEN = "hidden"
    """Markup that a browser would not show."""


_ALONE: Final = frozenset({Shape.HEADING, Shape.TABLE_HEAD, Shape.FURNITURE, Shape.HIDDEN})
"""Shapes whose lines are blocks by themselves."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of visible text, marks of its form removed."""

    number: int
    """From 1: the line of the file, or for HTML its place among the lines that it shows."""
    text: str
    shape: Shape = Shape.TEXT
    depth: int = 0
    """Of a heading its level from 1, of a list entry its nesting from 0."""
    mark: str = ""
    """A footnote's label."""
    after_gap: bool = False
    """Whether something parts it from the line before."""
    goes_on: bool = False
    """Whether its form says that it belongs to the line before."""
    quoted: bool = False
    """Whether its form sets it off as the words of somebody else."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """What some lines say together."""

    text: str
    lines: tuple[int, ...]
    shape: Shape = Shape.TEXT
    depth: int = 0
    mark: str = ""
    after_gap: bool = False
    quoted: bool = False

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a list."""
        return self.shape in {Shape.BULLET, Shape.NUMBERED}


def clean(text: str) -> str:
    """`text` on one line, without characters that act or hide."""
    return " ".join(_UNSHOWN.sub(" ", text).split())


def says_something(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(char.isalnum() for char in text)


def joined(
    lines: Iterable[Line], *, begins: Callable[[str], bool], ends: Callable[[str], bool]
) -> tuple[Block, ...]:
    """The blocks of `lines`.

    `begins` says by its words that a line begins a block, though nothing parts it from the line
    before; `ends` that nothing can follow it in its block.
    """
    blocks: list[Block] = []
    last: Line | None = None
    for line in lines:
        if line.shape is Shape.RULE:
            last = None
        elif last and blocks and _goes_on(blocks[-1], line, begins(line.text) or ends(last.text)):
            before = blocks[-1]
            blocks[-1] = replace(
                before, text=f"{before.text} {line.text}", lines=(*before.lines, line.number)
            )
            last = line
        else:
            blocks.append(_begun(line, after_gap=last is None or line.after_gap))
            last = line
    return tuple(blocks)


def refuse_what_is_no_page(content: bytes, name: str) -> None:
    """Nothing. Raises LibraryError for what is too long or no text at all."""
    if len(content) > MAX_BYTES:
        raise LibraryError(name, None, f"larger than {MAX_BYTES // 1_000_000} MB: no inquiry page")
    if content.startswith(b"%PDF-"):
        raise LibraryError(name, None, "a PDF: save the page as HTML or text, and import that")
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"bplist")):
        raise LibraryError(name, None, "an archive or picture: save the page as HTML or text")


def _begun(line: Line, *, after_gap: bool) -> Block:
    return Block(
        text=line.text,
        lines=(line.number,),
        shape=line.shape,
        depth=line.depth,
        mark=line.mark,
        after_gap=after_gap,
        quoted=line.quoted,
    )


def _goes_on(block: Block, line: Line, parted: bool) -> bool:
    if line.goes_on:
        return block.shape is not Shape.HEADING
    if line.shape is not Shape.TEXT or line.after_gap:
        return False
    return block.shape not in _ALONE and block.quoted == line.quoted and not parted
