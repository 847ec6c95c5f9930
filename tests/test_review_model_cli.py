"""The commands that concern a model: doctor, dry run, explain, disputed, eval."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from review.cli import app
from tests import lamps
from tests.lamps import AGREES, DENIES, FIRST
from tests.model_server import ModelServer, serving

KEY = "sk-invented-0123456789abcdef"


def place(folder: Path, server: ModelServer, **judge: object) -> Path:
    """A workspace whose retest.toml asks `server`; the key is in the environment."""
    lamps.workspace(folder, FIRST, AGREES, DENIES)
    values = {"kind": "openai", "base_url": server.base_url, "model": server.model, **judge}
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    file = folder / "retest.toml"
    text = file.read_text(encoding="utf-8").replace('kind = "local"', "\n".join(lines))
    file.write_text(text, encoding="utf-8")
    os.environ["OPENAI_API_KEY"] = KEY
    return folder


def said(*arguments: str | Path, code: int = 0) -> Result:
    answer = CliRunner().invoke(app, [str(one) for one in arguments])
    assert answer.exit_code == code, answer.output + str(answer.exception)
    return answer


def told(*arguments: str | Path) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(said(*arguments, "--json").stdout)


def judge_check(folder: Path, code: int = 0) -> str:
    checks = json.loads(said("doctor", "-w", folder, "--json", code=code).stdout)
    return next(str(check["told"]) for check in checks if check["name"] == "judge")


def test_doctor_tries_the_endpoint(tmp_path: Path) -> None:
    with serving() as server:
        line = judge_check(place(tmp_path, server))
        assert "invented-1-2026-11-01 through the responses API, keeps to schemas" in line
        assert "context of 32,768 tokens" in line
        assert "0 and 0 USD a million tokens" in line
        assert "2,000,000 tokens a night" in line
        assert server.asked["POST"] == 1
        assert KEY not in line


def test_doctor_tells_what_an_endpoint_cannot_do(tmp_path: Path) -> None:
    with serving(cannot=frozenset({"responses", "json_schema"})) as server:
        line = judge_check(place(tmp_path, server))
    assert "through the chat API, answers in JSON without schemas" in line


def test_doctor_tells_when_long_papers_do_not_fit(tmp_path: Path) -> None:
    with serving(context=4_096) as server:
        line = judge_check(place(tmp_path, server))
    assert "context of 4,096 tokens: too short for long papers" in line


def test_doctor_tells_which_models_there_are(tmp_path: Path) -> None:
    with serving() as server:
        line = judge_check(place(tmp_path, server, model="nobody"), code=2)
    assert "answered 404: the model nobody does not exist" in line
    assert "it lists invented-1" in line


def test_doctor_believes_a_model_that_answers_whatever_is_listed(tmp_path: Path) -> None:
    with serving(tag=":latest") as server:
        line = judge_check(place(tmp_path / "renamed", server))
    assert "keeps to schemas; does not list 'invented-1'; it lists invented-1:latest" in line
    with serving(cannot=frozenset({"models"})) as server:
        line = judge_check(place(tmp_path / "unlisted", server))
    assert "lists no models" in line
    assert "keeps to schemas; context length not told: 20,000 tokens are needed" in line


def test_doctor_tells_what_is_missing_from_an_address(tmp_path: Path) -> None:
    with serving() as server:
        folder = place(tmp_path, server, base_url=server.base_url.removesuffix("/v1"))
        assert "check base_url, which mostly ends in /v1" in judge_check(folder, code=2)


def test_doctor_tells_that_nobody_answers(tmp_path: Path) -> None:
    with serving() as server:
        folder = place(tmp_path, server)
    assert "cannot be reached" in judge_check(folder, code=2)


def test_doctor_asks_for_a_key_where_one_is_needed(tmp_path: Path) -> None:
    lamps.workspace(tmp_path, AGREES)
    file = tmp_path / "retest.toml"
    text = file.read_text(encoding="utf-8").replace('kind = "local"', 'kind = "openai"')
    file.write_text(text, encoding="utf-8")
    assert "set OPENAI_API_KEY" in judge_check(tmp_path, code=2)


def test_a_dry_run_prints_what_would_be_asked_and_asks_nothing(tmp_path: Path) -> None:
    with serving() as server:
        folder = place(tmp_path, server)
        estimate = told("nightly", "-w", folder, "--until", "2026-07-01", "--dry-run")
        printed = said("nightly", "-w", folder, "--until", "2026-07-01", "--dry-run").stdout
        assert server.asked["POST"] == 0
        night = told("nightly", "-w", folder, "--until", "2026-07-01")
    assert night["run"]["id"] == estimate["run"]
    assert 0 < night["run"]["n_model_calls"] <= estimate["total"]["n_calls"]
    assert night["run"]["n_tokens"] <= estimate["total"]["n_tokens"]
    assert "nothing was asked" in printed
    assert "lanterns-agree" in printed


def test_judge_and_budget_are_chosen_for_one_run(tmp_path: Path) -> None:
    with serving() as server:
        folder = place(tmp_path, server)
        local = told("nightly", "-w", folder, "--until", "2026-07-01", "--judge", "local")
        assert local["run"]["settings"]["judge"] == "local"
        assert server.asked["POST"] == 0
        poor = told("nightly", "-w", folder, "--until", "2026-07-01", "--budget", "1000 tokens")
        assert server.asked["POST"] == 0
    assert {failure["error"] for failure in poor["run"]["failures"]} == {"BudgetExceeded"}
    assert all("NOT_CHECKED" in one["flags"] for one in poor["claims"])
    said("nightly", "-w", folder, "--judge", "oracle", code=1)


def test_one_claim_is_retested_at_once_also_where_nights_go_in_batches(tmp_path: Path) -> None:
    with serving() as server:
        folder = place(tmp_path, server, batch=True)
        night = told("claim", "lanterns-agree", "-w", folder, "--until", "2026-07-01")
    assert night["run"]["n_model_calls"] > 0
    assert server.asked["/v1/batches"] == 0


def test_explain_shows_an_assessment_whole(tmp_path: Path) -> None:
    with serving() as server:
        folder = place(tmp_path, server)
        night = told("claim", "lanterns-agree", "-w", folder, "--until", "2026-07-01")
    evidence = night["claims"][0]["evidence"][0]
    whole = told("report", "-w", folder, "--explain", evidence["assessment_id"])
    steps = [call["step"] for call in whole["calls"]]
    assert steps == ["extract", "compare", "second look", "second look"]
    for call in whole["calls"]:
        assert call["model_reported"] == "invented-1-2026-11-01"
        assert call["request_id"]
        assert call["n_input"] > 0
        assert call["settings"]
        assert whole["prompts"][call["prompt"]]["instructions"]
    assert evidence["quote"] in whole["calls"][0]["shown"]
    short = evidence["assessment_id"].removeprefix("sha256:")[:12]
    printed = said("report", "-w", folder, "--explain", short).stdout
    assert "You read one scientific paper" in printed
    assert '"enum": ["P1"]' in printed
    assert printed.count("second look, answered") == 1
    assert printed.count("second look (control: a claim on which nothing bears), answered") == 1
    assert evidence["quote"] in printed
    assert KEY not in printed


def test_explain_of_a_rule_says_that_no_model_was_asked(tmp_path: Path) -> None:
    lamps.workspace(tmp_path, FIRST, AGREES, DENIES)
    night = told("nightly", "-w", tmp_path, "--until", "2026-07-01")
    rows = [row for one in night["claims"] for row in one["evidence"]]
    assert rows
    printed = said("report", "-w", tmp_path, "--explain", rows[0]["assessment_id"]).stdout
    assert "no model was asked" in printed


@pytest.mark.parametrize("name", ["0123", "sha256:zz", "", "%"])
def test_explain_of_an_unknown_assessment_is_one_line(tmp_path: Path, name: str) -> None:
    lamps.workspace(tmp_path, FIRST, AGREES)
    answer = said("report", "-w", tmp_path, "--explain", name, code=1)
    assert "begin" in str(answer.exception)


def test_disputed_lists_what_two_looks_see_differently(tmp_path: Path) -> None:
    with serving(contrary=frozenset({"another-1"})) as server:
        folder = place(tmp_path, server, second_model="another-1")
        told("nightly", "-w", folder, "--until", "2026-07-01")
    waiting = told("report", "-w", folder, "--disputed")
    assert {one["verdict"]["disputed"] for one in waiting} == {"SUPPORTS"}
    short = waiting[0]["id"].removeprefix("sha256:")[:12]
    assert short in said("report", "-w", folder, "--disputed").stdout


def test_eval_scores_a_model_and_pays_for_a_pair_once(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    rows = [
        ("SUPPORT", "A lantern that is asked twice gives the same colour in most trials."),
        ("REFUTE", "A lantern that is asked twice never gives the same colour in trials."),
        ("NEI", "Markets fell in the autumn of that year because of the harvest."),
    ]
    claim = "A lantern that is asked twice gives the same colour."
    lines = [json.dumps({"claim": claim, "evidence": text, "label": name}) for name, text in rows]
    pairs.write_text("\n".join(lines), encoding="utf-8")
    with serving() as server:
        folder = place(tmp_path / "w", server)
        first = told("eval", pairs, "--judge", "openai", "-w", folder)
        n_asked = server.n_answers
        again = told("eval", pairs, "--judge", "openai", "-w", folder)
    assert first["judge"] == "openai"
    assert first["admitted"]["accuracy"] == 1.0
    assert again["admitted"] == first["admitted"]
    assert server.n_answers == n_asked
