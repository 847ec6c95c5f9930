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


@given(st.tuples(likelihoods(), likelihoods(), likelihoods()), st.integers(0, 10**6))
def test_the_shares_of_all_readings_together_add_up_to_one(
    readings: tuple[Likelihood, ...], n_words: int
) -> None:
    whole = together(readings, n_words, WEIGHTS)
    shares = (whole.supports, whole.contradicts, whole.no_bearing)
    assert abs(sum(shares) - 1) < 1e-9
    assert all(-1e-9 <= share <= 1 for share in shares)


@given(st.tuples(likelihoods(), likelihoods(), likelihoods()))
def test_the_longer_the_passage_the_less_it_is_taken_to_bear(
    readings: tuple[Likelihood, ...],
) -> None:
    short, long = (together(readings, n, WEIGHTS).no_bearing for n in (20, 200))
    assert short <= long


def test_what_two_readings_see_outweighs_a_weaker_third() -> None:
    told = together((read(0.1, 0.8), read(0.1, 0.8), read(0.5, 0.4)), 30, WEIGHTS)
    assert told.agreement < 0
    assert told.contradicts > told.supports


def test_a_share_of_nothing_is_no_certainty() -> None:
    told = together((read(0.0, 1.0),) * 3, 30, WEIGHTS)
    assert 0 < told.supports < told.contradicts < 1
