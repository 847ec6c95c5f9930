from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from claims.errors import FeedError, RateLimited, SettingsError, SourceError
from claims.ids import ArxivId
from papers.feed import FeedAccess, Feeds, read_feed
from tests import arxiv_answers as say
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving

TODAY = "2026-07-01T04:00:00"
ANNOUNCED = (
    a_paper("2606.00001v1", TODAY),
    a_paper("2606.00002v3", "2026-05-01", TODAY),
    a_paper("2606.00003v1", TODAY, categories=("math.CO",)),
    a_paper("2606.00004v1", "2026-06-20"),
)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving(ANNOUNCED) as state:
        yield state


def feeds(server: ArxivServer, folder: Path, timeout_s: float = 30.0) -> Feeds:
    return Feeds(
        FeedAccess(
            state_dir=folder, base_url=f"{server.base}/atom", pace_s=0.0, timeout_s=timeout_s
        )
    )


def test_a_feed_tells_what_was_announced_last(server: ArxivServer, tmp_path: Path) -> None:
    told = feeds(server, tmp_path).read("cs.CL")
    assert [(str(entry.id), entry.kind) for entry in told.entries] == [
        ("2606.00001v1", "new"),
        ("2606.00002v3", "replace"),
    ]
    assert told.announced_on == date(2026, 7, 1)
    assert told.built_at == datetime(2026, 7, 1, 5, 0, 0, 500_000, UTC)
    assert not told.is_full


def test_a_stale_feed_shows_by_its_entries_and_not_by_its_build_date(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault = Fault.STALE
    server.changed_on = {"2606.00001": date(2026, 6, 24)}
    told = feeds(server, tmp_path).read("cs.CL")
    assert told.built_at.date() == date(2026, 7, 1)
    assert told.announced_on == date(2026, 6, 24)


def test_a_feed_without_entries_has_no_day(server: ArxivServer, tmp_path: Path) -> None:
    told = feeds(server, tmp_path).read("hep-th")
    assert (told.entries, told.announced_on) == ((), None)


def test_a_feed_at_its_limit_says_so(server: ArxivServer, tmp_path: Path) -> None:
    server.announced["cs.CL"] = tuple((f"2606.{n:05d}v1", "new") for n in range(2000))
    assert feeds(server, tmp_path).read("cs.CL").is_full


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.BUSY, RateLimited),
        (Fault.DOWN, RateLimited),
        (Fault.BROKEN, FeedError),
        (Fault.CUT_OFF, FeedError),
        (Fault.HTML, FeedError),
        (Fault.STALL, FeedError),
        (Fault.REFUSED, SourceError),
        (Fault.MISSING, SourceError),
    ],
)
def test_a_fault_is_an_error_and_never_an_empty_feed(
    server: ArxivServer, tmp_path: Path, fault: Fault, error: type[SourceError]
) -> None:
    server.fault = fault
    with pytest.raises(SourceError) as caught:
        feeds(server, tmp_path, timeout_s=0.3).read("cs.CL")
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("found", "put", "words"),
    [
        ("oai:arXiv.org:2606.00001v1", "something", "without an arXiv id"),
        ("2026-07-01T00:00:00-05:00", "today", "gives 'today' as a date"),
        ("<updated>", "<built>", "no whole XML"),
    ],
)
def test_a_feed_that_is_not_as_it_should_be_is_an_error(found: str, put: str, words: str) -> None:
    text = say.announcements(
        "cs.CL",
        [("2606.00001v1", "new")],
        on=date(2026, 7, 1),
        built_at=datetime(2026, 7, 1, 5, tzinfo=UTC),
    )
    assert found in text
    with pytest.raises(FeedError, match=words):
        read_feed(text.replace(found, put).encode(), "cs.CL", "loopback")


def test_what_is_no_category_is_not_asked_for(server: ArxivServer, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        feeds(server, tmp_path).read("../api/query")
    assert server.asked == []


def test_an_entry_keeps_its_version(server: ArxivServer, tmp_path: Path) -> None:
    assert feeds(server, tmp_path).read("cs.CL").entries[1].id == ArxivId("2606.00002", 3)
