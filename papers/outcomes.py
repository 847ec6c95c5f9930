"""How a night ended in one category: the value that is stored and told."""

from datetime import datetime
from enum import StrEnum

from claims.claim import Frozen


class NightOutcome(StrEnum):
    """What a night found in one category."""

    NEW_PAPERS = "new papers"
    QUIET_DAY = "quiet day"
    """Nothing was due, or what was due held nothing."""
    NOT_YET_ANNOUNCED = "not yet announced"
    STALE_FEED = "stale feed"
    """Something was due, and the source or its feed is older than that."""
    FAILED = "failed"

    @property
    def moves_cursor(self) -> bool:
        """Whether the next night may begin where this one ended."""
        return self not in {NightOutcome.STALE_FEED, NightOutcome.FAILED}


class CategoryOutcome(Frozen):
    """How one night went in one category, with the counts it rests on."""

    category: str
    outcome: NightOutcome
    n_harvested: int
    """Records that the source gave, with those of the overlap."""
    n_new: int
    """Of these, versions not held before."""
    n_feed: int | None
    """Entries of the feed; None when it was not read."""
    n_missing: int
    """Entries of the feed that neither this harvest nor an earlier one gave."""
    since: datetime
    until: datetime
    told: str
    """One line: what it rests on."""
    error: str | None = None
    """The class of the error by which it failed."""

    def __str__(self) -> str:
        return f"{self.category or 'all of arXiv'}: {self.outcome} ({self.told})"
