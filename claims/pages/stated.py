"""What an answer states of papers: the ids it cites with title and date, and the words it quotes.

Made for answers that somebody's assistant wrote. An id that cannot be one is kept as it was
written, because it is the first thing to be told of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from claims.claim import SourceRef
from claims.dates import ClaimDate
from claims.ids import ArxivId
from claims.pages.cited import Mention, is_title_case, mentions_in, references_in
from claims.pages.lines import Block, Shape, joined, refuse_what_is_no_page
from claims.pages.markup import shown_lines
from claims.pages.years import Stated, dates_in
from claims.verify import MAX_QUOTE_CHARS, MIN_QUOTE_CHARS

_MARKED: Final = re.compile(
    r"(?:arxiv\s?:\s?|arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)([a-z0-9][\w./-]{2,24})",
    re.IGNORECASE,
)
_QUOTES: Final = re.compile(r"“([^“”]{4,4000})”|\"([^\"]{4,4000})\"|«([^«»]{4,4000})»")
_CAPITALS: Final = re.compile(
    r"((?:[A-Z][\w'’?-]*[:,]?|[A-Z]{2,}[:,]?)(?:\s+(?:[A-Z0-9][\w'’?!-]*[:,]?|a|an|and|as|at|by|for|"
    r"from|in|of|on|or|the|their|to|via|with|vs\.?)){2,30})\s*[\"”]?\s*[(\[]?$"
)
_LEADS: Final = re.compile(r"\s*([(\[][^()\[\]]{4,24}[)\]])?\s*[:–—|,-]\s")
_EDGE: Final = 6
"""An entry may begin with its number before the id."""

_NEAR: Final = 40
"""Characters beside an id in which a date in brackets is its own."""

_FEWEST_QUOTED_WORDS: Final = 4
"""Fewer words in quotation marks are a term, not a quotation."""

_FEWEST_CAPITALS: Final = 3


@dataclass(frozen=True, kw_only=True)
class CitedPaper:
    """An id in an answer, with what is said of it there."""

    written: str
    arxiv: ArxivId | None
    """None for what is marked as an arXiv id and cannot be one."""
    title: str | None
    first_author: str | None
    dates: tuple[ClaimDate, ...]
    around: str
    """The paragraph or entry, in which the title may stand in other places too."""
    lines: tuple[int, ...]
    start: int
    """Where it is named in `around`, half-open."""
    end: int


@dataclass(frozen=True, kw_only=True)
class QuotedWords:
    """Words in quotation marks, or set off as a quotation."""

    words: str
    papers: tuple[ArxivId, ...]
    """The ids in whose paragraph they stand, nearest first."""
    of_the_abstract: bool
    """Whether the answer says that they stand in the abstract."""
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What an answer states of papers, in its order."""

    papers: tuple[CitedPaper, ...]
    quotes: tuple[QuotedWords, ...]


def read_answer(content: bytes, name: str) -> Statements:
    """What the answer in `content`, in any form, states. Raises LibraryError for no text."""
    refuse_what_is_no_page(content, name)
    blocks = joined(shown_lines(content, name), begins=lambda _: False, ends=lambda _: False)
    told = [block for block in blocks if block.shape is not Shape.HIDDEN]
    papers: list[CitedPaper] = []
    quotes: list[QuotedWords] = []
    last: tuple[ArxivId, ...] = ()
    for block in told:
        papers += _papers(block)
        named = tuple(dict.fromkeys(mention.arxiv for mention in mentions_in(block.text)))
        quotes += _quotes(block, last)
        last = named or (last if block.is_entry or block.quoted else ())
    return Statements(papers=tuple(papers), quotes=tuple(quotes))


def papers_in(text: str) -> tuple[CitedPaper, ...]:
    """The ids in one paragraph, in order."""
    found = _papers(Block(text=text, lines=()))
    return tuple(sorted(found, key=lambda cited: cited.start))


