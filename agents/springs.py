"""What new questions spring from: conflicts, transfers that nobody made, missing cells and gaps."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from agents.excerpt import stems
from agents.writer import Spring, SpringKind
from claims.answer import Held
from claims.assessment import Assessment, StandingState
from claims.evidence import Relation
from claims.standing import Flag

_FIRST: Final = {
    StandingState.CONTESTED: 0,
    StandingState.SUPERSEDED: 1,
    StandingState.QUALIFIED: 2,
    StandingState.UNTESTED: 3,
    StandingState.CONFIRMED: 4,
}
"""In which order standings give rise to questions."""

_CONFLICTS: Final = frozenset(
    {StandingState.CONTESTED, StandingState.SUPERSEDED, StandingState.QUALIFIED}
)


def springs(every: Iterable[Held]) -> tuple[Spring, ...]:
    """What new questions spring from, most telling first.

    Conflicts, then transfers and missing cells, then gaps; last what rests on a single paper, on
    none that was shown to be real, or on nothing of today.
    """
    by_state = sorted(every, key=lambda held: _FIRST[held.state])
    conflicts = [_conflict(held) for held in by_state if held.state in _CONFLICTS]
    transfers = [spring for held in by_state for spring in _transfers(held)]
    cells = [spring for held in by_state for spring in _missing_cells(held)]
    gaps = [_gap(held) for held in by_state if held.state is StandingState.UNTESTED]
    rest = [_conflict(held) for held in by_state if held.state is StandingState.CONFIRMED]
    alone = [spring for held in by_state for spring in _alone(held)]
    origins = [_origin(held) for held in by_state if Flag.UNGROUNDED in held.flags]
    ages = [_age(held) for held in by_state if held.admitted]
    return _each_claim_once_first(
        (*conflicts, *transfers, *cells, *gaps, *rest, *alone, *origins, *ages)
    )


def _each_claim_once_first(found: Iterable[Spring]) -> tuple[Spring, ...]:
    """The first spring of every claim, then the others."""
    every = tuple(found)
    first: dict[str, Spring] = {}
    for spring in every:
        first.setdefault(spring.held.claim.id, spring)
    chosen = tuple(first.values())
    return (*chosen, *(spring for spring in every if spring not in chosen))


def _conflict(held: Held) -> Spring:
    counts = [held.relation_of(piece) for piece in held.admitted]
    told = ", ".join(f"{counts.count(r)} {r}" for r in Relation if counts.count(r))
    return Spring(
        held=held,
        what=f"{held.claim.id} is {held.state}" + (f": {told}" if told else ""),
        evidence=_both_sides(held),
    )


def _both_sides(held: Held) -> tuple[Assessment, ...]:
    """The strongest piece of each relation."""
    best: dict[Relation, Assessment] = {}
    for piece in held.admitted:
        best.setdefault(held.relation_of(piece), piece)
    return tuple(best.values())


def _gap(held: Held) -> Spring:
    return Spring(
        held=held, what=f"{held.claim.id} is UNTESTED: nothing newer bears on it", evidence=()
    )


def _transfers(held: Held) -> Iterator[Spring]:
    """The newest work on the claim's subject that differs from it in a slot: nobody bridged it."""
    for piece in held.assessments:
        if held.relation_of(piece) is not Relation.NOT_COMPARABLE:
            continue
        if slots := _differing(held, piece):
            what = f"{held.claim.id} was never tested where {piece.finding.paper} works"
            yield Spring(
                held=held, kind=SpringKind.TRANSFER, what=what, evidence=(piece,), slots=slots
            )
            return


def _missing_cells(held: Held) -> Iterator[Spring]:
    """A pair of slot values that were each studied for the claim, and never together."""
    studied = [(piece, piece.finding.scope.model_dump()) for piece in held.admitted]
    for one, other in combinations(("population", "task", "measure", "setting"), 2):
        cells = {(s[one], s[other]): piece for piece, s in studied if s[one] and s[other]}
        firsts = dict.fromkeys(first for first, _ in cells)
        seconds = dict.fromkeys(second for _, second in cells)
        missing = ((f, s) for f in firsts for s in seconds if not _is_studied(f, s, cells))
        if cell := next(missing, None):
            behind = [p for (f, s), p in cells.items() if f == cell[0] or s == cell[1]]
            yield Spring(
                held=held,
                kind=SpringKind.MISSING_CELL,
                what=f"{held.claim.id} was never tested for this {one} with this {other}",
                evidence=tuple(dict.fromkeys(behind)),
                slots=(f"the {one} {cell[0]}", f"the {other} {cell[1]}"),
            )
            return


def _is_studied(first: str, second: str, cells: Iterable[tuple[str, str]]) -> bool:
    return any(stems(first) & stems(f) and stems(second) & stems(s) for f, s in cells)


def _alone(held: Held) -> Iterator[Spring]:
    """That everything which counts for a claim comes from one paper."""
    papers = {piece.finding.paper.number for piece in held.admitted}
    if len(papers) == 1:
        what = f"{held.claim.id} is {held.state} by one paper alone"
        yield Spring(held=held, kind=SpringKind.ALONE, what=what, evidence=held.admitted[:1])


def _age(held: Held) -> Spring:
    newest = max(held.admitted, key=lambda p: (p.evidence[0].paper.submitted_at, p.id))
    dated = newest.evidence[0].paper.submitted_on
    what = f"the newest work that counts for {held.claim.id} is of {dated}"
    return Spring(
        held=held, kind=SpringKind.AGE, what=what, evidence=(newest,), slots=(str(dated),)
    )


def _origin(held: Held) -> Spring:
    what = f"no paper has been shown to be the source of {held.claim.id}"
    return Spring(held=held, kind=SpringKind.ORIGIN, what=what, evidence=())


def _differing(held: Held, piece: Assessment) -> tuple[str, ...]:
    ours, theirs = held.claim.scope.model_dump(), piece.finding.scope.model_dump()
    return tuple(
        f"the {slot} {ours[slot]} (there: {theirs[slot]})"
        for slot in ours
        if ours[slot] and theirs[slot] and not stems(ours[slot]) & stems(theirs[slot])
    )
