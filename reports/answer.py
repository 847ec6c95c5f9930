"""The answer to an inquiry as Markdown, as one self-contained HTML file, and as JSON.

Made from the value alone: the same answer gives the same bytes. Every statement about the world
shows its verified quotes' papers or the flag; ids in free text are vetted.
"""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from markupsafe import Markup

from claims.answer import Answered, Criteria, Disagreement, InquiryAnswer, Line, Statement
from claims.assessment import Assessment
from claims.health import Records
from reports import vetted
from reports.evidence import Piece
from reports.render import Files, file_stem, filled, write_file
from reports.words import count, utc

CRITERIA: Final = {
    "strength": "how far it overturns the claim, times the judge's confidence",
    "directness": "share of the claim's telling words that the quote speaks of",
    "recency": "1 at the end of the window, 0 at its beginning",
    "independence": "1 when none of its authors wrote the claim's own sources, 0.5 where the "
    "claim rests on none that is known",
}  # fmt: skip
"""What each criterion of the second task means; the ranking goes by their mean."""

TITLES: Final = (
    "Task 1: re-test the premise",
    "Task 2: the strongest disagreement or superseding work",
    "Task 3: questions that assume another regime",
)


@dataclass(frozen=True, kw_only=True)
class AnswerReport:
    """An answer with what is known of the papers that its free text names."""

    answer: InquiryAnswer
    records: Records

    def task(self, n: int) -> str:
        """The text of a task as the inquiry states it, from 0; empty where it has none."""
        tasks = self.answer.inquiry.tasks
        return tasks[n] if n < len(tasks) else ""


def to_markdown(report: AnswerReport) -> str:
    """The answer as CommonMark with tables and struck text."""
    return _filled("answer.md.j2", report)


def to_html(report: AnswerReport) -> str:
    """The answer as one HTML file without scripts, which loads nothing."""
    return _filled("answer.html.j2", report)


def html_pages(report: AnswerReport, per_page: int) -> tuple[Markup, ...]:
    """The answer as the inside of HTML pages, one at least: `per_page` of its questions on each.

    The second and the third task are on the first one.
    """
    premise = report.answer.premise
    starts = range(0, max(len(premise), 1), per_page)
    return tuple(
        Markup(  # noqa: S704 - escaped as it is filled
            _filled(
                "answer_body.html.j2",
                report,
                premise=premise[start : start + per_page],
                is_first=start == 0,
            )
        )
        for start in starts
    )


def to_json(report: AnswerReport) -> str:
    """The answer as JSON text; fields are added, never renamed or removed."""
    return json.dumps(contract(report), indent=2, ensure_ascii=False) + "\n"


def write(report: AnswerReport, folder: Path) -> Files:
    """The three forms in `folder`, named for inquiry and day. Raises LedgerError."""
    answer = report.answer
    stem = file_stem(f"answer-{answer.inquiry.id}-{utc(answer.until):%Y-%m-%d}")
    files = Files(
        markdown=folder / f"{stem}.md", html=folder / f"{stem}.html", json=folder / f"{stem}.json"
    )
    write_file(files.markdown, to_markdown(report))
    write_file(files.html, to_html(report))
    write_file(files.json, to_json(report))
    return files


def contract(report: AnswerReport) -> dict[str, object]:
    """The answer as plain JSON values.

    A statement is `{"text", "kind", "grounded", "evidence", "struck"}`; `struck` lists the ids of
    its text that cannot stand.
    """
    answer = report.answer
    said = partial(_statement, records=report.records)
    return {
        "inquiry": answer.inquiry.id,
        "question": answer.inquiry.question,
        "until": utc(answer.until).isoformat(),
        "writer": answer.signature.model_dump(mode="json"),
        "notes": list(answer.notes),
        "openness": answer.openness.value,
        "why": [said(one) for one in answer.why],
        "premise": [_answered(one, report.records) for one in answer.premise],
        "disagreement": {
            "since": utc(answer.window.since).isoformat(),
            "criteria": dict(CRITERIA),
            "ranked": [_disagreement(one, report.records) for one in answer.disagreements],
            "beyond_the_frame": [said(one) for one in answer.beyond_the_frame],
        },
        "questions": [_line(one) for one in answer.questions],
        "next_lines": [_line(one) for one in answer.next_lines],
    }


