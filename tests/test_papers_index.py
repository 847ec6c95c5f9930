import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.clock import Window, parse_moment
from claims.errors import SearchIndexError
from claims.evidence import Paper
from papers.index import PassageIndex
from papers.lexical import LexicalEmbedder
from papers.word_index import match_of
from tests.arxiv_server import a_paper

DRIFT = a_paper("2606.00001v1", "2026-06-01", title="Persona drift", abstract="Personas drift.")
TIDES = a_paper("2606.00002v1", "2026-06-02", title="Tides", abstract="The sea rises and falls.")
CHESS = a_paper("2606.00003v1", "2026-06-03", title="Chess", abstract="Engines play without drift.")
ALL = (DRIFT, TIDES, CHESS)

KILLED_ON_THE_SECOND_BATCH = """
import os, signal, sys
from pathlib import Path
from papers.index import PassageIndex
from papers.lexical import LexicalEmbedder
from tests.test_papers_index import crowd

class Killed(LexicalEmbedder):
    calls = 0
    def embed(self, texts):
        Killed.calls += 1
        if Killed.calls == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed(texts)

PassageIndex(Path(sys.argv[1]), Killed()).add(crowd())
"""
ADDING = """
import sys
from pathlib import Path
from papers.index import PassageIndex
from papers.lexical import LexicalEmbedder
from tests.test_papers_index import TIDES, CHESS
with PassageIndex(Path(sys.argv[1]), LexicalEmbedder()) as index:
    print(index.add([TIDES, CHESS]))
"""


class Letters:
    """An embedder of three letters: enough to see which vectors are in use."""

    dimensions = 3
    weight = 1.0

    def __init__(self, identity: str = "letters-1") -> None:
        self.identity = identity
        self.n_texts = 0

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.n_texts += len(texts)
        counts = [[1.0 + text.count(letter) for letter in "aet"] for text in texts]
        vectors = np.asarray(counts, dtype=np.float32)
        shortened: npt.NDArray[np.float32] = vectors / np.linalg.norm(
            vectors, axis=1, keepdims=True
        )
        return shortened


def crowd() -> tuple[Paper, ...]:
    return tuple(a_paper(f"2606.{n:05d}v1", abstract=f"Result {n}.") for n in range(600))


def opened(folder: Path) -> PassageIndex:
    return PassageIndex(folder, LexicalEmbedder())


def names(index: PassageIndex, *queries: str, window: Window | None = None) -> list[str]:
    return [str(hit.paper) for hit in index.find(queries, limit=10, window=window)]


def run(program: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def test_what_was_added_is_found_by_its_words(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        assert index.add(ALL) == 3
        hit, *others = index.find(["do personas drift?"], limit=10)
        assert (hit.paper, hit.lexical_rank) == (DRIFT.id, 1)
        assert CHESS.id in {other.paper for other in others}
        assert index.known([DRIFT.id, DRIFT.id._replace(version=2)]) == {DRIFT.id}


def test_adding_the_same_papers_again_adds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        assert [index.add(ALL), index.add(ALL), index.add([*ALL, *ALL])] == [3, 0, 0]
    with opened(tmp_path) as index:
        assert (index.add(ALL), index.n_passages, index.notes) == (0, 3, ())


def test_adding_one_paper_costs_one_paper(tmp_path: Path) -> None:
    embedder = Letters()
    with PassageIndex(tmp_path, embedder) as index:
        index.add([DRIFT, TIDES])
        index.add(ALL)
        assert embedder.n_texts == 3


def test_only_the_latest_version_in_the_window_is_found(tmp_path: Path) -> None:
    second = a_paper("2606.00001v2", "2026-06-01", "2026-06-20", abstract="Personas drift less.")
    june = Window(parse_moment("2026-06-01"), parse_moment("2026-06-15"))
    later = Window(parse_moment("2026-06-15"), parse_moment("2026-07-01"))
    with opened(tmp_path) as index:
        index.add([second, DRIFT])
        assert names(index, "personas drift") == ["2606.00001v2"]
        assert names(index, "personas drift", window=june) == ["2606.00001v1"]
        assert names(index, "personas drift", window=later) == ["2606.00001v2"]


def test_hits_respect_the_half_open_window(tmp_path: Path) -> None:
    second_of_june = Window(parse_moment("2026-06-02"), parse_moment("2026-06-03"))
    with opened(tmp_path) as index:
        index.add(ALL)
        assert names(index, "sea drift chess personas", window=second_of_june) == ["2606.00002v1"]


def test_a_withdrawn_latest_version_hides_the_abstract_of_the_one_before(tmp_path: Path) -> None:
    gone = a_paper("2606.00001v2", "2026-06-01", "2026-06-20", comment="Withdrawn: wrong labels.")
    with PassageIndex(tmp_path, Letters()) as index:
        index.add([DRIFT, gone])
        (hit,) = index.find(["wrong labels"], limit=5)
        assert hit.paper == gone.id
        assert index.known([gone.id]) == {gone.id}


def test_several_queries_are_merged_and_the_order_is_the_same_every_time(tmp_path: Path) -> None:
    twins = [a_paper(f"2606.{n:05d}v1", abstract="Same words here.") for n in (9, 5, 7)]
    with opened(tmp_path) as index:
        index.add([*ALL, *twins])
        assert names(index, "sea tides", "persona drift")[:2] == ["2606.00001v1", "2606.00002v1"]
        first = index.find(["same words"], limit=10)
        assert first == index.find(["same words"], limit=10)
        assert len(index.find(["same words"], limit=2)) == 2


def test_nothing_asked_and_nothing_indexed_give_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        assert index.find(["drift"], limit=5) == ()
        assert index.add([]) == 0
        index.add(ALL)
        assert index.find([], limit=5) == ()
        assert names(index, "zebra") is not None


@pytest.mark.parametrize(
    "query",
    [
        '"', "'; DROP TABLE passage; --", "drift AND", "NEAR(drift tides, 2)", "text:drift",
        "drift*", "^drift", "(((", "-drift", "\x00", "\ud800", "", "🙂", "%", "{}",
        "a" * 100_000, "drift " * 10_000,
    ],
)  # fmt: skip
def test_a_query_is_words_and_never_syntax(tmp_path: Path, query: str) -> None:
    with opened(tmp_path) as index:
        index.add(ALL)
        index.find([query], limit=5)
        assert names(index, "persona drift")[0] == "2606.00001v1"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=80))
