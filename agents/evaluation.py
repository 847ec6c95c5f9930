"""How far a judge can be trusted: its answers on labelled pairs, sentences and claims, in figures.

A pair's answer is its surest verdict. It is *admitted* as a night would admit it: at or above the
judge's threshold and carried by the second look; otherwise the judge abstains and the answer
counts as NEI. The *forced* answer is the surest verdict without threshold and second look: what
the judge would say if it had to. QUALIFIES counts as MIXED where that is a label, else as NEI.
"""

import random
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.judge import Judge
from agents.labelled import LABELS, MIXED, Pair, reading_of, rows
from claims.claim import Claim
from claims.dates import ClaimDate
from claims.errors import SettingsError
from claims.evidence import Relation

VERDICTS: Final = ("confirmed", "refuted", "contested", "untested")

_LABEL_OF: Final = {
    Relation.SUPPORTS: "SUPPORT",
    Relation.CONTRADICTS: "REFUTE",
    Relation.SUPERSEDES: "REFUTE",
    Relation.QUALIFIES: MIXED,
}
_N_BINS: Final = 10
_N_RESAMPLED: Final = 500
_N_BEST: Final = 3
"""Sentences that a judge may put forward: recall@3."""

_AS_OF: Final = ClaimDate("2024")

Figures = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a judge says of one pair."""

    forced: str
    admitted: str
    confidence: float
    """Of the forced answer; 0 when nothing was found to compare."""


async def answered(judge: Judge, pair: Pair) -> Answer:
    """The judge's answer on one pair. Raises JudgeError, SettingsError."""
    claim, reading = _claim(pair.claim), reading_of(pair.evidence)
    forced, admitted, best, best_admitted = "NEI", "NEI", 0.0, 0.0
    for finding in await judge.extract(claim, reading):
        verdict = await judge.compare(claim, finding)
        label = _LABEL_OF.get(verdict.relation)
        if label is None or verdict.confidence <= best_admitted:
            continue
        if verdict.confidence > best:
            forced, best = label, verdict.confidence
        if verdict.confidence < judge.threshold:
            continue
        quotes = "\n".join(citation.quote for citation in finding.citations)
        second = await judge.second_look(claim, quotes, verdict.relation)
        if second.relation is verdict.relation:
            admitted, best_admitted = label, verdict.confidence
    return Answer(forced=forced, admitted=admitted, confidence=best)


async def scored(judge: Judge, pairs: Sequence[Pair]) -> Figures:
    """Every figure on `pairs`, all together and by group. Raises JudgeError, SettingsError."""
    began = time.perf_counter()
    answers = [await answered(judge, pair) for pair in pairs]
    took_s = time.perf_counter() - began
    told: Figures = {"pairs_per_s": round(len(pairs) / took_s, 1), **_figures(pairs, answers)}
    by_group: defaultdict[str, list[int]] = defaultdict(list)
    for i, pair in enumerate(pairs):
        by_group[pair.group].append(i)
    if set(by_group) != {""}:
        told["groups"] = {
            name: _figures([pairs[i] for i in places], [answers[i] for i in places])
            for name, places in sorted(by_group.items())
        }
    return told


async def retrieved(judge: Judge, file: Path) -> Figures:
    """How well the three sentences that the judge puts first meet the gold rationales.

    `recall@3` counts claims with a whole rationale among them, `any@3` with a part of one.
    """
    n_gold = n_told = n_hit = n_met = n_touched = n_claims = 0
    for row in rows(file):
        groups = [_numbers(group) for group in row["rationales"]]
        if not groups:
            continue
        parts = [" ".join(part.split()) for part in row["abstract"]]
        findings = await judge.extract(_claim(row["claim"]), reading_of(" ".join(parts)))
        told = {i for f in findings[:_N_BEST] for i in _places(f.citations[0].quote, parts)}
        gold = set().union(*groups)
        n_claims, n_gold, n_told = n_claims + 1, n_gold + len(gold), n_told + len(told)
        n_hit += len(gold & told)
        n_met += any(group <= told for group in groups)
        n_touched += bool(gold & told)
    if not n_claims:
        raise SettingsError(f"{file} has no row with rationales")
    precision, recall = n_hit / (n_told or 1), n_hit / n_gold
    return {
        "claims": n_claims,
        "recall@3": round(n_met / n_claims, 3),
        "any@3": round(n_touched / n_claims, 3),
        "sentence_recall": round(recall, 3),
        "sentence_precision": round(precision, 3),
        "f1": round(2 * n_hit / (n_told + n_gold), 3),
    }


async def stood(judge: Judge, file: Path, evidence: Mapping[str, Sequence[str]]) -> Figures:
    """How often the standing from several pieces of evidence is the one that people gave.

    A row has `claim`, `verdict` and `evidence`; without the last, `evidence` maps the claim's text
    to it. Rows of which no evidence is known are counted and left out.
    """
    gold: list[str] = []
    told: list[str] = []
    n_left_out = 0
    for row in rows(file):
        texts = _texts(row.get("evidence")) or evidence.get(row["claim"].strip(), ())
        if not texts or row["verdict"] not in VERDICTS:
            n_left_out += 1
            continue
        pairs = [Pair(claim=row["claim"], evidence=text, label="NEI") for text in texts]
        said = {(await answered(judge, pair)).admitted for pair in pairs}
        gold.append(row["verdict"])
        told.append(_standing(said))
    if not gold:
        raise SettingsError(f"{file} has no claim with evidence: give its pairs with --pairs")
    return {"claims": len(gold), "left_out": n_left_out, **_classes(gold, told, VERDICTS)}


