"""What goes into the graph and what comes out of it, and what its nodes work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.judge import Judge, Reading
from agents.state import Json, RetestState
from claims.assessment import Assessment
from claims.claim import Claim, Inquiry
from claims.evidence import Failure
from claims.ids import ArxivId


@dataclass(frozen=True, kw_only=True)
class Task:
    """One claim to retest, and the inquiry it belongs to."""

    claim: Claim
    inquiry: Inquiry


class Finder(Protocol):
    """Proposes what to read. It leaves out what this judge has already judged for this claim."""

    async def __call__(self, queries: Sequence[str]) -> tuple[Reading, ...]:
        """Papers that may bear on the claim, nearest first. Raises RetestError."""
        ...


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one task. Every field is sorted, whatever the order of completion."""

    assessments: tuple[Assessment, ...]
    failures: tuple[Failure, ...]
    judged: tuple[ArxivId, ...]
    """Paper versions judged to the end without any failure."""
    n_judge_calls: int
    """Calls whose answer, or error, was recorded; a call cut off by a kill is not counted."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the nodes work with and the checkpoints never hold."""

    task: Task
    judge: Judge
    find: Finder
    on_step: Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a node added, and which work goes to which node next."""

    update: RetestState = field(default_factory=RetestState)
    then: tuple[tuple[str, Json], ...] = ()
