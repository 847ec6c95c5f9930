"""How quickly every page answers over 1,000 claims and 50,000 assessments, on this machine.

    python -m bench.review_page

The ledger is made anew in a temporary folder: 50 assessments a claim, each of its own paper, most
of which count, over two nights that moved most standings, and 40 rulings since. Each page is asked
for over loopback; the first time is told apart from the rest, of which the median and the slowest
are told, and the processor time of page and client together, which a busy machine does not change.
"""

import statistics
import tempfile
import time
from pathlib import Path

import requests

from bench.scenes import N_CLAIMS, N_PIECES, library
from review.web.serving import page_beside

_N_TIMES = 9
_LIMIT_MS = 200
_PAGES = (
    "/tonight", "/tonight?page=5", "/queue", "/claims/lantern-0500", "/claims/lantern-0500?page=3",
    "/claims/lantern-0500/history.svg", "/inquiries", "/inquiries/lanterns",
    "/inquiries/lanterns?state=CONTESTED&page=2", "/runs", "/runs/night-2026-01-03",
    "/papers/2503.00500", "/search?q=lantern+500",
)  # fmt: skip


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        workspace = library(Path(folder))
        print(f"made {N_CLAIMS:,} claims and {N_CLAIMS * N_PIECES:,} assessments in "
              f"{time.perf_counter() - began:.0f} s")  # fmt: skip
        with page_beside(workspace, host="127.0.0.1", port=0) as address, requests.Session() as s:
            # The first request of all reads the library's 1,000 claims.
            _ask(s, f"{address}inquiries", "(the library is read)")
            for page in _PAGES:
                _ask(s, address.rstrip("/") + page, page)


def _ask(session: requests.Session, url: str, name: str) -> None:
    times_ms, cpu_ms, answer = [], [], None
    for _ in range(_N_TIMES + 1):
        began, cpu_began = time.perf_counter(), time.process_time()
        answer = session.get(url, timeout=60)
        times_ms.append((time.perf_counter() - began) * 1000)
        cpu_ms.append((time.process_time() - cpu_began) * 1000)
        answer.raise_for_status()
    later = times_ms[1:]
    size = len(answer.content) / 1000 if answer else 0
    over = "" if max(later) < _LIMIT_MS else "  OVER"
    print(
        f"{name:45} first {times_ms[0]:6.0f} ms, then median {statistics.median(later):5.0f} ms, "
        f"slowest {max(later):5.0f} ms ({statistics.median(cpu_ms[1:]):.0f} ms of CPU), "
        f"{size:.0f} KB{over}",
        flush=True,
    )


if __name__ == "__main__":
    main()
