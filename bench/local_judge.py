"""Measures the local judge on labelled pairs of claim and evidence, and its false alarms.

    .venv/bin/python -m bench.local_judge PAIRS.jsonl.gz
    .venv/bin/python -m bench.local_judge PAIRS.jsonl.gz --sweep
    .venv/bin/python -m bench.local_judge DUMP.jsonl.gz --unrelated

PAIRS has `dataset`, `claim`, `evidence` and `label` (SUPPORT, REFUTE, NEI) on each line; DUMP is
an arXiv metadata dump. A pair's answer is that of its surest verdict that the second look
carries, or NEI when none reaches the threshold. QUALIFIES counts as NEI.
"""

import argparse
import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from agents.judge import Reading
from agents.local_judge import THRESHOLD, found
from agents.rules import judged
from agents.second_look import looked_twice
from claims.claim import Claim
from claims.dates import ClaimDate
from claims.evidence import Paper, Passage, Relation, TextSource
from claims.ids import ArxivId

_AS_OF = ClaimDate("2024")
_DAY = datetime(2025, 6, 1, tzinfo=UTC)
_LABELS = ("SUPPORT", "REFUTE", "NEI")
_LABEL_OF = {
    Relation.SUPPORTS: "SUPPORT",
    Relation.CONTRADICTS: "REFUTE",
    Relation.SUPERSEDES: "REFUTE",
}
_SWEPT = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)

UNRELATED = (
    "Coral reefs recover from bleaching within ten years when fishing is banned.",
    "Perovskite solar cells lose less than 5% of their efficiency after 1,000 hours of light.",
    "A minimum wage does not reduce the employment of young people.",
    "Bees that are exposed to neonicotinoids forage less often than bees that are not.",
    "The expansion of the universe looks faster in supernovae than in the microwave background.",
)
"""Claims that no paper on personas in language models can bear on."""

Answer = tuple[Relation, float]


def main() -> None:
    """Prints what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--sweep", action="store_true", help="precision at several thresholds")
    parser.add_argument("--unrelated", action="store_true", help="count false alarms in a dump")
    asked = parser.parse_args()
    if asked.unrelated:
        print_false_alarms(asked.file)
    else:
        print_figures(asked.file, sweep=asked.sweep)


def print_figures(file: str, *, sweep: bool) -> None:
    """Prints precision, recall and F1 for all sets together and for each."""
    rows = list(_lines(file))
    began = time.perf_counter()
    answers = [answer(row["claim"], row["evidence"]) for row in rows]
    took_s = time.perf_counter() - began
    gold = [row["label"] for row in rows]
    print(f"{len(rows)} pairs, {len(rows) / took_s:.0f} pairs/s")
    for least in _SWEPT if sweep else (THRESHOLD,):
        print(f"at {least:.2f}: {_figures(gold, [_label(a, least) for a in answers])}")
    by_set: defaultdict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        by_set[row["dataset"]].append(i)
    for name, places in sorted(by_set.items()):
        told = [_label(answers[i], THRESHOLD) for i in places]
        print(f"{name:>20} {len(places):>5}: {_figures([gold[i] for i in places], told)}")


def print_false_alarms(file: str) -> None:
    """Prints how many abstracts would be admitted as evidence on claims they cannot bear on."""
    alarms: list[str] = []
    n_pairs = 0
    began = time.perf_counter()
    for row in _lines(file):
        for claim in UNRELATED:
            n_pairs += 1
            relation, confidence = answer(claim, row["abstract"])
            if confidence >= THRESHOLD and relation.moves_a_standing:
                alarms.append(f"{relation} {confidence:.2f} {row['id']}: {claim}")
    took_s = time.perf_counter() - began
    print(f"{len(alarms)} false alarms in {n_pairs} pairs, {n_pairs / took_s:.0f} pairs/s")
    print(*alarms, sep="\n")


def _printable(text: str) -> str:
    """`text` without the control characters that broken encodings leave in labelled sets."""
    return "".join(char for char in text if char.isprintable() or char.isspace())


def answer(claim_text: str, evidence: str) -> Answer:
    """The surest relation that the second look carries; NO_BEARING when there is none."""
    claim = Claim(id="measured", text=_printable(claim_text), as_of=_AS_OF)
    best: Answer = (Relation.NO_BEARING, 0.0)
    for finding in found(claim, _reading(evidence)):
        verdict = judged(claim, finding)
        if not verdict.relation.moves_a_standing or verdict.confidence <= best[1]:
            continue
        quote = finding.citations[0].quote
        if looked_twice(claim, quote, verdict.relation).relation is verdict.relation:
            best = (verdict.relation, verdict.confidence)
    return best


def _reading(evidence: str) -> Reading:
    paper = Paper(
        id=ArxivId("2506.00001", 1),
        title="Evidence",
        authors=("A. Author",),
        abstract=evidence,
        submitted_at=_DAY,
        revised_at=_DAY,
    )
    if not evidence.strip():
        return Reading(paper=paper, passages=())
    shown = Passage(
        paper=paper.id, source=TextSource.ABSTRACT, text=evidence, start=0, end=len(evidence)
    )
    return Reading(paper=paper, passages=(shown,))


def _label(given: Answer, least: float) -> str:
    return _LABEL_OF.get(given[0], "NEI") if given[1] >= least else "NEI"


def _figures(gold: Sequence[str], told: Sequence[str]) -> str:
    hits = Counter(g for g, t in zip(gold, told, strict=True) if g == t)
    n_gold, n_told = Counter(gold), Counter(told)
    f1 = {label: 2 * hits[label] / ((n_gold[label] + n_told[label]) or 1) for label in _LABELS}
    parts = [f"macro-F1 {sum(f1.values()) / len(f1):.3f}"]
    for label in ("SUPPORT", "REFUTE"):
        precision = hits[label] / (n_told[label] or 1)
        recall = hits[label] / (n_gold[label] or 1)
        parts.append(f"{label} precision {precision:.2f} recall {recall:.2f} of {n_told[label]}")
    return " · ".join(parts)


def _lines(file: str) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
