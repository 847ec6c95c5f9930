"""An inquiry page brought into a workspace: read, completed, written, its papers looked up.

What the page does not say itself is derived: watch phrases from its words, categories from its
anchor papers where a source can be asked. A source out of reach leaves everything else done.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from agents.watch_words import watch_phrases
from claims.claim import Inquiry, SourceRef
from claims.errors import SourceError
from claims.evidence import Paper
from claims.health import Records, SourceCheck, check
from claims.ids import ArxivId
from claims.importing import Imported, place
from claims.ledger import Ledger
from claims.pages.page import Page, Sureness, Understood, read_page
from flows.wiring import source_of
from flows.workspace import Workspace
from papers.sources import Source

N_CATEGORIES: Final = 6
_BY_WORD: Final = {
    "language model": "cs.CL", "llm": "cs.CL", "persona": "cs.CL", "dialogue": "cs.CL",
    "translation": "cs.CL", "agent": "cs.AI", "reasoning": "cs.AI", "learning": "cs.LG",
    "neural": "cs.LG", "training": "cs.LG", "image": "cs.CV", "vision": "cs.CV",
    "robot": "cs.RO", "user": "cs.HC", "human": "cs.HC", "society": "cs.CY", "ethic": "cs.CY",
    "social": "cs.SI", "econom": "econ.GN", "brain": "q-bio.NC", "neuron": "q-bio.NC",
    "quantum": "quant-ph", "security": "cs.CR", "retrieval": "cs.IR", "software": "cs.SE",
}  # fmt: skip
"""A word of a page to the category where papers with it mostly are; a guess, and told as one."""


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
        told += _derived("watch", watch)
        inquiry = inquiry.model_copy(update={"watch": watch})
    if not inquiry.categories:
        categories = _categories(inquiry, records)
        told += _derived("categories", categories)
        inquiry = inquiry.model_copy(update={"categories": categories})
    return replace(page, inquiry=inquiry, understood=(*page.understood, *told))


def _derived(field: str, values: tuple[str, ...]) -> list[Understood]:
    told = ", ".join(values)
    guess = Understood(field=field, value=told, sureness=Sureness.GUESSED, lines=())
    return [guess] if values else []


def _texts(inquiry: Inquiry) -> Iterable[str]:
    yield inquiry.question
    yield from (claim.text for claim in inquiry.claims)
    yield from (anchor.title for anchor in inquiry.anchors if anchor.title)
    yield from (note.title for note in inquiry.notes)


def _categories(inquiry: Inquiry, records: Records) -> tuple[str, ...]:
    """Those of the cited papers, the most frequent first; else guessed from words."""
    counts: Counter[str] = Counter()
    for versions in records.values():
        for paper in (versions or ())[-1:]:
            counts.update(paper.categories)
    if not counts:
        text = " ".join(_texts(inquiry)).lower()
        counts.update(category for word, category in _BY_WORD.items() if word in text)
    ranked = sorted(counts, key=lambda category: (-counts[category], category))
    return tuple(ranked[:N_CATEGORIES])
