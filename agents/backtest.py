"""What a judge would have done: old claims against the papers that came after them.

`held` reads every paper that is newer than a claim, as a night would. `alarms` does the same with
claims that the papers cannot bear on: all it admits is false. `chains` tells old records the
results that beat them, `withdrawn` counts notices that are seen. No cutoff of a search is in
between, so a judge meets more here than in a night.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from agents.evaluation import admitted_by, claim_of
from agents.judge import Judge, Reading
from agents.labelled import reading_of, rows
from agents.measures import Figures
from claims.claim import Claim, Quantity
from claims.dates import ClaimDate
from claims.errors import LibraryError, SettingsError
from claims.evidence import Paper, Relation
from papers.passages import cut
from papers.withdrawal import says_withdrawn

ELSEWHERE: Final = (
    "Coral reefs recover from bleaching within ten years when fishing is banned.",
    "Perovskite solar cells lose less than 5% of their efficiency after 1,000 hours of light.",
    "A minimum wage does not reduce the employment of young people.",
    "Bees that are exposed to neonicotinoids forage less often than bees that are not.",
    "The expansion of the universe looks faster in supernovae than in the microwave background.",
)
"""Claims that no paper on language models can bear on."""

NEARBY: Final = (
    "Quantising a language model to four bits does not reduce its accuracy on reasoning tasks.",
    "Retrieval reduces the number of hallucinated facts in medical question answering.",
    "Diffusion models generate better images than generative adversarial networks.",
    "Code models cannot repair bugs that span several files.",
    "Larger vocabularies improve machine translation for languages with few resources.",
)
"""Claims on other subjects of one field: harder, and a paper may rightly touch on one."""


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What a judge would have put into the ledger of one paper and one claim."""

    claim: str
    paper: str
    relation: str
    confidence: float
    quote: str
    reason: str


async def held(judge: Judge, claims: Sequence[Claim], papers: Iterable[Paper]) -> Figures:
    """What would have been admitted of the papers that are newer than each claim."""
    n_pairs = 0
    told: list[Admitted] = []
    for paper in papers:
        reading = Reading(paper=paper, passages=cut(paper))
        for claim in claims:
            if paper.submitted_on <= claim.as_of.newer_after:
                continue
            n_pairs += 1
            told += await _told(judge, claim, reading)
    by_relation = Counter(one.relation for one in told)
    return {
        "claims": len(claims),
        "pairs": n_pairs,
        "admitted": len(told),
        "relations": dict(sorted(by_relation.items())),
        "told": [vars(one) for one in sorted(told, key=lambda one: (one.claim, one.paper))],
    }


async def alarms(judge: Judge, texts: Sequence[str], papers: Iterable[Paper]) -> Figures:
    """The same for claims of which it is known that none of the papers bears on them."""
    return await held(judge, [_numbered(text, place) for place, text in enumerate(texts)], papers)


async def chains(judge: Judge, file: Path) -> Figures:
    """How often a record is said to be superseded by the next one, and not by the one before.

    A row has `section`, `metric`, `lower_better` and `chain`, a list of `{year, model, score}` in
    which each outdoes the one before. Claim and evidence are sentences of ours around these facts.
    Raises LibraryError, SettingsError.
    """
    beaten, unbeaten = Counter[str](), Counter[str]()
    n_left_out = 0
    for number, row in enumerate(rows(file), start=1):
        steps = _steps(row, file, number)
        if row.get("lower_better") or not steps:
            n_left_out += 1
        for old, new in steps if not row.get("lower_better") else ():
            what = str(row["section"]).rpartition(">")[2].strip()
            claim = _record(old, str(row["metric"]), what)
            beaten[await _said(judge, claim, _result(new, str(row["metric"]), what))] += 1
            worse = {**new, "score": float(old["score"]) * _CLEARLY_LESS}
            unbeaten[await _said(judge, claim, _plain_result(worse, row["metric"], what))] += 1
    n = sum(beaten.values())
    if not n:
        raise SettingsError(f"{file} has no chain of results in which one outdoes another")
    return {
        "steps": n,
        "left_out": n_left_out,
        "superseded": round(beaten[Relation.SUPERSEDES] / n, 3),
        "said_of_better": dict(sorted(beaten.items())),
        "said_of_worse": dict(sorted(unbeaten.items())),
    }


def withdrawn(file: Path) -> Figures:
    """How many withdrawal notices are seen from the authors' comment. Raises LibraryError."""
    comments = [str(row.get("retraction_comment") or "") for row in rows(file)]
    if not comments:
        raise SettingsError(f"{file} has no row: each line is one with retraction_comment")
    n_seen = sum(map(says_withdrawn, comments))
    n_naming = sum(bool(_WORD.search(comment)) for comment in comments)
    return {
        "notices": len(comments),
        "seen": n_seen,
        "that_name_it": n_naming,
        "seen_of_these": round(n_seen / (n_naming or 1), 3),
    }


_WORD: Final = re.compile(r"withdr[ae]w", re.IGNORECASE)
_CLEARLY_LESS: Final = 0.7
"""A result that is 30 % lower beats nothing, whatever the measure."""

Step = dict[str, Any]


def _steps(row: Step, file: Path, number: int) -> list[tuple[Step, Step]]:
    """Neighbours of a chain of which the later is of a later year."""
    try:
        chain = [{**one, "year": int(one["year"]), "score": float(one["score"])}
                 for one in row["chain"]]  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(str(file), number, f"not a chain of results: {error!r}") from error
    return [(a, b) for a, b in pairwise(chain) if a["year"] < b["year"]]


def _record(step: Step, metric: str, what: str) -> Claim:
    return Claim(
        id="record",
        text=f"The highest {metric} on {what} is {step['score']:g}.",
        as_of=ClaimDate(str(step["year"])),
        quantities=(Quantity(measure=metric, low=step["score"], high=step["score"]),),
    )


def _result(step: Step, metric: str, what: str) -> str:
    return (
        f"On {what} our method reaches a {metric} of {step['score']:.2f}, beyond earlier results."
    )


def _plain_result(step: Step, metric: str, what: str) -> str:
    return f"On {what} our method reaches a {metric} of {step['score']:.2f}."


async def _said(judge: Judge, claim: Claim, text: str) -> str:
    told = await _told(judge, claim, reading_of(text))
    return max(told, key=lambda one: one.confidence).relation if told else "nothing"


async def _told(judge: Judge, claim: Claim, reading: Reading) -> list[Admitted]:
    return [
        Admitted(
            claim=claim.text,
            paper=str(reading.paper.id),
            relation=verdict.relation,
            confidence=verdict.confidence,
            quote=finding.citations[0].quote,
            reason=verdict.reason,
        )
        for finding, verdict in await admitted_by(judge, claim, reading)
    ]


def _numbered(text: str, place: int) -> Claim:
    return claim_of(text).model_copy(update={"id": f"unrelated-{place}"})
