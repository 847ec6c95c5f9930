"""What an answer states of papers: the ids it cites with title and date, and the words it quotes.

Made for answers that somebody's assistant wrote. An id that cannot be one is kept as it was
written, because it is the first thing to be told of.
"""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from claims.claim import SourceRef
from claims.dates import ClaimDate
from claims.ids import ADDRESS, ArxivId
from claims.pages.cited import Mention, is_title_case, mentions_in, references_in
from claims.pages.dated import dates_of
from claims.pages.formal import BIBTEX_BEGINS, PEOPLE_BEFORE, bibtex, formal_entry
from claims.pages.lines import Block, Shape, joined, refuse_what_is_no_page
from claims.pages.markup import shown_lines
from claims.pages.plain import LINKED
from claims.pages.quoted import QuotedWords, attributed, is_attribution, named_in, quotes_in
from claims.pages.years import year_of

_MARKED: Final = re.compile(
    rf"(?:arxiv\s?:\s?|{ADDRESS}|10\.48550/arxiv\.)([a-z0-9][\w./-]{{2,24}})",
    re.IGNORECASE,
)
_CAPITALS: Final = re.compile(
    r"((?:[A-Z][\w'’?-]*[:,]?|[A-Z]{2,}[:,]?)(?:\s+(?:[A-Z0-9][\w'’?!-]*[:,]?|a|an|and|as|at|by|for|"
    r"from|in|of|on|or|the|their|to|via|with|vs\.?)){2,30})\s*[\"”]?\s*[(\[]?$"
)
_REFERENCES: Final = re.compile(
    r"\W*(?:references?|bibliography|works cited|citations?|literature|sources?)\W*", re.IGNORECASE
)
_LEADS: Final = re.compile(r"\s*([(\[][^()\[\]]{4,24}[)\]])?\s*[:–—|,-]\s")
_EDGE: Final = 6
"""An entry may begin with its number before the id."""

_BEFORE: Final = 400
"""Characters before an id in which its title or its people may stand."""

_FEWEST_CAPITALS: Final = 3


@dataclass(frozen=True, kw_only=True)
class CitedPaper:
    """An id in an answer, with what is said of it there."""

    written: str
    arxiv: ArxivId | None
    """None for what is marked as an arXiv id and cannot be one."""
    title: str | None
    first_author: str | None
    linked_as: ArxivId | None
    """The id that the words of its link name, where the link leads to another paper."""
    dates: tuple[ClaimDate, ...]
    around: str
    """The paragraph or entry, in which the title may stand in other places too."""
    lines: tuple[int, ...]
    start: int
    """Where it is named in `around`, half-open."""
    end: int


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
    listed = _listed(told)
    marks = {
        block.mark: tuple(mention.arxiv for mention in mentions_in(block.text))
        for block, is_listed in zip(told, listed, strict=True)
        if block.mark and (is_listed or block.shape is Shape.FOOTNOTE)
    }
    papers: list[CitedPaper] = []
    quotes: list[QuotedWords] = []
    last: tuple[ArxivId, ...] = ()
    is_whose = False
    for block, is_listed, after in itertools.zip_longest(told, listed, told[1:]):
        papers += _papers(block, listed=is_listed)
        named = named_in(block.text, {} if is_listed else marks)
        under = attributed(block, after, marks)
        if not is_whose:
            quotes += quotes_in(block, named, under or last)
        is_whose = bool(under and after and is_attribution(block, after))
        here = tuple(dict.fromkeys(one.arxiv for one in named))
        last = here or (last if block.is_entry or block.quoted else ())
    return Statements(papers=tuple(papers), quotes=tuple(quotes))


def _listed(blocks: list[Block]) -> list[bool]:
    """For each block whether it stands in a list of references."""
    found: list[bool] = []
    for block in blocks:
        names_one = bool(_REFERENCES.fullmatch(block.text))
        is_open = bool(found) and found[-1] and block.shape is not Shape.HEADING
        found.append(names_one or is_open)
    return found


def _entries(block: Block) -> list[Block]:
    """The block, or each BibTeX entry of it."""
    pieces = [piece for piece in BIBTEX_BEGINS.split(block.text) if piece.strip()]
    return [replace(block, text=piece) for piece in pieces] if len(pieces) > 1 else [block]


def papers_in(text: str) -> tuple[CitedPaper, ...]:
    """The ids in one paragraph, in order."""
    found = _papers(Block(text=text, lines=()))
    return tuple(sorted(found, key=lambda cited: cited.start))


def _papers(block: Block, *, listed: bool = False) -> Iterator[CitedPaper]:
    mentions = mentions_in(block.text)
    entry = _reference(block, mentions, listed=listed)
    dates = dates_of(block.text, mentions)
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
            linked_as=mentions[n - 1].arxiv if n and before.endswith(LINKED) else None,
            dates=tuple(dates.get(n, ())) or _year(ref) or _year_of(people),
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
                linked_as=None,
                dates=(),
                around=block.text,
                lines=block.lines,
                start=match.start(),
                end=match.start(1) + len(match[1].rstrip("./-")),
            )


def _year(ref: SourceRef) -> tuple[ClaimDate, ...]:
    return (ClaimDate(str(ref.year)),) if ref.year else ()


def _year_of(people: re.Match[str] | None) -> tuple[ClaimDate, ...]:
    year = year_of(people[0]) if people else None
    return (ClaimDate(str(year)),) if year else ()


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
    is_title = n_capitals >= _FEWEST_CAPITALS or (quoted and is_title_case(found))
    return found.strip(" ,:") if is_title else None
