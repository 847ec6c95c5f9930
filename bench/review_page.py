"""How quickly every page answers over 1,000 claims and 50,000 assessments, on this machine.

    python -m bench.review_page [FOLDER]

The ledger is made anew in a temporary folder, or taken from FOLDER where an earlier call made it:
50 assessments a claim, each of its own paper, most of which count, over two nights that moved most
standings, and 40 rulings since. Each page is asked for over loopback; the first time is told apart
from the rest, of which the median and the slowest are told, and the processor time of page and
client together, which a busy machine does not change.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from bench.scenes import N_CLAIMS, N_PIECES
from flows.settings import Environment
from flows.workspace import Workspace
from review.web.serving import page_beside

_N_TIMES = 30
_LIMIT_MS = 200
_PAUSE_S = 5
_PAGES = (
    "/tonight", "/tonight?page=5", "/queue", "/claims/lantern-0500", "/claims/lantern-0500?page=3",
    "/claims/lantern-0500/history.svg", "/inquiries", "/inquiries/lanterns",
    "/inquiries/lanterns?state=CONTESTED&page=2", "/runs", "/runs/night-2026-01-03",
    "/papers/2503.00500", "/search?q=lantern+500", "/inquiries/lanterns/answer",
)  # fmt: skip


def main(kept: Path | None = None) -> None:
    """Print the figures, with the ledger in `kept`, or in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as made:
        folder = kept or Path(made)
        if not (folder / "retest.toml").is_file():
            began = time.perf_counter()
            # In a process of its own: what it leaves in memory is no part of a server's.
            subprocess.run([sys.executable, "-m", "bench.scenes", str(folder)], check=True)
            print(f"made {N_CLAIMS:,} claims and {N_CLAIMS * N_PIECES:,} assessments in "
                  f"{time.perf_counter() - began:.0f} s", flush=True)  # fmt: skip
        workspace = Workspace.open(folder, Environment.read({}))
        with page_beside(workspace, host="127.0.0.1", port=0) as address, requests.Session() as s:
            # As long as a person takes to open the page that was just started.
            time.sleep(_PAUSE_S)
            for page in _PAGES:
                _ask(s, address.rstrip("/") + page, page)
            _while_answers_are_worked_out(s, address.rstrip("/"))


def _while_answers_are_worked_out(session: requests.Session, address: str) -> None:
    began, answers = time.perf_counter(), f"{address}/inquiries/lanterns/answer"
    _ask(session, f"{address}/tonight", "/tonight, while answers are worked out")
    while "being worked out" in session.get(answers, timeout=60).text:
        time.sleep(1)
    took = time.perf_counter() - began
    print(f"the answers to {N_CLAIMS:,} claims took {took:.0f} s in the background", flush=True)
    _ask(session, answers, "/inquiries/lanterns/answer, worked out")
    _ask(session, f"{answers}?page=9", "/inquiries/lanterns/answer?page=9")


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
    main(*map(Path, sys.argv[1:]))
