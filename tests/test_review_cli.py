"""The command line as a user meets it: a process, its output, its exit code."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST, WICK

_RETEST = [sys.executable, "-c", "from review.cli import main; main()"]


def retest(
    *arguments: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """What `retest ARGUMENTS` did."""
    return subprocess.run(
        [*_RETEST, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **variables},
        timeout=90,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The line of trouble on stderr; nothing but it, and exit code 2."""
    assert done.returncode == 2
    told = [line for line in done.stderr.splitlines() if line.startswith("retest: ")]
    assert len(told) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return told[0]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace over lantern papers."""
    lamps.workspace(tmp_path, FIRST, AGREES, DENIES, WICK)
    return tmp_path


def test_demo_prints_the_contract_of_its_second_night() -> None:
    done = retest("demo", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"run", "claims", "diff", "report"}
    assert told["run"]["until"].startswith("2026-07-01")
    assert told["run"]["n_model_calls"] == 0
    assert len(told["claims"]) == 6
    fields = {
        "relation", "confidence", "arxiv_id", "version", "title", "submitted_on", "quote", "tier",
        "page", "reason", "source",
    }  # fmt: skip
    evidence = [piece for claim in told["claims"] for piece in claim["evidence"]]
    assert evidence
    assert all(fields <= set(piece) for piece in evidence)
    assert {piece["source"] for piece in evidence} == {"sample"}
    assert [c["id"] for c in told["claims"] if "UNGROUNDED" in c["flags"]] == [
        "no-settled-self", "surface-mind",
    ]  # fmt: skip


def test_demo_keeps_a_workspace_that_verifies(tmp_path: Path) -> None:
    kept = tmp_path / "demo"
    assert retest("demo", "--workspace", str(kept)).returncode == 0
    done = retest("verify", "--json", cwd=kept)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["faults"] == []
    assert one_line(retest("demo", "--workspace", str(kept))).endswith("name an empty folder")


def test_a_night_is_reported_and_a_second_one_changes_nothing(place: Path) -> None:
    first = retest("nightly", "--until", "2026-07-01", cwd=place)
    assert first.returncode == 0, first.stderr
    assert (place / "reports" / "night-2026-07-01.md").is_file()
    again = retest("nightly", "--until", "2026-07-01", "--json", cwd=place)
    told = json.loads(again.stdout)
    assert told["diff"] == []
    assert told["run"]["n_judge_calls"] == 0
    shown = retest("diff", cwd=place)
    assert shown.returncode == 0
    assert "changed nothing" in shown.stdout


def test_diff_exits_1_when_something_changed(place: Path) -> None:
    retest("nightly", "--until", "2026-07-01", cwd=place)
    done = retest("diff", "night-2026-07-01", cwd=place)
    assert done.returncode == 1
    assert "UNGROUNDED" in done.stdout


def test_one_claim_is_retested_with_its_steps_shown(place: Path) -> None:
    done = retest("claim", "lanterns-agree", "--until", "2026-07-01", cwd=place)
    assert done.returncode == 0, done.stderr
    for step in ("plan", "find", "read", "collect"):
        assert f"\n{step} " in done.stderr
    assert "lanterns-agree" in done.stdout


def test_a_claim_of_ones_own_is_added_listed_and_shown(place: Path) -> None:
    text = "A lantern that is asked thrice falls silent."
    added = retest(
        "claims", "add", text, "--id", "third-time", "--as-of", "2025~",
        "--source", "2401.00001v1", cwd=place,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    listed = json.loads(retest("claims", "list", "--json", cwd=place).stdout)
    assert [claim["id"] for claim in listed] == ["lanterns-agree", "wicks-burn", "third-time"]
    shown = json.loads(retest("claims", "show", "third-time", "--json", cwd=place).stdout)
    assert shown["text"] == text
    assert retest("claims", "check", cwd=place).returncode == 0


def test_the_report_command_prints_any_run_again(place: Path) -> None:
    retest("nightly", "--until", "2026-07-01", cwd=place)
    runs = json.loads(retest("report", "--list", "--json", cwd=place).stdout)
    assert [run["id"] for run in runs] == ["night-2026-07-01"]
    file = place / "reports" / "night-2026-07-01.md"
    written = file.read_bytes()
    file.unlink()
    assert retest("report", "night-2026-07-01", "--write", cwd=place).returncode == 0
    assert file.read_bytes() == written


def test_one_changed_byte_in_a_quote_fails_loudly(place: Path) -> None:
    import sqlite3

    retest("nightly", "--until", "2026-07-01", cwd=place)
    assert retest("verify", cwd=place).returncode == 0
    with sqlite3.connect(place / ".retest" / "ledger.sqlite") as ledger:
        changed = ledger.execute(
            "UPDATE passages SET body = replace(body, 'colour', 'dolour')"
        ).rowcount
    ledger.close()
    assert changed
    done = retest("verify", cwd=place)
    assert done.returncode == 2
    assert "DOES NOT HOLD" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["claim", "moths"], "no claim 'moths' in the library"),
        (["nightly", "--until", "tomorrow"], "'tomorrow' is not a date"),
        (["report", "night-1999-01-01"], "no finished run 'night-1999-01-01'"),
        (["nightly", "--source", "no-such-file.jsonl"], "there is no dump at"),
        (["claims", "add", "X.", "--id", "7", "--as-of", "2025"], "'7' is not an id"),
    ],
)
def test_bad_input_is_one_clear_line(place: Path, arguments: list[str], told: str) -> None:
    assert told in one_line(retest(*arguments, cwd=place))


def test_a_broken_library_names_file_and_line(place: Path) -> None:
    file = place / "claims" / "lanterns.toml"
    file.write_text(file.read_text().replace('as_of = "2024"', 'as_of = "2024', 1))
    assert "lanterns.toml:9: not valid TOML" in one_line(retest("nightly", cwd=place))


def test_a_reworded_claim_is_refused(place: Path) -> None:
    retest("nightly", "--until", "2026-01-01", cwd=place)
    file = place / "claims" / "lanterns.toml"
    file.write_text(file.read_text().replace("the same colour", "no colour"))
    told = one_line(retest("nightly", "--until", "2026-02-01", cwd=place))
    assert 'replaces = "lanterns-agree"' in told


def test_ctrl_c_is_one_line_and_the_same_command_goes_on(place: Path) -> None:
    started = subprocess.Popen(
        [*_RETEST, "nightly"],
        cwd=place,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert started.stderr is not None
    started.stderr.readline()
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=60)
    assert started.returncode == 2
    assert "retest: stopped; what was committed is kept" in told
    assert "Traceback" not in told
    runs = json.loads(retest("nightly", "--json", cwd=place).stdout)
    assert "." not in runs["run"]["id"]


def test_an_unknown_option_is_explained_without_a_traceback(place: Path) -> None:
    done = retest("nightly", "--bogus", cwd=place)
    assert done.returncode == 2
    assert "No such option: --bogus" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_arguments_the_commands_are_listed() -> None:
    done = retest()
    assert "nightly" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_help_shows_every_default(place: Path) -> None:
    assert "[default: now]" in retest("nightly", "--help", cwd=place).stdout


def test_a_diff_is_one_short_line_a_change(place: Path) -> None:
    retest("nightly", "--until", "2026-07-01", cwd=place)
    lines = retest("diff", cwd=place).stdout.splitlines()
    assert "wicks-burn: + flag UNGROUNDED" in lines
    assert all(line.startswith(("lanterns-agree: ", "wicks-burn: ")) for line in lines)


def test_output_that_cannot_be_written_is_one_line(place: Path) -> None:
    retest("nightly", "--until", "2026-07-01", cwd=place)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*_RETEST, "report"],
            cwd=place,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "the output could not be written" in one_line(done)


def test_outside_a_workspace_the_way_in_is_told(tmp_path: Path) -> None:
    assert "retest init" in one_line(retest("nightly", cwd=tmp_path))


def test_doctor_says_what_is_wrong(place: Path) -> None:
    well = retest("doctor", "--json", cwd=place)
    assert well.returncode == 0, well.stdout
    (place / "dump.jsonl").unlink()
    ill = retest("doctor", "--json", cwd=place)
    assert ill.returncode == 2
    assert [c["name"] for c in json.loads(ill.stdout) if not c["fine"]] == ["source"]


def test_the_environment_names_the_workspace(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    done = retest("claims", "check", cwd=elsewhere, RETEST_WORKSPACE=str(place))
    assert done.returncode == 0, done.stderr
