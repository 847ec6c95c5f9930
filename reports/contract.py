"""The JSON form of a report: a stable contract, complete and uncapped.

    {"run": {"id", "kind", "claim_id", "since", "until", "started_at", "finished_at",
             "duration_s", every field of claims.run.Counts, "failures": [{"stage", "item_id",
             "claim_id", "error", "message"}], "harvest": [{"category", "outcome", "n_harvested",
             "n_new", "n_feed", "n_missing", "since", "until", "told", "error"}],
             "sources": [{"before", "after", "withdrawn", "new_title", "notice", "successors"}],
             "remarks": [{"paper", "kind", "told", "words", "page"}],
             "groundings": [{"holder_id", "not_searched", "proposals": [{"arxiv_id", "version",
                 "title", "first_author", "submitted_on", "quote", "tier", "source", "share",
                 "numbers", "url"}]}], "notes", "settings",
             "thresholds", "versions"},
     "claims": [{"id", "text", "as_of", "before", "after", "flags", "reason", "evidence": [
         {"relation", "confidence", "arxiv_id", "version", "title", "submitted_on", "quote",
          "tier", "page", "kind", "reason", "source", "assessment_id", "start", "end", "url"}]}],
     "diff": [{"change", "claim_id", ...}],
     "report": {"markdown", "html", "json"}}

Claims are those of the run's scope in library order, evidence is strongest first. There is one
evidence row for each verified quote, so an assessment with two quotes has two rows with one
`assessment_id`. `arxiv_id` has no version; `source` is paper, html (arXiv's rendition), abstract,
sample (our words) or comment; `page` is None where the text has none; `kind` says what piece of
the paper it is, such as body or table; `start` and `end` are characters, half-open, in the text of
that source; `relation` is the one that counts. Moments are ISO 8601 in UTC. Fields are added, never
renamed or removed.
"""

from collections.abc import Mapping
from datetime import datetime

from claims.evidence import Failure
from claims.grounding import Grounding, Proposal
from claims.run import Run
from reports.evidence import Piece
from reports.report import Report, Story
from reports.words import utc

FORMATS = ("markdown", "html", "json")


def contract(report: Report, files: Mapping[str, str | None]) -> dict[str, object]:
    """The report as plain JSON values; `files` says where its forms are, None where unwritten."""
    return {
        "run": _run(report.run, report.groundings),
        "claims": [_claim(story) for story in report.stories],
        "diff": report.diff.to_json(),
        "report": {form: files.get(form) for form in FORMATS},
    }


def _run(run: Run, groundings: tuple[Grounding, ...]) -> dict[str, object]:
    return {
        "id": run.id,
        "kind": run.kind.value,
        "claim_id": run.claim_id,
        "since": _moment(run.since),
        "until": _moment(run.until),
        "started_at": _moment(run.started_at),
        "finished_at": _moment(run.finished_at),
        "duration_s": run.duration_s,
        **run.counts.model_dump(mode="json"),
        "by_claim": {id: spent.model_dump() for id, spent in sorted(run.counts.by_claim.items())},
        "failures": [_failure(failure) for failure in run.failures],
        "harvest": [outcome.model_dump(mode="json") for outcome in run.harvest],
        "sources": [change.model_dump(mode="json") for change in run.sources],
        "remarks": [remark.model_dump(mode="json") for remark in run.remarks],
        "groundings": [grounding_values(one) for one in groundings],
        "notes": list(run.notes),
        "settings": dict(sorted(run.settings.items())),
        "thresholds": dict(sorted(run.thresholds.items())),
        "versions": dict(sorted(run.versions.items())),
    }


def _failure(failure: Failure) -> dict[str, object]:
    return failure.model_dump(mode="json")


def _claim(story: Story) -> dict[str, object]:
    return {
        "id": story.claim.id,
        "text": story.claim.text,
        "as_of": str(story.claim.as_of),
        "before": story.before.value,
        "after": story.after.value,
        "flags": sorted(flag.value for flag in story.standing.flags),
        "reason": story.standing.reason,
        "evidence": [row for piece in story.pieces for row in _evidence(piece)],
    }


def grounding_values(grounding: Grounding) -> dict[str, object]:
    """What was proposed for one claim or note as plain JSON values."""
    return {
        "holder_id": grounding.holder_id,
        "not_searched": grounding.unsearched,
        "proposals": [proposal_values(one) for one in grounding.proposals],
    }


def proposal_values(proposal: Proposal) -> dict[str, object]:
    """One proposal as plain JSON values."""
    paper, cited = proposal.paper, proposal.cited
    return {
        "arxiv_id": paper.id.number,
        "version": paper.id.version,
        "title": paper.title,
        "first_author": paper.authors[0] if paper.authors else None,
        "submitted_on": paper.submitted_on.isoformat(),
        "quote": cited.quote,
        "tier": cited.tier.value,
        "source": cited.passage.source.value,
        "share": round(proposal.share, 3),
        "numbers": list(proposal.numbers),
        "url": paper.id.url,
    }


def _evidence(piece: Piece) -> list[dict[str, object]]:
    return [
        {
            "relation": piece.relation.value,
            "confidence": piece.assessment.verdict.confidence,
            "arxiv_id": piece.paper.id.number,
            "version": piece.paper.id.version,
            "title": piece.paper.title,
            "submitted_on": piece.paper.submitted_on.isoformat(),
            "quote": quoted.cited.quote,
            "tier": quoted.cited.tier.value,
            "page": quoted.page,
            "kind": quoted.cited.passage.kind.value,
            "reason": piece.assessment.verdict.reason,
            "source": quoted.cited.passage.source.value,
            "assessment_id": piece.assessment.id,
            "start": quoted.start,
            "end": quoted.end,
            "url": piece.url,
        }
        for quoted in piece.quotes
    ]


def _moment(moment: datetime | None) -> str | None:
    return utc(moment).isoformat().replace("+00:00", "Z") if moment else None
