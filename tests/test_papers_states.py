from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.errors import RateLimited
from claims.evidence import Paper
from claims.ids import ArxivId
from papers.arxiv_api import ApiAccess, ArxivApi
from papers.arxiv_source import ArxivSource
from papers.feed import FeedAccess, Feeds
from papers.oai import OaiAccess, OaiSource
from papers.sources import Request
from papers.states import change_of, successors_in
from tests.arxiv_server import ArxivServer, Fault, a_paper, certain, serving

FIRST = a_paper("2606.00001v1")
GONE = a_paper("2606.00001v2", revised="2026-06-20", comment="Error in Lemma 2", withdrawn=True)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving((FIRST,)) as state:
        yield state


def arxiv(server: ArxivServer, folder: Path) -> ArxivSource:
    api = ApiAccess(state_dir=folder, base_url=server.url, pace_s=0.0)
    oai = OaiAccess(state_dir=folder, base_url=f"{server.base}/oai", pace_s=0.0)
    feeds = FeedAccess(state_dir=folder, base_url=f"{server.base}/atom", pace_s=0.0)
    return ArxivSource(api=ArxivApi(api), oai=OaiSource(oai), feeds=Feeds(feeds))


def known(*papers: Paper) -> dict[str, Paper]:
    return {paper.id.number: paper for paper in papers}


def test_a_withdrawal_that_the_comment_does_not_tell_is_found(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (FIRST, GONE)
    (said,) = arxiv(server, tmp_path).latest_states([FIRST.id], known(FIRST)).values()
    assert said == certain(GONE)
    assert [asked.path for asked in server.asked] == ["/api/query", "/oai"]


def test_papers_as_they_were_cost_one_request_for_fifty(
    server: ArxivServer, tmp_path: Path
) -> None:
    papers = tuple(a_paper(f"2606.{n:05d}v2", revised="2026-06-20") for n in range(50))
    server.papers = papers
    ids = [paper.id for paper in papers]
    said = arxiv(server, tmp_path).latest_states(ids, known(*map(certain, papers)))
    assert list(said.values()) == list(papers)
    assert len(server.asked) == 1


def test_a_withdrawal_once_known_is_not_forgotten(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = (FIRST, GONE.model_copy(update={"withdrawn": False}))
    (said,) = arxiv(server, tmp_path).latest_states([FIRST.id], known(certain(GONE))).values()
    assert said
    assert said.withdrawn


def test_there_is_none_and_nobody_can_say_are_two_answers(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (FIRST, GONE)
    absent = ArxivId("2606.00099")
    said = arxiv(server, tmp_path).latest_states([absent], {})
    assert said == {absent: None}
    server.fault, server.on = Fault.BROKEN, "/oai"
    assert arxiv(server, tmp_path).latest_states([FIRST.id], known(FIRST)) == {}


def test_a_source_that_cannot_be_asked_is_an_error(server: ArxivServer, tmp_path: Path) -> None:
    server.fault = Fault.DOWN
    with pytest.raises(RateLimited):
        arxiv(server, tmp_path).latest_states([FIRST.id], {})


def test_lookup_believes_in_an_absent_paper_only_when_both_say_so(
    server: ArxivServer, tmp_path: Path
) -> None:
    source = arxiv(server, tmp_path)
    server.fault, server.on = Fault.ABSENT, "/api"
    assert source.lookup([FIRST.id.unversioned]) == {FIRST.id.unversioned: certain(FIRST)}
    server.fault = Fault.NONE
    assert source.lookup([ArxivId("2606.00099")]) == {ArxivId("2606.00099"): None}


def test_a_search_with_phrases_is_targeted_and_one_without_is_a_harvest(
    server: ArxivServer, tmp_path: Path
) -> None:
    from claims.clock import Window, parse_moment

    june = Window(parse_moment("2026-06-01"), parse_moment("2026-07-01"))
    source = arxiv(server, tmp_path)
    for phrases in (("character",), ()):
        asked = Request(window=june, categories=("cs.CL",), phrases=phrases)
        (found,) = source.fetch(asked)
        assert isinstance(found, Paper)
        assert certain(found) == certain(FIRST)
    paths = [asked.path for asked in server.asked]
    assert {paths[0], paths[-1]} == {"/api/query", "/oai"}


def test_changes_are_told_one_by_one() -> None:
    other = a_paper("2606.00001v2", revised="2026-06-20", title="Masks, and voices")
    assert str(change_of(FIRST, other)) == "2606.00001 has version 2 after 1"
    renamed = other.model_copy(update={"title": "Faces"})
    assert str(change_of(other, renamed)) == "2606.00001 is now titled “Faces”"
    assert change_of(FIRST, FIRST) is None
    gone = GONE.model_copy(update={"comment": "Withdrawn; superseded by 2607.01234"})
    assert str(change_of(FIRST, gone)) == (
        "2606.00001 was withdrawn: “Withdrawn; superseded by 2607.01234”, "
        "names 2607.01234 in its place"
    )


@pytest.mark.parametrize(
    ("comment", "named"),
    [
        ("This paper is superseded by arXiv:2607.01234v2", ("2607.01234",)),
        ("withdrawn, replaced by the newer version 2607.01234", ("2607.01234",)),
        ("merged with math.CO/0601001 and extended", ("math/0601001",)),
        ("see https://arxiv.org/abs/2607.01234 and arXiv:2607.05678", ("2607.01234", "2607.05678")),
        ("replaces 2606.00001, see 2606.00001v1", ()),
        ("12 pages, see page 2607.12345678", ()),
        ("accepted, doi 10.1000/2607.01234", ()),
        ("error in Lemma 2", ()),
        (None, ()),
    ],
)
def test_the_successor_is_read_from_the_comment(
    comment: str | None, named: tuple[str, ...]
) -> None:
    paper = a_paper("2606.00001v2", comment=comment)
    assert tuple(map(str, successors_in(paper))) == named
