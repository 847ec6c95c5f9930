"""Assessments and decisions: what a judge said on proven words, and what a person ruled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from claims.claim import Frozen, Slug
from claims.evidence import Finding, Relation, Signature, TextSource, Verdict
from claims.hashing import content_hash
from claims.verify import VerifiedCitation


def assessment_id(
    claim_revision: str, finding: Finding, verdict: Verdict, signature: Signature
) -> str:
    """The name of an assessment: judged again with the same answer, it is the same."""
    return content_hash(
        "assessment",
        {
            "claim_revision": claim_revision,
            "finding": finding.id,
            "verdict": verdict.model_dump(mode="json"),
            "signature": signature.model_dump(mode="json"),
        },
    )


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The bearing of one finding on one claim, on at least one verified citation."""

    claim_id: str
    claim_revision: str
    finding: Finding
    verdict: Verdict
    signature: Signature
    evidence: tuple[VerifiedCitation, ...]

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("an assessment rests on at least one verified citation")

    @cached_property
    def id(self) -> str:
        """The content hash of this assessment."""
        return assessment_id(self.claim_revision, self.finding, self.verdict, self.signature)

    @property
    def relation(self) -> Relation:
        """The verdict's relation."""
        return self.verdict.relation

    @property
    def in_our_words(self) -> bool:
        """Whether a quote is from the bundled sample's summaries rather than from the authors."""
        return any(cited.passage.source is TextSource.SAMPLE for cited in self.evidence)

    def dated(self, own_sources: frozenset[str]) -> date:
        """The day that counts for being newer than a claim.

        It is the first submission; for a later version of a paper that the claim itself rests on
        (`own_sources`, numbers without versions), the day of that version.
        """
        paper = self.evidence[0].paper
        return paper.revised_on if paper.id.number in own_sources else paper.submitted_on


class Ruling(StrEnum):
    """What a person can say of an assessment or of a standing."""

    ACCEPT = "accept"
    REJECT = "reject"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    """Take the earlier rulings on the same target back: it is as if nobody had ruled."""


class StandingState(StrEnum):
    """Where a claim is now. The wording follows the design's table."""

    UNTESTED = "UNTESTED"
    CONFIRMED = "CONFIRMED"
    QUALIFIED = "QUALIFIED"
    CONTESTED = "CONTESTED"
    SUPERSEDED = "SUPERSEDED"


class Decision(Frozen):
    """A person's ruling on one assessment, or (`assessment_id` None) on a claim's standing.

    Appended, never edited: a later decision on the same target counts.
    """

    claim_id: Slug
    assessment_id: str | None = None
    ruling: Ruling
    relation: Relation | None = None
    """With AMEND on an assessment: what the relation really is."""
    standing: StandingState | None = None
    """On a standing: what it is held to be. REJECT without one lets the evidence decide."""
    by: str
    at: datetime
    why: str

    @cached_property
    def id(self) -> str:
        """The content hash of this decision."""
        return content_hash("decision", self.model_dump(mode="json"))


def in_force(decisions: Iterable[Decision]) -> dict[str | None, Decision]:
    """The ruling that counts on each target: an assessment's id, or None for the standing.

    The latest one does, in any order of `decisions`; a target whose rulings were withdrawn is out.
    """
    ordered = sorted(decisions, key=lambda d: (d.at, d.id))
    latest = {decision.assessment_id: decision for decision in ordered}
    return {
        target: decision
        for target, decision in latest.items()
        if decision.ruling is not Ruling.WITHDRAW
    }
