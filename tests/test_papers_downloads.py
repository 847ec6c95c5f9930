import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.errors import FeedError, PaperUnavailable, RateLimited, SourceError
from claims.ids import ArxivId
from papers.downloads import DownloadAccess, Downloads
from papers.governor import Rates
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving

FIRST = a_paper("2606.00001v1")
GONE = a_paper("2606.00001v2", revised="2026-06-20", withdrawn=True)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving((FIRST, GONE)) as state:
        yield state


def downloads(server: ArxivServer, folder: Path, **changes: object) -> Downloads:
    settings = {"state_dir": folder, "base_url": server.base, "timeout_s": 0.5}
    return Downloads(DownloadAccess(**(settings | changes)))  # type: ignore[arg-type] # mixed values


def test_the_pdf_of_a_version_comes_whole(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs["2606.00001v1"] = b"%PDF-1.7\n" + bytes(300_000) + b"\n%%EOF\n"
    assert downloads(server, tmp_path).pdf(FIRST.id) == server.pdfs["2606.00001v1"]
    assert server.asked[0].path == "/pdf/2606.00001v1"


def test_a_withdrawn_version_has_no_pdf_and_the_older_one_still_does(
    server: ArxivServer, tmp_path: Path
) -> None:
    with pytest.raises(PaperUnavailable, match=r"2606\.00001v2: the version may be withdrawn"):
        downloads(server, tmp_path).pdf(GONE.id)
    assert downloads(server, tmp_path).pdf(FIRST.id).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.BUSY, RateLimited),
        (Fault.DOWN, RateLimited),
        (Fault.CUT_OFF, FeedError),
        (Fault.SHORT, FeedError),
        (Fault.STALL, FeedError),
        (Fault.REFUSED, SourceError),
        (Fault.HTML, PaperUnavailable),
    ],
)
def test_a_fault_is_an_error_and_never_a_pdf(
    server: ArxivServer, tmp_path: Path, fault: Fault, error: type[SourceError]
) -> None:
    server.fault = fault
    with pytest.raises(SourceError) as caught:
        downloads(server, tmp_path).pdf(FIRST.id)
    assert type(caught.value) is error


def test_a_pdf_of_the_announced_length_is_whole_however_it_ends(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs["2606.00001v1"] = b"%PDF-1.7\n%%EOF\n" + bytes(3_000)
    assert downloads(server, tmp_path).pdf(FIRST.id) == server.pdfs["2606.00001v1"]


def test_a_pdf_beyond_the_limit_is_not_read_to_its_end(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs["2606.00001v1"] = b"%PDF-1.7\n" + bytes(900_000) + b"%%EOF"
    with pytest.raises(SourceError, match="more than 100,000 bytes"):
        downloads(server, tmp_path, max_bytes=100_000).pdf(FIRST.id)


def test_bursts_end_in_a_pause(server: ArxivServer, tmp_path: Path) -> None:
    source = downloads(server, tmp_path, rates=Rates(pdf_burst=2, pdf_burst_s=0.3))
    started = time.monotonic()
    for _ in range(5):
        source.pdf(FIRST.id)
    assert time.monotonic() - started >= 0.6


def test_there_is_no_html_of_what_is_not_there(server: ArxivServer, tmp_path: Path) -> None:
    server.fault = Fault.MISSING
    with pytest.raises(PaperUnavailable, match=r"no HTML of 2606\.00001v1"):
        downloads(server, tmp_path).html(ArxivId("2606.00001", 1))
