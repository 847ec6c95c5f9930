"""What a harvest does about papers that it should have had: remembered, asked for, told."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from claims.claim import Inquiry
from claims.ledger import Ledger
from claims.outcomes import NightOutcome
from flows.harvest import failures_of
from papers.gaps import GapBook
from tests import fakes
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving
from tests.harvests import (
    CL,
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


def test_a_paper_in_the_feed_alone_is_told_and_filled_on_the_next_night(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    lost = a_paper("2606.07777v1", "2026-06-30")
    server.announced[CL] = ((str(TONIGHT.id), "new"), (str(lost.id), "new"))
    told = harvested(task(server, ledger, tmp_path, begun(ledger)))[CL]
    assert (told.outcome, told.n_missing) == (NightOutcome.NEW_PAPERS, 1)
    assert [gap.id for gap in GapBook(tmp_path).open()] == [lost.id]
    # OAI-PMH still does not list it: its record bears an old day.
    server.papers = (*server.papers, lost)
    server.changed_on["2606.07777"] = date(2026, 5, 1)
    later = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    harvested(task(server, ledger, tmp_path, later))
    assert lost.id in ledger.papers.ids()
    assert GapBook(tmp_path).open() == ()


def test_a_gap_that_nothing_fills_is_a_failure_in_the_end(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.announced[CL] = (("2606.07777v1", "new"),)
    for n in range(9):
        until = NIGHT + timedelta(days=n)
        harvested(task(server, ledger, tmp_path, begun(ledger, f"night-{n}", until)))
        server.announced[CL] = ()
    assert GapBook(tmp_path).open() == ()
    told = [f.message for n in range(9) for f in ledger.work.failures(f"night-{n}")]
    assert told == ["arXiv lists 2606.07777v1 in cs.CL, and nothing gives it"]


def test_a_gap_that_the_harvest_itself_fills_is_closed_that_night(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    lost = a_paper("2606.07777v1", "2026-06-30")
    server.announced[CL] = ((str(lost.id), "new"),)
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    server.papers = (*server.papers, lost)
    server.fault, server.on = Fault.BROKEN, "/api"
    later = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    harvested(task(server, ledger, tmp_path, later))
    assert lost.id in ledger.papers.ids()
    assert GapBook(tmp_path).open() == ()


def test_a_record_that_cannot_be_read_is_asked_for_until_it_can(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.broken, server.announced[CL] = frozenset({TONIGHT.id.number}), ()
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    assert [str(gap.id) for gap in GapBook(tmp_path).open()] == [TONIGHT.id.number]
    # By then the harvest no longer reaches back to it.
    server.broken = frozenset()
    later = begun(ledger, "night-2", NIGHT + timedelta(days=10))
    server.changed_on[TONIGHT.id.number] = date(2026, 5, 1)
    harvested(task(server, ledger, tmp_path, later))
    assert TONIGHT.id in ledger.papers.ids()
    assert GapBook(tmp_path).open() == ()


def test_a_new_version_that_cannot_be_read_is_not_taken_for_the_one_that_is_held(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    harvested(task(server, ledger, tmp_path, begun(ledger)))
    newer = a_paper("2606.09001v2", "2026-06-30T12:00:00", "2026-07-02T05:00:00")
    server.papers, server.broken = (*server.papers, newer), frozenset({newer.id.number})
    server.changed_on[newer.id.number] = date(2026, 7, 2)
    for day in (2, 12):
        night = begun(ledger, f"night-{day}", NIGHT.replace(day=day))
        harvested(task(server, ledger, tmp_path, night))
        server.broken = frozenset()
        server.changed_on[newer.id.number] = date(2026, 5, 1)
    assert newer.id in ledger.papers.ids()


def test_a_list_that_falls_short_fails_its_category_and_is_asked_for_again(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.fault, server.on = Fault.ONE_PAGE, "/oai"
    told = harvested(task(server, ledger, tmp_path, begun(ledger)))[CL]
    assert (told.outcome, told.error) == (NightOutcome.FAILED, "FeedError")
    assert "in every pass: asked for again on the next night" in told.told
    inquiry = Inquiry(id="here", question="Here?", categories=(CL,), claims=(fakes.claim(),))
    assert [f.claim_id for f in failures_of([told], [inquiry])] == [fakes.claim().id]
    server.fault = Fault.NONE
    later = begun(ledger, "night-2", NIGHT + timedelta(days=1))
    assert harvested(task(server, ledger, tmp_path, later))[CL].since == FIRST
    assert numbers(ledger) == held_numbers(*HELD, TONIGHT)


def test_a_list_that_falls_short_night_after_night_is_taken_as_it_is_and_told(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.fault, server.on = Fault.ONE_PAGE, "/oai"
    outcomes: list[NightOutcome] = []
    for n in (0, 0, 1, 2, 3):
        run = begun(ledger, f"night-{len(outcomes)}", NIGHT + timedelta(days=n))
        server.today = run.until.date()
        outcomes.append(harvested(task(server, ledger, tmp_path, run))[CL].outcome)
    assert outcomes == [NightOutcome.FAILED] * 4 + [NightOutcome.QUIET_DAY]
    (told,) = (f.message for f in ledger.work.failures("night-4"))
    assert "so it was on 4 nights, and it is taken as it is" in told
    later = begun(ledger, "later", NIGHT + timedelta(days=4))
    again = harvested(task(server, ledger, tmp_path, later))[CL]
    assert again.since == NIGHT + timedelta(days=3)


def test_a_category_whose_first_nights_fail_keeps_its_first_beginning(
    server: ArxivServer, ledger: Ledger, tmp_path: Path
) -> None:
    server.fault, server.on = Fault.BROKEN, "/oai"
    for n in (0, 4, 9):
        until = NIGHT + timedelta(days=n)
        night = begun(ledger, f"night-{n}", until)
        recent = until - timedelta(days=7)
        failed = task(server, ledger, tmp_path, night, history={}, recent=recent)
        assert harvested(failed)[CL].outcome is NightOutcome.FAILED
    server.fault = Fault.NONE
    until = NIGHT + timedelta(days=10)
    night = begun(ledger, "good", until)
    good = task(server, ledger, tmp_path, night, history={}, recent=until - timedelta(days=7))
    assert harvested(good)[CL].since == NIGHT - timedelta(days=7)
    assert TONIGHT.id in ledger.papers.ids()
