"""A claim's date: what EDTF lets people write, and what is newer than it."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.dates import ClaimDate
from tests.fakes import claim


@pytest.mark.parametrize(
    ("written", "first", "last", "newer_after"),
    [
        ("2024", "2024-01-01", "2024-12-31", "2024-01-01"),
        ("2025~", "2025-01-01", "2025-12-31", "2025-01-01"),
        ("2025?", "2025-01-01", "2025-12-31", "2025-01-01"),
        ("2025%", "2025-01-01", "2025-12-31", "2025-01-01"),
        ("2025-06", "2025-06-01", "2025-06-30", "2025-06-01"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02-01"),
        ("2025-06-30", "2025-06-30", "2025-06-30", "2025-06-30"),
        ("202X", "2020-01-01", "2029-12-31", "2020-01-01"),
        ("2024/2025", "2024-01-01", "2025-12-31", "2025-01-01"),
        ("2024~/2025~", "2024-01-01", "2025-12-31", "2025-01-01"),
        ("2024-06/2025", "2024-06-01", "2025-12-31", "2025-01-01"),
        ("2024-06-02?/2025-08-08~", "2024-06-02", "2025-08-08", "2025-08-08"),
    ],
)
def test_a_date_covers_its_days_and_newer_means_after_its_last_stated_start(
    written: str, first: str, last: str, newer_after: str
) -> None:
    read = ClaimDate(written)
    assert read.first_day == date.fromisoformat(first)
    assert read.last_day == date.fromisoformat(last)
    assert read.newer_after == date.fromisoformat(newer_after)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2025-13",
        "2025-02-30",
        "25",
        "2024/2025/2026",
        "June 2024",
    ],
)
def test_what_is_no_edtf_date_is_refused_with_examples(written: str) -> None:
    with pytest.raises(ValueError, match="is not an EDTF date: write 2024, 2025~"):
        ClaimDate(written)


@pytest.mark.parametrize("written", ["XXXX", "Y170000002", "-0100", "2025/2024"])
def test_a_year_out_of_reach_or_an_interval_that_ends_first_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(written))):
        ClaimDate(written)


@pytest.mark.parametrize("written", ["2024/..", "../2024", "2024/", "/2024"])
def test_an_open_end_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=f"'{re.escape(written)}' has an open end"):
        ClaimDate(written)


@settings(max_examples=25)
@given(st.dates(min_value=date(1991, 1, 1), max_value=date(2099, 12, 31)))
def test_a_written_day_is_that_day(day: date) -> None:
    read = ClaimDate(day.isoformat())
    assert read.first_day == read.last_day == read.newer_after == day


def test_dates_are_equal_and_hashed_by_their_text() -> None:
    assert ClaimDate(" 2024 ") == ClaimDate("2024")
    assert ClaimDate("2024") != ClaimDate("2024~")
    assert len({ClaimDate("2024"), ClaimDate("2024 "), ClaimDate("2024?")}) == 2
    assert str(ClaimDate("2024~")) == "2024~"
    assert repr(ClaimDate("2024~")) == "ClaimDate('2024~')"


def test_a_claim_takes_a_bare_year_and_a_day_as_toml_writes_them() -> None:
    assert claim(as_of=2024).as_of == ClaimDate("2024")  # type: ignore[arg-type]
    assert claim(as_of=date(2024, 6, 30)).as_of == ClaimDate("2024-06-30")  # type: ignore[arg-type]
