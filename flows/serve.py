"""`retest serve`: the night on its schedule, and `retest-claim` to be started at any time.

Without a Prefect server configured, one is started on loopback with its state in the workspace,
and ended when serving ends. A server that outlived a killed `serve` is found again and used.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests

from claims.errors import SettingsError
from flows.commit import check_repository
from flows.settings import cron_line, run_on_prefect
from flows.watch import Watch
from flows.workspace import Workspace

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

HOST: Final = "127.0.0.1"
PORT: Final = 4200
_SERVER: Final = (sys.executable, "-m", "prefect", "server", "start")
_START_S: Final = 90.0
"""The first start migrates Prefect's own database: measured at 14 s, doubled thrice."""


def serve(workspace: Workspace, watch: Watch, *, cron: str | None = None) -> None:
    """Nothing, when it is stopped. Raises SettingsError when no server can be had."""
    line = cron_line(cron) if cron else workspace.settings.schedule.cron
    if workspace.settings.schedule.commit:
        check_repository(workspace)
    with _server(workspace, watch) as api_url:
        run_on_prefect(api_url)
        from prefect.deployments.runner import RunnerDeployment
        from prefect.schedules import Cron
        from prefect.types.entrypoint import EntrypointType

        from flows.on_prefect import nightly_flow, retest_claim_flow

        schedule = workspace.settings.schedule
        parameters = {"workspace": str(workspace.folder)}
        nightly = RunnerDeployment.from_flow(
            nightly_flow,
            name="nightly",
            schedule=Cron(line, timezone=schedule.timezone),
            parameters=parameters,
            entrypoint_type=EntrypointType.MODULE_PATH,
            concurrency_limit=1,
        )
        claim = RunnerDeployment.from_flow(
            retest_claim_flow,
            name="retest-claim",
            parameters=parameters,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        if not workspace.prefect_api_url:
            end_orphans(workspace)
        watch.say(f"the night runs at {line!r} {schedule.timezone}; Prefect is at {_page(api_url)}")
        watch.say(
            "retest one claim from anywhere: "
            f"PREFECT_API_URL={api_url} prefect deployment run retest-claim/retest-claim "
            "-p claim_id=ID"
        )
        asyncio.run(_serve((nightly, claim)))


async def _serve(deployments: Sequence["RunnerDeployment"]) -> None:
    from prefect.runner import Runner

    class Stoppable(Runner):
        """Prefect 3.8.8's own handler of SIGTERM forgets to await, and says so on stderr."""

        def handle_sigterm(self, *_: object, **__: object) -> None:
            """Leave; what the runner holds is closed on the way out."""
            sys.exit(0)

    runner = Stoppable(pause_on_shutdown=True)
    for deployment in deployments:
        await runner.aadd_deployment(deployment)
    await runner.start()


def end_orphans(workspace: Workspace) -> None:
    """Mark this workspace's runs of killed processes as crashed, begun or about to begin.

    They would show as running, and each later night would wait for them to end. Only on our own
    server, and only while no run holds the workspace.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowFilter,
        FlowFilterName,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import State, StateType
    from prefect.states import Crashed

    with workspace.only_run(), get_client(sync_client=True) as client:
        begun = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])
        for run in client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["nightly", "retest-claim"])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=begun)),
        ):
            if run.parameters.get("workspace") != str(workspace.folder):
                continue
            crashed: State[None] = Crashed(message="its process ended before it did")
            client.set_flow_run_state(run.id, crashed, force=True)


@contextmanager
def _server(workspace: Workspace, watch: Watch) -> Iterator[str]:
    """The address of the configured server, or of one started here and ended with the block."""
    if workspace.prefect_api_url:
        yield workspace.prefect_api_url
        return
    note = workspace.state / "prefect" / "server"
    if (left := _left_behind(note)) is not None:
        yield left
        return
    port = _free_port()
    api_url = f"http://{HOST}:{port}/api"
    note.parent.mkdir(parents=True, exist_ok=True)
    watch.say("starting a Prefect server on loopback (some seconds; the first time longer)")
    with (note.parent / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, fixed arguments
            [*_SERVER, "--host", HOST, "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(api_url, process, note.parent / "server.log")
        note.write_text(api_url, encoding="utf-8")
        yield api_url
    finally:
        note.unlink(missing_ok=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _left_behind(note: Path) -> str | None:
    try:
        api_url = note.read_text(encoding="utf-8")
    except OSError:
        return None
    return api_url if _is_healthy(api_url) else None


def _wait_until_healthy(api_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if _is_healthy(api_url):
            return
        if process.poll() is not None:
            raise SettingsError(f"the Prefect server ended at once: see {log}")
        time.sleep(0.25)
    raise SettingsError(f"the Prefect server did not answer within {_START_S:.0f} s: see {log}")


def _is_healthy(api_url: str) -> bool:
    try:
        return requests.get(f"{api_url}/health", timeout=2).ok
    except requests.RequestException:
        return False


def _free_port() -> int:
    for wanted in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError(f"no free port on {HOST} for the Prefect server")


def _page(api_url: str) -> str:
    return api_url.removesuffix("/api")
