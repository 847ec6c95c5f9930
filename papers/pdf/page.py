"""What one page shows and what it hides: its visible pieces of text, upright, and the rest."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from papers.hidden import Glyph, runs, smuggled, unseen, visible
from papers.instructions import instructions_in
from papers.layout.sheet import Piece, Sheet, around
from papers.pdf.canvas import canvas, inks, spot
from papers.pdf.library import Document, Matrix, Page, Point, Raw, mupdf, said_by
from papers.reading import HiddenRun, Trick

_FLAGS: Final = (mupdf.TEXTFLAGS_DICT & ~mupdf.TEXT_PRESERVE_IMAGES) | mupdf.TEXT_IGNORE_ACTUALTEXT

_BOLD: Final = 16
"""The bit of a span's flags (PyMuPDF, "Structure of Dictionary Outputs")."""

_SLANT: Final = 0.3
_GAP: Final = 1.5
"""White space wider than so many letters divides a line."""

_ACROSS, _UPWARDS, _HEAD_DOWN, _DOWNWARDS = 0, 90, 180, 270
"""Degrees, clockwise, by which text of a direction is turned to stand upright."""

_SHOWN_CHARS: Final = 500
_Letter = tuple[str, tuple[float, float]]
"""A letter and the spot that it stands on."""


@dataclass
class PageText:
    """What was read of one page."""

    sheet: Sheet
    hidden: list[HiddenRun] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def page_text(document: Document, number: int, content: bytes) -> PageText:
    """What one page shows and hides; a page that cannot be read is empty and says so."""
    try:
        return _visible_page(document, number, content)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever its layers raise
        empty = Sheet(page=number + 1, width=0, height=0, pieces=())
        return PageText(empty, notes=[f"page {number + 1} cannot be read: {said_by(error)}"])


def _visible_page(document: Document, number: int, content: bytes) -> PageText:
    page = document[number]
    apart = _annotations(page)
    blocks = page.get_text("dict", flags=_FLAGS)["blocks"]
    painted = inks(page)
    found = unseen(painted, canvas(page, blocks, content))
    if found:
        hidden = _letters(part.glyphs for part in found)
        every = _letters(ink.glyphs for ink in painted)
        # A letter that is painted twice on one spot goes only if it is unseen both times.
        dropped = {letter for letter, n in hidden.items() if n >= every[letter]}
        blocks = _without(page.get_text("rawdict", flags=_FLAGS)["blocks"], dropped)
    written = [
        span["text"] for block in blocks for line in block["lines"] for span in line["spans"]
    ]
    tagged = [
        HiddenRun(page=number + 1, words=words, trick=Trick.INVISIBLE)
        for words in smuggled("".join(written))
    ]
    return PageText(_sheet(page, blocks), hidden=[*runs(found, number + 1), *apart, *tagged])


def _letters(runs_of: Iterable[Sequence[Glyph]]) -> Counter[_Letter]:
    return Counter((glyph.char, glyph.origin) for glyphs in runs_of for glyph in glyphs)


def _annotations(page: Page) -> list[HiddenRun]:
    """What annotations, form fields and links of the page say; the first two are taken off."""
    found = []
    for mark in [*page.annots(), *page.widgets()]:
        words = mark.info.get("content") if isinstance(mark, mupdf.Annot) else mark.field_value
        if words:
            told = visible(" ".join(str(words).split()))[:_SHOWN_CHARS]
            found.append(HiddenRun(page=page.number + 1, words=told, trick=Trick.ANNOTATION))
    while (mark := page.first_annot) is not None:
        page.delete_annot(mark)
    while (field_ := page.first_widget) is not None:
        page.delete_widget(field_)
    for link in page.get_links():
        address = re.sub(r"[-+_%./]+(?:20)?", " ", visible(str(link.get("uri", ""))))
        if any(instructions_in(address)):
            told = address[:_SHOWN_CHARS]
            found.append(HiddenRun(page=page.number + 1, words=told, trick=Trick.LINK))
    return found


def _without(blocks: Sequence[Raw], dropped: set[_Letter]) -> list[Raw]:
    """Raw `blocks` as plain ones, without the dropped letters and with boxes of what is left."""
    kept: list[Raw] = []
    for block in blocks:
        lines = []
        for line in block["lines"]:
            spans = [_left_of(span, dropped) for span in line["spans"]]
            spans = [span for span in spans if span["text"]]
            if any(span["text"].strip() for span in spans):
                lines.append({**line, "spans": spans, "bbox": around(s["bbox"] for s in spans)})
        if lines:
            kept.append({**block, "lines": lines})
    return kept


