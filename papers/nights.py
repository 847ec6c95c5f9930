"""How a night went in one category: new papers, a quiet day, or what was wrong.

A day without papers, a weekend, an announcement that is still to come, a source that lags behind
and a fetch that failed look the same from an empty answer. They are told apart by three things:
what OAI-PMH gave, what arXiv's calendar says was due, and what the feed of announcements lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from claims.ids import ArxivId
from claims.outcomes import CategoryOutcome, NightOutcome
from papers.announcements import EASTERN, SETTLED, feed_day, last_announcement, next_announcement
from papers.sources import Announcement


@dataclass(frozen=True, kw_only=True)
class Night:
    """What is known of one category at the end of its harvest."""

    category: str
    since: datetime
    """Up to when earlier nights had everything."""
    until: datetime
    now: datetime
    n_harvested: int = 0
    n_new: int = 0
    feed: Announcement | None = None
    feed_trouble: str | None = None
    """Why there is no feed."""
    missing: tuple[ArxivId, ...] = ()
    hints: tuple[str, ...] = ()
    """What looks odd and proves nothing."""
    error: Exception | None = None
    """Why the harvest failed."""


def missing_from(feed: Announcement, held: Mapping[str, int]) -> tuple[ArxivId, ...]:
    """The feed's entries that are not held in this version or a later one, in feed order.

    `held` maps a paper's number to its latest version.
    """
    return tuple(
        entry.id for entry in feed.entries if held.get(entry.id.number, 0) < (entry.id.version or 1)
    )


def latest_of(ids: Iterable[ArxivId]) -> dict[str, int]:
    """Each paper's number with its latest version among `ids`."""
    latest: dict[str, int] = {}
    for id_ in ids:
        latest[id_.number] = max(latest.get(id_.number, 0), id_.version or 1)
    return latest


def outcome_of(night: Night) -> CategoryOutcome:
    """How the night went in its category."""
    outcome, told = _judged(night)
    notes = [told]
    if outcome is not NightOutcome.FAILED:
        notes += _notes(night)
    return CategoryOutcome(
        category=night.category,
        outcome=outcome,
        n_harvested=night.n_harvested,
        n_new=night.n_new,
        n_feed=len(night.feed.entries) if night.feed else None,
        n_missing=len(night.missing),
        since=night.since,
        until=night.until,
        told="; ".join(notes),
        error=type(night.error).__name__ if night.error else None,
    )


def _judged(night: Night) -> tuple[NightOutcome, str]:
    if night.error:
        return NightOutcome.FAILED, str(night.error)
    if night.n_new:
        return NightOutcome.NEW_PAPERS, f"{night.n_new} new of {night.n_harvested} records"
    if night.missing:
        n = len(night.missing)
        listed = f"the feed lists {n} paper{'s'[: n != 1]} that OAI-PMH does not give yet"
        return NightOutcome.STALE_FEED, listed
    due = last_announcement(night.now - SETTLED)
    if due > night.since:
        return _without_papers(night, due)
    latest = last_announcement(night.now)
    if latest > night.since:
        told = f"the announcement of {_eastern(latest)} is not in OAI-PMH before 22:30"
        return NightOutcome.NOT_YET_ANNOUNCED, told
    coming = _eastern(next_announcement(night.now))
    return NightOutcome.QUIET_DAY, f"nothing was due: the next announcement is on {coming}"


def _without_papers(night: Night, due: datetime) -> tuple[NightOutcome, str]:
    """Whether an announcement that was due held nothing, or the source lags behind it."""
    announced = f"the announcement of {_eastern(due)}"
    feed = night.feed
    if feed is None:
        return NightOutcome.QUIET_DAY, f"{announced} brought nothing by OAI-PMH alone"
    if why := _lags(feed, due):
        return NightOutcome.STALE_FEED, f"nothing came of {announced}, and {why}"
    return NightOutcome.QUIET_DAY, f"{announced} brought nothing, and the feed agrees"


def _lags(feed: Announcement, due: datetime) -> str | None:
    """How the feed is older than the announcement of `due`; None where it is not."""
    if feed.built_at < due:
        return f"the feed was built before it, at {feed.built_at:%Y-%m-%d %H:%M} UTC"
    if feed.announced_on and feed.announced_on < feed_day(due):
        return f"the newest entry of the feed is of {feed.announced_on}"
    return None


def _notes(night: Night) -> list[str]:
    """What else the counts rest on."""
    notes = list(night.hints[:1])
    if night.feed is None:
        trouble = night.feed_trouble
        return [*notes, f"not checked against the feed: {trouble}"] if trouble else notes
    if night.missing and night.n_new:
        notes.append(
            f"{len(night.missing)} of {len(night.feed.entries)} papers in the feed are missing and "
            "are asked for next night"
        )
    if night.n_new and (why := _lags(night.feed, last_announcement(night.now - SETTLED))):
        notes.append(f"not checked against the feed: {why}")
    if night.feed.is_full:
        notes.append("the feed is full, so it may have dropped papers")
    return notes


def _eastern(moment: datetime) -> str:
    return f"{moment.astimezone(EASTERN):%a %Y-%m-%d %H:%M} US Eastern"
