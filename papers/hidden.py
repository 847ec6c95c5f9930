"""Which runs of text on a page a person does not see, and why.

Decided from how the page is painted: every run has a place in the order of painting, and so have
the fills and images. A run counts as hidden by its colour only against what lies beneath it, and
as covered only if taking it away changes no pixel: white letters on a dark box are honest, and so
are labels with a figure around them. Not reached: a font whose letters look like other letters.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final, NamedTuple

from claims.evidence import Box
from papers.instructions import instructions_in
from papers.layout.sheet import around
from papers.reading import HiddenRun, Trick

Colour = tuple[float, float, float]
"""Red, green, blue from 0 to 1."""

TINY_PT: Final = 4.0
"""Below this a printed letter cannot be read; journals ask for 5 points at least."""

_SAME_COLOUR: Final = 0.12
"""Largest difference in any channel that a person does not notice on a page; the lightest grey
in use for text is twice as far from white."""

_OTHER_COLOUR: Final = 0.3
_FEW: Final = 0.25
"""Letters cover about a fifth of their box."""

_SQUEEZED_PT: Final = 0.5
"""Width of a usual letter."""

_PAPER: Final[Colour] = (1.0, 1.0, 1.0)
_SHOWN_CHARS: Final = 500
_FEWEST_LETTERS: Final = 4
"""Fewer are phantoms of typesetting: alignment marks, a white comma."""

_NEVER_HONEST_PT: Final = 1.5
_FEWEST_DRAWN: Final = 10
"""So many strokes and fills around tiny letters make a figure. Words in figures are scaled down
honestly: they are left out of the text like all tiny letters, but reported only if they speak to a
model."""

_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
_TAGS: Final = re.compile(r"[\U000e0020-\U000e007e]+")


class Glyph(NamedTuple):
    """One letter: its code point, where its baseline starts, and its box."""

    char: str
    origin: tuple[float, float]
    box: Box


@dataclass(frozen=True, kw_only=True)
class Ink:
    """Letters painted at once, in one style."""

    order: int
    """Place in the order of painting."""
    letters: Callable[[], tuple[Glyph, ...]]
    """Makes the glyphs: most inks are seen at a glance, and there are thousands on a page."""
    n_letters: int
    box: Box
    colour: Colour
    opacity: float
    size: float
    no_ink: bool
    """Whether the letters are neither filled nor stroked."""

    @cached_property
    def glyphs(self) -> tuple[Glyph, ...]:
        """The letters one by one."""
        return self.letters()


@dataclass(frozen=True, kw_only=True)
class Paint:
    """A fill or an image."""

    order: int
    box: Box
    colour: Colour | None = None
    """None where it is not one colour all over its box."""


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """The rest of the page, as far as it matters to what can be seen."""

    box: Box
    paints: Sequence[Paint]
    on_a_line: Callable[[Box], bool]
    """Whether the text of the page has a line where this box has its middle."""
    n_drawn: Callable[[Box], int]
    """How many strokes, fills and images lie around a box."""
    pixels: Callable[[Box], Sequence[Colour]]
    """The page as rendered."""
    matters: Callable[[Sequence[Box]], Sequence[bool]]
    """Of each box, whether the page looks different without the text in it."""


class Unseen(NamedTuple):
    """Letters that are not seen, and why."""

    glyphs: tuple[Glyph, ...]
    trick: Trick
    honest: bool = False
    """Whether typesetting explains it."""


def unseen(inks: Sequence[Ink], canvas: Canvas) -> list[Unseen]:
    """All letters of `inks` that are not seen, in the order of painting."""
    found: list[Unseen] = []
    maybe_covered: list[tuple[Glyph, ...]] = []
    for ink in inks:
        if trick := _trick(ink, canvas):
            honest = trick is Trick.TINY and _is_in_a_figure(ink, canvas)
            found.append(Unseen(ink.glyphs, trick, honest))
            continue
        faint = _without_contrast(ink, canvas)
        found += [Unseen(glyphs, Trick.CONTRAST) for glyphs in faint]
        if not faint:
            found += _outside(ink, canvas)
            maybe_covered += _beneath(ink, canvas.paints)
    if maybe_covered:
        seen = canvas.matters([around(g.box for g in glyphs) for glyphs in maybe_covered])
        pairs = zip(maybe_covered, seen, strict=True)
        found += [Unseen(glyphs, Trick.COVERED) for glyphs, is_seen in pairs if not is_seen]
    return found


def runs(found: Iterable[Unseen], page: int) -> list[HiddenRun]:
    """What to tell of the letters `found` on `page`: neighbours by one trick as one run."""
    told: list[tuple[Trick, bool, str]] = []
    for glyphs, trick, honest in found:
        words = _words(glyphs)
        if told and told[-1][:2] == (trick, honest):
            told[-1] = (trick, honest, f"{told[-1][2]} {words}")
        else:
            told.append((trick, honest, words))
    return [
        HiddenRun(page=page, words=words[:_SHOWN_CHARS], trick=trick)
        for trick, honest, words in told
        if sum(char.isalnum() for char in words) >= _FEWEST_LETTERS
        and (not honest or any(instructions_in(words)))
    ]


def _words(glyphs: Sequence[Glyph]) -> str:
    """The letters of `glyphs` with a space where the page has one."""
    out = []
    last: Box | None = None
    for char, _, box in glyphs:
        apart = last and (box[0] - last[2] > 0.15 * (box[3] - box[1]) or box[0] < last[0])
        out.append(f" {char}" if apart else char)
        last = box
    return visible(" ".join("".join(out).split()))


def visible(text: str) -> str:
    """`text` without characters that no font shows: controls, directions, tags, half pairs."""
    return _UNSEEN.sub("", text)


def smuggled(text: str) -> list[str]:
    """Words written in Unicode tag characters, which no font shows, as plain letters."""
    return ["".join(chr(ord(c) - 0xE0000) for c in run) for run in _TAGS.findall(text)]


def _trick(ink: Ink, canvas: Canvas) -> Trick | None:
    """Why nothing of `ink` is seen, from itself and what lies beneath it."""
    if ink.no_ink or ink.opacity < _SAME_COLOUR:
        return Trick.INVISIBLE
    if not _touch(ink.box, canvas.box):
        return Trick.OFF_PAGE
    if _is_tiny(ink):
        return Trick.TINY
    return None


def _is_tiny(ink: Ink) -> bool:
    x0, y0, x1, y1 = ink.box
    if ink.size < TINY_PT:
        return True
    if max(x1 - x0, y1 - y0) > ink.n_letters * _SQUEEZED_PT * 2:
        return False
    thin = [min(b[2] - b[0], b[3] - b[1]) for char, _, b in ink.glyphs if char.isalnum()]
    return bool(thin) and median(thin) < _SQUEEZED_PT


def _without_contrast(ink: Ink, canvas: Canvas) -> list[tuple[Glyph, ...]]:
    """The letters of `ink` that have the colour of what lies beneath them."""
    beneath = [p for p in canvas.paints if p.order < ink.order and _touch(p.box, ink.box)]
    if all(_surrounds(paint.box, ink.box) for paint in beneath):
        ground = max(beneath, key=lambda paint: paint.order, default=None)
        return [ink.glyphs] if _is_faint(ink, ink.box, ground, canvas) else []
    grounds: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in ink.glyphs:
        grounds[max((p.order for p in beneath if _holds(p.box, glyph.box)), default=-1)].append(
            glyph
        )
    by_order: dict[int, Paint | None] = {p.order: p for p in beneath}
    return [
        tuple(glyphs)
        for order, glyphs in grounds.items()
        if _is_faint(ink, around(g.box for g in glyphs), by_order.get(order), canvas)
    ]


def _is_faint(ink: Ink, box: Box, ground: Paint | None, canvas: Canvas) -> bool:
    """Whether letters of `ink` in `box` cannot be told from the `ground`, or paper if None."""
    colour = ground.colour if ground else _PAPER
    if colour is not None:
        return _distance(ink.colour, colour) * ink.opacity < _SAME_COLOUR
    pixels = canvas.pixels(box)
    if not pixels:
        return False
    n_other = sum(_distance(pixel, ink.colour) > _OTHER_COLOUR for pixel in pixels)
    alike = _distance(_usual(pixels), ink.colour) < _SAME_COLOUR
    return alike and n_other < _FEW * len(pixels)


def _usual(pixels: Sequence[Colour]) -> Colour:
    """The most frequent colour, to a sixteenth."""
    rough = Counter(tuple(round(channel * 15) for channel in pixel) for pixel in pixels)
    red, green, blue = rough.most_common(1)[0][0]
    return (red / 15, green / 15, blue / 15)


def _is_in_a_figure(ink: Ink, canvas: Canvas) -> bool:
    return ink.size >= _NEVER_HONEST_PT and canvas.n_drawn(ink.box) >= _FEWEST_DRAWN


def _outside(ink: Ink, canvas: Canvas) -> list[Unseen]:
    """Letters that lie off the page or, by a clip, on no line of its text."""
    if _surrounds(canvas.box, ink.box) and canvas.on_a_line(ink.box):
        return []
    off = tuple(glyph for glyph in ink.glyphs if not _touch(glyph.box, canvas.box))
    clipped = tuple(
        glyph
        for glyph in ink.glyphs
        if glyph.char.strip() and glyph not in off and not canvas.on_a_line(glyph.box)
    )
    pairs = ((off, Trick.OFF_PAGE), (clipped, Trick.CLIPPED))
    return [Unseen(glyphs, trick) for glyphs, trick in pairs if glyphs]


def _beneath(ink: Ink, paints: Sequence[Paint]) -> list[tuple[Glyph, ...]]:
    """Letters with something painted over their middle later, one run for each such paint."""
    later = [p for p in paints if p.order > ink.order and _touch(p.box, ink.box)]
    left = list(ink.glyphs) if later else []
    found = []
    for paint in later:
        under = tuple(glyph for glyph in left if _holds(paint.box, glyph.box))
        if any(glyph.char.strip() for glyph in under):
            found.append(under)
            left = [glyph for glyph in left if glyph not in under]
    return found


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _surrounds(outer: Box, inner: Box) -> bool:
    """Whether `inner` lies in `outer`, to a point."""
    return (
        outer[0] <= inner[0] + 1
        and outer[1] <= inner[1] + 1
        and inner[2] - 1 <= outer[2]
        and inner[3] - 1 <= outer[3]
    )


def _holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of `inner` lies in `outer`."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _distance(a: Colour, b: Colour) -> float:
    return max(abs(one - other) for one, other in zip(a, b, strict=True))
