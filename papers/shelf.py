"""The shelf: PDFs of candidate papers, each version fetched once, kept by content hash.

A folder of files named by the SHA-256 of what is in them, and a SQLite catalogue that says which
paper version is which file. The catalogue's write lock is taken for every change, so processes may
share the shelf: a file is there before its entry, and no file is removed while another process
puts one. The shelf holds to a size and an age; what it drops can be fetched again. Which versions
have no text to be had is kept for some days too, with the reason. Its content is other people's
text: it is read here and never handed on.
"""

import hashlib
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from claims.errors import PaperUnavailable, SourceError
from claims.ids import ArxivId

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS shelved (
    paper TEXT PRIMARY KEY, sha256 TEXT NOT NULL, n_bytes INTEGER NOT NULL, fetched_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_age ON shelved (fetched_at);
CREATE TABLE IF NOT EXISTS unusable (
    paper TEXT PRIMARY KEY, error TEXT NOT NULL, why TEXT NOT NULL, found_at REAL NOT NULL
) WITHOUT ROWID;
"""
_BUSY_S: Final = 30.0
_STRAY_S: Final = 3_600.0
"""A file without an entry is left alone for so long: it may be on its way in."""

UNUSABLE_FOR: Final = timedelta(days=3)
"""Then a version is asked for again: a mirror may lag, and HTML is made some days after the PDF."""


class Unusable(NamedTuple):
    """One paper version of which no text is to be had."""

    paper: ArxivId
    error: str
    """The name of the error."""
    why: str
    found_at: datetime


class Shelved(NamedTuple):
    """One paper version on the shelf."""

    paper: ArxivId
    sha256: str
    n_bytes: int
    fetched_at: datetime
    path: Path


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """What was taken off the shelf."""

    n_papers: int
    n_bytes: int
    """Disk space given back."""


def _now() -> datetime:
    return datetime.now(UTC)


class Shelf:
    """The shelf in `folder`. Raises SourceError where it cannot be read or written."""

    def __init__(
        self,
        folder: Path,
        max_bytes: int = 2_000_000_000,
        max_age_days: float = 90,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._folder, self.max_bytes, self._now = folder, max_bytes, now
        self._max_age = timedelta(days=max_age_days)
        with self._guarded():
            folder.mkdir(parents=True, exist_ok=True)

    def get(self, paper: ArxivId) -> Path | None:
        """The file of this very version, or None. A file that is not what it was is dropped."""
        sha256 = self._named(paper)
        if sha256 is None:
            return None
        path = self._path(sha256)
        with suppress(FileNotFoundError), self._guarded():
            if hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                return path
        with self._catalogue(writing=True) as db:
            db.execute("DELETE FROM shelved WHERE sha256 = ?", (sha256,))
            path.unlink(missing_ok=True)
        return None

    def __contains__(self, paper: ArxivId) -> bool:
        """Whether there is a file of this very version; what is in it is not looked at."""
        sha256 = self._named(paper)
        return sha256 is not None and self._path(sha256).is_file()

    def put(self, paper: ArxivId, content: bytes) -> Path:
        """The file that `content` is kept in from now on; makes room for it first."""
        name = _version(paper)
        if len(content) > self.max_bytes:
            raise PaperUnavailable(
                f"{name} has {len(content) / 1e6:.0f} MB, more than the whole shelf may hold"
            )
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        with self._catalogue(writing=True) as db:
            self._drop(db, room_for=len(content), keep=sha256, replaced=name)
            if not path.exists():
                _write(path, content)
            db.execute(
                "INSERT OR REPLACE INTO shelved VALUES (?, ?, ?, ?)",
                (name, sha256, len(content), self._now().timestamp()),
            )
            db.execute("DELETE FROM unusable WHERE paper = ?", (name,))
        return path

    def drop(self, paper: ArxivId) -> None:
        """Take this version off the shelf, so that it is fetched anew when it is wanted."""
        with self._catalogue(writing=True) as db:
            self._drop(db, replaced=_version(paper))

    def note_unusable(self, paper: ArxivId, error: str, why: str) -> None:
        """Remember that this version has no text to be had; it is forgotten after some days."""
        now = self._now()
        with self._catalogue(writing=True) as db:
            db.execute(
                "DELETE FROM unusable WHERE found_at < ?", ((now - UNUSABLE_FOR).timestamp(),)
            )
            db.execute(
                "INSERT OR REPLACE INTO unusable VALUES (?, ?, ?, ?)",
                (_version(paper), error, why, now.timestamp()),
            )

    def unusable(self) -> tuple[Unusable, ...]:
        """What has no text to be had, as far as it is remembered, the newest first."""
        with self._catalogue() as db:
            rows = db.execute(
                "SELECT paper, error, why, found_at FROM unusable WHERE found_at >= ? "
                "ORDER BY found_at DESC, paper",
                ((self._now() - UNUSABLE_FOR).timestamp(),),
            ).fetchall()
        return tuple(
            Unusable(ArxivId.parse(name), error, why, datetime.fromtimestamp(at, UTC))
            for name, error, why, at in rows
        )

    def prune(self) -> Pruned:
        """Drop what is too old, then the oldest until the rest fits, then files without entry."""
        with self._catalogue(writing=True) as db:
            pruned = self._drop(db)
            strays = self._drop_strays(db)
        return Pruned(n_papers=pruned.n_papers, n_bytes=pruned.n_bytes + strays)

    def listing(self) -> tuple[Shelved, ...]:
        """What is on the shelf, the newest first."""
        with self._catalogue() as db:
            rows = db.execute(
                "SELECT paper, sha256, n_bytes, fetched_at FROM shelved "
                "ORDER BY fetched_at DESC, paper"
            ).fetchall()
        return tuple(
            Shelved(
                ArxivId.parse(name), sha256, n, datetime.fromtimestamp(at, UTC), self._path(sha256)
            )
            for name, sha256, n, at in rows
        )

    def _named(self, paper: ArxivId) -> str | None:
        with self._catalogue() as db:
            row = db.execute(
                "SELECT sha256 FROM shelved WHERE paper = ?", (_version(paper),)
            ).fetchone()
        return str(row[0]) if row else None

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.pdf"

    def _drop(
        self, db: sqlite3.Connection, *, room_for: int = 0, keep: str = "", replaced: str = ""
    ) -> Pruned:
        """Take entries off by age, then by size, with the files that no entry names any more.

        Also the entry of the paper that is `replaced`; never the content to `keep`.
        """
        rows = db.execute(
            "SELECT paper, sha256, n_bytes, fetched_at FROM shelved ORDER BY fetched_at, paper"
        ).fetchall()
        oldest = (self._now() - self._max_age).timestamp()
        users = Counter(sha256 for _, sha256, _, _ in rows)
        sizes = {sha256: n for _, sha256, n, _ in rows}
        total = sum(sizes.values()) + (0 if keep in sizes else room_for)
        n_papers = n_bytes = 0
        for paper, sha256, n, fetched_at in rows:
            fits = fetched_at >= oldest and total <= self.max_bytes and paper != replaced
            if fits or sha256 == keep:
                continue
            db.execute("DELETE FROM shelved WHERE paper = ?", (paper,))
            n_papers += 1
            users[sha256] -= 1
            if not users[sha256]:
                self._path(sha256).unlink(missing_ok=True)
                total -= n
                n_bytes += n
        return Pruned(n_papers=n_papers, n_bytes=n_bytes)

    def _drop_strays(self, db: sqlite3.Connection) -> int:
        """Bytes of the files that a killed process left behind without an entry."""
        named = {f"{row[0]}.pdf" for row in db.execute("SELECT sha256 FROM shelved")}
        n_bytes = 0
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            status = path.stat()
            aged = self._now().timestamp() - status.st_mtime > _STRAY_S
            if path.name not in named and aged:
                path.unlink(missing_ok=True)
                n_bytes += status.st_size
        return n_bytes

    @contextmanager
    def _catalogue(self, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
        """The open catalogue, in one transaction; with its write lock if `writing`."""
        with (
            self._guarded(),
            closing(
                sqlite3.connect(
                    self._folder / "catalogue.sqlite", timeout=_BUSY_S, isolation_level=None
                )
            ) as db,
        ):
            db.executescript(_SCHEMA)
            db.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn what the file system or SQLite says into one SourceError."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            said = error.strerror or str(error)
            raise SourceError(f"the shelf {self._folder} cannot be used: {said}") from error
        except sqlite3.DatabaseError as error:
            said = str(error)
            if "malformed" in said or "not a database" in said:
                said = f"{said}: delete the folder, its papers are fetched again when needed"
            raise SourceError(f"the shelf {self._folder} cannot be used: {said}") from error


def _version(paper: ArxivId) -> str:
    if paper.version is None:
        raise ValueError(f"{paper} has no version: the shelf keeps versions")
    return str(paper)


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or none of it."""
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
