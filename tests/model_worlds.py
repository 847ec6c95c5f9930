"""A workspace of lantern papers whose judge is a loopback model."""

from pathlib import Path
from typing import Any

from flows.nightly import Finished, nightly
from flows.settings import Environment
from flows.watch import Unwatched
from flows.wiring import opened
from flows.workspace import Workspace
from tests import lamps
from tests.fakes import moment
from tests.model_server import ModelServer

KEY = "sk-invented-0123456789abcdef"


def workspace(
    folder: Path,
    server: ModelServer,
    *records: dict[str, object],
    library: str = lamps.LIBRARY,
    **judge: Any,  # noqa: ANN401 - fields of JudgeSettings
) -> Workspace:
    """A workspace in `folder` that asks `server`."""
    place = lamps.workspace(folder, *records, library=library)
    values = {"kind": "openai", "model": server.model, "api_key": KEY, "retry_wait_s": 0.005}
    values |= {"batch_poll_s": 0.05, **judge}
    chosen = place.settings.judge.model_validate(
        {**place.settings.judge.model_dump(), **values, "base_url": server.base_url}
    )
    settings = place.settings.model_copy(update={"judge": chosen})
    return Workspace(folder=place.folder, settings=settings, environment=Environment.read({}))


async def night(place: Workspace, until: str) -> Finished:
    """One night up to `until`, waiting hardly at all between tries."""
    with opened(place) as bench:
        return await nightly(bench, moment(until), lamps.runner(), Unwatched())
