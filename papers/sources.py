"""The port of every source of papers: what is asked, and what comes back.

A source never swallows what it cannot read: a bad record comes back as a Failure among the
papers, and a source that cannot go on raises a SourceError. An empty answer means that there was
nothing, never that something went wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from claims.clock import Window
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
    a local one may give more. Empty means everything in the categories."""


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
