"""Ceilings of tokens and money, checked before a call: what is under way counts at its most.

An estimate is an upper bound: the characters sent, generously counted, and the longest answer
allowed. So a ceiling is never passed, and a night may end with some of it unspent.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from agents.question import Question, Usage
from claims.errors import BudgetExceeded
from claims.run import Spent

CHARS_PER_TOKEN: Final = 3
"""English has four and more; formulas, names and JSON fewer, and seldom fewer than three."""

SHORT: Final = 16_000
"""Characters that fit the smallest context in use, of 4,096 tokens."""

WIDEST_TOKEN: Final = 8
"""Characters a token: more than any text of a paper has on the whole."""

OVERHEAD: Final = 64
"""Tokens around each message, our words for asking again among them."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Tokens, and dollars where a price is known."""

    n_tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(n_tokens=self.n_tokens + other.n_tokens, usd=self.usd + other.usd)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(n_tokens=self.n_tokens - other.n_tokens, usd=self.usd - other.usd)

    @classmethod
    def of(cls, spent: Spent) -> Self:
        """What was spent."""
        return cls(n_tokens=spent.n_tokens, usd=spent.cost_usd)


@dataclass(frozen=True, kw_only=True)
class Ceilings:
    """What may be spent; None is no ceiling."""

    night_usd: float | None = None
    night_tokens: int | None = None
    claim_usd: float | None = None
    claim_tokens: int | None = None

    @property
    def in_usd(self) -> bool:
        """Whether money is limited, so that a price must be known."""
        return self.night_usd is not None or self.claim_usd is not None

    def __str__(self) -> str:
        told = (
            (self.night_usd, "{:g} USD a night"),
            (self.night_tokens, "{:,} tokens a night"),
            (self.claim_usd, "{:g} USD a claim"),
            (self.claim_tokens, "{:,} tokens a claim"),
        )
        return ", ".join(form.format(limit) for limit, form in told if limit is not None) or "none"


def most_of(question: Question) -> Usage:
    """The tokens that the question can cost at most."""
    n_input = sum(_most_in(text) for text in question.texts)
    n_around = OVERHEAD * (1 + 2 * len(question.corrections))
    n_input += n_around
    # Writing to a provider's cache can cost more than reading without one.
    return Usage(n_input=n_input, n_written=n_input, n_output=question.max_output)


def is_read_whole(question: Question, usage: Usage) -> bool:
    """Whether the tokens counted can be all that was shown: some servers cut without a word."""
    n_chars = len(question.shown)
    return n_chars <= SHORT or usage.n_input * WIDEST_TOKEN >= n_chars


def _most_in(text: str) -> int:
    """The tokens that `text` can have at most: of signs beyond ASCII one a byte."""
    n_ascii = sum(sign.isascii() for sign in text)
    return math.ceil(n_ascii / CHARS_PER_TOKEN) + len(text.encode()) - n_ascii


class Budget:
    """What was spent in a run and by claim, and what is under way."""

    def __init__(self, ceilings: Ceilings) -> None:
        self.ceilings = ceilings
        self._spent: defaultdict[str, Amount] = defaultdict(Amount)

    def begin(self, spent: Mapping[str, Spent]) -> None:
        """Count from what a run that goes on after a kill has spent, by claim."""
        self._spent = defaultdict(Amount, {id: Amount.of(one) for id, one in spent.items()})

    @property
    def total(self) -> Amount:
        """Of all claims, what is under way at its most."""
        return sum(self._spent.values(), Amount())

    def reserve(self, claim_id: str, most: Amount) -> None:
        """Count `most` as spent. Raises BudgetExceeded, counting nothing, where it is too much."""
        limits = self.ceilings
        night, claim = self.total + most, self._spent[claim_id] + most
        _check(night, limits.night_usd, limits.night_tokens, "the night")
        _check(claim, limits.claim_usd, limits.claim_tokens, f"the claim {claim_id}")
        self._spent[claim_id] = claim

    def settle(self, claim_id: str, most: Amount, spent: Amount) -> None:
        """Count what was really spent instead of `most`."""
        self._spent[claim_id] = self._spent[claim_id] - most + spent


def _check(after: Amount, usd: float | None, n_tokens: int | None, of: str) -> None:
    if usd is not None and after.usd > usd:
        raise BudgetExceeded(
            f"the budget of {of} ({usd:g} USD) is used up: what is left is done on the next night, "
            "or now with a higher --budget"
        )
    if n_tokens is not None and after.n_tokens > n_tokens:
        raise BudgetExceeded(
            f"the budget of {of} ({n_tokens:,} tokens) is used up: what is left is done on the "
            "next night, or now with a higher --budget"
        )
