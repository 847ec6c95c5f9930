"""A workspace after its nights: claims that moved, papers full of markup. All of it invented."""

import json
from dataclasses import dataclass
from pathlib import Path

from claims.assessment import Assessment
from claims.claim import Claim
from claims.evidence import Relation
from claims.ledger import Ledger
from claims.library import read_library
from claims.standing import standing_of
from flows.settings import Environment
from flows.workspace import Workspace
from tests.fakes import LOCAL, assessment, claim, finished, moment, paper, run
from tests.lamps import AGREES, DENIES, FIRST, WICK, write_dump

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \u202eevil"
_KINDS = (
    Relation.CONTRADICTS,
    Relation.QUALIFIES,
    Relation.SUPPORTS,
    Relation.SUPERSEDES,
)


@dataclass(frozen=True, kw_only=True)
class Morning:
    """The workspace and the claims of its library, by number."""

    workspace: Workspace
    claims: tuple[Claim, ...]


def morning(folder: Path, n_claims: int = 10, *, n_pieces: int = 1) -> Morning:
    """Two nights over `n_claims` claims; the second one moved every claim but the last."""
    claims = tuple(_claim(n) for n in range(n_claims))
    written = "".join(_toml(c) for c in claims)
    library = (
        '[inquiry]\nid = "lanterns"\nquestion = "Do lanterns answer alike?"\n'
        'categories = ["cs.LN"]\ntasks = ["Say whether the premise holds."]\n' + written
    )
    (folder / "claims").mkdir(parents=True)
    (folder / "claims" / "lanterns.toml").write_text(library, encoding="utf-8")
    dump = write_dump(folder / "dump.jsonl", FIRST, AGREES, DENIES, WICK)
    workspace = Workspace.create(folder, Environment.read({}), papers=str(dump))
    ledger = Ledger.open(workspace.ledger_url)
    held = {c.id: c for c in read_library(folder / "claims")[0].claims}
    claims = tuple(held[c.id] for c in claims)
    supports = {c.id: [_piece(c, n, 0, Relation.SUPPORTS)] for n, c in enumerate(claims)}
    night(ledger, claims, supports, "2026-01-02", workspace)
    news = {
        c.id: [_piece(c, n, k, _KINDS[n % len(_KINDS)]) for k in range(1, n_pieces + 1)]
        for n, c in enumerate(claims[:-1])
    }
    night(ledger, claims, news, "2026-01-03", workspace)
    ledger.close()
    return Morning(workspace=workspace, claims=claims)


def night(
    ledger: Ledger,
    claims: tuple[Claim, ...],
    found: dict[str, list[Assessment]],
    until: str,
    workspace: Workspace,
) -> None:
    """A finished night in which `found` was assessed, by claim id."""
    begun = ledger.runs.begin(run(f"night-{until}", until=moment(until)))
    ledger.claims.register(claims)
    for about in claims:
        made = found.get(about.id, [])
        papers = [cited.paper for a in made for cited in a.evidence]
        ledger.papers.add(papers, begun.id)
        ledger.work.record(begun.id, about, assessments=made, judged=papers, signature=LOCAL)
    done = finished(begun)
    standings = [
        standing_of(
            c,
            ledger.known(c, as_of=done.finished_at, before=done.until),
            thresholds=done.thresholds,
        )
        for c in claims
    ]
    ledger.runs.finish(done, standings, workspace.inquiries())


def _claim(n: int) -> Claim:
    text = f"Lantern number {n} gives the same colour when it is asked twice."
    if n == 1:
        text = f"Lantern number 1 is full of markup: {HOSTILE.replace(chr(0x202E), '')}"
    return claim(f"lantern-{n:04}", text, scope={"task": "asking twice"})


def _toml(written: Claim) -> str:
    return (
        f'\n[[claims]]\nid = "{written.id}"\ntext = {json.dumps(written.text)}\nas_of = "2024"\n'
        f'scope = {{ task = "asking twice" }}\n'
    )


def _piece(about: Claim, n: int, k: int, relation: Relation) -> Assessment:
    number = n * 60 + k
    hostile = n == 1
    return assessment(
        about,
        paper(
            f"25{3 + number // 50_000:02}.{number % 50_000 + 1:05}v1",
            title=HOSTILE if hostile else f"Lanterns asked twice, part {k}",
        ),
        relation=relation,
        confidence=0.6 + (n * 7 % 40) / 100,
        reason=HOSTILE if hostile else "Task and measure are the same.",
    )
