"""Texts that share rare words with a claim and are about something else."""

import random
from collections import defaultdict

from agents.excerpt import stems
from agents.words import weight


class Near:
    """Finds the sentences that share rare words with a claim."""

    def __init__(self, pool: list[str]) -> None:
        self._pool = pool
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for i, sentence in enumerate(pool):
            for word in stems(sentence):
                self._by_stem[word].append(i)

    def best(self, claim: str, *, without: str) -> str | None:
        """The text that shares most rare words with `claim` and few with `without`."""
        return next((text for text in self.first(claim, 6) if _apart(without, text)), None)

    def first(self, claim: str, n: int) -> tuple[str, ...]:
        """The `n` texts that share most rare words with `claim`."""
        asked = sorted(stems(claim), key=lambda s: (len(self._by_stem[s]), s))
        scores: defaultdict[int, float] = defaultdict(float)
        for word in asked[:8]:
            for i in self._by_stem[word][:400]:
                scores[i] += weight(word)
        order = sorted(scores, key=lambda i: (-scores[i], i))[:n]
        return tuple(self._pool[i] for i in order)

    def any(self, rng: random.Random) -> str:
        """Any of the texts."""
        return rng.choice(self._pool)


def _apart(one: str, other: str) -> bool:
    ours, theirs = stems(one), stems(other)
    return len(ours & theirs) < 0.5 * min(len(ours), len(theirs))
