"""Which earlier versions of papers to ask for: titles and words change between versions."""

from collections.abc import Collection, Iterable
from typing import Final

from claims.claim import SourceRef
from claims.evidence import Paper
from claims.ids import ArxivId
from claims.naming import same_title

_N_EARLIER: Final = 5
"""Of each paper: the first versions are those that people cited."""


def retitled(
    cited: Iterable[SourceRef], found: Iterable[Paper | None], known: Collection[ArxivId] = ()
) -> tuple[ArxivId, ...]:
    """The earlier versions to ask for: those of papers that bear other titles than are stated.

    A title may have changed since. Versions that are `known` are left out.
    """
    newest: dict[str, Paper] = {}
    for paper in filter(None, found):
        held = newest.setdefault(paper.id.number, paper)
        if (paper.id.version or 0) > (held.id.version or 0):
            newest[paper.id.number] = paper
    odd = {
        ref.arxiv.number
        for ref in cited
        if ref.arxiv.number in newest
        if not same_title(ref.title, newest[ref.arxiv.number].title)
    }
    return earlier_than([newest[number] for number in sorted(odd)], known)


def earlier_than(papers: Iterable[Paper], known: Collection[ArxivId] = ()) -> tuple[ArxivId, ...]:
    """The first versions of `papers` that are not these and not `known`; a few of each."""
    versions = (
        ArxivId(paper.id.number, n)
        for paper in papers
        for n in range(1, min(paper.id.version or 1, _N_EARLIER + 1))
    )
    return tuple(id for id in versions if id not in known)
