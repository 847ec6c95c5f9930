"""The labelled sets that may be trained on, as pairs, and the ones that are kept for measuring.

Only sets whose licence allows shipping what was learned from them. Whatever is measured on is held
out by document: a training pair that shares a sentence, or the claim, with a held-out pair is left
out. Abstracts of arXiv (CC0) give contrasts in the language of the papers that are watched.
"""

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from agents.excerpt import excerpt, shared
from agents.training import contrast
from agents.training.near import Near
from agents.training.pair import CONTRADICTS, NO_BEARING, NOT_SUPPORT, SUPPORTS, Pair, rows
from papers.sentences import sentences

_LABELS: Final = {
    "SUPPORT": SUPPORTS, "REFUTE": CONTRADICTS, "NEI": NO_BEARING, "NOT_SUPPORT": NOT_SUPPORT,
    "entailment": SUPPORTS, "contradiction": CONTRADICTS, "neutral": NO_BEARING,
    "not_entailment": NOT_SUPPORT,
}  # fmt: skip

_GENERAL: Final = {
    "conjnli": 8000, "mnli_matched": 1000, "mnli_mismatched": 1000, "snli": 1000,
    "fever_dev": 9000, "fever-symmetric": 1500, "fool-me-twice": 2600, "wice-claim": 704,
    "wice-partial-subclaims": 602, "counterfactual-snli": 11300, "snli-becel": 12000,
    "mnli-olora": 10500, "negation-nli-mnli": 1500, "negation-nli-snli": 1500, "MED": 1500,
    "perspectrum-stance": 4000, "explagraphs-stance": 2000,
}  # fmt: skip
"""Sets of general inference and the most pairs taken from each."""

_DOMAIN: Final = {
    "scifact": 1000, "check_covid": 1100, "clinifact": 1300, "climate_fever": 3000,
    "evidence-inference-2": 5000, "pubmedqa-conclusion": 500, "pubmedqa-abstract": 500,
}  # fmt: skip

_HELD_OUT_DATASETS: Final = frozenset({"scifact", "check_covid", "healthver", "climate_fever"})
_N_STRANGERS: Final = 5000
_N_WORDS_SHORT: Final = 55
"""Long texts share words with everything: kept out, lest length tell the label."""


def is_tenth(text: str) -> bool:
    """Whether a text falls in the tenth that is held out; the same on every machine."""
    return int(hashlib.sha256(text.strip().encode()).hexdigest()[:8], 16) % 10 == 0


def held_out(claims: Path) -> dict[str, list[Pair]]:
    """The pairs that are measured on, by name. None of their sentences is trained on."""
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for row in rows(claims / "pairs.dev.jsonl.gz"):
        if row["dataset"] in _HELD_OUT_DATASETS and row["label"] in _LABELS:
            found[row["dataset"]].append(_pair(row))
    for row in rows(claims / "pairs.train.jsonl.gz"):
        if row["dataset"] == "scifact" and is_tenth(row["claim"]):
            found["scifact"].append(_pair(row))
    return dict(found)


def _pair(row: dict[str, Any]) -> Pair:
    claim = " ".join((row.get("claim") or row["hypothesis"]).split())
    evidence = row.get("premise") or row["evidence"]
    return Pair(
        evidence=excerpt(evidence, claim),
        claim=claim,
        label=_LABELS[row["label"]],
        source=row["dataset"],
    )


def _marks(evidence: str) -> set[str]:
    return {
        re.sub(r"\W+", "", evidence[a:b]).lower()[:60]
        for a, b in sentences(evidence)
        if b - a > 40  # noqa: PLR2004 - shorter sentences are headings
    }


class Fence:
    """Keeps training apart from what is measured on, by sentence and by claim."""

    def __init__(self, claims: Path) -> None:
        self._marks: set[str] = set()
        self._claims: set[str] = set()
        for row in rows(claims / "pairs.dev.jsonl.gz"):
            self._add(row["claim"], row["evidence"])
        for row in rows(claims / "pairs.train.jsonl.gz"):
            if row["dataset"] == "scifact" and is_tenth(row["claim"]):
                self._add(row["claim"], row["evidence"])
        for row in rows(claims / "rationales.jsonl.gz"):
            held = row["dataset"] == "scifact" and is_tenth(row["claim"])
            if row["split"] == "dev" or held:
                self._add(row["claim"], "\n\n".join(row["abstract"]))

    def _add(self, claim: str, evidence: str) -> None:
        self._claims.add(claim.strip().lower())
        self._marks |= _marks(evidence)

    def lets(self, claim: str, evidence: str) -> bool:
        """Whether a pair shares nothing with what is held out."""
        return claim.strip().lower() not in self._claims and not (_marks(evidence) & self._marks)


