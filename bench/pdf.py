"""How fast PDFs are read with places and hidden-text checks, against bare text extraction.

Reads every PDF of a folder in a worker process, as a night does, and the same with PyMuPDF's plain
`get_text`. Tells pages a second of both, the peak memory of the worker, and what was found.

    python -m bench.pdf FOLDER [--rounds 3]
"""

import argparse
import resource
import time
from pathlib import Path

from claims.errors import UnreadablePdf
from claims.ids import ArxivId
from papers.pdf.library import mupdf
from papers.pdf.reader import PdfReader

_ANY_PAPER = ArxivId("2301.00001", 1)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Speed and memory of reading PDFs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="the fastest of so many counts")
    chosen = parser.parse_args()
    measure(chosen.folder, chosen.rounds)


def measure(folder: Path, rounds: int) -> None:
    """Print one line a file, then the sums."""
    n_pages, took_s, bare_s = 0, 0.0, 0.0
    with PdfReader() as reader:
        for path in sorted(folder.glob("*.pdf")):
            try:
                full = reader.read(path, _ANY_PAPER)
            except UnreadablePdf as error:
                print(f"{path.name}: {error}")
                continue
            ours = min(_reading_s(reader, path) for _ in range(rounds))
            bare = min(_bare_s(path) for _ in range(rounds))
            n_pages, took_s, bare_s = n_pages + full.n_pages, took_s + ours, bare_s + bare
            print(
                f"{path.name}: {full.n_pages} pages, {full.n_pages / ours:.0f} pages/s against "
                f"{full.n_pages / bare:.0f} bare, {len(full.passages)} passages, "
                f"{len(full.hidden)} hidden runs, {len(full.instructions)} instructions"
            )
    if n_pages:
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"all: {n_pages / took_s:.0f} pages/s against {n_pages / bare_s:.0f} bare "
            f"({took_s / bare_s:.1f} times as long), worker's peak memory {peak_mb:.0f} MB"
        )


def _reading_s(reader: PdfReader, path: Path) -> float:
    begun = time.perf_counter()
    reader.read(path, _ANY_PAPER)
    return time.perf_counter() - begun


def _bare_s(path: Path) -> float:
    begun = time.perf_counter()
    with mupdf.open(path) as document:
        for page in document:
            page.get_text()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
