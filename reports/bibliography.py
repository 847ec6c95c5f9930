"""The papers behind the evidence, for reference managers: BibTeX and RIS.

What a paper's record holds is text, never markup: it is escaped for TeX, and cannot begin a field.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from typing import Final

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexEncodingMiddleware
from bibtexparser.model import Block, Entry, Field

from claims.evidence import Paper
from reports.words import visible

# It warns of every letter that TeX has no command for, a Chinese name's for one; they are kept.
logging.getLogger("pylatexenc").setLevel(logging.ERROR)

_ARXIV_DOI: Final = "10.48550/arXiv."
"""Every arXiv paper has a DOI of this form (DataCite)."""


def bibtex(papers: Iterable[Paper]) -> str:
    """One `@misc` entry a paper version, by id, as arXiv itself recommends them."""
    entries: list[Block] = [_entry(paper) for paper in _ordered(papers)]
    # Math is escaped, too: between dollar signs a title could hold any command of TeX.
    escaping = LatexEncodingMiddleware(keep_math=False, enclose_urls=False)
    return write_string(Library(entries), prepend_middleware=[escaping])


def ris(papers: Iterable[Paper]) -> str:
    """One record a paper version, by id, of type ELEC with an UR."""
    records = [_record(paper) for paper in _ordered(papers)]
    return str(rispy.dumps(records, implementation=_Unnumbered))


class _Unnumbered(rispy.RisWriter):  # type: ignore[misc]  # rispy is not annotated
    """Without rispy's own number above each record, which is no part of RIS."""

    def set_header(self, count: int) -> str:
        """Nothing."""
        del count
        return ""


def _ordered(papers: Iterable[Paper]) -> Sequence[Paper]:
    found = {str(paper.id): paper for paper in papers}
    return [found[id_] for id_ in sorted(found)]


def _entry(paper: Paper) -> Entry:
    fields = {
        "title": visible(paper.title),
        "author": " and ".join(map(_author, paper.authors)),
        "year": f"{paper.submitted_on:%Y}",
        "month": str(paper.submitted_on.month),
        "eprint": str(paper.id),
        "archiveprefix": "arXiv",
        "primaryclass": visible(paper.categories[0]) if paper.categories else "",
        "url": paper.id.url,
        "doi": _doi(paper),
        "note": "withdrawn" if paper.withdrawn else "",
    }
    key = "arxiv-" + str(paper.id).replace("/", "-")
    return Entry("misc", key, [Field(name, value) for name, value in fields.items() if value])


def _record(paper: Paper) -> dict[str, object]:
    record: dict[str, object] = {
        "type_of_reference": "ELEC",
        "title": visible(paper.title),
        "authors": [visible(author) for author in paper.authors],
        "year": f"{paper.submitted_on:%Y}",
        "date": f"{paper.submitted_on:%Y/%m/%d}",
        "doi": _doi(paper),
        "urls": [paper.id.url],
        "publisher": "arXiv",
        "number": str(paper.id),
    }
    return record | ({"notes": ["withdrawn"]} if paper.withdrawn else {})


def _doi(paper: Paper) -> str:
    return visible(paper.doi) if paper.doi else f"{_ARXIV_DOI}{paper.id.number}"


def _author(name: str) -> str:
    """A name that stays one: an "and" within it would make two authors."""
    return re.sub(r"\band\b", "&", visible(name), flags=re.IGNORECASE)
