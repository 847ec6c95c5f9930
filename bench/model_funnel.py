"""How few calls the funnel leaves, and what it costs in evidence.

Retests the starter claims against a metadata dump twice over a loopback model that answers by rule:
once through the funnel, and once asking for every pair of a claim and a paper. Prints the requests
of both, and the admitted evidence that the funnel lost.

    python -m bench.model_funnel DUMP.jsonl.gz [--share 0.3] [--screened 130]
"""

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from claims.clock import parse_moment
from claims.ledger import Ledger
from flows.nightly import Finished, nightly
from flows.runner import DirectRunner
from flows.settings import Environment
from flows.watch import Unwatched
from flows.wiring import opened
from flows.workspace import Workspace
from tests.model_server import ModelServer, serving

_EVERYTHING: Final = 1_000
"""More papers than the dump holds, and all that the settings allow for one claim."""


@dataclass(frozen=True, kw_only=True)
class Night:
    """What one night took and found."""

    n_requests: int
    n_tokens: int
    n_pairs: int
    took_s: float
    admitted: frozenset[tuple[str, str, str]]
    """Claim, paper and relation of each piece of evidence that counts."""
    standings: tuple[tuple[str, str], ...]


def main() -> None:
    """Print both nights and their difference."""
    parser = argparse.ArgumentParser(description="The funnel against asking for everything.")
    parser.add_argument("dump", type=Path)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--screened", type=int, default=130)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(share=asked.share) as server:
        narrow = run(Path(folder) / "narrow", server, asked.dump, asked.screened)
        everything = {"always_read": _EVERYTHING, "compared_per_paper": _EVERYTHING}
        wide = run(Path(folder) / "wide", server, asked.dump, _EVERYTHING, **everything)
    for name, night in (("funnel", narrow), ("everything", wide)):
        print(
            f"{name}: {night.n_requests:,} requests, {night.n_tokens:,} tokens, "
            f"{night.n_pairs:,} pairs of claim and paper, {len(night.admitted)} pieces of "
            f"evidence, {night.took_s:.0f} s"
        )
        print("  " + ", ".join(f"{claim} {state}" for claim, state in night.standings))
    lost = sorted(wide.admitted - narrow.admitted)
    share = narrow.n_requests / wide.n_requests
    print(f"the funnel makes {share:.1%} of the requests and loses {len(lost)} pieces of evidence")
    for claim_id, paper, relation in lost:
        print(f"  lost for {claim_id}: {paper} {relation}")


def run(folder: Path, server: ModelServer, dump: Path, screened: int, **judging: int) -> Night:
    """One night over the whole dump, from nothing."""
    place = Workspace.create(folder, Environment.read({}), papers=str(dump.resolve()))
    settings = place.settings
    judge = settings.judge.model_copy(
        update={
            "kind": "openai",
            "base_url": server.base_url,
            "model": server.model,
            "parallel": 8,
            "screened_per_claim": screened,
            **judging,
            "budget": settings.judge.budget.model_copy(update={"night_tokens": None}),
        }
    )
    place = replace(place, settings=settings.model_copy(update={"judge": judge}))
    server.asked.clear()
    began = time.perf_counter()
    done = asyncio.run(_night(place))
    took_s = time.perf_counter() - began
    for failure in done.run.failures:
        print(f"failed: {failure.stage} of {failure.item_id}: {failure.message}")
    ledger = Ledger.open(place.ledger_url)
    standings = ledger.standings(done.run.id)
    ledger.close()
    return Night(
        n_requests=done.run.counts.n_model_calls,
        n_tokens=done.run.counts.n_tokens,
        n_pairs=done.run.counts.n_papers_read,
        took_s=took_s,
        admitted=frozenset(
            (one.claim_id, str(evidence.finding.paper), one.relations[evidence.id].value)
            for one in standings
            for evidence in one.admitted
        ),
        standings=tuple((one.claim_id, one.state.value) for one in standings),
    )


async def _night(place: Workspace) -> Finished:
    with opened(place) as bench:
        until = parse_moment("2026-07-02")
        return await nightly(bench, until, DirectRunner(lambda _, __: None), Unwatched())


if __name__ == "__main__":
    main()
