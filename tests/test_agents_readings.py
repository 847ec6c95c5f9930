"""Several readings of a passage put together: whether it bears on a claim, and which way."""

from hypothesis import given
from hypothesis import strategies as st

from agents.readings import Likelihood, Weights, together

WEIGHTS = Weights(whole=1.0, words=1.0, offset=-4.0, agreement=0.8)


@st.composite
def likelihoods(draw: st.DrawFn) -> Likelihood:
    supports = draw(st.floats(0, 1))
    contradicts = draw(st.floats(0, 1)) * (1 - supports)
    return Likelihood(
        supports=supports, contradicts=contradicts, no_bearing=1 - supports - contradicts
    )


def read(supports: float, contradicts: float) -> Likelihood:
    return Likelihood(
        supports=supports, contradicts=contradicts, no_bearing=1 - supports - contradicts
    )


@given(likelihoods(), likelihoods(), st.integers(0, 10**6))
def test_the_shares_of_both_readings_together_add_up_to_one(
    passage: Likelihood, best: Likelihood, n_words: int
) -> None:
    told = together(passage, best, n_words=n_words, weights=WEIGHTS)
    shares = (told.supports, told.contradicts, told.no_bearing)
    assert abs(sum(shares) - 1) < 1e-9
    assert all(-1e-9 <= share <= 1 for share in shares)


@given(likelihoods(), likelihoods())
def test_the_longer_the_passage_the_less_it_is_taken_to_bear(
    passage: Likelihood, best: Likelihood
) -> None:
    short, long = (
        together(passage, best, n_words=n, weights=WEIGHTS).no_bearing for n in (20, 200)
    )
    assert short <= long


def test_the_best_sentence_tells_the_direction_and_the_passage_whether_it_bears() -> None:
    told = together(read(0.5, 0.4), read(0.1, 0.8), n_words=30, weights=WEIGHTS)
    assert told.contradicts > told.supports
    silent = together(read(0.01, 0.01), read(0.1, 0.8), n_words=30, weights=WEIGHTS)
    assert silent.no_bearing > told.no_bearing


def test_a_share_of_nothing_is_no_certainty() -> None:
    told = together(read(0.0, 1.0), read(0.0, 1.0), n_words=30, weights=WEIGHTS)
    assert 0 < told.supports < told.contradicts < 1
