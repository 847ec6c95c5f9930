"""The model judge over a loopback endpoint: what it asks, what it accepts, and what it refuses."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agents.judge import Reading
from agents.orders import speaks_to_a_judge
from claims.errors import (
    JudgeBusy,
    JudgeError,
    JudgeRefused,
    JudgeUnavailable,
    MalformedAnswer,
    QuoteNotFound,
)
from claims.evidence import Citation, Passage, Relation, TextSource
from claims.ledger import Ledger
from claims.model_call import CallOutcome
from flows.model_desk import ModelDesk, model_desk_of
from tests import model_answers as say
from tests.fakes import claim, paper, reading_of
from tests.model_server import Fault, ModelServer, serving
from tests.model_worlds import KEY, workspace

CLAIM = claim()
READING = reading_of(
    paper(abstract="A lantern that is asked twice gives the same colour in 83 % of 240 trials.")
)


@contextmanager
def desk(
    folder: Path,
    server: ModelServer,
    **judge: Any,  # noqa: ANN401 - fields of JudgeSettings
) -> Iterator[ModelDesk]:
    place = workspace(folder, server, **judge)
    ledger = Ledger.open(place.ledger_url)
    try:
        yield model_desk_of(place, ledger, "a run")
    finally:
        ledger.close()


def outcomes(one: ModelDesk) -> dict[str, int]:
    counted = one.memory._calls.outcomes("a run")  # noqa: SLF001 - the ledger's own count
    return {outcome.value: n for outcome, n in counted.items()}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as state:
        yield state


def test_findings_come_with_ids_of_ours_and_the_words_of_the_source(
    tmp_path: Path, server: ModelServer
) -> None:
    with desk(tmp_path, server) as one:
        findings = asyncio.run(one.judge.extract(CLAIM, READING))
    passage = READING.passages[0]
    assert [f.paper for f in findings] == [READING.paper.id]
    assert findings[0].citations[0].passage_id == passage.id
    assert findings[0].citations[0].quote in passage.text
    shown = server.bodies[0]["input"][0]["content"]
    assert passage.id not in shown
    assert str(READING.paper.id.number) not in shown


def test_what_an_endpoint_cannot_do_is_found_out_once(tmp_path: Path, server: ModelServer) -> None:
    wanted = {
        (): ("responses", "json_schema"),
        ("responses",): ("chat", "json_schema"),
        ("responses", "json_schema"): ("chat", "json_object"),
        ("responses", "json_schema", "json_object"): ("chat", "text"),
    }
    for n, (cannot, (api, form)) in enumerate(wanted.items()):
        server.cannot = frozenset(cannot)
        server.asked.clear()
        with desk(tmp_path / str(n), server) as one:
            finding = asyncio.run(one.judge.extract(CLAIM, READING))[0]
            asyncio.run(one.judge.compare(CLAIM, finding))
            call = one.memory.answer(one.judge.asking.key(one.judge.comparison(CLAIM, finding)[0]))
        assert call is not None
        assert (call.api, call.form) == (api, form)
        assert server.asked["POST"] == 2 + len(cannot)
        assert server.n_answers == 2


def test_an_option_that_a_model_refuses_is_left_out_from_then_on(
    tmp_path: Path, server: ModelServer
) -> None:
    server.cannot = frozenset({"temperature"})
    with desk(tmp_path, server, temperature=0.0, api="chat") as one:
        finding = asyncio.run(one.judge.extract(CLAIM, READING))[0]
        asyncio.run(one.judge.compare(CLAIM, finding))
    assert server.asked["POST"] == 3
    assert "temperature" not in server.bodies[-1]


def test_a_schema_is_asked_for_strictly_in_both_apis(tmp_path: Path, server: ModelServer) -> None:
    with desk(tmp_path / "r", server, api="responses") as one:
        asyncio.run(one.judge.extract(CLAIM, READING))
    with desk(tmp_path / "c", server, api="chat") as one:
        asyncio.run(one.judge.extract(CLAIM, READING))
    first, second = server.bodies
    assert first["text"]["format"]["strict"] is True
    assert second["response_format"]["json_schema"]["strict"] is True
    assert first["text"]["format"]["schema"] == second["response_format"]["json_schema"]["schema"]
    assert first["store"] is False
    assert "tools" not in first
    assert "tools" not in second


def test_an_answer_that_does_not_fit_is_asked_for_again_at_most_twice(
    tmp_path: Path, server: ModelServer
) -> None:
    server.faults = (Fault.OUTSIDE,)
    with desk(tmp_path, server) as one:
        with pytest.raises(MalformedAnswer):
            asyncio.run(one.judge.extract(CLAIM, READING))
        assert outcomes(one) == {"malformed": 3}
    again = server.bodies[-1]["input"]
    assert [turn["role"] for turn in again] == ["user", *["assistant", "user"] * 2]
    assert "cannot be used" in again[-1]["content"]


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_a_model_that_a_server_does_not_hold_to_the_schema_is_told_it_in_words(
    tmp_path: Path, server: ModelServer, api: str
) -> None:
    server.ignores_schema = True
    with desk(tmp_path, server, api=api) as one:
        assert asyncio.run(one.judge.extract(CLAIM, READING))
        assert outcomes(one) == {"answered": 1, "malformed": 1}


@pytest.mark.parametrize(
    ("fault", "error", "counted"),
    [
        (Fault.RATE_LIMITED, JudgeBusy, {"busy": 4}),
        (Fault.FAILED, JudgeBusy, {"busy": 4}),
        (Fault.HTML, JudgeBusy, {"busy": 4}),
        (Fault.MALFORMED, MalformedAnswer, {"malformed": 3}),
        (Fault.EMPTY, MalformedAnswer, {"malformed": 3}),
        (Fault.CUT_OFF, MalformedAnswer, {"cut off": 3}),
        (Fault.REFUSED, JudgeRefused, {"refused": 1}),
        (Fault.FILTERED, JudgeRefused, {"filtered": 1}),
        (Fault.WRONG_KEY, JudgeUnavailable, {"failed": 1}),
        (Fault.NO_QUOTA, JudgeUnavailable, {"failed": 1}),
    ],
)
@pytest.mark.parametrize("api", ["responses", "chat"])
def test_each_fault_is_told_apart_and_counted(  # noqa: PLR0917 - pytest calls it by name
    tmp_path: Path,
    server: ModelServer,
    api: str,
    fault: Fault,
    error: type[JudgeError],
    counted: dict[str, int],
) -> None:
    server.faults = (fault,)
    with desk(tmp_path, server, api=api) as one:
        with pytest.raises(error):
            asyncio.run(one.judge.extract(CLAIM, READING))
        assert outcomes(one) == counted


def test_a_time_out_is_tried_again_and_counted_as_if_it_were_charged(
    tmp_path: Path, server: ModelServer
) -> None:
    server.faults, server.n_faulty, server.hang_s = (Fault.HANG,), 1, 1.0
    with desk(tmp_path, server, timeout_s=0.3) as one:
        assert asyncio.run(one.judge.extract(CLAIM, READING))
        assert outcomes(one) == {"answered": 1, "busy": 1}
        spent = one.memory.spent()[CLAIM.id]
    assert spent.n_tokens > 4_000


def test_an_answer_without_usage_is_counted_at_our_estimate(
    tmp_path: Path, server: ModelServer
) -> None:
    server.faults = (Fault.NO_USAGE,)
    with desk(tmp_path, server) as one:
        asyncio.run(one.judge.extract(CLAIM, READING))
        question = next(iter(one.judge.extractions(CLAIM, READING)))[0]
        call = one.memory.answer(one.judge.asking.key(question))
    assert call is not None
    assert call.is_estimated
    assert call.n_tokens > 0


def test_an_unknown_model_stops_everything_with_one_clear_line(
    tmp_path: Path, server: ModelServer
) -> None:
    with desk(tmp_path, server, model="nobody") as one:
        with pytest.raises(JudgeUnavailable, match="nobody does not exist"):
            asyncio.run(one.judge.extract(CLAIM, READING))
        with pytest.raises(JudgeUnavailable):
            asyncio.run(one.judge.extract(CLAIM, READING))
    assert server.asked["POST"] == 1


def test_a_key_that_an_endpoint_echoes_is_struck_out(tmp_path: Path, server: ModelServer) -> None:
    server.faults = (Fault.ECHOES_KEY,)
    with desk(tmp_path, server) as one, pytest.raises(JudgeUnavailable) as told:
        asyncio.run(one.judge.extract(CLAIM, READING))
    assert server.keys == {KEY}
    assert KEY not in str(told.value)
    assert "***" in str(told.value)


def test_a_paper_is_read_once_for_all_claims(tmp_path: Path, server: ModelServer) -> None:
    other = claim("wicks-burn", "A longer wick burns for a longer time in every lantern.")
    with desk(tmp_path, server) as one:
        asyncio.run(one.judge.extract(CLAIM, READING))
        asyncio.run(one.judge.extract(other, READING))
    assert server.asked["step extract"] == 1


def test_what_no_round_could_answer_is_not_asked_again_for_another_claim_in_the_same_run(
    tmp_path: Path, server: ModelServer
) -> None:
    other = claim("wicks-burn", "A longer wick burns for a longer time in every lantern.")
    server.faults, server.n_faulty = (Fault.CUT_OFF,), 3
    with desk(tmp_path, server) as one:
        for asked in (CLAIM, other):
            with pytest.raises(MalformedAnswer):
                asyncio.run(one.judge.extract(asked, READING))
        assert outcomes(one) == {"cut off": 3}
        one.begin("the next run")
        assert asyncio.run(one.judge.extract(CLAIM, READING))
    assert server.asked["step extract"] == 4


def test_an_answer_that_today_would_not_pass_is_asked_for_anew_once(
    tmp_path: Path, server: ModelServer
) -> None:
    with desk(tmp_path, server) as one:
        question, about, _ = next(iter(one.judge.extractions(CLAIM, READING)))
        asyncio.run(one.judge.asking(question, about, str))
        server.says = '{"findings": []}'
        n_before = server.n_answers
        for _ in range(2):
            assert asyncio.run(one.judge.asking(question, about, only_few)) == server.says
    assert server.n_answers == n_before + 1


def only_few(text: str) -> str:
    """An answer of at most 20 characters, and no other."""
    if len(text) > 20:
        raise MalformedAnswer("it is too long by the rules of today")
    return text


def test_a_question_that_two_ask_at_once_is_asked_once(tmp_path: Path, server: ModelServer) -> None:
    server.delay_s = 0.1

    async def both(one: ModelDesk) -> None:
        await asyncio.gather(*(one.judge.extract(CLAIM, READING) for _ in range(5)))

    with desk(tmp_path, server) as one:
        asyncio.run(both(one))
    assert server.asked["step extract"] == 1


def test_the_second_look_sees_the_claim_and_the_quote_and_nothing_else(
    tmp_path: Path, server: ModelServer
) -> None:
    quote = "lanterns gave the same colour twice in 83 % of trials"
    with desk(tmp_path, server, second_model="another-1") as one:
        verdict = asyncio.run(one.judge.second_look(CLAIM, quote, Relation.SUPPORTS))
    asked = server.bodies[0]
    assert verdict.relation is Relation.SUPPORTS
    assert asked["model"] == "another-1"
    assert asked["input"][0]["content"] == (
        f"<claim>\n{CLAIM.text}\n</claim>\n\n<quote>\n{quote}\n</quote>"
    )
    assert "SUPPORTS" not in json.dumps(asked["input"])


def test_a_quote_without_a_word_of_the_claim_is_not_even_asked_for(
    tmp_path: Path, server: ModelServer
) -> None:
    with desk(tmp_path, server) as one:
        looked = one.judge.second_look(CLAIM, "markets fell in autumn", Relation.SUPPORTS)
        verdict = asyncio.run(looked)
    assert verdict.relation is Relation.NO_BEARING
    assert server.n_answers == 0


def test_a_quote_that_says_it_only_weakly_does_not_carry_it(
    tmp_path: Path, server: ModelServer
) -> None:
    server.says = json.dumps(say.verdict("SUPPORTS", slots=False, strength="weak"))
    with desk(tmp_path, server) as one:
        looked = one.judge.second_look(CLAIM, READING.passages[0].text, Relation.SUPPORTS)
        verdict = asyncio.run(looked)
    assert verdict.relation is Relation.NO_BEARING
    assert "SUPPORTS only weakly" in verdict.reason
    assert server.n_answers == 1


def test_a_model_that_finds_a_bearing_on_the_control_is_not_believed(
    tmp_path: Path, server: ModelServer
) -> None:
    server.obeys = True
    quote = "Lanterns twice gave a colour, and all that is asked of them holds [ref 0]"
    assert not speaks_to_a_judge(quote)
    with desk(tmp_path, server) as one, pytest.raises(MalformedAnswer, match="nothing can bear"):
        asyncio.run(one.judge.second_look(CLAIM, quote, Relation.SUPPORTS))


def test_words_that_do_not_stand_are_asked_for_once_more_and_then_refused(
    tmp_path: Path, server: ModelServer
) -> None:
    passage = READING.passages[0]
    citation = Citation(passage_id=passage.id, quote="lanterns sing in the rain at noon")
    with desk(tmp_path, server) as one:
        with pytest.raises(QuoteNotFound):
            asyncio.run(one.judge.repair(CLAIM, citation, passage))
        assert set(one.memory.spent()) == {CLAIM.id}
    assert server.asked["step requote"] == 1


def test_a_long_paper_is_shown_in_portions_and_its_abstract_for_itself(
    tmp_path: Path, server: ModelServer
) -> None:
    of = READING.paper
    body = [
        Passage(paper=of.id, source=TextSource.PAPER, text=f"{n} {'w' * 1_990}", start=n, end=n + 9)
        for n in range(60)
    ]
    reading = Reading(paper=of, passages=(*READING.passages, *body))
    with desk(tmp_path, server) as one:
        asked = list(one.judge.extractions(CLAIM, reading))
        alone = list(one.judge.extractions(CLAIM, READING))
    assert asked[0][0] == alone[0][0]
    labels = [
        question.answer_schema["$defs"]["Quoted"]["properties"]["passage"]["enum"]
        for question, _, _ in asked
    ]
    assert [len(closed) for closed in labels] == [1, 24, 24, 12]
    shown = "".join(question.shown for question, _, _ in asked)
    assert all(shown.count(f"\n{passage.text}\n") == 1 for passage in reading.passages)


def test_the_signature_changes_with_whatever_could_change_an_answer(
    tmp_path: Path, server: ModelServer
) -> None:
    signed = set()
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"model": "another-1"},
        {"second_model": "another-1"},
        {"temperature": 0.0},
    )
    for n, changed in enumerate(changes):
        with desk(tmp_path / str(n), server, **changed) as one:
            signed.add(one.judge.signature)
    with serving() as elsewhere, desk(tmp_path / "elsewhere", elsewhere) as one:
        signed.add(one.judge.signature)
    assert len(signed) == 5


def test_every_request_is_kept_whole(tmp_path: Path, server: ModelServer) -> None:
    with desk(tmp_path, server) as one:
        asyncio.run(one.judge.extract(CLAIM, READING))
        question = next(iter(one.judge.extractions(CLAIM, READING)))[0]
        call = one.memory.answer(one.judge.asking.key(question))
    assert call is not None
    assert call.outcome is CallOutcome.ANSWERED
    assert call.model_reported == "invented-1-2026-11-01"
    assert call.request_id
    assert call.shown == question.shown
    assert call.prompt == question.prompt.hash
    assert call.settings == {"max_output_tokens": "4000"}
    assert (call.paper, call.claim_revision) == (str(READING.paper.id), None)
