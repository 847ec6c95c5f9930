"""A claim's standing is computed from admitted evidence and people's rulings, in any order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.assessment import Assessment, Decision, Ruling, StandingState
from claims.claim import Claim
from claims.evidence import Relation, Signature, TextSource
from claims.standing import SOURCE_HEALTH, Flag, Known, Standing, standing_of
from tests.fakes import THRESHOLDS, assessment, claim, decision, moment, paper

CLAIM = claim()
RECORDED = moment("2026-01-02")
SUPPORTS, QUALIFIES = Relation.SUPPORTS, Relation.QUALIFIES
CONTRADICTS, SUPERSEDES = Relation.CONTRADICTS, Relation.SUPERSEDES


def known(
    *assessments: Assessment,
    at: datetime = RECORDED,
    decisions: Sequence[Decision] = (),
    **more: Any,  # noqa: ANN401 - any other field of Known
) -> Known:
    return Known(
        assessments={a.id: (a, at) for a in assessments}, decisions=tuple(decisions), **more
    )


def stands(*assessments: Assessment, about: Claim = CLAIM, **more: Any) -> Standing:  # noqa: ANN401 - any other field of Known
    return standing_of(about, known(*assessments, **more), thresholds=THRESHOLDS)


def says(
    relation: Relation, n: int = 1, *, confidence: float = 0.9, about: Claim = CLAIM
) -> Assessment:
    of = paper(f"2503.{n:05}v1")
    return assessment(about, of, relation=relation, confidence=confidence)


@pytest.mark.parametrize(
    ("relations", "state"),
    [
        ([], StandingState.UNTESTED),
        ([Relation.NO_BEARING], StandingState.UNTESTED),
        ([Relation.NOT_COMPARABLE], StandingState.UNTESTED),
        ([SUPPORTS], StandingState.CONFIRMED),
        ([SUPPORTS, Relation.NO_BEARING, Relation.NOT_COMPARABLE], StandingState.CONFIRMED),
        ([SUPPORTS, QUALIFIES], StandingState.QUALIFIED),
        ([CONTRADICTS], StandingState.CONTESTED),
        ([SUPPORTS, SUPPORTS, SUPPORTS, QUALIFIES, CONTRADICTS], StandingState.CONTESTED),
        ([SUPPORTS, QUALIFIES, CONTRADICTS, SUPERSEDES], StandingState.SUPERSEDED),
        ([SUPERSEDES], StandingState.SUPERSEDED),
    ],
)
def test_the_strongest_admitted_relation_decides(
    relations: list[Relation], state: StandingState
) -> None:
    standing = stands(*(says(relation, n) for n, relation in enumerate(relations, start=1)))
    assert standing.state is state
    assert all(standing.relation_of(a).moves_a_standing for a in standing.admitted)


def test_admitted_evidence_is_sorted_by_strength_and_counted() -> None:
    standing = stands(
        says(SUPPORTS, 1, confidence=0.99),
        says(CONTRADICTS, 2, confidence=0.6),
        says(CONTRADICTS, 3, confidence=0.7),
    )
    assert [a.finding.paper.number for a in standing.admitted] == [
        "2503.00003",
        "2503.00002",
        "2503.00001",
    ]
    assert standing.reason == "rests on 2 CONTRADICTS, 1 SUPPORTS"


@given(
    relations=st.lists(st.sampled_from(Relation), max_size=6),
    data=st.data(),
    flags=st.frozensets(st.sampled_from([Flag.UNGROUNDED, Flag.NOT_CHECKED, Flag.SOURCE_REVISED])),
)
def test_the_order_of_arrival_does_not_matter(
    relations: list[Relation], data: st.DataObject, flags: frozenset[Flag]
) -> None:
    evidence = [says(r, n, confidence=0.4 + n / 10) for n, r in enumerate(relations, start=1)]
    rulings = [
        decision(
            CLAIM,
            data.draw(st.sampled_from(Ruling)),
            on=a,
            at=f"2026-01-{n:02}",
            relation=data.draw(st.none() | st.sampled_from(Relation)),
        )
        for n, a in enumerate(evidence, start=1)
        if data.draw(st.booleans())
    ]
    rulings.append(
        decision(CLAIM, Ruling.ACCEPT, standing=StandingState.QUALIFIED, at="2026-01-01")
    )
    straight = stands(*evidence, decisions=rulings, flags=flags)
    shuffled = stands(
        *data.draw(st.permutations(evidence)),
        decisions=data.draw(st.permutations(rulings)),
        flags=flags,
    )
    assert shuffled == straight


@pytest.mark.parametrize(
    ("submitted", "state"),
    [
        ("2023-12-31", StandingState.UNTESTED),
        ("2024-01-01", StandingState.UNTESTED),
        ("2024-01-02", StandingState.CONFIRMED),
    ],
)
def test_only_evidence_newer_than_the_claim_retests_it(
    submitted: str, state: StandingState
) -> None:
    assert stands(assessment(CLAIM, paper(submitted=submitted))).state is state


def test_a_revision_of_an_old_paper_is_as_old_as_its_first_version() -> None:
    late = paper("2303.00001v4", submitted="2023-03-01", revised="2025-03-01")
    assert stands(assessment(CLAIM, late)).state is StandingState.UNTESTED


def test_a_later_version_of_the_claims_own_source_counts_by_its_own_day() -> None:
    about = claim(sources=[{"arxiv": "2303.00001v1"}])
    late = paper("2303.00001v4", submitted="2023-03-01", revised="2025-03-01")
    standing = stands(assessment(about, late, relation=SUPERSEDES), about=about)
    assert standing.state is StandingState.SUPERSEDED


@pytest.mark.parametrize("cited", ["2403.00001", "2403.00001v1"])
def test_a_claim_is_not_confirmed_by_the_paper_that_it_rests_on(cited: str) -> None:
    about = claim(as_of="2024", sources=[{"arxiv": cited}])
    own = paper("2403.00001v1", submitted="2024-03-01")
    other = paper("2403.00002v1", submitted="2024-03-01")
    assert stands(assessment(about, own), about=about).state is StandingState.UNTESTED
    assert stands(assessment(about, other), about=about).state is StandingState.CONFIRMED


@pytest.mark.parametrize(("confidence", "n"), [(0.49, 0), (0.5, 1), (1.0, 1)])
def test_evidence_below_the_threshold_of_its_judge_is_not_admitted(
    confidence: float, n: int
) -> None:
    assert len(stands(says(SUPPORTS, confidence=confidence)).admitted) == n


def test_a_judge_without_a_threshold_is_admitted_only_when_it_is_certain() -> None:
    stranger = Signature(judge="stranger", model="m", prompt_version="1")
    unsure = assessment(CLAIM, paper(), confidence=0.99, signature=stranger)
    certain = assessment(CLAIM, paper(), confidence=1.0, signature=stranger)
    assert stands(unsure).admitted == ()
    assert stands(certain).admitted == (certain,)


def test_evidence_on_another_revision_of_the_claim_is_not_admitted() -> None:
    earlier = claim(as_of="2023")
    assert stands(says(CONTRADICTS, about=earlier)).state is StandingState.UNTESTED


def test_a_withdrawn_paper_drops_out_and_the_rest_decides() -> None:
    against, for_it = says(CONTRADICTS, 1), says(SUPPORTS, 2)
    assert stands(against, for_it).state is StandingState.CONTESTED
    standing = stands(against, for_it, withdrawn=frozenset({"2503.00001"}))
    assert standing.state is StandingState.CONFIRMED
    assert standing.admitted == (for_it,)


def test_a_notice_of_the_source_itself_is_admitted_though_it_is_withdrawn_and_old() -> None:
    notice = assessment(
        CLAIM,
        paper(submitted="2020-01-01"),
        relation=SUPERSEDES,
        signature=Signature(judge=SOURCE_HEALTH, model="rules", prompt_version="1"),
    )
    gone = frozenset({"2503.00001"})
    left = frozenset({Flag.NO_SOURCE_LEFT})
    assert stands(notice, withdrawn=gone, flags=left).state is StandingState.SUPERSEDED
    assert stands(notice, withdrawn=gone).state is StandingState.UNTESTED
    assert stands(notice, flags=left).state is StandingState.UNTESTED


def test_rejected_evidence_drops_out_until_a_later_ruling_takes_it_back() -> None:
    against = says(CONTRADICTS)
    rejected = decision(CLAIM, Ruling.REJECT, on=against, at="2026-01-03")
    accepted = decision(CLAIM, Ruling.ACCEPT, on=against, at="2026-01-04")
    assert stands(against, decisions=[rejected]).state is StandingState.UNTESTED
    assert stands(against, decisions=[accepted, rejected]).state is StandingState.CONTESTED


def test_accepted_evidence_needs_no_confidence_but_must_be_newer() -> None:
    unsure = says(QUALIFIES, confidence=0.1)
    old = assessment(CLAIM, paper("2303.00001v1", submitted="2023-03-01"))
    rulings = [decision(CLAIM, Ruling.ACCEPT, on=a) for a in (unsure, old)]
    assert stands(unsure, old, decisions=rulings).admitted == (unsure,)


def test_an_amended_relation_counts_instead_of_the_judges() -> None:
    against = says(CONTRADICTS)
    amended = decision(CLAIM, Ruling.AMEND, on=against, relation=QUALIFIES)
    standing = stands(against, decisions=[amended])
    assert standing.state is StandingState.QUALIFIED
    assert standing.relation_of(against) is QUALIFIES


def test_evidence_amended_to_no_bearing_drops_out() -> None:
    against = says(CONTRADICTS)
    amended = decision(CLAIM, Ruling.AMEND, on=against, relation=Relation.NO_BEARING)
    assert stands(against, decisions=[amended]).state is StandingState.UNTESTED


def test_a_ruling_on_the_standing_outranks_the_table() -> None:
    held = decision(CLAIM, Ruling.ACCEPT, standing=StandingState.QUALIFIED)
    standing = stands(says(CONTRADICTS), decisions=[held])
    assert standing.state is StandingState.QUALIFIED
    assert standing.reason == "held by R. Reader on 2026-01-05: I read it."
    assert Flag.REVIEW not in standing.flags


def test_evidence_recorded_after_the_ruling_returns_the_claim_to_review() -> None:
    held = decision(CLAIM, Ruling.ACCEPT, standing=StandingState.QUALIFIED)
    standing = stands(says(CONTRADICTS), decisions=[held], at=held.at + timedelta(seconds=1))
    assert standing.state is StandingState.CONTESTED
    assert Flag.REVIEW in standing.flags


def test_newer_evidence_that_is_not_admitted_leaves_the_ruling_in_force() -> None:
    held = decision(CLAIM, Ruling.ACCEPT, standing=StandingState.CONFIRMED)
    old, late = says(SUPPORTS, 1), says(CONTRADICTS, 2, confidence=0.1)
    both = {old.id: (old, RECORDED), late.id: (late, held.at + timedelta(days=1))}
    standing = standing_of(CLAIM, Known(assessments=both, decisions=(held,)), thresholds=THRESHOLDS)
    assert standing.state is StandingState.CONFIRMED
    assert Flag.REVIEW not in standing.flags


def test_no_ruling_lifts_a_claim_that_nothing_verified_bears_on() -> None:
    held = decision(CLAIM, Ruling.ACCEPT, standing=StandingState.CONFIRMED)
    assert stands(decisions=[held]).state is StandingState.UNTESTED


def test_a_rejected_standing_is_the_tables_again() -> None:
    held = decision(CLAIM, Ruling.ACCEPT, standing=StandingState.CONFIRMED, at="2026-01-03")
    taken_back = decision(CLAIM, Ruling.REJECT, at="2026-01-04")
    assert stands(says(CONTRADICTS), decisions=[taken_back, held]).state is StandingState.CONTESTED


def test_our_own_summaries_are_flagged_as_our_words() -> None:
    ours = assessment(CLAIM, paper(), source=TextSource.SAMPLE)
    assert stands(ours).flags == (Flag.OUR_WORDS,)
    assert stands(says(SUPPORTS)).flags == ()


def test_what_is_told_of_sources_and_failures_is_kept_in_a_fixed_order() -> None:
    told = frozenset({Flag.UNGROUNDED, Flag.NOT_CHECKED, Flag.SOURCE_REVISED})
    assert stands(flags=told).flags == tuple(sorted(told))


def test_untested_says_whether_something_failed() -> None:
    assert "failed" in stands(flags=frozenset({Flag.NOT_CHECKED})).reason
    assert "failed" not in stands().reason


def test_an_assessment_without_a_verified_citation_cannot_be_made() -> None:
    whole = says(SUPPORTS)
    with pytest.raises(ValueError, match="at least one verified citation"):
        Assessment(
            claim_id=whole.claim_id,
            claim_revision=whole.claim_revision,
            finding=whole.finding,
            verdict=whole.verdict,
            signature=whole.signature,
            evidence=(),
        )
