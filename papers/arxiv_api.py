"""Papers from the arXiv search API, or a mirror of it, through the `arxiv` package.

`fetch` asks twice: for papers first submitted in the window, and for older papers revised in it.
The API tells only the latest version of a paper; where that lies behind the window, the first
version is asked for by id. A version between the two is out of this source's reach: only a
harvest with version history has it. Nothing is retried here, that is for the flows; every
request keeps the workspace's pace and comes back whole or as an error (`papers.arxiv_guard`).

A query reaches at most 10,000 results (arXiv source, November 2025), so a window with more is
asked for in halves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import arxiv
import requests
from pydantic import ValidationError

from claims.clock import Window
from claims.errors import CitationError, FeedError, SourceError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.arxiv_guard import Guard
from papers.arxiv_query import before, query_of
from papers.pace import Pace
from papers.sources import Request
from papers.withdrawal import says_withdrawn

ARXIV: Final = "https://export.arxiv.org/api/query"

_REACH: Final = 10_000
_IDS_A_BATCH: Final = 50
"""Longer lists fail at times (issue threads of the `arxiv` package)."""

_SHORTEST: Final = timedelta(minutes=2)
"""The API counts in minutes: a shorter window cannot be halved."""


def user_agent(contact: str | None = None) -> str:
    """How we introduce ourselves, with an address to write to if there is one."""
    try:
        ours = version("retest")
    except PackageNotFoundError:
        ours = "0"
    return f"retest/{ours}" + (f" (mailto:{contact})" if contact else "")


@dataclass(frozen=True, kw_only=True)
class ApiAccess:
    """How the API is reached."""

    state_dir: Path
    """Holds the pace that all processes of the workspace share."""
    base_url: str = ARXIV
    pace_s: float = 3.0
    """arXiv API terms of use: no more than one request every three seconds."""
    timeout_s: float = 30.0
    user_agent: str = field(default_factory=user_agent)
    page_size: int = 500
    """100 to 2,000; larger pages mean fewer requests and more time-outs."""


class ArxivApi:
    """The search API as a source. After a 403 it asks nothing more."""

    def __init__(self, access: ApiAccess) -> None:
        self._access = access
        self._guard = Guard(
            Pace(access.state_dir, access.pace_s),
            timeout_s=access.timeout_s,
            user_agent=access.user_agent,
        )
        self._client = arxiv.Client(
            page_size=access.page_size, delay_seconds=0.0, num_retries=0
        )
        escaped = access.base_url.replace("{", "{{").replace("}", "}}")
        self._client.query_url_format = escaped + "?{}"
        session = self._client._session  # noqa: SLF001 - the package offers no other way in
        session.mount("http://", self._guard)
        session.mount("https://", self._guard)

    @property
    def name(self) -> str:
        """`arxiv`, with the host of a mirror."""
        place = urlsplit(self._access.base_url).netloc
        return "arxiv" if self._access.base_url == ARXIV else f"arxiv:{place}"

    def fetch(self, request: Request) -> Iterator[Paper | Failure]:
        """Papers submitted in the window by date, then older papers revised in it, newest first.

        Raises SourceError.
        """
        yield from self._submitted(request, request.window)
        yield from self._revised(request)

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """What arXiv says of every id: the paper, or None for "no such paper". Raises SourceError."""
        said: dict[ArxivId, Paper | None] = dict.fromkeys(ids)
        for batch in _batches(said):
            search = arxiv.Search(id_list=[str(id_) for id_ in batch], max_results=len(batch))
            for result in self._page(search, 0):
                if isinstance(result, Failure):
                    raise FeedError(result.message)
                for asked in (result.id, result.id.unversioned):
                    if asked in batch:
                        said[asked] = result
        return said

    def _submitted(self, request: Request, part: Window) -> Iterator[Paper | Failure]:
        """The versions of papers first submitted in `part` of the window."""
        search = self._search(request, part, arxiv.SortCriterion.SubmittedDate)
        page = self._page(search, 0)
        total = self._guard.page.total
        if total > _REACH and part.until - part.since >= _SHORTEST:
            middle = part.since + (part.until - part.since) / 2
            yield from self._submitted(request, Window(part.since, middle))
            yield from self._submitted(request, Window(middle, part.until))
            return
        revised_since: list[ArxivId] = []
        for result in self._paged(search, page):
            if isinstance(result, Failure):
                yield result
            elif result.submitted_at in part:
                if result.revised_at in request.window:
                    yield result
                else:
                    revised_since.append(ArxivId(result.id.number, 1))
        yield from self._first_versions(revised_since)

    def _first_versions(self, ids: Sequence[ArxivId]) -> Iterator[Paper | Failure]:
        for id_, paper in self.lookup(ids).items():
            yield paper or _failure(str(id_), f"arXiv does not give {id_}, though it has a later version")

    def _revised(self, request: Request) -> Iterator[Paper | Failure]:
        """Later versions, submitted in the window, of papers first submitted before it."""
        since = request.window.since
        search = self._search(request, before(since), arxiv.SortCriterion.LastUpdatedDate)
        for result in self._paged(search, self._page(search, 0)):
            if isinstance(result, Failure):
                yield result
            elif result.revised_at < since:
                return
            elif result.revised_at in request.window and result.submitted_at < since:
                yield result

    def _search(
        self, request: Request, submitted: Window, by: arxiv.SortCriterion
    ) -> arxiv.Search:
        """Oldest submission first, or latest revision first."""
        ascending = by is arxiv.SortCriterion.SubmittedDate
        return arxiv.Search(
            query=query_of(request.categories, request.phrases, submitted),
            max_results=None,
            sort_by=by,
            sort_order=arxiv.SortOrder.Ascending if ascending else arxiv.SortOrder.Descending,
        )

    def _paged(
        self, search: arxiv.Search, page: Iterable[Paper | Failure]
    ) -> Iterator[Paper | Failure]:
        """The first `page`, then every further one that the API can reach."""
        while True:
            yield from page
            facts = self._guard.page
            start = facts.start + facts.n_entries
            if start >= facts.total:
                return
            if start >= _REACH:
                yield _failure(
                    search.query, f"arXiv gives {_REACH} of {facts.total} results: use narrower "
                    "categories or phrases, or a metadata dump"
                )
                return
            page = self._page(search, start)
