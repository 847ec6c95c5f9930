"""Amounts in running text, and how two of them compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.amounts import Place, amounts_in, compared, matches, place
from claims.claim import Bound, Quantity
from tests import fakes


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("reach 85% of the fidelity", 85, 85, "%"),
        ("a fidelity of 60-70%", 60, 70, "%"),
        ("between 1,200 and 2,400 tokens of context", 1200, 2400, "token"),
        ("errors fall 2.5-fold", 2.5, 2.5, "times"),
        ("a threefold rise of errors", 3, 3, "times"),
        ("fidelity rose by 3.2 percentage points", 3.2, 3.2, "points"),
        ("trained on 2.5 billion tokens of dialogue", 2.5e9, 2.5e9, "token"),
        ("answers within 200 ms of delay", 200, 200, "ms"),
        ("an index of 40 GB", 40, 40, "GB"),
    ],
)
def test_an_amount_is_read_with_its_unit(text: str, low: float, high: float, unit: str) -> None:
    (amount,) = amounts_in(text)
    assert (amount.low, amount.high, amount.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "text",
    [
        "fidelity fell in 2024",
        "p < 0.05 for fidelity",
        "an odds ratio with 95% CI",
        "as Figure 3.2 shows",
        "the senses of WordNet 3.0",
        "fidelity of " + "9" * 500 + "%",
    ],
)
def test_a_number_that_is_no_finding_is_left_out(text: str) -> None:
    assert amounts_in(text) == ()


@given(st.text(alphabet="0123456789.,-–% ab", max_size=60))  # noqa: RUF001 - the dash of a range
def test_any_run_of_digits_and_marks_is_read_as_finite_amounts(text: str) -> None:
    for amount in amounts_in(text):
        assert Quantity.model_validate_json(amount.model_dump_json()) == amount


def test_a_little_outside_is_still_inside() -> None:
    claimed = Quantity(measure="fidelity", low=60, high=70, unit="%")
    found = [Quantity(measure="fidelity", low=n, high=n, unit="%") for n in (40, 58, 65, 75, 91)]
    assert [place(claimed, amount) for amount in found] == [
        Place.BELOW,
        Place.INSIDE,
        Place.INSIDE,
        Place.INSIDE,
        Place.ABOVE,
    ]


def test_a_number_of_which_one_end_is_open_is_a_bound() -> None:
    texts = [
        "a fidelity of at least 80%",
        "fidelity under 60%",
        "fidelity > 90%",
        "fidelity of 70%",
    ]
    bounds = [amount.bound for text in texts for amount in amounts_in(text)]
    assert bounds == [Bound.AT_LEAST, Bound.AT_MOST, Bound.AT_LEAST, None]
    assert str(amounts_in(texts[0])[0]) == "at least 80% fidelity"


@pytest.mark.parametrize(
    ("claimed", "found", "where"),
    [
        ("a fidelity of at least 80%", "a fidelity of 97%", Place.INSIDE),
        ("a fidelity of at least 80%", "a fidelity of 40%", Place.BELOW),
        ("a fidelity of at most 20%", "a fidelity of 6%", Place.INSIDE),
        ("a fidelity of at most 20%", "a fidelity of 60%", Place.ABOVE),
        ("a fidelity of 76-85%", "a fidelity of over 50%", Place.ACROSS),
        ("a fidelity of 76-85%", "a fidelity of less than 50%", Place.BELOW),
        ("a fidelity of at least 80%", "a fidelity of over 90%", Place.INSIDE),
        ("a delay of 2 seconds", "a delay of 1,950 ms", Place.INSIDE),
        ("a delay of 2 seconds", "a delay of 3 minutes", Place.ABOVE),
        ("an index of 40 GB", "an index of 300 MB", Place.BELOW),
    ],
)
def test_amounts_are_compared_as_ranges_in_one_unit(claimed: str, found: str, where: Place) -> None:
    (match,) = matches(amounts_in(claimed), amounts_in(found))
    assert match.place is where


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        ("fidelity rose by 5%", "fidelity rose by 5 points"),
        ("fidelity over 20 turns", "fidelity over 20 layers"),
        ("a delay of 2 seconds", "a delay of 2 GB"),
        ("84.5% accuracy on Hi-ToM", "90% fewer tokens on Hi-ToM"),
        ("84.5% accuracy on Hi-ToM", "cuts its tokens on Hi-ToM by up to 90%"),
        ("84.5% accuracy on Hi-ToM", "keeps 97% of its accuracy on Hi-ToM"),
        ("84.5% accuracy on Hi-ToM", "97% of the full model's performance on Hi-ToM"),
        ("84.5% accuracy on Hi-ToM", "an improvement of 90% on Hi-ToM accuracy"),
        ("84.5% accuracy on Hi-ToM", "a 12% relative error reduction on Hi-ToM"),
        ("84.5% accuracy on Hi-ToM", "97% of the accuracy of the dense model on Hi-ToM"),
        ("30% fewer tokens on Hi-ToM", "30% more tokens on Hi-ToM"),
    ],
)
def test_amounts_of_units_that_measure_different_things_do_not_meet(
    claimed: str, found: str
) -> None:
    assert not matches(amounts_in(claimed), amounts_in(found))


@pytest.mark.parametrize(
    ("claimed", "found", "where"),
    [
        ("30% fewer tokens on Hi-ToM", "it cuts its tokens on Hi-ToM by 90%", Place.ABOVE),
        ("95% of its accuracy on Hi-ToM", "keeps 97% of their accuracy on Hi-ToM", Place.INSIDE),
        ("30% fewer tokens", "a reduction of its tokens by as much as 90%", Place.ABOVE),
        ("a figure endorsed by 30% of raters", "was endorsed by 60% of raters", Place.ABOVE),
        ("endorsed by 30% of raters", "endorsed by raters, by 60% overall", Place.ABOVE),
        ("an accuracy of 85%", "an accuracy of 85% drops to half", Place.INSIDE),
        ("an accuracy of 85%", "an accuracy of 85% relative to the rest", Place.INSIDE),
        ("an accuracy of 85%", "an accuracy of 85% and a gain in speed", Place.INSIDE),
        ("70% of questions", "70% of questions with high scores", Place.INSIDE),
    ],
)
def test_a_share_of_something_else_meets_its_like(claimed: str, found: str, where: Place) -> None:
    (match,) = matches(amounts_in(claimed), amounts_in(found))
    assert match.place is where


def test_a_written_quantity_is_the_share_that_its_claim_says() -> None:
    written = Quantity(measure="tokens on Hi-ToM", low=30, high=30, unit="%")
    claim = fakes.claim(text="It needs 30 % fewer tokens on Hi-ToM.", quantities=(written,))
    assert compared(claim, amounts_in("It needs 60% fewer tokens on Hi-ToM."))
    assert not compared(claim, amounts_in("60% of all tokens on Hi-ToM are names."))
    assert not compared(claim, amounts_in("30% more tokens on Hi-ToM."))
    turns = claim.model_copy(update={"text": f"After 30 turns: {claim.text}"})
    assert compared(turns, amounts_in("It needs 60% fewer tokens on Hi-ToM."))


def test_a_ceiling_has_no_slack_above() -> None:
    claimed = Quantity(measure="fidelity", low=70, high=70, unit="%")
    found = [Quantity(measure="fidelity", low=n, high=n, unit="%") for n in (65, 70, 70.2)]
    places = [place(claimed, amount, is_ceiling=True) for amount in found]
    assert places == [Place.INSIDE, Place.INSIDE, Place.ABOVE]


def test_amounts_of_another_measure_or_unit_do_not_meet() -> None:
    claimed = (Quantity(measure="tone fidelity", low=60, high=70, unit="%"),)
    assert matches(claimed, amounts_in("a tone fidelity of 65%"))
    assert not matches(claimed, amounts_in("a tone fidelity of 65 turns"))
    assert not matches(claimed, amounts_in("a market share of 65%"))


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The best accuracy on Hi-ToM is 84.5 %.", "GPT-5.4 reaches 100 % on Hi-ToM with it."),
        ("Agents resolve 49 % of SWE-bench at best.", "It resolves 77 % of SWE-bench tasks."),
    ],
)
def test_a_measure_with_a_hyphen_in_its_name_meets_itself(claim: str, quote: str) -> None:
    (match,) = matches(amounts_in(claim), amounts_in(quote))
    assert match.place is Place.ABOVE


def test_half_of_a_name_is_another_measure() -> None:
    ours = amounts_in("The best accuracy on Hi-ToM is 84.5 %.")
    assert matches(ours, amounts_in("GPT-5.4 reaches 100 % on Big-ToM with it.")) == ()
