"""What a model reads in a text about a claim, and two readings put together.

Whether a passage bears on a claim at all and which way it points are two questions. The first is
answered by the share of NO_BEARING in the passage and by how long it is: a few sentences that
somebody cut out for a claim bear on it more often than a whole abstract. The second is answered by
the odds of the other two shares in the passage's best sentence. How much each counts was fitted by
`agents.training.weigh` and ships with the model.
"""

import math
from dataclasses import dataclass
from typing import Final

_LEAST: Final = 1e-4
"""No share counts as nothing: its logarithm would outweigh everything."""


@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """How likely a text supports, contradicts, or says nothing of a claim; adds up to 1."""

    supports: float
    contradicts: float
    no_bearing: float

    @property
    def silence(self) -> float:
        """The logarithm of the odds that it says nothing of the claim."""
        return _odds(self.no_bearing, 1 - self.no_bearing)

    @property
    def agreement(self) -> float:
        """The logarithm of the odds that it supports the claim, where it says anything of it."""
        return _odds(self.supports, self.contradicts)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much each sign counts."""

    whole: float
    words: float
    """Of the logarithm of the number of words."""
    offset: float
    agreement: float


def signs(passage: Likelihood, n_words: int) -> tuple[float, float]:
    """What tells that a passage of `n_words` says nothing of a claim."""
    return passage.silence, math.log(max(n_words, 1))


def together(
    passage: Likelihood, best: Likelihood, *, n_words: int, weights: Weights
) -> Likelihood:
    """How likely a passage of `n_words` with this `best` sentence bears on a claim."""
    silence, length = signs(passage, n_words)
    silent = _share(weights.offset + weights.whole * silence + weights.words * length)
    supports = (1 - silent) * _share(weights.agreement * best.agreement)
    return Likelihood(supports=supports, contradicts=1 - silent - supports, no_bearing=silent)


def _odds(ours: float, theirs: float) -> float:
    return math.log(max(ours, _LEAST) / max(theirs, _LEAST))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
