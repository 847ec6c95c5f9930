"""From which paper a claim or note may come: searched, verified by quote, proposed to a person.

A proposal grounds nothing. Only what a person adopts is written into the library as a source, and
then it is checked like any other; until then the claim stays UNGROUNDED. What a person dismisses
is not proposed again.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from agents.directness import directness
from agents.scout import origin_words, plan_queries
from claims.claim import Claim, Inquiry, Note, SourceRef
from claims.clock import Window, start_of
from claims.deciding import MAX_NAME_CHARS, MAX_WHY_CHARS
from claims.errors import (
    ClaimNotFound,
    DecisionRefused,
    PaperUnavailable,
    QuoteNotFound,
    SourceError,
)
from claims.evidence import Citation, Failure, Paper
from claims.grounding import Dismissal, Grounding, Proposal, about_of, still_proposed
from claims.hashing import content_hash
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.library import add_source, read_inquiry
from claims.verify import verify
from flows.wiring import Bench
from flows.workspace import Workspace
from papers.passages import cut, sentences
from papers.sources import Harvester, Request

N_PROPOSED: Final = 5
_N_SEARCHED: Final = 200
"""Papers of a search of arXiv that are looked at: it answers by date, not by nearness."""

_N_READ: Final = 100_000
"""Records of a dump that are looked at: it cannot be searched, only read through."""

_LEAST: Final = 0.3
"""Least share of the claim's telling words in one sentence; below it anything would be proposed."""

_BEFORE: Final = timedelta(days=3 * 365)
"""How long before a claim's date the paper may have appeared that it came from."""

_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")


def holder_of(inquiries: Iterable[Inquiry], holder_id: str) -> tuple[Inquiry, Claim | Note]:
    """The claim or note with this id, and its inquiry. Raises ClaimNotFound, naming those."""
    held: list[tuple[Inquiry, Claim | Note]] = []
    for inquiry in inquiries:
        held += [(inquiry, claim) for claim in inquiry.claims]
        held += [(inquiry, note) for note in inquiry.notes]
    found = next((pair for pair in held if pair[1].id == holder_id), None)
    if found is None:
        known = ", ".join(one.id for _, one in held)
        raise ClaimNotFound(f"no claim and no note {holder_id!r} in the library; it holds: {known}")
    return found


def propose(bench: Bench, holder_id: str, *, today: date) -> Grounding:
    """Papers that the claim or note may come from, strongest first.

    Raises ClaimNotFound, SearchIndexError, LedgerError.
    """
    inquiry, holder = holder_of(bench.inquiries, holder_id)
    window, queries, text = _window(holder, today), _queries(inquiry, holder), _text(holder)
    hits = bench.index.find(queries, limit=50, window=window)
    papers = {p.id.number: p for p in bench.ledger.papers.get(ids=[hit.paper for hit in hits])}
    unsearched = None
    try:
        searched = _searched(bench, window, text)
        papers |= {p.id.number: p for p in searched if directness(text, p.abstract) >= _LEAST}
    except SourceError as error:
        unsearched = str(error)
    cited = {source.arxiv.number for source in holder.sources}
    dismissed = {number for id, number in bench.ledger.groundings.dismissed() if id == holder_id}
    left = (paper for number, paper in papers.items() if number not in cited | dismissed)
    found = (_proposal(holder, paper) for paper in left)
    ranked = sorted((one for one in found if one), key=lambda one: one.strength)
    return Grounding(
        holder_id=holder_id,
        about=about_of(holder),
        question=question_of(bench, inquiry, holder),
        proposals=tuple(ranked[:N_PROPOSED]),
        unsearched=unsearched,
    )


def question_of(bench: Bench, inquiry: Inquiry, holder: Claim | Note) -> str:
    """The name of everything that decides what is searched, beside the day."""
    queries = _queries(inquiry, holder)
    asked = {"about": about_of(holder), "queries": queries, "source": bench.source.name}
    return content_hash("grounding", asked)


def adopt(bench: Bench, holder_id: str, arxiv: ArxivId, *, by: str, today: date) -> Proposal:
    """The source that a person adopted, written into the library with its verified quote.

    Raises ClaimNotFound, LibraryError, and SourceError where no words of the paper bear on it.
    """
    inquiry, holder = holder_of(bench.inquiries, holder_id)
    paper = _paper(bench, arxiv)
    proposal = _proposal(holder, paper)
    if proposal is None:
        raise PaperUnavailable(
            f"no sentence of the abstract of {paper.id} bears on {holder_id}: to cite it all the "
            "same, write it into the file by hand"
        )
    _cite(bench.workspace, inquiry, holder_id, proposal, f"Adopted by {_named(by)} on {today}.")
    return proposal


def adopt_proposed(
    workspace: Workspace, ledger: Ledger, holder_id: str, number: str, *, by: str, today: date
) -> Proposal:
    """The same for a paper that a night proposed: its words are in the ledger already.

    Raises DecisionRefused when it is not proposed any more, LibraryError, LedgerError.
    """
    inquiries = workspace.inquiries()
    inquiry, _ = holder_of(inquiries, holder_id)
    proposal = _open(ledger, inquiries, holder_id, number)
    _cite(workspace, inquiry, holder_id, proposal, f"Adopted by {_named(by)} on {today}.")
    return proposal


