"""What tokens cost, and that no ceiling is ever passed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.access import Access
from agents.budget import Amount, Budget, Ceilings, most_of
from agents.pricing import Price, read_prices, tariff_of
from agents.question import Question, Usage
from claims.errors import BudgetExceeded, LibraryError, SettingsError
from claims.run import Spent
from flows.settings import BudgetSettings, budget_of

HOSTED = Access(base_url="https://api.openai.com/v1")
HERE = Access(base_url="http://localhost:11434/v1")
ELSEWHERE = Access(base_url="https://models.example/v1")

amounts = st.tuples(st.integers(0, 500), st.integers(0, 500))


@given(st.lists(st.tuples(amounts, st.sampled_from(["a", "b"]), st.booleans()), max_size=40))
def test_no_ceiling_is_ever_passed(
    steps: list[tuple[tuple[int, int], str, bool]],
) -> None:
    budget = Budget(Ceilings(night_tokens=1_000, claim_tokens=700))
    spent = {"a": 0, "b": 0}
    for (most, real), claim_id, is_open in steps:
        real = min(real, most)  # noqa: PLW2901 - what a call costs is at most what was estimated
        try:
            budget.reserve(claim_id, Amount(n_tokens=most))
        except BudgetExceeded:
            continue
        if not is_open:
            budget.settle(claim_id, Amount(n_tokens=most), Amount(n_tokens=real))
        spent[claim_id] += most if is_open else real
        assert budget.total.n_tokens == sum(spent.values()) <= 1_000
        assert max(spent.values()) <= 700


def test_a_run_that_goes_on_counts_what_it_has_spent() -> None:
    budget = Budget(Ceilings(night_usd=1.0))
    budget.begin({"a": Spent(n_model_calls=3, n_tokens=10, cost_usd=0.9)})
    budget.reserve("a", Amount(usd=0.1))
    with pytest.raises(BudgetExceeded, match=r"the night \(1 USD\) is used up"):
        budget.reserve("b", Amount(usd=0.01))


def test_an_estimate_is_above_what_english_takes() -> None:
    shown = "A lantern that is asked twice gives the same colour in most trials. " * 50
    question = Question(
        step="x", model="m", instructions="Read.", shown=shown, answer_schema={}, max_output=100
    )
    n_words = len(shown.split())
    assert most_of(question).n_input > 1.4 * n_words
    assert most_of(question).n_output == 100


def test_an_estimate_is_above_what_signs_beyond_ascii_take() -> None:
    shown = "\U0001f3ee提灯は同じ色" * 50
    question = Question(
        step="x", model="m", instructions="Read.", shown=shown, answer_schema={}, max_output=100
    )
    assert most_of(question).n_input >= len(shown.encode())


def test_an_estimate_allows_for_all_input_being_written_to_a_cache() -> None:
    question = Question(
        step="x", model="m", instructions="Read.", shown="a", answer_schema={}, max_output=0
    )
    price = Price(input=1, output=1, written=2)
    most = most_of(question)
    assert price.usd(most) == pytest.approx(2 * most.n_input / 1e6)


def test_cached_and_written_input_have_prices_of_their_own() -> None:
    price = Price(input=1.0, cached=0.1, written=1.25, output=5.0)
    usage = Usage(n_input=1_000_000, n_cached=400_000, n_written=200_000, n_output=100_000)
    assert price.usd(usage) == pytest.approx(0.4 + 0.04 + 0.25 + 0.5)
    assert price.usd(usage, 0.5) == pytest.approx(price.usd(usage) / 2)


def test_prices_are_dated_and_hold_for_the_host_they_are_of() -> None:
    hosted = tariff_of(HOSTED)
    assert hosted.of("gpt-6-luna") is not None
    assert hosted.of("gpt-6-luna-2026-09-22") == hosted.of("gpt-6-luna")
    assert hosted.of("nobody") is None
    assert "prices of 2026-11-05" in hosted.told
    assert hosted.batch_share == 0.5
    assert tariff_of(ELSEWHERE).of("gpt-6-luna") is None
    assert tariff_of(HERE).usd("anything", Usage(n_input=9, n_output=9)) == 0


def test_a_table_of_ones_own_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        'as_of = "2026-12-01"\nsource = "my contract"\n[models]\n'
        '"gpt-6-luna" = { input = 9.0, output = 9.0 }\n'
    )
    told = tariff_of(HOSTED, file)
    price = told.of("gpt-6-luna")
    assert price is not None
    assert price.input == 9.0
    assert told.of("gpt-6-sol") is not None
    assert told.told.startswith("prices of 2026-12-01 (my contract)")
    file.write_text(
        'as_of = "2026-12-01"\nsource = "x"\n[models]\n"m" = { input = -1, output = 1 }'
    )
    with pytest.raises(SettingsError, match=r"prices.toml:\d+: models"):
        read_prices(file)
    with pytest.raises(LibraryError):
        read_prices(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "usd", "tokens"),
    [
        ("2.50", 2.5, 2_000_000),
        ("$3", 3.0, 2_000_000),
        ("0.5 usd", 0.5, 2_000_000),
        ("500000 tokens", None, 500_000),
        ("500k tokens", None, 500_000),
        ("1.5M tok", None, 1_500_000),
        ("12,000t", None, 12_000),
    ],
)
def test_a_budget_is_written_in_dollars_or_tokens(
    text: str, usd: float | None, tokens: int
) -> None:
    budget = budget_of(text, BudgetSettings())
    assert (budget.night_usd, budget.night_tokens) == (usd, tokens)


@pytest.mark.parametrize("text", ["", "much", "-1", "5 euros", "1e9", "k tokens"])
def test_what_is_no_budget_says_how_to_write_one(text: str) -> None:
    with pytest.raises(SettingsError, match=r"write 2\.50"):
        budget_of(text, BudgetSettings())
