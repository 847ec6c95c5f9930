"""The labelled sets that may be trained on, as pairs, and the ones that are kept for measuring.

Only sets whose licence allows shipping what was learned from them. Whatever is measured on is held
out by document: a training pair that shares a sentence, or the claim, with a held-out pair is left
out. Abstracts of arXiv (CC0) give contrasts in the language of the papers that are watched.
"""

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.training import contrast
from agents.words import FUNCTION_WORDS, WORD, stem, weight
from papers.sentences import sentences

SUPPORTS, CONTRADICTS, NO_BEARING, NOT_SUPPORT = range(4)
"""Classes; NOT_SUPPORT is a label that leaves open which of the other two it is."""

_LABELS: Final = {
    "SUPPORT": SUPPORTS, "REFUTE": CONTRADICTS, "NEI": NO_BEARING, "NOT_SUPPORT": NOT_SUPPORT,
    "entailment": SUPPORTS, "contradiction": CONTRADICTS, "neutral": NO_BEARING,
    "not_entailment": NOT_SUPPORT,
}  # fmt: skip

_GENERAL: Final = {
    "conjnli": 4000, "rte": 2800, "mnli_matched": 1000, "mnli_mismatched": 1000, "snli": 1000,
    "fever_dev": 7000, "fever-symmetric": 1500, "fool-me-twice": 2600, "wice-claim": 704,
    "wice-partial-subclaims": 602, "counterfactual-snli": 7000, "mnli-olora": 10500,
    "negation-nli-mnli": 1500, "negation-nli-snli": 1500, "negation-nli-rte": 1500, "MED": 1000,
}  # fmt: skip
"""Sets of general inference and the most pairs taken from each."""

_DOMAIN: Final = {
    "scifact": 1000, "check_covid": 1100, "clinifact": 1300, "climate_fever": 4000,
    "evidence-inference-2": 7000, "pubmedqa-conclusion": 500, "pubmedqa-abstract": 500,
}  # fmt: skip

_HELD_OUT_DATASETS: Final = frozenset({"scifact", "check_covid", "healthver", "climate_fever"})
_N_WORDS_MAX: Final = 95
"""Longer evidence is cut to the sentences nearest to the claim: about 130 tokens."""

