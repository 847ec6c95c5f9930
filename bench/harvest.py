"""How fast a harvest is, and that killing it loses nothing.

Serves a metadata dump over OAI-PMH on the loopback interface and harvests it into a ledger twice:
once undisturbed, once in a process that is killed again and again. Both must hold the same papers.

    python -m bench.harvest DUMP [--kills 5] [--page-size 1000]
"""

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Final

from claims.clock import Window, parse_moment
from claims.evidence import Paper
from claims.ledger import Ledger
from claims.ledger.rows import record_of
from claims.run import Run, RunKind
from flows.harvest import Task, harvest
from flows.runner import DirectRunner
from flows.watch import Unwatched
from papers.arxiv_api import ApiAccess, ArxivApi
from papers.arxiv_source import ArxivSource
from papers.dump import DumpSource
from papers.feed import FeedAccess, Feeds
from papers.gaps import GapBook
from papers.oai import OaiAccess, OaiSource
from papers.sources import Request
from tests.arxiv_server import serving

_ALWAYS: Final = Window(parse_moment("1991-01-01"), parse_moment("2100-01-01"))
_SEED: Final = 20_261_123
_TIMEOUT_S: Final = 60.0


def main() -> None:
    """Print papers, seconds and records a second, and whether both harvests agree."""
    parser = argparse.ArgumentParser(description="A harvest that is killed, and one that is not.")
    parser.add_argument("dump", nargs="?", type=Path)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--page-size", type=int, default=1_000)
    parser.add_argument("--child", nargs=4, help="for the process that is killed")
    asked = parser.parse_args()
    if asked.child:
        base, folder, since, until = asked.child
        print(json.dumps(take(base, Path(folder), parse_moment(since), parse_moment(until))))
    else:
        raise SystemExit(0 if measure(asked.dump, asked.kills, asked.page_size) else 1)


def measure(dump: Path, kills: int, page_size: int) -> bool:
    """Whether both harvests hold the same papers; prints the figures."""
    papers = [p for p in DumpSource(dump).fetch(Request(window=_ALWAYS)) if isinstance(p, Paper)]
    days = sorted(paper.revised_at for paper in papers)
    span = (f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}T23:59")
    n_papers = len({paper.id.number for paper in papers})
    print(f"{len(papers):,} records of {n_papers:,} papers, {days[0]:%Y-%m} to {days[-1]:%Y-%m}")
    with tempfile.TemporaryDirectory() as folder, serving(papers) as server:
        server.page_size = page_size
        calm, rough = Path(folder) / "calm", Path(folder) / "rough"
        began = time.perf_counter()
        told = json.loads(child(server.base, calm, span).communicate()[0])
        took_s = time.perf_counter() - began
        n_asked = len(server.asked)
        print(
            f"undisturbed: {told['n']:,} papers in {took_s:.1f} s, {told['n'] / took_s:,.0f} "
            f"records/s in {n_asked} requests, {told['n'] / told['cpu_s']:,.0f} a second of one "
            f"core, {told['mb']:.0f} MB at most"
        )
        n_killed = disturb(server.base, rough, span, kills=kills, within_s=took_s)
        again = len(server.asked) - n_asked
        same = records(calm) == records(rough)
        print(f"killed {n_killed} times: {len(records(rough)):,} records, {again} requests")
        print("the same papers" if same else "NOT the same papers")
    return same


def disturb(base: str, folder: Path, span: tuple[str, str], *, kills: int, within_s: float) -> int:
    """How often a harvest was killed before it was let to its end."""
    chance = random.Random(_SEED)  # noqa: S311 - moments of a test, not a secret
    n_killed = 0
    for _ in range(kills):
        process = child(base, folder, span)
        try:
            process.wait(timeout=within_s * chance.uniform(0.08, 0.16))
        except subprocess.TimeoutExpired:
            process.kill()
            n_killed += 1
        process.communicate()
    child(base, folder, span).communicate()
    return n_killed


def child(base: str, folder: Path, span: tuple[str, str]) -> "subprocess.Popen[str]":
    """A process that harvests everything into a ledger in `folder`."""
    command = [sys.executable, "-m", "bench.harvest", "--child", base, str(folder), *span]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def take(base: str, folder: Path, since: datetime, until: datetime) -> dict[str, float]:
    """Papers, seconds of one core and megabytes at most, of a harvest of everything."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite'}")
    run = ledger.runs.begin(
        Run(id="backfill", kind=RunKind.NIGHTLY, since=since, until=until, started_at=until)
    )
    task = Task(
        source=source_at(base, folder),
        ledger=ledger,
        run=run,
        history={"": since},
        recent=since,
        gaps=GapBook(folder),
        runner=DirectRunner(lambda _why, _seconds: None),
        watch=Unwatched(),
    )
    asyncio.run(harvest(task, [""]))
    n = len(ledger.papers.ids())
    ledger.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"n": n, "cpu_s": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}


def source_at(base: str, state: Path) -> ArxivSource:
    """The loopback arXiv, without a pace."""
    asked = {"state_dir": state, "pace_s": 0.0, "timeout_s": _TIMEOUT_S}
    return ArxivSource(
        api=ArxivApi(ApiAccess(base_url=f"{base}/api/query", **asked)),  # type: ignore[arg-type] # mixed values
        oai=OaiSource(OaiAccess(base_url=f"{base}/oai", **asked)),  # type: ignore[arg-type] # the same
        feeds=Feeds(FeedAccess(base_url=f"{base}/atom", **asked)),  # type: ignore[arg-type] # the same
    )


def records(folder: Path) -> set[str]:
    """The names of the paper records in the ledger of `folder`."""
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite'}")
    try:
        return {record_of(paper) for paper in ledger.papers.get()}
    finally:
        ledger.close()


if __name__ == "__main__":
    main()
