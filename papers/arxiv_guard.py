"""The guard on requests to the arXiv search API: only one whole feed passes.

The `arxiv` package takes an HTML page or broken XML with status 200 for an empty result; here
both are errors.
"""

import html
import re
from dataclasses import dataclass
from typing import Final

import requests

from claims.errors import FeedError, SourceError
from papers.governor import Governor
from papers.guard import Guard, shown

_ERROR_TITLE: Final = re.compile(r"<title[^>]*>\s*Error\s*</title>")
_SUMMARY: Final = re.compile(r"<summary[^>]*>(.*?)</summary>", re.DOTALL)
_ENTRY: Final = re.compile(r"<entry[ >].*?</entry>", re.DOTALL)
_NEEDED: Final = tuple(
    re.compile(rf"<{name}[^>]*>\s*[^<\s]") for name in ("id", "updated", "published")
)
_NUMBER_OF: Final = r"<opensearch:{}[^>]*>\s*(\d+)\s*</opensearch:{}>"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the last feed says of itself."""

    total: int
    """Results of the whole query."""
    start: int
    n_entries: int
    n_whole: int
    """Entries with an id and both dates; the `arxiv` package leaves out the others silently."""

    @property
    def is_hollow(self) -> bool:
        """Whether it has no entries though there are more: a deep page that came back empty."""
        return not self.n_entries and self.start < self.total


class FeedGuard(Guard):
    """Lets through whole Atom feeds of the search API; `page` tells of the last one."""

    def __init__(self, governor: Governor, *, timeout_s: float, user_agent: str) -> None:
        refusals = frozenset({requests.codes.bad_request})
        super().__init__(governor, timeout_s=timeout_s, user_agent=user_agent, let_through=refusals)
        self.page = Page(total=0, start=0, n_entries=0, n_whole=0)
        self.status = 0
        """The HTTP status of the last answer."""

    def check(self, status: int, body: bytes, place: str) -> None:
        """Nothing, when the body is a whole feed. Raises SourceError."""
        self.status = status
        text = body.decode(errors="replace")
        entries = _ENTRY.findall(text)
        if len(entries) == 1 and _ERROR_TITLE.search(entries[0]):
            said = _SUMMARY.search(entries[0])
            words = " ".join(html.unescape(said[1] if said else "no reason given").split())
            raise SourceError(f"{place} refuses the query: {words}")
        if status != requests.codes.ok:
            raise SourceError(f"{place} answered with status {status}: check the address")
        if "<feed" not in text:
            raise FeedError(f"{place} gave no whole feed but {shown(body)}")
        if not text.rstrip().endswith("</feed>"):
            raise FeedError(
                f"{place} gave no whole feed but one that is cut off after {len(text)} characters"
            )
        self._read(text, entries, place)

    def _read(self, text: str, entries: list[str], place: str) -> None:
        total, start = (
            re.search(_NUMBER_OF.format(name, name), text)
            for name in ("totalResults", "startIndex")
        )
        if not total or not start:
            raise FeedError(f"{place} gave a feed that does not say how many results it has")
        whole = [entry for entry in entries if all(part.search(entry) for part in _NEEDED)]
        self.page = Page(
            total=int(total[1]), start=int(start[1]), n_entries=len(entries), n_whole=len(whole)
        )
