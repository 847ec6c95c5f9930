import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.clock import Window, parse_moment
from claims.errors import FeedError, RateLimited, SettingsError, SourceError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.oai import OaiAccess, OaiSource
from papers.oai_records import names_in, read_listing
from papers.oai_sets import set_of
from papers.sources import Request
from tests import arxiv_answers as say
from tests.arxiv_server import ArxivServer, Fault, a_paper, certain, serving

JUNE = Window(parse_moment("2026-06-01"), parse_moment("2026-07-01"))
LATER = datetime(2026, 7, 1, 3, tzinfo=UTC)
MANY = tuple(a_paper(f"2606.{n:05d}v1", f"2026-06-{n % 28 + 1:02d}T08:00:00") for n in range(1, 61))
ONE_DAY = tuple(a_paper(f"2606.{n:05d}v1", "2026-06-10T08:00:00") for n in range(1, 31))


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving(MANY) as state:
        state.page_size, state.on = 5, "/oai"
        yield state


def oai(server: ArxivServer, folder: Path, **changes: Any) -> OaiSource:  # noqa: ANN401 - settings
    asked = {"state_dir": folder, "base_url": f"{server.base}/oai", "pace_s": 0.0}
    return OaiSource(OaiAccess(**{**asked, **changes}), now=lambda: LATER)


def june(**changes: Any) -> Request:  # noqa: ANN401 - fields of a request
    return Request(**{"window": JUNE, "categories": ("cs.CL",), **changes})


def ids(found: Iterator[Paper | Failure]) -> list[str]:
    return sorted(str(p.id) if isinstance(p, Paper) else p.message for p in found)


def all_ids(papers: tuple[Paper, ...]) -> list[str]:
    return sorted(str(paper.id) for paper in papers)


def test_everything_changed_in_the_window_comes_once(server: ArxivServer, tmp_path: Path) -> None:
    assert ids(oai(server, tmp_path).fetch(june())) == all_ids(MANY)
    first = server.asked[0].query
    assert first["metadataPrefix"] == "arXivRaw"
    assert first["set"] == "cs:cs:CL"
    assert (first["from"], first["until"]) == ("2026-06-01", "2026-06-07")


def test_a_paper_comes_whole(server: ArxivServer, tmp_path: Path) -> None:
    odd = a_paper(
        "math/0601001v3",
        "2006-01-02T10:00:00",
        "2026-06-03T10:00:00",
        title="A <b>bold</b> & odd title",
        comment="12 pages",
    )
    server.papers = (odd,)
    assert list(oai(server, tmp_path).fetch(june())) == [certain(odd)]


