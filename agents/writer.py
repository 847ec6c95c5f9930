"""The port of whoever writes the sentences of an answer, and what it is given.

A writer is shown claims, standings and verified evidence. It picks evidence among what it was
shown and never writes an arXiv id; what it says of the world without evidence is told as not
grounded. Errors are JudgeErrors.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from claims.answer import Criteria, Held, Line, Openness, Statement
from claims.assessment import Assessment
from claims.claim import Inquiry
from claims.evidence import Relation, Signature


@dataclass(frozen=True, kw_only=True)
class SubQuestion:
    """One question of the first task, with the claims and the evidence that bear on it."""

    text: str
    held: tuple[Held, ...]
    evidence: tuple[tuple[Held, Assessment], ...]
    """Most telling first."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A piece of evidence against a claim, with the criteria that it was ranked by."""

    held: Held
    assessment: Assessment
    relation: Relation
    criteria: Criteria


class SpringKind(StrEnum):
    """What a new question springs from."""

    STANDING = "standing"
    """Where the claim stands: a conflict, a limit, or nothing newer that bears on it."""
    TRANSFER = "transfer"
    """Work that differs from the claim in a slot: nobody bridged it."""
    MISSING_CELL = "missing cell"
    """Two slots whose values were studied, and never these together."""
    ALONE = "alone"
    """All that counts comes from one paper."""
    AGE = "age"
    """The newest work that counts has a date, and nothing since."""
    ORIGIN = "origin"
    """No paper has been shown to be the claim's source."""


@dataclass(frozen=True, kw_only=True)
class Spring:
    """What a new question springs from."""

    held: Held
    kind: SpringKind = SpringKind.STANDING
    what: str
    """In a few words."""
    evidence: tuple[Assessment, ...]
    slots: tuple[str, ...] = ()
    """What differs or is missing, such as "the population people (there: language models)"."""


class Writer(Protocol):
    """Writes; decides nothing. Implementations are stateless between calls."""

    @property
    def signature(self) -> Signature:
        """Who signs."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of how it was written, such as a fallback; one line each."""
        ...

    async def answer(self, asked: SubQuestion) -> tuple[Statement, ...]:
        """The answer to one sub-question; says plainly when nothing was found."""
        ...

    async def conclude(
        self, inquiry: Inquiry, held: tuple[Held, ...], openness: Openness
    ) -> tuple[Statement, ...]:
        """Why the question is open, settled or moot."""
        ...

    async def dispute(self, ranked: Ranked) -> tuple[Statement, ...]:
        """What the work says against the claim."""
        ...

    async def beyond(self, held: Held, assessment: Assessment) -> Statement:
        """That the work says the framing misses something."""
        ...

    async def line(self, spring: Spring) -> Line:
        """The question that springs from a conflict or gap, and what would decide it."""
        ...
