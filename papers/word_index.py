"""Search by words over passages, in one SQLite file (FTS5), and the record of what is indexed.

A passage counts as indexed when it is in this file; everything else about it can be made again
from here. Any text can be asked for: queries are built from quoted words, never from syntax.
"""

import errno
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from claims.clock import Window
from claims.errors import SearchIndexError
from claims.evidence import Paper, Passage
from claims.ids import ArxivId
from papers.lexical import STOP_WORDS, words_of

RANK_K: Final = 60
"""Reciprocal rank fusion with k = 60 (Cormack, Clarke and Büttcher, SIGIR 2009)."""

TOKENIZER: Final = "porter unicode61"
"""FTS5's own: words without accents and case, stemmed."""

_FORMAT: Final = "1"
_MAX_TERMS: Final = 48
"""A claim has about 20 words that count; a longer query only costs time."""

_IDS_A_STATEMENT: Final = 500
"""SQLite allowed 999 parameters before 3.32."""

_BUSY_S: Final = 30.0

_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS paper (
    number TEXT NOT NULL, version INTEGER NOT NULL, revised_at INTEGER NOT NULL,
    PRIMARY KEY (number, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passage (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL, version INTEGER NOT NULL, revised_at INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
    text, content='passage', content_rowid='rowid', tokenize='{TOKENIZER}'
);
"""

_LATEST: Final = """
    passage.revised_at >= :since AND passage.revised_at < :until AND NOT EXISTS (
        SELECT 1 FROM paper AS later
        WHERE later.number = passage.number AND later.version > passage.version
          AND later.revised_at >= :since AND later.revised_at < :until)
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One passage as it is indexed: title and text together."""

    id: str
    paper: ArxivId
    revised_at: int
    """Seconds since the epoch."""
    text: str

    @classmethod
    def of(cls, paper: Paper, passage: Passage) -> "Row":
        """The row of `passage` of `paper`."""
        return cls(
            id=passage.id,
            paper=paper.id,
            revised_at=int(paper.revised_at.timestamp()),
            text=f"{paper.title}\n{passage.text}",
        )


class WordIndex:
    """The SQLite file. Its caller sees to it that there is one writer. Raises SearchIndexError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with guarded(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.executescript(_SCHEMA)
                if self.setting("format") is None:
                    self.keep("format", _FORMAT)
            except BaseException:
                self._db.close()
                raise
        if self.setting("format") != _FORMAT:
            raise SearchIndexError(f"{path} was made by another retest: delete its folder")

    def setting(self, name: str) -> str | None:
        """A stored setting, or None."""
        with guarded(self._path), closing(self._db.cursor()) as cursor:
            cursor.execute("SELECT value FROM setting WHERE name = ?", (name,))
            row = cursor.fetchone()
        return None if row is None else str(row[0])

    def keep(self, name: str, value: str) -> None:
        """Store a setting."""
        with guarded(self._path), self._db:
            self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def write(self, papers: Sequence[Paper], rows: Sequence[Row]) -> None:
        """Record `papers` with all their new passages `rows`, wholly or not at all."""
        moments = [(p.id.number, p.id.version, int(p.revised_at.timestamp())) for p in papers]
        with guarded(self._path), self._db:
            self._db.executemany("INSERT OR REPLACE INTO paper VALUES (?, ?, ?)", moments)
            for row in rows:
                cursor = self._db.execute(
                    "INSERT INTO passage (id, number, version, revised_at, text) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (row.id, *row.paper, row.revised_at, row.text),
                )
                self._db.execute(
                    "INSERT INTO words (rowid, text) VALUES (?, ?)", (cursor.lastrowid, row.text)
                )

    def holds(self, ids: Iterable[str]) -> set[str]:
        """Those of the passage `ids` that are indexed."""
        return {
            str(row[0])
            for marks, batch in _batches(ids)
            for row in self._all(f"SELECT id FROM passage WHERE id IN ({marks})", batch)  # noqa: S608 - only question marks
        }

    def papers(self, numbers: Iterable[str]) -> set[ArxivId]:
        """Every indexed version of the papers with these `numbers`."""
        return {
            ArxivId(str(row[0]), int(row[1]))
            for marks, batch in _batches(numbers)
            for row in self._all(
                f"SELECT number, version FROM paper WHERE number IN ({marks})",  # noqa: S608 - only question marks
                batch,
            )
        }

    def __len__(self) -> int:
        return int(self._all("SELECT count(*) FROM passage", ())[0][0])

    def rows(self, batch: int) -> Iterator[list[Row]]:
        """Every passage in batches, in the order of writing."""
        after = 0
        while found := self._all(
            "SELECT rowid, id, number, version, revised_at, text FROM passage "
            "WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (after, batch),
        ):
            after = found[-1][0]
            yield [
                Row(id=id_, paper=ArxivId(number, version), revised_at=revised_at, text=text)
                for _, id_, number, version, revised_at, text in found
            ]

    def search(
        self,
        query: str,
        *,
        limit: int,
        window: Window | None,
        only: Collection[str] | None = None,
    ) -> list[tuple[str, ArxivId]]:
        """The best passage of each of the `limit` best papers for the words of `query`.

        Passage id and paper, best first; of each paper the latest version indexed in `window`.
        With `only`, of papers with these numbers.
        """
        if not (match := match_of(query)):
            return []
        best: dict[str, tuple[str, ArxivId]] = {}
        with guarded(self._path), closing(self._db.cursor()) as cursor:
            for id_, number, version in cursor.execute(
                "SELECT passage.id, passage.number, passage.version FROM words "  # noqa: S608 - constant
                "JOIN passage ON passage.rowid = words.rowid "
                f"WHERE words MATCH :match AND {_LATEST}"
                "ORDER BY bm25(words), passage.id",
                {"match": match, **_bounds(window)},
            ):
                if only is None or number in only:
                    best.setdefault(number, (id_, ArxivId(number, version)))
                if len(best) == limit:
                    break
        return list(best.values())

    def latest(self, ids: Iterable[str], window: Window | None) -> dict[str, ArxivId]:
        """Of the passage `ids`, those of the latest versions indexed in `window`, with papers."""
        kept: dict[str, ArxivId] = {}
        bounds = _bounds(window)
        for id_ in ids:
            for row in self._all(
                f"SELECT number, version FROM passage WHERE id = :id AND {_LATEST}",  # noqa: S608 - constant
                {"id": id_, **bounds},
            ):
                kept[id_] = ArxivId(*row)
        return kept

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _all(self, statement: str, values: Sequence[object] | dict[str, object]) -> list[Any]:
        with guarded(self._path), closing(self._db.cursor()) as cursor:
            return cursor.execute(statement, values).fetchall()


def match_of(query: str) -> str:
    """The FTS5 expression for any of the telling words of `query`; empty if it has none.

    >>> match_of('the "persona* OR NEAR(drift)')
    '"persona" OR "near" OR "drift"'
    """
    words = [word for word in words_of(query) if word not in STOP_WORDS]
    return " OR ".join(f'"{word}"' for word in list(dict.fromkeys(words))[:_MAX_TERMS])


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn what SQLite or the file system says into one SearchIndexError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = str(error)
        if "full" in said:
            raise SearchIndexError(f"{path} cannot be written: the disk is full") from error
        if "malformed" in said or "not a database" in said:
            raise SearchIndexError(
                f"{path} is damaged: delete the folder {path.parent}; it is filled again from "
                "the papers"
            ) from error
        raise SearchIndexError(f"{path}: {said}") from error
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        said = "the disk is full" if full else error.strerror or str(error)
        raise SearchIndexError(f"{path} cannot be written: {said}") from error


def _bounds(window: Window | None) -> dict[str, object]:
    if window is None:
        return {"since": -(2**62), "until": 2**62}
    # Half-open in whole seconds: a version within the first second counts as inside.
    return {"since": int(window.since.timestamp()), "until": -int(-window.until.timestamp() // 1)}


def _batches(values: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Question marks and values, a few hundred at a time."""
    every = list(values)
    for start in range(0, len(every), _IDS_A_STATEMENT):
        batch = every[start : start + _IDS_A_STATEMENT]
        yield ",".join("?" * len(batch)), batch
