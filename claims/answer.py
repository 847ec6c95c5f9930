"""The answer to an inquiry: its three tasks and what to ask next, as values.

Every statement about the world carries the assessments that it rests on, each with verified
quotes, or it is told as not grounded. What is concluded from standings is a rule, not a model's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from claims.assessment import Assessment, StandingState
from claims.claim import Claim, Inquiry
from claims.clock import Window
from claims.evidence import Relation, Signature
from claims.standing import Flag, Standing


class Kind(StrEnum):
    """What a statement speaks of."""

    FINDING = "finding"
    """The world: it needs a verified citation."""
    NOTICE = "notice"
    """Our own search and ledger: that nothing was found, how many stand where."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One sentence of an answer."""

    text: str
    kind: Kind = Kind.FINDING
    evidence: tuple[Assessment, ...] = ()

    @property
    def is_grounded(self) -> bool:
        """Whether verified words carry it, or it says nothing of the world."""
        return self.kind is Kind.NOTICE or bool(self.evidence)


class Openness(StrEnum):
    """What has become of the inquiry's question itself."""

    OPEN = "open"
    SETTLED = "settled"
    MOOT = "moot"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A claim with where it stands and everything that was ever judged of it."""

    claim: Claim
    standing: Standing | None
    """None before the first night."""
    assessments: tuple[Assessment, ...]
    """All, admitted or not, newest paper first."""
    own_authors: frozenset[str] = frozenset()
    """Those who wrote what the claim rests on, as `claims.naming.people` tells them."""

    @property
    def state(self) -> StandingState:
        """Where it stands."""
        return self.standing.state if self.standing else StandingState.UNTESTED

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What to mind of it; before the first night nothing has been shown to be real."""
        return self.standing.flags if self.standing else (Flag.UNGROUNDED,)

    @property
    def admitted(self) -> tuple[Assessment, ...]:
        """What its standing rests on, strongest first."""
        return self.standing.admitted if self.standing else ()

    def relation_of(self, assessment: Assessment) -> Relation:
        """The relation that counts, after people's amendments."""
        relations = self.standing.relations if self.standing else {}
        return relations.get(assessment.id, assessment.relation)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A sub-question of the first task, and its answer."""

    question: str
    held: tuple[Held, ...]
    """The claims that it is about."""
    statements: tuple[Statement, ...]


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """Why one disagreement is ranked above another; each from 0 to 1, all of equal weight."""

    strength: float
    """How far the relation overturns the claim, times the judge's confidence."""
    directness: float
    """Share of the claim's telling words that the quoted words speak of."""
    recency: float
    """1 for a paper of the last day of the window, 0 for one of its first."""
    independence: float
    """1 when nobody who wrote the claim's own sources wrote this; 0.5 where it rests on none."""

    @property
    def total(self) -> float:
        """Their mean."""
        return (self.strength + self.directness + self.recency + self.independence) / 4


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """Work of the window that speaks against a claim, or for it under conditions only."""

    held: Held
    assessment: Assessment
    relation: Relation
    criteria: Criteria
    statements: tuple[Statement, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A question to ask next, and what it springs from."""

    question: str
    springs_from: str
    """The conflict or gap, in a few words."""
    held: Held
    decided_by: str
    """The result that would decide it."""
    evidence: tuple[Assessment, ...] = ()

    @property
    def is_grounded(self) -> bool:
        """Whether verified words carry what it springs from."""
        return bool(self.evidence)


# Without a repr: asyncio's own signal handling asks for that of what a coroutine returned, which
# takes half a minute for a thousand claims with all their evidence.
@dataclass(frozen=True, kw_only=True, repr=False)
class InquiryAnswer:
    """All three tasks of an inquiry, and what to ask next."""

    inquiry: Inquiry
    held: tuple[Held, ...]
    until: datetime
    """Nothing published from this moment on is known here."""
    window: Window
    """The time of the second task."""
    premise: tuple[Answered, ...]
    openness: Openness
    why: tuple[Statement, ...]
    disagreements: tuple[Disagreement, ...]
    """Ranked, the first is the strongest."""
    beyond_the_frame: tuple[Statement, ...]
    """Work that says the framing itself misses something."""
    questions: tuple[Line, ...]
    next_lines: tuple[Line, ...]
    signature: Signature
    """Who wrote the sentences."""
    notes: tuple[str, ...] = ()
    """What to know of how they were written, such as a fallback."""


def openness_of(states: Iterable[StandingState]) -> Openness:
    """What the standings of its claims make of a question. Total: every mixture has its answer.

    Settled when all are confirmed, moot when all are superseded, open otherwise.
    """
    distinct = set(states)
    if distinct == {StandingState.CONFIRMED}:
        return Openness.SETTLED
    if distinct == {StandingState.SUPERSEDED}:
        return Openness.MOOT
    return Openness.OPEN
