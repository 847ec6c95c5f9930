"""How a page is painted: its letters one by one, the fills and images, and what it looks like.

Everything here is in the page's own coordinates, before any rotation for showing it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from claims.evidence import Box
from papers.hidden import Canvas, Colour, Glyph, Ink, Paint
from papers.layout.sheet import around
from papers.pdf.library import Page, Pixmap, Raw, mupdf

_MOST_PATHS: Final = 20_000
"""A page with more is a plot: its colours are looked up in the picture of the page instead."""

_MOST_PAINTS: Final = 2_000
_SMALLEST_PAINT_PT: Final = 3.0
"""A smaller fill hides no word."""

_NEAR_PT: Final = 60.0
"""What belongs to one figure is hardly farther apart."""

_FAR: Final = 4.0
"""Letters so many times their size apart are not of one line."""

_BAND_PT: Final = 16
_MOST_BANDS: Final = 200
_ENOUGH_PIXELS: Final = 200
_MOST_PIXELS: Final = 4_000_000
_ZOOM: Final = 2.0
_NOTICED: Final = 30
"""Of 255 levels of a channel: what a person notices, as in `papers.hidden`."""

_FILLED, _STROKED = 0, 1
_N_UNICODE: Final = 0x110000
_SPACE: Final = 0x20
_ONE_LINE: Final = 1.6
_Letter = tuple[int, int, tuple[float, float], Box]
"""Code point, glyph number, where its baseline starts, box (PyMuPDF, `Page.get_texttrace`)."""

_N_CHANNELS: Final = 3


def inks(page: Page) -> list[Ink]:
    """What the page paints as text, one line of it at a time."""
    return [
        Ink(
            order=span["seqno"],
            letters=partial(_glyphs, letters),
            n_letters=len(letters),
            box=box,
            colour=span["color"] if len(span["color"]) == _N_CHANNELS else (0.0, 0.0, 0.0),
            opacity=span["opacity"],
            size=span["size"],
            no_ink=span["type"] not in {_FILLED, _STROKED},
        )
        for span in page.get_texttrace()
        for letters, box in _lines_of(span)
        if any(letter[0] > _SPACE for letter in letters)
    ]


def _lines_of(span: Raw) -> Iterator[tuple[Sequence[_Letter], Box]]:
    """The letters of a span and the box around them, line by line."""
    letters, (x0, y0, x1, y1) = span["chars"], span["bbox"]
    size = max(span["size"], 1.0)
    if letters and y1 - y0 < _ONE_LINE * size and x1 - x0 < len(letters) * size:
        yield letters, (x0, y0, x1, y1)
        return
    line: list[_Letter] = []
    for letter in letters:
        if line and _is_apart(line[-1], letter):
            yield line, around(box for *_, box in line)
            line = []
        line.append(letter)
    if line:
        yield line, around(box for *_, box in line)


def _is_apart(last: _Letter, letter: _Letter) -> bool:
    """Whether `letter` stands neither beside nor under `last`."""
    _, _, (x, y), (x0, y0, x1, y1) = letter
    across, along = sorted((abs(x - last[2][0]), abs(y - last[2][1])))
    return across > 1 or along > _FAR * max(y1 - y0, x1 - x0, 1.0)


def _glyphs(letters: Iterable[_Letter]) -> tuple[Glyph, ...]:
    return tuple(
        Glyph(chr(code) if 0 < code < _N_UNICODE else "\ufffd", spot(origin), box)
        for code, _, origin, box in letters
    )


def spot(origin: tuple[float, float]) -> tuple[float, float]:
    """`origin` to a tenth of a point, to know a letter by."""
    return (round(origin[0], 1), round(origin[1], 1))


def canvas(page: Page, blocks: Sequence[Raw], content: bytes) -> Canvas:
    """The page as `papers.hidden` asks about it; `blocks` are its text, `content` the file."""
    log = page.get_bboxlog()
    drawn = [box for kind, box in log if not kind.endswith("text")]
    return Canvas(
        box=tuple(page.rect * page.derotation_matrix),
        paints=_paints(page, log),
        on_a_line=_line_lookup(blocks),
        n_drawn=lambda box: _n_around(box, drawn),
        pixels=_Look(page).pixels,
        matters=lambda boxes: _matters(page, boxes, content),
    )


def _paints(page: Page, log: Sequence[tuple[str, Box]]) -> list[Paint]:
    """Fills and images that could lie under or over a word, the largest when they are many."""
    large = [
        (order, kind, box)
        for order, (kind, box) in enumerate(log)
        if kind.startswith("fill-")
        and kind != "fill-text"
        and min(box[2] - box[0], box[3] - box[1]) >= _SMALLEST_PAINT_PT
    ]
    if len(large) > _MOST_PAINTS:
        large.sort(key=lambda entry: _box_area(entry[2]), reverse=True)
        del large[_MOST_PAINTS:]
    colours: dict[int, Colour] = {}
    if len(log) <= _MOST_PATHS and any(kind == "fill-path" for _, kind, _ in large):
        colours = _fill_colours(page)
    return [Paint(order=order, box=box, colour=colours.get(order)) for order, _, box in large]


def _fill_colours(page: Page) -> dict[int, Colour]:
    """By order of painting, the colour of every opaque fill that is a plain rectangle."""
    return {
        path["seqno"]: path["fill"]
        for path in page.get_cdrawings()
        if path.get("fill")
        and path.get("fill_opacity", 1) == 1
        and [item[0] for item in path["items"]] in (["re"], ["qu"])
    }


def _n_around(box: Box, drawn: Sequence[Box]) -> int:
    x0, y0, x1, y1 = box
    return sum(
        b[0] < x1 + _NEAR_PT
        and x0 - _NEAR_PT < b[2]
        and b[1] < y1 + _NEAR_PT
        and y0 - _NEAR_PT < b[3]
        for b in drawn
    )


def _line_lookup(blocks: Sequence[Raw]) -> Callable[[Box], bool]:
    """Whether any line of `blocks` holds the middle of a box, by bands of height."""
    bands: dict[int, list[Box]] = defaultdict(list)
    for block in blocks:
        for line in block["lines"]:
            x0, y0, x1, y1 = line["bbox"]
            for band in range(
                int(y0 // _BAND_PT), min(int(y1 // _BAND_PT), int(y0 // _BAND_PT) + _MOST_BANDS) + 1
            ):
                bands[band].append((x0 - 2, y0 - 2, x1 + 2, y1 + 2))

    def holds(box: Box) -> bool:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in bands[int(y // _BAND_PT)])

    return holds


class _Look:
    """The page as rendered, made when it is first asked for."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._shown: Pixmap = None
        self._zoom = min(_ZOOM, (_MOST_PIXELS / max(_area(page), 1)) ** 0.5)

    def pixels(self, box: Box) -> list[Colour]:
        """A sample of the colours in `box`."""
        content = self.content(box)
        step = 3 * max(1, len(content) // 3 // _ENOUGH_PIXELS)
        return [
            (content[i] / 255, content[i + 1] / 255, content[i + 2] / 255)
            for i in range(0, len(content), step)
        ]

    def content(self, box: Box) -> bytes:
        """The rows of `box`, given in the page's own, unturned coordinates, as bytes in RGB."""
        clip = (mupdf.Rect(box) & (self._page.rect * self._page.derotation_matrix)) * (
            self._page.rotation_matrix * mupdf.Matrix(self._zoom, self._zoom)
        )
        bounds = clip.irect & self.shown.irect
        samples, stride = self.shown.samples_mv, self.shown.stride
        return b"".join(
            samples[y * stride + 3 * bounds.x0 : y * stride + 3 * bounds.x1]
            for y in range(bounds.y0, bounds.y1)
        )

    @property
    def shown(self) -> Pixmap:
        """The whole page in RGB."""
        if self._shown is None:
            self._shown = self._page.get_pixmap(
                matrix=mupdf.Matrix(self._zoom, self._zoom), alpha=False, annots=False
            )
        return self._shown


def _matters(page: Page, boxes: Sequence[Box], content: bytes) -> list[bool]:
    """Of each box, whether the page looks different when the text in it is taken away."""
    with mupdf.open(stream=content, filetype="pdf") as copy:
        other = copy[page.number]
        inner = [_inside(box) for box in boxes]
        for box in inner:
            other.add_redact_annot(mupdf.Rect(box) * other.rotation_matrix, fill=False)
        other.apply_redactions(
            images=mupdf.PDF_REDACT_IMAGE_NONE,
            graphics=mupdf.PDF_REDACT_LINE_ART_NONE,
            text=mupdf.PDF_REDACT_TEXT_REMOVE,
        )
        before, after = _Look(page), _Look(other)
        return [_differ(before.content(box), after.content(box)) for box in inner]


def _inside(box: Box) -> Box:
    """`box` without its rim, which neighbouring lines may touch."""
    x0, y0, x1, y1 = box
    rim = min((y1 - y0) * 0.2, (x1 - x0) * 0.2)
    return (x0 + rim / 2, y0 + rim, x1 - rim / 2, y1 - rim)


def _differ(before: bytes, after: bytes) -> bool:
    if before == after:
        return False
    return len(before) != len(after) or any(
        abs(one - other) > _NOTICED for one, other in zip(before, after, strict=True)
    )


def _area(page: Page) -> float:
    return float(page.rect.width * page.rect.height)


def _box_area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
