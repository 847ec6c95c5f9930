"""The guard on every request to arXiv: our turn, time-outs, size limits, and what a status means.

Mounted on a `requests` session it lets through only whole bodies of a status that the caller can
read; all else is a SourceError. It never retries: that is for the flows alone.
"""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import requests
from requests.adapters import HTTPAdapter

from claims.errors import FeedError, PaperUnavailable, RateLimited, SourceError
from papers.governor import Governor, Lane

_BUSY: Final = (requests.codes.too_many_requests, requests.codes.service_unavailable)
_CHUNK_BYTES: Final = 65_536
_SHOWN_CHARS: Final = 160
_MAX_REDIRECTS: Final = 3

_PATIENCE: Final = 10
"""A body may drip for so many times the time-out, then it is given up."""

_MAX_BYTES: Final = 64_000_000
"""The longest page of metadata is about 10 MB."""


def user_agent(contact: str | None = None) -> str:
    """How we introduce ourselves, with an address to write to if there is one."""
    try:
        ours = version("retest")
    except PackageNotFoundError:
        ours = "0"
    return f"retest/{ours}" + (f" (mailto:{contact})" if contact else "")


class Guard(HTTPAdapter):
    """Paces, limits and checks the requests of one session."""

    def __init__(
        self,
        governor: Governor,
        *,
        timeout_s: float,
        user_agent: str,
        lane: Lane = Lane.METADATA,
        let_through: frozenset[int] = frozenset(),
        max_bytes: int = _MAX_BYTES,
    ) -> None:
        """`let_through`: statuses beside 200 whose body the caller reads itself."""
        super().__init__(max_retries=0)
        self._governor, self._lane = governor, lane
        self._timeout_s, self._user_agent = timeout_s, user_agent
        self._let_through, self._max_bytes = let_through | {requests.codes.ok}, max_bytes

    def session(self) -> requests.Session:
        """A session on which every request is guarded."""
        session = requests.Session()
        session.max_redirects = _MAX_REDIRECTS
        session.mount("http://", self)
        session.mount("https://", self)
        return session

    def send(  # noqa: PLR0917 - the signature is that of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """A whole answer of a status that can be read, or a redirect. Raises SourceError."""
        del stream
        self._governor.turn(self._lane)
        request.headers["User-Agent"] = self._user_agent
        place = str(request.url).partition("?")[0]
        try:
            response = super().send(
                request,
                stream=True,
                timeout=timeout or self._timeout_s,
                verify=verify,
                cert=cert,
                proxies=proxies,
            )
            body = self._body(response, place)
        except requests.Timeout as error:
            raise FeedError(f"{place} gave no answer within {self._timeout_s:g} s") from error
        except requests.RequestException as error:
            raise FeedError(f"{place} cannot be reached: {_reason(error)}") from error
        if not response.is_redirect:
            self._judge(response.status_code, response.headers, body, place)
            self.check(response.status_code, body, place)
            self._governor.went_well()
        return response

    def check(self, status: int, body: bytes, place: str) -> None:
        """Nothing more to check; a kind of guard that knows what it fetches checks here."""

    def _body(self, response: requests.Response, place: str) -> bytes:
        """The whole body, read within the limits and kept in `response`."""
        until = time.monotonic() + _PATIENCE * self._timeout_s
        chunks: list[bytes] = []
        n_bytes = 0
        for chunk in response.iter_content(_CHUNK_BYTES):
            chunks.append(chunk)
            n_bytes += len(chunk)
            if n_bytes > self._max_bytes:
                response.close()
                raise PaperUnavailable(f"{place} gave more than {self._max_bytes:,} bytes: refused")
            if time.monotonic() > until:
                response.close()
                raise FeedError(f"{place} sent {n_bytes:,} bytes too slowly and was given up")
        response._content = b"".join(chunks)  # noqa: SLF001 - else requests would read it again
        return response._content  # noqa: SLF001 - the same

    def _judge(self, status: int, headers: Mapping[str, str], body: bytes, place: str) -> None:
        begins = body[:_SHOWN_CHARS].decode(errors="replace")
        plain = not begins.lstrip().startswith("<") and "rate exceeded" in begins.casefold()
        if status in _BUSY or plain:
            wished_s = retry_after_s(headers.get("Retry-After"))
            why = f"{place} asks to slow down ({status})"
            paused_s = self._governor.slow_down(why, wished_s)
            wish = f", for {paused_s:.0f} s" if paused_s else ""
            raise RateLimited(why + wish, paused_s or wished_s)
        if status == requests.codes.forbidden:
            self._governor.refused(
                f"{place} refuses us (403): stop for today, because further requests count as an "
                "attack; use a metadata dump meanwhile, or ask arXiv for the reason"
            )
            raise SourceError(self._governor.status().told)
        if status >= requests.codes.internal_server_error:
            raise FeedError(f"{place} failed with status {status}")
        if status not in self._let_through:
            raise SourceError(f"{place} answered with status {status}: check the address")


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


def shown(body: bytes) -> str:
    """The beginning of a body in one line, for an error."""
    text = " ".join(body[: 4 * _SHOWN_CHARS].decode(errors="replace").split())
    return repr(text[:_SHOWN_CHARS]) if text else "an empty page"


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in one line, without addresses of objects."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return " ".join(str(cause).split())[:_SHOWN_CHARS] or type(cause).__name__
