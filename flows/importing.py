"""An inquiry page brought into a workspace: read, completed, written, its papers looked up.

What the page does not say itself is derived: watch phrases from its words, categories from its
anchor papers where a source can be asked. A source out of reach leaves everything else done.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from agents.watch_words import watch_phrases
from agents.words import stem
from claims.claim import Inquiry, SourceRef
from claims.errors import SourceError
from claims.evidence import Paper
from claims.health import Records, SourceCheck, check
from claims.ids import ArxivId
from claims.importing import Imported, place
from claims.ledger import Ledger
from claims.pages.page import Page, Sureness, Understood, read_page
from flows.earlier import retitled
from flows.wiring import source_of
from flows.workspace import Workspace
from papers.sources import Source

N_CATEGORIES: Final = 6
_SHARED_BY: Final = 2
_N_GUESSED: Final = 3
_SAID_AT_LEAST: Final = 2
_DEFAULT: Final = ("cs.CL", "cs.AI", "cs.LG")
"""Where the papers are that retest was made for; a person changes them in the file."""

_WORDS: Final = re.compile(r"[a-z]+")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A page in the workspace: what was understood, where it went, what its papers are."""

    page: Page
    imported: Imported | None
    """None for a trial that writes nothing."""
    checks: tuple[SourceCheck, ...]
    unchecked: str | None = None
    """Why no paper could be looked up."""


def bring(
    workspace: Workspace,
    content: bytes,
    name: str,
    source: Source | None,
    *,
    today: date,
    into: str | None = None,
    write: bool = True,
) -> Brought:
    """The page in `content`, in the library of `workspace` unless `write` is off.

    `source` None asks nothing of any source. Raises LibraryError.
    """
    page = read_page(content, name, today=today)
    records, unchecked = looked_up(source, page.inquiry)
    derived = [key for key in ("watch", "categories") if not getattr(page.inquiry, key)]
    page = completed(page, records)
    folder = workspace.folder / "claims"
    imported = place(folder, page.inquiry, into=into, derived=derived) if write else None
    inquiry = imported.inquiry if imported else page.inquiry
    checks = tuple(check(ref, records) for ref in _distinct(inquiry.cited))
    return Brought(page=page, imported=imported, checks=checks, unchecked=unchecked)


def checked(
    workspace: Workspace, ledger: Ledger, inquiries: Sequence[Inquiry], papers: str | None
) -> tuple[SourceCheck, ...]:
    """Every paper that the inquiries name, checked against the ledger, or anew against `papers`.

    Raises SourceError when a source was named and cannot be asked.
    """
    cited = _distinct(ref for inquiry in inquiries for ref in inquiry.cited)
    if papers is None:
        records = Records(ledger.papers.get(ids=[ref.arxiv.unversioned for ref in cited]))
    else:
        records = records_of(source_of(workspace, papers).lookup(_ids_of(cited)))
    return tuple(check(ref, records) for ref in cited)


def looked_up(source: Source | None, inquiry: Inquiry) -> tuple[Records, str | None]:
    """What `source` says of every paper that `inquiry` cites, or why it said nothing."""
    if source is None:
        return Records(()), "no source was asked"
    wanted = _ids_of(inquiry.cited)
    try:
        said = source.lookup(wanted) if wanted else {}
        if earlier := retitled(inquiry.cited, said.values()):
            said = {**said, **source.lookup(earlier)}
    except SourceError as error:
        return Records(()), str(error)
    return records_of(said), None


def _distinct(cited: Iterable[SourceRef]) -> tuple[SourceRef, ...]:
    """Each way of citing a paper once; a bare id only where nothing more is said of it."""
    refs = tuple(dict.fromkeys(cited))
    told = {ref.arxiv.number for ref in refs if ref.title or ref.year}
    bare = {ref for ref in refs if ref == SourceRef(arxiv=ref.arxiv.unversioned)}
    return tuple(ref for ref in refs if not (ref in bare and ref.arxiv.number in told))


