from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from claims.errors import FeedError
from claims.ids import ArxivId
from claims.outcomes import CategoryOutcome, NightOutcome
from papers.nights import Night, latest_of, missing_from, outcome_of
from papers.sources import Announced, Announcement

NEW, QUIET = NightOutcome.NEW_PAPERS, NightOutcome.QUIET_DAY
EARLY, STALE, FAILED = (
    NightOutcome.NOT_YET_ANNOUNCED,
    NightOutcome.STALE_FEED,
    NightOutcome.FAILED,
)
A_PAPER = ArxivId("2611.00001", 1)


def at(day: int, hour: int = 6) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def feed(on: int | None = 24, built: int = 24, n: int = 0) -> Announcement:
    entries = tuple(Announced(id=ArxivId(f"2611.{k:05d}", 1), kind="new") for k in range(n))
    day = date(2026, 11, on) if on else None
    return Announcement(category="cs.CL", built_at=at(built, 5), announced_on=day, entries=entries)


def night(now: datetime, since: datetime, **more: Any) -> Night:  # noqa: ANN401 - any field
    return Night(category="cs.CL", since=since, until=now, now=now, **more)


# Monday's announcement is on 2026-11-24 at 01:00 UTC, and in OAI-PMH from 04:30 for sure.
AFTER_MONDAY = night(at(24), at(23))


@pytest.mark.parametrize(
    ("known", "outcome", "words"),
    [
        (replace(AFTER_MONDAY, n_harvested=9, n_new=4), NEW, "4 new of 9 records"),
        (replace(AFTER_MONDAY, error=FeedError("503")), FAILED, "503"),
        (replace(AFTER_MONDAY, n_new=4, error=FeedError("503")), FAILED, "503"),
        (replace(AFTER_MONDAY, feed=feed(None)), QUIET, "the feed agrees"),
        (replace(AFTER_MONDAY, feed=feed(24, n=3)), QUIET, "the feed agrees"),
        (replace(AFTER_MONDAY, feed=feed(17, n=3)), STALE, "newest entry of the feed is of 2026"),
        (replace(AFTER_MONDAY, feed=feed(None, built=20)), STALE, "feed was built before it"),
        (replace(AFTER_MONDAY, feed=feed(n=1), missing=(A_PAPER,)), STALE, "does not give yet"),
        (replace(AFTER_MONDAY, feed_trouble="no answer"), QUIET, "not checked against the feed"),
        (night(at(24, 2), at(23)), EARLY, "Mon 2026-11-23 20:00 US Eastern"),
        (night(at(24, 0), at(23)), QUIET, "next announcement is on Mon 2026-11-23 20:00"),
        # From Saturday to Sunday nothing is announced.
        (night(at(29), at(28)), QUIET, "nothing was due"),
    ],
)
def test_an_empty_answer_is_told_by_calendar_and_feed(
    known: Night, outcome: NightOutcome, words: str
) -> None:
    told = outcome_of(known)
    assert told.outcome is outcome
    assert words in told.told
    assert "\n" not in told.told


def test_only_a_night_without_trouble_moves_the_cursor() -> None:
    assert [o for o in NightOutcome if not o.moves_cursor] == [STALE, FAILED]


def test_missing_papers_are_counted_beside_new_ones() -> None:
    told = outcome_of(replace(AFTER_MONDAY, n_new=4, feed=feed(n=5), missing=(A_PAPER,)))
    assert (told.outcome, told.n_feed, told.n_missing) == (NEW, 5, 1)
    assert "1 of 5 papers in the feed are missing" in told.told


def test_a_full_feed_is_told() -> None:
    full = replace(feed(n=2), is_full=True)
    assert "may have dropped papers" in outcome_of(replace(AFTER_MONDAY, n_new=1, feed=full)).told


def test_an_outcome_survives_json() -> None:
    told = outcome_of(replace(AFTER_MONDAY, feed=feed(24, n=3)))
    assert CategoryOutcome.model_validate_json(told.model_dump_json()) == told


def test_an_outcome_is_told_in_one_line() -> None:
    told = str(outcome_of(replace(AFTER_MONDAY, n_harvested=9, n_new=4)))
    assert told == "cs.CL: new papers (4 new of 9 records)"


def test_what_is_held_in_a_later_version_is_not_missing() -> None:
    held = latest_of([ArxivId("2611.00001", 1), ArxivId("2611.00001", 3), ArxivId("2611.00002", 1)])
    listed = [ArxivId("2611.00001", 2), ArxivId("2611.00002", 2), ArxivId("2611.00003", 1)]
    announced = replace(feed(), entries=tuple(Announced(id=i, kind="new") for i in listed))
    assert missing_from(announced, held) == (ArxivId("2611.00002", 2), ArxivId("2611.00003", 1))


def test_a_stale_feed_beside_new_papers_is_told() -> None:
    for stale, words in (
        (feed(17, n=3), "not checked against the feed: the newest entry of the feed is of 2026"),
        (feed(None, built=20), "not checked against the feed: the feed was built before it"),
    ):
        told = outcome_of(replace(AFTER_MONDAY, n_new=4, feed=stale))
        assert told.outcome is NEW
        assert words in told.told
    assert "feed" not in outcome_of(replace(AFTER_MONDAY, n_new=4, feed=feed(24, n=4))).told
