"""What a report says, on what basis, and what it leaves out."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from claims.assessment import Decision, Ruling, StandingState
from claims.evidence import Relation
from claims.run import Counts, RunKind
from claims.standing import Flag, Known, standing_of
from reports import summary
from reports.contract import contract
from reports.evidence import MAX_SHOWN_PER_SIDE
from reports.render import to_json, to_markdown
from reports.report import Report, make_report
from tests.golden.world import (
    AFTER,
    BEFORE,
    CALM,
    CLOCKS,
    FAILURES,
    INQUIRY,
    MILD,
    OTHER,
    RECORDED,
    RESTLESS,
    TEA,
    a_run,
    busy_night,
    quiet_night,
    stands,
)

NOTHING = Counts()
SEEN_ONLY = Counts(n_papers_seen=40, n_papers_new=40)


def _quiet(counts: Counts, **changed: object) -> Report:
    return make_report(
        run=a_run(counts=counts, **changed), inquiries=(INQUIRY, OTHER), before=AFTER, after=AFTER
    )


def test_moved_standings_come_first_and_each_list_keeps_library_order() -> None:
    report = busy_night()
    assert [s.claim.id for s in report.changed] == ["tea-calms", "clocks-drift", "hats-help"]
    assert [s.claim.id for s in report.unchanged] == [
        "rivers-remember",
        "snow-sleeps",
        "attic-quiet",
    ]


def test_the_headline_counts_what_moved_and_where_to() -> None:
    assert summary.headline(busy_night()) == (
        "2 standings of 6 claims changed: 1 now CONTESTED and 1 now SUPERSEDED. "
        "1 more claim has other evidence and the same standing."
    )


def test_an_empty_diff_says_that_nothing_changed_and_how_much_was_read() -> None:
    report = quiet_night()
    assert not report.diff
    assert summary.headline(report) == "Nothing changed."
    (basis,) = summary.basis(report)
    assert "1,204 papers seen" in basis
    assert "37 readings" in basis


def test_nothing_fetched_is_told_apart_from_nothing_read() -> None:
    assert summary.basis(_quiet(NOTHING)) == (
        "Nothing was fetched: the source gave no paper for this window.",
    )
    (basis,) = summary.basis(_quiet(SEEN_ONLY))
    assert basis.startswith("No paper was read: 40 papers seen")


def test_failed_work_takes_the_weight_from_nothing_changed() -> None:
    told = summary.basis(_quiet(NOTHING, failures=FAILURES))
    assert told == (
        (
            "Some of the work failed (2 failures), "
            "so this does not show that nothing bears on the claims."
        ),
        "Nothing was fetched.",
    )


def test_a_run_that_has_not_finished_says_so() -> None:
    report = _quiet(SEEN_ONLY, finished_at=None)
    assert summary.basis(report)[0].startswith("This run has not finished")
    assert dict(summary.costs(report.run))["Time"] == "not finished"


def test_both_sides_of_a_contested_claim_are_shown_with_the_balance() -> None:
    tea = busy_night().changed[0]
    assert tea.after is StandingState.CONTESTED
    assert str(tea.balance) == "1 against, 1 with conditions, 1 for"
    assert [(g.side, g.n_pieces) for g in tea.groups] == [
        ("against", 1),
        ("with conditions", 1),
        ("for", 1),
    ]


def test_a_contested_claim_without_support_says_so() -> None:
    report = make_report(
        run=a_run(), inquiries=(INQUIRY,), before=(), after=(stands(TEA, RESTLESS),)
    )
    assert str(report.changed[0].balance) == "1 against, 0 for"


def test_a_long_side_is_capped_with_new_evidence_first_and_json_lists_all() -> None:
    report = busy_night()
    hats = next(s for s in report.changed if s.claim.id == "hats-help")
    (group,) = hats.groups
    assert len(group.shown) == MAX_SHOWN_PER_SIDE
    assert group.n_more == 2
    assert all(piece.news == "new" for piece in group.shown)
    assert "and 2 more for" in to_markdown(report)
    claims = json.loads(to_json(report))["claims"]
    confidences = [row["confidence"] for row in claims[1]["evidence"]]
    assert len(confidences) == 7
    assert confidences == sorted(confidences, reverse=True)


def test_dropped_evidence_is_told() -> None:
    report = make_report(
        run=a_run(),
        inquiries=(INQUIRY,),
        before=(stands(TEA, CALM, MILD),),
        after=(stands(TEA, CALM),),
    )
    assert [piece.assessment for piece in report.changed[0].dropped] == [MILD]
    assert "No longer counted (1)" in to_markdown(report)


def test_an_amended_relation_names_what_was_judged() -> None:
    amended = replace(
        stands(TEA, CALM), relations={CALM.id: Relation.QUALIFIES}, state=StandingState.QUALIFIED
    )
    report = make_report(
        run=a_run(), inquiries=(INQUIRY,), before=(stands(TEA, CALM),), after=(amended,)
    )
    (piece,) = report.changed[0].pieces
    assert piece.news == "amended"
    assert piece.marks == ("amended by a person, judged SUPPORTS",)


def test_a_persons_ruling_is_the_reason_that_is_told() -> None:
    ruling = Decision(
        claim_id=TEA.id,
        ruling=Ruling.AMEND,
        standing=StandingState.QUALIFIED,
        by="Ada",
        at=datetime(2026, 2, 3, tzinfo=UTC),
        why="too small an effect",
    )
    known = Known(assessments={CALM.id: (CALM, RECORDED)}, decisions=(ruling,))
    held = standing_of(TEA, known, thresholds={"local": 0.5})
    report = make_report(
        run=a_run(), inquiries=(INQUIRY,), before=(stands(TEA, CALM),), after=(held,)
    )
    told = to_markdown(report)
    assert "held by Ada on 2026-02-03: too small an effect (ruled by a person)" in told


def test_a_summary_of_ours_is_marked_in_every_form() -> None:
    report = busy_night()
    assert "summary in our words, not the authors'" in to_markdown(report)
    clocks = json.loads(to_json(report))["claims"][2]
    assert clocks["flags"] == ["OUR_WORDS"]
    assert clocks["evidence"][0]["source"] == "sample"


def test_failures_stand_behind_the_flag_and_in_no_evidence() -> None:
    report = busy_night()
    flagged = next(f for f in report.flagged if f.flag is Flag.NOT_CHECKED)
    assert set(flagged.failures) == set(FAILURES)
    assert [stage for stage, _ in report.failures_by_stage] == ["extract", "fetch"]
    claims = json.dumps(contract(report, {})["claims"])
    assert not any(failure.message in claims for failure in FAILURES)


def test_failures_of_another_claim_are_not_blamed_for_a_flag() -> None:
    other = FAILURES[0].model_copy(update={"claim_id": "tea-calms"})
    report = make_report(
        run=a_run(failures=(other,)), inquiries=(INQUIRY, OTHER), before=BEFORE, after=AFTER
    )
    flagged = next(f for f in report.flagged if f.flag is Flag.NOT_CHECKED)
    assert flagged.failures == ()


def test_a_flag_alone_leaves_the_claim_among_the_unchanged() -> None:
    before, after = stands(CLOCKS), stands(CLOCKS, flags=[Flag.UNGROUNDED])
    report = make_report(run=a_run(), inquiries=(INQUIRY,), before=(before,), after=(after,))
    assert report.changed == ()
    assert summary.headline(report) == "No standing and no evidence changed."
    assert summary.basis(report)[0] == "Beside that, 1 flag raised."


def test_a_run_over_one_claim_reports_on_that_claim_alone() -> None:
    report = make_report(
        run=a_run(kind=RunKind.CLAIM, claim_id="clocks-drift"),
        inquiries=(INQUIRY, OTHER),
        before=BEFORE,
        after=AFTER[2:3],
    )
    assert [s.claim.id for s in report.stories] == ["clocks-drift"]
    assert {c.claim_id for c in report.diff.changes} == {"clocks-drift"}


def test_a_claim_that_left_the_library_is_named_with_its_last_standing() -> None:
    report = make_report(run=a_run(), inquiries=(INQUIRY,), before=BEFORE, after=AFTER[:3])
    assert "- rivers-remember, last ✓ CONFIRMED" in to_markdown(report)


def test_a_standing_without_its_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="attic-quiet, rivers-remember, snow-sleeps"):
        make_report(run=a_run(), inquiries=(INQUIRY,), before=(), after=AFTER)


def test_a_run_over_a_claim_without_a_standing_is_refused() -> None:
    with pytest.raises(ValueError, match="no standing after it"):
        make_report(
            run=a_run(kind=RunKind.CLAIM, claim_id="tea-calms"),
            inquiries=(INQUIRY,),
            before=(),
            after=(),
        )


def test_an_old_report_can_be_made_again_when_the_library_has_grown() -> None:
    old = make_report(run=a_run(), inquiries=(INQUIRY,), before=BEFORE[:3], after=AFTER[:3])
    again = make_report(run=a_run(), inquiries=(INQUIRY, OTHER), before=BEFORE[:3], after=AFTER[:3])
    assert to_json(again) == to_json(old)


def test_the_contract_has_exactly_the_agreed_fields() -> None:
    row = json.loads(to_json(busy_night()))
    assert list(row) == ["run", "claims", "diff", "report"]
    assert row["report"] == {"markdown": None, "html": None, "json": None}
    claim = row["claims"][0]
    assert list(claim) == [
        "id", "text", "as_of", "before", "after", "flags", "reason", "evidence",
    ]  # fmt: skip
    assert list(claim["evidence"][0]) == [
        "relation", "confidence", "arxiv_id", "version", "title", "submitted_on", "quote", "tier",
        "page", "kind", "reason", "source", "assessment_id", "start", "end", "url",
    ]  # fmt: skip
    assert {"id", "kind", "since", "until", "started_at", "finished_at", "duration_s"} <= set(
        row["run"]
    )
    told_when_there_is_some = {"by_claim"}
    assert set(Counts.model_fields) - told_when_there_is_some <= set(row["run"])


def test_ids_versions_and_places_are_given_apart() -> None:
    first = json.loads(to_json(busy_night()))["claims"][0]["evidence"][0]
    assert (first["arxiv_id"], first["version"]) == ("2602.00042", 1)
    assert first["url"] == "https://arxiv.org/abs/2602.00042v1"
    assert (first["page"], first["start"], first["end"]) == (3, 9140, 9198)


def test_an_assessment_with_two_quotes_has_two_rows_of_one_id() -> None:
    rows = json.loads(to_json(busy_night()))["claims"][0]["evidence"]
    mild = [row for row in rows if row["assessment_id"] == MILD.id]
    assert [row["quote"] for row in mild] == [
        "ﬁrst seen with green tea only",
        "an ef-\nfect that fades",
    ]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 2, 1),  # noqa: DTZ001 - the case under test
        datetime(2026, 2, 1, tzinfo=UTC),
        datetime(2026, 2, 1, 9, tzinfo=timezone(timedelta(hours=9))),
    ],
    ids=["no zone", "UTC", "another zone"],
)
def test_moments_are_told_in_utc(moment: datetime) -> None:
    report = make_report(run=a_run(since=moment), inquiries=(INQUIRY,), before=(), after=())
    assert json.loads(to_json(report))["run"]["since"] == "2026-02-01T00:00:00Z"
    assert "from 2026-02-01 00:00," in to_markdown(report)
