"""What a night does with the time that is left: it looks for papers that uncited claims came from.

Bounded by number and time, after everything else; a search that came whole is never made again. It
asks no model, so it costs none of a model's budget. What is strong is proposed and grounds nothing;
`retest ground` shows weaker finds to whoever asks.
"""

import time
from dataclasses import replace
from typing import Final

from claims.claim import Claim, Inquiry, Note
from claims.errors import SourceError
from claims.evidence import Failure
from claims.grounding import GROUND, uncited
from claims.run import Run
from flows.grounding import propose, question_of
from flows.watch import Watch
from flows.wiring import Bench

SPARE_TIME: Final = "spare time"
"""The item of a failure by which no search could be made."""


async def ground(bench: Bench, run: Run, watch: Watch) -> int:
    """The number of claims and notes that papers were sought for; what was found is recorded.

    It ends with the first search that the source refuses: that is a failure of the run, leaves no
    claim undone, and is tried again on another night, after those that were not tried yet. Raises
    SearchIndexError, LedgerError.
    """
    spare = bench.workspace.settings.grounding
    until = time.monotonic() + spare.seconds_per_night
    done = {found.holder_id for found in bench.ledger.groundings.of_run(run.id)}
    n_left = max(0, spare.per_night - len(done))
    wanted = [(i, holder) for i, holder in _unsearched(bench) if holder.id not in done][:n_left]
    watch.begin("ground", len(wanted))
    for n, (_, holder) in enumerate(wanted):
        if time.monotonic() > until:
            return n
        found = propose(bench, holder.id, today=run.until.date())
        strong = tuple(one for one in found.proposals if one.is_strong)
        found = replace(found, proposals=strong)
        bench.ledger.papers.add([one.paper for one in found.proposals], run.id)
        bench.ledger.groundings.record(run.id, found)
        watch.advance(holder.id)
        if found.unsearched:
            _fail(bench, run, holder, found.unsearched)
            return n + 1
    return len(wanted)


def _unsearched(bench: Bench) -> list[tuple[Inquiry, Claim | Note]]:
    """What cites nothing and was not searched for whole, the least tried first."""
    tries = bench.ledger.groundings.tries()
    found = [
        (tries.get(question_of(bench, inquiry, holder), 0), inquiry, holder)
        for inquiry, holder in uncited(bench.inquiries)
    ]
    ordered = sorted(
        ((n, inquiry, holder) for n, inquiry, holder in found if n is not None),
        key=lambda one: one[0],
    )
    return [(inquiry, holder) for _, inquiry, holder in ordered]


def _fail(bench: Bench, run: Run, holder: Claim | Note, why: str) -> None:
    claim_id = holder.id if isinstance(holder, Claim) else None
    told = SourceError(f"the index alone was searched for where it comes from: {why}")
    failure = Failure.of(told, stage=GROUND, item_id=holder.id, claim_id=claim_id)
    bench.ledger.work.fail(run.id, [failure])
