import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.clock import Window, parse_moment
from claims.errors import FeedError, RateLimited, SettingsError, SourceError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.arxiv_api import ApiAccess, ArxivApi
from papers.arxiv_query import query_of
from papers.governor import Governor
from papers.guard import user_agent
from papers.sources import Request
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving

JUNE = Window(parse_moment("2026-06-01"), parse_moment("2026-07-01"))
SEVEN = tuple(a_paper(f"2606.{n:05d}v1", f"2026-06-{n + 1:02d}T08:00:00") for n in range(1, 8))


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving(SEVEN) as state:
        yield state


def api(server: ArxivServer, folder: Path, **changes: Any) -> ArxivApi:  # noqa: ANN401 - settings
    settings = {"state_dir": folder, "base_url": server.url, "pace_s": 0.0, "page_size": 3}
    return ArxivApi(ApiAccess(**{**settings, **changes}))


def june(**changes: Any) -> Request:  # noqa: ANN401 - fields of a request
    return Request(**{"window": JUNE, "categories": ("cs.CL",), **changes})


def ids(found: Iterator[Paper | Failure]) -> list[str]:
    return [str(p.id) if isinstance(p, Paper) else p.message for p in found]


def test_every_page_is_fetched_in_the_order_of_submission(
    server: ArxivServer, tmp_path: Path
) -> None:
    assert ids(api(server, tmp_path).fetch(june())) == [str(paper.id) for paper in SEVEN]
    # Three pages of submissions and one empty page of revisions.
    assert [asked.query["start"] for asked in server.asked] == ["0", "3", "6", "0"]


def test_a_paper_comes_whole(server: ArxivServer, tmp_path: Path) -> None:
    odd = a_paper(
        "math/0601001v1", title="A <b>bold</b> & odd title", comment="withdrawn by the author"
    )
    server.papers = (odd,)
    assert list(api(server, tmp_path).fetch(june())) == [odd]


