"""Inquiries: each a board of its claims by standing, with the tasks asked of it."""

from dataclasses import dataclass
from typing import Final

from claims.assessment import StandingState
from claims.claim import Claim, Inquiry
from claims.errors import ClaimNotFound
from claims.present import stands
from claims.standing import Flag
from review.views.room import Room

PER_COLUMN: Final = 25
"""Claims shown of one standing before the rest is put on pages of its own."""

PER_LIST: Final = 100


@dataclass(frozen=True, kw_only=True)
class Held:
    """A claim on the board."""

    claim: Claim
    flags: tuple[Flag, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """The claims of one standing, in library order."""

    state: StandingState
    claims: tuple[Held, ...]
    n_claims: int


@dataclass(frozen=True, kw_only=True)
class InquiryBoard:
    """One inquiry and where its claims stand."""

    inquiry: Inquiry
    columns: tuple[Column, ...]

    @property
    def n_claims(self) -> int:
        """How many claims it holds."""
        return len(self.inquiry.claims)


def boards(room: Room) -> tuple[InquiryBoard, ...]:
    """Every inquiry with its counts alone."""
    now = stands(room.ledger)
    states = {id: (stand.state, stand.flags) for id, stand in now.items()}
    return tuple(_board(i, states, 0, 0) for i in room.library.inquiries)


def board(
    room: Room, inquiry_id: str, *, state: StandingState | None = None, page: int = 1
) -> InquiryBoard:
    """One inquiry with the first claims of each column, or one page of a single column.

    Raises ClaimNotFound when there is no such inquiry.
    """
    found = next((i for i in room.library.inquiries if i.id == inquiry_id), None)
    if found is None:
        raise ClaimNotFound(f"no inquiry {inquiry_id!r} in the library")
    now = stands(room.ledger)
    states = {id: (stand.state, stand.flags) for id, stand in now.items()}
    if state is None:
        return _board(found, states, 0, PER_COLUMN)
    whole = _board(found, states, (page - 1) * PER_LIST, PER_LIST)
    columns = tuple(column for column in whole.columns if column.state is state)
    return InquiryBoard(inquiry=found, columns=columns)


def _board(
    inquiry: Inquiry,
    states: dict[str, tuple[StandingState, tuple[Flag, ...]]],
    skip: int,
    limit: int,
) -> InquiryBoard:
    by_state: dict[StandingState, list[Held]] = {state: [] for state in StandingState}
    for claim in inquiry.claims:
        state, flags = states.get(claim.id, (StandingState.UNTESTED, ()))
        by_state[state].append(Held(claim=claim, flags=flags))
    return InquiryBoard(
        inquiry=inquiry,
        columns=tuple(
            Column(state=state, claims=tuple(held[skip : skip + limit]), n_claims=len(held))
            for state, held in by_state.items()
        ),
    )
