"""*Tonight*: what the newest night changed, ranked by how much it matters and how sure we are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from claims.assessment import StandingState
from claims.claim import Claim, Inquiry
from claims.ledger.board import Place
from claims.present import Stand, stands
from claims.run import Run, RunKind
from claims.standing import TABLE, Flag
from reports.overnight import Change, changes
from review.views.pieces import Exhibit, exhibits
from review.views.room import Room

PER_PAGE: Final = 10

_WEIGHT: Final = {state: rank for rank, (_, state) in enumerate(TABLE)} | {
    StandingState.UNTESTED: len(TABLE)
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A change as the page tells it, with the piece that did most to bring it about."""

    change: Change
    claim: Claim
    inquiry: Inquiry | None
    now: StandingState
    """Where the claim stands by now: people may have ruled since."""
    reason: str
    exhibit: Exhibit | None


@dataclass(frozen=True, kw_only=True)
class Flagged:
    """One flag and the first of the claims that carry it, those that newly do in front."""

    flag: Flag
    claims: tuple[tuple[str, str], ...]
    """Claim id and text."""
    n_claims: int
    new: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Tonight:
    """One page of the newest night."""

    run: Run
    shown: tuple[Shown, ...]
    n_changes: int
    n_moved: int
    n_claims: int
    flagged: tuple[Flagged, ...]


def newest_night(room: Room) -> Run | None:
    """The night that the page tells of; None before the first one."""
    return next(iter(room.ledger.runs.newest(limit=1, kind=RunKind.NIGHTLY)), None)


def tonight(room: Room, run: Run, *, page: int = 1) -> Tonight:
    """One page, from 1, of what `run` changed."""
    after = room.ledger.board.of_run(run.id)
    before = room.ledger.board.latest(before_run=run.id, only=after.keys())
    ranked = _ranked(room, changes(before, after))
    here = ranked[(page - 1) * PER_PAGE : page * PER_PAGE]
    now = stands(room.ledger, {change.claim_id for change in here})
    return Tonight(
        run=run,
        shown=tuple(_shown(room, change, now[change.claim_id]) for change in here),
        n_changes=len(ranked),
        n_moved=sum(change.moved for change in ranked),
        n_claims=len(after),
        flagged=_flagged(room, before, after),
    )


def _ranked(room: Room, found: Sequence[Change]) -> list[Change]:
    """Moved standings first, what overturns before what confirms, the surer evidence first."""
    leading = {c.claim_id: c.added[0] for c in found if c.added}
    sure = room.ledger.board.confidences(leading.values())

    def rank(change: Change) -> tuple[bool, int, float, str]:
        confidence = sure.get(leading.get(change.claim_id, ""), 0.0)
        return not change.moved, _WEIGHT[change.after], -confidence, change.claim_id

    return sorted(found, key=rank)


def _shown(room: Room, change: Change, now: Stand) -> Shown:
    inquiry, claim = room.claim(change.claim_id)
    leading = [*change.added, *change.amended, *change.dropped][:1]
    found = room.ledger.work.assessments(change.claim_id, ids=leading)
    decisions = room.ledger.work.decisions(change.claim_id)
    news = dict.fromkeys(change.added, "new") | dict.fromkeys(change.dropped, "no longer counts")
    shown = exhibits(claim, now.relations, [a for a, _ in found.values()], decisions, news)
    return Shown(
        change=change,
        claim=claim,
        inquiry=inquiry,
        now=now.state,
        reason=now.reason,
        exhibit=shown[0] if shown else None,
    )


def _flagged(
    room: Room, before: Mapping[str, Place], after: Mapping[str, Place]
) -> tuple[Flagged, ...]:
    found = []
    for flag in Flag:
        carry = [id for id, place in after.items() if flag in place.flags]
        new = {id for id in carry if id not in before or flag not in before[id].flags}
        first = sorted(carry, key=lambda id: (id not in new, id))[:PER_PAGE]
        if carry:
            told = tuple((id, room.claim(id)[1].text) for id in first)
            found.append(Flagged(flag=flag, claims=told, n_claims=len(carry), new=frozenset(new)))
    return tuple(found)
