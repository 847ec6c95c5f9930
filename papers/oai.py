"""Papers by OAI-PMH, in arXiv's `arXivRaw` format: the source of the night and of back-fills.

It selects by the day on which arXiv last *changed* a record, so a paper that moderation held for
days, a new version and a corrected title all come; the same version may come again. A window that
ended in the past cannot be replayed: a record changed since then has left it.

arXiv pages by an offset into a list ordered by modification time. A record that is changed during
a harvest leaves its place, everything behind it moves up, and a page boundary swallows a record.
So a list is taken in slices of a few days, each is counted against the size that arXiv stated,
and one that falls short is asked for again until a pass brings nothing new. Tokens may expire
(at the next UTC midnight) or come again; then the slice goes on from the day it had reached.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import requests

from claims.clock import Window, start_of, utc_now
from claims.errors import FeedError, SettingsError, SourceError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.governor import Governor, Rates
from papers.guard import Guard, user_agent
from papers.oai_records import Listing, Record, read_listing, read_sets
from papers.oai_sets import EVERYTHING, set_of
from papers.sources import Request, Slice

ARXIV_OAI: Final = "https://oaipmh.arxiv.org/oai"

_EARLIEST: Final = date(2005, 9, 16)
"""The earliest datestamp that arXiv has, by its Identify answer."""

_DAYS_A_SLICE: Final = 7
_MOST_PASSES: Final = 5
_MOST_RESTARTS: Final = 3
"""Without any progress between them."""

_DAY: Final = timedelta(days=1)

_ERROR_STATUSES: Final = frozenset({400, 404, 422})
"""An OAI error may come with one of these and still be an answer."""


@dataclass(frozen=True, kw_only=True)
class OaiAccess:
    """How arXiv's OAI-PMH interface, or a mirror of it, is reached."""

    state_dir: Path
    """Holds what all processes of the workspace share (`papers.governor`)."""
    base_url: str = ARXIV_OAI
    pace_s: float = 3.0
    timeout_s: float = 60.0
    """A page of a thousand records takes arXiv some seconds."""
    user_agent: str = field(default_factory=user_agent)
    days_a_slice: int = _DAYS_A_SLICE
    on_wait: Callable[[str, float], None] = lambda _why, _seconds: None
    """Is told why and for how many seconds, before each wait."""


