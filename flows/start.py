"""Starting a run: directly, or on a Prefect server when one is configured."""

import asyncio
from datetime import datetime
from functools import partial

from flows.conclude import concluding
from flows.estimate import Estimate
from flows.nightly import Finished, nightly, retest_claim
from flows.nightly import forecast as estimate
from flows.runner import DirectRunner
from flows.watch import Watch, tell_wait
from flows.wiring import opened
from flows.workspace import Workspace


def start(
    workspace: Workspace,
    until: datetime | None,
    watch: Watch,
    *,
    claim_id: str | None = None,
    papers: str | None = None,
    commit: bool = False,
) -> Finished:
    """A whole night, or the retest of one claim, run to its end; `until` None is now.

    With a Prefect server configured it is a flow run there; without one Prefect is not even
    imported. A night is committed to Git where that is wanted. Raises RetestError.
    """
    if workspace.prefect_api_url:
        from flows import on_prefect

        work = on_prefect.run(workspace, until, claim_id=claim_id, papers=papers, watch=watch)
    else:
        work = _directly(workspace, until, watch, claim_id, papers)
    return asyncio.run(work if claim_id else concluding(workspace, watch, work, commit=commit))


def forecast(
    workspace: Workspace,
    until: datetime | None,
    watch: Watch,
    *,
    claim_id: str | None = None,
    papers: str | None = None,
) -> Estimate:
    """What the run would ask a model, at most; nothing is asked, what is fetched is kept.

    Raises RetestError.
    """

    async def work() -> Estimate:
        with opened(workspace, papers, partial(tell_wait, watch)) as bench:
            return await estimate(bench, claim_id, until, _runner(watch), watch)

    return asyncio.run(work())


async def _directly(
    workspace: Workspace,
    until: datetime | None,
    watch: Watch,
    claim_id: str | None,
    papers: str | None,
) -> Finished:
    runner = _runner(watch)
    with opened(workspace, papers, partial(tell_wait, watch)) as bench:
        if claim_id is None:
            return await nightly(bench, until, runner, watch)
        return await retest_claim(bench, claim_id, until, runner, watch)


def _runner(watch: Watch) -> DirectRunner:
    def again(why: str, wait_s: float) -> None:
        watch.say(f"waiting {wait_s:.0f} s and trying again: {why}")

    return DirectRunner(again)
