"""The full text of a PDF file, put together from its pages.

Runs in the worker process of `papers.pdf.reader`, which puts limits on it; call that instead.
Whatever the library raises comes out as UnreadablePdf. Text is read glyph by glyph as it is
painted: replacement text that a file offers for its glyphs is not believed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from claims.errors import CitationError, UnreadablePdf
from claims.ids import ArxivId
from papers.hidden import visible
from papers.instructions import instructions_in
from papers.layout.assemble import assembled
from papers.layout.order import laid_out
from papers.layout.sheet import Sheet
from papers.pdf.library import Document, mupdf, said_by
from papers.pdf.limits import Limits
from papers.pdf.page import page_text
from papers.reading import FullText, HiddenRun, Instruction, Line, Stamp, StampCheck, Trick

_STAMP: Final = re.compile(
    r"arXiv:\s*([a-z.A-Z-]+/\d{7}|\d{4}\.\d{4,5})(v\d+)?\s+\[[\w.-]+\]\s+\d{1,2} \w{3} \d{4}"
)
_ABOUT_LOOKS: Final = re.compile(
    r"font|freetype|FT_|cmap|glyph|icc|colou?rspace|\.\.\. repeated", re.IGNORECASE
)
"""Warnings about how letters look; sound files of pdfTeX raise them too, and lose no word."""

_HEAD_BYTES: Final = 1024
"""Where readers look for the mark of a PDF."""

_FEWEST_LETTERS: Final = 20
_SHOWN_CHARS: Final = 500
_AROUND_CHARS: Final = 160


def read(path: Path, paper: ArxivId, limits: Limits) -> FullText:
    """The full text of the PDF at `path`. Raises UnreadablePdf."""
    content = content_of(path, limits.max_bytes)
    with opened(content, path.name, limits) as document:
        pages = [page_text(document, number, content) for number in range(document.page_count)]
        sheets = [page.sheet for page in pages]
        hidden = [run for page in pages for run in page.hidden] + _about(document)
        notes = [note for page in pages for note in page.notes] + _faults(document)
    draft = assembled(sheets, laid_out(sheets))
    text = "".join(draft.text)
    n_letters = sum(char.isalpha() for char in text[: draft.parts[0].end])
    if n_letters < _FEWEST_LETTERS:
        raise UnreadablePdf(_no_text(path.name, len(pages), hidden, notes))
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


def content_of(path: Path, max_bytes: int) -> bytes:
    """The bytes of the file, if it begins as a PDF does. Raises UnreadablePdf."""
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadablePdf(f"{path.name} cannot be read: {error.strerror}") from error
    if len(content) > max_bytes:
        raise UnreadablePdf(f"{path.name} is larger than {max_bytes / 1e6:g} MB")
    if b"%PDF-" not in content[:_HEAD_BYTES]:
        begins = content[:20].decode("latin-1")
        raise UnreadablePdf(f"{path.name} is no PDF: it begins with {begins!r}")
    return content


@contextmanager
def opened(content: bytes, name: str, limits: Limits) -> Iterator[Document]:
    """The document, checked. Whatever the library raises meanwhile is an UnreadablePdf."""
    mupdf.TOOLS.mupdf_display_errors(False)
    mupdf.TOOLS.mupdf_display_warnings(False)
    mupdf.TOOLS.reset_mupdf_warnings()
    try:
        with mupdf.open(stream=content, filetype="pdf") as document:
            if document.needs_pass:
                raise UnreadablePdf(f"{name} is encrypted")
            if document.page_count == 0:
                raise UnreadablePdf(f"{name} has no pages")
            if document.page_count > limits.max_pages:
                raise UnreadablePdf(f"{name} has {document.page_count} pages: too many to read")
            yield document
    except (UnreadablePdf, MemoryError):
        raise
    except Exception as error:
        raise UnreadablePdf(f"{name} cannot be read as a PDF: {said_by(error)}") from error


def _about(document: Document) -> list[HiddenRun]:
    """What the metadata says to a model, and words on layers that are switched off."""
    said = " ".join(str(value) for value in (document.metadata or {}).values() if value)
    said = visible(f"{said} {document.get_xml_metadata()}")
    spoken = [
        HiddenRun(
            page=None,
            words=said[max(start - _AROUND_CHARS, 0) : end + _AROUND_CHARS],
            trick=Trick.METADATA,
        )
        for start, end in instructions_in(said)
    ]
    return spoken + _on_layers(document)


def _on_layers(document: Document) -> list[HiddenRun]:
    """Words of each page that show up when the layers that are off are switched on."""
    off = [xref for xref, layer in document.get_ocgs().items() if not layer["on"]]
    if not off:
        return []
    before = [Counter(page.get_text().split()) for page in document]
    document.set_layer(-1, on=off, off=[], basestate="ON")
    found = []
    with mupdf.open(stream=document.tobytes(), filetype="pdf") as switched_on:
        for page, seen in zip(switched_on, before, strict=True):
            words = [word for word in page.get_text().split() if not _taken(seen, word)]
            if words:
                told = visible(" ".join(words))[:_SHOWN_CHARS]
                found.append(HiddenRun(page=page.number + 1, words=told, trick=Trick.LAYER))
    return found


def _taken(seen: Counter[str], word: str) -> bool:
    """Whether `word` was seen before; each sight counts once."""
    seen[word] -= 1
    return seen[word] >= 0


def _faults(document: Document) -> list[str]:
    notes = []
    if document.is_repaired:
        notes.append("the file was damaged and has been repaired: text may be missing")
    said = [
        " ".join(line.split())
        for line in mupdf.TOOLS.mupdf_warnings().splitlines()
        if not _ABOUT_LOOKS.search(line)
    ]
    if said:
        notes.append(f"the file has faults that were passed over, such as {said[0][:80]!r}")
    return notes


def _no_text(name: str, n_pages: int, hidden: Sequence[HiddenRun], notes: Sequence[str]) -> str:
    why = f": {notes[0]}" if notes else ": it may be a scan"
    n_words = sum(len(run.words.split()) for run in hidden if run.trick is Trick.INVISIBLE)
    layer = f", with {n_words} words or more lying invisible on it" if n_words else ""
    pages = "1 page" if n_pages == 1 else f"{n_pages} pages"
    return f"{name} has {pages} and no visible text{why}{layer}"


def _instructions(
    text: str, lines: Sequence[Line], hidden: Sequence[HiddenRun]
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
