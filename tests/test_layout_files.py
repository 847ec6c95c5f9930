"""What is under version control names no machine and no index, and is pinned."""

import re
import subprocess
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent

# The classes of one letter keep this file from being what it looks for.
MACHINE_PATHS = re.compile(r"/hom[e]/\w|/User[s]/\w|/roo[t]/\w|[A-Z]:\\User[s]\\")
INDEX_ADDRESSES = re.compile(
    r"(?<!emit)-index-ur[l]|pypi\.or[g]|pythonhosted\.or[g]|find-link[s]|https?://\S+/simpl[e]\b"
)


def texts() -> list[tuple[str, str]]:
    """Every file that is, or is about to be, under version control, where it is text."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        try:
            found.append((name, (ROOT / name).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


def places(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{n}: {line.strip()[:80]}"
        for name, text in texts()
        for n, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def pins() -> dict[str, str]:
    written = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", written, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def test_no_file_names_a_path_of_some_machine() -> None:
    assert places(MACHINE_PATHS) == []
    assert places(re.compile(re.escape(str(ROOT)) + r"\b")) == []


def test_no_file_names_a_package_index() -> None:
    assert places(INDEX_ADDRESSES) == []


def test_every_pin_has_a_hash_and_nothing_else_is_in_the_constraints() -> None:
    written = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    entries = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", written, flags=re.MULTILINE))
    odd = [
        line[:60]
        for line in entries.splitlines()
        if line.strip()
        and not re.fullmatch(
            r"[\w.-]+(?:\[[^]]*\])?==\S+(?: ;[^\\]*?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*", line
        )
    ]
    assert odd == []
    assert "://" not in written


def test_every_dependency_is_pinned_within_its_range() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stated = [
        *written["project"]["dependencies"],
        *written["dependency-groups"]["dev"],
        *written["build-system"]["requires"],
    ]
    pinned = pins()
    outside = [
        line
        for line in stated
        if (wanted := Requirement(line))
        and not wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0"))
    ]
    assert outside == []
