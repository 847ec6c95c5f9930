"""The queue: what waits for a person, a screenful at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from claims.claim import Claim, Inquiry, Note
from claims.grounding import Proposal, uncited
from claims.present import Stand
from claims.waiting import Waiting, waiting
from flows.grounding import waiting_sources
from review.views.pieces import Exhibit, exhibits
from review.views.room import Room

PER_PAGE: Final = 10
"""Ten rulings are five minutes' work; more at once are not looked at."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One claim that waits, with the piece of evidence to rule on."""

    claim: Claim
    inquiry: Inquiry | None
    stand: Stand
    exhibit: Exhibit
    n_more: int
    """How many further pieces count for the claim."""


@dataclass(frozen=True, kw_only=True)
class SourceCard:
    """A claim or note that cites nothing, and the papers that a night proposed for it."""

    holder: Claim | Note
    is_claim: bool
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What waits, the most urgent first; `n_waiting` counts all claims that wait for a ruling."""

    cards: tuple[Card, ...]
    n_waiting: int
    sources: tuple[SourceCard, ...] = ()
    """Papers proposed as sources, the first of those that wait."""
    n_sources: int = 0
    """How many claims and notes wait for a word on proposed sources."""


def queue(room: Room, only: Collection[str] | None = None, *, limit: int = PER_PAGE) -> Queue:
    """The head of the queue, of all claims or of some."""
    waits = waiting(room.ledger, only)
    cards = tuple(_card(room, entry) for entry in waits[:limit])
    held = {holder.id: holder for _, holder in uncited(room.library.inquiries)}
    sources = [
        SourceCard(
            holder=held[one.holder_id],
            is_claim=isinstance(held[one.holder_id], Claim),
            proposals=one.proposals,
        )
        for one in waiting_sources(room.ledger, room.library.inquiries)
        if only is None or one.holder_id in only
    ]
    return Queue(
        cards=cards,
        n_waiting=len(waits),
        sources=tuple(sources[:limit]),
        n_sources=len(sources),
    )


def _card(room: Room, entry: Waiting) -> Card:
    claim_id = entry.stand.claim_id
    inquiry, claim = room.claim(claim_id)
    found = room.ledger.work.assessments(claim_id, ids=[entry.assessment_id])
    leading = [assessment for assessment, _ in found.values()]
    decisions = room.ledger.work.decisions(claim_id)
    return Card(
        claim=claim,
        inquiry=inquiry,
        stand=entry.stand,
        exhibit=exhibits(claim, entry.stand.relations, leading, decisions)[0],
        n_more=len(set(entry.stand.admitted) - {entry.assessment_id}),
    )
