"""The figures of an evaluation, from gold labels and told ones: how right, and how far by chance.

Intervals are the middle 95 % over pairs drawn again with replacement. Drawing pairs again is
drawing the cells of the confusion matrix from a multinomial, which needs no loop over pairs. Rows
of one document are not independent, so a real interval is somewhat wider.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Figures = dict[str, Any]

N_BINS: Final = 10
_N_RESAMPLED: Final = 2000
_SEED: Final = 7
_MIDDLE: Final = (2.5, 97.5)

Counts = npt.NDArray[np.float64]


def classes(gold: Sequence[str], told: Sequence[str], labels: Sequence[str]) -> Figures:
    """Accuracy, macro-F1 and each class with intervals, and the confusion matrix (rows are gold).

    Precision and recall are None where nothing was told or nothing was gold.
    """
    both = Counter(zip(gold, told, strict=True))
    found = np.array([[both[g, t] for t in labels] for g in labels], dtype=np.float64)
    drawn = _drawn(found)
    return {
        "accuracy": _plain(_accuracy(found)),
        "accuracy_95": _interval(_accuracy(drawn)),
        "macro_f1": _plain(_macro_f1(found)),
        "macro_f1_95": _interval(_macro_f1(drawn)),
        "classes": {
            label: {
                "precision": _plain(_share(found, place, axis=-2)),
                "precision_95": _interval(_share(drawn, place, axis=-2)),
                "recall": _plain(_share(found, place, axis=-1)),
                "recall_95": _interval(_share(drawn, place, axis=-1)),
                "gold": int(found[place].sum()),
                "told": int(found[:, place].sum()),
            }
            for place, label in enumerate(labels)
        },
        "confusion": {g: {t: both[g, t] for t in labels} for g in labels},
    }


def calibration(gold: Sequence[str], told: Sequence[str], sure: Sequence[float]) -> Figures:
    """Expected calibration error of the answers other than NEI, and each bin of a tenth.

    A bin says how sure its answers were on average, and how many of them were right.
    """
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for g, t, confidence in zip(gold, told, sure, strict=True):
        if t != "NEI":
            bins[min(int(confidence * N_BINS), N_BINS - 1)].append((confidence, g == t))
    n_told = sum(map(len, bins.values()))
    reliability = [
        {
            "from": place / N_BINS,
            "pairs": len(some),
            "said": round(sum(said for said, _ in some) / len(some), 3),
            "right": round(sum(right for _, right in some) / len(some), 3),
        }
        for place, some in sorted(bins.items())
    ]
    error = sum(one["pairs"] * abs(one["said"] - one["right"]) for one in reliability)
    return {"calibration_error": round(error / (n_told or 1), 3), "reliability": reliability}


def _drawn(found: Counts) -> Counts:
    """Confusion matrices of the same pairs drawn again: `(n_resampled, n_labels, n_labels)`."""
    n = int(found.sum())
    cells = found.ravel() / n
    drawn = np.random.default_rng(_SEED).multinomial(n, cells, size=_N_RESAMPLED)
    return drawn.reshape(_N_RESAMPLED, *found.shape).astype(np.float64)


def _accuracy(counts: Counts) -> Counts:
    return np.asarray(np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1)))


def _macro_f1(counts: Counts) -> Counts:
    """The mean F1 of the classes that occur, in gold or in what was told."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    both = counts.sum(axis=-1) + counts.sum(axis=-2)
    return np.asarray((2 * hits / np.maximum(both, 1)).sum(axis=-1) / (both > 0).sum(axis=-1))


def _share(counts: Counts, place: int, *, axis: int) -> Counts:
    """Hits of a class among its column (axis -2: precision) or its row (axis -1: recall)."""
    whole = counts.sum(axis=axis)[..., place]
    hits = counts[..., place, place]
    return np.where(whole > 0, hits / np.maximum(whole, 1), np.nan)


def _interval(drawn: Counts) -> list[float] | None:
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return None
    return [round(float(edge), 3) for edge in np.percentile(known, _MIDDLE)]


def _plain(value: Counts) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
