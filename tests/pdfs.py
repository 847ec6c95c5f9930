"""Small real PDFs, typeset by PyMuPDF: articles in one and two columns, and every hiding trick.

All words are invented. Nothing here reads a PDF: that is what is tested.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from papers.pdf.library import Document, Page, mupdf

WIDTH, HEIGHT = 595, 842
LEFT, RIGHT, TOP = 72, 312, 110
COLUMN = 216
LEADING = 12.0
SIZE = 10.0

FONT: Final = mupdf.Font("tiro")

_SUBJECTS: Final = "The probe/A steady trainer/Every annotator/The second layer/One small model"
_VERBS: Final = "keeps/measures/repeats/forgets/reorders"
_OBJECTS: Final = "its first answer/the colder persona/a list of traits/the earlier turn/no rule"
_ENDS: Final = "in most sessions/without a prompt/after long talks/under new seeds/by noon"


def sentence(number: int) -> str:
    """An invented sentence; the same number gives the same one, and near numbers differ."""
    n = number * 7
    choices = ((_SUBJECTS, n), (_VERBS, n // 2 + number), (_OBJECTS, n // 3), (_ENDS, n // 5))
    words = " ".join(words.split("/")[at % 5] for words, at in choices)
    return f"{words} as case {number} of the series shows."


def broken(text: str, width: float = COLUMN, size: float = SIZE) -> list[str]:
    """`text` in lines that are no wider than `width` points, hyphenated where a word is long."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if FONT.text_length(longer, size) <= width:
            lines[-1] = longer
            continue
        half = len(word) // 2
        head = f"{lines[-1]} {word[:half]}-".strip()
        if len(word) > 7 and word.isalpha() and FONT.text_length(head, size) <= width:
            lines[-1] = head
            lines.append(word[half:])
        else:
            lines.append(word)
    return lines


def new() -> Document:
    """An empty document."""
    return mupdf.open()


def page_of(document: Document) -> Page:
    """A new page of A4."""
    return document.new_page(width=WIDTH, height=HEIGHT)


def write(
    page: Page, x: float, y: float, lines: Sequence[str], size: float = SIZE, **style: object
) -> float:
    """Set `lines` from the baseline `y` downwards; the baseline after the last."""
    for line in lines:
        page.insert_text((x, y), line, fontsize=size, fontname="tiro", **style)
        y += LEADING * size / SIZE
    return y


def write_unicode(page: Page, x: float, y: float, lines: Sequence[str], size: float = SIZE) -> None:
    """Set `lines` with characters beyond Latin-1, such as ligatures."""
    writer = mupdf.TextWriter(page.rect)
    for number, line in enumerate(lines):
        writer.append((x, y + number * LEADING), line, font=FONT, fontsize=size)
    writer.write_text(page)


def saved(document: Document, folder: Path, name: str = "paper.pdf") -> Path:
    """The file that `document` is written to."""
    path = folder / name
    document.save(path)
    document.close()
    return path


def one_page(folder: Path, trick: Callable[[Page], object]) -> Path:
    """A page of ten honest sentences with something done to it by `trick`."""
    document = new()
    page = page_of(document)
    write(page, LEFT, TOP, broken(" ".join(map(sentence, range(10))), 440))
    trick(page)
    return saved(document, folder)


def two_columns(folder: Path, n_pages: int = 3, *, interleaved: bool = False) -> Path:
    """An article with a title over two columns, heads, page numbers and footnotes.

    Sentences count up in reading order. `interleaved`: lines of both columns are written in turn,
    as some converters do.
    """
    document = new()
    words = iter(_words_of(n_pages))
    for number in range(n_pages):
        page = page_of(document)
        y = float(TOP)
        write(page, LEFT, 50, ["Invented Studies in Persona Drift"], 9)
        write(page, WIDTH / 2, HEIGHT - 40, [str(number + 1)], 9)
        if number == 0:
            write(page, 110, y, ["A Title That Spans Both of the Columns"], 18)
            y += 40
        left, right = next(words), next(words)
        pairs = [(LEFT, y + i * LEADING, line) for i, line in enumerate(left)]
        pairs += [(RIGHT, y + i * LEADING, line) for i, line in enumerate(right)]
        if interleaved:
            pairs.sort(key=lambda pair: pair[1])
        shape = page.new_shape()
        for x, at, line in pairs:
            shape.insert_text((x, at), line, fontsize=SIZE, fontname="tiro")
        shape.commit()
        write(
            page, LEFT, HEIGHT - 90, [f"{number + 1} A footnote that page {number + 1} needs."], 7
        )
    return saved(document, folder)


def _words_of(n_pages: int) -> list[list[str]]:
    """The lines of every column; sentences run on from one to the next."""
    per_column = 46
    lines = broken(" ".join(sentence(n) for n in range(n_pages * 70)))
    return [lines[i * per_column :][:per_column] for i in range(n_pages * 2)]


def article(folder: Path) -> Path:
    """One column with a stamp, headings, a figure, a table, line numbers and references."""
    document = new()
    page = page_of(document)
    page.insert_text((30, 600), "arXiv:2301.00001v2  [cs.AI]  5 Jan 2023", fontsize=18, rotate=90)
    write(page, 150, 80, ["Personas Drift Slowly"], 17)
    y = write(page, LEFT, TOP, ["1 Introduction"], 12, render_mode=0)
    body = broken(" ".join(map(sentence, range(12))), 440)
    for number, line in enumerate(body):
        write(page, 48, y + number * LEADING, [str(number + 1)], 6)
        write(page, LEFT, y + number * LEADING, [line])
    y += (len(body) + 2) * LEADING
    page.draw_rect((150, y, 400, y + 90), color=(0, 0, 0))
    write(page, 160, y + 20, ["Seed"], 8)
    write(page, 300, y + 60, ["Drift"], 8)
    y = write(page, LEFT, y + 110, ["Figure 1: How far the second layer drifts by noon."], 9)
    y = _table(page, y + 20)
    write(page, LEFT, y + 20, broken(" ".join(map(sentence, range(12, 22))), 440))
    page = page_of(document)
    y = write(page, LEFT, TOP, broken(" ".join(map(sentence, range(22, 40))), 440))
    y = write(page, LEFT, y + 20, ["References"], 12)
    y = write(
        page, LEFT, y + 6, ["A. Nobody. On steady trainers. In Proceedings of Nowhere, 2020."]
    )
    y = write(page, LEFT, y + 6, ["B. Noone. Cold personas at noon. Journal of Nothing, 2021."])
    y = write(page, LEFT, y + 20, ["A Appendix"], 12)
    write(page, LEFT, y + 6, broken(" ".join(map(sentence, range(40, 46))), 440))
    return saved(document, folder)


def _table(page: Page, y: float) -> float:
    """Three rows of numbers under two levels of heads; the baseline after it."""
    y = write(page, LEFT, y, ["Table 1. Scores of the invented models."], 9) + 8
    write(page, 280, y, ["Fidelity"], 9)
    y += LEADING
    for x, head in ((LEFT, "Model"), (250, "Short"), (340, "Long")):
        write(page, x, y, [head], 9)
    for name, short, long in (
        ("Birch", "81.2", "64.0"),
        ("Alder", "79.9", "71.5"),
        ("Rowan", "90.3", "12.8"),
    ):
        y += LEADING
        for x, cell in ((LEFT, name), (250, short), (340, long)):
            write(page, x, y, [cell], 9)
    return y + LEADING
