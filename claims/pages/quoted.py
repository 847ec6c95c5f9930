"""Which words an answer quotes, and of which papers it says that they stand there."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from claims.ids import ArxivId
from claims.pages.cited import mentions_in, without_mentions
from claims.pages.footnotes import marks_in
from claims.pages.lines import Block
from claims.verify import MAX_QUOTE_CHARS, MIN_QUOTE_CHARS

_QUOTES: Final = re.compile(
    r"“([^“”]{4,4000})”|\"([^\"]{4,4000})\"|«([^«»]{4,4000})»|„([^„“”]{4,4000})[“”]"
    r"|(?<!\w)‘((?:[^‘’]|’(?=\w)){4,4000})’(?!\w)|(?<!\w)'((?:[^']|'(?=\w)){4,4000})'(?!\w)"
)
_ATTRIBUTION: Final = 8
"""Words beside the id in a line that says whose words stand above it."""

_N_AROUND: Final = 20
"""Papers before and after a quotation that it may be of."""

_FEWEST_WORDS: Final = 4
"""Fewer words in quotation marks are a term, unless they say something."""

_FEWEST_OF_A_STATEMENT: Final = 3
_SAYS: Final = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|cannot|may|must|will|not|never)\b",
    re.IGNORECASE,
)

Marks = Mapping[str, tuple[ArxivId, ...]]
"""Papers by the mark of their entry or footnote."""


@dataclass(frozen=True, kw_only=True)
class QuotedWords:
    """Words in quotation marks, or set off as a quotation."""

    words: str
    papers: tuple[ArxivId, ...]
    """The papers named in their paragraph, nearest first."""
    of_the_abstract: bool
    """Whether the answer says that they stand in the abstract."""
    lines: tuple[int, ...]


class Named(NamedTuple):
    """A paper that a paragraph names, by its id or by a mark, and where; half-open."""

    start: int
    end: int
    arxiv: ArxivId


def named_in(text: str, marks: Marks) -> tuple[Named, ...]:
    """Every paper that `text` names, in order."""
    by_id = [Named(m.start, m.end, m.arxiv) for m in mentions_in(text)]
    by_mark = [
        Named(start, end, arxiv)
        for start, end, keys in marks_in(text)
        for key in keys
        for arxiv in marks.get(key, ())
    ]
    return tuple(sorted((*by_id, *by_mark)))


def attributed(block: Block, after: Block | None, marks: Marks) -> tuple[ArxivId, ...]:
    """The papers that the line under `block` says its quotations are of.

    That is a line of its own under words set off as a quotation, or an entry nested under theirs.
    """
    if after is None or not (is_attribution(block, after) or _is_nested(block, after)):
        return ()
    return tuple(dict.fromkeys(one.arxiv for one in named_in(after.text, marks)))


def is_attribution(block: Block, after: Block) -> bool:
    """Whether `after` says no more than whose words are set off in `block`."""
    beside = len(without_mentions(after.text).split())
    return block.quoted and (after.quoted or after.is_entry) and beside <= _ATTRIBUTION


def _is_nested(block: Block, after: Block) -> bool:
    return block.is_entry and after.is_entry and after.depth > block.depth


def quotes_in(
    block: Block, named: Sequence[Named], before: tuple[ArxivId, ...]
) -> Iterator[QuotedWords]:
    """The quotations of one paragraph; `before` are the papers where it names none itself."""
    of_the_abstract = "abstract" in block.text.lower()
    found = [
        (m.start(), m.end(), next(filter(None, m.groups()))) for m in _QUOTES.finditer(block.text)
    ]
    if block.quoted and not found:
        until = named[0].start if named else len(block.text)
        found = [(0, until, block.text[:until].rstrip(" —–-([,"))]
    for start, end, words in found:
        if not _is_quotation(words):
            continue
        at = bisect_left(named, start, key=lambda one: one.start)
        around = named[max(0, at - _N_AROUND) : at + _N_AROUND]
        nearest = sorted(around, key=lambda one, s=start, e=end: _gap(one, s, e))  # type: ignore[misc] # bound here
        yield QuotedWords(
            words=words.strip(),
            papers=tuple(dict.fromkeys(one.arxiv for one in nearest)) or before,
            of_the_abstract=of_the_abstract,
            lines=block.lines,
        )


def _gap(named: Named, start: int, end: int) -> int:
    """Characters between a quotation and a paper that is named before or after it."""
    return max(named.start - end, start - named.end, 0)


def _is_quotation(words: str) -> bool:
    n_words = len(words.split())
    says_much = n_words >= _FEWEST_WORDS
    says_it = n_words >= _FEWEST_OF_A_STATEMENT and bool(_SAYS.search(words))
    letters = len(words.replace(" ", ""))
    return (says_much or says_it) and MIN_QUOTE_CHARS <= letters <= MAX_QUOTE_CHARS
