"""What stands: quotes proven against the passages shown, and what they would do to a standing.

Everything here is deterministic and asks no judge.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from agents.judge import Judge
from agents.state import Work
from agents.task import Task
from claims.assessment import Assessment, StandingState
from claims.errors import QuoteNotFound, UnknownPassage
from claims.evidence import Citation, Finding
from claims.standing import Known, standing_of
from claims.verify import VerifiedCitation, verify

_ANY_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When evidence is looked at alone, the moment of its arrival decides nothing."""


def proven(work: Work) -> tuple[VerifiedCitation, ...]:
    """Every citation of the finding, proven. Raises CitationError for the first that is not.

    An unknown passage is reported before any quote that can be repaired.
    """
    for citation in work.finding.citations:
        if work.passage_of(citation) is None:
            raise UnknownPassage(f"no passage {citation.passage_id} of {work.paper.id} was shown")
    return tuple(
        verify(citation, passage, work.paper)
        for citation in work.finding.citations
        if (passage := work.passage_of(citation))
    )


def stands(citation: Citation, work: Work) -> bool:
    """Whether the quote stands in its passage."""
    passage = work.passage_of(citation)
    try:
        return passage is not None and bool(verify(citation, passage, work.paper))
    except QuoteNotFound:
        return False


def assessed(work: Work, task: Task, judge: Judge) -> Assessment:
    """The signed assessment. Raises CitationError when a quote does not stand."""
    return Assessment(
        claim_id=task.claim.id,
        claim_revision=task.claim.revision,
        finding=work.finding,
        verdict=work.bearing,
        signature=judge.signature,
        evidence=proven(work),
    )


def would_move(assessment: Assessment, task: Task) -> bool:
    """Whether this evidence, alone and fully trusted, gives the claim a standing.

    By the table of `claims.standing`: evidence that is not newer than the claim, or that bears
    on nothing, gives none. Confidence is left out, because thresholds may be set again later; and
    so is how the claim stands, because evidence beside it may be withdrawn or rejected later.
    """
    brought = standing_of(
        task.claim,
        Known(assessments={assessment.id: (assessment, _ANY_MOMENT)}),
        thresholds={assessment.signature.judge: 0.0},
    ).state
    return brought is not StandingState.UNTESTED


def with_citations(finding: Finding, citations: Sequence[Citation]) -> Finding:
    """The finding resting on these citations instead of its own; its id is another."""
    # Not model_copy: it would carry the cached id of the finding before its repair.
    return Finding.model_validate(
        {**finding.model_dump(), "citations": [c.model_dump() for c in citations]}
    )
