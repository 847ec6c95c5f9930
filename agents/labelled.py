"""Labelled pairs of claim and evidence, as files of JSON lines hold them."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from agents.judge import Reading
from claims.errors import LibraryError, SettingsError
from claims.evidence import Paper, Passage, TextSource
from claims.ids import ArxivId

LABELS: Final = ("SUPPORT", "REFUTE", "NEI")
MIXED: Final = "MIXED"

_DAY: Final = datetime(2025, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Evidence and claim with the label that people gave; `group` is "" when none was asked."""

    claim: str
    evidence: str
    label: str
    group: str = ""


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file, gzipped or not. Raises SettingsError, LibraryError."""
    open_text = gzip.open if file.suffix == ".gz" else open
    try:
        with open_text(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(file, number, line)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read as JSON lines: {error}") from error


def pairs_in(file: Path, group: str | None = None) -> tuple[Pair, ...]:
    """The labelled pairs of `file`. Raises SettingsError, LibraryError."""
    found: list[Pair] = []
    for number, row in enumerate(rows(file), start=1):
        if row.get("label") not in {*LABELS, MIXED}:
            raise LibraryError(str(file), number, "`label` is not SUPPORT, REFUTE, NEI or MIXED")
        claim, evidence = _text(row, "claim", file, number), _evidence(row, file, number)
        named = str(row.get(group, "none")) if group else ""
        found.append(Pair(claim=claim, evidence=evidence, label=row["label"], group=named))
    if not found:
        raise SettingsError(f"{file} has no pair: each line is one with claim, evidence and label")
    return tuple(found)


def reading_of(text: str) -> Reading:
    """The text as the abstract of a paper that is newer than any claim measured here."""
    paper = Paper(
        id=ArxivId("2506.00001", 1),
        title="Evidence",
        authors=("A. Author",),
        abstract=text,
        submitted_at=_DAY,
        revised_at=_DAY,
    )
    if not text.strip():
        return Reading(paper=paper, passages=())
    shown = Passage(paper=paper.id, source=TextSource.ABSTRACT, text=text, start=0, end=len(text))
    return Reading(paper=paper, passages=(shown,))


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise LibraryError(str(file), number, f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise LibraryError(str(file), number, "not a JSON object")
    return row


def _evidence(row: Mapping[str, Any], file: Path, number: int) -> str:
    """The evidence, or the sentences of a whole abstract where these stand in its place."""
    abstract = row.get("abstract")
    if "evidence" not in row and isinstance(abstract, list):
        return " ".join(" ".join(map(str, abstract)).split())
    return _text(row, "evidence", file, number)


def _text(row: Mapping[str, Any], key: str, file: Path, number: int) -> str:
    if not isinstance(row.get(key), str):
        raise LibraryError(str(file), number, f"`{key}` is not a text")
    return str(row[key])
