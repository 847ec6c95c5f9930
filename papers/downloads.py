"""PDFs and HTML pages of single versions from arXiv, one paper at a time.

PDFs keep a rate of their own (`papers.governor`). What comes is checked to be a PDF by its first
bytes, and to be whole by the length that was announced or else by its last bytes; everything else
about it is for the reader. A version without a full text, such as a withdrawal, is a
PaperUnavailable.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import requests

from claims.errors import FeedError, PaperUnavailable, SourceError
from claims.ids import ArxivId
from papers.governor import Governor, Lane, Rates
from papers.guard import Guard, shown, user_agent

ARXIV_EXPORT: Final = "https://export.arxiv.org"

_BEGINS: Final = b"%PDF-"
_BEGINS_WITHIN: Final = 1_024
"""Readers accept some bytes before the header (ISO 32000-1, annex H.3.4.1)."""

_ENDS: Final = b"%%EOF"
_ENDS_WITHIN: Final = 2_048
_FRAMED: Final = ("Content-Length", "Transfer-Encoding")
"""With one of these a body that ends early is an error of the transfer (RFC 9112, 8), so what came
is what the server holds. Some PDFs of arXiv end in other bytes than they should."""

_GONE: Final = frozenset({requests.codes.not_found, requests.codes.gone})


@dataclass(frozen=True, kw_only=True)
class DownloadAccess:
    """How full texts are reached."""

    state_dir: Path
    """Holds what all processes of the workspace share (`papers.governor`)."""
    base_url: str = ARXIV_EXPORT
    rates: Rates = field(default_factory=Rates)
    timeout_s: float = 60.0
    max_bytes: int = 50_000_000
    user_agent: str = field(default_factory=user_agent)
    on_wait: Callable[[str, float], None] = lambda _why, _seconds: None
    """Is told why and for how many seconds, before each wait."""


class Downloads:
    """Full texts of arXiv, or a mirror of it."""

    def __init__(self, access: DownloadAccess) -> None:
        self._base = access.base_url.rstrip("/")
        guard = Guard(
            Governor(access.state_dir, access.rates, on_wait=access.on_wait),
            timeout_s=access.timeout_s,
            user_agent=access.user_agent,
            lane=Lane.PDF,
            let_through=_GONE,
            max_bytes=access.max_bytes,
        )
        self._session = guard.session()

    def pdf(self, id_: ArxivId) -> bytes:
        """The PDF of this version. Raises PaperUnavailable, SourceError."""
        place, body, framed = self._get("pdf", id_)
        if _BEGINS not in body[:_BEGINS_WITHIN]:
            raise PaperUnavailable(f"{place} gave no PDF but {shown(body)}")
        if not framed and _ENDS not in body[-_ENDS_WITHIN:]:
            raise FeedError(f"{place} gave a PDF that is cut off after {len(body):,} bytes")
        return body

    def html(self, id_: ArxivId) -> bytes:
        """The HTML page of this version. Raises PaperUnavailable, SourceError."""
        place, body, framed = self._get("html", id_)
        if not framed and b"</html>" not in body[-_ENDS_WITHIN:].lower():
            raise FeedError(f"{place} gave a page that is cut off after {len(body):,} bytes")
        return body

    def _get(self, kind: str, id_: ArxivId) -> tuple[str, bytes, bool]:
        """The address, the body, and whether its length was announced."""
        place = f"{self._base}/{kind}/{id_}"
        try:
            response = self._session.get(place)
        except requests.RequestException as error:
            raise SourceError(f"{place} cannot be asked: {error}") from error
        if response.status_code in _GONE:
            raise PaperUnavailable(
                f"arXiv has no {kind.upper()} of {id_}: the version may be withdrawn"
            )
        return place, response.content, any(name in response.headers for name in _FRAMED)
