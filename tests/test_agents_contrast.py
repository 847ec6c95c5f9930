"""Contrasts for training: what is changed in a sentence, and what is left alone."""

import random

from hypothesis import given
from hypothesis import strategies as st

from agents.training import contrast

WALKS = "We find that daily walks improve the memory of older adults by 12% (n = 80)."


def drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - examples, not secrets


def test_what_introduces_a_finding_and_what_stands_in_brackets_are_left_out() -> None:
    told = contrast.retold(WALKS, drawn(1))
    assert told.startswith("Daily walks")
    assert "(" not in told


def test_a_turned_sentence_differs_in_one_place() -> None:
    for seed in range(20):
        told = contrast.turned("Daily walks improve memory by 12% in tests.", drawn(seed))
        assert told
        assert told != "Daily walks improve memory by 12% in tests."


def test_an_opposite_that_is_denied_keeps_the_meaning() -> None:
    told = contrast.turned_twice("Daily walks improve memory.", drawn(1))
    assert told == "Daily walks do not worsen memory."


def test_a_winner_and_a_loser_change_places() -> None:
    told = {
        contrast.turned("Brass bands beat string quartets on stage.", drawn(seed))
        for seed in range(40)
    }
    assert "String quartets beat Brass bands on stage." in told


def test_a_sentence_in_which_nothing_can_be_changed_gives_nothing() -> None:
    assert contrast.turned("Bees dance.", drawn(1)) is None
    assert contrast.moved("Bees dance.", (), drawn(1)) is None


@given(st.text(max_size=200), st.integers())
def test_any_text_is_changed_or_given_up(text: str, seed: int) -> None:
    rng = drawn(seed)
    told = (contrast.turned(text, rng), contrast.moved(text, ("Ada",), rng))
    assert all(one is None or isinstance(one, str) for one in told)
