"""Papers from an arXiv metadata dump: JSON lines, plain or gzip, streamed.

One record becomes one Paper: the latest version it lists, because its text is the only one that
a record holds. A bad line becomes a Failure with file and line, and reading goes on. A dump
proves that a paper exists, never that it does not: it may be a part of arXiv or an old one.

The schema is that of the public arXiv metadata dump (`id`, `title`, `abstract`, `categories`,
`comments`, `doi`, `versions`, `authors`, `authors_parsed`), read leniently beyond these keys.
"""

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final, cast

import orjson
from pydantic import ValidationError

from claims.errors import CitationError, SourceError
from claims.evidence import Failure, Paper, TextSource
from claims.ids import ArxivId
from papers.sources import Request
from papers.withdrawal import says_withdrawn

_GZIP_MAGIC: Final = b"\x1f\x8b"

_LINES_TO_RECOGNISE: Final = 100
"""A file without one good record among so many lines is something else."""

_MAX_LINE_BYTES: Final = 8_000_000
"""The longest real record is under 100 kB; a longer line is damage or an attack on memory."""

_SHAPE: Final = (
    "a dump has one JSON object a line, with the keys id, title, abstract, categories, versions "
    "and authors"
)
_RFC_2822: Final = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|[+-]0000)"
)
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_SUMMARY: Final = "summary"
"""`abstract_source` of the bundled sample, whose abstracts are our own summaries."""


