"""A large library after two nights, made without a judge. Every sentence and number is invented."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from claims.assessment import Assessment, Ruling
from claims.claim import Claim
from claims.deciding import Wish, rule
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
from claims.waiting import waiting
from flows.settings import Environment
from flows.workspace import Workspace

N_CLAIMS = 1_000
N_PIECES = 50
N_RULINGS = 40

_SIGNATURE = Signature(judge="local", model="invented", prompt_version="sha256:0")
_THRESHOLDS = {"local": 0.5}
_RELATIONS = (
    Relation.SUPPORTS, Relation.QUALIFIES, Relation.CONTRADICTS, Relation.NOT_COMPARABLE,
    Relation.SUPERSEDES,
)  # fmt: skip


def library(folder: Path) -> None:
    """Nothing: in `folder` is a workspace whose second night moved most of its claims."""
    (folder / "claims").mkdir()
    head = (
        '[inquiry]\nid = "lanterns"\nquestion = "Do lanterns answer alike?"\n'
        'tasks = ["Say whether the premise holds."]\n'
    )
    written = "".join(
        f'\n[[claims]]\nid = "lantern-{n:04}"\nas_of = "2024"\n'
        f'text = "Lantern number {n} gives the same colour when it is asked twice in the dark."\n'
        for n in range(N_CLAIMS)
    )
    (folder / "claims" / "lanterns.toml").write_text(head + written, encoding="utf-8")
    workspace = Workspace.create(folder, Environment.read({}), papers="sample")
    ledger = Ledger.open(workspace.ledger_url)
    ledger.claims.register(workspace.inquiries()[0].claims)
    half = N_PIECES // 2
    _night(ledger, workspace, "2026-01-02", pieces=range(half), relations=(Relation.SUPPORTS,))
    later = range(half, N_PIECES)
    _night(ledger, workspace, "2026-01-03", pieces=later, relations=_RELATIONS)
    _rulings(ledger)
    ledger.close()


def _rulings(ledger: Ledger) -> None:
    """A person has worked off the head of the queue."""
    for entry in waiting(ledger)[:N_RULINGS]:
        wish = Wish(
            claim_id=entry.stand.claim_id,
            assessment_id=entry.assessment_id,
            ruling=Ruling.REJECT,
            by="Ada",
            why="Task, population, measure or setting differ.",
        )
        rule(ledger, wish)


def _night(
    ledger: Ledger,
    workspace: Workspace,
    until: str,
    *,
    pieces: range,
    relations: tuple[Relation, ...],
) -> None:
    claims = workspace.inquiries()[0].claims
    moment = datetime.fromisoformat(until).replace(tzinfo=UTC)
    run = ledger.runs.begin(
        Run(
            id=f"night-{until}", kind=RunKind.NIGHTLY, since=moment - timedelta(days=1),
            until=moment, started_at=moment, thresholds=_THRESHOLDS,
            settings={"source": "invented", "judge": "local"},
        )
    )  # fmt: skip
    for n, claim in enumerate(claims):
        found = list(_pieces(claim, n, pieces, relations))
        papers = [a.evidence[0].paper for a in found]
        ledger.papers.add(papers, run.id)
        ledger.work.record(run.id, claim, assessments=found, judged=papers, signature=_SIGNATURE)
    done = run.model_copy(update={"finished_at": datetime.now(UTC)})
    standings = [
        standing_of(
            claim,
            ledger.known(claim, as_of=done.finished_at, before=done.until),
            thresholds=_THRESHOLDS,
        )
        for claim in claims
    ]
    ledger.runs.finish(done, standings, workspace.inquiries())


def _pieces(
    claim: Claim, n: int, pieces: range, relations: tuple[Relation, ...]
) -> Iterator[Assessment]:
    for k in pieces:
        number = n * N_PIECES + k
        text = (
            f"In trial {number} lanterns that were asked twice in the dark gave the same colour in "
            f"{number % 100} % of {number + 20} cases, and nothing else was found to matter."
        )
        at = datetime(2025, 3, 4, tzinfo=UTC)
        paper = Paper(
            id=ArxivId(f"25{3 + number // 90_000:02}.{number % 90_000 + 1:05}", 1),
            title=f"Lanterns asked twice in the dark, part {number}",
            authors=("Ida Lampwright", "Otto Wick"),
            abstract=text,
            submitted_at=at,
            revised_at=at,
        )
        passage = Passage(
            paper=paper.id, source=TextSource.ABSTRACT, text=text, start=0, end=len(text)
        )
        citation = Citation(passage_id=passage.id, quote=text[:70].rsplit(" ", 1)[0])
        relation = relations[(n + (k if k % 5 == 0 else 0)) % len(relations)]
        yield Assessment(
            claim_id=claim.id,
            claim_revision=claim.revision,
            finding=Finding(paper=paper.id, statement=text, citations=(citation,)),
            verdict=Verdict(
                relation=relation,
                reason="Task, population and measure are the same on both sides.",
                confidence=0.5 + (number * 37 % 50) / 100,
            ),
            signature=_SIGNATURE,
            evidence=(verify(citation, passage, paper),),
        )


if __name__ == "__main__":
    library(Path(sys.argv[1]))
