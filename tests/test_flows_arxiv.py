"""Nights that read from a loopback arXiv: harvested by category, searched, and looked up."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from claims.clock import utc_now
from claims.evidence import Paper
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.outcomes import NightOutcome
from claims.standing import Flag
from flows.nightly import Finished
from flows.runner import N_TRIES
from flows.settings import Environment
from flows.steps import search_question
from flows.wiring import opened
from flows.workspace import Workspace
from papers.gaps import GapBook
from reports.render import to_html, to_markdown
from tests import lamps
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving
from tests.lamps import LampJudge, night, retested, states

NOW = utc_now().replace(microsecond=0)
TONIGHT = NOW.isoformat().removesuffix("+00:00")
WATCHED = lamps.LIBRARY.replace(
    'categories = ["cs.LN"]', 'categories = ["cs.LN"]\nwatch = ["twice asked lantern"]'
)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat().removesuffix("+00:00")


def lantern(arxiv_id: str, days: float, abstract: str) -> Paper:
    return a_paper(arxiv_id, ago(days), title="A lantern", abstract=abstract, categories=("cs.LN",))


FIRST = a_paper(
    "2401.00001v1",
    "2024-01-05",
    title="The first lantern",
    abstract="A lantern was asked twice and gave the same colour in all 12 trials.",
    categories=("cs.LN",),
).model_copy(update={"authors": ("Ida Lampwright",)})
AGREES = lantern("2611.00001v1", 3, "A lantern asked twice gives the same colour: agreed.")
OLD = lantern("2510.00001v1", 400, "One more twice asked lantern of another colour: denied.")


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving((FIRST, AGREES)) as state:
        state.today = NOW.date()
        yield state


def place_at(server: ArxivServer, folder: Path, library: str = lamps.LIBRARY) -> Workspace:
    """A workspace that takes the loopback server for arXiv."""
    (folder / "claims").mkdir(parents=True)
    (folder / "claims" / "lanterns.toml").write_text(library, encoding="utf-8")
    (folder / "retest.toml").write_text(
        f'[source]\nbase_url = "{server.url}"\noai_url = "{server.base}/oai"\n'
        f'feeds_url = "{server.base}/atom"\npace_s = 0\ntimeout_s = 0.5\n'
        "full_text = false\n",
        encoding="utf-8",
    )
    return Workspace.open(folder, Environment.read({}))


def tonight(place: Workspace, judge: LampJudge | None = None) -> Finished:
    return asyncio.run(night(place, judge or LampJudge(), TONIGHT))


def flags(finished: Finished, claim_id: str) -> frozenset[Flag]:
    return frozenset(
        flag
        for story in finished.report.stories
        if story.claim.id == claim_id
        for flag in story.standing.flags
    )


def asked(server: ArxivServer, path: str) -> list[dict[str, str]]:
    return [request.query for request in server.asked if request.path == path]


def revised(paper: Paper, **more: object) -> Paper:
    later = ArxivId(paper.id.number, (paper.id.version or 0) + 1)
    return paper.model_copy(update={"id": later, "revised_at": NOW - timedelta(hours=5), **more})


def test_a_night_harvests_its_categories_and_tells_how_each_went(
    server: ArxivServer, tmp_path: Path
) -> None:
    done = tonight(place_at(server, tmp_path))
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    (outcome,) = done.run.harvest
    assert (outcome.category, outcome.outcome) == ("cs.LN", NightOutcome.NEW_PAPERS)
    assert str(outcome) in to_html(done.report)
    assert "cs\\.LN: new papers" in to_markdown(done.report)


def test_history_is_searched_once_by_the_watch_phrases(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = (FIRST, AGREES, OLD, lantern("2511.00002v1", 380, "Nothing of ours: denied."))
    place = place_at(server, tmp_path, WATCHED)
    first = tonight(place)
    assert states(first)["lanterns-agree"] == "CONTESTED"
    assert first.run.counts.n_papers_new == 3
    server.asked.clear()
    tonight(place)
    assert not any("search_query" in query for query in asked(server, "/api/query"))
    assert any(query.get("verb") == "ListRecords" for query in asked(server, "/oai"))


def test_a_night_of_the_past_is_searched_and_not_harvested(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (FIRST, OLD)
    place = place_at(server, tmp_path, WATCHED)
    done = asyncio.run(night(place, LampJudge(), ago(100)))
    assert done.run.harvest == ()
    assert states(done)["lanterns-agree"] == "CONTESTED"


def test_between_a_night_of_the_past_and_the_next_night_nothing_is_lost(
    server: ArxivServer, tmp_path: Path
) -> None:
    between = lantern("2606.00001v1", 60, "A twice asked lantern again: denied.")
    server.papers = (FIRST, AGREES, OLD, between)
    place = place_at(server, tmp_path, WATCHED)
    asyncio.run(night(place, LampJudge(), ago(100)))
    tonight(place)
    with opened(place) as bench:
        assert between.id in bench.ledger.papers.ids()
    server.asked.clear()
    asyncio.run(night(place, LampJudge(), ago(100)))
    server.asked.clear()
    tonight(place)
    assert not any("search_query" in query for query in asked(server, "/api/query"))


def test_a_retest_of_one_claim_asks_the_search_api_only(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (FIRST, OLD)
    place = place_at(server, tmp_path, WATCHED)
    done = asyncio.run(retested(place, LampJudge(), "lanterns-agree", TONIGHT))
    assert states(done) == {"lanterns-agree": "CONTESTED"}
    assert not any(query.get("verb") == "ListRecords" for query in asked(server, "/oai"))


@pytest.mark.parametrize("library", [lamps.LIBRARY, WATCHED])
def test_a_retest_asks_with_the_claims_own_words(
    server: ArxivServer, tmp_path: Path, library: str
) -> None:
    others = tuple(lantern(f"2505.{n:05d}v1", 500, "Brass.") for n in range(1, 40))
    wick = "A wick of a longer kind burns for less time in a lantern: denied."
    server.papers = (FIRST, *others, lantern("2608.00003v1", 100, wick))
    place = place_at(server, tmp_path, library)
    done = asyncio.run(retested(place, LampJudge(), "wicks-burn", TONIGHT))
    assert states(done)["wicks-burn"] == "CONTESTED"
    assert done.run.counts.n_papers_seen < 5
    assert asked(server, "/oai") == []


def test_an_entry_that_cannot_be_read_is_searched_again_for_some_nights_only(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers, server.fault, server.on = (FIRST, OLD), Fault.TORN_ENTRY, "/api"
    place = place_at(server, tmp_path, WATCHED)
    book = GapBook(place.state)
    first = tonight(place)
    assert any("lack an id or a date" in f.message for f in first.run.failures)
    (inquiry,) = place.inquiries()
    for days in (3, 2, 1):
        book.fell_short(search_question(inquiry), (NOW - timedelta(days=days)).date())
    last = tonight(place)
    assert any("so it was on 4 nights" in f.message for f in last.run.failures)
    server.asked.clear()
    tonight(place)
    assert not any("search_query" in query for query in asked(server, "/api/query"))


def test_a_history_that_cannot_be_searched_concerns_its_own_claims_alone(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path, WATCHED)
    other = lamps.LIBRARY.replace("cs.LN", "math.CO").replace('id = "', 'id = "other-')
    (tmp_path / "claims" / "other.toml").write_text(other, encoding="utf-8")
    server.fault, server.on, server.n_faulty = Fault.CUT_OFF, "/api", N_TRIES
    done = tonight(place)
    assert Flag.NOT_CHECKED in flags(done, "lanterns-agree")
    assert Flag.NOT_CHECKED not in flags(done, "other-lanterns-agree")


def test_a_damaged_book_of_gaps_is_told_and_the_night_goes_on(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    place.state.mkdir(parents=True, exist_ok=True)
    (place.state / "gaps.json").write_text("{")
    done = tonight(place)
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    assert [f.item_id for f in done.run.failures] == ["gaps"]


def test_what_arxiv_could_not_say_of_a_source_is_told(server: ArxivServer, tmp_path: Path) -> None:
    later = revised(FIRST)
    server.papers = (FIRST, later, AGREES)
    place = place_at(server, tmp_path, WATCHED.replace('"2401.00001v1"', '"2401.00001"'))
    tonight(place)
    again = revised(later, revised_at=NOW - timedelta(hours=2), categories=("math.CO",))
    server.papers, server.fault, server.on = (*server.papers, again), Fault.BROKEN, "/oai"
    done = asyncio.run(retested(place, LampJudge(), "lanterns-agree", TONIGHT))
    assert Flag.NOT_CHECKED in flags(done, "lanterns-agree")
    (failure,) = done.run.failures
    assert (failure.stage, failure.item_id) == ("look up", FIRST.id.number)
    assert failure.claim_id == "lanterns-agree"
    assert "what has become of 2401.00001" in failure.message


def test_a_category_that_fails_is_told_and_stops_no_other(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    other = lamps.LIBRARY.replace("cs.LN", "math.CO").replace('id = "', 'id = "other-')
    (tmp_path / "claims" / "other.toml").write_text(other, encoding="utf-8")
    server.fault, server.on, server.n_faulty = Fault.CUT_OFF, "/oai", 5
    done = tonight(place)
    went = {outcome.category: outcome.outcome for outcome in done.run.harvest}
    assert went.pop("cs.LN") is NightOutcome.FAILED
    assert went["math.CO"] is not NightOutcome.FAILED
    assert Flag.NOT_CHECKED in flags(done, "lanterns-agree")
    assert Flag.NOT_CHECKED not in flags(done, "other-lanterns-agree")
    again = tonight(place)
    assert states(again)["lanterns-agree"] == "CONFIRMED"
    assert Flag.NOT_CHECKED not in flags(again, "lanterns-agree")


def test_a_withdrawn_source_supersedes_its_claim_until_it_is_reinstated(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    tonight(place)
    notice = "Withdrawn: the lantern was not lit; superseded by 2610.00009."
    gone = revised(FIRST, withdrawn=True, comment=notice)
    server.papers = (FIRST, gone, AGREES)
    second = tonight(place)
    assert states(second)["lanterns-agree"] == "SUPERSEDED"
    (change,) = second.run.sources
    assert change.withdrawn
    assert f"was withdrawn: “{notice}”, names 2610.00009 in its place" in str(change)
    assert "behind <code>lanterns-agree</code>" in to_html(second.report)
    server.papers = (FIRST, gone, revised(gone, withdrawn=False, comment=None), AGREES)
    third = tonight(place)
    assert states(third)["lanterns-agree"] == "CONFIRMED"


def test_evidence_whose_words_were_taken_out_no_longer_counts(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    assert states(tonight(place))["lanterns-agree"] == "CONFIRMED"
    server.papers = (FIRST, AGREES, revised(AGREES, abstract="A lantern asked once is silent."))
    second = tonight(place)
    assert states(second)["lanterns-agree"] == "UNTESTED"
    (story,) = (s for s in second.report.stories if s.claim.id == "lanterns-agree")
    assert [piece.news for piece in story.dropped] == ["revised since"]
    assert str(second.run.sources[0]) == "2611.00001 has version 2 after 1"


def test_evidence_whose_words_are_still_there_goes_on_counting(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    tonight(place)
    longer = f"{AGREES.abstract} More trials were added."
    server.papers = (FIRST, AGREES, revised(AGREES, abstract=longer))
    second = tonight(place)
    assert states(second)["lanterns-agree"] == "CONFIRMED"
    assert Flag.EVIDENCE_REVISED not in flags(second, "lanterns-agree")


def test_words_taken_out_of_a_claims_own_source_supersede_it(
    server: ArxivServer, tmp_path: Path
) -> None:
    cited = lamps.LIBRARY.replace(
        'first_author = "Ida Lampwright"',
        'first_author = "Ida Lampwright"\nquote = "the same colour in all 12 trials"',
    )
    place = place_at(server, tmp_path, cited)
    assert states(tonight(place))["lanterns-agree"] == "CONFIRMED"
    changed = revised(FIRST, abstract="A lantern was asked twice and gave a colour in 11 trials.")
    server.papers = (FIRST, changed, AGREES)
    second = tonight(place)
    assert states(second)["lanterns-agree"] == "SUPERSEDED"
    assert Flag.SOURCE_REVISED in flags(second, "lanterns-agree")


def test_a_paper_of_which_arxiv_says_nothing_tonight_is_not_checked_and_not_doubted(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    assert flags(tonight(place), "lanterns-agree") == set()
    server.refused_ids = frozenset({"2401.00001", "2401.00001v1"})
    server.fault, server.on = Fault.BROKEN, "/oai"
    second = asyncio.run(retested(place, LampJudge(), "lanterns-agree", TONIGHT))
    assert flags(second, "lanterns-agree") == {Flag.NOT_CHECKED}
    assert states(second) == {"lanterns-agree": "CONFIRMED"}


def test_after_a_refusal_nothing_is_asked_again_that_day(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    server.fault = Fault.REFUSED
    first = tonight(place)
    assert {o.outcome for o in first.run.harvest} == {NightOutcome.FAILED}
    assert Flag.NOT_CHECKED in flags(first, "lanterns-agree")
    server.fault = Fault.NONE
    server.asked.clear()
    tonight(place)
    assert server.asked == []


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.NONE, Fault.REFUSED, Fault.BUSY}))
def test_whatever_goes_wrong_for_a_moment_the_next_night_has_everything(
    server: ArxivServer, tmp_path: Path, fault: Fault
) -> None:
    more = tuple(lantern(f"2611.{n:05d}v1", 2, "A lantern of brass.") for n in range(2, 6))
    server.papers, server.page_size = (FIRST, AGREES, *more), 2
    place = place_at(server, tmp_path)
    server.fault, server.n_faulty = fault, 2
    first = tonight(place)
    server.fault = Fault.NONE
    second = tonight(place)
    assert states(second)["lanterns-agree"] == "CONFIRMED"
    assert flags(second, "lanterns-agree") == set()
    ledger = Ledger.open(place.ledger_url)
    assert {id_.number for id_ in ledger.papers.ids()} == {p.id.number for p in server.papers}
    ledger.close()
    undone = Flag.NOT_CHECKED in flags(first, "lanterns-agree")
    assert undone == bool(first.run.failures)