class DumpSource:
    """A metadata dump in one file. Holds nothing in memory between calls."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """`dump:` and the file's name."""
        return f"dump:{self.path.name}"

    def fetch(self, request: Request) -> Iterator[Paper | Failure]:
        """The records of the window and categories, in the order of the file.

        `request.phrases` do not narrow it: reading a file costs the same either way. Raises
        SourceError for a file that is missing, cut off or not a dump.
        """
        wanted = frozenset(request.categories)
        for line, record in self._records():
            if isinstance(record, Failure):
                yield record
                continue
            try:
                if wanted and wanted.isdisjoint(record["categories"].split()):
                    continue
                if _date(_version(record, -1)["created"]) in request.window:
                    yield paper_of(record)
            except SourceError as error:
                yield self._failure(line, error)

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """What the dump holds of `ids`; an id that it does not hold is left out, never None.

        The same is true of a version other than the latest one listed. Raises SourceError.
        """
        numbers = {id_.number for id_ in ids}
        newest: dict[str, Paper] = {}
        exact: dict[ArxivId, Paper] = {}
        for _, record in self._records():
            if isinstance(record, Failure) or record["id"] not in numbers:
                continue
            try:
                paper = paper_of(record)
            except SourceError:
                continue
            exact[paper.id] = paper
            held = newest.get(paper.id.number)
            if held is None or _order(paper) >= _order(held):
                newest[paper.id.number] = paper
        said = ((i, newest.get(i.number) if i.version is None else exact.get(i)) for i in ids)
        return {id_: paper for id_, paper in said if paper}

    def _records(self) -> Iterator[tuple[int, dict[str, Any] | Failure]]:
        """Line number and record, or the Failure of that line; recognises what is no dump."""
        early: list[tuple[int, Failure]] = []
        recognised = False
        for line, text in self._lines():
            try:
                record = _decode(text)
            except SourceError as error:
                failure = self._failure(line, error)
                if recognised:
                    yield line, failure
                    continue
                early.append((line, failure))
                if len(early) >= _LINES_TO_RECOGNISE:
                    break
                continue
            if not recognised:
                recognised = True
                yield from early
            yield line, record
        if not recognised:
            raise SourceError(f"{self.path} holds no arXiv record: {_SHAPE}")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Number from 1 and bytes of every line that is not blank."""
        line = 0
        with self._opened() as stream:
            while True:
                try:
                    text = stream.readline(_MAX_LINE_BYTES)
                except EOFError:
                    raise SourceError(
                        f"{self.path} is cut off after line {line}: fetch the file again"
                    ) from None
                except (zlib.error, OSError) as error:
                    raise SourceError(
                        f"{self.path} is damaged after line {line} ({error}): fetch it again"
                    ) from None
                if not text:
                    return
                line += 1
                if not text.isspace():
                    yield line, text
                while text and len(text) == _MAX_LINE_BYTES and text[-1:] != b"\n":
                    text = stream.readline(_MAX_LINE_BYTES)

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            with self.path.open("rb") as probe:
                packed = probe.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            stream = self._open(packed)
        except FileNotFoundError:
            raise SourceError(f"there is no dump at {self.path}: check the path") from None
        except IsADirectoryError:
            raise SourceError(f"{self.path} is a folder: name the dump file in it") from None
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}") from None
        with stream:
            yield stream

    def _open(self, packed: bool) -> IO[bytes]:
        if packed:
            return cast("IO[bytes]", gzip.open(self.path, "rb"))
        return self.path.open("rb")

    def _failure(self, line: int, error: SourceError) -> Failure:
        return Failure(
            stage="fetch",
            item_id=f"{self.path.name}:{line}",
            error="SourceError",
            message=f"{self.path.name}:{line}: {error}",
        )


def paper_of(record: Mapping[str, Any]) -> Paper:
    """The latest version that a dump record lists. Raises SourceError.

    Line breaks in a dump are layout: runs of white space become one space.
    """
    first, last = _version(record, 0), _version(record, -1)
    comment = _flat(record.get("comments") or "") or None
    summary = record.get("abstract_source") == _SUMMARY
    try:
        return Paper(
            id=ArxivId.parse(f"{record['id']}{last['version']}"),
            title=_flat(record["title"]),
            authors=_authors(record),
            abstract=_flat(record["abstract"]),
            abstract_source=TextSource.SAMPLE if summary else TextSource.ABSTRACT,
            categories=tuple(record["categories"].split()),
            submitted_at=_date(first["created"]),
            revised_at=_date(last["created"]),
            comment=comment,
            doi=record.get("doi") or None,
            withdrawn=says_withdrawn(comment),
        )
    except (CitationError, ValidationError) as error:
        raise SourceError(str(error).splitlines()[0]) from None


def _decode(text: bytes) -> dict[str, Any]:
    if len(text) >= _MAX_LINE_BYTES:
        raise SourceError(f"the line is longer than {_MAX_LINE_BYTES:,} bytes")
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SourceError(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise SourceError("not a JSON object")
    for key in ("id", "title", "abstract", "categories"):
        if not isinstance(record.get(key), str):
            raise SourceError(f"the key {key!r} is missing or is not text")
    for key in ("comments", "doi"):
        if not isinstance(record.get(key), str | None):
            raise SourceError(f"the key {key!r} is not text")
    if not isinstance(record.get("versions"), list) or not record["versions"]:
        raise SourceError("the key 'versions' is missing or is not a list of versions")
    return record


def _version(record: Mapping[str, Any], index: int) -> Mapping[str, str]:
    listed = record["versions"][index]
    if isinstance(listed, dict) and isinstance(listed.get("created"), str):
        if re.fullmatch(r"v[1-9]\d{0,3}", str(listed.get("version"))):
            return listed
        raise SourceError(f"{listed.get('version')!r} is not a version: expected v1, v2, ...")
    raise SourceError("a version lacks its 'created' date")


@lru_cache(maxsize=4096)
def _date(text: str) -> datetime:
    """The UTC moment of an RFC 2822 date, read by hand where it has the dump's usual shape."""
    usual = _RFC_2822.fullmatch(text)
    try:
        if usual and (place := _MONTHS.find(usual[2])) % 3 == 0:
            day, _, year, *clock = usual.groups()
            hour, minute, second = map(int, clock)
            return datetime(int(year), place // 3 + 1, int(day), hour, minute, second, tzinfo=UTC)
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        raise SourceError(
            f"{text!r} is not a date such as 'Mon, 2 Apr 2007 19:18:42 GMT'"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _authors(record: Mapping[str, Any]) -> tuple[str, ...]:
    parsed = record.get("authors_parsed")
    if isinstance(parsed, list) and parsed and all(isinstance(name, list) for name in parsed):
        names = (_name([str(part) for part in name]) for name in parsed)
        return tuple(name for name in names if name)
    written = record.get("authors")
    if not isinstance(written, str):
        raise SourceError("neither 'authors' nor 'authors_parsed' names the authors")
    bare = re.sub(r"\([^()]*\)", " ", _flat(written))
    names = (name.strip() for name in re.split(r",|\band\b", bare))
    return tuple(name for name in names if name)


def _name(parts: Sequence[str]) -> str:
    last, first, suffix = (*parts, "", "", "")[:3]
    return _flat(f"{first} {last} {suffix}")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _order(paper: Paper) -> tuple[int, datetime]:
    return paper.id.version or 0, paper.revised_at
