"""How sure a judge is and how right, as a chart in a file, drawn by matplotlib without a display.

The same figures give the same file, byte for byte. Slow to import (0.5 s), so this module is
imported inside the functions that draw.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from claims.errors import SettingsError

_KINDS: Final = (".png", ".svg", ".pdf")
_WIDTH_IN: Final = 5.0
_HEIGHT_IN: Final = 5.6
_TENTH: Final = 0.1


def reliability(series: Mapping[str, Sequence[Mapping[str, Any]]], title: str, file: Path) -> None:
    """Nothing: `file` shows for each series how often answers of each confidence were right.

    A series is the `reliability` of `agents.measures.calibration`: bins with `from`, `pairs`,
    `said` and `right`. Below the diagonal a judge is surer than it is right.
    Raises SettingsError when the file cannot be written or is no .png, .svg or .pdf.
    """
    if file.suffix not in _KINDS:
        raise SettingsError(f"{file}: a chart is a {', '.join(_KINDS[:-1])} or {_KINDS[-1]} file")
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), layout="constrained")
    curves, counts = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    curves.plot((0, 1), (0, 1), linestyle=":", color="grey", label="as sure as right")
    for place, (name, bins) in enumerate(series.items()):
        n_pairs = sum(one["pairs"] for one in bins)
        said, right = [one["said"] for one in bins], [one["right"] for one in bins]
        curves.plot(said, right, marker="o", label=f"{name} ({n_pairs})")
        width = _TENTH / (len(series) + 1)
        starts = [one["from"] + width * place for one in bins]
        counts.bar(starts, [one["pairs"] for one in bins], width=width, align="edge")
    curves.set(title=title, ylabel="share that was right", xlim=(0, 1), ylim=(0, 1))
    curves.legend(loc="upper left", fontsize="small")
    counts.set(xlabel="confidence", ylabel="answers")
    _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    undated = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    try:
        with mpl.rc_context({"svg.hashsalt": "retest", "svg.fonttype": "none"}):
            figure.savefig(file, metadata=undated[file.suffix])
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}") from error
