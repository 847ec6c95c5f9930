"""What an answer states of papers: the ids it cites with title and date, and the words it quotes.

Made for answers that somebody's assistant wrote. An id that cannot be one is kept as it was
written, because it is the first thing to be told of.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from claims.claim import SourceRef
from claims.dates import ClaimDate
from claims.ids import ArxivId
from claims.pages.cited import Mention, is_title_case, mentions_in, references_in, without_mentions
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
_BIBTEX: Final = re.compile(
    r"\b(title|author|year)\s*=\s*(?:\{|\")?((?:[^{}\"]|\{[^{}]*\})+?)"
    r"(?:\}|\"|,\s*\w+\s*=|\s*\}$)",
    re.IGNORECASE,
)
_BIBTEX_ENTRY: Final = re.compile(r"(?=@[A-Za-z]{3,20}\{)")
_PREPRINT: Final = re.compile(
    r"[.,:;]?\s*(?:in\s+)?(?:arxiv\s+)?(?:e-?print|preprint)\s*(?:arxiv)?[\s:,]*$", re.IGNORECASE
)
_AFTER_ENTRY: Final = re.compile(r"[\s.,;()\[\]]*(?:((?:19|20)\d\d)[a-z]?)?[\s.,;()\[\]]*")
_PIECES: Final = re.compile(
    r"\s*\((?:19|20)\d\d[a-z]?\)[.,:]?\s+|(?<=[\w)][\w)])\.\s+(?=[A-Z\d“\"])"
)
"""Between authors, title and the rest: a full stop that ends no initial, or the year."""
_NAMES: Final = re.compile(
    r"(?:[^\W\d_][\w.'’-]*,?\s+(?:and\s+|&\s+|et al\.?,?\s*)?){1,30}"
    r"(?:[^\W\d_][\w.'’-]*|et al)\.?,?$"
)
_IN_BRACKETS: Final = re.compile(r"\(((?:19|20)\d\d)[a-z]?\)")
_PEOPLE: Final = re.compile(
    r"((?:(?:[Vv][ao]n|[Dd][aei]|[Ll][ae]|[Ee]l|[Aa]l|bin) )?[A-Z][^\W\d_]+(?:[-'’]\w+)*)"
    r"(?:,? (?:&|and) [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?|,? et al\.?)"
    r"(?:,? [(\[]?(?:19|20)\d\d[a-z]?[)\]]?)?[\s,;:(\[–—-]*$"
)
"""People and perhaps a year right before an id: "La Cava & Tagarelli (2024) [arXiv:...]"."""
_REFERENCES: Final = re.compile(
    r"\W*(?:references?|bibliography|works cited|citations?|literature)\W*", re.IGNORECASE
)
_LEADS: Final = re.compile(r"\s*([(\[][^()\[\]]{4,24}[)\]])?\s*[:–—|,-]\s")
_EDGE: Final = 6
"""An entry may begin with its number before the id."""

_NEAR: Final = 40
"""Characters beside an id in which a date in brackets is its own."""

_ATTRIBUTION: Final = 8
"""Words beside the id in a line that says whose words stand above it."""

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
    pieces = [piece for piece in _BIBTEX_ENTRY.split(block.text) if piece.strip()]
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
    for mention in mentions:
        ref = entry or SourceRef(arxiv=mention.arxiv)
        title = ref.title or _title_beside(block.text, mention)
        people = _PEOPLE.search(block.text[: mention.start])
        if people and title and people[0].startswith(title):
            title = None
        yield CitedPaper(
            written=str(mention.arxiv),
            arxiv=mention.arxiv,
            title=title,
            first_author=ref.first_author or (people[1] if people else None),
            dates=_dates(block.text, mention) or _year(ref),
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


def _year(ref: SourceRef) -> tuple[ClaimDate, ...]:
    return (ClaimDate(str(ref.year)),) if ref.year else ()


def _reference(block: Block, mentions: tuple[Mention, ...], *, listed: bool) -> SourceRef | None:
    """The one paper that the block is a bibliographic entry of; None for prose about papers."""
    if len(mentions) != 1:
        return None
    if fields := dict(_BIBTEX.findall(block.text)):
        return _of_fields(fields, mentions[0].arxiv)
    if formal := _formal(block.text, mentions[0], listed=listed or block.shape is Shape.FOOTNOTE):
        return formal
    (ref,) = references_in(block.text)
    lead = _LEADS.match(block.text[mentions[0].end :]) if mentions[0].start <= _EDGE else None
    is_fragment = not block.text.rstrip().endswith(".")
    bare = ref.model_copy(update={"year": None})
    if lead and (lead[1] or is_fragment):
        return bare
    return bare if ref.title and is_title_case(ref.title) else None


def _of_fields(fields: dict[str, str], arxiv: ArxivId) -> SourceRef:
    """The paper of a BibTeX entry."""
    author = re.split(r"\s+and\s+", fields.get("author", ""))[0]
    family, _, given = author.partition(",")
    year = fields.get("year", "")
    return SourceRef(
        arxiv=arxiv,
        title=" ".join(re.sub(r"[{}]", "", fields.get("title", "")).split()) or None,
        first_author=f"{given} {family}".strip() or None,
        year=int(year) if re.fullmatch(r"(?:19|20)\d\d", year) else None,
    )


def _formal(text: str, mention: Mention, *, listed: bool) -> SourceRef | None:
    """The paper of "A. Author, B. Author. Title. arXiv preprint arXiv:ID, 2024.".

    `listed` says that the entry stands in a list of references; elsewhere "preprint" says it, for
    a sentence with its citation at the end looks the same.
    """
    before, after = text[: mention.start], text[mention.end :]
    is_preprint = _PREPRINT.search(before)
    ends = _AFTER_ENTRY.fullmatch(after)
    if not ends or not (listed or is_preprint):
        return None
    if _QUOTES.search(before) or re.search(r"\s[—–|·]\s", before):
        return None
    body = (before[: is_preprint.start()] if is_preprint else before).strip(" .,;(")
    pieces = [piece.strip(" .") for piece in _PIECES.split(body) if piece.strip(" .")]
    authors, titles = pieces[:1], pieces[1:]
    if not titles or not _NAMES.match(authors[0]):
        authors, titles = [], pieces
    if not titles or len(titles[0].split()) < _FEWEST_CAPITALS:
        return None
    year = ends[1] or (_IN_BRACKETS.search(body) or [None, None])[1]
    names = re.split(r",? et al|,? and |,? & |, (?=[A-Z][a-z])", authors[0])[0] if authors else ""
    inverted = re.fullmatch(r"([^,]+), ((?:[A-Z]\.? ?-?)+)", names.strip(" ,"))
    first = f"{inverted[2]} {inverted[1]}" if inverted else names.strip(" ,")
    return SourceRef(
        arxiv=mention.arxiv,
        title=titles[0],
        first_author=first or None,
        year=int(year) if year else None,
    )


def _title_beside(text: str, mention: Mention) -> str | None:
    """A run of capitals, or a quoted title, right before the id."""
    before = text[: mention.start].rstrip(" ([—–-,")
    quoted = re.search(r"[“\"«]([^“”\"«»]{6,300})[”\"»],?$", before)
    capitals = _CAPITALS.search(before)
    found = quoted[1] if quoted else capitals[1] if capitals else ""
    n_capitals = sum(word[0].isupper() for word in found.split())
    return found.strip(" ,:") if n_capitals >= _FEWEST_CAPITALS else None


def _dates(text: str, mention: Mention) -> tuple[ClaimDate, ...]:
    """Dates in brackets beside the id, or within the same brackets; each is of the nearest id."""
    mentions = mentions_in(text)
    return tuple(
        found.date
        for found in dates_in(text)
        if not any(one.start <= found.start < one.end for one in mentions)
        if _in_one_bracket(text, mention, found.start, found.end)
        or (found.stated is Stated.BRACKETED and _nearest(found, mentions) == mention)
    )


def _nearest(found: DateInText, mentions: tuple[Mention, ...]) -> Mention | None:
    """The id that a date in brackets stands beside: right after it, or a little before it."""
    for one in mentions:
        if 0 <= found.start - one.end <= len(" (Sept "):
            return one
    after = (one for one in mentions if 0 <= one.start - found.end <= _NEAR)
    return next(after, None)


def _in_one_bracket(text: str, mention: Mention, start: int, end: int) -> bool:
    low, high = min(start, mention.start), max(end, mention.end)
    between = text[low:high]
    opened = text.rfind("(", 0, low) > text.rfind(")", 0, low)
    return opened and not re.search(r"[()]", between)


def _quotes(block: Block, before: tuple[ArxivId, ...]) -> Iterator[QuotedWords]:
    mentions = mentions_in(block.text)
    found = [(m.start(), next(filter(None, m.groups()))) for m in _QUOTES.finditer(block.text)]
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
