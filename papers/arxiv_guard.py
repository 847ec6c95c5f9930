"""The guard on every request to the arXiv API: our pace, time-outs, and only whole answers.

The `arxiv` package takes an HTML page or broken XML with status 200 for an empty result, never
times out, and knows no Retry-After. Mounted on its session, this adapter raises a SourceError for
anything that is not one whole feed. It never retries: that is for the flows alone.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import requests
from requests.adapters import HTTPAdapter

from claims.errors import FeedError, RateLimited, SourceError
from papers.pace import Pace

_ERROR_ENTRY: Final = re.compile(
    r"<entry>(?:(?!</entry>).)*<title[^>]*>\s*Error\s*</title>"
    r"(?:(?!</entry>).)*<summary[^>]*>(.*?)</summary>",
    re.DOTALL,
)
_ENTRY: Final = re.compile(r"<entry[ >].*?</entry>", re.DOTALL)
_NEEDED: Final = tuple(
    re.compile(rf"<{name}[^>]*>\s*[^<\s]") for name in ("id", "updated", "published")
)
_NUMBER_OF: Final = r"<opensearch:{}[^>]*>\s*(\d+)\s*</opensearch:{}>"
_SHOWN_CHARS: Final = 160


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the last feed says of itself."""

    total: int
    """Results of the whole query."""
    start: int
    n_entries: int
    n_whole: int
    """Entries with an id and both dates; the `arxiv` package leaves out the others silently."""


class Guard(HTTPAdapter):
    """Paces, limits and checks the requests of one session; `page` tells of the last answer."""

    def __init__(self, pace: Pace, *, timeout_s: float, user_agent: str) -> None:
        super().__init__(max_retries=0)
        self._pace, self._timeout_s, self._user_agent = pace, timeout_s, user_agent
        self._refusal: str | None = None
        self.page = Page(total=0, start=0, n_entries=0, n_whole=0)

    def send(  # noqa: PLR0917 - the signature is that of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One whole feed, or a redirect. Raises SourceError and its kinds."""
        if self._refusal:
            raise SourceError(self._refusal)
        self._pace.wait()
        request.headers["User-Agent"] = self._user_agent
        place = str(request.url).partition("?")[0]
        try:
            response = super().send(
                request,
                stream=stream,
                timeout=timeout or self._timeout_s,
                verify=verify,
                cert=cert,
                proxies=proxies,
            )
            body = response.content.decode(errors="replace")
        except requests.Timeout as error:
            raise FeedError(f"{place} gave no answer within {self._timeout_s:g} s") from error
        except requests.RequestException as error:
            raise FeedError(f"{place} cannot be reached: {_reason(error)}") from error
        if not response.is_redirect:
            self._check(response, body, place)
        return response

    def _check(self, response: requests.Response, body: str, place: str) -> None:
        status = response.status_code
        whole = "<feed" in body and body.rstrip().endswith("</feed>")
        if status in {requests.codes.too_many_requests, requests.codes.service_unavailable} or (
            not whole and "rate exceeded" in body[:_SHOWN_CHARS].casefold()
        ):
            self._slow_down(response, place)
        if status == requests.codes.forbidden:
            self._refusal = (
                f"{place} refuses us (403): stop for today, because further requests count as an "
                "attack; use a metadata dump meanwhile, or ask arXiv for the reason"
            )
            raise SourceError(self._refusal)
        if said := _ERROR_ENTRY.search(body):
            words = " ".join(html.unescape(said[1]).split())
            raise SourceError(f"{place} refuses the query: {words}")
        if status >= requests.codes.internal_server_error:
            raise FeedError(f"{place} failed with status {status}")
        if status != requests.codes.ok:
            raise SourceError(f"{place} answered with status {status}: check the address")
        if not whole:
            raise FeedError(f"{place} gave no whole feed but {_shown(body)}")
        self._read(body, place)

    def _slow_down(self, response: requests.Response, place: str) -> None:
        wished_s = retry_after_s(response.headers.get("Retry-After"))
        if wished_s:
            self._pace.hold(wished_s)
        wish = "" if wished_s is None else f", for {wished_s:.0f} s"
        raise RateLimited(f"{place} asks to slow down ({response.status_code}){wish}", wished_s)

    def _read(self, body: str, place: str) -> None:
        total, start = (
            re.search(_NUMBER_OF.format(name, name), body)
            for name in ("totalResults", "startIndex")
        )
        if not total or not start:
            raise FeedError(f"{place} gave a feed that does not say how many results it has")
        entries = _ENTRY.findall(body)
        whole = [entry for entry in entries if all(part.search(entry) for part in _NEEDED)]
        self.page = Page(
            total=int(total[1]), start=int(start[1]), n_entries=len(entries), n_whole=len(whole)
        )
        if not self.page.n_entries and self.page.start < self.page.total:
            raise FeedError(
                f"{place} gave an empty page at {self.page.start} of {self.page.total} results"
            )


def retry_after_s(header: str | None) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110, 10.2.3), or None.

    >>> retry_after_s("120"), retry_after_s("soon")
    (120.0, None)
    """
    if header is None:
        return None
    if re.fullmatch(r"\s*\d{1,6}\s*", header):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _shown(body: str) -> str:
    text = " ".join(body.split())
    if text.startswith("<?xml") and "<feed" in text:
        return f"one that is cut off after {len(body)} characters"
    return repr(text[:_SHOWN_CHARS]) if text else "an empty page"


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in one line, without addresses of objects."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return " ".join(str(cause).split())[:_SHOWN_CHARS] or type(cause).__name__
