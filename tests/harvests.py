"""A harvest of the loopback arXiv: its papers, its runs and what it works with."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claims.clock import parse_moment
from claims.evidence import Paper
from claims.ledger import Ledger
from claims.outcomes import CategoryOutcome
from claims.run import Run
from flows.harvest import Task, harvest
from flows.runner import DirectRunner
from flows.watch import Unwatched
from papers.arxiv_api import ApiAccess, ArxivApi
from papers.arxiv_source import ArxivSource
from papers.feed import FeedAccess, Feeds
from papers.gaps import GapBook
from papers.oai import OaiAccess, OaiSource
from tests import fakes
from tests.arxiv_server import ArxivServer, a_paper

# Wednesday: Tuesday's announcement was at midnight UTC, and OAI-PMH has it by 03:30.
NIGHT = datetime(2026, 7, 1, 6, tzinfo=UTC)
FIRST = parse_moment("2026-06-01")
CL, CO = "cs.CL", "math.CO"
HELD = tuple(a_paper(f"2606.{n:05d}v1", f"2026-06-{n % 28 + 1:02d}T08:00:00") for n in range(1, 57))
TONIGHT = a_paper("2606.09001v1", "2026-06-30T12:00:00", "2026-06-30T12:00:00")


def begun(ledger: Ledger, name: str = "night-1", until: datetime = NIGHT) -> Run:
    return ledger.runs.begin(fakes.run(name, since=FIRST, until=until))


def task(server: ArxivServer, ledger: Ledger, folder: Path, run: Run, **more: Any) -> Task:  # noqa: ANN401 - any field
    api = ApiAccess(state_dir=folder, base_url=server.url, pace_s=0.0)
    oai = OaiAccess(state_dir=folder, base_url=f"{server.base}/oai", pace_s=0.0)
    feeds = FeedAccess(state_dir=folder, base_url=f"{server.base}/atom", pace_s=0.0)
    known: dict[str, Any] = {
        "source": ArxivSource(
            api=ArxivApi(api), oai=OaiSource(oai, lambda: run.until), feeds=Feeds(feeds)
        ),
        "ledger": ledger,
        "run": run,
        "history": {CL: FIRST, CO: FIRST},
        "recent": FIRST,
        "gaps": GapBook(folder),
        "runner": DirectRunner(lambda _why, _seconds: None, first_wait_s=0.001),
        "watch": Unwatched(),
        "now": lambda: run.until,
    }
    return Task(**(known | more))


def harvested(task: Task, *categories: str) -> dict[str, CategoryOutcome]:
    return {o.category: o for o in asyncio.run(harvest(task, categories or (CL,)))}


def numbers(ledger: Ledger) -> set[str]:
    return {id_.number for id_ in ledger.papers.ids()}


def held_numbers(*papers: Paper) -> set[str]:
    return {paper.id.number for paper in papers}