def general(claims: Path, fence: Fence, rng: random.Random) -> list[Pair]:
    """Pairs of general inference, each set capped."""
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for name in ("nli", "nli_more"):
        for row in rows(claims / f"{name}.jsonl.gz"):
            if row["dataset"] in _GENERAL and fence.lets(row["hypothesis"], row["premise"]):
                found[row["dataset"]].append(_pair(row))
    kept = [pair for name, some in found.items() for pair in _some(some, _GENERAL[name], rng)]
    return kept + _strangers(found["fever_dev"], rng)


def _strangers(pairs: list[Pair], rng: random.Random) -> list[Pair]:
    """Claims beside evidence of other claims that shares rare words: sets without NO_BEARING."""
    near = Near(sorted({p.evidence for p in pairs if len(p.evidence.split()) < _N_WORDS_SHORT}))
    chosen = rng.sample(pairs, min(_N_STRANGERS, len(pairs)))
    strangers = ((pair, near.best(pair.claim, without=pair.evidence)) for pair in chosen)
    return [
        Pair(evidence=far, claim=pair.claim, label=NO_BEARING, source="fever-strangers")
        for pair, far in strangers
        if far
    ]


def domain(claims: Path, fence: Fence, rng: random.Random) -> list[Pair]:
    """Pairs from research papers and claims about them, each set capped, and contrasts of them."""
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for name in ("pairs.train", "nli_more"):
        for row in rows(claims / f"{name}.jsonl.gz"):
            if row["dataset"] not in _DOMAIN or row["label"] not in _LABELS:
                continue
            pair = _pair(row)
            if fence.lets(pair.claim, row.get("premise") or row["evidence"]):
                found[pair.source].append(pair)
    kept = [pair for name, some in found.items() for pair in _some(some, _DOMAIN[name], rng)]
    return kept + list(_contrasts_of(kept, rng))


def _contrasts_of(pairs: Iterable[Pair], rng: random.Random) -> Iterator[Pair]:
    for pair in pairs:
        if pair.label != SUPPORTS or rng.random() < 0.6:  # noqa: PLR2004 - under half
            continue
        if text := contrast.turned(pair.claim, rng):
            yield Pair(
                evidence=pair.evidence, claim=text, label=CONTRADICTS, source="contrast-domain"
            )
        if text := contrast.turned_twice(pair.claim, rng):
            yield Pair(evidence=pair.evidence, claim=text, label=SUPPORTS, source="contrast-domain")


def rationales(claims: Path, fence: Fence, rng: random.Random) -> list[Pair]:
    """Single sentences: gold ones with their label, others of the same abstract as no bearing."""
    found: list[Pair] = []
    for row in rows(claims / "rationales.jsonl.gz"):
        if row["dataset"] not in {"scifact", "check_covid"} or row["split"] != "train":
            continue
        abstract = [" ".join(s.split()) for s in row["abstract"]]
        if not fence.lets(row["claim"], "\n\n".join(abstract)):
            continue
        gold = {i for group in row["rationales"] for i in _numbers(group)}
        source = f"rationale-{row['dataset']}"
        label = _LABELS[row["label"]]
        found += [
            Pair(evidence=abstract[i], claim=row["claim"], label=label, source=source) for i in gold
        ]
        rest = [s for i, s in enumerate(abstract) if i not in gold and len(s) > 30]  # noqa: PLR2004 - headings
        rest.sort(key=lambda s: -shared(row["claim"], s))
        if gold:
            # The whole abstract with the label of its rationale, lest length tell the label.
            found.append(
                Pair(
                    evidence=excerpt(" ".join(abstract), row["claim"]),
                    claim=row["claim"], label=label, source=source,
                )
            )  # fmt: skip
        else:
            found.append(
                Pair(
                    evidence=" ".join(rest[: rng.randint(1, 3)]),
                    claim=row["claim"], label=NO_BEARING, source=source,
                )
            )  # fmt: skip
        chosen = rest[: 1 + (label == NO_BEARING)] + rng.sample(rest[2:], min(1, len(rest[2:])))
        found += [
            Pair(evidence=sentence, claim=row["claim"], label=NO_BEARING, source=source)
            for sentence in chosen
        ]
    return found


def _numbers(group: int | list[int]) -> list[int]:
    return [group] if isinstance(group, int) else group


def _some(pairs: list[Pair], n_max: int, rng: random.Random) -> list[Pair]:
    return pairs if len(pairs) <= n_max else rng.sample(pairs, n_max)
