"""The passages of a paper version: what is indexed, shown to a judge and quoted from.

The passages of one text tile it: contiguous, half-open, nothing lost. A withdrawn version has no
text to rest on, only the comment in which its authors say why.
"""

from itertools import pairwise
from typing import Final

from claims.evidence import Paper, Passage, TextSource
from papers.sentences import sentences

__all__ = ["MAX_PASSAGE_CHARS", "cut", "sentences"]

MAX_PASSAGE_CHARS: Final = 2_000
"""arXiv takes abstracts of up to 1,920 characters (arXiv help, "Metadata for Required and Optional
Fields"), so an abstract is one passage and no quote is lost between two."""


def cut(paper: Paper) -> tuple[Passage, ...]:
    """The passages of `paper` in reading order; none for a text that is empty.

    The abstract; or, where the version is withdrawn, its comment alone.
    """
    if paper.withdrawn:
        return _tile(paper, TextSource.COMMENT, paper.comment or "")
    return _tile(paper, paper.abstract_source, paper.abstract)


def _tile(paper: Paper, source: TextSource, text: str) -> tuple[Passage, ...]:
    if not text.strip():
        return ()
    return tuple(
        Passage(paper=paper.id, source=source, text=text[start:end], start=start, end=end)
        for start, end in pairwise((*_cuts(text), len(text)))
    )


def _cuts(text: str) -> list[int]:
    """Where passages start: 0, then sentence starts so that none is longer than the maximum."""
    cuts = [0]
    starts = [start for start, _ in sentences(text)] if len(text) > MAX_PASSAGE_CHARS else []
    while len(text) - cuts[-1] > MAX_PASSAGE_CHARS:
        furthest = cuts[-1] + MAX_PASSAGE_CHARS
        fitting = [start for start in starts if cuts[-1] < start <= furthest]
        space = text.rfind(" ", cuts[-1], furthest)
        cuts.append(fitting[-1] if fitting else space + 1 if space > cuts[-1] else furthest)
    return cuts
