"""What an answer states of papers: the ids it cites with title and date, and the words it quotes.

Made for answers that somebody's assistant wrote. An id that cannot be one is kept as it was
written, because it is the first thing to be told of.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from claims.claim import SourceRef
from claims.dates import ClaimDate
from claims.ids import ArxivId
from claims.pages.cited import Mention, is_title_case, mentions_in, references_in, without_mentions
from claims.pages.formal import BIBTEX_BEGINS, PEOPLE_BEFORE, bibtex, formal_entry
from claims.pages.lines import Block, Shape, joined, refuse_what_is_no_page
from claims.pages.markup import shown_lines
from claims.pages.years import DateInText, Stated, dates_in
from claims.verify import MAX_QUOTE_CHARS, MIN_QUOTE_CHARS

_MARKED: Final = re.compile(
    r"(?:arxiv\s?:\s?|arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)([a-z0-9][\w./-]{2,24})",
    re.IGNORECASE,
)
_QUOTES: Final = re.compile(
    r"“([^“”]{4,4000})”|\"([^\"]{4,4000})\"|«([^«»]{4,4000})»|„([^„“”]{4,4000})[“”]"
    r"|(?<!\w)‘((?:[^‘’]|’(?=\w)){4,4000})’(?!\w)"
)
_CAPITALS: Final = re.compile(
    r"((?:[A-Z][\w'’?-]*[:,]?|[A-Z]{2,}[:,]?)(?:\s+(?:[A-Z0-9][\w'’?!-]*[:,]?|a|an|and|as|at|by|for|"
    r"from|in|of|on|or|the|their|to|via|with|vs\.?)){2,30})\s*[\"”]?\s*[(\[]?$"
)
_REFERENCES: Final = re.compile(
    r"\W*(?:references?|bibliography|works cited|citations?|literature)\W*", re.IGNORECASE
)
_LEADS: Final = re.compile(r"\s*([(\[][^()\[\]]{4,24}[)\]])?\s*[:–—|,-]\s")
_EDGE: Final = 6
"""An entry may begin with its number before the id."""

_BEFORE: Final = 400
"""Characters before an id in which its title or its people may stand."""

_NEAR: Final = 40
"""Characters beside an id in which a date in brackets is its own."""

_ATTRIBUTION: Final = 8
"""Words beside the id in a line that says whose words stand above it."""

_N_AROUND: Final = 20
"""Ids before and after a quotation that it may be of."""

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
    told = [
        piece for block in blocks if block.shape is not Shape.HIDDEN for piece in _entries(block)
    ]
    listed = False
    papers: list[CitedPaper] = []
    quotes: list[QuotedWords] = []
    last: tuple[ArxivId, ...] = ()
    for block, after in itertools.zip_longest(told, told[1:]):
        if block.shape is Shape.HEADING or _REFERENCES.fullmatch(block.text):
            listed = bool(_REFERENCES.fullmatch(block.text))
        papers += _papers(block, listed=listed)
        named = _named(block)
        quotes += _quotes(block, _attributed(block, after) or last)
        last = named or (last if block.is_entry or block.quoted else ())
    return Statements(papers=tuple(papers), quotes=tuple(quotes))


def _entries(block: Block) -> list[Block]:
    """The block, or each BibTeX entry of it."""
    pieces = [piece for piece in BIBTEX_BEGINS.split(block.text) if piece.strip()]
    return [replace(block, text=piece) for piece in pieces] if len(pieces) > 1 else [block]


def _named(block: Block) -> tuple[ArxivId, ...]:
    return tuple(dict.fromkeys(mention.arxiv for mention in mentions_in(block.text)))


def _attributed(block: Block, after: Block | None) -> tuple[ArxivId, ...]:
    """The papers that a line of its own, under words set off as a quotation, says they are of."""
    if after is None or not (block.quoted and after.quoted):
        return ()
    n_beside = len(without_mentions(after.text).split())
    return _named(after) if n_beside <= _ATTRIBUTION else ()


def papers_in(text: str) -> tuple[CitedPaper, ...]:
    """The ids in one paragraph, in order."""
    found = _papers(Block(text=text, lines=()))
    return tuple(sorted(found, key=lambda cited: cited.start))


def _papers(block: Block, *, listed: bool = False) -> Iterator[CitedPaper]:
    mentions = mentions_in(block.text)
    entry = _reference(block, mentions, listed=listed)
    dates = _dates(block.text, mentions)
    for n, mention in enumerate(mentions):
        ref = entry or SourceRef(arxiv=mention.arxiv)
        before = block.text[max(0, mention.start - _BEFORE) : mention.start]
        title = ref.title or _title_beside(before)
        people = PEOPLE_BEFORE.search(before)
        if people and title and people[0].startswith(title):
            title = None
        yield CitedPaper(
            written=str(mention.arxiv),
            arxiv=mention.arxiv,
            title=title,
            first_author=ref.first_author or (people[1] if people else None),
            dates=tuple(dates.get(n, ())) or _year(ref),
            around=block.text,
            lines=block.lines,
            start=mention.start,
            end=mention.end,
        )
    starts = [mention.start for mention in mentions]
    for match in _MARKED.finditer(block.text):
        at = bisect_right(starts, match.end())
        near = mentions[max(0, at - 2) : at + 1]
        if not any(m.start <= match.start() < m.end or match.start(1) < m.end <= match.end()
                   for m in near):  # fmt: skip
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


def _year(ref: SourceRef) -> tuple[ClaimDate, ...]:
    return (ClaimDate(str(ref.year)),) if ref.year else ()


def _reference(block: Block, mentions: tuple[Mention, ...], *, listed: bool) -> SourceRef | None:
    """The one paper that the block is a bibliographic entry of; None for prose about papers."""
    if len(mentions) != 1:
        return None
    (only,) = mentions
    before, after = block.text[: only.start], block.text[only.end :]
    is_listed = listed or block.shape is Shape.FOOTNOTE
    formal = bibtex(block.text, only.arxiv) or formal_entry(
        before, after, only.arxiv, listed=is_listed
    )
    if formal:
        return formal
    (ref,) = references_in(block.text)
    lead = _LEADS.match(block.text[mentions[0].end :]) if mentions[0].start <= _EDGE else None
    is_fragment = not block.text.rstrip().endswith(".")
    bare = ref.model_copy(update={"year": None})
    if lead and (lead[1] or is_fragment):
        return bare
    return bare if ref.title and is_title_case(ref.title) else None


def _title_beside(text: str) -> str | None:
    """A run of capitals, or a quoted title, at the end of what stands before an id."""
    before = text.rstrip(" ([—–-,")
    quoted = re.search(r"[“\"«]([^“”\"«»]{6,300})[”\"»],?$", before)
    capitals = _CAPITALS.search(before)
    found = quoted[1] if quoted else capitals[1] if capitals else ""
    n_capitals = sum(word[0].isupper() for word in found.split())
    return found.strip(" ,:") if n_capitals >= _FEWEST_CAPITALS else None


def _dates(text: str, mentions: tuple[Mention, ...]) -> dict[int, list[ClaimDate]]:
    """Dates in brackets beside an id, or within the same brackets: of the mention of each number.

    A date stands right after its id, or a little before it.
    """
    found: dict[int, list[ClaimDate]] = {}
    starts = [mention.start for mention in mentions]
    for date in dates_in(text):
        after = bisect_left(starts, date.start)
        if after and date.start < mentions[after - 1].end:
            continue
        near = [n for n in (after - 2, after - 1, after, after + 1) if 0 <= n < len(mentions)]
        own = {n for n in near if _in_one_bracket(text, mentions[n], date.start, date.end)}
        if date.stated is Stated.BRACKETED:
            own |= _nearest(date, mentions, after)
        for n in own:
            found.setdefault(n, []).append(date.date)
    return found


def _nearest(date: DateInText, mentions: tuple[Mention, ...], after: int) -> set[int]:
    if after and date.start - mentions[after - 1].end <= len(" (Sept "):
        return {after - 1}
    is_near = after < len(mentions) and mentions[after].start - date.end <= _NEAR
    return {after} if is_near else set()


def _in_one_bracket(text: str, mention: Mention, start: int, end: int) -> bool:
    low, high = min(start, mention.start), max(end, mention.end)
    between = text[low:high]
    if high - low > _BEFORE:
        return False
    begin = max(0, low - _BEFORE)
    opened = text.rfind("(", begin, low) > text.rfind(")", begin, low)
    return opened and not re.search(r"[()]", between)


def _quotes(block: Block, before: tuple[ArxivId, ...]) -> Iterator[QuotedWords]:
    mentions = mentions_in(block.text)
    of_the_abstract = "abstract" in block.text.lower()
    found = [(m.start(), next(filter(None, m.groups()))) for m in _QUOTES.finditer(block.text)]
    if block.quoted and not found:
        until = mentions[0].start if mentions else len(block.text)
        found = [(0, block.text[:until].rstrip(" —–-([,"))]
    for start, words in found:
        if not _is_quotation(words):
            continue
        at = bisect_left(mentions, start, key=lambda mention: mention.start)
        around = mentions[max(0, at - _N_AROUND) : at + _N_AROUND]
        nearest = sorted(around, key=lambda m, at=start: abs(m.start - at))  # type: ignore[misc] # bound here
        named = tuple(dict.fromkeys(mention.arxiv for mention in nearest))
        yield QuotedWords(
            words=words.strip(),
            papers=named or before,
            of_the_abstract=of_the_abstract,
            lines=block.lines,
        )


def _is_quotation(words: str) -> bool:
    letters = len(words.replace(" ", ""))
    return (
        len(words.split()) >= _FEWEST_QUOTED_WORDS and MIN_QUOTE_CHARS <= letters <= MAX_QUOTE_CHARS
    )
