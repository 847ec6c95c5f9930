"""`retest eval` and `retest backtest` as they are typed."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from claims.errors import SettingsError
from review.cli import app

ROWS = (
    ("Sleep improves recall of melodies.", "Sleep improves recall of melodies.", "SUPPORT"),
    ("Sleep improves recall of melodies.", "Sleep does not improve recall of melodies.", "REFUTE"),
    ("Sleep improves recall of melodies.", "Bees dance to tell where flowers are.", "NEI"),
)


def pairs(folder: Path) -> str:
    file = folder / "pairs.jsonl"
    rows = ({"claim": c, "evidence": e, "label": x, "dataset": "tunes"} for c, e, x in ROWS)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(file)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_judge_is_scored_on_pairs_with_groups_and_intervals(tmp_path: Path) -> None:
    file = pairs(tmp_path)
    told = json.loads(run("eval", file, "--judge", "rules", "--group", "dataset", "--json"))
    assert told["admitted"]["accuracy"] == 1.0
    assert told["groups"]["tunes"]["forced"]["macro_f1_95"] == [1.0, 1.0]
    assert "REFUTE" in run("eval", file, "--judge", "rules")


def test_the_plot_is_drawn_where_it_was_asked_for(tmp_path: Path) -> None:
    run("eval", pairs(tmp_path), "--judge", "rules", "--plot", str(tmp_path / "sure.svg"))
    assert "share that was right" in (tmp_path / "sure.svg").read_text(encoding="utf-8")


def test_a_judge_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no judge is called 'oracle'"):
        run("eval", pairs(tmp_path), "--judge", "oracle")


def test_false_alarms_are_counted_over_a_dump(tmp_path: Path) -> None:
    record = {
        "id": "2506.00001",
        "title": "On melodies",
        "abstract": "Sleep improves recall of melodies in adults.",
        "categories": "cs.CL",
        "authors": "R. Example",
        "authors_parsed": [["Example", "R.", ""]],
        "versions": [{"version": "v1", "created": "Mon, 2 Jun 2025 00:00:00 GMT"}],
    }
    dump = tmp_path / "dump.jsonl.gz"
    dump.write_bytes(gzip.compress((json.dumps(record) + "\n").encode()))
    told = json.loads(
        run("backtest", str(dump), "--unrelated", "--judge", "rules", "--since", "2025-01-01",
            "--json")
    )  # fmt: skip
    assert {name: told[name]["admitted"] for name in ("elsewhere", "nearby")} == {
        "elsewhere": 0,
        "nearby": 0,
    }


def test_claims_of_a_workspace_meet_the_papers_after_a_day(tmp_path: Path) -> None:
    run("init", str(tmp_path / "work"))
    rows = run(
        "backtest", "papers/sample/papers.jsonl", "--since", "2025-06-01", "--judge", "rules",
        "-w", str(tmp_path / "work"), "--json",
    )  # fmt: skip
    assert json.loads(rows)["held"]["pairs"] > 0


def test_nothing_to_read_is_told() -> None:
    with pytest.raises(SettingsError, match="nothing to read"):
        run("backtest")
