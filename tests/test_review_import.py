"""`retest import` as a user meets it."""

import json
from pathlib import Path

import pytest

from tests import lamps
from tests.lamps import AGREES, FIRST
from tests.test_review_cli import one_line, retest

PAGE = """\
# Do lanterns answer alike, and to whom?

## Dated claims
- A lantern that is asked twice gives the same colour (2024)

## Anchor papers
- arXiv:2401.00001 (2023) — The first lantern
- arXiv:2503.00001 (2025) — Another Lantern Altogether

## Tasks
1. Re-test the premise.

See you.
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    lamps.workspace(tmp_path, FIRST, AGREES)
    (tmp_path / "page.md").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_a_page_is_imported_with_its_papers_checked(place: Path) -> None:
    done = retest("import", "page.md", "--json", cwd=place)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["new"]
    assert Path(told["file"]).is_file()
    assert {one["field"] for one in told["understood"]} >= {"question", "claims[1].as_of"}
    assert [one["text"] for one in told["unplaced"]] == ["See you."]
    papers = {one["arxiv"]: one for one in told["papers"]}
    assert papers["2401.00001"]["title_agrees"] == "yes"
    assert papers["2401.00001"]["year_agrees"] == "no"
    assert papers["2401.00001"]["problems"] == ["first submitted on 2024-01-05, not in 2023"]
    assert papers["2503.00001"]["title_agrees"] == "no"
    assert told["inquiry"]["categories"] == ["cs.LN"]
    checked = json.loads(retest("claims", "check", "--json", cwd=place).stdout)
    assert checked["inquiries"] == 2
    assert {one["exists"] for one in checked["papers"]} == {"could not check"}


def test_an_import_says_where_it_went_and_what_it_left_out(place: Path) -> None:
    done = retest("import", "page.md", cwd=place)
    assert "written: " in done.stdout
    assert "line 13: See you. (beside the list of tasks)" in done.stdout
    again = retest("import", "page.md", cwd=place)
    assert "already up to date: " in again.stdout


def test_an_edited_page_updates_its_inquiry_and_duplicates_nothing(place: Path) -> None:
    first = json.loads(retest("import", "page.md", "--json", cwd=place).stdout)["inquiry"]
    text = PAGE.replace("Re-test the premise.", "Re-test the premise twice.") + "\nCite ids.\n"
    (place / "page.md").write_text(text, encoding="utf-8")
    told = json.loads(retest("import", "page.md", "--json", cwd=place).stdout)
    assert [change["field"] for change in told["changes"]] == ["tasks", "orders"]
    changed = {"tasks": ["Re-test the premise twice."], "orders": ["Cite ids."]}
    assert told["inquiry"] == {**first, **changed}


def test_what_was_derived_says_from_what(place: Path) -> None:
    told = json.loads(retest("import", "page.md", "--json", "--offline", cwd=place).stdout)
    because = {one["field"]: one["because"] for one in told["understood"]}
    assert because["watch"] == "telling words of the page"
    assert "no cited paper could be looked up" in because["categories"]
    assert because["question"] is None


def test_a_dry_run_writes_nothing(place: Path) -> None:
    before = sorted(place.rglob("*"))
    done = retest("import", "page.md", "--dry-run", "--offline", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "nothing was written" in done.stdout
    assert [file for file in sorted(place.rglob("*")) if ".retest" not in file.parts] == [
        file for file in before if ".retest" not in file.parts
    ]


def test_a_source_out_of_reach_leaves_the_import_done(place: Path) -> None:
    (place / "dump.jsonl").unlink()
    done = retest("import", "page.md", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "papers not looked up: there is no dump at" in done.stdout


def test_a_page_that_is_not_there_is_one_line(place: Path) -> None:
    assert "cannot be read: No such file" in one_line(retest("import", "none.md", cwd=place))


def test_a_night_tells_what_is_wrong_with_anchor_papers(place: Path) -> None:
    retest("import", "page.md", cwd=place)
    told = json.loads(retest("nightly", "--until", "2026-07-01", "--json", cwd=place).stdout)
    notes = [note for note in told["run"]["notes"] if " names " in note]
    assert notes == [
        "lanterns-answer-alike names 2401.00001: first submitted on 2024-01-05, not in 2023",
        (
            "lanterns-answer-alike names 2503.00001: "
            "belongs to another paper: its title is 'A lantern'"
        ),
    ]
