"""The search index of one workspace: full-text search and vectors side by side, ranks merged.

It proposes passages for a judge to read; it decides nothing. Promises: adding the same papers
twice adds nothing, a killed `add` is made whole by the next, and another embedder means that the
vectors are made again from the stored text. Words are SQLite (`papers.word_index`), vectors are
Chroma, in a folder or on a server. There is one writer at a time, held by a lock file: two
processes that write one Chroma folder corrupt it without a word.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, cast
from urllib.parse import urlsplit

import chromadb
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.config import Settings
from chromadb.errors import ChromaError
from chromadb.types import Where
from filelock import FileLock, Timeout

from claims.clock import Window
from claims.errors import SearchIndexError
from claims.evidence import Paper
from claims.ids import ArxivId
from papers.embed import Embedder
from papers.passages import cut
from papers.word_index import RANK_K, Row, WordIndex, guarded

_BATCH: Final = 500
_LEAST_DEPTH: Final = 50
"""How deep each ranking is read at least, so that the merged head is stable."""

_SEARCH_WIDTH: Final[CreateHNSWConfiguration] = {"ef_construction": 200, "ef_search": 400}
"""Chroma's own 100 and 100 lost neighbours, others in each run: recall@10 .962 to .969 for the
same claims (`bench.retrieval`). With these every run gave the same figures."""

_LOCK_WAIT_S: Final = 60.0
_EDITION: Final = "edition"
"""The setting that changes with every write, so that other processes open the vectors again."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One paper version that was found, by its best passage."""

    paper: ArxivId
    passage_id: str
    score: float
    """Merged reciprocal ranks: an ordering within one search, nothing more."""
    lexical_rank: int | None
    """Best rank from 1 by full text over all queries; None where it was not found so."""
    dense_rank: int | None
    """The same by vectors."""


