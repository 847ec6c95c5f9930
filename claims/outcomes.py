"""What a night found out about its sources: how each category went, and which papers changed."""

from datetime import datetime
from enum import StrEnum

from claims.claim import Frozen
from claims.ids import ArxivId


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


class SourceChange(Frozen):
    """What has become of a paper that a claim or its evidence rests on, since it was last seen."""

    before: ArxivId
    """The newest version known until then."""
    after: ArxivId
    withdrawn: bool = False
    """Whether it is withdrawn now and was not before."""
    new_title: str | None = None
    """None where it is what it was, apart from case and punctuation."""
    notice: str | None = None
    """The authors' own words on a withdrawal."""
    successors: tuple[ArxivId, ...] = ()
    """The papers that the notice names in its place: said so by the authors, not looked up."""

    @property
    def revised(self) -> bool:
        """Whether there is a newer version."""
        return (self.after.version or 0) > (self.before.version or 0)

    def __str__(self) -> str:
        told = []
        if self.withdrawn:
            told.append("was withdrawn" + (f": “{self.notice}”" if self.notice else ""))
        elif self.revised:
            told.append(f"has version {self.after.version} after {self.before.version}")
        if self.new_title:
            told.append(f"is now titled “{self.new_title}”")
        if self.successors:
            told.append(f"names {', '.join(map(str, self.successors))} in its place")
        return f"{self.after.number} " + ", ".join(told)