def _left_of(span: Raw, dropped: set[_Letter]) -> Raw:
    left = [c for c in span["chars"] if (c["c"], spot(c["origin"])) not in dropped]
    box = around(c["bbox"] for c in left) if left else span["bbox"]
    return {**span, "text": "".join(c["c"] for c in left), "bbox": box}


def _sheet(page: Page, blocks: Sequence[Raw]) -> Sheet:
    """The pieces of the page as it is shown, stood upright where most of them lie sideways."""
    matrix, width, height = page.rotation_matrix, page.rect.width, page.rect.height
    turned: dict[int, list[Piece]] = {_ACROSS: [], _UPWARDS: [], _DOWNWARDS: [], _HEAD_DOWN: []}
    for number, block in enumerate(blocks):
        for line in block["lines"]:
            direction = mupdf.Point(line["dir"]) * mupdf.Matrix(page.rotation)
            turn = _turn(direction)
            for piece in _pieces(line, number, matrix, sideways=turn != _ACROSS):
                turned[turn].append(piece)
    size = {turn: sum(len(p.text) for p in pieces) for turn, pieces in turned.items()}
    main = max((_ACROSS, _UPWARDS, _DOWNWARDS), key=lambda turn: size[turn])
    pieces = tuple(p for found in turned.values() for p in found)
    flat = Sheet(page=page.number + 1, width=width, height=height, pieces=pieces)
    return flat if main == _ACROSS else _upright(flat, turned[main], main)


def _turn(direction: Point) -> int:
    if abs(direction.y) < _SLANT:
        return _ACROSS if direction.x > 0 else _HEAD_DOWN
    return _UPWARDS if direction.y < 0 else _DOWNWARDS


def _upright(sheet: Sheet, main: Sequence[Piece], turn: int) -> Sheet:
    """`sheet` turned so that the pieces in `main` stand upright and the others lie sideways."""
    chosen = set(map(id, main))
    pieces = []
    for piece in sheet.pieces:
        x0, y0, x1, y1 = piece.box
        upwards = (sheet.height - y1, x0, sheet.height - y0, x1)
        downwards = (y0, sheet.width - x1, y1, sheet.width - x0)
        box = upwards if turn == _UPWARDS else downwards
        pieces.append(replace(piece, box=box, sideways=id(piece) not in chosen))
    return Sheet(
        page=sheet.page, width=sheet.height, height=sheet.width, pieces=tuple(pieces), turn=turn
    )


def _pieces(line: Raw, block: int, matrix: Matrix, *, sideways: bool) -> Iterator[Piece]:
    """The spans of a line as pieces, divided at white space wider than a letter."""
    group: list[Raw] = []
    for span in line["spans"]:
        wide = span["bbox"][2] - span["bbox"][0] > _GAP * span["size"]
        if not sideways and not span["text"].strip() and wide and group:
            yield _piece(group, block, matrix, sideways=sideways)
            group = []
        elif (
            group and not sideways and span["bbox"][0] - group[-1]["bbox"][2] > _GAP * span["size"]
        ):
            yield _piece(group, block, matrix, sideways=sideways)
            group = [span]
        else:
            group.append(span)
    if any(span["text"].strip() for span in group):
        yield _piece(group, block, matrix, sideways=sideways)


def _piece(spans: Sequence[Raw], block: int, matrix: Matrix, *, sideways: bool) -> Piece:
    main = max(spans, key=lambda span: len(span["text"].strip()))
    return Piece(
        text=visible("".join(span["text"] for span in spans)),
        box=tuple(mupdf.Rect(around(span["bbox"] for span in spans)) * matrix),
        size=_size(spans),
        block=block,
        bold=bool(main["flags"] & _BOLD),
        sideways=sideways,
    )


def _size(spans: Sequence[Raw]) -> float:
    """The largest size in which a quarter of the letters are set: not that of small capitals."""
    letters = sum(len(span["text"].strip()) for span in spans)
    by_size: dict[float, int] = defaultdict(int)
    for span in spans:
        by_size[round(span["size"], 1)] += len(span["text"].strip())
    return max((size for size, n in by_size.items() if n >= letters / 4), default=0.0)
