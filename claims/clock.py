"""Time as retest counts it: aware UTC moments, and half-open windows `[since, until)`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from claims.errors import SettingsError

ARXIV_BEGAN: Final = 1991
_LAST_YEAR: Final = 2999


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def start_of(day: date) -> datetime:
    """The first moment of `day` in UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def parse_moment(text: str) -> datetime:
    """The UTC moment that `text` names: `2026-06-30` (its first moment) or an ISO date and time.

    Raises SettingsError.

    >>> parse_moment("2026-06-30").isoformat()
    '2026-06-30T00:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{text!r} is not a date: write it as 2026-06-30 or 2026-06-30T03:00+02:00"
        ) from None
    if not ARXIV_BEGAN <= moment.year <= _LAST_YEAR:
        raise SettingsError(f"{text!r} is not a date of arXiv, which began in {ARXIV_BEGAN}")
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)


@dataclass(frozen=True, order=True)
class Window:
    """The half-open span `[since, until)` in UTC that one run answers for."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise SettingsError(
                f"the window is upside down: since {self.since:%Y-%m-%d} is after "
                f"until {self.until:%Y-%m-%d}"
            )

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    def reaching_back(self, overlap: timedelta) -> "Window":
        """The same window with its start moved `overlap` into the past."""
        return Window(self.since - overlap, self.until)
