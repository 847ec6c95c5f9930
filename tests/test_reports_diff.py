"""Typed changes between two sets of standings."""

import json
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.assessment import StandingState
from claims.evidence import Relation
from claims.standing import Flag, Standing
from reports.diff import (
    ClaimAdded,
    ClaimRemoved,
    ClaimRevised,
    Diff,
    EvidenceAdded,
    EvidenceAmended,
    EvidenceDropped,
    FlagCleared,
    FlagRaised,
    StandingChanged,
    diff,
)
from tests.golden.world import AFTER, ATTIC, BEFORE, CALM, HATS, HATTED, MILD, RESTLESS, TEA, stands

_POOL = {TEA: (CALM, MILD, RESTLESS), HATS: HATTED[:3], ATTIC: ()}


@st.composite
def standings(draw: st.DrawFn) -> tuple[Standing, ...]:
    chosen = draw(st.lists(st.sampled_from(sorted(_POOL, key=lambda c: c.id)), unique=True))
    return tuple(
        stands(
            claim,
            *draw(st.sets(st.sampled_from(_POOL[claim])) if _POOL[claim] else st.just(set())),
            flags=draw(st.lists(st.sampled_from(Flag), unique=True)),
        )
        for claim in chosen
    )


def _said(side: tuple[Standing, ...]) -> object:
    return {
        s.claim_id: (s.state, frozenset(s.flags), tuple(sorted(s.relations.items()))) for s in side
    }


@given(standings())
def test_nothing_differs_from_itself(side: tuple[Standing, ...]) -> None:
    assert not diff(side, side)
    assert diff(side, side) == Diff(changes=())


@given(standings(), standings())
def test_a_diff_is_empty_only_when_both_sides_say_the_same(
    before: tuple[Standing, ...], after: tuple[Standing, ...]
) -> None:
    assert bool(diff(before, after)) == (_said(before) != _said(after))


@given(standings(), standings())
def test_the_order_of_arrival_means_nothing(
    before: tuple[Standing, ...], after: tuple[Standing, ...]
) -> None:
    assert diff(before[::-1], after[::-1]) == diff(before, after)


@given(standings(), standings())
def test_a_diff_backwards_mirrors_standings_evidence_and_flags(
    before: tuple[Standing, ...], after: tuple[Standing, ...]
) -> None:
    both = {s.claim_id for s in before} & {s.claim_id for s in after}
    there = [c for c in diff(before, after).changes if c.claim_id in both]
    back = [c for c in diff(after, before).changes if c.claim_id in both]
    mirrored: dict[type, type] = {
        StandingChanged: StandingChanged,
        EvidenceAdded: EvidenceDropped,
        EvidenceDropped: EvidenceAdded,
        FlagRaised: FlagCleared,
        FlagCleared: FlagRaised,
    }
    kinds = sorted(mirrored[type(change)].__name__ for change in there)
    assert kinds == sorted(type(change).__name__ for change in back)


@given(standings(), standings())
def test_a_diff_is_plain_json(before: tuple[Standing, ...], after: tuple[Standing, ...]) -> None:
    rows = diff(before, after).to_json()
    assert json.loads(json.dumps(rows)) == rows


def test_every_order_of_the_same_standings_gives_the_same_diff() -> None:
    expected = diff(BEFORE[:4], AFTER[:4])
    assert all(diff(BEFORE[:4], shuffled) == expected for shuffled in permutations(AFTER[:4]))


def test_a_claim_seen_for_the_first_time_is_compared_with_untested_and_no_evidence() -> None:
    assert diff((), (stands(TEA, CALM, flags=[Flag.UNGROUNDED]),)).changes == (
        ClaimAdded(claim_id="tea-calms"),
        StandingChanged(
            claim_id="tea-calms", before=StandingState.UNTESTED, after=StandingState.CONFIRMED
        ),
        EvidenceAdded(claim_id="tea-calms", assessment=CALM, relation=Relation.SUPPORTS),
        FlagRaised(claim_id="tea-calms", flag=Flag.UNGROUNDED),
    )


def test_a_claim_that_is_gone_is_one_change() -> None:
    assert diff((stands(TEA, CALM),), ()).changes == (
        ClaimRemoved(claim_id="tea-calms", before=StandingState.CONFIRMED),
    )


def test_dropped_evidence_and_a_cleared_flag_are_changes() -> None:
    before = (stands(TEA, CALM, MILD, flags=[Flag.SOURCE_REVISED]),)
    assert diff(before, (stands(TEA, CALM),)).changes == (
        StandingChanged(
            claim_id="tea-calms", before=StandingState.QUALIFIED, after=StandingState.CONFIRMED
        ),
        EvidenceDropped(claim_id="tea-calms", assessment=MILD, relation=Relation.QUALIFIES),
        FlagCleared(claim_id="tea-calms", flag=Flag.SOURCE_REVISED),
    )


def test_a_relation_that_a_person_amended_is_a_change() -> None:
    judged = stands(TEA, CALM)
    amended = replace(judged, relations={CALM.id: Relation.QUALIFIES})
    assert diff((judged,), (amended,)).changes == (
        EvidenceAmended(
            claim_id="tea-calms",
            assessment=CALM,
            before=Relation.SUPPORTS,
            after=Relation.QUALIFIES,
        ),
    )


def test_a_completed_claim_is_a_revision() -> None:
    judged = stands(TEA)
    revised = replace(judged, claim_revision="sha256:other")
    assert diff((judged,), (revised,)).to_json() == [
        {
            "change": "ClaimRevised",
            "claim_id": "tea-calms",
            "before": TEA.revision,
            "after": "sha256:other",
        }
    ]
    assert isinstance(diff((judged,), (revised,)).changes[0], ClaimRevised)


def test_two_standings_of_one_claim_are_refused() -> None:
    with pytest.raises(ValueError, match="two standings"):
        diff((), (stands(TEA), stands(TEA, CALM)))
