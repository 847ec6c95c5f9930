"""The same flows as Prefect flow runs: visible, retried and scheduled there, done by us.

Tasks carry no data through Prefect: a step closes over the open bench, and its result stays in
this process. Nothing is pickled and nothing of a paper reaches the Prefect database but the
report, as an artifact.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from prefect import Task, flow, get_run_logger
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.settings import PREFECT_API_URL, temporary_settings

from claims.clock import parse_moment
from claims.errors import RateLimited, SettingsError
from flows.conclude import concluding
from flows.nightly import Finished, nightly, retest_claim
from flows.runner import FIRST_WAIT_S, LONGEST_WAIT_S, N_TRIES, is_retryable
from flows.settings import Environment
from flows.watch import Watch, tell_wait
from flows.wiring import opened
from flows.workspace import Workspace
from reports.render import to_markdown

T = TypeVar("T")

_DELAYS_S: Final = [FIRST_WAIT_S * 2**n for n in range(N_TRIES - 1)]


async def run_as_task(name: str, step: Callable[[], Awaitable[T]]) -> T:
    """What `step` returns, run as one Prefect task: a `flows.runner.Runner`."""

    async def once() -> T:
        try:
            return await step()
        except RateLimited as error:
            await asyncio.sleep(min(error.retry_after_s or 0.0, LONGEST_WAIT_S))
            raise

    task: Task[[], Any] = Task(
        once,
        name=name.split(" ", maxsplit=1)[0],
        task_run_name=name,
        retries=N_TRIES - 1,
        retry_delay_seconds=_DELAYS_S,
        retry_jitter_factor=0.5,
        retry_condition_fn=_may_succeed_later,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    result: T = await task()
    return result


async def _may_succeed_later(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    del task, run
    try:
        await state.aresult()
    except Exception as error:  # noqa: BLE001 - whatever it is, its class says what to do
        return is_retryable(error)
    return False


@flow(name="nightly", persist_result=False, retries=0)
async def nightly_flow(
    workspace: str, until: str | None = None, papers: str | None = None
) -> dict[str, int]:
    """Retest every claim of the workspace; how many claims changed."""
    place, watch = _opened(workspace), _LogWatch()
    night = _work(place, until, papers, None, watch)
    commit = place.settings.schedule.commit
    finished = await concluding(place, watch, night, commit=commit)
    return {"n_changes": len(finished.report.diff.changes)}


@flow(name="retest-claim", persist_result=False, retries=0)
async def retest_claim_flow(
    workspace: str, claim_id: str, until: str | None = None, papers: str | None = None
) -> dict[str, int]:
    """Retest one claim with its own targeted search; how many changes came of it."""
    finished = await _work(_opened(workspace).at_once(), until, papers, claim_id, _LogWatch())
    return {"n_changes": len(finished.report.diff.changes)}


async def run(
    workspace: Workspace,
    until: datetime | None,
    *,
    claim_id: str | None,
    papers: str | None,
    watch: Watch,
) -> Finished:
    """The finished run, done in this process and shown on the workspace's Prefect server."""

    @flow(name="retest-claim" if claim_id else "nightly", persist_result=False)
    async def watched() -> Finished:
        moment = until.isoformat() if until else None
        return await _work(workspace, moment, papers, claim_id, watch)

    with temporary_settings({PREFECT_API_URL: workspace.prefect_api_url}):
        async with get_client() as client:
            error = await client.api_healthcheck()
        if error:
            raise SettingsError(
                f"no Prefect server answers at {workspace.prefect_api_url} ({error}): start it, "
                "or unset PREFECT_API_URL to run without one"
            )
        return await watched()


def _opened(folder: str) -> Workspace:
    return Workspace.open(Path(folder), Environment.read())


async def _work(
    workspace: Workspace,
    until: str | None,
    papers: str | None,
    claim_id: str | None,
    watch: Watch,
) -> Finished:
    moment = parse_moment(until) if until else None
    finished = await _at_the_bench(workspace, moment, papers, claim_id, watch)
    await acreate_markdown_artifact(
        to_markdown(finished.report),
        key=re.sub(r"[^a-z0-9]+", "-", f"retest-{finished.run.id}").strip("-"),
        description=f"Report of {finished.run.id}",
    )
    return finished


async def _at_the_bench(
    workspace: Workspace,
    until: datetime | None,
    papers: str | None,
    claim_id: str | None,
    watch: Watch,
) -> Finished:
    with opened(workspace, papers, partial(tell_wait, watch)) as bench:
        if claim_id is None:
            return await nightly(bench, until, run_as_task, watch)
        return await retest_claim(bench, claim_id, until, run_as_task, watch)


class _LogWatch:
    """Tells the Prefect log of the flow run, where people look for it."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """The stage, and how much there is of it."""
        get_run_logger().info("%s%s", stage, f": {total}" if total else "")

    def advance(self, detail: str = "") -> None:
        """What is done."""
        get_run_logger().info("done: %s", detail)

    def step(self, name: str, detail: str) -> None:
        """Steps inside a piece of work are too many for a log."""

    def say(self, line: str) -> None:
        """The line."""
        get_run_logger().warning("%s", line)
