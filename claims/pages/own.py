"""The lines in which retest itself writes claims and anchors, so that they read back exactly.

A prompt that retest wrote and a page that somebody saved meet here: what is in this form is taken
at its word, whatever else it looks like.
"""

import re
from datetime import date
from typing import Final

from claims.claim import SourceRef
from claims.dates import ClaimDate
from claims.errors import CitationError
from claims.ids import ArxivId

PROMPT_OPENING: Final = (
    "You are a careful research assistant. Cite arXiv ids for every statement about a paper, quote "
    "word for word, and say plainly when you found nothing."
)
_STANDING: Final = re.compile(r"Standing today, \d{4}-\d\d-\d\d: [A-Z]+(?![A-Za-z]).*")
_TO_MIND: Final = "To mind, as arXiv has it: "
_CLAIM: Final = re.compile(
    r"“(?P<text>.+)” \(as of (?P<date>[^()]{4,60})\)(?P<rests>, resting on .+)?"
)
_ANCHOR: Final = re.compile(
    r"arXiv:(?P<id>\S+)(?: \((?P<year>\d{4})\))?(?: — “(?P<title>.+)”)?(?:, by (?P<author>[^”]+))?"
)


def standing_line(on: date, told: str) -> str:
    """Where a claim stands, as one line: it is computed, and never read back."""
    return f"Standing today, {on}: {told}"


def problems_line(problems: tuple[str, ...]) -> str:
    """What is wrong with a cited paper, as one line: it is looked up, and never read back."""
    return _TO_MIND + "; ".join(problems)


def is_never_imported(line: str) -> bool:
    """Whether it is what retest writes anew each time.

    That is a standing, what to mind of an anchor, or the opening of a prompt.
    """
    written_anew = line == PROMPT_OPENING or line.startswith(_TO_MIND)
    return written_anew or bool(_STANDING.fullmatch(line))


def claim_line(text: str, as_of: ClaimDate, sources: tuple[SourceRef, ...]) -> str:
    """A claim as one line."""
    rests = ", ".join(f"arXiv:{source.arxiv}" for source in sources)
    return f"“{text}” (as of {as_of})" + (f", resting on {rests}" if rests else "")


def read_claim_line(line: str) -> tuple[str, ClaimDate, tuple[SourceRef, ...]] | None:
    """Text, date and sources of a line that `claim_line` wrote."""
    match = _CLAIM.fullmatch(line)
    try:
        as_of = ClaimDate(match["date"]) if match else None
    except ValueError:
        return None
    if match is None or as_of is None:
        return None
    ids = ArxivId.in_text(match["rests"] or "")
    return match["text"], as_of, tuple(SourceRef(arxiv=id) for id in ids)


def anchor_line(ref: SourceRef) -> str:
    """An anchor paper as one line."""
    year = f" ({ref.year})" if ref.year else ""
    title = f" — “{ref.title}”" if ref.title else ""
    return f"arXiv:{ref.arxiv}{year}{title}" + (
        f", by {ref.first_author}" if ref.first_author else ""
    )


def read_anchor_line(line: str) -> SourceRef | None:
    """The anchor of a line that `anchor_line` wrote."""
    match = _ANCHOR.fullmatch(line)
    try:
        arxiv = ArxivId.parse(match["id"]) if match else None
    except CitationError:
        return None
    if match is None or arxiv is None:
        return None
    year = int(match["year"]) if match["year"] else None
    return SourceRef(arxiv=arxiv, title=match["title"], first_author=match["author"], year=year)
