"""Texts that share rare words with a claim and are about something else."""

import random
from collections import defaultdict

from agents.excerpt import stems
from agents.words import weight


class Near:
    """Finds a sentence of another abstract that shares rare words with a claim."""

    def __init__(self, pool: list[str]) -> None:
        self._pool = pool
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for i, sentence in enumerate(pool):
            for word in stems(sentence):
                self._by_stem[word].append(i)

    def best(self, claim: str, *, without: str) -> str | None:
        """The text that shares most rare words with `claim` and few with `without`."""
        asked = sorted(stems(claim), key=lambda s: (len(self._by_stem[s]), s))
        scores: defaultdict[int, float] = defaultdict(float)
        for word in asked[:8]:
            for i in self._by_stem[word][:400]:
                scores[i] += weight(word)
        order = sorted(scores, key=lambda i: (-scores[i], i))[:6]
        return next((self._pool[i] for i in order if self._apart(without, i)), None)

    def _apart(self, sentence: str, i: int) -> bool:
        ours, theirs = stems(sentence), stems(self._pool[i])
        return len(ours & theirs) < 0.5 * min(len(ours), len(theirs))

    def any(self, rng: random.Random) -> str:
        """Any of the texts."""
        return rng.choice(self._pool)