def dismiss(
    ledger: Ledger,
    inquiries: Iterable[Inquiry],
    holder_id: str,
    arxiv: ArxivId,
    *,
    by: str,
    at: datetime,
    why: str = "",
) -> Dismissal:
    """A person's word that the claim or note does not come from this paper, entered.

    Raises ClaimNotFound, DecisionRefused, LedgerError.
    """
    holder_of(inquiries, holder_id)
    made = Dismissal(
        holder_id=holder_id,
        number=arxiv.number,
        by=_named(by),
        at=at,
        why=" ".join(why.split())[:MAX_WHY_CHARS],
    )
    ledger.groundings.dismiss(made)
    return made


def waiting_sources(ledger: Ledger, inquiries: Iterable[Inquiry]) -> tuple[Grounding, ...]:
    """What the nights proposed and nobody has adopted or dismissed, in library order."""
    return still_proposed(ledger.groundings.all(), inquiries, ledger.groundings.dismissed())


def _open(ledger: Ledger, inquiries: Iterable[Inquiry], holder_id: str, number: str) -> Proposal:
    for grounding in waiting_sources(ledger, inquiries):
        for proposal in grounding.proposals:
            if (grounding.holder_id, proposal.paper.id.number) == (holder_id, number):
                return proposal
    raise DecisionRefused(
        f"{number} is not proposed for {holder_id} any more: nothing was adopted; load the page "
        "again"
    )


def _named(by: str) -> str:
    """Who decides, on one line. Raises DecisionRefused."""
    name = " ".join(by.split())
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise DecisionRefused(
            f"say who decides, in 1 to {MAX_NAME_CHARS} characters without controls"
        )
    return name


def _cite(
    workspace: Workspace, inquiry: Inquiry, holder_id: str, proposal: Proposal, remark: str
) -> None:
    """Writes the paper into the library as a source of the claim or note."""
    paper = proposal.paper
    source = SourceRef(
        arxiv=paper.id,
        title=paper.title,
        first_author=paper.authors[0] if paper.authors else None,
        # The sample's words are not the authors' and can never be shown to stand in the paper.
        quote=None if proposal.in_our_words else proposal.cited.quote,
    )
    add_source(_file_of(workspace, inquiry), holder_id, source, remark)


def _proposal(holder: Claim | Note, paper: Paper) -> Proposal | None:
    """The paper with its most telling sentence, verified; None when none tells enough."""
    text = _text(holder)
    if paper.withdrawn:
        return None
    found = [
        (directness(text, words), words, passage)
        for passage in cut(paper)
        for start, end in sentences(passage.text)
        for words in (passage.text[start:end].strip(),)
    ]
    share, words, passage = max(found, key=lambda one: one[0], default=(0.0, "", None))
    if passage is None or share < _LEAST:
        return None
    try:
        cited = verify(Citation(passage_id=passage.id, quote=words), passage, paper)
    except QuoteNotFound:
        return None
    numbers = tuple(sorted(set(_NUMBER.findall(text)) & set(_NUMBER.findall(words))))
    return Proposal(paper=paper, cited=cited, share=min(1.0, share), numbers=numbers)


def _searched(bench: Bench, window: Window, text: str) -> Iterator[Paper]:
    """What the source itself finds by the names, numbers and words of `text`."""
    request = Request(window=window, together=origin_words(text))
    most = _N_SEARCHED if isinstance(bench.source, Harvester) else _N_READ
    for found in islice(bench.source.fetch(request), most):
        if not isinstance(found, Failure):
            yield found


def _paper(bench: Bench, arxiv: ArxivId) -> Paper:
    """The paper, as the source tells it. Raises PaperUnavailable, SourceError."""
    paper = bench.source.lookup([arxiv]).get(arxiv)
    if paper is None:
        raise PaperUnavailable(f"{bench.source.name} does not know {arxiv}: nothing was adopted")
    if paper.withdrawn:
        raise PaperUnavailable(f"{paper.id} is a withdrawal notice: nothing was adopted")
    return paper


def _window(holder: Claim | Note, today: date) -> Window:
    """When the paper must have appeared: before the claim's date ended."""
    if isinstance(holder, Note):
        return Window(start_of(today - 2 * _BEFORE), start_of(today) + timedelta(days=1))
    last = min(holder.as_of.last_day, today)
    first = min(holder.as_of.first_day, last) - _BEFORE
    return Window(start_of(first), start_of(last) + timedelta(days=1))


def _queries(inquiry: Inquiry, holder: Claim | Note) -> tuple[str, ...]:
    if isinstance(holder, Claim):
        return plan_queries(holder, inquiry)
    return (holder.title, holder.text[:500]) if holder.text else (holder.title,)


def _text(holder: Claim | Note) -> str:
    return holder.text if isinstance(holder, Claim) else f"{holder.title} {holder.text}"


def _file_of(workspace: Workspace, inquiry: Inquiry) -> Path:
    folder = workspace.folder / "claims"
    return next(f for f in sorted(folder.glob("*.toml")) if read_inquiry(f).id == inquiry.id)
