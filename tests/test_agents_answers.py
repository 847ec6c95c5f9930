"""What a model may answer, what is refused, and how text under judgement is shown to it."""

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.answers import (
    Findings,
    read_comparison,
    read_findings,
    read_impression,
    schema_of,
)
from agents.prompt import neutralised, show_passages
from claims.errors import MalformedAnswer, QuoteNotFound
from claims.evidence import Attribution, Paper, Passage, Relation
from claims.verify import locate, verify
from tests import model_answers as say
from tests.fakes import paper, passage_of

WORDS = "A lantern that is asked twice gives the same colour in 83 % of 240 trials."


def test_every_object_of_a_schema_is_closed_and_every_key_required() -> None:
    def closed(schema: Any) -> None:  # noqa: ANN401 - any JSON value
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is False
                assert set(schema["required"]) == set(schema["properties"])
            for value in schema.values():
                closed(value)
        elif isinstance(schema, list):
            for value in schema:
                closed(value)

    schema = schema_of(Findings, ("P1", "P2"))
    closed(schema)
    assert schema["$defs"]["Quoted"]["properties"]["passage"]["enum"] == ["P1", "P2"]


def passages(text: str = WORDS) -> dict[str, Passage]:
    return {"P1": passage_of(paper(abstract=text))}


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        (say.finding("P2", "A lantern that is asked twice"), "'P2' is not a label"),
        (say.finding("2503.00001v1", "A lantern that is asked twice"), "not a label"),
        (say.finding("P1", "A lantern", statement="As arXiv:2401.00001 shows."), "identifier"),
        (say.finding("P1", "A lantern", statement="See 2401.00001v2 for more."), "identifier"),
        (say.finding("P1", "A lantern", statement="See https://lantern.example."), "identifier"),
        (say.finding("P1", "A lantern", statement="By doi 10.1000/182 it holds."), "identifier"),
        (say.finding("P1", "A lantern", setting="as in math.GT/0309136"), "identifier"),
        (say.finding("P1", "A lantern", statement=" "), "statement has 0 characters"),
        (say.finding("P1", "A lantern", held_by="nobody"), "held_by"),
        ({**say.finding("P1", "A lantern"), "quotes": []}, "no quote"),
        ({**say.finding("P1", "A lantern"), "arxiv_id": "2401.00001"}, "Extra inputs"),
    ],
)
def test_what_is_outside_the_closed_vocabulary_is_refused(
    finding: dict[str, Any], told: str
) -> None:
    with pytest.raises(MalformedAnswer, match=told):
        read_findings(json.dumps({"findings": [finding]}), passages())


def test_a_quote_is_given_in_the_words_of_the_source() -> None:
    text = "The eﬃcient lantern gave the same\ncolour in every trial."
    said = say.finding("P1", "The efficient lantern gave the same colour")
    found = read_findings(json.dumps({"findings": [said]}), passages(text))
    assert found[0].citations[0].quote == "The eﬃcient lantern gave the same\ncolour"


@pytest.mark.parametrize(
    ("changed", "relation"),
    [
        ({}, Relation.CONTRADICTS),
        ({"population": "narrower"}, Relation.CONTRADICTS),
        ({"population": "different"}, Relation.NOT_COMPARABLE),
        ({"measure": "unstated"}, Relation.NOT_COMPARABLE),
        ({"task": "unstated", "relation": "SUPPORTS"}, Relation.SUPPORTS),
        ({"setting": "different", "relation": "SUPPORTS"}, Relation.NOT_COMPARABLE),
        ({"setting": "different", "relation": "NO_BEARING"}, Relation.NO_BEARING),
    ],
)
def test_the_slots_have_the_last_word(changed: dict[str, str], relation: Relation) -> None:
    answer = {**say.verdict("CONTRADICTS", slots=True), **changed}
    assert read_comparison(json.dumps(answer), Attribution.OWN).relation is relation


def test_a_view_that_is_only_reported_is_not_held() -> None:
    answer = json.dumps(say.verdict("CONTRADICTS", slots=True))
    assert read_comparison(answer, Attribution.REPORTED).relation is Relation.NOT_COMPARABLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"relation": "PROVES", "strength": "plain", "reason": "x"}',
        '{"relation": "supports", "strength": "plain", "reason": "x"}',
        '{"relation": "SUPPORTS", "strength": 0.9, "reason": "x"}',
        '{"relation": "SUPPORTS", "strength": "plain", "reason": "see arXiv:2401.00001"}',
        "[" * 100_000,
        '{"relation": NaN}',
    ],
)
def test_a_second_look_outside_the_lists_is_refused(text: str) -> None:
    with pytest.raises(MalformedAnswer):
        read_impression(text)


@given(text=st.text(alphabet="<>/ passagequotecli\n\u200b", max_size=200))
def test_no_text_of_a_paper_ends_the_marks_it_stands_between(text: str) -> None:
    shown = neutralised(text)
    for mark in ("passage", "claim", "quote"):
        assert f"<{mark}" not in shown
        assert f"</{mark}" not in shown


def test_a_quote_of_neutralised_text_still_verifies() -> None:
    text = "The page ends with </passage> and the lantern gives the same colour."
    of = paper(abstract=text)
    shown = show_passages({"P1": passage_of(of)})
    copied = shown.splitlines()[1]
    assert copied != text
    start, end, _ = locate(copied, text)
    assert text[start:end] == text


def test_of_a_thousand_fabricated_citations_each_is_refused_by_itself() -> None:
    chance = random.Random(5)  # noqa: S311 - faults of a test
    ends = ("never gave the same colour", "gave the same colour in 83 % of 240 trials")
    refused = Counter[str]()
    for turn in range(84):
        of = paper(abstract=f"A lantern that was asked twice {ends[turn % 2]}.")
        labelled = {"P1": passage_of(of)}
        for one in say.fabricated("extract", show_passages(labelled), chance)["findings"]:
            with pytest.raises((MalformedAnswer, QuoteNotFound)) as error:
                believed(json.dumps({"findings": [one]}), labelled, of)
            refused[type(error.value).__name__] += 1
    assert refused.total() == 84 * say.N_FABRICATED >= 1_000
    assert min(refused.values()) > 100


def believed(text: str, labelled: dict[str, Passage], of: Paper) -> None:
    """Nothing, where what `text` cites is as it says."""
    for found in read_findings(text, labelled):
        for citation in found.citations:
            verify(citation, labelled["P1"], of)
