"""What a run changed, by claim, from stored standings alone: quick over thousands of claims.

`reports.diff` tells the same in full, with the evidence itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from claims.assessment import StandingState
from claims.ledger import Ledger
from claims.ledger.board import Place


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the night changed of one claim."""

    claim_id: str
    before: StandingState
    after: StandingState
    added: tuple[str, ...]
    """Assessments that count now and did not before, strongest first."""
    dropped: tuple[str, ...]
    amended: tuple[str, ...]

    @property
    def moved(self) -> bool:
        """Whether the standing itself changed."""
        return self.before is not self.after


def changes_of(ledger: Ledger, run_id: str) -> tuple[Change, ...]:
    """What a finished run changed, in the order of the claims' ids."""
    after = ledger.board.of_run(run_id)
    return changes(ledger.board.latest(before_run=run_id), after)


def changes(before: Mapping[str, Place], after: Mapping[str, Place]) -> tuple[Change, ...]:
    """The claims whose standing or evidence differs, in the order of their ids."""
    found = []
    for id, place in sorted(after.items()):
        was = before.get(id)
        if was and was.record == place.record:
            continue
        old, new = (was.relations if was else {}), place.relations
        change = Change(
            claim_id=id,
            before=was.state if was else StandingState.UNTESTED,
            after=place.state,
            added=tuple(a for a in place.admitted if a not in old),
            dropped=tuple(a for a in (was.admitted if was else ()) if a not in new),
            amended=tuple(a for a in place.admitted if a in old and old[a] != new[a]),
        )
        if change.moved or change.added or change.dropped or change.amended:
            found.append(change)
    return tuple(found)
