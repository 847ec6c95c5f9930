"""*Tonight*: what the newest night changed, ranked by how much it matters and how sure we are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from claims.assessment import StandingState
from claims.claim import Claim, Inquiry
from claims.ledger import Ledger
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
    night = _night(room.ledger, run.id)
    here = night.ranked[(page - 1) * PER_PAGE : page * PER_PAGE]
    now = stands(room.ledger, {change.claim_id for change in here})
    return Tonight(
        run=run,
        shown=tuple(_shown(room, change, now[change.claim_id]) for change in here),
        n_changes=len(night.ranked),
        n_moved=sum(change.moved for change in night.ranked),
        n_claims=night.n_claims,
        flagged=tuple(_flagged(room, *told) for told in night.flagged),
    )


@dataclass(frozen=True, kw_only=True)
class _Night:
    """What a finished run changed, which nothing later alters."""

    ranked: tuple[Change, ...]
    n_claims: int
    flagged: tuple[tuple[Flag, tuple[str, ...], frozenset[str]], ...]
    """Flag, the claims that carry it, newly in front, and those that newly do."""


@lru_cache(maxsize=4)
def _night(ledger: Ledger, run_id: str) -> _Night:
    after = ledger.board.of_run(run_id)
    before = ledger.board.latest(before_run=run_id)
    return _Night(
        ranked=_ranked(ledger, changes(before, after)),
        n_claims=len(after),
        flagged=tuple(_carried(before, after)),
    )


def _ranked(ledger: Ledger, found: Sequence[Change]) -> tuple[Change, ...]:
    """Moved standings first, what overturns before what confirms, the surer evidence first."""
    leading = {c.claim_id: c.added[0] for c in found if c.added}
    sure = ledger.board.confidences(leading.values())

    def rank(change: Change) -> tuple[bool, int, float, str]:
        confidence = sure.get(leading.get(change.claim_id, ""), 0.0)
        return not change.moved, _WEIGHT[change.after], -confidence, change.claim_id

    return tuple(sorted(found, key=rank))


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


def _carried(
    before: Mapping[str, Place], after: Mapping[str, Place]
) -> Iterator[tuple[Flag, tuple[str, ...], frozenset[str]]]:
    for flag in Flag:
        carry = [id for id, place in after.items() if flag in place.flags]
        new = {id for id in carry if id not in before or flag not in before[id].flags}
        if carry:
            yield flag, tuple(sorted(carry, key=lambda id: (id not in new, id))), frozenset(new)


def _flagged(room: Room, flag: Flag, carry: tuple[str, ...], new: frozenset[str]) -> Flagged:
    told = tuple((id, room.claim(id)[1].text) for id in carry[:PER_PAGE])
    return Flagged(flag=flag, claims=told, n_claims=len(carry), new=new)