def _ids_of(cited: Iterable[SourceRef]) -> tuple[ArxivId, ...]:
    """Each paper in its latest version, and in the version that is cited where one is."""
    ids = [ref.arxiv for ref in cited]
    pinned = (id for id in ids if id.version)
    return tuple(dict.fromkeys((*(id.unversioned for id in ids), *pinned)))


def records_of(said: Mapping[ArxivId, Paper | None]) -> Records:
    """The answers of a source as records; a number is absent only when nothing of it is there."""
    found = {paper.id: paper for paper in said.values() if paper}
    there = {id.number for id in found}
    absent = [id.unversioned for id, paper in said.items() if paper is None]
    return Records(found.values(), [id for id in absent if id.number not in there])


def completed(page: Page, records: Records) -> Page:
    """The page with watch phrases and categories, derived where it has none of its own."""
    inquiry, told = page.inquiry, list[Understood]()
    if not inquiry.watch:
        watch = watch_phrases(_texts(inquiry))
        told += _derived("watch", watch, "telling words of the page")
        inquiry = inquiry.model_copy(update={"watch": watch})
    if not inquiry.categories:
        categories, because = _categories(inquiry, records)
        told += _derived("categories", categories, because)
        inquiry = inquiry.model_copy(update={"categories": categories})
    return replace(page, inquiry=inquiry, understood=(*page.understood, *told))


def _derived(field: str, values: tuple[str, ...], because: str) -> list[Understood]:
    guess = Understood(
        field=field,
        value=", ".join(values),
        sureness=Sureness.GUESSED,
        lines=(),
        because=because,
    )
    return [guess] if values else []


def _texts(inquiry: Inquiry) -> Iterable[str]:
    yield inquiry.question
    yield inquiry.restated or ""
    yield inquiry.framing or ""
    yield from (inquiry.narrative or "").split("\n\n")
    yield from (claim.text for claim in inquiry.claims)
    yield from (anchor.title for anchor in inquiry.anchors if anchor.title)
    yield from (f"{note.title} {note.text}" for note in inquiry.notes)


def _categories(inquiry: Inquiry, records: Records) -> tuple[tuple[str, ...], str]:
    """The categories to watch, and why these.

    Of the cited papers: the primary ones, and those that several share; what a single paper is
    filed under beside its own says little of the inquiry. Else what the page's words are mostly
    about.
    """
    papers = [versions[-1] for versions in records.values() if versions]
    counts = Counter(category for paper in papers for category in paper.categories)
    primary = {paper.categories[0] for paper in papers if paper.categories}
    kept = {name: n for name, n in counts.items() if name in primary or n >= _SHARED_BY}
    ranked = sorted(kept, key=lambda name: (-kept[name], name))
    if len(papers) >= _SHARED_BY:
        return tuple(ranked[:N_CATEGORIES]), f"those of {len(papers)} cited papers"
    guessed = _categories_of_words(_texts(inquiry))
    told = [f"the cited paper's own ({', '.join(ranked)})"] if ranked else []
    told += [f"words of the page ({', '.join(guessed)})"] if guessed else []
    if told:
        return tuple(dict.fromkeys((*ranked, *guessed))), " and ".join(told)
    return _DEFAULT, "nothing on the page says it, and no cited paper could be looked up"


@cache
def _by_word() -> dict[str, str]:
    """The category where papers with a word mostly are; a guess, and told as one."""
    lines = Path(__file__).with_name("category_words.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if not line.startswith("#"))
    return {word: category for category, _, words in rows for word in words.split()}


def _categories_of_words(texts: Iterable[str]) -> tuple[str, ...]:
    words = Counter(stem(word) for text in texts for word in _WORDS.findall(text.lower()))
    said = Counter[str]()
    for word, category in _by_word().items():
        said[category] += words[stem(word)]
    return tuple(name for name, n in said.most_common(_N_GUESSED) if n >= _SAID_AT_LEAST)
