"""What is held, as JSON with a published schema and as CSV for spreadsheets.

The JSON schema is that of `Export` (`retest export json --schema`). Fields are added, never renamed
or removed; moments are ISO 8601 in UTC; the same ledger gives the same bytes.
"""

import csv
import io
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, Literal

from claims.assessment import Assessment, Ruling, StandingState
from claims.claim import Frozen
from claims.evidence import Relation, TextSource
from claims.standing import Flag
from claims.verify import Tier
from reports.evidence import Quoted
from reports.holdings import Holding
from reports.words import visible


class Quote(Frozen):
    """Words of a source, proven to stand there."""

    quote: str
    source: TextSource
    page: int | None
    start: int
    """In the text of its kind, in characters; half-open with `end`."""
    end: int
    tier: Tier


class Evidence(Frozen):
    """One assessment of one paper version."""

    assessment_id: str
    counts: bool
    """Whether it is admitted for the standing as of now."""
    relation: Relation
    """The one that counts: a person's amendment, or else the judge's."""
    judged: Relation
    confidence: float
    """An ordering within one judge, not a probability."""
    reason: str
    judge: str
    model: str
    arxiv_id: str
    version: int | None
    title: str
    submitted_on: date
    withdrawn: bool
    quotes: tuple[Quote, ...]


class Decided(Frozen):
    """A person's ruling. `assessment_id` null is the standing itself."""

    id: str
    assessment_id: str | None
    ruling: Ruling
    relation: Relation | None
    standing: StandingState | None
    by: str
    at: datetime
    why: str


class Past(Frozen):
    """The claim after a run that changed it; `run_id` is empty for a ruling since."""

    at: datetime
    run_id: str
    standing: StandingState


class HeldClaim(Frozen):
    """One claim and everything that is known of it."""

    id: str
    inquiry: str
    text: str
    as_of: str
    standing: StandingState
    flags: tuple[Flag, ...]
    reason: str
    sources: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    decisions: tuple[Decided, ...]
    history: tuple[Past, ...]


class Export(Frozen):
    """The whole library as it stands."""

    format: Literal["retest-export-1"] = "retest-export-1"
    claims: tuple[HeldClaim, ...]


_COLUMNS: Final = (
    "claim_id", "inquiry", "text", "as_of", "standing", "flags", "relation", "counts",
    "confidence", "arxiv_id", "version", "title", "submitted_on", "quote", "source", "page",
    "reason",
)  # fmt: skip

_FORMULA: Final = re.compile(r"(^|;\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet would begin to run a cell (OWASP, "CSV Injection"): at its start, and behind
a semicolon, which parts cells in half of Europe; wide signs are read as plain ones in East Asia."""


def to_json(held: Iterable[Holding]) -> str:
    """The library as JSON text by the schema of `Export`."""
    whole = Export(claims=tuple(_claim(holding) for holding in held))
    return whole.model_dump_json(indent=2) + "\n"


def to_csv(held: Iterable[Holding]) -> str:
    """A row for every quote, and one for every claim without any."""
    written = io.StringIO()
    rows = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    for holding in held:
        claim = _claim(holding)
        head = {
            "claim_id": claim.id,
            "inquiry": claim.inquiry,
            "text": claim.text,
            "as_of": claim.as_of,
            "standing": claim.standing.value,
            "flags": " ".join(claim.flags),
        }
        for told in _quotes(claim) or [{}]:
            rows.writerow({name: _cell(value) for name, value in (head | told).items()})
    return written.getvalue()


def _quotes(claim: HeldClaim) -> list[dict[str, str]]:
    return [
        {
            "relation": piece.relation.value,
            "counts": "yes" if piece.counts else "no",
            "confidence": f"{piece.confidence:.2f}",
            "arxiv_id": piece.arxiv_id,
            "version": str(piece.version or ""),
            "title": piece.title,
            "submitted_on": piece.submitted_on.isoformat(),
            "quote": quote.quote,
            "source": quote.source.value,
            "page": str(quote.page or ""),
            "reason": piece.reason,
        }
        for piece in claim.evidence
        for quote in piece.quotes
    ]


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1'", visible(text))


def _claim(holding: Holding) -> HeldClaim:
    claim, standing = holding.claim, holding.standing
    return HeldClaim(
        id=claim.id,
        inquiry=holding.inquiry.id,
        text=claim.text,
        as_of=str(claim.as_of),
        standing=standing.state,
        flags=standing.flags,
        reason=standing.reason,
        sources=tuple(str(source.arxiv) for source in claim.sources),
        evidence=tuple(_evidence(holding, a) for a in holding.assessments),
        decisions=tuple(
            Decided(id=d.id, **d.model_dump(exclude={"claim_id"})) for d in holding.decisions
        ),
        history=tuple(
            Past(at=moment.at, run_id=moment.run_id, standing=moment.state)
            for moment in holding.history
        ),
    )


def _evidence(holding: Holding, assessment: Assessment) -> Evidence:
    paper = assessment.evidence[0].paper
    quotes = (Quoted(cited=cited) for cited in assessment.evidence)
    return Evidence(
        assessment_id=assessment.id,
        counts=assessment.id in holding.standing.relations,
        relation=holding.standing.relations.get(assessment.id, assessment.relation),
        judged=assessment.relation,
        confidence=assessment.verdict.confidence,
        reason=assessment.verdict.reason,
        judge=assessment.signature.judge,
        model=assessment.signature.model,
        arxiv_id=paper.id.number,
        version=paper.id.version,
        title=paper.title,
        submitted_on=paper.submitted_on,
        withdrawn=paper.withdrawn,
        quotes=tuple(
            Quote(
                quote=quoted.cited.quote,
                source=quoted.cited.passage.source,
                page=quoted.page,
                start=quoted.start,
                end=quoted.end,
                tier=quoted.cited.tier,
            )
            for quoted in quotes
        ),
    )
