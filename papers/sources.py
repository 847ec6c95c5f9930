"""The port of every source of papers: what is asked, and what comes back.

A source never swallows what it cannot read: a bad record comes back as a Failure among the
papers, and a source that cannot go on raises a SourceError. An empty answer means that there was
nothing, never that something went wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from claims.clock import Window
from claims.errors import FeedError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which paper versions are wanted."""

    window: Window
    """On the date of the version, not of the first submission."""
    categories: tuple[str, ...] = ()
    """A paper in any of these; empty means any category."""
    phrases: tuple[str, ...] = ()
    """What to look for. A source that is dear to ask gives only papers that hold one of these;
    a local one may give more."""
    together: tuple[tuple[str, ...], ...] = ()
    """Words that stand in a paper somewhere, all of one group. Like a further phrase.

    Neither phrases nor words mean everything in the categories."""


class Source(Protocol):
    """Where papers come from."""

    @property
    def name(self) -> str:
        """A short name that stays the same for the same source; stored with every run."""
        ...

    def fetch(self, request: Request) -> Iterator[Paper | Failure]:
        """Every paper version of `request`, streamed in the source's own stable order.

        What had to be skipped comes as a Failure at its place. The same version may come twice:
        the later one is the later state. Raises SourceError, possibly after some papers.
        """
        ...

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """What the source says of each id: the version asked for, or the latest.

        Three answers: a Paper; None, the source says that there is no such paper; and an id
        that is left out, the source cannot say. Raises SourceError when it can say nothing.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Slice:
    """What a source changed in one category in a few whole days; complete, unless `short`."""

    category: str
    """Empty for all of arXiv."""
    since: datetime
    until: datetime
    """Before this moment nothing is missing any more, once the papers are recorded."""
    papers: tuple[Paper, ...]
    """The latest version of each, no paper twice."""
    failures: tuple[Failure, ...] = ()
    """Records that were deleted or cannot be read."""
    short: FeedError | None = None
    """How the source gave fewer records than it stated; None where it gave all."""
    changed_on: Mapping[str, date] = field(default_factory=dict)
    """A paper's number to the day on which the source changed its record."""


@dataclass(frozen=True, kw_only=True)
class Announced:
    """One entry of a feed of announcements."""

    id: ArxivId
    kind: str
    """`new`, `cross`, `replace` or `replace-cross`."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What the feed of one category says was announced last."""

    category: str
    built_at: datetime
    announced_on: date | None
    """The newest day among its entries; None for a feed without entries."""
    entries: tuple[Announced, ...]
    is_full: bool = False
    """Whether it holds as many entries as a feed can: arXiv may have dropped some."""


@runtime_checkable
class Harvester(Source, Protocol):
    """A source that can be harvested category by category and checked against announcements."""

    def slices(self, category: str, window: Window) -> Iterator[Slice]:
        """What was changed in `category`, a few whole days at a time, oldest first.

        Raises SourceError, and SettingsError for what is no category.
        """
        ...

    def announced(self, category: str) -> Announcement:
        """What was announced last in `category`. Raises SourceError."""
        ...

    def latest_states(
        self, ids: Sequence[ArxivId], known: Mapping[str, Paper]
    ) -> Mapping[ArxivId, Paper | None]:
        """The latest version of each paper, withdrawals told for certain; answers as `lookup`.

        `known` maps a number to the latest version known so far: only what is newer is looked at
        closely. Raises SourceError.
        """
        ...
