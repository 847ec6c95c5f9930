"""Phrases that a new paper of interest is likely to use, taken from an inquiry's own words.

Two to four words that stand together, telling by the weights of `agents.words`, and best of all
said in more than one place. A person prunes and completes them in the file.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from agents.words import FUNCTION_WORDS, WORD, stem, weight

N_PHRASES: Final = 7
"""As many as a person looks through at a glance; each is a term of a search every night."""

_LONGEST: Final = 3
_TELLING: Final = 3.0
"""Least mean weight of a phrase's words: one in about twenty abstracts holds such a word."""

_BREAK: Final = re.compile(r"[.,;:!?()\[\]“”\"—–|/]|\s-\s")  # noqa: RUF001 - the dash


def watch_phrases(texts: Iterable[str]) -> tuple[str, ...]:
    """The most telling phrases of `texts`, best first, no two about the same words."""
    said: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    written: dict[tuple[str, ...], str] = {}
    for n, text in enumerate(texts):
        for words in _phrases(text):
            key = tuple(stem(word.lower()) for word in words)
            said[key].add(n)
            written.setdefault(key, " ".join(words).lower())
    ranked = sorted(said, key=lambda key: (-_worth(key, len(said[key])), written[key]))
    chosen: list[tuple[str, ...]] = []
    for key in ranked:
        if len(chosen) < N_PHRASES and not any(set(key) & set(held) for held in chosen):
            chosen.append(key)
    return tuple(written[key] for key in chosen)


def _phrases(text: str) -> Iterator[tuple[str, ...]]:
    for piece in _BREAK.split(text):
        run: list[str] = []
        for word in [*(match[0] for match in WORD.finditer(piece)), ""]:
            if word and word.lower() not in FUNCTION_WORDS and not word[0].isdigit():
                run.append(word)
                continue
            for size in range(2, _LONGEST + 1):
                for start in range(len(run) - size + 1):
                    phrase = tuple(run[start : start + size])
                    if sum(weight(stem(w.lower())) for w in phrase) / size >= _TELLING:
                        yield phrase
            run.clear()


def _worth(key: tuple[str, ...], n_places: int) -> float:
    """More places count most; among equals the words' weight, shorter phrases first."""
    return 10.0 * (n_places - 1) + sum(map(weight, key)) / len(key) - 0.5 * len(key)
