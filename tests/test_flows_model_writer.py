"""Answers in a model's words: asked once, under the same checks, and never without a way back."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from claims.answer import Kind, Statement
from claims.errors import SettingsError
from claims.evidence import Relation
from claims.ledger import Ledger
from flows.answering import answered, known
from flows.workspace import Workspace
from reports.answer import AnswerReport, contract, to_html, to_json, to_markdown
from reports.vetted import NOT_GROUNDED
from tests.lamps import AGREES, DENIES, FIRST, WICK
from tests.model_prose import MADE_UP_ID
from tests.model_server import Fault, ModelServer, serving
from tests.model_worlds import calls, night, workspace

STEPS = ("answer", "conclude", "dispute", "inquire")


def place_after_a_night(folder: Path, server: ModelServer) -> Workspace:
    place = workspace(folder, server, FIRST, AGREES, DENIES, WICK)
    asyncio.run(night(place, "2026-07-01"))
    return place


def answer(place: Workspace, *, may_ask: bool = True) -> AnswerReport:
    found = known(place, "lanterns")
    told = asyncio.run(answered(place, found, may_ask=may_ask))
    return AnswerReport(answer=told, records=found.records)


def findings(report: AnswerReport) -> list[Statement]:
    told = [s for one in report.answer.premise for s in one.statements]
    told += [s for one in report.answer.disagreements for s in one.statements]
    return [s for s in told if s.kind is Kind.FINDING]


def test_the_model_writes_and_its_evidence_stands_beside_every_sentence(tmp_path: Path) -> None:
    with serving() as server:
        report = answer(place_after_a_night(tmp_path, server))
    assert report.answer.signature.judge == "model-writer"
    assert report.answer.notes == ()
    said = findings(report)
    assert any(one.text.startswith("One work reports: ") for one in said)
    assert all(one.evidence for one in said)
    for line in (*report.answer.questions, *report.answer.next_lines):
        assert line.question.startswith("Since the regime shifted, does it still hold")
        assert line.is_grounded == bool(line.evidence)
    assert "model-writer (invented-1)" in to_html(report)


def test_the_same_answer_again_asks_nothing_and_has_the_same_bytes(tmp_path: Path) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
        first, n_asked = answer(place), server.n_answers
        assert sum(server.asked[f"step {step}"] for step in STEPS) > 0
        again = answer(place)
        assert server.n_answers == n_asked
    for form in (to_markdown, to_html, to_json):
        assert form(first) == form(again)
    assert to_html(answer(place, may_ask=False)) == to_html(first)


def test_nothing_of_an_identifier_is_shown_to_the_model(tmp_path: Path) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
        answer(place)
    asked = [call for call in calls(place) if call["step"] in STEPS]
    assert {call["step"] for call in asked} == set(STEPS)
    assert not any("2503.0" in call["shown"] or "2603.0" in call["shown"] for call in asked)
    assert all(call["claim_id"] in {"lanterns-agree", "wicks-burn"} for call in asked)


def test_what_a_model_makes_up_is_struck_or_flagged_and_hides_nothing(tmp_path: Path) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
        server.fabricates = True
        report = answer(place)
    lies = [s for s in findings(report) if not s.text.startswith("“")]
    assert len(lies) > 4
    assert not any(one.evidence for one in lies)
    shown, page = to_markdown(report), to_html(report)
    assert f"arXiv:{MADE_UP_ID}" not in page.replace(f"<del>arXiv:{MADE_UP_ID}</del>", "")
    assert shown.count(NOT_GROUNDED) >= len(lies)
    own_words = {piece.id for s in findings(report) for piece in s.evidence}
    admitted = {piece.id for held in report.answer.held for piece in held.admitted}
    assert own_words == admitted
    assert not any(line.evidence for line in report.answer.questions)


@pytest.mark.parametrize(
    "fault", [Fault.MALFORMED, Fault.REFUSED, Fault.WRONG_KEY, Fault.FAILED, Fault.OUTSIDE]
)
def test_a_model_that_fails_is_told_and_the_local_writer_writes(
    tmp_path: Path, fault: Fault
) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
        server.faults = (fault,)
        report = answer(place)
    assert all(one.evidence for one in findings(report))
    (note, *_) = report.answer.notes
    assert "were written by the local writer, the model was not heard" in note
    assert "local writer" in to_markdown(report)
    assert "local writer" in to_html(report)
    assert contract(report)["notes"] == list(report.answer.notes)
    assert len(report.answer.premise) == 3


def test_an_answer_keeps_to_the_budget(tmp_path: Path) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
        n_asked = server.n_answers
        report = answer(place.judged_by(budget="10 tokens"))
        assert server.n_answers == n_asked
    assert any("BudgetExceeded" in note for note in report.answer.notes)


def test_a_page_that_is_only_read_asks_no_model(tmp_path: Path) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
        n_asked = server.n_answers
        report = answer(place, may_ask=False)
        assert server.n_answers == n_asked
    assert any("run `retest answer`" in note for note in report.answer.notes)
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    ledger.close()


def test_relations_of_the_answer_are_those_that_count(tmp_path: Path) -> None:
    with serving() as server:
        report = answer(place_after_a_night(tmp_path, server))
    ranked = json.loads(to_json(report))["disagreement"]["ranked"]
    assert {one["relation"] for one in ranked} == {Relation.CONTRADICTS.value}


def test_a_page_is_answered_locally_where_no_model_is_set_up(tmp_path: Path) -> None:
    with serving() as server:
        place = place_after_a_night(tmp_path, server)
    hosted = {"base_url": "https://api.openai.com/v1", "api_key": None}
    judge = place.settings.judge.model_copy(update=hosted)
    bare = replace(place, settings=place.settings.model_copy(update={"judge": judge}))
    assert answer(bare, may_ask=False).answer.signature.judge == "local-writer"
    with pytest.raises(SettingsError, match="needs a key"):
        answer(bare)
