"""Anchors are checked at the import and in every night, against arXiv as it is then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.claim import SourceRef
from claims.evidence import Answer, Paper
from claims.health import SourceCheck, check
from claims.ids import ArxivId
from flows.importing import looked_up
from flows.settings import Environment
from flows.wiring import source_of
from flows.workspace import Workspace
from tests import lamps
from tests.arxiv_server import ArxivServer, a_paper, serving
from tests.fakes import inquiry
from tests.test_flows_arxiv import AGREES, FIRST, asked, place_at, revised, tonight

NUMBER = "2411.00009"
EARLY = a_paper(
    f"{NUMBER}v1",
    "2024-11-15",
    title="A Thousand Lanterns",
    abstract="Lanterns.",
    categories=("cs.LN",),
)
LATE = revised(EARLY, title="Lanterns That Tell of Themselves")
GONE = revised(LATE).model_copy(update={"withdrawn": True, "comment": "This was withdrawn."})


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving((FIRST, AGREES, EARLY, LATE)) as state:
        yield state


def checked(server: ArxivServer, folder: Path, ref: SourceRef) -> SourceCheck:
    place = place_at(server, folder)
    records, unchecked = looked_up(source_of(place), inquiry(anchors=(ref,)))
    assert unchecked is None
    return check(ref, records)


def anchor(**stated: object) -> SourceRef:
    return SourceRef.model_validate({"arxiv": ArxivId(NUMBER), **stated})


@pytest.mark.parametrize("title", [EARLY.title, LATE.title])
def test_an_anchor_may_bear_the_title_of_any_version(
    server: ArxivServer, tmp_path: Path, title: str
) -> None:
    found = checked(server, tmp_path, anchor(title=title, year=2024))
    assert (found.titled, found.dated, found.problems) == (Answer.YES, Answer.YES, ())
    assert found.newest
    assert found.newest.id.version == 2


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"title": "Kettles"}, "belongs to another paper"),
        ({"first_author": "Nobody"}, "its first author is"),
        ({"year": 2026}, "first submitted on 2024-11-15, not in 2026"),
        ({"arxiv": ArxivId("2411.99999")}, "there is no such paper on arXiv"),
        ({"arxiv": ArxivId(NUMBER, 1)}, "v1 is cited, the latest known is v2"),
    ],
)
def test_what_is_wrong_with_an_anchor_is_told(
    server: ArxivServer, tmp_path: Path, stated: dict[str, object], told: str
) -> None:
    assert any(told in problem for problem in checked(server, tmp_path, anchor(**stated)).problems)


def notes_of(server: ArxivServer, folder: Path, ref: SourceRef, *papers: Paper) -> list[str]:
    written = f'\n[[anchors]]\narxiv = "{ref.arxiv}"\ntitle = "{ref.title}"\nyear = {ref.year}\n'
    if not (folder / "claims").exists():
        place_at(server, folder, lamps.LIBRARY + written)
    server.papers = (FIRST, AGREES, *papers)
    place = place_of(folder)
    return [note for note in tonight(place).run.notes if NUMBER in note]


def place_of(folder: Path) -> Workspace:

    return Workspace.open(folder, Environment.read({}))


def test_every_night_sees_what_has_become_of_an_anchor(server: ArxivServer, tmp_path: Path) -> None:
    ref = anchor(title=EARLY.title, year=2024)
    assert notes_of(server, tmp_path, ref, EARLY, LATE) == []
    assert notes_of(server, tmp_path, ref, EARLY, LATE) == []
    n_first = sum(f"{NUMBER}v1" in q.get("id_list", "") for q in asked(server, "/api/query"))
    assert n_first == 1
    (told,) = notes_of(server, tmp_path, ref, EARLY, LATE, GONE)
    assert "withdrawn" in told


def test_every_night_minds_the_dates_of_anchors(server: ArxivServer, tmp_path: Path) -> None:
    ref = anchor(title=LATE.title, year=2025)
    (told,) = notes_of(server, tmp_path, ref, EARLY, LATE)
    assert told.endswith("first submitted on 2024-11-15, not in 2025")
