"""What training makes of a labelled pair: the same finding in other forms and other words.

The sentences are written for these tests; lamps and candles stand for treatments.
"""

import random

import pytest

from agents.training import corpora, trials
from agents.training.pair import CONTRADICTS, NO_BEARING, SUPPORTS, Pair
from agents.training.rewording import reworded

_QUOTE = "Reading time was lower under the lamp than under the candle."


def _rng(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - examples, not secrets


_GIVEN = [
    "There is no significant difference in reading time between lamp and candle.",
    "Reading time does not differ significantly between lamp and candle.",
    "Lamp and candle are similar with regard to reading time.",
    "Compared with candle, lamp does not significantly change reading time.",
    "Lamp has no significant effect on reading time compared with candle.",
    "Compared with candle, lamp significantly reduces reading time.",
    "Reading time is significantly decreased by lamp relative to candle.",
    "Lamp leads to lower reading time than candle.",
    "Reading time is lower with lamp than with candle.",
    "Lamp decreases reading time compared with candle.",
]


def _made(kind: str, hypothesis: str = _GIVEN[-1]) -> dict[str, int]:
    row = {"premise": _QUOTE, "hypothesis": hypothesis, "kind": kind}
    some = (trials.claims([row], _rng(seed)) for seed in range(200))
    return {pair.claim: pair.label for pairs in some for pair in pairs}


@pytest.mark.parametrize("hypothesis", _GIVEN)
def test_each_given_form_is_taken_apart(hypothesis: str) -> None:
    assert _made("right_down", hypothesis) == _made("right_down")


@pytest.mark.parametrize(
    ("kind", "claim", "label"),
    [
        ("right_down", "Lamp cuts reading time.", SUPPORTS),
        ("right_down", "Candle keeps reading time higher than lamp does.", SUPPORTS),
        ("right_down", "Lamp does not increase reading time.", SUPPORTS),
        ("right_down", "Lamp does not bring down reading time.", CONTRADICTS),
        ("right_down", "Lamp makes no difference to reading time.", CONTRADICTS),
        ("right_up", "Lamp cuts reading time.", CONTRADICTS),
        ("right_up", "Reading time is not lower with lamp than with candle.", SUPPORTS),
        ("right_same", "Lamp does not reduce reading time.", SUPPORTS),
        ("right_same", "Lamp does not increase reading time.", SUPPORTS),
        ("right_same", "Lamp affects reading time.", CONTRADICTS),
    ],
)
def test_a_form_is_true_of_some_findings_only(kind: str, claim: str, label: int) -> None:
    assert _made(kind)[claim] == label


@pytest.mark.parametrize(
    "hypothesis",
    [
        "Compared with oil, wax, lamp significantly reduces reading time.",
        "Compared with candle (tallow, wax), lamp significantly reduces reading time.",
    ],
)
def test_what_cannot_be_taken_apart_for_sure_is_left_out(hypothesis: str) -> None:
    assert _made("right_down", hypothesis) == {}


def test_only_the_first_part_loses_its_capital() -> None:
    assert "Lamp is linked to lower Reading Test time." in _made(
        "right_down", "Lamp decreases Reading Test time compared with candle."
    )


def test_a_quote_about_another_outcome_has_no_bearing() -> None:
    assert set(_made("nei_other_outcome_same_article").values()) == {NO_BEARING}


def test_both_labels_come_equally_often() -> None:
    row = {"premise": _QUOTE, "hypothesis": _GIVEN[-1], "kind": "right_down"}
    labels = [pair.label for pair in trials.claims([row], _rng(7))]
    assert labels.count(SUPPORTS) == labels.count(CONTRADICTS) == 3


def test_words_are_exchanged_for_words_of_the_same_meaning() -> None:
    told = {reworded("Light reduces mortality.", _rng(seed)) for seed in range(200)}
    assert "Light lowers death rates." in told
    assert "Light reduces mortality." in told
    assert all(text.startswith("Light ") and "raises" not in text for text in told)


def test_a_word_of_several_meanings_is_never_exchanged() -> None:
    text = (
        "We talk about light above the table: the leading cause of death, state-of-the-art results "
        "in translation, early use of lamps, survival, and a risk that increases with age."
    )
    assert {reworded(text, _rng(seed)) for seed in range(50)} == {text}


def test_a_capital_stays_where_it_was() -> None:
    told = {reworded("Mortality fell in the ICU.", _rng(seed)) for seed in range(50)}
    assert "Death rates fell in the intensive care unit." in told
    told |= {reworded("Treatment with light helps.", _rng(seed)) for seed in range(50)}
    assert all(text[0].isupper() for text in told)


def test_a_reworded_pair_knows_what_it_was() -> None:
    said = Pair(evidence="Light reduces mortality.", claim="Nothing.", label=SUPPORTS, source="x")
    made = [pair for seed in range(9) for pair in corpora.in_other_words([said], _rng(seed))]
    assert made
    assert {pair.reworded_from for pair in made} == {(said.evidence, said.claim)}
    assert all(pair.label == SUPPORTS and pair.evidence != said.evidence for pair in made)
