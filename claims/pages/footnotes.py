"""Marks such as [1], [Du 2023] or ², and the footnotes or listed papers that they lead to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from claims.pages.cited import mentions_in
from claims.pages.lines import Block, Shape
from claims.pages.placed import Placed

Footnotes = Mapping[str, Block]
"""What stands under each mark."""

_MARKS: Final = re.compile(
    r"\s?\[\^?([\w .&’'-]{1,60}(?:[,;][\w .&’'-]{1,60}){0,9})\]|\s?([¹²³⁴-⁹]+)"
)
_DIGITS: Final = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")
_BACK: Final = " ↩↑^.;"
"""At the end of a note: the way back to its mark."""


def footnotes_of(placed: Iterable[Placed], papers: Iterable[Placed]) -> dict[str, Block]:
    """Footnotes by their mark, and the papers of a list that has marks.

    Footnotes without a mark are counted.
    """
    found: dict[str, Block] = {}
    for n, one in enumerate(placed, start=1):
        found.setdefault(one.block.mark or str(n), one.block)
    for one in papers:
        if one.block.mark:
            found.setdefault(one.block.mark, one.block)
    return found


def resolved(text: str, footnotes: Footnotes) -> tuple[str, tuple[Block, ...]]:
    """`text` without the marks of known footnotes, and those footnotes."""
    found: list[Block] = []

    def take(match: re.Match[str]) -> str:
        noted = _noted(match, footnotes)
        found.extend(noted)
        return "" if noted else match[0]

    return _MARKS.sub(take, text), tuple(found)


def with_footnotes(placed: Iterable[Placed], footnotes: Footnotes) -> list[Placed]:
    """Running text with its notes in brackets where their marks stood."""

    def told(one: Placed) -> Placed:
        lines = list(one.block.lines)

        def take(match: re.Match[str]) -> str:
            noted = _noted(match, footnotes)
            lines.extend(n for block in noted if block.shape is Shape.FOOTNOTE for n in block.lines)
            return f" ({'; '.join(map(_in_brackets, noted))})" if noted else match[0]

        text = _MARKS.sub(take, one.block.text)
        return replace(one, block=replace(one.block, text=text, lines=tuple(dict.fromkeys(lines))))

    return [told(one) for one in placed]


def marks_in(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where marks stand in `text`, half-open, and which they are, whatever they lead to."""
    for match in _MARKS.finditer(text):
        yield match.start(), match.end(), _keys(match)


def _keys(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(re.split(r"\s?[,;]\s?", (match[1] or match[2]).strip().translate(_DIGITS)))


def _noted(match: re.Match[str], footnotes: Footnotes) -> tuple[Block, ...]:
    """What the marks lead to; nothing unless all of them lead somewhere."""
    marks = _keys(match)
    return tuple(footnotes[mark] for mark in marks) if all(map(footnotes.get, marks)) else ()


def _in_brackets(block: Block) -> str:
    """A footnote in its own words, a listed paper by its id."""
    if block.shape is Shape.FOOTNOTE:
        return block.text.rstrip(_BACK)
    return ", ".join(f"arXiv:{mention.arxiv}" for mention in mentions_in(block.text))
