"""When arXiv announces papers, and when its interfaces show them.

Source: arXiv's schedule of submissions and its OAI-PMH help. New papers are announced at 20:00
US Eastern time, Sunday to Thursday; OAI-PMH has them about 22:30, and the feeds are built at
midnight and bear the date of that new day. Public holidays, on which arXiv announces nothing,
are not known here.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EASTERN: Final = ZoneInfo("America/New_York")
ANNOUNCED_AT: Final = time(20)

SETTLED: Final = timedelta(hours=3, minutes=30)
"""After an announcement, until OAI-PMH surely has it: 2.5 hours by its help, and one to spare."""

_WEEKDAYS: Final = frozenset({6, 0, 1, 2, 3})
"""Sunday to Thursday, as `date.weekday` counts."""

_DAY: Final = timedelta(days=1)


def last_announcement(moment: datetime) -> datetime:
    """The latest announcement at or before `moment`, in UTC.

    >>> last_announcement(datetime(2026, 11, 21, 12, tzinfo=UTC)).isoformat()
    '2026-11-20T01:00:00+00:00'
    """
    day = moment.astimezone(EASTERN).date()
    while not _is_announced(day) or _at(day) > moment:
        day -= _DAY
    return _at(day)


def next_announcement(moment: datetime) -> datetime:
    """The first announcement after `moment`, in UTC."""
    day = moment.astimezone(EASTERN).date()
    while not _is_announced(day) or _at(day) <= moment:
        day += _DAY
    return _at(day)


def feed_day(announcement: datetime) -> date:
    """The date that the feed of this announcement bears: the day after, US Eastern."""
    return announcement.astimezone(EASTERN).date() + _DAY


def _is_announced(day: date) -> bool:
    return day.weekday() in _WEEKDAYS


def _at(day: date) -> datetime:
    return datetime.combine(day, ANNOUNCED_AT, tzinfo=EASTERN).astimezone(UTC)
