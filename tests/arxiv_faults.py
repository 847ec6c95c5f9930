"""The known faults of arXiv's interfaces, each to be switched on by its name."""

from enum import StrEnum

from tests.arxiv_answers import error_feed

Answer = tuple[int, bytes, dict[str, str]]
"""Status, body and headers."""


class Fault(StrEnum):
    """What can be wrong with an answer."""

    NONE = "none"
    BUSY = "busy"
    """429 with Retry-After: 7."""
    BUSY_EMPTY = "busy-empty"
    """429 without Retry-After."""
    BUSY_PLAIN = "busy-plain"
    """429 with the plain text "Rate exceeded." and no header."""
    DOWN = "down"
    """503 without Retry-After."""
    REFUSED = "refused"
    """403."""
    BROKEN = "broken"
    """500."""
    HANG = "hang"
    """No answer for as long as the server runs."""
    STALL = "stall"
    """Half of the body, and then nothing more."""
    SHORT = "short"
    """Half of the body that was promised, and the end of the connection."""
    EMPTY_DEEP_PAGE = "empty-deep-page"
    """No entries from the second page on, though there are more results."""
    CUT_OFF = "cut-off"
    """XML, or a PDF, that ends in the middle; how long it is was not announced."""
    HTML = "html"
    """An HTML page with status 200."""
    ERROR_ENTRY = "error-entry"
    """A feed with one entry titled "Error"."""
    TORN_ENTRY = "torn-entry"
    """The first entry of a page has no dates."""
    ABSENT = "absent"
    """The first id of a batch is silently left out."""
    EXPIRED = "expired"
    """Every resumption token has expired."""
    REPEATED = "repeated"
    """A resumption token that leads to itself."""
    ONE_PAGE = "one-page"
    """A list that ends after its first page, whatever size it states."""
    CHANGED = "changed"
    """Once the first page of a list was given, its first record is changed."""
    STALE = "stale"
    """A feed that was built today and holds the entries of last week."""
    MISSING = "missing"
    """404, as for the PDF of a withdrawn version."""


_PLAIN = {"Content-Type": "text/plain"}
CANNED: dict[Fault, Answer] = {
    Fault.BUSY: (429, b"", {"Retry-After": "7"}),
    Fault.BUSY_EMPTY: (429, b"", {}),
    Fault.BUSY_PLAIN: (429, b"Rate exceeded.", _PLAIN),
    Fault.DOWN: (503, b"Service Unavailable", _PLAIN),
    Fault.REFUSED: (403, b"Forbidden", _PLAIN),
    Fault.BROKEN: (500, b"Internal Server Error", _PLAIN),
    Fault.MISSING: (404, b"No such version", _PLAIN),
    Fault.HTML: (200, b"<html><body>Be back soon</body></html>", {"Content-Type": "text/html"}),
    Fault.ERROR_ENTRY: (200, error_feed("the loopback server was told to object").encode(), {}),
}
