"""The passages of one long text that are nearest to a claim: what a judge is shown of a paper.

Ranked by words alone, in memory, as papers are ranked in `papers.word_index`: vectors of every
passage of every candidate would cost seconds a paper. It proposes, it never decides.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

from claims.errors import QuoteNotFound
from claims.evidence import Passage
from papers.quoting import Finder
from papers.reading import FullText
from papers.sentences import sentences
from papers.word_index import RANK_K, TOKENIZER, match_of

_FEWEST_CHARS: Final = 200
"""What is left of a passage beside the abstract is shown if it is about a sentence long."""


def nearest(passages: Sequence[Passage], queries: Sequence[str], limit: int) -> tuple[Passage, ...]:
    """Up to `limit` of `passages` that share words with `queries`, in their own order.

    Each query ranks them by BM25, and the ranks are merged as reciprocals; equal scores go by
    place.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE words USING fts5(text, tokenize='{TOKENIZER}')")
        rows = ((place, " ".join(p.text.split())) for place, p in enumerate(passages))
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)
        for match in filter(None, map(match_of, queries)):
            found = db.execute(
                "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid", (match,)
            )
            for rank, (place,) in enumerate(found, start=1):
                scores[place] += 1 / (RANK_K + rank)
    best = sorted(scores, key=lambda place: (-scores[place], place))[:limit]
    return tuple(passages[place] for place in sorted(best))


def beside_abstract(full: FullText, abstract: str) -> tuple[Passage, ...]:
    """The passages of `full` that may be evidence, without sentences that `abstract` has too.

    A judge is shown the abstract anyway: the same sentence is not evidence twice.
    """
    finder, known = Finder(full), list[tuple[int, int]]()
    for start, end in sentences(abstract):
        try:
            located = finder.locate(abstract[start:end])
        except QuoteNotFound:
            continue
        known.append((located.start, located.end))
    return tuple(
        piece
        for passage in full.passages
        if passage.kind.is_evidence and passage.text.strip()
        for piece in _left_of(full, passage, known)
    )


def _left_of(
    full: FullText, passage: Passage, known: Sequence[tuple[int, int]]
) -> Iterator[Passage]:
    """What of `passage` lies before or behind the `known` places, if it is enough to be read."""
    touched = [(s, e) for s, e in known if s < passage.end and passage.start < e]
    if not touched:
        yield passage
        return
    first, last = min(s for s, _ in touched), max(e for _, e in touched)
    for start, end in ((passage.start, first), (last, passage.end)):
        if end > start and len(full.text[start:end].strip()) >= _FEWEST_CHARS:
            yield full.piece(start, end)
