"""Papers from the arXiv search API, or a mirror of it, through the `arxiv` package.

`fetch` asks twice: for papers first submitted in the window, and for older papers revised in it.
The API tells only the latest version of a paper; where that lies behind the window, the first
version is asked for by id. A version between the two is out of this source's reach: only a
harvest with version history has it. Nothing is retried here, that is for the flows; every
request takes its turn and comes back whole or as an error (`papers.arxiv_guard`). Two known
faults of single pages are met here, because they come at random and a query asked afresh would
meet the next one: an empty deep page is asked for again, and ids that come back silently absent
are asked for once more before they count as unknown to arXiv.

A query reaches at most 10,000 results (arXiv source, November 2025), so a window with more is
asked for in halves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import arxiv  # type: ignore[import-untyped] # ships no type information
import requests
from pydantic import ValidationError

from claims.clock import Window
from claims.errors import CitationError, FeedError, SourceError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.arxiv_guard import FeedGuard, Page
from papers.arxiv_query import before, query_of
from papers.governor import Governor, Rates
from papers.guard import user_agent
from papers.sources import Request
from papers.withdrawal import says_withdrawn

ARXIV: Final = "https://export.arxiv.org/api/query"

_REACH: Final = 10_000
_IDS_A_BATCH: Final = 50
"""Longer lists fail at times (issue threads of the `arxiv` package)."""

_NEVER_S: Final = -1e9
"""Turns off the package's own pacing, which would sleep for hours when the clock is set back."""

_TRIES_OF_A_HOLLOW_PAGE: Final = 3
"""Deep pages come back empty at random (issue threads of the `arxiv` package)."""

_SHORTEST: Final = timedelta(minutes=2)
"""The API counts in minutes: a shorter window cannot be halved."""


@dataclass(frozen=True, kw_only=True)
class ApiAccess:
    """How the API is reached."""

    state_dir: Path
    """Holds what all processes of the workspace share (`papers.governor`)."""
    base_url: str = ARXIV
    pace_s: float = 3.0
    """arXiv API terms of use: no more than one request every three seconds."""
    timeout_s: float = 30.0
    user_agent: str = field(default_factory=user_agent)
    page_size: int = 500
    """100 to 2,000; larger pages mean fewer requests and more time-outs."""
    on_wait: Callable[[str, float], None] = lambda _why, _seconds: None
    """Is told why and for how many seconds, before each wait."""


