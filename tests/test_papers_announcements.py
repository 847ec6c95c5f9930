from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.announcements import EASTERN, feed_day, last_announcement, next_announcement

SECONDS = st.integers(
    min_value=int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()),
    max_value=int(datetime(2035, 1, 1, tzinfo=UTC).timestamp()),
)
MOMENTS = SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-11-23T19:59", "2026-11-22T20:00", "2026-11-23T20:00"),
        ("2026-11-23T20:00", "2026-11-23T20:00", "2026-11-24T20:00"),
        # Thursday evening's is the last one of the week.
        ("2026-11-27T12:00", "2026-11-26T20:00", "2026-11-29T20:00"),
        ("2026-11-29T12:00", "2026-11-26T20:00", "2026-11-29T20:00"),
        # In the night of the change to standard time.
        ("2026-11-01T20:30", "2026-11-01T20:00", "2026-11-02T20:00"),
    ],
)
def test_papers_are_announced_sunday_to_thursday_at_eight(
    now: str, last: str, following: str
) -> None:
    assert last_announcement(eastern(now)) == eastern(last)
    assert next_announcement(eastern(now)) == eastern(following)


def test_the_hour_in_utc_moves_with_daylight_saving() -> None:
    assert last_announcement(eastern("2026-07-01T21:00")).hour == 0
    assert last_announcement(eastern("2026-12-01T21:00")).hour == 1


def test_a_feed_bears_the_date_of_the_day_after() -> None:
    assert feed_day(last_announcement(eastern("2026-11-23T21:00"))) == date(2026, 11, 24)


@given(MOMENTS)
def test_a_moment_lies_between_two_announcements(moment: datetime) -> None:
    last, following = last_announcement(moment), next_announcement(moment)
    assert last <= moment < following
    assert timedelta(hours=23) <= following - last <= timedelta(hours=73)
