"""`make bench`: the figures that the README and the documentation quote, on this machine.

Start-up and whole nights need nothing but the project. With DATA=FOLDER, a folder that holds
`arxiv/all.jsonl.gz`, `arxiv/pdf/` and `claims/rationales.jsonl.gz`, reading a dump, harvesting it
over OAI-PMH with five kills on the way, reading PDFs, and retrieval are measured too.
"""

import gzip
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import harvest, pdf, retrieval, review_page
from claims.clock import Window
from papers.dump import DumpSource
from papers.sources import Request

_N_RUNS = 5
_RETEST = [sys.executable, "-c", "from review.cli import main; main()"]


def main(data: Path | None) -> None:
    """Print every figure with its unit."""
    _wall("retest --help", ["--help"])
    with tempfile.TemporaryDirectory() as folder:
        for n in range(_N_RUNS):
            _wall(f"retest demo, run {n + 1}", ["demo", "-w", f"{folder}/{n}"], n_runs=1)
    review_page.main()
    if data is None:
        print("with DATA=FOLDER: reading a dump, harvesting it, reading PDFs, retrieval")
        return
    _dump(data / "arxiv" / "all.jsonl.gz")
    same = harvest.measure(data / "arxiv" / "all.jsonl.gz", kills=5, page_size=1_000)
    pdf.measure(data / "arxiv" / "pdf", rounds=3)
    sys.argv = ["bench.retrieval", str(data / "claims" / "rationales.jsonl.gz")]
    retrieval.main()
    if not same:
        raise SystemExit("a harvest that was killed has other papers")


def _wall(name: str, arguments: list[str], *, n_runs: int = _N_RUNS) -> None:
    times_s = []
    for _ in range(n_runs):
        began = time.perf_counter()
        subprocess.run([*_RETEST, *arguments], check=True, capture_output=True)
        times_s.append(time.perf_counter() - began)
    print(f"{name}: {statistics.median(times_s):.2f} s (median of {n_runs})")


def _dump(file: Path) -> None:
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    request = Request(window=window, categories=("cs.CL",))
    began = time.perf_counter()
    n_papers = sum(1 for _ in DumpSource(file).fetch(request))
    took_s = time.perf_counter() - began
    with gzip.open(file) as lines:
        n_records = sum(1 for _ in lines)
    print(
        f"reading {file.name}: {took_s:.1f} s for {n_papers:,} papers of one month and category, "
        f"{n_records / took_s:,.0f} records/s"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
