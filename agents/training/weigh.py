"""Fits how much each reading of the model counts, and seals the model with it.

    python -m agents.training.weigh --claims CLAIMS

On pairs that are neither trained on nor reported on, since their licence is not stated: those of
HealthVer's training split as they come, where evidence is cut out for the claim and the rest is
whole abstracts; whole abstracts of that split which do bear on the claim; and SCitance, which is of
whole abstracts alone. The latter two count a twentieth: they keep length from telling everything.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.entailment import FOLDER
from agents.evaluation import claim_of
from agents.first_look import Look, looks
from agents.labelled import reading_of
from agents.local_judge import found
from agents.readings import Weights, signs
from agents.training.corpora import Fence
from agents.training.pair import rows
from agents.training.seal import seal

_N_WHOLE: Final = 250
_WHOLE: Final = 0.05
"""What a whole abstract that bears on its claim counts: in a night few do."""

_RIDGE: Final = 1.0
_N_STEPS: Final = 25

Floats = NDArray[np.float64]


def main() -> None:
    """Fits, seals, and prints the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=Path, required=True, help="folder of labelled sets")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    read: list[tuple[Look, str, float]] = []
    for row, counts in _chosen(asked.claims, random.Random(asked.seed)):
        claim = claim_of(row["claim"])
        findings = found(claim, reading_of(row["evidence"]))
        met = looks(claim, findings[0]) if findings else ()
        if len(met) == 1:
            read.append((met[0], row["label"], counts))
    silent = fitted(
        np.array([(*signs(look.passage, look.n_words), 1.0) for look, _, _ in read]),
        np.array([label == "NEI" for _, label, _ in read], dtype=np.float64),
        np.array([counts for *_, counts in read]),
    )
    said = [(look, label) for look, label, _ in read if label != "NEI"]
    agreement = fitted(
        np.array([[look.best.agreement] for look, _ in said]),
        np.array([label == "SUPPORT" for _, label in said], dtype=np.float64),
        np.ones(len(said)),
    )
    names = ("whole", "words", "offset")
    told = dict(zip(names, (round(float(one), 3) for one in silent), strict=True))
    weights = Weights(**told, agreement=round(float(agreement[0]), 3))
    seal(FOLDER, weights)
    print(f"{len(read)} pairs: {weights}")


def fitted(signs_of: Floats, labels: Floats, counts: Floats) -> Floats:
    """The weights of a logistic regression by Newton's method, with a ridge to keep them finite.

    `signs_of` is (n, d); `labels` and `counts` are (n,).
    """
    weights = np.zeros(signs_of.shape[1])
    for _ in range(_N_STEPS):
        shares = 1 / (1 + np.exp(-signs_of @ weights))
        slope = signs_of.T @ (counts * (shares - labels)) + _RIDGE * weights
        bend = (signs_of.T * (counts * shares * (1 - shares))) @ signs_of
        weights = weights - np.linalg.solve(bend + _RIDGE * np.eye(len(weights)), slope)
    return weights


def _chosen(claims: Path, rng: random.Random) -> Iterable[tuple[dict[str, Any], float]]:
    fence = Fence(claims)
    pairs = [row for row in rows(claims / "pairs.train.jsonl.gz") if _may(row, fence)]
    as_they_come = [row for row in pairs if row["dataset"] == "healthver"]
    whole = [
        {**row, "evidence": " ".join(" ".join(row["abstract"]).split())}
        for row in rows(claims / "rationales.jsonl.gz")
        if row["dataset"] == "healthver" and row["split"] == "train" and row["label"] != "NEI"
    ]
    whole = [row for row in whole if _may(row, fence)]
    of_label = Counter(row["label"] for row in as_they_come)
    # The fence takes more from one label than from others: all count the same again.
    mean = len(as_they_come) / len(of_label)
    yield from ((row, mean / of_label[row["label"]]) for row in as_they_come)
    yield from ((row, _WHOLE) for row in rng.sample(whole, _N_WHOLE))
    yield from ((row, _WHOLE) for row in pairs if row["dataset"] == "scitance")


def _may(row: dict[str, Any], fence: Fence) -> bool:
    known = row["label"] in {"SUPPORT", "REFUTE", "NEI"}
    return known and fence.lets(row["claim"], row["evidence"])


if __name__ == "__main__":
    main()
