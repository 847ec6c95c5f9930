"""Every command says what it does."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from review.cli import app


def paths() -> list[tuple[str, ...]]:
    """Every command and subcommand, as it is typed."""
    found: list[tuple[str, ...]] = [()]
    pending: list[tuple[tuple[str, ...], object]] = [((), get_command(app))]
    while pending:
        path, command = pending.pop()
        for name, child in getattr(command, "commands", {}).items():
            found.append((*path, name))
            pending.append(((*path, name), child))
    return sorted(found)


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_a_command_answers_help(path: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, [*path, "--help"])
    assert answer.exit_code == 0
    assert "Usage:" in answer.output
    assert len(answer.output.splitlines()) > 4


def test_the_installed_command_answers_help() -> None:
    command = [str(Path(sys.executable).with_name("retest")), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "nightly" in done.stdout
    assert done.stderr == ""
