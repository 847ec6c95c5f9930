"""How values become rows and come back: JSON bodies under hashes, evidence proven again."""

import json
from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from claims.assessment import Assessment, StandingState
from claims.claim import Frozen, Inquiry
from claims.errors import CitationError, LedgerError
from claims.evidence import Citation, Finding, Paper, Passage, Relation, Signature, Verdict
from claims.hashing import content_hash
from claims.standing import Flag, Standing
from claims.verify import Tier, VerifiedCitation, verify

F = TypeVar("F", bound=Frozen)


class CitedRow(Frozen):
    """One verified citation as it is stored: enough to prove it again."""

    passage_id: str
    paper_record: str
    quote: str
    start: int
    end: int
    tier: Tier


class AssessmentRow(Frozen):
    """The body of a row in `assessments`."""

    claim_id: str
    claim_revision: str
    finding: Finding
    verdict: Verdict
    signature: Signature
    evidence: tuple[CitedRow, ...]


class LibraryRow(Frozen):
    """The body of a row in `libraries`: the scope of a run as it was written that night."""

    inquiries: tuple[Inquiry, ...]


class StandingRow(Frozen):
    """The body of a row in `standings`."""

    claim_id: str
    claim_revision: str
    state: StandingState
    flags: tuple[Flag, ...]
    admitted: tuple[str, ...]
    """Assessment ids, strongest first."""
    relations: dict[str, Relation]
    reason: str


def body_of(value: Frozen) -> str:
    """The canonical JSON of a stored value."""
    return json.dumps(value.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def read_body(kind: type[F], body: str) -> F:
    """The value that a stored body writes. Raises LedgerError when it does not read."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        name = kind.__name__.removesuffix("Row").lower()
        raise LedgerError(
            f"a stored {name} does not read ({problem}): the ledger was altered; "
            "run `retest verify`"
        ) from error


def record_of(value: Frozen) -> str:
    """The content hash of a whole paper or claim record, everything in it included."""
    return content_hash(type(value).__name__.lower(), value.model_dump(mode="json"))


def hash_of_body(kind: type[Frozen], body: str) -> str:
    """The content hash that `record_of` gave the value whose stored body this is.

    A field that the type got later is not in it.
    """
    return content_hash(kind.__name__.lower(), json.loads(body))


def signature_hash(signature: Signature) -> str:
    """The name under which one judge's work is kept apart from another's."""
    return content_hash("signature", signature.model_dump(mode="json"))


def assessment_row(assessment: Assessment) -> AssessmentRow:
    """`assessment` as it is stored."""
    return AssessmentRow(
        claim_id=assessment.claim_id,
        claim_revision=assessment.claim_revision,
        finding=assessment.finding,
        verdict=assessment.verdict,
        signature=assessment.signature,
        evidence=tuple(map(cited_row, assessment.evidence)),
    )


def cited_row(cited: VerifiedCitation) -> CitedRow:
    """`cited` as it is stored."""
    return CitedRow(
        passage_id=cited.passage.id,
        paper_record=record_of(cited.paper),
        quote=cited.quote,
        start=cited.start,
        end=cited.end,
        tier=cited.tier,
    )


def assessment_of(
    row: AssessmentRow, passages: Mapping[str, Passage], papers: Mapping[str, Paper]
) -> Assessment:
    """The assessment that `row` stores, every citation proven again. Raises LedgerError."""
    return Assessment(
        claim_id=row.claim_id,
        claim_revision=row.claim_revision,
        finding=row.finding,
        verdict=row.verdict,
        signature=row.signature,
        evidence=tuple(prove(cited, passages, papers) for cited in row.evidence),
    )


def prove(
    cited: CitedRow, passages: Mapping[str, Passage], papers: Mapping[str, Paper]
) -> VerifiedCitation:
    """The citation of a stored row, verified anew. Raises LedgerError when it does not hold."""
    passage, paper = passages.get(cited.passage_id), papers.get(cited.paper_record)
    if passage is None or paper is None:
        missing = "passage" if passage is None else "paper record"
        raise LedgerError(f"a stored citation has lost its {missing}: run `retest verify`")
    try:
        citation = Citation(passage_id=passage.id, quote=cited.quote)
        proven = verify(citation, passage, paper)
    except CitationError as error:
        raise LedgerError(f"{error}: the ledger was altered, run `retest verify`") from error
    if cited.passage_id != passage.id or proven.quote != cited.quote:
        raise LedgerError(
            f"the passage {cited.passage_id} was altered after it was stored: run `retest verify`"
        )
    return proven


def standing_row(standing: Standing) -> StandingRow:
    """`standing` as it is stored; the evidence itself is in its own rows."""
    return StandingRow(
        claim_id=standing.claim_id,
        claim_revision=standing.claim_revision,
        state=standing.state,
        flags=standing.flags,
        admitted=tuple(assessment.id for assessment in standing.admitted),
        relations=dict(standing.relations),
        reason=standing.reason,
    )


def standing_of_row(row: StandingRow, assessments: Mapping[str, Assessment]) -> Standing:
    """The standing that `row` stores, with its evidence. Raises LedgerError when some is lost."""
    missing = [id for id in row.admitted if id not in assessments]
    if missing:
        raise LedgerError(
            f"the standing of {row.claim_id} has lost its assessment {missing[0]}: "
            "run `retest verify`"
        )
    return Standing(
        claim_id=row.claim_id,
        claim_revision=row.claim_revision,
        state=row.state,
        flags=row.flags,
        admitted=tuple(assessments[id] for id in row.admitted),
        relations=row.relations,
        reason=row.reason,
    )
