"""Answers, prompts and checks as a user meets them on the command line."""

import json
from pathlib import Path

import pytest

from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST, WICK
from tests.test_review_cli import one_line, retest


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace over lantern papers, after one night."""
    lamps.workspace(tmp_path, FIRST, AGREES, DENIES, WICK)
    assert retest("nightly", "--until", "2026-07-01", cwd=tmp_path).returncode == 0
    return tmp_path


def test_an_inquiry_is_answered_in_three_forms(place: Path) -> None:
    done = retest("answer", "lanterns", "--write", "--json", cwd=place)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["openness"] == "open"
    assert len(told["premise"]) == 3
    assert told["premise"][-1]["statements"] == told["why"]
    assert [Path(file).suffix for file in told["report"].values()] == [".md", ".html", ".json"]
    written = Path(told["report"]["markdown"])
    text = written.read_text(encoding="utf-8")
    for part in ("Task 1", "Task 2", "Task 3", "Next inquiring lines", "No evidence found"):
        assert part in text
    again = retest("answer", "lanterns", "--write", cwd=place)
    assert again.returncode == 0
    assert written.read_text(encoding="utf-8") == text


def test_a_prompt_is_written_and_imports_back_without_a_change(place: Path) -> None:
    before = (place / "claims" / "lanterns.toml").read_bytes()
    prompt = retest("prompt", "lanterns", cwd=place)
    assert prompt.returncode == 0, prompt.stderr
    assert "Standing today, 2026-07-01" in prompt.stdout
    (place / "prompt.md").write_text(prompt.stdout, encoding="utf-8")
    back = json.loads(retest("import", "prompt.md", "--dry-run", "--json", cwd=place).stdout)
    assert [claim["text"] for claim in back["inquiry"]["claims"]] == [
        "A lantern that is asked twice gives the same colour.",
        "A longer wick burns for a longer time in every lantern.",
    ]
    assert (place / "claims" / "lanterns.toml").read_bytes() == before


def test_the_window_of_an_answer_is_a_setting(place: Path) -> None:
    file = place / "retest.toml"
    file.write_text(
        file.read_text(encoding="utf-8") + "\n[answer]\nwindow_months = 12\n", encoding="utf-8"
    )
    told = json.loads(retest("answer", "lanterns", "--json", cwd=place).stdout)
    assert told["disagreement"]["since"].startswith("2025-06-30")


def test_an_unknown_inquiry_is_one_line_that_names_those_there_are(place: Path) -> None:
    for command in ("answer", "prompt"):
        assert "no inquiry 'x' in the library; it holds: lanterns" in one_line(
            retest(command, "x", cwd=place)
        )


def test_an_answer_is_checked_without_any_workspace(tmp_path: Path) -> None:
    dump = lamps.write_dump(tmp_path / "dump.jsonl", FIRST)
    file = tmp_path / "answer.md"
    file.write_text("- arXiv:2401.00001 (2024) — The first lantern\n", encoding="utf-8")
    right = retest("check-answer", str(file), "--source", str(dump), "--json", cwd=tmp_path)
    assert right.returncode == 0, right.stderr
    assert json.loads(right.stdout)["counts"]["real and right"] == 1
    file.write_text("- arXiv:2401.00001 — Some other paper about moths\n", encoding="utf-8")
    wrong = retest("check-answer", str(file), "--source", str(dump), cwd=tmp_path)
    assert wrong.returncode == 1
    assert "real, but another paper" in wrong.stdout
