"""What an OAI-PMH answer of arXiv says: its records, its token, or its error.

Source: OAI-PMH 2.0, sections 3.5 and 3.6, and arXiv's `arXivRaw` format, which lists every version
with date, size and kind of source. A withdrawal is a last version of kind `I` with `0kb`. The text
is that of the latest version only.

An answer that is not one whole document is a FeedError: a page that was cut off and then read as
far as it goes would lose its records and its token, and with them the rest of the list. Document
types are refused, so that no entity is ever expanded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from xml.etree import ElementTree as ET

from pydantic import ValidationError

from claims.errors import CitationError, FeedError, PaperUnavailable, RetestError
from claims.evidence import Failure, Paper
from claims.ids import ArxivId
from papers.guard import shown
from papers.withdrawal import says_withdrawn

_OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
_RAW: Final = "{http://arxiv.org/OAI/arXivRaw/}"
_NOT_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""XML 1.0 forbids these; old records hold some, and one must not hide the whole page."""

_IN_PARENTHESES: Final = re.compile(r"\([^()]{0,400}\)")
_MOST_NESTED: Final = 4


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record of a list, or what is wrong with it."""

    name: str
    """The identifier as it was written."""
    changed_on: date
    """The datestamp: the day of the last modification."""
    found: Paper | Failure
    versions: tuple[datetime, ...] = ()
    """When each version was submitted, from v1."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list."""

    records: tuple[Record, ...] = ()
    token: str | None = None
    """What to go on with; None at the end."""
    total: int | None = None
    """How many records the whole list has, when it says so."""
    error: str | None = None
    """The error code of OAI-PMH, such as `noRecordsMatch`."""
    words: str = ""
    """What the error says."""


def read_listing(body: bytes, place: str) -> Listing:
    """The answer to ListRecords or GetRecord. Raises FeedError."""
    root = parsed(body, place)
    error = root.find(f"{_OAI}error")
    if error is not None:
        return Listing(error=error.get("code") or "unknown", words=_flat(error.text))
    records = tuple(_record(element) for element in root.iter(f"{_OAI}record"))
    token = next(root.iter(f"{_OAI}resumptionToken"), None)
    if token is None:
        return Listing(records=records)
    total = token.get("completeListSize") or ""
    return Listing(
        records=records,
        token=(token.text or "").strip() or None,
        total=int(total) if re.fullmatch(r"\d{1,9}", total) else None,
    )


def read_sets(body: bytes, place: str) -> tuple[frozenset[str], str | None]:
    """The sets of one answer to ListSets, and the token to go on with. Raises FeedError."""
    root = parsed(body, place)
    names = frozenset(_flat(element.text) for element in root.iter(f"{_OAI}setSpec"))
    token = next(root.iter(f"{_OAI}resumptionToken"), None)
    return names, _flat(token.text) or None if token is not None else None


def parsed(body: bytes, place: str, root: str = f"{_OAI}OAI-PMH") -> ET.Element:
    """The root of a whole document of this kind, without a document type. Raises FeedError."""
    # Document types are refused by the builder, and with them entities and all they can do.
    parser = ET.XMLParser(target=_NoDocumentType())  # noqa: S314 - the line above
    try:
        parser.feed(_NOT_TEXT.sub(b" ", body))
        element: ET.Element = parser.close()
    except ET.ParseError as error:
        raise FeedError(f"{place} gave no whole XML but {shown(body)} ({error})") from None
    if element.tag != root:
        raise FeedError(f"{place} gave no {root.partition('}')[2]} but {shown(body)}")
    return element


class _NoDocumentType(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        del pubid, system
        raise FeedError(f"an answer declares the document type {name!r}, which could hold a bomb")


def _record(element: ET.Element) -> Record:
    header = element.find(f"{_OAI}header")
    if header is None:
        return _broken("unnamed", date.min, FeedError("a record has no header"))
    name = _text(header, f"{_OAI}identifier")
    try:
        changed_on = date.fromisoformat(_text(header, f"{_OAI}datestamp")[:10])
    except ValueError:
        return _broken(name, date.min, FeedError(f"{name} has no datestamp"))
    if header.get("status") == "deleted":
        gone = f"arXiv has deleted {name}, as of {changed_on}"
        return _broken(name, changed_on, PaperUnavailable(gone))
    raw = element.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    if raw is None:
        return _broken(name, changed_on, FeedError(f"{name} has no arXivRaw metadata"))
    try:
        versions = tuple(_moment(_text(v, f"{_RAW}date")) for v in raw.iter(f"{_RAW}version"))
        paper = _paper(raw, versions)
    except (CitationError, ValidationError, ValueError) as error:
        told = str(error).splitlines()[0]
        return _broken(name, changed_on, FeedError(f"{name} cannot be read: {told}"))
    return Record(name=name, changed_on=changed_on, found=paper, versions=versions)


def _paper(raw: ET.Element, versions: tuple[datetime, ...]) -> Paper:
    """The latest version. Raises ValueError and its kinds."""
    if not versions:
        raise ValueError("no version is listed")
    last = raw.findall(f"{_RAW}version")[-1]
    number = re.fullmatch(r"v([1-9]\d{0,3})", last.get("version") or "")
    if not number:
        raise ValueError(f"{last.get('version')!r} is not a version")
    comment = _text(raw, f"{_RAW}comments") or None
    emptied = _text(last, f"{_RAW}source_type") == "I" and _text(last, f"{_RAW}size") == "0kb"
    return Paper(
        id=ArxivId(ArxivId.parse(_text(raw, f"{_RAW}id")).number, int(number[1])),
        title=_text(raw, f"{_RAW}title"),
        authors=tuple(names_in(_text(raw, f"{_RAW}authors"))),
        abstract=_text(raw, f"{_RAW}abstract"),
        categories=tuple(_text(raw, f"{_RAW}categories").split()),
        submitted_at=versions[0],
        revised_at=versions[-1],
        comment=comment,
        doi=_text(raw, f"{_RAW}doi") or None,
        withdrawn=emptied or says_withdrawn(comment),
        is_certain=True,
    )


def names_in(written: str) -> Iterator[str]:
    """The authors of one line such as `A. Able (MIT), B. Best and C. Cole`, without affiliations.

    >>> list(names_in("A. Able (Lab (West)), B. Best and C. Cole"))
    ['A. Able', 'B. Best', 'C. Cole']
    """
    bare = written
    for _ in range(_MOST_NESTED):
        bare = _IN_PARENTHESES.sub(" ", bare)
    for name in re.split(r",|\band\b", bare):
        if flat := _flat(name):
            yield flat


def _broken(name: str, changed_on: date, error: RetestError) -> Record:
    failure = Failure.of(error, stage="fetch", item_id=name or "unnamed")
    return Record(name=name, changed_on=changed_on, found=failure)


def _moment(text: str) -> datetime:
    """The UTC moment of a date such as `Mon, 2 Apr 2007 19:18:42 GMT`. Raises ValueError."""
    moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _text(element: ET.Element, path: str) -> str:
    return _flat(element.findtext(path))


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())
