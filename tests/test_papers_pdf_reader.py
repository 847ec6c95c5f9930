"""The worker process: limits, replacement, pictures, and no file that harms the run."""

import random
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from claims.errors import UnreadablePdf
from claims.ids import ArxivId
from papers.pdf.limits import Limits
from papers.pdf.reader import PdfReader, page_picture, read_pdf
from tests import pdfs

PAPER = ArxivId("2301.00001", 1)


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pdfs.article(tmp_path_factory.mktemp("article"))


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader(Limits(wall_s=20, cpu_s=15)) as opened:
        yield opened


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file whose one page is a stream that swells to 150 MB of text."""
    line = b"BT /F1 9 Tf 9 9 Td (swell) Tj ET\n"
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(line * 30_000) for _ in range(150)) + packer.flush()
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"
    page = b"/MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 %s >> >>" % font
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R %s >>" % page,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    )
    content = b"%PDF-1.7\n"
    for number, told in enumerate(objects, 1):
        content += b"%d 0 obj\n%s\nendobj\n" % (number, told)
    path = tmp_path_factory.mktemp("bomb") / "bomb.pdf"
    path.write_bytes(content + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF")
    return path


def test_one_pdf_is_read_with_one_call(pdf: Path) -> None:
    assert read_pdf(pdf, PAPER).n_pages == 2


def test_a_worker_is_kept_for_many_pdfs(reader: PdfReader, pdf: Path) -> None:
    reader.read(pdf, PAPER)
    begun = time.monotonic()
    assert reader.read(pdf, PAPER) == reader.read(pdf, PAPER)
    assert time.monotonic() - begun < 5


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(pdf: Path, bomb: Path) -> None:
    with PdfReader(Limits(wall_s=1.5)) as reader:
        begun = time.monotonic()
        with pytest.raises(UnreadablePdf, match=r"bomb\.pdf took longer than 1\.5 s"):
            reader.read(bomb, PAPER)
        assert time.monotonic() - begun < 10
        reader.limits = Limits()
        assert reader.read(pdf, PAPER).n_pages == 2


def test_a_file_that_takes_too_much_processor_time_is_given_up(bomb: Path) -> None:
    with (
        PdfReader(Limits(cpu_s=1)) as reader,
        pytest.raises(UnreadablePdf, match="more than 1 s of processor time"),
    ):
        reader.read(bomb, PAPER)


def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_is_read(
    pdf: Path, bomb: Path
) -> None:
    limits = Limits(memory_bytes=700_000_000)
    with PdfReader(limits) as reader:
        with pytest.raises(UnreadablePdf, match=r"bomb\.pdf"):
            reader.read(bomb, PAPER)
        assert reader.read(pdf, PAPER).n_pages == 2


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(max_pages=1), "has 2 pages: too many to read"),
        (Limits(max_bytes=900), "is larger than 0.0009 MB"),
        (Limits(max_chars=100), "characters of text: too many to read"),
    ],
    ids=["pages", "bytes", "characters"],
)
def test_a_file_beyond_a_limit_is_refused(pdf: Path, limits: Limits, told: str) -> None:
    with pytest.raises(UnreadablePdf, match=told):
        read_pdf(pdf, PAPER, limits=limits)


def test_cut_and_flipped_files_are_text_or_unreadable(
    reader: PdfReader, pdf: Path, tmp_path: Path
) -> None:
    content = pdf.read_bytes()
    dice = random.Random(7)  # noqa: S311 - examples, no secrets
    damaged = [content[: len(content) * share // 12] for share in range(12)]
    for _ in range(25):
        bent = bytearray(content)
        for _ in range(dice.choice((1, 10, 200))):
            bent[dice.randrange(len(bent))] = dice.randrange(256)
        damaged.append(bytes(bent))
    path = tmp_path / "damaged.pdf"
    outcomes = set()
    for attempt in damaged:
        path.write_bytes(attempt)
        try:
            full = reader.read(path, PAPER)
            assert "".join(p.text for p in full.passages) == full.text
            outcomes.add("text")
        except UnreadablePdf as error:
            outcomes.add("unreadable" if "\n" not in str(error) else "more than one line")
    assert outcomes == {"text", "unreadable"}


def test_threads_take_turns_at_one_reader(reader: PdfReader, pdf: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda _: reader.read(pdf, PAPER).sha256, range(8)))
    assert len(set(read)) == 1


def test_a_closed_reader_leaves_no_process_behind(pdf: Path) -> None:
    before = threading.active_count()
    with PdfReader() as reader:
        reader.read(pdf, PAPER)
        worker = reader.worker_pid
        assert worker is not None
        assert Path(f"/proc/{worker}").exists() or not Path("/proc").exists()
    assert reader.worker_pid is None
    assert not Path(f"/proc/{worker}").exists()
    assert threading.active_count() == before


def test_a_picture_shows_the_page_with_the_words_marked(reader: PdfReader, pdf: Path) -> None:
    line = reader.read(pdf, PAPER).lines[0]
    plain = reader.page_picture(pdf, 1)
    marked = reader.page_picture(pdf, 1, [line.box])
    assert size_of(plain) == size_of(marked) == (910, 1287)
    assert plain != marked


def test_a_picture_of_a_page_that_is_not_there_is_refused(reader: PdfReader, pdf: Path) -> None:
    with pytest.raises(UnreadablePdf, match="has no page 3"):
        reader.page_picture(pdf, 3)


def test_a_picture_is_never_huge(pdf: Path) -> None:
    width, height = size_of(page_picture(pdf, 1, dpi=2_000))
    assert width * height <= 12_100_000


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height