def _papers(block: Block) -> Iterator[CitedPaper]:
    mentions = mentions_in(block.text)
    entry = _reference(block, mentions)
    for mention in mentions:
        ref = entry or SourceRef(arxiv=mention.arxiv)
        yield CitedPaper(
            written=str(mention.arxiv),
            arxiv=mention.arxiv,
            title=ref.title or _title_beside(block.text, mention),
            first_author=ref.first_author,
            dates=_dates(block.text, mention),
            around=block.text,
            lines=block.lines,
            start=mention.start,
            end=mention.end,
        )
    for match in _MARKED.finditer(block.text):
        if not any(m.start <= match.start() < m.end or match.start(1) < m.end <= match.end()
                   for m in mentions):  # fmt: skip
            yield CitedPaper(
                written=match[1].rstrip("./-"),
                arxiv=None,
                title=None,
                first_author=None,
                dates=(),
                around=block.text,
                lines=block.lines,
                start=match.start(),
                end=match.start(1) + len(match[1].rstrip("./-")),
            )


def _reference(block: Block, mentions: tuple[Mention, ...]) -> SourceRef | None:
    """The one paper that the block is a bibliographic entry of; None for prose about papers."""
    if len(mentions) != 1:
        return None
    (ref,) = references_in(block.text)
    lead = _LEADS.match(block.text[mentions[0].end :]) if mentions[0].start <= _EDGE else None
    is_fragment = not block.text.rstrip().endswith(".")
    if lead and (lead[1] or is_fragment):
        return ref
    return ref if ref.title and is_title_case(ref.title) else None


def _title_beside(text: str, mention: Mention) -> str | None:
    """A run of capitals, or a quoted title, right before the id."""
    before = text[: mention.start].rstrip(" ([—–-,")
    quoted = re.search(r"[“\"«]([^“”\"«»]{6,300})[”\"»],?$", before)
    capitals = _CAPITALS.search(before)
    found = quoted[1] if quoted else capitals[1] if capitals else ""
    n_capitals = sum(word[0].isupper() for word in found.split())
    return found.strip(" ,:") if n_capitals >= _FEWEST_CAPITALS else None


def _dates(text: str, mention: Mention) -> tuple[ClaimDate, ...]:
    """Dates in brackets beside the id, or within the same brackets."""
    return tuple(
        found.date
        for found in dates_in(text)
        if (
            found.stated is Stated.BRACKETED
            and -_NEAR <= found.start - mention.end <= len(" (") + 2
        )
        or _in_one_bracket(text, mention, found.start, found.end)
        if not mention.start <= found.start < mention.end
    )


def _in_one_bracket(text: str, mention: Mention, start: int, end: int) -> bool:
    low, high = min(start, mention.start), max(end, mention.end)
    between = text[low:high]
    opened = text.rfind("(", 0, low) > text.rfind(")", 0, low)
    return opened and not re.search(r"[()]", between)


def _quotes(block: Block, before: tuple[ArxivId, ...]) -> Iterator[QuotedWords]:
    mentions = mentions_in(block.text)
    found = [(m.start(), m[1] or m[2] or m[3]) for m in _QUOTES.finditer(block.text)]
    if block.quoted and not found:
        until = mentions[0].start if mentions else len(block.text)
        found = [(0, block.text[:until].rstrip(" —–-([,"))]
    for start, words in found:
        if not _is_quotation(words):
            continue
        nearest = sorted(mentions, key=lambda m, at=start: abs(m.start - at))  # type: ignore[misc] # bound here
        named = tuple(dict.fromkeys(mention.arxiv for mention in nearest))
        yield QuotedWords(
            words=words.strip(),
            papers=named or before,
            of_the_abstract="abstract" in block.text.lower(),
            lines=block.lines,
        )


def _is_quotation(words: str) -> bool:
    letters = len(words.replace(" ", ""))
    return (
        len(words.split()) >= _FEWEST_QUOTED_WORDS and MIN_QUOTE_CHARS <= letters <= MAX_QUOTE_CHARS
    )
