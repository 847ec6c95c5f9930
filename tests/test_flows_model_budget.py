"""What a night with a model may cost: ceilings, estimates and batches."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from claims.errors import SettingsError
from claims.run import LOOK_UP
from claims.standing import Flag
from flows.estimate import Estimate
from flows.nightly import forecast
from flows.watch import Unwatched
from flows.wiring import opened
from flows.workspace import Workspace
from tests import lamps
from tests.fakes import moment
from tests.lamps import AGREES, DENIES, FIRST, WICK, states
from tests.model_server import Fault, serving
from tests.model_worlds import ONE_CLAIM, calls, night, papers, wide, workspace


def test_a_budget_ends_the_night_in_good_order_and_lists_what_is_left(tmp_path: Path) -> None:
    budget = {"night_tokens": 40_000}
    with serving() as server:
        place = workspace(tmp_path, server, FIRST, *papers(40), library=ONE_CLAIM, budget=budget)
        done = asyncio.run(night(wide(place, 60), "2026-07-01"))
        counts = done.run.counts
        assert 0 < counts.n_tokens <= 40_000
        left = [f for f in done.run.failures if f.error == "BudgetExceeded"]
        assert left
        assert {f.claim_id for f in left} == {"lanterns-agree"}
        assert counts.n_papers_read + len(left) == 40
        assert Flag.NOT_CHECKED in done.report.stories[0].standing.flags
        n_asked = server.n_answers
        raised = place.judged_by(budget="5m tokens")
        again = asyncio.run(night(wide(raised, 60), "2026-07-02"))
    assert again.run.failures == ()
    assert again.run.counts.n_papers_read == len(left)
    assert Flag.NOT_CHECKED not in again.report.stories[0].standing.flags
    repeated = [call["key"] for call in calls(place) if call["outcome"] == "answered"]
    assert len(repeated) == len(set(repeated)) == server.n_answers > n_asked


def test_a_claim_that_spends_its_share_leaves_the_others_theirs(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(
            tmp_path, server, FIRST, *papers(25), WICK, budget={"claim_tokens": 24_000}
        )
        done = asyncio.run(night(place, "2026-07-01"))
    stories = {story.claim.id: story.standing for story in done.report.stories}
    assert Flag.NOT_CHECKED in stories["lanterns-agree"].flags
    spent = done.run.counts.by_claim
    assert max(one.n_tokens for one in spent.values()) <= 24_000
    assert spent["wicks-burn"].n_model_calls > 0


def test_money_is_counted_by_the_table_and_never_passes_the_ceiling(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(
        'as_of = "2026-11-01"\nsource = "invented"\n[models]\n'
        '"invented-1" = { input = 1.0, output = 4.0 }\n'
    )
    with serving() as server:
        place = workspace(
            tmp_path / "w",
            server,
            *papers(40),
            library=ONE_CLAIM,
            prices=str(prices),
            budget={"night_usd": 0.08},
        )
        done = asyncio.run(night(wide(place, 60), "2026-07-01"))
    counts = done.run.counts
    by_hand = sum(call["n_input"] * 1e-6 + call["n_output"] * 4e-6 for call in calls(place))
    assert counts.cost_usd == pytest.approx(by_hand)
    assert 0 < counts.cost_usd <= 0.08
    assert any("prices of 2026-11-01 (invented)" in note for note in done.run.notes)


def test_a_budget_in_money_needs_a_price(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, AGREES, budget={"night_usd": 1.0})
        there = replace(
            place,
            settings=place.settings.model_copy(
                update={
                    "judge": place.settings.judge.model_copy(
                        update={"base_url": "https://models.example/v1"}
                    )
                }
            ),
        )
        with pytest.raises(SettingsError, match="no price of the model"), opened(there):
            pass


NIGHT = """
import asyncio, sys
from pathlib import Path
from flows.settings import Environment, Settings
from flows.workspace import Workspace
from tests.model_worlds import night
settings = Settings.model_validate_json(sys.argv[2])
place = Workspace(folder=Path(sys.argv[1]), settings=settings, environment=Environment.read({}))
asyncio.run(night(place, "2026-07-01"))
"""


def killed(place: Workspace, when: Callable[[], bool]) -> None:
    """A night in a process of its own that is killed as soon as `when` holds."""
    settings = place.settings.model_dump_json()
    with subprocess.Popen([sys.executable, "-c", NIGHT, str(place.folder), settings]) as process:
        while not when() and process.poll() is None:
            time.sleep(0.01)
        process.kill()


def estimate(place: Workspace, until: str) -> Estimate:
    async def work() -> Estimate:
        with opened(place) as bench:
            return await forecast(bench, None, moment(until), lamps.runner(), Unwatched())

    return asyncio.run(work())


def test_a_dry_run_asks_nothing_and_bounds_what_the_night_then_takes(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, FIRST, AGREES, DENIES, WICK)
        told = estimate(place, "2026-07-01").total
        assert server.asked["POST"] == 0
        done = asyncio.run(night(place, "2026-07-01"))
        after = estimate(place, "2026-07-03").total
    assert done.run.id == "night-2026-07-01"
    assert 0 < done.run.counts.n_model_calls <= told.n_calls
    assert done.run.counts.n_tokens <= told.n_tokens
    assert told.cost_usd == 0
    assert (after.n_calls, after.n_tokens) == (0, 0)


def test_a_dry_run_bounds_a_night_of_many_papers_with_many_findings(tmp_path: Path) -> None:
    beside = " Keepers of lanterns never agree on wicks. Twice a lantern gave a colour by day."
    records = [{**one, "abstract": f"{one['abstract']}{beside}"} for one in papers(12)]
    with serving() as server:
        place = wide(workspace(tmp_path, server, FIRST, *records), 30)
        told = estimate(place, "2026-07-01")
        done = asyncio.run(night(place, "2026-07-01"))
    spent = done.run.counts.by_claim
    for one in told.claims:
        assert spent[one.claim_id].n_model_calls <= one.n_calls
        assert spent[one.claim_id].n_tokens <= one.n_tokens
    assert told.total.n_calls > 100


def test_a_batch_night_finds_what_a_night_of_single_calls_finds(tmp_path: Path) -> None:
    records = (FIRST, AGREES, DENIES, WICK)
    with serving() as one, serving() as many:
        single = workspace(tmp_path / "single", one, *records)
        batched = workspace(tmp_path / "batched", many, *records, batch=True)
        first = asyncio.run(night(single, "2026-07-01"))
        second = asyncio.run(night(batched, "2026-07-01"))
    assert states(second) == states(first)
    assert second.run.counts.n_model_calls == first.run.counts.n_model_calls
    assert many.asked["/v1/responses"] == 0
    assert 0 < many.asked["/v1/batches"] < many.n_answers
    assert many.n_answers == one.n_answers


def test_a_batch_that_a_killed_night_handed_over_is_not_paid_for_again(tmp_path: Path) -> None:
    with serving(batch_polls=1_000_000) as server:
        place = workspace(tmp_path, server, AGREES, DENIES, library=ONE_CLAIM, batch=True)
        killed(place, lambda: server.asked["/v1/batches/batch-1"] > 1)
        assert server.asked["/v1/batches"] == 1
        server.batch_polls = 1
        done = asyncio.run(night(place, "2026-07-01"))
    assert states(done) == {"lanterns-agree": "CONTESTED"}
    assert server.asked["step extract"] == 2


def test_an_endpoint_that_fails_now_and_then_spoils_no_batch(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, batch=True)
        server.n_around = 7
        done = asyncio.run(night(place, "2026-07-01"))
    assert states(done) == {"lanterns-agree": "CONFIRMED"}
    assert len(server.batches) == server.asked["/v1/batches"] == 4


def test_a_batch_whose_making_was_not_confirmed_is_found_and_not_made_again(
    tmp_path: Path,
) -> None:
    with serving(loses_batches=True) as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, batch=True)
        done = asyncio.run(night(place, "2026-07-01"))
    assert states(done) == {"lanterns-agree": "CONFIRMED"}
    assert len(server.batches) == 4


def test_a_batch_that_cannot_be_fetched_tonight_is_not_paid_for_again(tmp_path: Path) -> None:
    with serving(batch_polls=1_000_000) as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, batch=True)
        killed(place, lambda: server.asked["/v1/batches/batch-1"] > 1)
        server.batch_polls, server.n_around = 1, 1_000
        failed = asyncio.run(night(place, "2026-07-01"))
        assert {f.error for f in failed.run.failures if f.stage != LOOK_UP} == {"JudgeBusy"}
        assert server.asked["/v1/batches"] == 1
        server.n_around = 0
        done = asyncio.run(night(place, "2026-07-02"))
    assert states(done) == {"lanterns-agree": "CONFIRMED"}
    assert server.asked["step extract"] == 1
    assert len(server.batches) == 4


def test_an_answer_of_a_batch_that_was_read_once_is_not_read_again(tmp_path: Path) -> None:
    with serving(faults=(Fault.REFUSED,)) as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, batch=True)
        asyncio.run(night(place, "2026-07-01"))
        server.faults = ()
        done = asyncio.run(night(place, "2026-07-02"))
    assert states(done) == {"lanterns-agree": "CONFIRMED"}
    outcomes = [call["outcome"] for call in calls(place)]
    assert outcomes == ["refused", *["answered"] * 4]
    assert server.n_answers == len(outcomes)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_what_a_batch_leaves_when_it_expires_is_done_by_the_next_night(
    tmp_path: Path, share: float
) -> None:
    with serving(share_in_time=share) as server:
        place = workspace(tmp_path, server, *papers(8), library=ONE_CLAIM, batch=True)
        late = asyncio.run(night(place, "2026-07-01"))
        failed = [failure for failure in late.run.failures if failure.stage != LOOK_UP]
        assert {failure.error for failure in failed} == {"JudgeBusy"}
        assert all("did not begin in time" in failure.message for failure in failed)
        assert len({failure.item_id for failure in failed}) + late.run.counts.n_papers_read == 8
        server.share_in_time = 1.0
        done = asyncio.run(night(place, "2026-07-01"))
    assert done.run.counts.n_papers_read == 8 - late.run.counts.n_papers_read
    assert states(done) == {"lanterns-agree": "CONTESTED"}
    answered = [call["key"] for call in calls(place) if call["outcome"] == "answered"]
    assert len(answered) == len(set(answered)) == server.n_answers


def test_a_line_of_a_batch_that_nobody_can_read_is_asked_for_anew(tmp_path: Path) -> None:
    with serving(faults=(Fault.HTML,), n_faulty=1) as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, batch=True)
        failed = asyncio.run(night(place, "2026-07-01"))
        assert [f.error for f in failed.run.failures if f.stage != LOOK_UP] == ["JudgeBusy"]
        done = asyncio.run(night(place, "2026-07-02"))
    assert states(done) == {"lanterns-agree": "CONFIRMED"}


def test_a_batch_that_is_turned_away_is_told(tmp_path: Path) -> None:
    with serving(cannot=frozenset({"batch"})) as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, batch=True)
        done = asyncio.run(night(place, "2026-07-01"))
    assert [f.error for f in done.run.failures if f.stage != LOOK_UP] == ["JudgeUnavailable"]
    assert Flag.NOT_CHECKED in done.report.stories[0].standing.flags


def test_a_killed_night_goes_on_and_pays_for_nothing_twice(tmp_path: Path) -> None:
    with serving(delay_s=0.02) as server:
        place = wide(workspace(tmp_path, server, FIRST, *papers(30), library=ONE_CLAIM), 60)
        killed(place, lambda: server.n_answers >= 10)
        n_before = len(calls(place))
        server.delay_s = 0.0
        done = asyncio.run(night(place, "2026-07-01"))
    answered = [call["key"] for call in calls(place)]
    assert 0 < n_before < len(answered)
    assert len(answered) == len(set(answered)) == done.run.counts.n_model_calls
    assert server.n_answers <= len(answered) + place.settings.judge.parallel
    assert done.run.counts.n_papers_read == 30
