"""An answer checked: every arXiv id, title, date and quotation in it, against a source.

Useful by itself: it needs an answer and a source of papers, and no library. What could not be
checked is never told as right.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

from claims.claim import SourceRef
from claims.clock import Window, utc_now
from claims.errors import QuoteNotFound, SourceError
from claims.evidence import Answer, Paper, TextSource
from claims.health import Records, SourceCheck, check
from claims.ids import ArxivId
from claims.naming import same_title
from claims.pages.cited import is_title_case
from claims.pages.quoted import QuotedWords
from claims.pages.stated import CitedPaper, Statements
from claims.verify import MIN_QUOTE_CHARS, locate
from flows.earlier import earlier_than, retitled
from flows.full_text import Desk, read_whole
from flows.importing import records_of
from papers.quoting import Finder
from papers.sources import Harvester, Request, Source

_OMISSION: Final = re.compile(r"\s*(?:[\[(]\s*(?:…|\.{3})\s*[\])]|…|\.{3}|\. \. \.)\s*")
_FITTED: Final = re.compile(r"^\[(\w)\]")
"""A first letter that was changed: "[t]he lamps"."""


_FIRST_DAY: Final = datetime(1991, 7, 1, tzinfo=UTC)
"""Of arXiv."""

_N_SEARCHED: Final = 50
"""Papers that a search for a title gives and that are looked at."""

_N_READ: Final = 100_000
"""Records of a dump that are looked at: it cannot be searched, only read through."""

_MOST_LEADING: Final = 3
"""Words before a title that are written large as it is: "According to Lamps of the North"."""


class Verdict(StrEnum):
    """What can be said of one statement of an answer."""

    RIGHT = "real and right"
    OTHER_PAPER = "real, but another paper"
    WRONG_DATE = "real, but of another date"
    QUOTE_ABSENT = "real, but the quote is not there"
    NOT_FOUND = "not found"
    UNCHECKED = "could not check"


@dataclass(frozen=True, kw_only=True)
class Text:
    """What can be read of a paper that its authors wrote."""

    says: Callable[[str], bool]
    """Whether these words stand in it."""
    unread: str = ""
    """Why it is not the whole paper; empty where it is: then what is not in it is not there."""


Texts = Callable[[Paper], Text | None]
"""What can be read of a paper; None where nothing can be that the authors wrote."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One statement and what was found."""

    kind: str
    """`paper` or `quote`."""
    stated: str
    arxiv: ArxivId | None
    verdict: Verdict
    why: str
    lines: tuple[int, ...]


def abstract_of(paper: Paper) -> Text | None:
    """The abstract; None for the sample's summaries, which are not the authors' words."""
    if paper.abstract_source is not TextSource.ABSTRACT or not paper.abstract:
        return None

    def says(words: str) -> bool:
        return _stands(lambda: locate(words, paper.abstract))

    return Text(says=says, unread="its full text was not read")


def whole_texts(desk: Desk) -> Texts:
    """Papers read whole, each once; where that cannot be, their abstracts with the reason."""
    read: dict[ArxivId, Text | None] = {}

    def text_of(paper: Paper) -> Text | None:
        if paper.id not in read:
            read[paper.id] = _whole(desk, paper)
        return read[paper.id]

    return text_of


def _whole(desk: Desk, paper: Paper) -> Text | None:
    abstract, why = abstract_of(paper), "its full text is not on the shelf"
    try:
        full = read_whole(desk, paper)
    except SourceError as error:
        full, why = None, str(error)
    if full is None:
        return abstract and replace(abstract, unread=why)
    finder = Finder(full)

    def says(words: str) -> bool:
        whole = _stands(lambda: finder.locate(words))
        return whole or (abstract is not None and abstract.says(words))

    return Text(says=says)


def _stands(locate_it: Callable[[], object]) -> bool:
    try:
        locate_it()
    except QuoteNotFound:
        return False
    return True


def check_answer(
    answer: Statements, source: Source, texts: Texts = abstract_of
) -> tuple[Checked, ...]:
    """Every statement of `answer`, in its order, papers first.

    A source out of reach leaves every statement unchecked, with the reason.
    """
    ids = dict.fromkeys(cited.arxiv for cited in answer.papers if cited.arxiv)
    wanted = tuple(dict.fromkeys((*(id.unversioned for id in ids), *(i for i in ids if i.version))))
    unreached = ""
    said: Mapping[ArxivId, Paper | None] = {}
    try:
        said = source.lookup(wanted) if wanted else {}
        if earlier := _earlier(answer, said, texts):
            said = {**said, **source.lookup(earlier)}
    except SourceError as error:
        unreached = str(error)
    records = records_of(said)
    papers = tuple(_checked_paper(cited, records, said, unreached) for cited in answer.papers)
    titles = [cited.title for cited in answer.papers if cited.title]
    quotes = (
        _sought(quote, source)
        if is_title_case(quote.words)
        else _checked_quote(quote, records, texts)
        for quote in answer.quotes
        if not _is_title(quote, records, titles)
    )
    return (*papers, *quotes)


