"""Small builders of stored values, and a judge that answers what it was told to answer.

Every sentence and number here is invented. Quotes go through the real `claims.verify.verify`.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from agents.judge import Reading
from claims.assessment import Assessment, Decision, Ruling
from claims.claim import Claim, Inquiry
from claims.evidence import (
    Citation,
    Finding,
    Paper,
    Passage,
    Relation,
    Signature,
    TextSource,
    Verdict,
)
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.run import Run, RunKind
from claims.standing import standing_of
from claims.verify import verify

WORDS = "Lanterns that were asked twice gave the same colour in 83 % of 240 trials."
QUOTE = "gave the same colour in 83 % of 240 trials"
LOCAL = Signature(judge="local", model="invented-1", prompt_version="sha256:0")
Answer = TypeVar("Answer", Citation, Verdict)
THRESHOLDS = {"local": 0.5, "source-health": 0.0}


def moment(text: str) -> datetime:
    """The first UTC moment of a day, or an ISO moment taken as UTC."""
    if "T" in text:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)


def paper(
    arxiv_id: str = "2503.00001v1",
    *,
    abstract: str = WORDS,
    title: str = "Lanterns asked twice",
    authors: tuple[str, ...] = ("Ida Lampwright",),
    submitted: str = "2025-03-04",
    revised: str | None = None,
    **more: Any,  # noqa: ANN401 - any other field of Paper
) -> Paper:
    """A paper version of 2025 about lanterns."""
    return Paper(
        id=ArxivId.parse(arxiv_id),
        title=title,
        authors=authors,
        abstract=abstract,
        submitted_at=moment(submitted),
        revised_at=moment(revised or submitted),
        **more,
    )


def passage_of(of: Paper, *, source: TextSource = TextSource.ABSTRACT) -> Passage:
    """The whole abstract as one passage."""
    return Passage(paper=of.id, source=source, text=of.abstract, start=0, end=len(of.abstract))


def reading_of(of: Paper) -> Reading:
    """What a judge is shown of a paper: its abstract."""
    return Reading(paper=of, passages=(passage_of(of),))


def claim(
    claim_id: str = "lanterns-agree",
    text: str = "A lantern that is asked twice gives the same colour.",
    as_of: str = "2024",
    **more: Any,  # noqa: ANN401 - any other field of Claim
) -> Claim:
    """A claim of 2024 about lanterns."""
    return Claim.model_validate({"id": claim_id, "text": text, "as_of": as_of, **more})


def inquiry(*claims: Claim, inquiry_id: str = "lanterns", **more: Any) -> Inquiry:  # noqa: ANN401 - any other field of Inquiry
    """An inquiry that holds `claims`."""
    return Inquiry(id=inquiry_id, question="Do lanterns answer alike?", claims=claims, **more)


def finding(of: Paper, *, quote: str = QUOTE, statement: str = "Lanterns agree.") -> Finding:
    """What the paper reports, citing its abstract."""
    citation = Citation(passage_id=passage_of(of).id, quote=quote)
    return Finding(paper=of.id, statement=statement, citations=(citation,))


def assessment(
    about: Claim,
    of: Paper,
    *,
    relation: Relation = Relation.SUPPORTS,
    confidence: float = 0.9,
    quote: str = QUOTE,
    reason: str = "Task and measure are the same.",
    source: TextSource = TextSource.ABSTRACT,
    signature: Signature = LOCAL,
) -> Assessment:
    """The bearing of `of` on `about`, its quote proven."""
    passage = passage_of(of, source=source)
    citation = Citation(passage_id=passage.id, quote=quote)
    return Assessment(
        claim_id=about.id,
        claim_revision=about.revision,
        finding=Finding(paper=of.id, statement="Lanterns agree.", citations=(citation,)),
        verdict=Verdict(relation=relation, reason=reason, confidence=confidence),
        signature=signature,
        evidence=(verify(citation, passage, of),),
    )


def decision(
    about: Claim,
    ruling: Ruling,
    *,
    on: Assessment | None = None,
    at: str = "2026-01-05",
    **more: Any,  # noqa: ANN401 - any other field of Decision
) -> Decision:
    """A person's ruling on an assessment, or on the claim's standing."""
    return Decision(
        claim_id=about.id,
        assessment_id=on.id if on else None,
        ruling=ruling,
        by="R. Reader",
        at=moment(at),
        why="I read it.",
        **more,
    )


def run(run_id: str = "night-2026-01-02", **changed: Any) -> Run:  # noqa: ANN401 - any field of Run
    """A night of January 2026 that has not ended."""
    values = {
        "id": run_id,
        "kind": RunKind.NIGHTLY,
        "since": moment("2026-01-01"),
        "until": moment("2026-01-02"),
        "started_at": moment("2026-01-02T03:00"),
        "settings": {"source": "sample", "judge": "local"},
        "thresholds": THRESHOLDS,
    }
    return Run.model_validate(values | changed)


def finished(begun: Run, **changed: Any) -> Run:  # noqa: ANN401 - any field of Run
    """The end of a run, a moment after everything that was recorded so far."""
    at = datetime.now(UTC) + timedelta(microseconds=1)
    return begun.model_copy(update={"finished_at": at, **changed})


class ScriptedJudge:
    """Answers from scripts and raises when one runs out or asks for a paper it does not name.

    `findings` maps a paper's number to what is extracted from it; an error there is raised.
    `verdicts`, `second_looks` and `repairs` are taken in the order of the calls, errors raised.
    Everything asked is kept in `calls`. `close` says what was scripted and never asked for.
    """

    def __init__(
        self,
        findings: Mapping[str, Sequence[Finding] | Exception] | None = None,
        verdicts: Iterable[Verdict | Exception] = (),
        *,
        second_looks: Iterable[Verdict | Exception] = (),
        repairs: Iterable[Citation | Exception] = (),
        signature: Signature = LOCAL,
        threshold: float = 0.5,
    ) -> None:
        self._findings = dict(findings or {})
        self._verdicts = deque(verdicts)
        self._second_looks = deque(second_looks)
        self._repairs = deque(repairs)
        self.signature = signature
        self.threshold = threshold
        self.calls: list[str] = []

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The findings scripted for this paper, once."""
        number = reading.paper.id.number
        self.calls.append(f"extract {claim.id} {number}")
        if number not in self._findings:
            raise AssertionError(f"nothing (more) is scripted for the paper {number}")
        answer = self._findings.pop(number)
        if isinstance(answer, Exception):
            raise answer
        return tuple(answer)

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        """The next scripted repair."""
        del claim
        self.calls.append(f"repair {passage.paper} {citation.quote}")
        return _next(self._repairs, "repair")

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """The next scripted verdict."""
        self.calls.append(f"compare {claim.id} {finding.paper.number}")
        return _next(self._verdicts, "verdict")

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """The next scripted second look."""
        self.calls.append(f"second look {claim.id} {proposed.value} {quote}")
        return _next(self._second_looks, "second look")

    def close(self) -> None:
        """Raise AssertionError when something scripted was never asked for."""
        scripts = (self._findings, self._verdicts, self._second_looks, self._repairs)
        left = sum(len(script) for script in scripts)
        if left:
            raise AssertionError(f"{left} scripted answers were never asked for")


def _next(script: deque[Answer | Exception], what: str) -> Answer:
    if not script:
        raise AssertionError(f"no {what} is scripted any more")
    answer = script.popleft()
    if isinstance(answer, Exception):
        raise answer
    return answer


def retested(
    ledger: Ledger, about: Claim, *found: Assessment, run_id: str = "night-2026-01-02"
) -> Run:
    """A finished night in which `found` was assessed for `about`, its standing computed."""
    begun = ledger.runs.begin(run(run_id))
    ledger.claims.register([about])
    papers = [cited.paper for a in found for cited in a.evidence]
    ledger.papers.add(papers, begun.id)
    ledger.work.record(begun.id, about, assessments=found, judged=papers, signature=LOCAL)
    done = finished(begun)
    known = ledger.known(about, as_of=done.finished_at, before=done.until)
    standing = standing_of(about, known, thresholds=done.thresholds)
    ledger.runs.finish(done, [standing], (inquiry(about),))
    return done
