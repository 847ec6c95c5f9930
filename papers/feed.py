"""arXiv's Atom feeds of announcements: the cross-check of a harvest, never its source.

Source: arXiv's feed server. A feed holds the last announcement of one category only, at most 2,000
entries (a feed that is too full drops *new* papers first, so one category is asked for at a time),
and no replacements from the sixth version on. It may go stale while its build date is fresh.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import requests

from claims.errors import CitationError, FeedError, SourceError
from claims.ids import ArxivId
from papers.announcements import EASTERN
from papers.governor import Governor, Rates
from papers.guard import Guard, user_agent
from papers.oai_records import parsed
from papers.oai_sets import set_of
from papers.sources import Announced, Announcement

ARXIV_FEEDS: Final = "https://rss.arxiv.org/atom"

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_KIND: Final = "{http://arxiv.org/schemas/atom}announce_type"
_MOST_ENTRIES: Final = 2_000


@dataclass(frozen=True, kw_only=True)
class FeedAccess:
    """How the feeds are reached."""

    state_dir: Path
    """Holds what all processes of the workspace share (`papers.governor`)."""
    base_url: str = ARXIV_FEEDS
    pace_s: float = 3.0
    timeout_s: float = 30.0
    user_agent: str = field(default_factory=user_agent)
    on_wait: Callable[[str, float], None] = lambda _why, _seconds: None
    """Is told why and for how many seconds, before each wait."""


class Feeds:
    """The feeds of all categories."""

    def __init__(self, access: FeedAccess) -> None:
        self._base = access.base_url.rstrip("/")
        governor = Governor(
            access.state_dir, Rates(metadata_s=access.pace_s), on_wait=access.on_wait
        )
        guard = Guard(governor, timeout_s=access.timeout_s, user_agent=access.user_agent)
        self._session = guard.session()

    def read(self, category: str) -> Announcement:
        """What was announced last in `category`. Raises SourceError, SettingsError."""
        set_of(category)
        place = f"{self._base}/{category}"
        try:
            body = self._session.get(place).content
        except requests.RequestException as error:
            raise SourceError(f"{place} cannot be asked: {error}") from error
        return read_feed(body, category, place)


def read_feed(body: bytes, category: str, place: str) -> Announcement:
    """The announcement that a feed tells. Raises FeedError."""
    root = parsed(body, place, f"{_ATOM}feed")
    entries = root.findall(f"{_ATOM}entry")
    days = [_moment(entry, "published", place).astimezone(EASTERN).date() for entry in entries]
    return Announcement(
        category=category,
        built_at=_moment(root, "updated", place),
        announced_on=max(days, default=None),
        entries=tuple(_announced(entry, place) for entry in entries),
        is_full=len(entries) >= _MOST_ENTRIES,
    )


def _announced(entry: ET.Element, place: str) -> Announced:
    written = (entry.findtext(f"{_ATOM}id") or "").strip()
    try:
        id_ = ArxivId.parse(written)
    except CitationError as error:
        raise FeedError(f"{place} lists an entry without an arXiv id: {error}") from None
    return Announced(id=id_, kind=(entry.findtext(_KIND) or "").strip())


def _moment(element: ET.Element, name: str, place: str) -> datetime:
    written = (element.findtext(f"{_ATOM}{name}") or "").strip()
    try:
        moment = datetime.fromisoformat(re.sub(r"Z$", "+00:00", written))
    except ValueError:
        raise FeedError(f"{place} gives {written!r} as a date ({name})") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