def _earlier(
    answer: Statements, said: Mapping[ArxivId, Paper | None], texts: Texts
) -> tuple[ArxivId, ...]:
    """Earlier versions in which a stated title or quotation may stand that the latest lack."""
    refs = [SourceRef(arxiv=c.arxiv, title=c.title) for c in answer.papers if c.arxiv]
    sought = list(retitled(refs, said.values(), said))
    known = records_of(said)
    for quote in answer.quotes:
        own = [p for id in quote.papers[:1] for p in known.get(id.number) or ()]
        if own and not any((text := texts(p)) and _says(text, quote.words) for p in own):
            sought += earlier_than(own, said)
    return tuple(dict.fromkeys(sought))


def _checked_paper(
    cited: CitedPaper, records: Records, said: Mapping[ArxivId, Paper | None], unreached: str
) -> Checked:
    def told(verdict: Verdict, why: str) -> Checked:
        return Checked(
            kind="paper",
            stated=" ".join(filter(None, (cited.written, cited.title))),
            arxiv=cited.arxiv,
            verdict=verdict,
            why=why,
            lines=cited.lines,
        )

    if cited.arxiv is None:
        return told(Verdict.NOT_FOUND, "this cannot be an arXiv id")
    ref = SourceRef(arxiv=cited.arxiv, title=cited.title, first_author=cited.first_author)
    found = check(ref, records)
    if found.resolves is Answer.NO:
        return told(Verdict.NOT_FOUND, "there is no such paper on arXiv")
    if found.newest is None or found.resolves is Answer.UNKNOWN:
        return told(Verdict.UNCHECKED, unreached or "the source cannot say whether it exists")
    if cited.arxiv.version and said.get(cited.arxiv, found.newest) is None:
        why = f"the paper is real, but there is no v{cited.arxiv.version} of it"
        return told(Verdict.NOT_FOUND, why)
    return told(*_agreement(cited, found, found.newest))


def _agreement(cited: CitedPaper, found: SourceCheck, newest: Paper) -> tuple[Verdict, str]:
    real = f"{newest.title!r}, first submitted on {newest.submitted_on}"
    if cited.linked_as and cited.linked_as.number != newest.id.number:
        return Verdict.OTHER_PAPER, f"the words of this link name {cited.linked_as}; it is {real}"
    if found.titled is Answer.NO and not _is_titled(cited, newest):
        return Verdict.OTHER_PAPER, f"its title is {real}"
    # "Oils and Towns" may be two people or a title.
    if found.authored is Answer.NO and (cited.first_author or "") not in newest.title:
        first = newest.authors[0] if newest.authors else "nobody"
        return Verdict.OTHER_PAPER, f"its first author is {first}; its title is {real}"
    off = [
        date for date in cited.dates if not date.first_day <= newest.submitted_on <= date.last_day
    ]
    if off and len(off) == len(cited.dates):
        return Verdict.WRONG_DATE, f"stated {off[0]}, first submitted on {newest.submitted_on}"
    withdrawn = "; it was withdrawn" if found.stands is Answer.NO else ""
    return Verdict.RIGHT, f"{real}{_titled_as(cited, newest)}{withdrawn}"


def _is_titled(cited: CitedPaper, newest: Paper) -> bool:
    """Whether the title is near the id after all, or ends the words that were taken for it."""
    words = (cited.title or "").split()
    ends = (" ".join(words[n:]) for n in range(1, _MOST_LEADING + 1) if words[n:])
    return _stands_in(newest.title, cited.around) or any(same_title(e, newest.title) for e in ends)


def _titled_as(cited: CitedPaper, newest: Paper) -> str:
    if cited.title is None:
        return "" if _stands_in(newest.title, cited.around) else "; no title was stated"
    is_its = same_title(cited.title, newest.title) or _is_titled(cited, newest)
    return "" if is_its else "; stated is an earlier title of it"


def _stands_in(title: str, text: str) -> bool:
    """Whether the title, or its main part, is among the words of `text`."""
    heads = [title, *(part for part in title.replace("?", ":").split(":")[:1] if " " in part)]
    return any(_folded(head) in _folded(text) for head in heads)