def _filled(template: str, report: AnswerReport, **more: object) -> str:
    vet = vetted.vetted_html if template.endswith(".html.j2") else vetted.vetted_markdown
    answer = report.answer
    held = {one.claim.id: one for one in answer.held}

    def piece_of(assessment: Assessment) -> Piece:
        """The assessment as reports tell it, with the relation that counts."""
        one = held.get(assessment.claim_id)
        relation = one.relation_of(assessment) if one else assessment.relation
        return Piece(assessment=assessment, relation=relation)

    whole: dict[str, object] = {"premise": answer.premise, "is_first": True}
    return filled(
        template,
        **whole | more,
        report=report,
        answer=answer,
        titles=TITLES,
        criteria=CRITERIA,
        basis=_basis(answer),
        not_grounded=vetted.NOT_GROUNDED,
        n_ungrounded=count(_n_ungrounded(answer), "statement"),
        vet=partial(vet, records=report.records),
        piece_of=piece_of,
    )


def _basis(answer: InquiryAnswer) -> str:
    n_claims = count(len(answer.held), "claim")
    evidence = {a.id for held in answer.held for a in held.admitted}
    return (
        f"From {n_claims} and {count(len(evidence), 'verified piece')} of evidence in the ledger, "
        f"of papers from before {utc(answer.until):%Y-%m-%d}. No paper was read for this answer. "
        f"Sentences by {_writer(answer)}."
    )


def _writer(answer: InquiryAnswer) -> str:
    signed = answer.signature
    return signed.judge if signed.model == "templates" else f"{signed.judge} ({signed.model})"


def _n_ungrounded(answer: InquiryAnswer) -> int:
    told = [s for one in answer.premise for s in one.statements]
    told += [s for one in answer.disagreements for s in one.statements]
    told += answer.beyond_the_frame
    return sum(not statement.is_grounded for statement in told)


def _answered(one: Answered, records: Records) -> dict[str, object]:
    return {
        "question": one.question,
        "claims": [
            {"id": h.claim.id, "standing": h.state.value, "flags": [f.value for f in h.flags]}
            for h in one.held
        ],
        "statements": [_statement(statement, records=records) for statement in one.statements],
    }


def _disagreement(one: Disagreement, records: Records) -> dict[str, object]:
    return {
        "claim": one.held.claim.id,
        "relation": one.relation.value,
        "criteria": {**_rounded(one.criteria), "total": round(one.criteria.total, 3)},
        "statements": [_statement(statement, records=records) for statement in one.statements],
    }


def _rounded(criteria: Criteria) -> dict[str, float]:
    return {name: round(getattr(criteria, name), 3) for name in CRITERIA}


def _line(line: Line) -> dict[str, object]:
    return {
        "question": line.question,
        "springs_from": line.springs_from,
        "claim": line.held.claim.id,
        "standing": line.held.state.value,
        "decided_by": line.decided_by,
        "grounded": line.is_grounded,
        "evidence": [_citation(piece) for piece in line.evidence],
    }


def _statement(statement: Statement, *, records: Records) -> dict[str, object]:
    struck = [s for s in vetted.vetted(statement.text, records) if s.struck]
    return {
        "text": statement.text,
        "kind": statement.kind.value,
        "grounded": statement.is_grounded,
        "evidence": [_citation(piece) for piece in statement.evidence],
        "struck": [{"text": span.text, "why": span.struck} for span in struck],
    }


def _citation(assessment: Assessment) -> dict[str, object]:
    cited = assessment.evidence[0]
    return {
        "assessment_id": assessment.id,
        "relation": assessment.relation.value,
        "arxiv_id": cited.paper.id.number,
        "version": cited.paper.id.version,
        "title": cited.paper.title,
        "submitted_on": cited.paper.submitted_on.isoformat(),
        "quote": cited.quote,
        "tier": cited.tier.value,
        "source": cited.passage.source.value,
        "url": cited.paper.id.url,
    }
