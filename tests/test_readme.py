"""The README's promises that can be checked: what the demo prints, commands, files.

Write the demo's output into the README anew with RETEST_RENEW_README=1.
"""

import os
import re
from pathlib import Path

import pytest

from tests.test_review_cli import retest

_README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"(<!-- demo -->\n).*?(<!-- /demo -->)", re.DOTALL)
_END = "Looked at and did not change"


def _told() -> str:
    """What the demo tells of what changed, as a block of Markdown."""
    done = retest("demo")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split(_END)[0].rstrip().splitlines()
    return "```text\n" + "\n".join(line.rstrip() for line in lines) + "\n```\n"


def test_the_readme_shows_what_the_demo_prints() -> None:
    readme = _README.read_text(encoding="utf-8")
    told = _told()
    if os.environ.get("RETEST_RENEW_README"):
        readme = _BLOCK.sub(lambda match: match[1] + told + match[2], readme)
        _README.write_text(readme, encoding="utf-8")
    assert told in readme


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", _README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (_README.parent / link).exists()] == []


@pytest.mark.parametrize(
    "command",
    [
        "init",
        "nightly",
        "claim",
        "serve",
        "report",
        "doctor",
        "import",
        "answer",
        "prompt",
        "check-answer",
        "ground",
    ],
)
def test_every_command_of_the_readme_has_help(command: str) -> None:
    assert f"retest {command}" in _README.read_text(encoding="utf-8")
    assert retest(command, "--help").returncode == 0
