"""The identity of rules: a name that changes with every rule and every word list."""

from functools import cache
from pathlib import Path

from agents.words import LEXICON
from claims.hashing import content_hash


@cache
def rulebook(*modules: str) -> str:
    """The content hash of these modules of `agents` and of all word lists. Loads no model."""
    here = Path(__file__).parent
    files = [here / f"{name}.py" for name in modules] + sorted(LEXICON.glob("*.txt"))
    return content_hash("rules", {file.name: file.read_text(encoding="utf-8") for file in files})