def test_a_paper_that_moderation_held_comes_by_the_day_of_its_announcement(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (a_paper("2606.00001v1", "2026-05-20"),)
    server.changed_on["2606.00001"] = date(2026, 6, 2)
    assert ids(oai(server, tmp_path).fetch(june())) == ["2606.00001v1"]


def test_a_window_without_records_is_a_quiet_day(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = ()
    assert list(oai(server, tmp_path).fetch(june())) == []


def test_a_category_that_arxiv_does_not_have_is_no_quiet_day(
    server: ArxivServer, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"no category 'cs\.ZZ'"):
        list(oai(server, tmp_path).fetch(june(categories=("cs.ZZ",))))


def test_a_version_without_a_source_is_a_withdrawal(server: ArxivServer, tmp_path: Path) -> None:
    gone = a_paper("2606.00001v2", revised="2026-06-20", comment="Error in Lemma 2", withdrawn=True)
    server.papers = (gone,)
    (paper,) = oai(server, tmp_path).fetch(june())
    assert isinstance(paper, Paper)
    assert paper.withdrawn


def test_a_deleted_record_is_a_failure_beside_the_others(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.deleted = frozenset({"2606.00007"})
    found = list(oai(server, tmp_path).fetch(june()))
    (failure,) = [one for one in found if isinstance(one, Failure)]
    assert len(found) == len(MANY)
    assert failure.error == "PaperUnavailable"
    assert "arXiv has deleted oai:arXiv.org:2606.00007" in failure.message


@pytest.mark.parametrize("after_pages", range(1, 6))
def test_a_record_changed_in_mid_harvest_hides_no_other(
    tmp_path: Path, server: ArxivServer, after_pages: int
) -> None:
    # The list loses its first record when a page was given, so the next page begins one too far.
    server.papers, server.page_size = ONE_DAY, 5 * after_pages
    server.fault = Fault.CHANGED
    assert ids(oai(server, tmp_path).fetch(june())) == all_ids(ONE_DAY)
    assert len(server.asked) > len(ONE_DAY) / server.page_size


CHANGES = st.dictionaries(st.integers(1, 14), st.integers(1, len(MANY)), max_size=4)


@settings(max_examples=12)
@given(page_size=st.integers(2, 9), changes=CHANGES)
def test_whatever_changes_in_mid_harvest_nothing_is_lost(
    page_size: int, changes: dict[int, int]
) -> None:
    window = Window(JUNE.since, LATER)
    with serving(MANY) as server, tempfile.TemporaryDirectory() as folder:
        server.page_size = page_size
        server.change_after = {n: f"2606.{place:05d}" for n, place in changes.items()}
        found = oai(server, Path(folder)).fetch(june(window=window))
        numbers = {p.id.number for p in found if isinstance(p, Paper)}
    assert numbers == {paper.id.number for paper in MANY}


def test_an_expired_token_is_met_by_going_on_from_the_day_reached(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault = Fault.EXPIRED
    found = ids(oai(server, tmp_path).fetch(june()))
    assert found == all_ids(MANY)
    starts = [a.query["from"] for a in server.asked if "from" in a.query]
    # More than one a slice, and never back.
    assert len(starts) > 5
    assert starts == sorted(starts)


def test_a_token_that_leads_to_itself_does_not_lead_for_ever(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault = Fault.REPEATED
    assert ids(oai(server, tmp_path).fetch(june())) == all_ids(MANY)


@pytest.mark.parametrize("fault", [Fault.EXPIRED, Fault.REPEATED])
def test_tokens_that_never_work_within_a_day_end_in_an_error(
    server: ArxivServer, tmp_path: Path, fault: Fault
) -> None:
    server.papers, server.fault = ONE_DAY, fault
    with pytest.raises(FeedError, match="does not get beyond 2026-06-10"):
        list(oai(server, tmp_path).fetch(june()))
    assert len(server.asked) < 30


def test_a_list_shorter_than_it_says_is_given_with_a_failure(
    server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = say.token
    monkeypatch.setattr(say, "token", lambda text, *, total, cursor: written(
        text, total=total + 3, cursor=cursor
    ))  # fmt: skip
    server.papers = ONE_DAY
    found = list(oai(server, tmp_path).fetch(june()))
    assert sum(isinstance(one, Paper) for one in found) == len(ONE_DAY)
    told = [one.message for one in found if isinstance(one, Failure)]
    assert told == ["arXiv lists 33 records of cs.CL from 2026-06-08 and gives 30 in every pass"]


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault.BUSY, RateLimited, "slow down"),
        (Fault.BUSY_EMPTY, RateLimited, "slow down"),
        (Fault.BUSY_PLAIN, RateLimited, "slow down"),
        (Fault.DOWN, RateLimited, "slow down"),
        (Fault.BROKEN, FeedError, "500"),
        (Fault.REFUSED, SourceError, "stop for today"),
        (Fault.CUT_OFF, FeedError, "no whole XML"),
        (Fault.SHORT, FeedError, "cannot be reached"),
        (Fault.HTML, FeedError, "Be back soon"),
        (Fault.ERROR_ENTRY, FeedError, "no OAI-PMH"),
        (Fault.MISSING, FeedError, "no whole XML"),
    ],
)
def test_a_fault_is_an_error_and_never_an_empty_answer(
    server: ArxivServer, tmp_path: Path, fault: Fault, error: type[SourceError], words: str
) -> None:
    server.fault = fault
    with pytest.raises(error, match=words) as caught:
        list(oai(server, tmp_path).fetch(june()))
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.STALL])
def test_a_server_that_stops_in_the_middle_is_given_up(
    server: ArxivServer, tmp_path: Path, fault: Fault
) -> None:
    server.fault = fault
    started = time.monotonic()
    with pytest.raises(FeedError):
        list(oai(server, tmp_path, timeout_s=0.3).fetch(june()))
    assert time.monotonic() - started < 5


def test_after_a_refusal_no_other_source_of_the_workspace_asks(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault, server.n_faulty = Fault.REFUSED, 1
    for _ in range(2):
        with pytest.raises(SourceError, match="nothing is asked before"):
            list(oai(server, tmp_path).fetch(june()))
    assert len(server.asked) == 1


def test_slices_are_whole_days_in_order_and_meet_without_a_hole(
    server: ArxivServer, tmp_path: Path
) -> None:
    pieces = list(oai(server, tmp_path).slices("cs.CL", JUNE))
    assert pieces[0].since == JUNE.since
    assert pieces[-1].until == JUNE.until
    assert all(a.until == b.since for a, b in pairwise(pieces))
    assert {d for p in pieces for d in p.changed_on.values()} == {p.revised_on for p in MANY}


def test_today_is_asked_for_without_an_end(server: ArxivServer, tmp_path: Path) -> None:
    list(oai(server, tmp_path).slices("cs.CL", Window(JUNE.until, LATER)))
    assert "until" not in server.asked[0].query


def test_lookup_tells_latest_absent_and_what_it_cannot_say(
    server: ArxivServer, tmp_path: Path
) -> None:
    second = a_paper("2606.00001v2", revised="2026-06-20")
    server.papers, server.deleted = (second, a_paper("2606.00003v1")), frozenset({"2606.00003"})
    texts = ("2606.00001", "2606.00001v1", "2606.00001v2", "2606.00001v9", "2606.00099")
    asked = [ArxivId.parse(text) for text in (*texts, "2606.00003")]
    said = oai(server, tmp_path).lookup(asked)
    assert {str(id_): paper for id_, paper in said.items()} == {
        "2606.00001": certain(second),
        "2606.00001v2": certain(second),
        "2606.00001v9": None,
        "2606.00099": None,
    }


def test_a_bomb_of_entities_is_refused(tmp_path: Path) -> None:
    del tmp_path
    bomb = '<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    body = say.oai("ListRecords", "&b;").replace("<OAI-PMH", f"{bomb}<OAI-PMH")
    with pytest.raises(FeedError, match="document type"):
        read_listing(body.encode(), "loopback")


def test_a_forbidden_character_does_not_hide_its_page() -> None:
    inner = say.record(a_paper("2606.00001v1", title="A\x0cB"), date(2026, 6, 10))
    listing = read_listing(say.oai("ListRecords", inner).encode(), "loopback")
    (record,) = listing.records
    assert isinstance(record.found, Paper)
    assert record.found.title == "A B"


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        ('version="v1"', 'version="1"', "is not a version"),
        ("<id>2606.00001</id>", "<id>26.1</id>", "is not an arXiv id"),
        ("<date>Wed, 10 Jun", "<date>Wed, 99 Jux", "cannot be read"),
        ("2026-06-10</datestamp>", "soon</datestamp>", "has no datestamp"),
        ("arXivRaw", "arXiv", "has no arXivRaw metadata"),
    ],
)
def test_a_record_that_cannot_be_read_is_a_failure(found: str, put: str, words: str) -> None:
    inner = say.record(a_paper("2606.00001v1"), date(2026, 6, 10))
    assert found in inner
    listing = read_listing(say.oai("ListRecords", inner.replace(found, put)).encode(), "loopback")
    (record,) = listing.records
    assert isinstance(record.found, Failure)
    assert words in record.found.message


@given(st.text(max_size=200))
def test_any_line_of_authors_is_read_without_an_error(written: str) -> None:
    assert all(name.strip() == name and name for name in names_in(written))


@pytest.mark.parametrize("name", ["", "cs.CL OR all", "cs.*", "cs CL", "cs:cs:CL", "../etc"])
def test_what_is_no_category_has_no_set(name: str) -> None:
    with pytest.raises(SettingsError, match="not an arXiv category"):
        set_of(name)


def test_a_mirror_has_a_name_of_its_own(server: ArxivServer, tmp_path: Path) -> None:
    assert oai(server, tmp_path).name.startswith("oai:127.0.0.1:")
    assert OaiSource(OaiAccess(state_dir=tmp_path)).name == "oai"
