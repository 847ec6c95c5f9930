"""How far a judge can be trusted: its answers on labelled pairs, sentences and claims, in figures.

A pair's answer is its surest verdict. It is *admitted* as a night would admit it: at or above the
judge's threshold and carried by the second look; otherwise the judge abstains and the answer
counts as NEI. The *forced* answer is the surest verdict without threshold and second look: what
the judge would say if it had to. QUALIFIES counts as MIXED where that is a label, else as NEI.
"""

import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.judge import Judge, Reading
from agents.labelled import LABELS, MIXED, Pair, reading_of, rows
from agents.measures import Figures, calibration, classes
from claims.claim import Claim
from claims.dates import ClaimDate
from claims.errors import SettingsError
from claims.evidence import Finding, Relation, Verdict
from claims.verify import unbroken

VERDICTS: Final = ("confirmed", "refuted", "contested", "untested")

_LABEL_OF: Final = {
    Relation.SUPPORTS: "SUPPORT",
    Relation.CONTRADICTS: "REFUTE",
    Relation.SUPERSEDES: "REFUTE",
    Relation.QUALIFIES: MIXED,
}
_N_BEST: Final = 3
"""Sentences that a judge may put forward: recall@3."""

_AS_OF: Final = ClaimDate("2024")

Told = tuple[Finding, Verdict]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a judge says of one pair."""

    forced: str
    admitted: str
    confidence: float
    """Of the forced answer; 0 when nothing was found to compare."""


async def answered(judge: Judge, pair: Pair) -> Answer:
    """The judge's answer on one pair. Raises JudgeError, SettingsError."""
    claim, reading = claim_of(pair.claim), reading_of(pair.evidence)
    forced, best = "NEI", 0.0
    for _, verdict in (told := await _compared(judge, claim, reading)):
        label = _LABEL_OF.get(verdict.relation)
        if label and verdict.confidence > best:
            forced, best = label, verdict.confidence
    kept = await _carried(judge, claim, told)
    surest = max(kept, key=lambda one: one[1].confidence, default=None)
    admitted = _LABEL_OF[surest[1].relation] if surest else "NEI"
    return Answer(forced=forced, admitted=admitted, confidence=best)


async def admitted_by(judge: Judge, claim: Claim, reading: Reading) -> list[Told]:
    """What a night would admit of `reading`: sure enough, and carried by the second look."""
    return await _carried(judge, claim, await _compared(judge, claim, reading))


async def _compared(judge: Judge, claim: Claim, reading: Reading) -> list[Told]:
    findings = await judge.extract(claim, reading)
    return [(finding, await judge.compare(claim, finding)) for finding in findings]


async def _carried(judge: Judge, claim: Claim, told: Sequence[Told]) -> list[Told]:
    kept: list[Told] = []
    for finding, verdict in told:
        if verdict.relation not in _LABEL_OF or verdict.confidence < judge.threshold:
            continue
        quotes = "\n".join(unbroken(citation.quote) for citation in finding.citations)
        second = await judge.second_look(claim, quotes, verdict.relation)
        if second.relation is verdict.relation:
            kept.append((finding, verdict))
    return kept


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
        findings = await judge.extract(claim_of(row["claim"]), reading_of(" ".join(parts)))
        quotes = [cited.quote for finding in findings for cited in finding.citations]
        told = {i for quote in quotes[:_N_BEST] for i in _places(quote, parts)}
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
    return {"claims": len(gold), "left_out": n_left_out, **classes(gold, told, VERDICTS)}


def _figures(pairs: Sequence[Pair], answers: Sequence[Answer]) -> Figures:
    gold = [pair.label for pair in pairs]
    labels = (*LABELS, MIXED) if MIXED in gold else LABELS
    forced = [_known(answer.forced, labels) for answer in answers]
    admitted = [_known(answer.admitted, labels) for answer in answers]
    return {
        "pairs": len(pairs),
        "forced": {
            **classes(gold, forced, labels),
            **calibration(gold, forced, [answer.confidence for answer in answers]),
        },
        "admitted": {
            **classes(gold, admitted, labels),
            "abstained": round(admitted.count("NEI") / len(admitted), 3),
        },
    }


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


def claim_of(text: str) -> Claim:
    """A claim of 2024 with this text, without the control characters that sets leave in it."""
    seen = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in text)
    return Claim(id="measured", text=seen, as_of=_AS_OF)


def _places(quote: str, parts: Sequence[str]) -> list[int]:
    """The numbers of the sentences of which the quote is one, or a part."""
    return [i for i, part in enumerate(parts) if part and (part in quote or quote in part)]


def _numbers(group: object) -> set[int]:
    return {int(one) for one in group} if isinstance(group, list) else {int(str(group))}
