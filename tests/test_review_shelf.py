"""The PDFs of a workspace on the command line: the shelf, the doctor's line, pictures of quotes."""

import json
from pathlib import Path

import pytest

from claims.ids import ArxivId
from flows.workspace import Workspace
from papers.shelf import Shelf
from tests import lamps, pdfs
from tests.lamps import FIRST, record
from tests.test_review_cli import retest

ID = ArxivId("2503.00001", 1)
SAID = "A lantern that is asked twice gives the same colour in every room of the house."


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace with the PDF of one paper on its shelf."""
    return shelved(tmp_path).folder


def shelved(tmp_path: Path) -> Workspace:
    """The same."""
    folder = tmp_path / "w"
    paper = record(ID.number, "2025-03-04", abstract="We asked each lantern about its colour.")
    workspace = lamps.workspace(folder, FIRST, paper)
    document = pdfs.new()
    for words in (pdfs.sentence(1), f"{pdfs.sentence(2)} {SAID} {pdfs.sentence(3)}"):
        pdfs.write(pdfs.page_of(document), pdfs.LEFT, pdfs.TOP, pdfs.broken(words, 240))
    content = pdfs.saved(document, tmp_path).read_bytes()
    Shelf(folder / ".retest" / "shelf").put(ID, content)
    return workspace


def test_the_shelf_is_listed_and_pruned_to_its_limits(place: Path) -> None:
    listed = retest("shelf", cwd=place)
    assert listed.returncode == 0, listed.stderr
    assert str(ID) in listed.stdout
    assert "1 PDF, " in listed.stdout
    told = json.loads(retest("shelf", "--json", cwd=place).stdout)
    assert [one["paper"] for one in told["papers"]] == [str(ID)]
    assert told["n_bytes"] == Path(told["papers"][0]["path"]).stat().st_size
    assert told["pruned"] is None
    with (place / "retest.toml").open("a") as settings:
        settings.write("\n[shelf]\nmax_age_days = 0.000001\n")
    pruned = json.loads(retest("shelf", "--prune", "--json", cwd=place).stdout)
    assert pruned["papers"] == []
    assert pruned["pruned"] == {"n_papers": 1, "n_bytes": told["n_bytes"]}


def test_the_shelf_tells_what_cannot_be_used_and_when_it_is_asked_for_again(place: Path) -> None:
    shelf = Shelf(place / ".retest" / "shelf")
    shelf.note_unusable(ArxivId("2503.00009", 2), "PaperUnavailable", "arXiv has no PDF of it")
    (told,) = json.loads(retest("shelf", "--json", cwd=place).stdout)["unusable"]
    assert told["paper"] == "2503.00009v2"
    assert (told["error"], told["why"]) == ("PaperUnavailable", "arXiv has no PDF of it")
    assert told["found_at"] < told["asked_again_from"]
    lines = retest("shelf", cwd=place).stdout
    assert f"2503.00009v2: arXiv has no PDF of it (found {told['found_at'][:10]}" in lines


def test_the_doctor_says_whether_papers_are_read_whole(place: Path) -> None:
    told = retest("doctor", cwd=place).stdout
    assert "PDFs on the shelf are read, none is fetched; 1 on the shelf" in told
    settings = (place / "retest.toml").read_text()
    for chosen, said in (("true", "PDFs are fetched; 1 on the shelf"), ("false", "not read (")):
        text = settings.replace("[source]", f"[source]\nfull_text = {chosen}")
        (place / "retest.toml").write_text(text)
        assert said in retest("doctor", cwd=place).stdout


def test_the_quoted_page_is_written_as_a_picture_with_the_report(place: Path) -> None:
    night = retest("nightly", "--until", "2026-01-01", "--json", cwd=place)
    assert night.returncode == 0, night.stderr
    quoted = [e for c in json.loads(night.stdout)["claims"] for e in c["evidence"]]
    assert (quoted[0]["source"], quoted[0]["page"], quoted[0]["kind"]) == ("paper", 2, "body")
    assert " ".join(quoted[0]["quote"].split()) == SAID
    done = retest("report", "--pictures", cwd=place)
    assert done.returncode == 0, done.stderr
    pictures = sorted(place.glob("reports/night-2026-01-01-pictures/*.png"))
    assert pictures[0].name == f"001-{ID}-page-2.png"
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert all(f"written: {picture}" in done.stdout for picture in pictures)
    Shelf(place / ".retest" / "shelf").drop(ID)
    gone = json.loads(retest("report", "--pictures", "--json", cwd=place).stdout)
    assert {one["why_not"] for one in gone["pictures"]} == {
        f"the PDF of {ID} is not on the shelf any more"
    }
