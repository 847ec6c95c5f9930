"""A workspace of lantern papers whose judge is a loopback model."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from claims.ledger import Ledger
from flows.nightly import Finished, nightly
from flows.settings import Environment
from flows.watch import Unwatched
from flows.wiring import opened
from flows.workspace import Workspace
from tests import lamps
from tests.fakes import moment
from tests.lamps import record
from tests.model_server import ModelServer

KEY = "sk-invented-0123456789abcdef"
TWO_CLAIMS = lamps.LIBRARY.replace("wicks-burn", "lanterns-keep").replace(
    "A longer wick burns for a longer time in every lantern.",
    "A lantern gives the same colour in every trial.",
)
ONE_CLAIM = lamps.LIBRARY.split('[[claims]]\nid = "wicks-burn"', maxsplit=1)[0]


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


def papers(n: int, *, n_beside: int = 0) -> list[dict[str, object]]:
    """So many records of 2025 on lanterns; half of them deny, those `n_beside` bear on nothing."""
    kinds = (
        "A lantern that was asked twice gave the same colour in trial {n}.",
        "A lantern that was asked twice never gave the same colour in trial {n}.",
    )
    texts = [kinds[n % 2] for n in range(n)]
    texts += ["A lantern that was asked twice gave the same light in trial {n}."] * n_beside
    return [
        record(f"2503.{n:05d}", "2025-03-04", abstract=text.format(n=n))
        for n, text in enumerate(texts, start=1)
    ]


def wide(place: Workspace, n: int) -> Workspace:
    """The workspace with so many papers a claim."""
    search = place.settings.search.model_copy(update={"papers_per_claim": n})
    return replace(place, settings=place.settings.model_copy(update={"search": search}))


def calls(place: Workspace) -> list[dict[str, Any]]:
    """Every request that the ledger keeps."""
    ledger = Ledger.open(place.ledger_url)
    with ledger.model_calls._store.read() as connection:  # noqa: SLF001 - the rows as they are
        found = connection.exec_driver_sql("SELECT body FROM model_calls ORDER BY seq").all()
    ledger.close()
    return [json.loads(body) for (body,) in found]
