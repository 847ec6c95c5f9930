"""The only door to PyMuPDF: the visible text of a PDF with its places, and pictures of its pages.

Runs in the worker process of `papers.reader`, which puts limits on it; call that instead. Whatever
the library raises comes out as UnreadablePdf. Text is read glyph by glyph as it is painted:
replacement text that a file offers for its glyphs is not believed.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pymupdf

from claims.errors import CitationError, UnreadablePdf
from claims.evidence import Box
from claims.ids import ArxivId
from papers.assemble import assembled
from papers.hidden import Canvas, Colour, Glyph, Ink, Paint, runs, smuggled, unseen, visible
from papers.instructions import instructions_in
from papers.layout import Piece, Sheet, around, laid_out
from papers.limits import Limits
from papers.reading import FullText, HiddenRun, Instruction, Stamp, StampCheck, Trick

_FLAGS: Final = (
    pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
) | pymupdf.TEXT_IGNORE_ACTUALTEXT

_STAMP: Final = re.compile(
    r"arXiv:\s*([a-z.A-Z-]+/\d{7}|\d{4}\.\d{4,5})(v\d+)?\s+\[[\w.-]+\]\s+\d{1,2} \w{3} \d{4}"
)
_FEWEST_LETTERS: Final = 20
_MOST_PATHS: Final = 20_000
"""A page with more is a plot: its colours are looked up in the picture of the page instead."""

_MOST_PAINTS: Final = 2_000
_SMALLEST_PAINT_PT: Final = 3.0
"""A smaller fill hides no word."""

_NEAR_PT: Final = 60.0
"""What belongs to one figure is hardly farther apart."""

_MOST_PIXELS: Final = 4_000_000
_PICTURE_PIXELS: Final = 12_000_000
_MARK: Final = (1.0, 0.85, 0.1)
_BOLD: Final = 16
"""The bit of a span's flags (PyMuPDF, "Structure of Dictionary Outputs")."""


def read(path: Path, paper: ArxivId, limits: Limits) -> FullText:
    """The full text of the PDF at `path`. Raises UnreadablePdf."""
    content = _bytes_of(path, limits.max_bytes)
    with _opened(content, path.name, limits) as document:
        pages = [_page(document, number, content) for number in range(document.page_count)]
        sheets = [page.sheet for page in pages]
        hidden = [run for page in pages for run in page.hidden] + _about(document)
        notes = [note for page in pages for note in page.notes] + _faults(document)
    draft = assembled(sheets, laid_out(sheets))
    text = "".join(draft.text)
    n_letters = sum(char.isalpha() for char in text[: draft.parts[0].end])
    if n_letters < _FEWEST_LETTERS:
        raise UnreadablePdf(_no_text(path.name, len(pages), hidden))
    if len(text) > limits.max_chars:
        raise UnreadablePdf(f"{path.name} has {len(text):,} characters of text: too many to read")
    return FullText(
        paper=paper,
        sha256=hashlib.sha256(content).hexdigest(),
        n_pages=len(pages),
        text=text,
        lines=tuple(draft.lines),
        parts=tuple(draft.parts),
        hidden=tuple(hidden),
        instructions=tuple(_instructions(text, draft.lines, hidden)),
        stamp=_stamp(sheets[0], paper),
        notes=tuple(notes),
    )


def picture(
    path: Path, page: int, boxes: Sequence[Box], dpi: int, limits: Limits
) -> bytes:
    """A PNG of `page` (from 1) with `boxes` marked, smaller than asked for where it would be huge.

    Raises UnreadablePdf.
    """
    content = _bytes_of(path, limits.max_bytes)
    with _opened(content, path.name, limits) as document:
        if not 1 <= page <= document.page_count:
            raise UnreadablePdf(f"{path.name} has no page {page}")
        sheet = document[page - 1]
        for box in boxes:
            shape = sheet.new_shape()
            shape.draw_rect(pymupdf.Rect(box) * sheet.derotation_matrix)
            shape.finish(color=None, fill=_MARK, fill_opacity=0.4, width=0)
            shape.commit()
        zoom = min(dpi / 72, (_PICTURE_PIXELS / max(_area(sheet), 1)) ** 0.5)
        png: bytes = sheet.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False).tobytes("png")
        return png


