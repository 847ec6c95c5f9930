from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from claims.claim import Inquiry
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.outcomes import NightOutcome
from flows.harvest import failures_of
from flows.watch import Unwatched
from tests import fakes
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving
from tests.harvests import (
    CL,
    CO,
    FIRST,
    HELD,
    NIGHT,
    TONIGHT,
    begun,
    harvested,
    held_numbers,
    numbers,
    task,
)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving((*HELD, TONIGHT)) as state:
        state.changed_on["2606.09001"] = NIGHT.date()
        state.page_size = 5
        yield state


@pytest.fixture
def ledger(sqlite_url: str) -> Iterator[Ledger]:
    opened = Ledger.open(sqlite_url)
    yield opened
    opened.close()


class Killed(BaseException):
    """What nobody catches."""


class Killer(Unwatched):
    """Ends the process, as far as a test can, at the nth step."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self, name: str, detail: str) -> None:
        del name, detail
        self.left -= 1
        if not self.left:
            raise Killed


def test_a_first_night_brings_everything_since_then(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    told = harvested(task(server, ledger, tmp_path, begun(ledger)))[CL]
    assert numbers(ledger) == held_numbers(*HELD, TONIGHT)
    assert told.outcome is NightOutcome.NEW_PAPERS
    assert (told.n_harvested, told.n_new, told.n_feed, told.n_missing) == (57, 57, 1, 0)


def test_the_next_night_begins_two_days_before_where_this_one_ended(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    server.asked.clear()
    again = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    told = harvested(task(server, ledger, tmp_path, again))[CL]
    (start,) = {a.query["from"] for a in server.asked if "from" in a.query}
    assert start == "2026-06-29"
    assert told.since == NIGHT
    assert told.n_new == 0


def test_a_quiet_day_an_early_run_and_a_stale_feed_are_told_apart(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    outcomes = {}
    for name, until, today, fault in (
        ("early", NIGHT.replace(day=2, hour=1), date(2026, 7, 1), Fault.NONE),
        ("quiet", NIGHT.replace(day=2), date(2026, 7, 2), Fault.NONE),
        ("stale", NIGHT.replace(day=3), date(2026, 7, 3), Fault.STALE),
    ):
        server.today, server.fault, server.on = today, fault, "/atom"
        server.changed_on["2606.00001"] = date(2026, 6, 26)
        run = begun(ledger, name, until)
        outcomes[name] = harvested(task(server, ledger, tmp_path, run))[CL].outcome
    assert outcomes == {
        "early": NightOutcome.NOT_YET_ANNOUNCED,
        "quiet": NightOutcome.QUIET_DAY,
        "stale": NightOutcome.STALE_FEED,
    }
    after = begun(ledger, "after", NIGHT.replace(day=4))
    again = harvested(task(server, ledger, tmp_path, after))[CL]
    # The stale night moved no cursor.
    assert again.since == NIGHT.replace(day=2)


def test_a_failed_category_keeps_its_cursor_and_stops_no_other(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.papers = (*server.papers, a_paper("2606.08001v1", "2026-06-30", categories=(CO,)))
    told = harvested(task(server, ledger, tmp_path, begun(ledger)), "cs.ZZ", CO)
    assert told["cs.ZZ"].outcome is NightOutcome.FAILED
    assert "no category 'cs.ZZ'" in told["cs.ZZ"].told
    assert told[CO].outcome is NightOutcome.NEW_PAPERS
    assert (told["cs.ZZ"].error, told[CO].error) == ("SettingsError", None)
    later = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    again = harvested(task(server, ledger, tmp_path, later), "cs.ZZ", CO)
    assert (again["cs.ZZ"].since, again[CO].since) == (FIRST, NIGHT)


def test_a_failed_category_leaves_the_claims_of_its_inquiries_undone(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    told = harvested(task(server, ledger, tmp_path, begun(ledger)), "cs.ZZ", CL)
    here = Inquiry(id="here", question="Here?", categories=("cs.ZZ", CL), claims=(fakes.claim(),))
    there = here.model_copy(update={"id": "there", "categories": (CL,)})
    (failure,) = failures_of(told.values(), [here])
    assert (failure.stage, failure.item_id) == ("fetch", "cs.ZZ")
    assert (failure.claim_id, failure.error) == (fakes.claim().id, "SettingsError")
    assert failures_of(told.values(), [there]) == ()


def test_a_run_that_ends_in_the_future_moves_no_cursor_beyond_now(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    run = begun(ledger, until=NIGHT + timedelta(days=30))
    harvested(task(server, ledger, tmp_path, run, now=lambda: NIGHT))
    later = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    assert harvested(task(server, ledger, tmp_path, later))[CL].since == NIGHT


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.CUT_OFF, Fault.SHORT, Fault.BROKEN])
def test_a_passing_fault_is_tried_again_from_where_it_was(
    server: ArxivServer, ledger: Ledger, tmp_path: Path, fault: Fault
) -> None:
    server.fault, server.n_faulty, server.on = fault, 1, "/oai"
    told = harvested(task(server, ledger, tmp_path, begun(ledger)))[CL]
    assert told.outcome is NightOutcome.NEW_PAPERS
    assert numbers(ledger) == held_numbers(*HELD, TONIGHT)


def test_a_lasting_fault_fails_the_category_and_keeps_what_came(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    class Breaker(Unwatched):
        def step(self, name: str, detail: str) -> None:
            del name, detail
            server.fault, server.on = Fault.BROKEN, "/oai"

    night = task(server, ledger, tmp_path, begun(ledger), watch=Breaker())
    told = harvested(night)[CL]
    assert told.outcome is NightOutcome.FAILED
    assert 0 < told.n_harvested == len(numbers(ledger)) < len(HELD)
    server.fault = Fault.NONE
    later = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    harvested(task(server, ledger, tmp_path, later))
    assert numbers(ledger) == held_numbers(*HELD, TONIGHT)


def test_a_feed_that_fails_does_not_fail_the_harvest(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.fault, server.on = Fault.HTML, "/atom"
    told = harvested(task(server, ledger, tmp_path, begun(ledger)))[CL]
    assert (told.outcome, told.n_feed) == (NightOutcome.NEW_PAPERS, None)
    assert "not checked against the feed" in told.told


def test_a_night_gone_on_with_counts_what_it_brought_before_it_was_cut_off(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    until = NIGHT + timedelta(days=1)
    new = a_paper("2607.00001v1", "2026-07-01T12:00:00")
    server.papers, server.today = (*server.papers, new), until.date()
    server.changed_on["2607.00001"] = until.date()
    # It was cut off after its harvest; the cursor is behind the new paper already.
    harvested(task(server, ledger, tmp_path, begun(ledger, "night-2", until)))
    server.changed_on["2607.00001"] = date(2026, 5, 1)
    told = harvested(task(server, ledger, tmp_path, begun(ledger, "night-2", until)))[CL]
    assert (told.outcome, told.n_new) == (NightOutcome.NEW_PAPERS, 1)
    assert told.since == NIGHT


def test_a_refusal_stops_every_category_and_moves_no_cursor(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.fault = Fault.REFUSED
    told = harvested(task(server, ledger, tmp_path, begun(ledger)), CL, CO)
    assert {o.outcome for o in told.values()} == {NightOutcome.FAILED}
    assert all("nothing is asked before" in outcome.told for outcome in told.values())
    assert len(server.asked) == 1


@pytest.mark.parametrize("steps", [(1, 1, 1, 1, 1), (2, 1, 3, 1, 1), (4, 1, 1, 1, 1)])
def test_a_harvest_killed_five_times_ends_with_the_same_papers(
    server: ArxivServer, ledger: Ledger, tmp_path: Path, steps: tuple[int, ...]
) -> None:
    calm = Ledger.open(f"sqlite:///{tmp_path / 'calm.sqlite'}")
    harvested(task(server, calm, tmp_path / "calm", begun(calm)))
    n_undisturbed = len(server.asked)
    n_killed = 0
    for at in steps:
        run = begun(ledger)
        try:
            harvested(task(server, ledger, tmp_path, run, watch=Killer(at)))
        except Killed:
            n_killed += 1
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    assert n_killed == 5
    assert set(ledger.papers.get()) == set(calm.papers.get())
    # What was committed is not fetched again, beyond the overlap.
    assert len(server.asked) < 4 * n_undisturbed
    calm.close()


def test_a_category_named_twice_is_harvested_once(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    assert list(harvested(task(server, ledger, tmp_path, begun(ledger)), CL, CL)) == [CL]


def test_a_paper_cross_listed_is_new_in_both_categories(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.papers = (a_paper("2606.00001v1", "2026-06-30", categories=(CL, "cs.AI")),)
    told = harvested(task(server, ledger, tmp_path, begun(ledger)), CL, "cs.AI")
    assert [outcome.n_new for outcome in told.values()] == [1, 1]
    assert ledger.papers.ids() == {ArxivId("2606.00001", 1)}


def test_a_run_that_ends_in_the_past_is_not_held_against_todays_feed(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.announced[CL] = (("2611.00001v1", "new"),)
    late = NIGHT + timedelta(days=140)
    night = task(server, ledger, tmp_path, begun(ledger), now=lambda: late)
    told = harvested(night)[CL]
    assert (told.n_feed, told.n_missing) == (None, 0)
    assert "this run ends in the past" in told.told