def test_the_window_is_half_open(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = (
        a_paper("2605.00001v1", "2026-05-31T23:59:59"),
        a_paper("2606.00001v1", "2026-06-01T00:00:00"),
        a_paper("2606.00002v1", "2026-06-30T23:59:59"),
        a_paper("2607.00001v1", "2026-07-01T00:00:00"),
    )
    assert ids(api(server, tmp_path).fetch(june())) == ["2606.00001v1", "2606.00002v1"]


def test_an_older_paper_revised_in_the_window_is_found(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = (
        a_paper("2501.00001v3", "2025-01-05", "2026-06-15"),
        a_paper("2501.00002v2", "2025-01-06", "2026-05-15"),
        a_paper("2501.00003v2", "2025-01-07", "2026-07-15"),
    )
    assert ids(api(server, tmp_path).fetch(june())) == ["2501.00001v3"]


def test_a_paper_revised_after_the_window_is_given_as_it_was(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (
        a_paper("2606.00001v1", "2026-06-05", abstract="As it was."),
        a_paper("2606.00001v2", "2026-06-05", "2026-08-01", abstract="As it is."),
    )
    (paper,) = api(server, tmp_path).fetch(june())
    assert isinstance(paper, Paper)
    assert paper.abstract == "As it was."


def test_categories_and_phrases_narrow_the_answer(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = (
        a_paper("2606.00001v1", title="Role play at scale"),
        a_paper("2606.00002v1", title="Tides", abstract="Of the sea."),
        a_paper("2606.00003v1", title="Role play", categories=("math.CO",)),
    )
    asked = june(phrases=("role play", "persona"))
    assert ids(api(server, tmp_path).fetch(asked)) == ["2606.00001v1"]


def test_a_window_with_more_than_the_api_reaches_is_asked_in_halves(tmp_path: Path) -> None:
    crowd = tuple(
        a_paper(f"2606.{n:05d}v1", f"2026-06-{n % 28 + 1:02d}T{n % 24:02d}:00:00")
        for n in range(10_050)
    )
    with serving(crowd) as server:
        found = ids(api(server, tmp_path, page_size=2000).fetch(june()))
    assert len(found) == len(set(found)) == len(crowd)
    dates = {asked.query["search_query"].rpartition("[")[2] for asked in server.asked}
    assert len(dates) >= 3


def test_what_lies_beyond_reach_is_a_failure_and_not_silence(tmp_path: Path) -> None:
    crowd = tuple(a_paper(f"2606.{n:05d}v1") for n in range(10_050))
    minute = Window(parse_moment("2026-06-10T12:00:00"), parse_moment("2026-06-10T12:01:00"))
    with serving(crowd) as server:
        found = list(api(server, tmp_path, page_size=2000).fetch(june(window=minute)))
    assert sum(isinstance(one, Paper) for one in found) == 10_000
    told = {one.message.partition(":")[0] for one in found if isinstance(one, Failure)}
    assert told == {"arXiv gives 10000 of 10050 results"}


def test_lookup_tells_latest_pinned_and_absent(server: ArxivServer, tmp_path: Path) -> None:
    first, second = a_paper("2606.00001v1"), a_paper("2606.00001v2", revised="2026-06-20")
    server.papers = (first, second)
    asked = [
        ArxivId.parse(text)
        for text in ("2606.00001", "2606.00001v1", "2606.00001v2", "2606.00001v9", "2606.00099")
    ]
    assert list(api(server, tmp_path).lookup(asked).values()) == [
        second,
        first,
        second,
        None,
        None,
    ]


def test_lookup_asks_fifty_at_a_time(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = tuple(a_paper(f"2606.{n:05d}v1") for n in range(120))
    source = api(server, tmp_path, page_size=100)
    said = source.lookup([paper.id.unversioned for paper in server.papers])
    assert all(said.values())
    assert [a.query["id_list"].count(",") + 1 for a in server.asked] == [50, 50, 20]
    assert source.lookup([]) == {}


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault.BUSY, RateLimited, "slow down"),
        (Fault.BUSY_EMPTY, RateLimited, "slow down"),
        (Fault.BUSY_PLAIN, RateLimited, "slow down"),
        (Fault.DOWN, RateLimited, "slow down"),
        (Fault.BROKEN, FeedError, "500"),
        (Fault.REFUSED, SourceError, "stop for today"),
        (Fault.CUT_OFF, FeedError, "cut off"),
        (Fault.SHORT, FeedError, "cannot be reached"),
        (Fault.HTML, FeedError, "Be back soon"),
        (Fault.ERROR_ENTRY, SourceError, "told to object"),
    ],
)
def test_a_fault_is_an_error_and_never_an_empty_answer(
    server: ArxivServer, tmp_path: Path, fault: Fault, error: type[SourceError], words: str
) -> None:
    server.fault = fault
    source = api(server, tmp_path)
    with pytest.raises(error, match=words) as caught:
        list(source.fetch(june()))
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)
    # Retries live in the flows alone.
    assert len(server.asked) == 1


def test_retry_after_is_told_and_held_for_every_process(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault = Fault.BUSY
    with pytest.raises(RateLimited) as caught:
        api(server, tmp_path).lookup([ArxivId("2606.00001")])
    assert caught.value.retry_after_s == 7.0
    held = Governor(tmp_path).status()
    assert held.paused_until
    assert "asks to slow down (429)" in held.told


def test_after_a_refusal_nothing_more_is_asked(server: ArxivServer, tmp_path: Path) -> None:
    server.fault = Fault.REFUSED
    source = api(server, tmp_path)
    for _ in range(3):
        with pytest.raises(SourceError, match="stop for today"):
            source.lookup([ArxivId("2606.00001")])
    assert len(server.asked) == 1


def test_an_empty_deep_page_is_asked_for_again(server: ArxivServer, tmp_path: Path) -> None:
    source, server.fault = api(server, tmp_path), Fault.EMPTY_DEEP_PAGE
    found = source.fetch(june())
    first_page = [next(found) for _ in range(3)]
    server.n_faulty = 2
    assert ids(iter([*first_page, *found])) == [str(paper.id) for paper in SEVEN]


def test_an_empty_deep_page_is_never_the_end(server: ArxivServer, tmp_path: Path) -> None:
    server.fault = Fault.EMPTY_DEEP_PAGE
    with pytest.raises(FeedError, match="empty page at 3 of 7"):
        list(api(server, tmp_path).fetch(june()))
    assert len(server.asked) == 4


def test_an_id_that_is_silently_absent_is_asked_for_once_more(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault, server.n_faulty = Fault.ABSENT, 1
    asked = [paper.id.unversioned for paper in SEVEN]
    assert list(api(server, tmp_path).lookup(asked).values()) == list(SEVEN)


def test_an_id_that_arxiv_refuses_does_not_take_its_batch_with_it(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.refused_ids = frozenset({"2606.00004"})
    asked = [paper.id.unversioned for paper in SEVEN]
    said = api(server, tmp_path).lookup(asked)
    assert list(said.values()) == [*SEVEN[:3], *SEVEN[4:]]
    assert asked[3] not in said


def test_an_entry_without_dates_is_a_failure_beside_the_others(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault, server.n_faulty = Fault.TORN_ENTRY, 1
    found = ids(api(server, tmp_path, page_size=10).fetch(june()))
    assert found == [*(str(p.id) for p in SEVEN[1:]), "1 of 7 entries lack an id or a date"]


def test_a_server_that_hangs_is_given_up(server: ArxivServer, tmp_path: Path) -> None:
    server.fault = Fault.HANG
    started = time.monotonic()
    with pytest.raises(FeedError, match=r"no answer within 0\.3 s"):
        list(api(server, tmp_path, timeout_s=0.3).fetch(june()))
    assert time.monotonic() - started < 3


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with serving(()) as server:
        gone = api(server, tmp_path)
    with pytest.raises(FeedError, match=r"127\.0\.0\.1.* cannot be reached"):
        list(gone.fetch(june()))


@pytest.mark.parametrize("address", ["", "no-scheme/query", "ftp://127.0.0.1/query", "http://"])
def test_an_address_that_is_none_is_a_source_error(tmp_path: Path, address: str) -> None:
    source = ArxivApi(ApiAccess(state_dir=tmp_path, base_url=address, pace_s=0.0))
    with pytest.raises(SourceError):
        list(source.fetch(june()))


def test_requests_keep_the_pace_and_say_who_we_are(server: ArxivServer, tmp_path: Path) -> None:
    agent = user_agent("ada@example.org")
    list(api(server, tmp_path, pace_s=0.15, user_agent=agent).fetch(june()))
    moments = [asked.at for asked in server.asked]
    assert moments[-1] - moments[0] >= 0.14 * (len(moments) - 1)
    assert {asked.agent for asked in server.asked} == {agent}
    assert agent.startswith("retest/")
    assert "mailto:ada@example.org" in agent


def test_a_mirror_has_a_name_of_its_own(server: ArxivServer, tmp_path: Path) -> None:
    assert api(server, tmp_path).name.startswith("arxiv:127.0.0.1:")
    assert ArxivApi(ApiAccess(state_dir=tmp_path)).name == "arxiv"


def test_every_term_has_a_prefix_and_no_quote_ends_a_phrase_early() -> None:
    query = query_of(("cs.CL", "cs.AI"), ('a "b" OR cat:x', "persona", "OR", '"', "\\"), JUNE)
    assert query == (
        '(cat:cs.CL OR cat:cs.AI) AND (all:"a b OR cat:x" OR all:persona OR all:"OR") '
        "AND submittedDate:[202606010000 TO 202607010000]"
    )


def test_without_categories_and_phrases_only_the_dates_are_asked() -> None:
    window = Window(parse_moment("2026-06-01T10:00:30"), parse_moment("2026-06-01T10:05:30"))
    assert query_of((), (), window) == "submittedDate:[202606011000 TO 202606011006]"


def test_what_is_no_category_is_refused() -> None:
    for name in ("cs.CL OR all:x", "", "cs.*", "cs CL"):
        with pytest.raises(SettingsError, match="not an arXiv category"):
            query_of((name,), (), JUNE)