def _bytes_of(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadablePdf(f"{path.name} cannot be read: {error.strerror}") from error
    if len(content) > max_bytes:
        raise UnreadablePdf(f"{path.name} is larger than {max_bytes / 1e6:.0f} MB")
    if b"%PDF-" not in content[:1024]:
        begins = content[:20].decode("latin-1")
        raise UnreadablePdf(f"{path.name} is no PDF: it begins with {begins!r}")
    return content


@contextmanager
def _opened(content: bytes, name: str, limits: Limits) -> Iterator[pymupdf.Document]:
    """The document, checked. Whatever the library raises meanwhile is an UnreadablePdf."""
    pymupdf.TOOLS.mupdf_display_errors(False)  # noqa: FBT003 - the library's signature
    pymupdf.TOOLS.mupdf_display_warnings(False)  # noqa: FBT003 - the library's signature
    pymupdf.TOOLS.reset_mupdf_warnings()
    try:
        with pymupdf.open(stream=content, filetype="pdf") as document:
            if document.needs_pass:
                raise UnreadablePdf(f"{name} is encrypted")
            if document.page_count == 0:
                raise UnreadablePdf(f"{name} has no pages")
            if document.page_count > limits.max_pages:
                raise UnreadablePdf(f"{name} has {document.page_count} pages: too many to read")
            yield document
    except (UnreadablePdf, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever its layers raise
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadablePdf(f"{name} cannot be read as a PDF: {said}") from error


@dataclass
class _Page:
    sheet: Sheet
    hidden: list[HiddenRun] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _page(document: pymupdf.Document, number: int, content: bytes) -> _Page:
    """What one page shows and hides; a page that cannot be read is empty and says so."""
    try:
        return _visible_page(document, number, content)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever its layers raise
        said = " ".join(str(error).split())[:120] or type(error).__name__
        empty = Sheet(page=number + 1, width=0, height=0, pieces=())
        return _Page(empty, notes=[f"page {number + 1} cannot be read: {said}"])


def _visible_page(document: pymupdf.Document, number: int, content: bytes) -> _Page:
    page = document[number]
    apart = _annotations(page)
    blocks = page.get_text("dict", flags=_FLAGS)["blocks"]
    found = unseen(_inks(page), _canvas(page, blocks, content))
    dropped = {(glyph.char, glyph.origin) for part in found for glyph in part.glyphs}
    if dropped:
        blocks = _without(page.get_text("rawdict", flags=_FLAGS)["blocks"], dropped)
    written = [span["text"] for block in blocks for line in block["lines"] for span in line["spans"]]
    tagged = [
        HiddenRun(page=number + 1, words=words, trick=Trick.INVISIBLE)
        for words in smuggled("".join(written))
    ]
    return _Page(_sheet(page, blocks), hidden=[*runs(found, number + 1), *apart, *tagged])


def _annotations(page: pymupdf.Page) -> list[HiddenRun]:
    """What annotations, form fields and links of the page say; the first two are taken off."""
    found = []
    for mark in [*page.annots(), *page.widgets()]:
        words = mark.info.get("content") if isinstance(mark, pymupdf.Annot) else mark.field_value
        if words:
            told = visible(" ".join(str(words).split()))[:500]
            found.append(HiddenRun(page=page.number + 1, words=told, trick=Trick.ANNOTATION))
    while (mark := page.first_annot) is not None:
        page.delete_annot(mark)
    while (field_ := page.first_widget) is not None:
        page.delete_widget(field_)
    for link in page.get_links():
        address = re.sub(r"[-+_%./]+(?:20)?", " ", visible(str(link.get("uri", ""))))
        if any(instructions_in(address)):
            told = address[:500]
            found.append(HiddenRun(page=page.number + 1, words=told, trick=Trick.LINK))
    return found


def _inks(page: pymupdf.Page) -> list[Ink]:
    return [
        Ink(
            order=span["seqno"],
            glyphs=tuple(
                Glyph(chr(code) if 0 < code < 0x110000 else "\ufffd", _spot(origin), box)  # noqa: PLR2004 - the end of Unicode
                for code, _, origin, box in span["chars"]
            ),
            box=span["bbox"],
            colour=span["color"] if len(span["color"]) == 3 else (0.0, 0.0, 0.0),  # noqa: PLR2004 - RGB
            opacity=span["opacity"],
            size=max(span["size"], 0.0),
            no_ink=span["type"] not in {0, 1},
        )
        for span in page.get_texttrace()
        if span["chars"]
    ]


def _spot(origin: tuple[float, float]) -> tuple[float, float]:
    return (round(origin[0], 1), round(origin[1], 1))


def _canvas(page: pymupdf.Page, blocks: Sequence[Any], content: bytes) -> Canvas:
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


def _n_around(box: Box, drawn: Sequence[Box]) -> int:
    x0, y0, x1, y1 = box
    return sum(
        b[0] < x1 + _NEAR_PT and x0 - _NEAR_PT < b[2] and b[1] < y1 + _NEAR_PT and y0 - _NEAR_PT < b[3]
        for b in drawn
    )


def _paints(page: pymupdf.Page, log: Sequence[Any]) -> list[Paint]:
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


def _fill_colours(page: pymupdf.Page) -> dict[int, Colour]:
    """By order of painting, the colour of every opaque fill that is a plain rectangle."""
    return {
        path["seqno"]: path["fill"]
        for path in page.get_cdrawings()
        if path.get("fill")
        and path.get("fill_opacity", 1) == 1
        and [item[0] for item in path["items"]] in (["re"], ["qu"])
    }


def _line_lookup(blocks: Sequence[Any]) -> Callable[[Box], bool]:
    """Whether any line of `blocks` holds the middle of a box, by bands of height."""
    bands: dict[int, list[Box]] = defaultdict(list)
    for block in blocks:
        for line in block["lines"]:
            x0, y0, x1, y1 = line["bbox"]
            for band in range(int(y0 // 16), min(int(y1 // 16), int(y0 // 16) + 200) + 1):
                bands[band].append((x0 - 2, y0 - 2, x1 + 2, y1 + 2))

    def holds(box: Box) -> bool:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in bands[int(y // 16)])

    return holds


class _Look:
    """The page as rendered, made when it is first asked for."""

    def __init__(self, page: pymupdf.Page) -> None:
        self._page, self._shown = page, None
        self._zoom = min(2.0, (_MOST_PIXELS / max(_area(page), 1)) ** 0.5)

    def pixels(self, box: Box) -> list[Colour]:
        """The colours in `box`, given in the page's own, unturned coordinates."""
        clip = (pymupdf.Rect(box) & (self._page.rect * self._page.derotation_matrix)) * (
            self._page.rotation_matrix * pymupdf.Matrix(self._zoom, self._zoom)
        )
        bounds = clip.irect & self.shown.irect
        if bounds.is_empty:
            return []
        samples, stride = self.shown.samples_mv, self.shown.stride
        return [
            (row[i] / 255, row[i + 1] / 255, row[i + 2] / 255)
            for y in range(bounds.y0, bounds.y1)
            for row in [samples[y * stride + 3 * bounds.x0 : y * stride + 3 * bounds.x1]]
            for i in range(0, len(row), 3)
        ]

    @property
    def shown(self) -> pymupdf.Pixmap:
        """The whole page in RGB."""
        if self._shown is None:
            self._shown = self._page.get_pixmap(
                matrix=pymupdf.Matrix(self._zoom, self._zoom), alpha=False, annots=False
            )
        return self._shown


def _matters(page: pymupdf.Page, boxes: Sequence[Box], content: bytes) -> list[bool]:
    """Of each box, whether the page looks different when the text in it is taken away."""
    with pymupdf.open(stream=content, filetype="pdf") as copy:
        other = copy[page.number]
        inner = [_inside(box) for box in boxes]
        for box in inner:
            other.add_redact_annot(pymupdf.Rect(box) * other.rotation_matrix, fill=False)
        other.apply_redactions(
            images=pymupdf.PDF_REDACT_IMAGE_NONE,
            graphics=pymupdf.PDF_REDACT_LINE_ART_NONE,
            text=pymupdf.PDF_REDACT_TEXT_REMOVE,
        )
        before, after = _Look(page), _Look(other)
        return [_differ(before.pixels(box), after.pixels(box)) for box in inner]


def _inside(box: Box) -> Box:
    """`box` without its rim, which neighbouring lines may touch."""
    x0, y0, x1, y1 = box
    rim = min((y1 - y0) * 0.2, (x1 - x0) * 0.2)
    return (x0 + rim / 2, y0 + rim, x1 - rim / 2, y1 - rim)


def _differ(before: Sequence[Colour], after: Sequence[Colour]) -> bool:
    if len(before) != len(after):
        return True
    return any(
        max(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.12  # noqa: PLR2004 - as in hidden
        for one, other in zip(before, after, strict=True)
    )


def _without(blocks: Sequence[Any], dropped: set[tuple[str, tuple[float, float]]]) -> list[Any]:
    """Raw `blocks` as plain ones, without the dropped letters and with boxes of what is left."""
    kept = []
    for block in blocks:
        lines = []
        for line in block["lines"]:
            spans = [_left_of(span, dropped) for span in line["spans"]]
            spans = [span for span in spans if span["text"].strip()]
            if spans:
                lines.append({**line, "spans": spans, "bbox": around(s["bbox"] for s in spans)})
        if lines:
            kept.append({**block, "lines": lines})
    return kept


def _left_of(span: Any, dropped: set[tuple[str, tuple[float, float]]]) -> dict[str, Any]:
    left = [c for c in span["chars"] if (c["c"], _spot(c["origin"])) not in dropped]
    box = around(c["bbox"] for c in left) if left else span["bbox"]
    return {**span, "text": "".join(c["c"] for c in left), "bbox": box}


def _sheet(page: pymupdf.Page, blocks: Sequence[Any]) -> Sheet:
    """The pieces of the page as it is shown, stood upright where most of them lie sideways."""
    matrix, width, height = page.rotation_matrix, page.rect.width, page.rect.height
    turned: dict[int, list[Piece]] = {0: [], 90: [], 270: [], 180: []}
    for number, block in enumerate(blocks):
        for line in block["lines"]:
            direction = pymupdf.Point(line["dir"]) * pymupdf.Matrix(page.rotation)
            turn = _turn(direction)
            for piece in _pieces(line, number, matrix, sideways=turn != 0):
                turned[turn].append(piece)
    size = {turn: sum(len(p.text) for p in pieces) for turn, pieces in turned.items()}
    main = max((0, 90, 270), key=lambda turn: size[turn])
    pieces = tuple(p for found in turned.values() for p in found)
    flat = Sheet(page=page.number + 1, width=width, height=height, pieces=pieces)
    return flat if main == 0 else _upright(flat, turned[main], main)


def _turn(direction: pymupdf.Point) -> int:
    if abs(direction.y) < 0.3:  # noqa: PLR2004 - slightly slanted
        return 0 if direction.x > 0 else 180
    return 90 if direction.y < 0 else 270


def _upright(sheet: Sheet, main: Sequence[Piece], turn: int) -> Sheet:
    """`sheet` turned so that the pieces in `main` stand upright and the others lie sideways."""
    chosen = set(map(id, main))
    pieces = []
    for piece in sheet.pieces:
        x0, y0, x1, y1 = piece.box
        if turn == 90:  # noqa: PLR2004 - text that runs upwards
            box = (sheet.height - y1, x0, sheet.height - y0, x1)
        else:
            box = (y0, sheet.width - x1, y1, sheet.width - x0)
        pieces.append(
            Piece(
                text=piece.text,
                box=box,
                size=piece.size,
                block=piece.block,
                bold=piece.bold,
                sideways=id(piece) not in chosen,
            )
        )
    return Sheet(
        page=sheet.page, width=sheet.height, height=sheet.width, pieces=tuple(pieces), turn=turn
    )


def _pieces(line: Any, block: int, matrix: pymupdf.Matrix, *, sideways: bool) -> Iterator[Piece]:
    """The spans of a line as pieces, divided at white space wider than a letter."""
    group: list[Any] = []
    for span in line["spans"]:
        wide = span["bbox"][2] - span["bbox"][0] > 1.5 * span["size"]
        if not sideways and not span["text"].strip() and wide and group:
            yield _piece(group, block, matrix, sideways=sideways)
            group = []
        elif group and not sideways and span["bbox"][0] - group[-1]["bbox"][2] > 1.5 * span["size"]:
            yield _piece(group, block, matrix, sideways=sideways)
            group = [span]
        else:
            group.append(span)
    if any(span["text"].strip() for span in group):
        yield _piece(group, block, matrix, sideways=sideways)


def _piece(spans: Sequence[Any], block: int, matrix: pymupdf.Matrix, *, sideways: bool) -> Piece:
    main = max(spans, key=lambda span: len(span["text"].strip()))
    return Piece(
        text=visible("".join(span["text"] for span in spans)),
        box=tuple(pymupdf.Rect(around(span["bbox"] for span in spans)) * matrix),
        size=main["size"],
        block=block,
        bold=bool(main["flags"] & _BOLD),
        sideways=sideways,
    )


def _about(document: pymupdf.Document) -> list[HiddenRun]:
    """What the metadata says to a model, and words on layers that are switched off."""
    said = " ".join(str(value) for value in (document.metadata or {}).values() if value)
    said = f"{said} {document.get_xml_metadata()}"
    return [
        HiddenRun(page=None, words=visible(said[max(start - 80, 0) : end + 160]), trick=Trick.METADATA)
        for start, end in instructions_in(said)
    ]


def _faults(document: pymupdf.Document) -> list[str]:
    notes = []
    if document.is_repaired:
        notes.append("the file was damaged and has been repaired: text may be missing")
    return notes


def _no_text(name: str, n_pages: int, hidden: Sequence[HiddenRun]) -> str:
    n_words = sum(len(run.words.split()) for run in hidden if run.trick is Trick.INVISIBLE)
    layer = f"; {n_words} words or more lie invisible on it" if n_words else ""
    return f"{name} has {n_pages} pages and no visible text: it may be a scan{layer}"


def _instructions(
    text: str, lines: Sequence[Any], hidden: Sequence[HiddenRun]
) -> Iterator[Instruction]:
    for start, end in instructions_in(text):
        page = next((line.page for line in lines if line.end > start), None)
        yield Instruction(words=text[start:end], page=page, start=start, end=end)
    for run in hidden:
        for start, end in instructions_in(run.words):
            yield Instruction(words=run.words[start:end], page=run.page, start=None, end=None)


def _stamp(sheet: Sheet, paper: ArxivId) -> Stamp:
    """What arXiv's stamp on the first page says."""
    beside = " ".join(piece.text for piece in sheet.pieces if piece.sideways)
    across = " ".join(piece.text for piece in sheet.pieces if not piece.sideways)
    found = _STAMP.search(beside) or _STAMP.search(across)
    if not found:
        return Stamp(check=StampCheck.NO_STAMP)
    try:
        id_ = ArxivId.parse(found[1] + (found[2] or ""))
    except CitationError:
        return Stamp(check=StampCheck.NO_STAMP, words=found[0])
    if id_.number != paper.number:
        check = StampCheck.ANOTHER_PAPER
    elif None not in {id_.version, paper.version} and id_.version != paper.version:
        check = StampCheck.ANOTHER_VERSION
    else:
        check = StampCheck.AGREES
    return Stamp(check=check, id=id_, words=found[0])


def _area(page: pymupdf.Page) -> float:
    return float(page.rect.width * page.rect.height)


def _box_area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
