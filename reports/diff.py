"""What differs between two sets of standings: typed, sorted, the same in any order of input.

A claim seen for the first time is compared with UNTESTED and no evidence. A claim that is gone
is one change, and its evidence is not listed. Reasons are told, not compared: they follow from
what is compared here.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from claims.assessment import Assessment, StandingState
from claims.evidence import Relation
from claims.standing import Flag, Standing
from reports.words import visible


@dataclass(frozen=True, kw_only=True)
class ClaimAdded:
    """The claim was not among the earlier standings."""

    claim_id: str


@dataclass(frozen=True, kw_only=True)
class ClaimRemoved:
    """The claim is not among the later standings; it last stood at `before`."""

    claim_id: str
    before: StandingState


@dataclass(frozen=True, kw_only=True)
class ClaimRevised:
    """Scope, date or quantities were completed, so the claim is judged afresh."""

    claim_id: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class StandingChanged:
    """The claim stands elsewhere."""

    claim_id: str
    before: StandingState
    after: StandingState


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded:
    """A piece of evidence counts that did not count before."""

    claim_id: str
    assessment: Assessment
    relation: Relation


@dataclass(frozen=True, kw_only=True)
class EvidenceDropped:
    """A piece of evidence no longer counts."""

    claim_id: str
    assessment: Assessment
    relation: Relation


@dataclass(frozen=True, kw_only=True)
class EvidenceAmended:
    """The same piece of evidence counts with another relation, as a person ruled."""

    claim_id: str
    assessment: Assessment
    before: Relation
    after: Relation


@dataclass(frozen=True, kw_only=True)
class FlagRaised:
    """The claim carries a flag that it did not carry."""

    claim_id: str
    flag: Flag


@dataclass(frozen=True, kw_only=True)
class FlagCleared:
    """The claim no longer carries the flag."""

    claim_id: str
    flag: Flag


Change = (
    ClaimAdded
    | ClaimRemoved
    | ClaimRevised
    | StandingChanged
    | EvidenceAdded
    | EvidenceDropped
    | EvidenceAmended
    | FlagRaised
    | FlagCleared
)


@dataclass(frozen=True, kw_only=True)
class Diff:
    """All changes, by claim id, then in the order in which `Change` names the kinds."""

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    @cached_property
    def _by_claim(self) -> dict[str, tuple[Change, ...]]:
        found: dict[str, tuple[Change, ...]] = {}
        for change in self.changes:
            found[change.claim_id] = (*found.get(change.claim_id, ()), change)
        return found

    def of(self, claim_id: str) -> tuple[Change, ...]:
        """The changes of one claim, in order."""
        return self._by_claim.get(claim_id, ())

    def lines(self) -> tuple[str, ...]:
        """The changes for people, one line each; what papers wrote is shown as text."""
        return tuple(visible(_line(change)) for change in self.changes)

    def to_json(self) -> list[dict[str, object]]:
        """The changes as plain JSON values: `change` (the kind), `claim_id`, and what differs."""
        return [
            {"change": type(change).__name__, "claim_id": change.claim_id, **_details(change)}
            for change in self.changes
        ]


def diff(before: tuple[Standing, ...], after: tuple[Standing, ...]) -> Diff:
    """Every change from `before` to `after`; empty when both say the same.

    Raises ValueError when one side has two standings of one claim.
    """
    old, new = _by_claim(before), _by_claim(after)
    changes: list[Change] = []
    for claim_id in sorted(old.keys() | new.keys()):
        was, now = old.get(claim_id), new.get(claim_id)
        if now is not None:
            changes += _differences(was, now)
        elif was is not None:
            changes.append(ClaimRemoved(claim_id=claim_id, before=was.state))
    return Diff(changes=tuple(changes))


def _by_claim(standings: tuple[Standing, ...]) -> dict[str, Standing]:
    found = {standing.claim_id: standing for standing in standings}
    if len(found) != len(standings):
        raise ValueError("a claim has two standings on one side of a diff")
    return found


def _differences(was: Standing | None, now: Standing) -> list[Change]:
    claim_id = now.claim_id
    changes: list[Change] = []
    if was is None:
        changes.append(ClaimAdded(claim_id=claim_id))
    elif was.claim_revision != now.claim_revision:
        revised = (was.claim_revision, now.claim_revision)
        changes.append(ClaimRevised(claim_id=claim_id, before=revised[0], after=revised[1]))
    state = was.state if was else StandingState.UNTESTED
    if state is not now.state:
        changes.append(StandingChanged(claim_id=claim_id, before=state, after=now.state))
    flags = set(was.flags) if was else set()
    return [
        *changes,
        *_evidence(was, now),
        *(FlagRaised(claim_id=claim_id, flag=flag) for flag in sorted(set(now.flags) - flags)),
        *(FlagCleared(claim_id=claim_id, flag=flag) for flag in sorted(flags - set(now.flags))),
    ]


def _evidence(was: Standing | None, now: Standing) -> list[Change]:
    claim_id = now.claim_id
    old, new = _by_assessment(was), _by_assessment(now)
    added: list[Change] = [
        EvidenceAdded(claim_id=claim_id, assessment=new[key][0], relation=new[key][1])
        for key in sorted(new.keys() - old.keys())
    ]
    dropped: list[Change] = [
        EvidenceDropped(claim_id=claim_id, assessment=old[key][0], relation=old[key][1])
        for key in sorted(old.keys() - new.keys())
    ]
    amended: list[Change] = [
        EvidenceAmended(
            claim_id=claim_id, assessment=new[key][0], before=old[key][1], after=new[key][1]
        )
        for key in sorted(old.keys() & new.keys())
        if old[key][1] is not new[key][1]
    ]
    return added + dropped + amended


def _by_assessment(standing: Standing | None) -> dict[str, tuple[Assessment, Relation]]:
    if standing is None:
        return {}
    return {a.id: (a, standing.relation_of(a)) for a in standing.admitted}


def _details(change: Change) -> dict[str, object]:
    match change:
        case ClaimAdded():
            return {}
        case ClaimRemoved():
            return {"before": change.before.value}
        case ClaimRevised() | StandingChanged():
            return {"before": str(change.before), "after": str(change.after)}
        case EvidenceAdded() | EvidenceDropped():
            return {"relation": change.relation.value, **_evidence_id(change.assessment)}
        case EvidenceAmended():
            relations = {"before": change.before.value, "after": change.after.value}
            return relations | _evidence_id(change.assessment)
        case FlagRaised() | FlagCleared():
            return {"flag": change.flag.value}


def _evidence_id(assessment: Assessment) -> dict[str, object]:
    paper = assessment.evidence[0].paper.id
    return {
        "assessment_id": assessment.id,
        "arxiv_id": paper.number,
        "version": paper.version,
        "confidence": assessment.verdict.confidence,
    }


def _line(change: Change) -> str:
    match change:
        case ClaimAdded():
            told = "new claim"
        case ClaimRemoved():
            told = f"claim removed, last {change.before}"
        case ClaimRevised():
            told = "claim revised: judged afresh"
        case StandingChanged():
            told = f"{change.before} -> {change.after}"
        case EvidenceAdded():
            told = f"+ {change.relation} {_cited(change.assessment)}"
        case EvidenceDropped():
            told = f"- {change.relation} {_cited(change.assessment)}"
        case EvidenceAmended():
            told = f"{change.before} -> {change.after} {_cited(change.assessment)}"
        case FlagRaised():
            told = f"+ flag {change.flag}"
        case FlagCleared():
            told = f"- flag {change.flag}"
        case _:
            assert_never(change)
    return f"{change.claim_id}: {told}"


def _cited(assessment: Assessment) -> str:
    first = assessment.evidence[0]
    return f'{first.paper.id} "{first.quote}"'
