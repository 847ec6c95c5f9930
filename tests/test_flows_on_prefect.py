"""The same runs as Prefect flow runs, on a real Prefect server of the test harness."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Pending, Running
from prefect.testing.utilities import prefect_test_harness

from claims.errors import FeedError, SourceError
from flows.on_prefect import nightly_flow, retest_claim_flow, run_as_task
from flows.serve import end_orphans
from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST
from tests.test_review_export import git
from tests.whole_papers import ID, lantern_pdf

# Prefect's own code warns of its own future; that is not ours to act on.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", autouse=True)
def _prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=90):
        yield


def test_a_night_is_a_flow_run_with_its_report_as_an_artifact(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES)
    place.shelf().put(ID, lantern_pdf(tmp_path))
    done = asyncio.run(nightly_flow(str(tmp_path), until="2026-01-01"))
    report = (tmp_path / "reports" / "night-2026-01-01.json").read_text()
    assert json.loads(report)["run"]["n_papers_whole"] >= 1
    assert done["n_changes"] >= 0
    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
        runs = client.read_flow_runs()
    assert [a.key for a in artifacts] == ["retest-night-2026-01-01"]
    assert any(run.state and run.state.is_completed() for run in runs)


def test_a_scheduled_night_is_committed_where_that_is_set(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST)
    settings = tmp_path / "retest.toml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(written.replace("# commit = true", "commit = true"), encoding="utf-8")
    git(place.folder, "init", "--quiet")
    git(place.folder, "config", "user.name", "Ada")
    git(place.folder, "config", "user.email", "ada@claims.example")
    asyncio.run(nightly_flow(str(tmp_path), until="2026-01-01"))
    assert git(place.folder, "log", "--format=%s").startswith("Nightly retest, ")


def test_one_claim_is_a_flow_run_with_its_parameters(tmp_path: Path) -> None:
    lamps.workspace(tmp_path, FIRST, AGREES)
    asyncio.run(retest_claim_flow(str(tmp_path), claim_id="wicks-burn", until="2026-01-01"))
    assert (tmp_path / "reports" / "claim-wicks-burn-2026-01-01.md").is_file()


@pytest.mark.parametrize("state", [Pending(), Running()])
def test_a_run_whose_process_was_killed_holds_up_no_later_night(
    tmp_path: Path, state: State[None]
) -> None:
    place = lamps.workspace(tmp_path, FIRST)
    with get_client(sync_client=True) as client:
        named = {"workspace": str(place.folder)}
        ours = client.create_flow_run(nightly_flow, parameters=named, state=state)
        other = client.create_flow_run(nightly_flow, parameters={"workspace": "/x"}, state=state)
        end_orphans(place)
        ended = client.read_flow_run(ours.id).state
        untouched = client.read_flow_run(other.id).state
    assert ended is not None
    assert ended.is_crashed()
    assert untouched is not None
    assert not untouched.is_final()


@flow
async def steps_flow(errors: list[str]) -> int:
    """How many times a step was tried that fails with these errors first."""
    n_calls = 0

    async def step() -> int:
        nonlocal n_calls
        n_calls += 1
        if n_calls <= len(errors):
            raise {"feed": FeedError, "source": SourceError}[errors[n_calls - 1]]("invented")
        return n_calls

    return await run_as_task("fetch invented", step)


def test_a_task_tries_again_what_is_retryable() -> None:
    assert asyncio.run(steps_flow(["feed"])) == 2


def test_a_task_does_not_try_again_what_is_not() -> None:
    with pytest.raises(SourceError, match="invented"):
        asyncio.run(steps_flow(["source"]))
