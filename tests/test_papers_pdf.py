"""A PDF becomes one text in reading order with its parts, places and identity."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.errors import UnreadablePdf
from claims.evidence import PassageKind
from claims.ids import ArxivId
from papers.pdf.library import mupdf
from papers.pdf.reader import PdfReader
from papers.quoting import locate_in
from papers.reading import FullText, StampCheck
from tests import pdfs

PAPER = ArxivId("2301.00001", 2)


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as opened:
        yield opened


@pytest.fixture(scope="module")
def columns(reader: PdfReader, tmp_path_factory: pytest.TempPathFactory) -> FullText:
    return reader.read(pdfs.two_columns(tmp_path_factory.mktemp("columns")), PAPER)


@pytest.fixture(scope="module")
def article(reader: PdfReader, tmp_path_factory: pytest.TempPathFactory) -> FullText:
    return reader.read(pdfs.article(tmp_path_factory.mktemp("article")), PAPER)


def parts(full: FullText, kind: PassageKind) -> list[str]:
    return [full.text[p.start : p.end].strip() for p in full.parts if p.kind is kind]


def flat(text: str) -> str:
    return " ".join(text.replace("-\n", "").split())


def places_of_sentences(full: FullText, numbers: range) -> list[int]:
    body = flat(full.body)
    return [body.find(pdfs.sentence(n)) for n in numbers]


@pytest.mark.parametrize("interleaved", [False, True], ids=["by column", "by line"])
def test_two_columns_are_read_one_after_the_other(
    reader: PdfReader, tmp_path: Path, interleaved: bool
) -> None:
    full = reader.read(pdfs.two_columns(tmp_path, interleaved=interleaved), PAPER)
    places = places_of_sentences(full, range(100))
    assert -1 not in places
    assert places == sorted(places)


def test_a_title_over_both_columns_comes_before_them(columns: FullText) -> None:
    assert flat(columns.body).startswith("A Title That Spans Both of the Columns")


def test_heads_page_numbers_and_footnotes_are_kept_apart(columns: FullText) -> None:
    assert parts(columns, PassageKind.RUNNING_HEAD) == ["Invented Studies in Persona Drift"] * 3
    assert parts(columns, PassageKind.PAGE_NUMBER) == ["1", "2", "3"]
    notes = parts(columns, PassageKind.FOOTNOTE)
    assert notes[1] == "2 A footnote that page 2 needs."
    assert len(notes) == 3


def test_passages_tile_the_text_and_tell_their_page(columns: FullText) -> None:
    assert "".join(p.text for p in columns.passages) == columns.text
    assert [p.start for p in columns.passages[1:]] == [p.end for p in columns.passages[:-1]]
    assert all(p.page in {1, 2, 3} and p.boxes for p in columns.passages)
    bodies = [p for p in columns.passages if p.kind is PassageKind.BODY]
    assert max(len(p.text) for p in bodies) <= 1_200
    assert all(p.text.rstrip().endswith(".") for p in bodies[:-1])


def test_the_parts_of_an_article_are_told_apart(article: FullText) -> None:
    assert parts(article, PassageKind.CAPTION) == [
        "Figure 1: How far the second layer drifts by noon.",
        "Table 1. Scores of the invented models.",
    ]
    assert parts(article, PassageKind.LINE_NUMBER)[0].splitlines()[:3] == ["1", "2", "3"]
    (references,) = parts(article, PassageKind.REFERENCES)
    assert references.startswith("References")
    assert references.endswith("Journal of Nothing, 2021.")
    assert parts(article, PassageKind.FIGURE) == ["Seed\nDrift"]
    assert -1 not in places_of_sentences(article, range(46))
    assert "A Appendix" in article.body


def test_a_number_in_a_table_stands_with_its_row_and_column_heads(article: FullText) -> None:
    rows = parts(article, PassageKind.TABLE)
    assert rows[3] == "Alder | Fidelity Short: 79.9 | Fidelity Long: 71.5"
    found = locate_in(article, "Fidelity Long: 71.5")
    assert [passage.kind for passage in found.passages] == [PassageKind.TABLE]
    assert found.page == 1


def test_the_stamp_is_compared_with_the_id(reader: PdfReader, tmp_path: Path) -> None:
    path = pdfs.article(tmp_path)
    checks = {
        str(id_): reader.read(path, id_).stamp.check
        for id_ in (
            PAPER,
            ArxivId("2301.00001", 1),
            ArxivId("2301.00002", 2),
        )
    }
    assert checks == {
        "2301.00001v2": StampCheck.AGREES,
        "2301.00001v1": StampCheck.ANOTHER_VERSION,
        "2301.00002v2": StampCheck.ANOTHER_PAPER,
    }


def test_a_paper_without_a_stamp_says_so(columns: FullText) -> None:
    assert columns.stamp.check is StampCheck.NO_STAMP


def test_lines_keep_their_hyphens_and_ligatures(reader: PdfReader, tmp_path: Path) -> None:
    lines = ["The first \ufb01nding of this test is signi-", "\ufb01cant for nobody at all."]
    path = pdfs.one_page(tmp_path, lambda page: pdfs.write_unicode(page, 72, 500, lines))
    full = reader.read(path, PAPER)
    assert "\n".join(lines) in full.text
    located = locate_in(full, "The first finding of this test is significant for nobody")
    assert located.tier == "normalised"
    assert [page for page, _ in located.places] == [1, 1]


def test_a_page_turned_for_showing_is_read_as_it_is_shown(
    reader: PdfReader, tmp_path: Path
) -> None:
    document = pdfs.new()
    page = document.new_page(width=842, height=595)
    for number, line in enumerate(pdfs.broken(" ".join(map(pdfs.sentence, range(8))), 400)):
        page.insert_text((80 + number * 14, 500), line, fontsize=10, fontname="tiro", rotate=90)
    page.set_rotation(90)
    full = reader.read(pdfs.saved(document, tmp_path), PAPER)
    assert -1 not in places_of_sentences(full, range(8))
    assert all(
        0 <= x0 < x1 <= 595 and 0 <= y0 < y1 <= 842 for _, _, _, (x0, y0, x1, y1) in full.lines
    )


def test_a_table_printed_sideways_is_read_upright(reader: PdfReader, tmp_path: Path) -> None:
    document = pdfs.new()
    page = pdfs.page_of(document)
    for number, line in enumerate(pdfs.broken(" ".join(map(pdfs.sentence, range(8))), 400)):
        page.insert_text((80 + number * 14, 600), line, fontsize=10, fontname="tiro", rotate=90)
    full = reader.read(pdfs.saved(document, tmp_path), PAPER)
    assert -1 not in places_of_sentences(full, range(8))
    first = full.lines[0].box
    assert first[2] - first[0] < first[3] - first[1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no PDF"),
        (
            b"<html><body>Rate exceeded.</body></html>",
            "is no PDF: it begins with '<html><body>Rate",
        ),
        (b"%PDF-1.7\nnothing more", "cannot be read as a PDF"),
    ],
    ids=["empty", "a web page", "a mark alone"],
)
def test_a_file_that_is_no_pdf_is_refused_with_one_line(
    reader: PdfReader, tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(content)
    with pytest.raises(UnreadablePdf, match=told) as caught:
        reader.read(path, PAPER)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(reader: PdfReader, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePdf, match=r"gone\.pdf cannot be read: No such file"):
        reader.read(tmp_path / "gone.pdf", PAPER)


def test_an_encrypted_file_is_refused(reader: PdfReader, tmp_path: Path) -> None:
    document = pdfs.new()
    pdfs.write(pdfs.page_of(document), 72, 100, ["Nobody may read these invented words."])
    path = tmp_path / "locked.pdf"
    document.save(path, encryption=mupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="no")
    with pytest.raises(UnreadablePdf, match="is encrypted"):
        reader.read(path, PAPER)


def test_a_scan_is_refused_and_says_so(reader: PdfReader, tmp_path: Path) -> None:
    document = pdfs.new()
    page = pdfs.page_of(document)
    pixels = mupdf.Pixmap(mupdf.csRGB, (0, 0, 60, 80))
    pixels.clear_with(200)
    page.insert_image(page.rect, pixmap=pixels)
    with pytest.raises(UnreadablePdf, match="1 page and no visible text: it may be a scan"):
        reader.read(pdfs.saved(document, tmp_path), PAPER)


def test_a_repaired_file_says_so(reader: PdfReader, tmp_path: Path) -> None:
    path = pdfs.two_columns(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"startxref", b"startxxxx"))
    full = reader.read(path, PAPER)
    assert "repaired" in full.notes[0]


def test_the_text_survives_the_way_through_json(article: FullText) -> None:
    assert FullText.model_validate_json(article.model_dump_json()) == article
