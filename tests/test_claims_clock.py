"""Moments are aware and in UTC, and windows are half-open."""

from datetime import UTC, date, datetime, timedelta

import pytest

from claims.clock import Window, parse_moment, start_of, utc_now
from claims.errors import SettingsError

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-06-30T12:00", NOON),
        ("2026-06-30T12:00:00Z", NOON),
        ("2026-06-30T14:00+02:00", NOON),
    ],
)
def test_a_written_moment_is_read_as_utc(written: str, moment: datetime) -> None:
    read = parse_moment(written)
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-01", "30.6.2026"])
def test_what_is_no_date_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(SettingsError, match="is not a date: write it as 2026-06-30"):
        parse_moment(written)


def test_a_window_holds_its_start_and_not_its_end() -> None:
    window = Window(start_of(date(2026, 6, 29)), start_of(date(2026, 6, 30)))
    assert window.since in window
    assert window.until - timedelta(microseconds=1) in window
    assert window.until not in window
    assert window.since - timedelta(microseconds=1) not in window


def test_two_windows_that_meet_share_no_moment() -> None:
    day = timedelta(days=1)
    assert NOON not in Window(NOON - day, NOON)
    assert NOON in Window(NOON, NOON + day)


def test_an_empty_window_holds_nothing_and_an_upside_down_one_is_refused() -> None:
    assert NOON not in Window(NOON, NOON)
    with pytest.raises(SettingsError, match="since 2026-06-30 is after until 2026-06-29"):
        Window(NOON, NOON - timedelta(days=1))


def test_reaching_back_moves_only_the_start() -> None:
    window = Window(NOON, NOON + timedelta(days=1)).reaching_back(timedelta(days=7))
    assert window == Window(NOON - timedelta(days=7), NOON + timedelta(days=1))


def test_the_present_moment_is_aware() -> None:
    assert utc_now().utcoffset() == timedelta(0)
