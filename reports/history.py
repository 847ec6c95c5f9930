"""What a claim went through: its standing after each run that changed it, and after rulings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from claims.assessment import Decision, StandingState
from claims.evidence import Relation
from claims.ledger.rows import StandingRow
from claims.run import Run
from claims.standing import Standing
from reports.evidence import Balance
from reports.words import SIDES, Side


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The claim after one run, or now."""

    at: datetime
    """The end of the run's window, not when it ran: a back-fill is a series of past nights."""
    run_id: str
    """Empty for now, when people have ruled since the last run."""
    state: StandingState
    balance: Balance
    reason: str


def moments(
    runs: tuple[tuple[Run, StandingRow], ...], now: Standing, decisions: tuple[Decision, ...]
) -> tuple[Moment, ...]:
    """What the claim went through, newest first: each run that changed it, and rulings since."""
    told = [
        Moment(
            at=run.until,
            run_id=run.id,
            state=row.state,
            balance=balance_of(row.relations.values()),
            reason=row.reason,
        )
        for run, row in reversed(runs)
    ]
    if decisions:
        current = Moment(
            at=decisions[0].at,
            run_id="",
            state=now.state,
            balance=balance_of(now.relations.values()),
            reason=now.reason,
        )
        if not runs or decisions[0].at > (runs[0][0].finished_at or runs[0][0].started_at):
            told.append(current)
    kept = [
        moment
        for n, moment in enumerate(told)
        if n == 0 or (moment.state, moment.balance) != (told[n - 1].state, told[n - 1].balance)
    ]
    return tuple(reversed(kept))


def balance_of(relations: Iterable[Relation]) -> Balance:
    """How many of these relations stand on each side."""
    sides = Counter(SIDES[relation] for relation in relations)
    return Balance(*(sides[side] for side in Side))