class ArxivApi:
    """The search API as a source. After a 403 it asks nothing more."""

    def __init__(self, access: ApiAccess) -> None:
        self._access = access
        rates = Rates(metadata_s=access.pace_s)
        self._guard = FeedGuard(
            Governor(access.state_dir, rates, on_wait=access.on_wait),
            timeout_s=access.timeout_s,
            user_agent=access.user_agent,
        )
        self._client = arxiv.Client(
            page_size=access.page_size, delay_seconds=_NEVER_S, num_retries=0
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
        """What arXiv says of every id: the paper, or None, there is none. Raises SourceError."""
        wanted = tuple(dict.fromkeys(ids))
        said: dict[ArxivId, Paper | None] = {}
        size = min(_IDS_A_BATCH, self._access.page_size)
        for batch in _batches(wanted, size):
            said |= self._looked_up(batch)
        absent = [id_ for id_, paper in said.items() if paper is None]
        for batch in _batches(absent, size):
            said |= self._looked_up(batch)
        return {id_: said[id_] for id_ in wanted if id_ in said}

    def _looked_up(self, batch: Sequence[ArxivId]) -> dict[ArxivId, Paper | None]:
        """The answer to one batch. An id that makes arXiv refuse the whole batch is left out."""
        search = arxiv.Search(id_list=[str(id_) for id_ in batch], max_results=len(batch))
        try:
            answer = self._answer(search, 0)
        except SourceError:
            if self._guard.status != requests.codes.bad_request:
                raise
            half = len(batch) // 2
            parts = (batch[:half], batch[half:]) if half else ()
            return {id_: p for part in parts for id_, p in self._looked_up(part).items()}
        said: dict[ArxivId, Paper | None] = dict.fromkeys(batch)
        for result in answer.results:
            if isinstance(result, Failure):
                raise FeedError(result.message)
            for asked in (result.id, result.id.unversioned):
                if asked in said:
                    said[asked] = result
        return said

    def _submitted(self, request: Request, part: Window) -> Iterator[Paper | Failure]:
        """The versions of papers first submitted in `part` of the window."""
        question = _Question(_query(request, part), arxiv.SortCriterion.SubmittedDate)
        answer = self._ask(question, 0)
        if answer.page.total > _REACH and part.until - part.since >= _SHORTEST:
            middle = part.since + (part.until - part.since) / 2
            yield from self._submitted(request, Window(part.since, middle))
            yield from self._submitted(request, Window(middle, part.until))
            return
        revised_since: list[ArxivId] = []
        for result in self._every(question, answer):
            if isinstance(result, Failure):
                yield result
            elif result.submitted_at in part:
                if result.revised_at in request.window:
                    yield result
                else:
                    revised_since.append(ArxivId(result.id.number, 1))
        for id_, paper in self.lookup(revised_since).items():
            yield paper or _failure(str(id_), f"arXiv lists {id_.number} but does not give {id_}")

    def _revised(self, request: Request) -> Iterator[Paper | Failure]:
        """Later versions, submitted in the window, of papers first submitted before it."""
        since = request.window.since
        question = _Question(_query(request, before(since)), arxiv.SortCriterion.LastUpdatedDate)
        for result in self._every(question, self._ask(question, 0)):
            if isinstance(result, Failure):
                yield result
            elif result.revised_at < since:
                return
            elif result.revised_at in request.window and result.submitted_at < since:
                yield result

    def _every(self, question: "_Question", answer: "_Answer") -> Iterator[Paper | Failure]:
        """The results of the first `answer`, then of every further page within reach."""
        while True:
            yield from answer.results
            start = answer.page.start + answer.page.n_entries
            if start >= answer.page.total:
                return
            if start >= _REACH:
                yield _failure(
                    question.query,
                    f"arXiv gives {_REACH} of {answer.page.total} results: use narrower categories "
                    "or phrases, or a metadata dump",
                )
                return
            answer = self._ask(question, start)

    def _ask(self, question: "_Question", start: int) -> "_Answer":
        """One page: oldest submission first, or latest revision first. Raises SourceError."""
        by = question.by
        ascending = by is arxiv.SortCriterion.SubmittedDate
        order = arxiv.SortOrder.Ascending if ascending else arxiv.SortOrder.Descending
        search = arxiv.Search(
            query=question.query,
            max_results=start + self._access.page_size,
            sort_by=by,
            sort_order=order,
        )
        for _ in range(_TRIES_OF_A_HOLLOW_PAGE):
            answer = self._answer(search, start)
            if not answer.page.is_hollow:
                return answer
        place, total = self._access.base_url, answer.page.total
        raise FeedError(f"{place} gives an empty page at {start} of {total} results")

    def _answer(self, search: arxiv.Search, start: int) -> "_Answer":
        """The page of `search` that begins at `start`, and not one request more."""
        self._guard.status = 0
        found = self._client.results(search, offset=start)
        results: list[Paper | Failure] = []
        try:
            for result in found:
                results.append(_read(result))
                if len(results) >= self._guard.page.n_whole:
                    break
        except (arxiv.ArxivError, ValueError) as error:
            raise FeedError(
                f"{self._access.base_url} gave a feed that is wrong: {error}"
            ) from error
        except requests.RequestException as error:
            raise SourceError(f"{self._access.base_url} cannot be asked: {error}") from error
        page = self._guard.page
        if n_torn := page.n_entries - page.n_whole:
            told = f"{n_torn} of {page.n_entries} entries lack an id or a date"
            results.append(_failure(f"{self.name}:{start}", told))
        return _Answer(page, tuple(results))


class _Question(NamedTuple):
    query: str
    by: arxiv.SortCriterion


class _Answer(NamedTuple):
    page: Page
    results: tuple[Paper | Failure, ...]


def _query(request: Request, submitted: Window) -> str:
    return query_of(request.categories, request.phrases, submitted, request.together)


def _read(result: arxiv.Result) -> Paper | Failure:
    """The paper of one entry, or the Failure that says why it is none."""
    comment = _flat(result.comment or "") or None
    try:
        return Paper(
            id=ArxivId.parse(result.entry_id),
            title=_flat(result.title),
            authors=tuple(_flat(author.name) for author in result.authors),
            abstract=_flat(result.summary),
            categories=tuple(result.categories),
            submitted_at=result.published,
            revised_at=result.updated,
            comment=comment,
            doi=result.doi or None,
            withdrawn=says_withdrawn(comment),
        )
    except (CitationError, ValidationError) as error:
        return _failure(result.entry_id, str(error).splitlines()[0])


def _batches(ids: Iterable[ArxivId], size: int) -> Iterator[list[ArxivId]]:
    """The ids in requests of `size`, no paper twice in one: versions would hide each other."""
    left = list(ids)
    while left:
        batch: dict[str, ArxivId] = {}
        for id_ in left:
            if len(batch) < size:
                batch.setdefault(id_.number, id_)
        taken = set(batch.values())
        left = [id_ for id_ in left if id_ not in taken]
        yield list(batch.values())


def _failure(item_id: str, message: str) -> Failure:
    return Failure(stage="fetch", item_id=item_id, error="FeedError", message=message)


def _flat(text: str) -> str:
    return " ".join(text.split())
