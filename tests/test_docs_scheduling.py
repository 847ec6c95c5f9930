"""The examples for schedulers are what their schedulers take, and call what there is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from review.cli import app
from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST
from tests.test_review_export import git

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
UNITS = sorted([*EXAMPLES.glob("*.service"), *EXAMPLES.glob("*.timer")])


def workflow() -> Any:  # noqa: ANN401 - plain YAML
    return yaml.safe_load((EXAMPLES / "retest-nightly.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [file.read_text(encoding="utf-8") for file in EXAMPLES.iterdir()])
def test_every_command_of_an_example_is_a_command(text: str) -> None:
    called = re.findall(r"(?:^\s+|bin/)retest ([a-z]+)((?: --[a-z]+)*)", text, re.MULTILINE)
    for command, options in called:
        told = CliRunner().invoke(app, [command, "--help"])
        assert told.exit_code == 0
        assert all(option in told.output for option in options.split())


def test_the_workflow_is_a_workflow() -> None:
    read = workflow()
    # YAML 1.1 reads the key `on` as true.
    assert read[True]["schedule"][0]["cron"].count(" ") == 4
    steps = read["jobs"]["night"]["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", s["uses"]) for s in steps if "uses" in s)


def test_the_night_of_the_workflow_runs(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES).folder
    steps = workflow()["jobs"]["night"]["steps"]
    night = next(step["run"] for step in steps if step.get("name") == "Retest")
    git(place, "init", "--quiet")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = ["bash", "-e", "-c", night]
    done = subprocess.run(
        command, cwd=place, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert git(place, "log", "--format=%an %s").startswith("retest Nightly retest, ")


def test_the_units_name_the_sections_and_keys_of_systemd() -> None:
    for unit in UNITS:
        lines = [
            line
            for line in unit.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
        assert all(re.fullmatch(r"\[[A-Z][a-z]+\]|[A-Z]\w+=.+", line) for line in lines if line)
    if systemd := shutil.which("systemd-analyze"):
        done = subprocess.run(
            [systemd, "verify", "--man=no", *map(str, UNITS)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        # The program, its user and its folder are of another machine than this one.
        ours = [
            line
            for line in done.stderr.splitlines()
            if "retest" in line and not re.search(r"is not executable|No such file", line)
        ]
        assert ours == []