_RESULT: Final = re.compile(
    r"\b(show|find|found|outperform|improv|reduc|increas|decreas|achiev|degrad|fail|better|worse|"
    r"higher|lower|more|less|cannot|not|robust|significant|correlat|exceed|surpass|percent)|%",
    re.IGNORECASE,
)
_DECLARES: Final = re.compile(
    r"\b(is|are|can|cannot|do|does|improves?|reduces?|outperforms?|enables?|learn|learns|fail|"
    r"fails|matters?|helps?|hurts?|need|needs|makes?|beats?|predicts?|emerges?|leads?|know|knows|"
    r"struggle|struggles|exhibit|exhibits|should|has|have|remain|remains|boosts?|increases?)\b"
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One labelled pair of evidence and claim."""

    evidence: str
    claim: str
    label: int
    source: str


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a gzipped file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def shortened(evidence: str, claim: str) -> str:
    """The evidence, cut to the sentences nearest to the claim when it is long."""
    text = " ".join(evidence.split())
    if len(text.split()) <= _N_WORDS_MAX:
        return text
    parts = [text[a:b] for a, b in sentences(text)]
    asked = _stems(claim)
    order = sorted(range(len(parts)), key=lambda i: -_shared(asked, parts[i]))
    kept: list[int] = []
    n_words = 0
    for i in order:
        n_words += len(parts[i].split())
        if kept and n_words > _N_WORDS_MAX:
            break
        kept.append(i)
    return " ".join(parts[i] for i in sorted(kept))


def _stems(text: str) -> frozenset[str]:
    words = (m[0].lower() for m in WORD.finditer(text))
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)


def _shared(asked: frozenset[str], sentence: str) -> float:
    return sum(map(weight, asked & _stems(sentence)))


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
        evidence=shortened(evidence, claim),
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
    return [pair for name, some in found.items() for pair in _some(some, _GENERAL[name], rng)]


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
        if pair.label != SUPPORTS or rng.random() < 0.55:  # noqa: PLR2004 - under half
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
        for i in gold:
            found.append(Pair(evidence=abstract[i], claim=row["claim"], label=label, source=source))
        asked = _stems(row["claim"])
        rest = [s for i, s in enumerate(abstract) if i not in gold and len(s) > 30]  # noqa: PLR2004 - headings
        rest.sort(key=lambda s: -_shared(asked, s))
        far = rest[2:]
        chosen = rest[: 1 + (label == NO_BEARING)] + rng.sample(far, min(1, len(far)))
        for sentence in chosen:
            found.append(
                Pair(evidence=sentence, claim=row["claim"], label=NO_BEARING, source=source)
            )
    return found


def _numbers(group: Any) -> list[int]:
    if isinstance(group, int):
        return [group]
    if isinstance(group, dict):
        return list(group.get("sentences", ()))
    return list(group)


def papers(arxiv: Path, n_abstracts: int, rng: random.Random) -> list[Pair]:
    """Contrasts from arXiv abstracts, without those that false alarms are measured on."""
    measured = {row["id"] for row in rows(arxiv / "persona.jsonl.gz")}
    records = [row for row in rows(arxiv / "all.jsonl.gz") if row["id"] not in measured]
    titled = [_sentences_of(row) for row in records if _is_statement(row["title"])]
    told = [_sentences_of(row) for row in rng.sample(records, n_abstracts)]
    pool = [sentence for _, abstract in told for sentence in abstract if _RESULT.search(sentence)]
    near = _Near(pool)
    names = tuple(name for s in pool[:20000] for name in contrast.names_in(s))
    found: list[Pair] = []
    for _, abstract in told:
        found += _from_abstract(abstract, near, names, rng)
    for title, abstract in titled:
        found += _from_title(title, abstract, near, rng)
    return found


def _is_statement(title: str) -> bool:
    text = title.rpartition(": ")[2]
    return "?" not in title and len(text.split()) > 4 and bool(_DECLARES.search(text))  # noqa: PLR2004 - a clause


def _sentences_of(row: dict[str, Any]) -> tuple[str, list[str]]:
    text = " ".join(row["abstract"].split())
    parts = [text[a:b] for a, b in sentences(text)]
    return " ".join(row["title"].split()), [s for s in parts if 50 < len(s) < 330]  # noqa: PLR2004 - a sentence


def _from_abstract(
    abstract: list[str], near: "_Near", names: tuple[str, ...], rng: random.Random
) -> Iterator[Pair]:
    results = [s for s in abstract[1:] if _RESULT.search(s)]
    if not results:
        return
    said = rng.choice(results)
    claim = contrast.retold(said, rng)
    other = contrast.turned(claim, rng)
    unsaid = contrast.turned(said, rng)
    twice = contrast.turned_twice(claim, rng)
    elsewhere = contrast.moved(claim, names, rng)
    rest = [s for s in abstract if s != said]
    choices: list[tuple[str | None, str | None, int, float]] = [
        (said, claim, SUPPORTS, 0.45),
        (said, twice, SUPPORTS, 0.35),
        (said, other, CONTRADICTS, 0.55),
        (unsaid, claim, CONTRADICTS, 0.25),
        (said, elsewhere, NO_BEARING, 0.25),
        (near.best(claim, without=said), rng.choice((claim, other)), NO_BEARING, 0.35),
        (rng.choice(rest) if rest else None, claim, NO_BEARING, 0.10),
        (near.any(rng), claim, NO_BEARING, 0.10),
    ]
    if unsaid and other:
        choices.append((unsaid, contrast.retold(unsaid, rng), SUPPORTS, 0.15))
    for evidence, text, label, share in choices:
        if evidence and text and rng.random() < share:
            yield Pair(evidence=evidence, claim=text, label=label, source="papers")


def _from_title(
    title: str, abstract: list[str], near: "_Near", rng: random.Random
) -> Iterator[Pair]:
    text = title.rpartition(": ")[2]
    if not abstract:
        return
    claim = text[:1] + " ".join(_lowered(word) for word in text.split())[1:] + "."
    asked = _stems(claim)
    best = max(abstract, key=lambda s: _shared(asked, s))
    if _shared(asked, best) < 0.4 * sum(map(weight, asked)):  # noqa: PLR2004 - much of the claim
        return
    yield Pair(evidence=best, claim=claim, label=SUPPORTS, source="titles")
    if other := contrast.turned(claim, rng):
        yield Pair(evidence=best, claim=other, label=CONTRADICTS, source="titles")
    if far := near.best(claim, without=best):
        yield Pair(
            evidence=far, claim=rng.choice((claim, other or claim)), label=NO_BEARING,
            source="titles",
        )  # fmt: skip


def _lowered(word: str) -> str:
    return word.lower() if word[1:].islower() else word


class _Near:
    """Finds a sentence of another abstract that shares rare words with a claim."""

    def __init__(self, pool: list[str]) -> None:
        self._pool = pool
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for i, sentence in enumerate(pool):
            for word in _stems(sentence):
                self._by_stem[word].append(i)

    def best(self, claim: str, *, without: str) -> str | None:
        asked = sorted(_stems(claim), key=lambda s: (len(self._by_stem[s]), s))
        scores: defaultdict[int, float] = defaultdict(float)
        for word in asked[:8]:
            for i in self._by_stem[word][:400]:
                scores[i] += weight(word)
        order = sorted(scores, key=lambda i: (-scores[i], i))[:6]
        return next((self._pool[i] for i in order if self._apart(without, i)), None)

    def _apart(self, sentence: str, i: int) -> bool:
        ours, theirs = _stems(sentence), _stems(self._pool[i])
        return len(ours & theirs) < 0.5 * min(len(ours), len(theirs))  # noqa: PLR2004 - not a twin

    def any(self, rng: random.Random) -> str:
        return rng.choice(self._pool)


def _some(pairs: list[Pair], n_max: int, rng: random.Random) -> list[Pair]:
    return pairs if len(pairs) <= n_max else rng.sample(pairs, n_max)