class PassageIndex:
    """Open index of one folder; close it, or use it with `with`. Raises SearchIndexError."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        server_url: str | None = None,
        *,
        lock_wait_s: float = _LOCK_WAIT_S,
    ) -> None:
        self._folder = folder
        self._embedder = embedder
        self._server_url = server_url
        self.notes: tuple[str, ...] = ()
        """What a run should tell, such as vectors that were made again."""
        with guarded(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / "writer.lock", timeout=lock_wait_s)
        with self._writing():
            self._text = WordIndex(folder / "passages.sqlite")
            try:
                self._connect()
                self._catch_up()
            except BaseException:
                self._text.close()
                raise

    @property
    def identity(self) -> str:
        """The identity of the embedder whose vectors are searched."""
        return self._embedder.identity

    @property
    def n_passages(self) -> int:
        """How many passages are indexed."""
        return len(self._text)

    def add(self, papers: Sequence[Paper]) -> int:
        """The number of passages that were new. The papers are searchable when it returns."""
        n_new = 0
        with self._writing():
            self._see_others()
            for start in range(0, len(papers), _BATCH):
                n_new += self._add(papers[start : start + _BATCH])
        return n_new

    def known(self, ids: Iterable[ArxivId]) -> set[ArxivId]:
        """Those of `ids` (with versions) that are indexed."""
        asked = set(ids)
        return asked & self._text.papers({id_.number for id_ in asked})

    def find(
        self,
        queries: Sequence[str],
        *,
        limit: int,
        window: Window | None = None,
        only: Collection[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Up to `limit` paper versions, best first: of each paper the latest in `window`.

        With `only`, among the papers with these numbers. Several queries are merged as the two
        rankings are. Equal scores go by id.
        """
        if only is not None and not only:
            return ()
        depth = max(_LEAST_DEPTH, 5 * limit)
        tally = _Tally()
        for query in queries:
            tally.count(
                self._text.search(query, limit=depth, window=window, only=only), "lexical", 1.0
            )
        if self._embedder.weight > 0 and queries and len(self._text):
            for ranking in self._nearest(queries, depth, window, only):
                tally.count(ranking, "dense", self._embedder.weight)
        return tally.best(limit)

    def close(self) -> None:
        """Let go of the files."""
        self._text.close()
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _add(self, papers: Sequence[Paper]) -> int:
        rows = {p.id: Row.of(paper, p) for paper in papers for p in cut(paper)}
        held = self._text.holds(rows)
        new = [row for id_, row in rows.items() if id_ not in held]
        self._embed(new)
        # Last, because a passage counts as indexed when it is here.
        self._text.write(papers, new)
        return len(new)

    def _embed(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        vectors = self._embedder.embed([row.text for row in rows])
        # Before the vectors, so that a killed write is noticed by others, too.
        edition = uuid.uuid4().hex
        self._text.keep(_EDITION, edition)
        self._edition = edition
        self._vectors.upsert(
            ids=[row.id for row in rows],
            embeddings=vectors,
            metadatas=[
                {
                    "paper": row.paper.number,
                    "version": row.paper.version or 0,
                    "revised_at": row.revised_at,
                }
                for row in rows
            ],
        )

    def _nearest(
        self,
        queries: Sequence[str],
        depth: int,
        window: Window | None,
        only: Collection[str] | None,
    ) -> Iterator[list[tuple[str, ArxivId]]]:
        """For each query the nearest passages of latest versions, nearest first."""
        with self._translated():
            self._see_others()
            answer = self._vectors.query(
                query_embeddings=self._embedder.embed(queries),
                n_results=min(depth, self._vectors.count()),
                where=_where(window, only),
                include=["distances"],
            )
        for ids, distances in zip(answer["ids"], answer["distances"] or (), strict=True):
            latest = self._text.latest(ids, window)
            nearest = sorted(zip(distances, ids, strict=True))
            yield [(id_, latest[id_]) for _, id_ in nearest if id_ in latest]

    def _connect(self) -> None:
        self._client = _client_of(self._folder / "chroma", self._server_url)
        self._vectors = self._collection()
        self._edition = self._text.setting(_EDITION) or ""

    def _see_others(self) -> None:
        """Open the vectors again if another process wrote: Chroma would not see its rows."""
        if self._server_url is None and self._edition != (self._text.setting(_EDITION) or ""):
            self._client.close()
            self._connect()

    def _collection(self) -> chromadb.Collection:
        """This workspace's collection for this embedder; on a server others have theirs beside."""
        if (token := self._text.setting("token")) is None:
            token = uuid.uuid4().hex[:12]
            self._text.keep("token", token)
        digest = hashlib.sha256(self.identity.encode()).hexdigest()[:12]
        return self._client.get_or_create_collection(
            f"retest-{token}-{digest}",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", **_SEARCH_WIDTH}},
        )

    def _catch_up(self) -> None:
        """Embed what has no vector yet: after another embedder, or when the folder was lost."""
        before = self._text.setting("embedder")
        if before == self.identity and self._vectors.count() >= len(self._text):
            return
        n_made = 0
        for rows in self._text.rows(_BATCH):
            there = set(self._vectors.get(ids=[row.id for row in rows], include=[])["ids"])
            missing = [row for row in rows if row.id not in there]
            self._embed(missing)
            n_made += len(missing)
        self._text.keep("embedder", self.identity)
        if n_made:
            self.notes += (f"the search index made {n_made} vectors again with {self.identity}",)
        prefix = self._vectors.name.rpartition("-")[0]
        for other in self._client.list_collections():
            if other.name.startswith(f"{prefix}-") and other.name != self._vectors.name:
                self._client.delete_collection(other.name)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._lock.acquire()
        except Timeout:
            raise SearchIndexError(
                f"another process is writing the search index in {self._folder}: try again when "
                "it is done"
            ) from None
        except OSError as error:
            raise SearchIndexError(f"{self._folder} cannot be locked: {error.strerror}") from error
        try:
            with self._translated():
                yield
        finally:
            self._lock.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with guarded(self._folder):
                yield
        except ChromaError as error:
            said = "the disk is full" if "disk is full" in str(error) else _one_line(error)
            raise SearchIndexError(f"the vectors in {self._folder}: {said}") from error


class _Tally:
    """Merged reciprocal ranks of papers over several rankings."""

    def __init__(self) -> None:
        self._scores: defaultdict[ArxivId, float] = defaultdict(float)
        self._ranks: dict[tuple[ArxivId, str], tuple[int, str]] = {}

    def count(self, ranking: Sequence[tuple[str, ArxivId]], kind: str, weight: float) -> None:
        """Add one ranking of passages, best first; a paper counts by its best passage."""
        best: dict[ArxivId, str] = {}
        for passage_id, paper in ranking:
            best.setdefault(paper, passage_id)
        for rank, (paper, passage_id) in enumerate(best.items(), start=1):
            self._scores[paper] += weight / (RANK_K + rank)
            place = (rank, passage_id)
            self._ranks[paper, kind] = min(self._ranks.get((paper, kind), place), place)

    def best(self, limit: int) -> tuple[Hit, ...]:
        """The hits by falling score, then by id."""
        ordered = sorted(self._scores, key=lambda paper: (-self._scores[paper], str(paper)))
        return tuple(self._hit(paper) for paper in ordered[:limit])

    def _hit(self, paper: ArxivId) -> Hit:
        lexical = self._ranks.get((paper, "lexical"))
        dense = self._ranks.get((paper, "dense"))
        shown = lexical or dense
        return Hit(
            paper=paper,
            passage_id=shown[1] if shown else "",
            score=self._scores[paper],
            lexical_rank=lexical[0] if lexical else None,
            dense_rank=dense[0] if dense else None,
        )


def _client_of(folder: Path, server_url: str | None) -> Client:
    settings = Settings(anonymized_telemetry=False)
    if server_url is None:
        return cast("Client", chromadb.PersistentClient(path=folder, settings=settings))
    url = urlsplit(server_url)
    try:
        client = chromadb.HttpClient(
            host=url.hostname or "localhost",
            port=url.port or (443 if url.scheme == "https" else 8000),
            ssl=url.scheme == "https",
            settings=settings,
        )
        return cast("Client", client)
    except ValueError as error:
        raise SearchIndexError(f"no Chroma server answers at {server_url}: {error}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _where(window: Window | None, only: Collection[str] | None) -> Where | None:
    bounds: list[dict[str, object]] = []
    if window is not None:
        since, until = int(window.since.timestamp()), -int(-window.until.timestamp() // 1)
        bounds += [{"revised_at": {"$gte": since}}, {"revised_at": {"$lt": until}}]
    if only is not None:
        bounds.append({"paper": {"$in": sorted(only)}})
    if not bounds:
        return None
    return cast("Where", {"$and": bounds} if len(bounds) > 1 else bounds[0])
