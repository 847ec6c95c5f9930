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
from agents.training import contrast, trials
from agents.training.near import Near
from agents.training.pair import (
    CONTRADICTS,
    NO_BEARING,
    NOT_SUPPORT,
    SUPPORTS,
    UNKNOWN,
    Pair,
    rows,
)
from agents.training.rewording import reworded
from papers.sentences import sentences

_LABELS: Final = {
    "SUPPORT": SUPPORTS, "REFUTE": CONTRADICTS, "NEI": NO_BEARING, "NOT_SUPPORT": NOT_SUPPORT,
    "entailment": SUPPORTS, "contradiction": CONTRADICTS, "neutral": NO_BEARING,
    "not_entailment": NOT_SUPPORT,
}  # fmt: skip

_GENERAL: Final = frozenset((
    "conjnli", "mnli_matched", "mnli_mismatched", "snli", "fever_dev", "fever-symmetric",
    "fool-me-twice", "wice-claim", "wice-partial-subclaims", "counterfactual-snli", "snli-becel",
    "mnli-olora", "negation-nli-mnli", "negation-nli-snli", "MED", "perspectrum-stance",
    "explagraphs-stance",
))  # fmt: skip
"""Sets of general inference."""

_TRIALS: Final = "evidence-inference-2"

_DOMAIN: Final = frozenset((
    "scifact", "check_covid", "clinifact", "climate_fever", "citation_integrity",
    _TRIALS, "pubmedqa-conclusion", "pubmedqa-abstract",
))  # fmt: skip
"""Sets of claims and the papers or articles that they are about."""

_HELD_OUT_DATASETS: Final = frozenset({"scifact", "check_covid", "healthver", "climate_fever"})
_N_STRANGERS: Final = 5000
_N_WORDS_SHORT: Final = 55
"""Long texts share words with everything: kept out, lest length tell the label."""


_WRITTEN_BY_PEOPLE: Final = frozenset({"scifact", "check_covid"})
_N_BESIDE: Final = 5
_N_WORDS_HEADING: Final = 7

_WHOLE: Final = 0.25
"""Share of abstracts that are also read whole with the label of their rationale. The sets give
whole abstracts mostly where nothing bears on the claim, so length would tell the label."""


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
    """Pairs of general inference."""
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for name in ("nli", "nli_more"):
        for row in rows(claims / f"{name}.jsonl.gz"):
            if row["dataset"] in _GENERAL and fence.lets(row["hypothesis"], row["premise"]):
                found[row["dataset"]].append(_pair(row))
    kept = [pair for some in found.values() for pair in some]
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
    """Pairs from research papers and claims about them, and contrasts of them."""
    kept: list[Pair] = []
    for name in ("pairs.train", "nli_more"):
        for row in rows(claims / f"{name}.jsonl.gz"):
            if row["dataset"] not in _DOMAIN or row["label"] not in _LABELS:
                continue
            pair = _pair(row)
            if fence.lets(pair.claim, row.get("premise") or row["evidence"]):
                kept.append(pair)
    return kept + list(_contrasts_of(kept, rng))


def trials_retold(claims: Path, fence: Fence, rng: random.Random) -> list[Pair]:
    """Findings of clinical trials beside claims in many forms."""
    told = (row for row in rows(claims / "nli_more.jsonl.gz") if row["dataset"] == _TRIALS)
    free = (row for row in told if fence.lets(row["hypothesis"], row["premise"]))
    return list(trials.claims(free, rng))


def in_other_words(pairs: Iterable[Pair], rng: random.Random) -> list[Pair]:
    """The pairs with evidence and claim reworded, where the wording knows another word."""
    left = {_TRIALS, trials.SOURCE, *_GENERAL}
    told = (
        (pair, reworded(pair.claim, rng), reworded(pair.evidence, rng))
        for pair in pairs
        if pair.source not in left
    )
    return [
        Pair(
            evidence=evidence,
            claim=claim,
            label=pair.label,
            source="reworded",
            reworded_from=(pair.evidence, pair.claim),
        )
        for pair, claim, evidence in told
        if (claim, evidence) != (pair.claim, pair.evidence)
    ]


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
        if gold and rng.random() < _WHOLE:
            found.append(
                Pair(
                    evidence=excerpt(" ".join(abstract), row["claim"]),
                    claim=row["claim"], label=label, source=source,
                )
            )  # fmt: skip
        if not gold:
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


def abstracts(claims: Path, fence: Fence) -> list[list[str]]:
    """The sentences of each abstract of the sets that may be trained on."""
    found: dict[str, list[str]] = {}
    for row in rows(claims / "rationales.jsonl.gz"):
        if row["dataset"] in {"scifact", "check_covid"} and row["split"] == "train":
            found[" ".join(row["abstract"])] = [" ".join(s.split()) for s in row["abstract"]]
    for name in ("pairs.train", "nli_more"):
        for row in rows(claims / f"{name}.jsonl.gz"):
            if row["dataset"] in {"clinifact", "citation_integrity", "pubmedqa-abstract"}:
                text = " ".join((row.get("premise") or row["evidence"]).split())
                found.setdefault(text, [text[a:b] for a, b in sentences(text)])
    return [some for text, some in found.items() if fence.lets("", text)]


def beside(pairs: Iterable[Pair], told: Iterable[list[str]], rng: random.Random) -> list[Pair]:
    """Claims and their contraries beside the sentences of all abstracts that share most with them.

    Nobody has labelled them. Only of sets whose claims people wrote.
    """
    near = Near(sorted({s for some in told for s in some if len(s.split()) > _N_WORDS_HEADING}))
    claims = sorted({pair.claim for pair in pairs if pair.source in _WRITTEN_BY_PEOPLE})
    return [
        Pair(evidence=sentence, claim=text, label=UNKNOWN, source="beside")
        for claim in claims
        for sentence in near.first(claim, _N_BESIDE)
        for text in (claim, contrast.turned(claim, rng))
        if text
    ]


def _numbers(group: int | list[int]) -> list[int]:
    return [group] if isinstance(group, int) else group
