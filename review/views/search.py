"""Search over the claims of the library and the papers of the ledger, by words alone.

Papers are searched in the full text of the workspace's index; it proposes, and nothing rests on it.
"""

from dataclasses import dataclass
from typing import Final

from claims.assessment import StandingState
from claims.claim import Claim
from claims.errors import CitationError
from claims.evidence import Paper
from claims.ids import ArxivId
from claims.present import stands
from papers.word_index import WordIndex
from review.views.room import Room

MAX_CHARS: Final = 200
MAX_FOUND: Final = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found, at most MAX_FOUND of each kind."""

    words: str
    claims: tuple[tuple[Claim, StandingState], ...]
    n_claims: int
    papers: tuple[Paper, ...]


def search(room: Room, words: str) -> Found:
    """The claims that hold every word, in library order, and the papers nearest to the words."""
    words = " ".join(words[:MAX_CHARS].split())
    if not words:
        return Found(words="", claims=(), n_claims=0, papers=())
    wanted = words.casefold().split()
    claims = [
        claim
        for _, claim in room.library.claims.values()
        if all(word in f"{claim.id} {claim.text}".casefold() for word in wanted)
    ]
    now = stands(room.ledger, {claim.id for claim in claims[:MAX_FOUND]})
    told = tuple(
        (c, now[c.id].state if c.id in now else StandingState.UNTESTED) for c in claims[:MAX_FOUND]
    )
    return Found(words=words, claims=told, n_claims=len(claims), papers=_papers(room, words))


def _papers(room: Room, words: str) -> tuple[Paper, ...]:
    try:
        wanted = [ArxivId.parse(words).unversioned]
    except CitationError:
        wanted = _nearest(room, words)
    newest = {paper.id.unversioned: paper for paper in room.ledger.papers.get(ids=wanted)}
    return tuple(newest[id_] for id_ in wanted if id_ in newest)


def _nearest(room: Room, words: str) -> list[ArxivId]:
    path = room.workspace.index / "passages.sqlite"
    if not path.is_file():
        return []
    text = WordIndex(path)
    try:
        return [id_.unversioned for _, id_ in text.search(words, limit=MAX_FOUND, window=None)]
    finally:
        text.close()
