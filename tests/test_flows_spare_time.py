"""Nights look for the papers that uncited claims came from, propose them, and adopt none."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from claims.errors import RateLimited
from claims.evidence import Failure, Paper
from claims.grounding import GROUND
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.library import read_inquiry
from claims.standing import Flag
from flows.nightly import Finished, nightly
from flows.watch import Unwatched
from flows.workspace import Workspace
from papers.sources import Request, Source
from reports.contract import contract
from reports.render import to_html, to_markdown
from tests import lamps
from tests.arxiv_server import a_paper, serving
from tests.fakes import moment
from tests.lamps import AGREES, FIRST, LIBRARY, LampJudge
from tests.test_flows_arxiv import asked, place_at, tonight
from tests.test_flows_grounding import LATER, WICKS
from tests.test_review_cli import retest

NOTE = '\n[[notes]]\nid = "why"\ntitle = "Why does a longer wick burn longer?"\n'
WORDS = "In every lantern a longer wick burns for a longer time, by 12 %."


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return lamps.workspace(tmp_path, FIRST, AGREES, WICKS, LATER, library=LIBRARY + NOTE)


def night(place: Workspace, until: str) -> Finished:
    return asyncio.run(lamps.night(place, LampJudge(), until))


def spending(place: Workspace, **spare: object) -> Workspace:
    grounding = place.settings.grounding.model_copy(update=spare)
    return replace(place, settings=place.settings.model_copy(update={"grounding": grounding}))


def test_a_night_proposes_with_verified_words_and_adopts_nothing(place: Workspace) -> None:
    file = place.folder / "claims" / "lanterns.toml"
    before = file.read_bytes()
    done = night(place, "2026-07-01")
    found = {one.holder_id: one.proposals for one in done.report.groundings}
    assert set(found) == {"wicks-burn", "why"}
    assert [str(one.paper.id) for one in found["wicks-burn"]] == ["2306.00009v1"]
    assert found["wicks-burn"][0].cited.quote == WORDS
    assert file.read_bytes() == before
    story = next(s for s in done.report.stories if s.claim.id == "wicks-burn")
    assert Flag.UNGROUNDED in story.standing.flags


def test_every_form_of_the_report_shows_what_is_proposed(place: Workspace) -> None:
    report = night(place, "2026-07-01").report
    for told in (to_markdown(report), to_html(report), json.dumps(contract(report, {}))):
        assert "wicks-burn" in told
        assert "2306.00009" in told
        assert "a longer wick burns for a longer time, by 12" in told
    shown = retest("report", cwd=place.folder).stdout
    assert "Where they may come from" in shown


def test_a_weak_candidate_is_shown_to_whoever_asks_and_not_proposed_by_a_night(
    tmp_path: Path,
) -> None:
    weak = {**WICKS, "abstract": "A longer wick smokes."}
    place = lamps.workspace(tmp_path, FIRST, AGREES, weak, LATER, library=LIBRARY)
    assert night(place, "2026-07-01").report.proposed == ()
    told = retest("ground", "wicks-burn", cwd=place.folder).stdout
    assert "A longer wick smokes." in told


def test_the_same_search_is_never_made_twice(place: Workspace) -> None:
    night(place, "2026-07-01")
    assert night(place, "2026-07-02").report.groundings == ()


def test_a_note_in_other_words_is_searched_for_again(place: Workspace) -> None:
    night(place, "2026-07-01")
    file = place.folder / "claims" / "lanterns.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Why does a longer", "Why would a longer"), encoding="utf-8")
    found = night(place, "2026-07-02").report.groundings
    assert [one.holder_id for one in found] == ["why"]


def test_the_number_of_searches_in_a_night_is_bounded(place: Workspace) -> None:
    narrow = spending(place, per_night=1)
    nights = [night(narrow, f"2026-07-0{n}").report.groundings for n in (1, 2, 3)]
    assert [[one.holder_id for one in found] for found in nights] == [["wicks-burn"], ["why"], []]


@pytest.mark.parametrize("spare", [{"per_night": 0}, {"seconds_per_night": 0.0}])
def test_without_spare_time_nothing_is_searched(place: Workspace, spare: dict[str, object]) -> None:
    assert night(spending(place, **spare), "2026-07-01").report.groundings == ()


class RefusingSource:
    """A dump that refuses every question without a category."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.name = source.name

    def fetch(self, request: Request) -> Iterator[Paper | Failure]:
        """What the dump gives, or RateLimited."""
        if not request.categories:
            raise RateLimited("the source asks to come back tomorrow")
        return self._source.fetch(request)

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """What the dump says."""
        return self._source.lookup(ids)


async def _refused(place: Workspace, until: str) -> Finished:
    with lamps.bench_of(place, LampJudge()) as bench:
        refusing = replace(bench, source=RefusingSource(bench.source))
        return await nightly(refusing, moment(until), lamps.runner(), Unwatched())


def test_a_refused_search_is_a_failure_that_leaves_no_claim_undone(place: Workspace) -> None:
    done = asyncio.run(_refused(place, "2026-07-01"))
    (failure,) = [f for f in done.run.failures if f.stage == GROUND]
    assert failure.claim_id == "wicks-burn"
    assert "come back tomorrow" in failure.message
    assert not done.run.left_undone("wicks-burn")
    assert [one.holder_id for one in done.report.groundings] == ["wicks-burn"]
    again = night(place, "2026-07-02").report.groundings
    assert [one.holder_id for one in again] == ["why", "wicks-burn"]


def test_the_ledger_proves_what_was_proposed(place: Workspace) -> None:
    night(place, "2026-07-01")
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    with ledger.groundings._store.write() as connection:  # noqa: SLF001 - an altered ledger
        connection.exec_driver_sql("UPDATE groundings SET body = replace(body, '12 %', '13 %')")
    faults = ledger.audit().faults
    ledger.close()
    assert {fault.table for fault in faults} == {"groundings"}


def waiting(place: Workspace) -> list[str]:
    done = retest("ground", "--json", cwd=place.folder)
    assert done.returncode == 0, done.stderr
    return [one["holder_id"] for one in json.loads(done.stdout)]


def test_what_is_proposed_waits_until_a_person_adopts_or_dismisses_it(place: Workspace) -> None:
    night(place, "2026-07-01")
    assert waiting(place) == ["wicks-burn", "why"]
    by = ("--by", "R. Reader")
    retest("ground", "wicks-burn", "--adopt", "2306.00009", *by, cwd=place.folder)
    assert waiting(place) == ["why"]
    for number in ("2306.00009", "2506.00009"):
        done = retest("ground", "why", "--dismiss", number, *by, cwd=place.folder)
        assert done.returncode == 0, done.stderr
    assert waiting(place) == []
    proposed = json.loads(retest("ground", "why", "--json", cwd=place.folder).stdout)
    assert proposed["proposals"] == []
    assert read_inquiry(place.folder / "claims" / "lanterns.toml").claims[1].sources


def test_arxiv_is_searched_by_what_the_claim_says_and_asked_once(tmp_path: Path) -> None:
    origin = a_paper(
        "2306.00009v1", "2023-06-09", title="Wicks", abstract=WORDS, categories=("cs.XX",)
    )
    with serving((origin,)) as server:
        place = place_at(server, tmp_path)
        found = tonight(place).report.groundings
        assert [str(one.paper.id) for one in found[0].proposals] == ["2306.00009v1"]
        n_searches = len(asked(server, "/api/query"))
        tonight(place)
        again = [
            q["search_query"]
            for q in asked(server, "/api/query")[n_searches:]
            if "search_query" in q
        ]
    assert not any("wick" in query for query in again)
