"""What every form of a page becomes: lines of visible text with their shape, then whole blocks.

A page in any form is a list of lines; a block is what its lines say together: a wrapped
paragraph, a list entry with its continuation, a heading. Every line stays countable, so that what
no field took can be told.
"""

import itertools
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


_SENTENCE_ENDS: Final = re.compile(r"(?:[.?!:;]|\d\d)[\"'”’)\]~]*$")
"""A year ends an entry as a full stop does."""
_SENTENCE_BEGINS: Final = re.compile(r"[\"'“‘(\[~]*[A-Z\d]")

_NARROWEST: Final = 40
"""Characters; nobody wraps prose to less."""

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
    strong: bool = False
    """Whether it begins in bold, or slanted, as a title within a paragraph does."""
    width: int = 0
    """Characters that it takes on the page."""
    indent: int = 0
    """Blanks before it."""


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
    strong: bool = False

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
    before; `ends` that nothing can follow it in its block. A line that ended though the next word
    had still room on the page was ended on purpose.
    """
    blocks: list[Block] = []
    last: Line | None = None
    shown = tuple(lines)
    room = _room(shown, begins, ends)
    hangs = _hangs(shown)
    for line in shown:
        if line.shape is Shape.RULE:
            last = None
        elif (
            last
            and blocks
            and _goes_on(
                blocks[-1],
                line,
                begins(line.text)
                or ends(last.text)
                or (hangs and blocks[-1].is_entry and not line.indent)
                or _is_ended_on_purpose(blocks[-1], last, line, room),
            )
        ):
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
        strong=line.strong,
    )


def _room(
    lines: tuple[Line, ...], begins: Callable[[str], bool], ends: Callable[[str], bool]
) -> int:
    """Characters to which the page wraps its lines; 0 when it does not.

    That is the longest line that ends within a sentence.
    """
    width = max(
        (
            line.width
            for line, after in itertools.pairwise(lines)
            if line.shape not in _ALONE and after.shape is Shape.TEXT and not after.after_gap
            if not _SENTENCE_ENDS.search(line.text) and not ends(line.text)
            if not begins(after.text)
        ),
        default=0,
    )
    return width if width >= _NARROWEST else 0


def _hangs(lines: tuple[Line, ...]) -> bool:
    """Whether the page indents what goes on with an entry of a list, mostly."""
    indents = [
        bool(after.indent)
        for line, after in itertools.pairwise(lines)
        if line.shape in {Shape.BULLET, Shape.NUMBERED}
        and after.shape is Shape.TEXT
        and not after.after_gap
    ]
    return 2 * sum(indents) > len(indents)


def _is_ended_on_purpose(block: Block, line: Line, after: Line, room: int) -> bool:
    if not room and not block.is_entry and _SENTENCE_BEGINS.match(after.text):
        return True
    if not _SENTENCE_ENDS.search(line.text) or not _SENTENCE_BEGINS.match(after.text):
        return False
    return line.width + len(f" {after.text.split()[0]}") <= room or not room


def _goes_on(block: Block, line: Line, parted: bool) -> bool:
    if line.goes_on:
        return block.shape is not Shape.HEADING
    if line.shape is not Shape.TEXT or line.after_gap:
        return False
    return block.shape not in _ALONE and block.quoted == line.quoted and not parted
