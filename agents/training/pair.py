"""A labelled pair as training sees it, and the files that pairs come from."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUPPORTS, CONTRADICTS, NO_BEARING, NOT_SUPPORT, UNKNOWN = range(5)
"""Classes; NOT_SUPPORT is a label that leaves open which of the other two it is, UNKNOWN says
nothing: such a pair can only be learned from a teacher."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One labelled pair of evidence and claim."""

    evidence: str
    claim: str
    label: int
    source: str
    reworded_from: tuple[str, str] | None = None
    """Evidence and claim as somebody wrote them, where this pair says the same in other words."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a gzipped file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
