"""A claim's history as a picture: its standing over time, and the evidence on both sides below.

Drawn with matplotlib, which is slow to import (0.5 s): this module is imported inside the
functions that draw. The same history gives the same bytes; there is one for light
and one for dark pages, each wide and narrow, and the wide light one prints.
"""

import io
from functools import lru_cache
from itertools import accumulate
from math import floor
from threading import Lock
from typing import Final, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DayLocator
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from claims.assessment import StandingState
from reports.history import Moment
from reports.words import SYMBOLS

Theme = Literal["light", "dark"]
Width = Literal["wide", "narrow"]

_INK: Final = {"light": "#1c1d21", "dark": "#e7e7e4"}
_SIDES: Final = {
    "light": {"for": "#19693a", "with conditions": "#7a5200", "against": "#a3262a"},
    "dark": {"for": "#6fcf97", "with conditions": "#e5b454", "against": "#f28b82"},
}
"""The colours of the page's own style sheet; hatching tells the sides apart without them."""

_HATCH: Final = {"for": "", "with conditions": "///", "against": "xxx"}
_INCHES: Final = {"wide": 7.2, "narrow": 3.73}
"""The width of a column of text, and of a phone's screen; letters have one size on both."""

_HEIGHT_IN: Final = 3.4
_LEFT_IN: Final = 1.26
_MARGINS: Final = {"right": 0.985, "top": 0.98, "bottom": 0.14, "hspace": 0.22}
"""Shares of the picture but for the left one: room for the longest standing's name, and for the
legend between."""

_DAY_S: Final = 86_400
"""matplotlib counts dates in days since 1970."""

_WEEK: Final = 7

_ORDER: Final = tuple(StandingState)
_ONE_AT_A_TIME: Final = Lock()
"""matplotlib's settings are those of the whole process."""


@lru_cache(maxsize=64)
def history_svg(moments: tuple[Moment, ...], theme: Theme, width: Width = "wide") -> bytes:
    """The picture of `moments`, newest first, as SVG; the last ones drawn are kept."""
    told = list(reversed(moments))
    ink = _INK[theme]
    settings = mpl.rc_context(
        {
            # Fixed, so that the same history gives the same bytes.
            "svg.hashsalt": "retest",
            # Text, not outlines: it can be searched, and prints sharply.
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 9.0,
            "text.color": ink,
            "axes.edgecolor": ink,
            "axes.labelcolor": ink,
            "xtick.color": ink,
            "ytick.color": ink,
        }
    )
    with _ONE_AT_A_TIME, settings:
        inches = _INCHES[width]
        figure = Figure(figsize=(inches, _HEIGHT_IN))
        FigureCanvasSVG(figure)
        margins = {**_MARGINS, "left": _LEFT_IN / inches}
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2), gridspec_kw=margins)
        # A run over an earlier window tells of an earlier time, and was still the later one.
        days = (moment.at.timestamp() / _DAY_S for moment in told)
        at = list(accumulate(days, max))
        end = at[-1] + max((at[-1] - at[0]) * 0.06, 1.0)
        _standings(above, [*at, end], [*told, told[-1]], theme)
        _evidence(below, [*at, end], [*told, told[-1]], theme)
        _dates(below, at[0], end, n_most=7 if width == "wide" else 4)
        written = io.BytesIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return written.getvalue()


def _dates(axes: Axes, first: float, end: float, *, n_most: int) -> None:
    """Whole days at most: a night has no hour of its own."""
    locator = (
        DayLocator() if end - first < _WEEK else AutoDateLocator(minticks=2, maxticks=n_most)  # type: ignore[no-untyped-call]  # matplotlib does not annotate its dates
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # the same
    room = (end - first) * 0.04
    axes.set_xlim(floor(first) - room, end + room)


def _standings(axes: Axes, at: list[float], told: list[Moment], theme: Theme) -> None:
    places = [_ORDER.index(moment.state) for moment in told]
    axes.step(at, places, where="post", color=_INK[theme], linewidth=1.6)
    axes.plot(at[:-1], places[:-1], "o", color=_INK[theme], markersize=4)
    axes.set_yticks(range(len(_ORDER)), [f"{SYMBOLS[state]} {state}" for state in _ORDER])
    axes.set_ylim(-0.5, len(_ORDER) - 0.5)
    axes.grid(visible=True, axis="y", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _evidence(axes: Axes, at: list[float], told: list[Moment], theme: Theme) -> None:
    sides = {
        "for": [m.balance.n_for for m in told],
        "with conditions": [m.balance.n_conditions for m in told],
        "against": [-m.balance.n_against for m in told],
    }
    floor = [0] * len(told)
    for name, counts in sides.items():
        base = floor if name == "with conditions" else [0] * len(told)
        top = [b + n for b, n in zip(base, counts, strict=True)]
        axes.fill_between(
            at, base, top, step="post", label=name, facecolor=_SIDES[theme][name], alpha=0.55,
            hatch=_HATCH[name], edgecolor=_INK[theme], linewidth=0.5,
        )  # fmt: skip
        floor = top
    axes.axhline(0, color=_INK[theme], linewidth=0.8)
    axes.set_ylabel("evidence")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    # Below the line are pieces against, not fewer than none.
    axes.yaxis.set_major_formatter(lambda n, _: f"{abs(n):.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1), borderpad=0, fontsize=8, frameon=False, ncols=3,
        handlelength=1.5, columnspacing=1.2,
    )  # fmt: skip