def test_any_text_can_be_asked_for(index_of_three: PassageIndex, query: str) -> None:
    assert len(index_of_three.find([query], limit=5)) <= 3


@pytest.fixture(scope="module")
def index_of_three(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    index = opened(tmp_path_factory.mktemp("three"))
    index.add(ALL)
    return index


def test_a_long_query_keeps_its_first_telling_words() -> None:
    assert match_of("The drift of THE drift") == '"drift"'
    assert match_of(" ".join(f"word{n}" for n in range(1000))).count(" OR ") == 47


def test_a_write_that_fails_between_vectors_and_text_is_made_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.add([DRIFT])
        raw = sqlite3.connect(tmp_path / "passages.sqlite")
        raw.execute(
            "CREATE TRIGGER stop BEFORE INSERT ON passage "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        raw.commit()
        with pytest.raises(SearchIndexError, match="the disk is full"):
            index.add(ALL)
        assert index.known([paper.id for paper in ALL]) == {DRIFT.id}
        assert names(index, "sea rises falls") == ["2606.00001v1"]
        raw.execute("DROP TRIGGER stop")
        raw.commit()
        raw.close()
        assert index.add(ALL) == 2
        assert names(index, "sea rises falls")[0] == "2606.00002v1"


def test_a_killed_add_keeps_what_was_done_and_the_next_does_the_rest(tmp_path: Path) -> None:
    killed = run(KILLED_ON_THE_SECOND_BATCH, tmp_path)
    assert killed.returncode == -signal.SIGKILL
    with opened(tmp_path) as index:
        assert index.n_passages == 500
        assert index.add(crowd()) == 100
        best = min(index.find(["Result 599"], limit=5), key=lambda hit: hit.lexical_rank or 9)
        assert str(best.paper) == "2606.00599v1"


def test_another_embedder_embeds_again_from_the_stored_text(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.add(ALL)
    letters = Letters()
    with PassageIndex(tmp_path, letters) as index:
        assert index.notes == ("the search index made 3 vectors again with letters-1",)
        assert index.identity == "letters-1"
        (first, *_) = index.find(["sea"], limit=3)
        assert first.dense_rank is not None
    with PassageIndex(tmp_path, letters) as index:
        assert index.notes == ()


def test_vectors_that_were_lost_are_made_again(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.add(ALL)
    (tmp_path / "chroma").rename(tmp_path / "lost")
    with opened(tmp_path) as index:
        assert index.notes == ("the search index made 3 vectors again with lexical-1:2048",)
        assert index.find(["sea"], limit=1)[0].dense_rank == 1


def test_what_another_process_adds_is_seen(tmp_path: Path) -> None:
    with PassageIndex(tmp_path, LexicalEmbedder()) as index:
        index.add([DRIFT])
        index.find(["drift"], limit=1)
        other = run(ADDING, tmp_path)
        assert other.stdout == "2\n", other.stderr
        (hit, *_) = index.find(["the sea rises"], limit=3)
        assert (hit.paper, hit.lexical_rank, hit.dense_rank) == (TIDES.id, 1, 1)
        assert index.add(ALL) == 0


def test_a_held_lock_is_told_and_not_waited_for_for_ever(tmp_path: Path) -> None:
    with FileLock(tmp_path / "writer.lock"), pytest.raises(SearchIndexError, match="another"):
        PassageIndex(tmp_path, LexicalEmbedder(), lock_wait_s=0.1)


def test_a_file_that_is_no_index_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "passages.sqlite").write_bytes(b"not a database, just some words" * 200)
    with pytest.raises(SearchIndexError, match="is damaged: delete the folder") as caught:
        opened(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SearchIndexError, match="cannot be written"):
        opened(tmp_path / "file" / "index")


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SearchIndexError, match="no Chroma server answers"):
        PassageIndex(tmp_path, LexicalEmbedder(), "http://127.0.0.1:9")