def _folded(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _is_title(quote: QuotedWords, records: Records, titles: Sequence[str]) -> bool:
    """Whether the quoted words are the title of a paper that the answer cites, rightly or not."""
    known = (paper.title for versions in records.values() for paper in versions or ())
    is_stated = _folded(quote.words) in map(_folded, titles)
    return is_stated or any(same_title(quote.words, title) for title in known)


def _sought(title: QuotedWords, source: Source) -> Checked:
    """A title without an id: right where the source finds a paper of that title."""
    window = Window(_FIRST_DAY, utc_now() + timedelta(days=1))
    most = _N_SEARCHED if isinstance(source, Harvester) else _N_READ
    why = "a title without an arXiv id; no paper of that title was found"
    paper: Paper | None = None
    try:
        found = islice(source.fetch(Request(window=window, phrases=(title.words,))), most)
        papers = (one for one in found if isinstance(one, Paper))
        paper = next((one for one in papers if same_title(title.words, one.title)), None)
    except SourceError as error:
        why = f"a title without an arXiv id; {error}"
    if paper:
        why = f"no id was stated; it is {paper.id}, first submitted on {paper.submitted_on}"
    return Checked(
        kind="paper", stated=title.words, arxiv=paper.id if paper else None,
        verdict=Verdict.RIGHT if paper else Verdict.UNCHECKED, why=why, lines=title.lines,
    )  # fmt: skip


def _checked_quote(quote: QuotedWords, records: Records, texts: Texts) -> Checked:
    def told(verdict: Verdict, why: str, arxiv: ArxivId | None) -> Checked:
        return Checked(
            kind="quote", stated=quote.words, arxiv=arxiv, verdict=verdict, why=why,
            lines=quote.lines,
        )  # fmt: skip

    own = [paper for id in quote.papers for paper in records.get(id.number) or ()]
    for paper in own:
        text = texts(paper)
        if text and _says(text, quote.words):
            return told(Verdict.RIGHT, f"stands in {paper.id}", paper.id)
    others = (p for versions in records.values() for p in versions or () if p not in own)
    for paper in others:
        text = texts(paper)
        if text and _says(text, quote.words):
            verdict = Verdict.OTHER_PAPER if quote.papers else Verdict.RIGHT
            return told(verdict, f"stands in {paper.id}, {paper.title!r}", paper.id)
    return told(*_absence(quote, own, texts))


def _says(text: Text, words: str) -> bool:
    """Whether the words stand there, as people quote.

    With an omission, another first letter, or a stop before the closing mark; every other letter
    and digit counts.
    """
    pieces = _pieces(words)
    return bool(pieces) and all(any(map(text.says, _forms(piece))) for piece in pieces)


def _pieces(words: str) -> list[str]:
    """The words between omissions."""
    return [piece.strip() for piece in _OMISSION.split(words) if piece.strip()]


def _forms(words: str) -> Iterator[str]:
    """The words as they stand, and as they stood before they were fitted into a sentence."""
    bare = _FITTED.sub(r"\1", words)
    for form in dict.fromkeys((words, bare, bare.rstrip(".,;:!?"))):
        yield form
        yield form[:1].swapcase() + form[1:]


def _absence(
    quote: QuotedWords, own: Sequence[Paper], texts: Texts
) -> tuple[Verdict, str, ArxivId | None]:
    """Why words were not found: they are not there, or not everything could be read."""
    if not quote.papers:
        return Verdict.UNCHECKED, "no paper is named beside these words", None
    nearest = quote.papers[0]
    if not any(paper.id.number == nearest.number for paper in own):
        return Verdict.UNCHECKED, f"{nearest} could not be looked up", nearest
    read = [text for text in map(texts, own) if text]
    if not read:
        return Verdict.UNCHECKED, f"nothing that the authors of {nearest} wrote is at hand", nearest
    unread = next((text.unread for text in read if text.unread), "")
    if any(len(piece.replace(" ", "")) < MIN_QUOTE_CHARS for piece in _pieces(quote.words)):
        return Verdict.UNCHECKED, "a piece of it is too short to be sought by itself", nearest
    if not unread or quote.of_the_abstract:
        return Verdict.QUOTE_ABSENT, f"not in {_listed(own)}", nearest
    return Verdict.UNCHECKED, f"not in the abstract of {_listed(own)}; {unread}", nearest


def _listed(papers: Iterable[Paper]) -> str:
    return ", ".join(dict.fromkeys(str(paper.id) for paper in papers))