class OaiSource:
    """OAI-PMH as a source. Nothing is kept between calls but the list of sets."""

    def __init__(self, access: OaiAccess, now: Callable[[], datetime] = utc_now) -> None:
        self._access, self._now = access, now
        rates = Rates(metadata_s=access.pace_s)
        guard = Guard(
            Governor(access.state_dir, rates, on_wait=access.on_wait),
            timeout_s=access.timeout_s,
            user_agent=access.user_agent,
            let_through=_ERROR_STATUSES,
        )
        self._session = guard.session()
        self._sets: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """`oai`, with the host of a mirror."""
        base = self._access.base_url
        return "oai" if base == ARXIV_OAI else f"oai:{urlsplit(base).netloc}"

    def fetch(self, request: Request) -> Iterator[Paper | Failure]:
        """The latest version of every paper that arXiv changed in the window, by category.

        `request.phrases` do not narrow it. Raises SourceError, SettingsError.
        """
        for category in request.categories or (EVERYTHING,):
            for piece in self.slices(category, request.window):
                yield from piece.failures
                yield from piece.papers
                if piece.short:
                    item_id = f"{category} {piece.since:%Y-%m-%d}"
                    yield Failure.of(piece.short, stage="fetch", item_id=item_id)

    def slices(self, category: str, window: Window) -> Iterator[Slice]:
        """What arXiv changed in `category`, a few whole days at a time, oldest first.

        A slice is complete when it comes, or says how it falls short. Raises SourceError,
        SettingsError.
        """
        first = max(window.since.astimezone(UTC).date(), _EARLIEST)
        end = (window.until.astimezone(UTC) - timedelta(microseconds=1)).date()
        while first <= end:
            last = min(first + (self._access.days_a_slice - 1) * _DAY, end)
            yield self._slice(category, first, last, min(start_of(last + _DAY), window.until))
            first = last + _DAY

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """What arXiv says of each id, one request a paper; withdrawals are told for certain.

        A version that exists and is not the latest is left out: its text is out of reach here.
        Raises SourceError.
        """
        said: dict[ArxivId, Paper | None] = {}
        for number in dict.fromkeys(id_.number for id_ in ids):
            known, record = self._record(number)
            for asked in (id_ for id_ in ids if id_.number == number):
                if record is None:
                    if known:
                        said[asked] = None
                elif isinstance(record.found, Paper):
                    if asked.version in {None, record.found.id.version}:
                        said[asked] = record.found
                    elif (asked.version or 0) > len(record.versions):
                        said[asked] = None
        return said

    def _record(self, number: str) -> tuple[bool, Record | None]:
        """Whether arXiv gave an answer, and the record if there is one."""
        name = f"oai:arXiv.org:{number}"
        listing = self._ask({"verb": "GetRecord", "identifier": name, "metadataPrefix": "arXivRaw"})
        if listing.error in {"idDoesNotExist", "noRecordsMatch"}:
            return True, None
        self._refuse(listing)
        return bool(listing.records), next(iter(listing.records), None)

    def _slice(self, category: str, first: date, last: date, until: datetime) -> Slice:
        """Every record of these days, however often it takes to have them all."""
        seen: dict[str, Record] = {}
        before = counted = _Counted()
        for _ in range(_MOST_PASSES):
            n_seen = len(seen)
            counted = self._list(category, first, last, seen)
            if counted.is_whole:
                return _slice_of(category, first, until, seen)
            if counted == before and len(seen) == n_seen:
                return _slice_of(category, first, until, seen, counted)
            before = counted
        raise FeedError(
            f"{self._access.base_url} lists {counted.listed} records of "
            f"{category or 'all categories'} from {first} to {last} and gave {counted.given} at "
            f"last, in {_MOST_PASSES} passes"
        )

    def _list(self, category: str, first: date, last: date, seen: dict[str, Record]) -> "_Counted":
        """How one pass through the list counts; its records are in `seen` afterwards."""
        start, n_restarts, listed = first, 0, 0
        given: set[str] = set()
        while True:
            walk = _Walk(start)
            listing = self._first_page(category, start, last)
            while listing.error is None:
                walk.take(listing, seen)
                given.update(record.name for record in listing.records)
                if start == first:
                    listed = max(listed, listing.total or 0)
                if listing.token is None:
                    return _Counted(listed, len(given))
                if listing.token in walk.tokens:
                    break
                walk.tokens.add(listing.token)
                listing = self._ask({"verb": "ListRecords", "resumptionToken": listing.token})
            if listing.error == "noRecordsMatch":
                self._mind_category(category)
                return _Counted(listed, len(given))
            if listing.error != "badResumptionToken":
                self._refuse(listing)
            n_restarts = 0 if walk.reached > start else n_restarts + 1
            start = walk.reached
            if n_restarts >= _MOST_RESTARTS:
                raise FeedError(
                    f"{self._access.base_url} does not get beyond {start} in "
                    f"{category or 'all categories'}: its resumption tokens expire or repeat"
                )

    def _first_page(self, category: str, first: date, last: date) -> Listing:
        asked = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": first.isoformat()}
        if last < self._now().date():
            asked["until"] = last.isoformat()
        if category:
            asked["set"] = set_of(category)
        return self._ask(asked)

    def _ask(self, asked: Mapping[str, str]) -> Listing:
        return read_listing(self._get(asked), self._access.base_url)

    def _get(self, asked: Mapping[str, str]) -> bytes:
        try:
            return self._session.get(self._access.base_url, params=dict(asked)).content
        except requests.RequestException as error:
            raise SourceError(f"{self._access.base_url} cannot be asked: {error}") from error

    def _refuse(self, listing: Listing) -> None:
        if listing.error:
            told = f"{listing.words} ({listing.error})"
            raise SourceError(f"{self._access.base_url} refuses the request: {told}")

    def _mind_category(self, category: str) -> None:
        """Nothing, when arXiv has this set: a name that it does not have is no quiet day."""
        if not category:
            return
        if not self._sets:
            self._sets = self._all_sets()
        if self._sets and set_of(category) not in self._sets:
            raise SettingsError(f"arXiv has no category {category!r}: write it as cs.CL or hep-th")

    def _all_sets(self) -> frozenset[str]:
        sets, token = read_sets(self._get({"verb": "ListSets"}), self._access.base_url)
        tokens: set[str] = set()
        while token and token not in tokens:
            tokens.add(token)
            asked = {"verb": "ListSets", "resumptionToken": token}
            more, token = read_sets(self._get(asked), self._access.base_url)
            sets |= more
        return sets


class _Counted(NamedTuple):
    """The count of one pass through a list.

    What was given is counted by passes and not over all of them: a record that has left the list
    meanwhile would make up for one that was never given.
    """

    listed: int = 0
    """The greatest size that the list stated; 0 where it stated none."""
    given: int = 0
    """Records, none twice."""

    @property
    def is_whole(self) -> bool:
        return self.given >= self.listed


class _Walk:
    """One walk through a list: its tokens, and the day before which nothing is missing."""

    def __init__(self, start: date) -> None:
        self.tokens: set[str] = set()
        self.reached = self._start = start
        self._ordered = True

    def take(self, listing: Listing, seen: dict[str, Record]) -> None:
        """Nothing: the records of a page are in `seen`, later ones over earlier ones."""
        for record in listing.records:
            seen[record.name] = record
            # A list out of order has reached no day: what is missing may be anywhere.
            self._ordered = self._ordered and record.changed_on >= self.reached
            self.reached = record.changed_on if self._ordered else self._start


def _slice_of(
    category: str,
    first: date,
    until: datetime,
    seen: Mapping[str, Record],
    short: _Counted | None = None,
) -> Slice:
    """The slice; `short` is told when arXiv stated more than it gave in every pass."""
    found = [record.found for record in seen.values()]
    told = short and FeedError(
        f"arXiv lists {short.listed} records of {category or 'all categories'} from {first} "
        f"and gives {short.given} in every pass"
    )
    return Slice(
        category=category,
        since=start_of(first),
        until=until,
        papers=tuple(one for one in found if isinstance(one, Paper)),
        failures=tuple(one for one in found if isinstance(one, Failure)),
        short=told,
        changed_on={
            record.found.id.number: record.changed_on
            for record in seen.values()
            if isinstance(record.found, Paper)
        },
    )
