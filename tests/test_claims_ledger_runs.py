"""Runs are begun, gone on with, ended once, and remembered with the standings they arrived at."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from claims.assessment import Assessment, StandingState
from claims.claim import Claim
from claims.errors import LedgerError, RunNotFound
from claims.evidence import Relation
from claims.ledger import Ledger
from claims.run import Counts, Run, RunKind
from claims.standing import Flag, Standing, standing_of
from tests.fakes import LOCAL, THRESHOLDS, assessment, claim, finished, inquiry, moment, paper, run

CLAIM = claim()
OTHER = claim("lanterns-drift", "Lanterns drift towards amber.")


def a_night(
    ledger: Ledger, n: int, *evidence: Assessment, claims: tuple[Claim, ...] = (CLAIM,)
) -> tuple[Run, tuple[Standing, ...]]:
    """The n-th night: evidence recorded, standings computed and committed."""
    begun = ledger.runs.begin(run(f"night-{n}", until=moment(f"2026-01-{n:02}")))
    ledger.claims.register(claims)
    papers = [a.evidence[0].paper for a in evidence]
    ledger.papers.add(papers, begun.id)
    ledger.work.record(begun.id, CLAIM, assessments=evidence, judged=papers, signature=LOCAL)
    standings = tuple(
        standing_of(each, ledger.known(each, {Flag.UNGROUNDED}), thresholds=THRESHOLDS)
        for each in claims
    )
    ended = finished(begun, counts=Counts(n_papers_seen=n))
    ledger.runs.finish(ended, standings, (inquiry(*claims),))
    return ended, standings


def says(relation: Relation, n: int) -> Assessment:
    return assessment(CLAIM, paper(f"2503.{n:05}v1"), relation=relation)


def test_a_run_that_was_cut_off_is_gone_on_with(ledger: Ledger) -> None:
    begun = ledger.runs.begin(run())
    assert ledger.runs.unfinished() == (begun.id,)
    again = ledger.runs.begin(run(started_at=moment("2026-01-09")))
    assert again == begun


def test_a_finished_run_repeated_gets_the_next_number(ledger: Ledger) -> None:
    names = []
    for _ in range(3):
        begun = ledger.runs.begin(run())
        names.append(begun.id)
        ledger.runs.finish(finished(begun), (), ())
    assert names == ["night-2026-01-02", "night-2026-01-02.2", "night-2026-01-02.3"]


@pytest.mark.parametrize(
    "changed",
    [
        {"settings": {"source": "arxiv"}},
        {"until": moment("2026-01-03")},
        {"kind": RunKind.CLAIM, "claim_id": "lanterns-agree"},
    ],
)
def test_an_unfinished_run_of_other_work_is_left_alone(
    ledger: Ledger, changed: dict[str, Any]
) -> None:
    first = ledger.runs.begin(run())
    second = ledger.runs.begin(run(**changed))
    assert second.id == "night-2026-01-02.2"
    assert ledger.runs.unfinished() == (first.id, second.id)


def test_a_cut_off_run_whose_window_a_later_one_has_covered_is_no_longer_unfinished(
    ledger: Ledger,
) -> None:
    killed = ledger.runs.begin(run())
    retest = ledger.runs.begin(run("claim-x", kind=RunKind.CLAIM, claim_id="lanterns-agree"))
    earlier = ledger.runs.begin(run("night-1", until=moment("2026-01-01")))
    ledger.runs.finish(finished(earlier), (), ())
    assert ledger.runs.unfinished() == (killed.id, retest.id)
    later = ledger.runs.begin(run("night-3", until=moment("2026-01-03")))
    ledger.runs.finish(finished(later), (), ())
    assert ledger.runs.unfinished() == (retest.id,)


def test_runs_of_other_work_that_begin_at_once_get_names_of_their_own(ledger: Ledger) -> None:
    for n in range(10):
        start = Barrier(2)

        def begin(source: str, name: str = f"night-{n}", start: Barrier = start) -> str:
            start.wait()
            return ledger.runs.begin(run(name, settings={"source": source})).id

        with ThreadPoolExecutor(2) as pool:
            names = set(pool.map(begin, ("sample", "dump")))
        assert names == {f"night-{n}", f"night-{n}.2"}


def test_a_name_that_begins_another_is_not_taken_by_it(ledger: Ledger) -> None:
    ledger.runs.begin(run("night-10", until=moment("2026-01-10")))
    assert ledger.runs.begin(run("night-1")).id == "night-1"


def test_a_finished_run_is_given_back_with_its_scope(ledger: Ledger) -> None:
    ended, standings = a_night(ledger, 2, says(Relation.SUPPORTS, 1))
    assert ledger.runs.get(ended.id) == ended
    assert ledger.runs.inquiries(ended.id) == (inquiry(CLAIM),)
    assert ledger.standings(ended.id) == standings
    assert ledger.runs.unfinished() == ()


def test_an_end_is_written_once(ledger: Ledger) -> None:
    ended, standings = a_night(ledger, 2, says(Relation.SUPPORTS, 1))
    ledger.runs.finish(finished(ended, counts=Counts(n_papers_seen=99)), (), ())
    assert ledger.runs.get(ended.id) == ended
    assert ledger.standings(ended.id) == standings


def test_a_run_that_never_ended_is_no_run(ledger: Ledger) -> None:
    begun = ledger.runs.begin(run())
    for question in (ledger.runs.get, ledger.runs.inquiries):
        with pytest.raises(RunNotFound, match="no finished run 'night-2026-01-02'"):
            question(begun.id)
    assert ledger.runs.newest() == ()


def test_an_end_that_cannot_be_written_leaves_no_standing_behind(ledger: Ledger) -> None:
    begun = ledger.runs.begin(run())
    standing = standing_of(CLAIM, ledger.known(CLAIM), thresholds=THRESHOLDS)
    with pytest.raises(LedgerError):
        ledger.runs.finish(begun, (standing,), ())
    assert ledger.standings(begun.id) == ()
    assert ledger.runs.unfinished() == (begun.id,)


def test_standings_are_listed_by_claim_and_compared_with_the_run_before(ledger: Ledger) -> None:
    both = (OTHER, CLAIM)
    first, _ = a_night(ledger, 2, says(Relation.SUPPORTS, 1), claims=both)
    second, _ = a_night(ledger, 3, says(Relation.CONTRADICTS, 2), claims=both)
    assert [s.claim_id for s in ledger.standings(first.id)] == [CLAIM.id, OTHER.id]
    (before,) = ledger.standings_before([CLAIM.id], second.id)
    (now,) = ledger.standings_before([CLAIM.id])
    assert (before.state, now.state) == (StandingState.CONFIRMED, StandingState.CONTESTED)
    assert ledger.standings_before([CLAIM.id, OTHER.id], first.id) == ()


def test_a_run_that_left_a_claim_out_does_not_hide_its_last_standing(ledger: Ledger) -> None:
    a_night(ledger, 2, says(Relation.SUPPORTS, 1))
    later, _ = a_night(ledger, 3, claims=(OTHER,))
    (before,) = ledger.standings_before([CLAIM.id], later.id)
    assert before.state is StandingState.CONFIRMED


def test_the_history_of_a_claim_is_newest_first(ledger: Ledger) -> None:
    relations = (Relation.SUPPORTS, Relation.QUALIFIES, Relation.CONTRADICTS)
    for n, relation in enumerate(relations, start=2):
        a_night(ledger, n, says(relation, n))
    states = [row.state.value for _, row in ledger.runs.history(CLAIM.id)]
    assert states == ["CONTESTED", "QUALIFIED", "CONFIRMED"]
    assert [run.id for run, _ in ledger.runs.history(CLAIM.id, limit=2)] == ["night-4", "night-3"]
    whole = ledger.runs.last_whole(CLAIM.id)
    assert whole is not None
    assert whole.id == "night-4"
    assert ledger.runs.last_whole(OTHER.id) is None
    assert ledger.runs.claim_ids() == (CLAIM.id,)


def test_the_newest_runs_can_be_asked_by_kind(ledger: Ledger) -> None:
    a_night(ledger, 2)
    single = ledger.runs.begin(run("claim-x", kind=RunKind.CLAIM, claim_id=CLAIM.id))
    ledger.runs.finish(finished(single), (), ())
    a_night(ledger, 3)
    assert [r.id for r in ledger.runs.newest()] == ["night-3", "claim-x", "night-2"]
    assert [r.id for r in ledger.runs.newest(limit=1)] == ["night-3"]
    assert [r.id for r in ledger.runs.newest(kind=RunKind.CLAIM)] == ["claim-x"]


def test_replaying_the_ledger_gives_the_same_standings(ledger: Ledger) -> None:
    nights = [
        a_night(ledger, n, says(relation, n))
        for n, relation in enumerate(
            (Relation.SUPPORTS, Relation.CONTRADICTS, Relation.SUPERSEDES), start=2
        )
    ]
    for ended, standings in nights:
        known = ledger.known(CLAIM, {Flag.UNGROUNDED}, as_of=ended.finished_at)
        assert (standing_of(CLAIM, known, thresholds=ended.thresholds),) == standings
