"""Words as the rules see them: their stems, how telling they are, and the lists in `lexicon/`.

Nothing here depends on a claim or a paper, so everything is read or computed once.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import snowballstemmer

LEXICON: Final = Path(__file__).with_name("lexicon")

WORD: Final = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")  # noqa: RUF001 - the typographic apostrophe
"""A word: letters and digits, with inner hyphens, apostrophes and points."""

WEIGHT_OF_RARE: Final = 6.0
"""Weight of a stem that fewer than one in 400 abstracts holds (natural logarithm)."""

_STEMMER: Final = snowballstemmer.stemmer("english")


def lines_of(name: str) -> tuple[str, ...]:
    """The lines of `agents/lexicon/<name>.txt` without remarks (from `#` on) and empty ones."""
    text = (LEXICON / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of `agents/lexicon/<name>.txt`."""
    return frozenset(word for line in lines_of(name) for word in line.split())


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The English Snowball stem of a lower-case word.

    >>> stem("consistently") == stem("consistent")
    True
    """
    return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=1 << 16)
def weight(word_stem: str) -> float:
    """How telling a stem is, from 0 to WEIGHT_OF_RARE, by how few abstracts hold it."""
    return _weights().get(word_stem, WEIGHT_OF_RARE)


@cache
def _weights() -> dict[str, float]:
    lines = (line.partition(":") for line in lines_of("weights"))
    return {word: float(number) for number, _, words in lines for word in words.split()}


FUNCTION_WORDS: Final = words_of("function_words")
"""Words that carry grammar rather than a subject."""