def _figures(pairs: Sequence[Pair], answers: Sequence[Answer]) -> Figures:
    gold = [pair.label for pair in pairs]
    labels = (*LABELS, MIXED) if MIXED in gold else LABELS
    forced = [_known(answer.forced, labels) for answer in answers]
    admitted = [_known(answer.admitted, labels) for answer in answers]
    return {
        "pairs": len(pairs),
        "forced": {
            **_classes(gold, forced, labels),
            "macro_f1_95": _interval(gold, forced, labels),
            **_calibration(gold, forced, [answer.confidence for answer in answers]),
        },
        "admitted": {
            **_classes(gold, admitted, labels),
            "abstained": round(admitted.count("NEI") / len(admitted), 3),
        },
    }


def _classes(gold: Sequence[str], told: Sequence[str], labels: Sequence[str]) -> Figures:
    """Accuracy, macro-F1, each class, and the confusion matrix (rows are gold)."""
    hits = Counter(g for g, t in zip(gold, told, strict=True) if g == t)
    n_gold, n_told = Counter(gold), Counter(told)
    classes = {
        label: {
            "precision": round(hits[label] / n_told[label], 3) if n_told[label] else None,
            "recall": round(hits[label] / n_gold[label], 3) if n_gold[label] else None,
            "gold": n_gold[label],
            "told": n_told[label],
        }
        for label in labels
    }
    both = Counter(zip(gold, told, strict=True))
    return {
        "accuracy": round(sum(hits.values()) / len(gold), 3),
        "macro_f1": round(_macro_f1(gold, told, labels), 3),
        "classes": classes,
        "confusion": {g: {t: both[g, t] for t in labels} for g in labels},
    }


def _macro_f1(gold: Sequence[str], told: Sequence[str], labels: Sequence[str]) -> float:
    hits = Counter(g for g, t in zip(gold, told, strict=True) if g == t)
    n_gold, n_told = Counter(gold), Counter(told)
    return sum(2 * hits[x] / ((n_gold[x] + n_told[x]) or 1) for x in labels) / len(labels)


def _interval(gold: Sequence[str], told: Sequence[str], labels: Sequence[str]) -> list[float]:
    """The middle 95 % of macro-F1 over pairs drawn again with replacement."""
    drawn = random.Random(7)  # noqa: S311 - resampling, not a secret
    places = range(len(gold))
    found: list[float] = []
    for _ in range(_N_RESAMPLED):
        some = drawn.choices(places, k=len(gold))
        found.append(_macro_f1([gold[i] for i in some], [told[i] for i in some], labels))
    found.sort()
    edge = _N_RESAMPLED // 40
    return [round(found[edge], 3), round(found[-edge - 1], 3)]


def _calibration(gold: Sequence[str], told: Sequence[str], sure: Sequence[float]) -> Figures:
    """Expected calibration error of the assertions, and how often each bin of them was right."""
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for g, t, confidence in zip(gold, told, sure, strict=True):
        if t != "NEI":
            bins[min(int(confidence * _N_BINS), _N_BINS - 1)].append((confidence, g == t))
    n = sum(map(len, bins.values()))
    plot = [
        {
            "from": place / _N_BINS,
            "pairs": len(some),
            "said": round(sum(c for c, _ in some) / len(some), 3),
            "right": round(sum(right for _, right in some) / len(some), 3),
        }
        for place, some in sorted(bins.items())
    ]
    error = sum(one["pairs"] * abs(one["said"] - one["right"]) for one in plot) / (n or 1)
    return {"calibration_error": round(error, 3), "reliability": plot}


def _standing(said: Iterable[str]) -> str:
    match "SUPPORT" in (told := set(said)), "REFUTE" in told:
        case True, True:
            return "contested"
        case True, False:
            return "confirmed"
        case False, True:
            return "refuted"
        case _:
            return "untested"


def _texts(evidence: object) -> list[str]:
    """The texts of a list of texts, or of rows whose last entry is the text."""
    found = evidence if isinstance(evidence, list) else []
    return [str(one[-1]) if isinstance(one, list) else str(one) for one in found if one]


def _known(label: str, labels: Sequence[str]) -> str:
    return label if label in labels else "NEI"


def _claim(text: str) -> Claim:
    seen = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in text)
    return Claim(id="measured", text=seen, as_of=_AS_OF)


def _places(quote: str, parts: Sequence[str]) -> list[int]:
    """The numbers of the sentences of which the quote is one, or a part."""
    return [i for i, part in enumerate(parts) if part and (part in quote or quote in part)]


def _numbers(group: object) -> set[int]:
    return {int(one) for one in group} if isinstance(group, list) else {int(str(group))}
