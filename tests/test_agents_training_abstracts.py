"""Pairs from abstracts: results beside results of other papers, for a teacher to read."""

import random

from agents.training import abstracts
from agents.training.pair import UNKNOWN, Pair

_TOLD = [
    [
        "We study how retrieval changes the accuracy of question answering in small models.",
        "Retrieval increases the accuracy of question answering by 12 percent in small models.",
    ],
    [
        "We look again at retrieval for question answering, with larger models and more questions.",
        "Retrieval reduces the accuracy of question answering when the retrieved pages are wrong.",
    ],
    ["Whales sing longer songs in winter than they do in summer, as recordings show."],
]


def _met(seed: int) -> list[Pair]:
    near = abstracts.near_in(_TOLD)
    rng = random.Random(seed)  # noqa: S311 - examples, not secrets
    return abstracts.neighbours(_TOLD, "papers", near, rng)


def test_a_result_meets_sentences_of_other_papers_only() -> None:
    met = [pair for seed in range(20) for pair in _met(seed)]
    of_first = {pair.evidence for pair in met if "percent" in pair.claim}
    of_second = {pair.evidence for pair in met if "wrong" in pair.claim}
    assert of_first
    assert of_first <= {*_TOLD[1]}
    assert of_second
    assert of_second <= {*_TOLD[0]}


def test_nobody_has_labelled_what_is_met() -> None:
    assert {(pair.label, pair.source) for pair in _met(3)} == {(UNKNOWN, "papers-met")}


def test_a_result_is_met_as_it_is_and_as_its_contrary() -> None:
    claims = {pair.claim for seed in range(40) for pair in _met(seed) if "percent" in pair.claim}
    assert any("increases" in claim or "raises" in claim for claim in claims)
    assert any("decreases" in claim or "not" in claim for claim in claims)


def test_the_same_seed_gives_the_same_pairs() -> None:
    assert _met(5) == _met(5)
