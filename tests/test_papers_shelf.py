"""The shelf keeps each version once, within its limits, for many processes."""

import hashlib
import multiprocessing
import os
import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claims.errors import SourceError
from claims.ids import ArxivId
from papers.shelf import UNUSABLE_FOR, Shelf

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def paper(number: int, version: int = 1) -> ArxivId:
    return ArxivId(f"2301.{number:05}", version)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def put_many(folder: Path, first: int) -> None:
    shelf = Shelf(folder, max_bytes=40_000)
    for number in range(first, first + 30):
        shelf.put(paper(number % 20), bytes([number % 251]) * 1_000)
        shelf.get(paper((number * 3) % 20))
    shelf.prune()


def test_what_was_put_is_got_again(tmp_path: Path) -> None:
    path = Shelf(tmp_path).put(paper(1), b"%PDF-1.7 one")
    assert Shelf(tmp_path).get(paper(1)) == path
    assert path.read_bytes() == b"%PDF-1.7 one"
    assert path.stem == hashlib.sha256(b"%PDF-1.7 one").hexdigest()


def test_another_version_is_not_got(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(paper(1, 1), b"one")
    assert shelf.get(paper(1, 2)) is None


def test_a_paper_without_a_version_has_no_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no version"):
        Shelf(tmp_path).get(ArxivId("2301.00001"))


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.put(paper(1), b"same") == shelf.put(paper(2), b"same")
    assert len(list(tmp_path.rglob("*.pdf"))) == 1
    assert len(shelf.listing()) == 2


def test_a_damaged_file_is_dropped(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(paper(1), b"whole").write_bytes(b"dama")
    assert shelf.get(paper(1)) is None
    assert shelf.listing() == ()


def test_a_file_that_somebody_removed_is_dropped(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(paper(1), b"whole").unlink()
    assert shelf.get(paper(1)) is None
    assert shelf.listing() == ()


def test_the_oldest_make_room(tmp_path: Path) -> None:
    clock = Clock()
    shelf = Shelf(tmp_path, max_bytes=25, now=clock)
    for number in range(4):
        clock.now += timedelta(hours=1)
        shelf.put(paper(number), b"ten bytes%d" % number)
    assert [shelved.paper for shelved in shelf.listing()] == [paper(3), paper(2)]
    assert len(list(tmp_path.rglob("*.pdf"))) == 2


def test_a_file_larger_than_the_shelf_is_refused_and_nothing_is_dropped(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, max_bytes=25)
    shelf.put(paper(1), b"small")
    with pytest.raises(SourceError, match="more than the whole shelf may hold"):
        shelf.put(paper(2), b"large" * 6)
    assert len(shelf.listing()) == 1


def test_pruning_drops_what_is_too_old(tmp_path: Path) -> None:
    clock = Clock()
    shelf = Shelf(tmp_path, max_age_days=30, now=clock)
    shelf.put(paper(1), b"old")
    clock.now += timedelta(days=20)
    shelf.put(paper(2), b"newer")
    clock.now += timedelta(days=11)
    pruned = shelf.prune()
    assert (pruned.n_papers, pruned.n_bytes) == (1, 3)
    assert [shelved.paper for shelved in shelf.listing()] == [paper(2)]


def test_what_two_papers_share_stays_until_both_are_gone(tmp_path: Path) -> None:
    clock = Clock()
    shelf = Shelf(tmp_path, max_age_days=30, now=clock)
    shelf.put(paper(1), b"shared")
    clock.now += timedelta(days=20)
    shelf.put(paper(2), b"shared")
    clock.now += timedelta(days=11)
    assert shelf.prune().n_bytes == 0
    assert shelf.get(paper(2)) is not None


def test_what_is_unusable_is_remembered_with_its_reason_for_some_days(tmp_path: Path) -> None:
    clock = Clock()
    shelf = Shelf(tmp_path, now=clock)
    shelf.note_unusable(paper(1), "PaperUnavailable", "arXiv has no PDF of it")
    clock.now += UNUSABLE_FOR / 2
    shelf.note_unusable(paper(2), "UnreadablePdf", "it is a scan")
    assert [(one.paper, one.error, one.why, one.found_at) for one in shelf.unusable()] == [
        (paper(2), "UnreadablePdf", "it is a scan", clock.now),
        (paper(1), "PaperUnavailable", "arXiv has no PDF of it", NOW),
    ]
    clock.now += UNUSABLE_FOR / 2 + timedelta(seconds=1)
    assert [one.paper for one in shelf.unusable()] == [paper(2)]


def test_what_is_put_on_the_shelf_is_usable_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.note_unusable(paper(1), "PaperUnavailable", "arXiv has no PDF of it")
    shelf.put(paper(1), b"there it is")
    assert shelf.unusable() == ()


def test_pruning_sweeps_up_after_a_killed_process(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    stray = shelf.put(paper(1), b"kept").with_suffix(".part")
    stray.write_bytes(b"half a file")
    assert shelf.prune().n_bytes == 0
    long_ago = time.time() - 7_200
    os.utime(stray, (long_ago, long_ago))
    assert shelf.prune().n_bytes == 11
    assert shelf.get(paper(1)) is not None


def test_two_processes_at_once_leave_a_whole_shelf(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    processes = [start.Process(target=put_many, args=(tmp_path, first)) for first in (0, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    shelf = Shelf(tmp_path, max_bytes=40_000)
    assert all(shelf.get(shelved.paper) == shelved.path for shelved in shelf.listing())
    files = {path.stem for path in tmp_path.rglob("*.pdf")}
    assert files == {shelved.sha256 for shelved in shelf.listing()}


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SourceError, match="cannot be used: Not a directory"):
        Shelf(tmp_path / "file" / "shelf")


def test_a_damaged_catalogue_is_one_line(tmp_path: Path) -> None:
    Shelf(tmp_path).put(paper(1), b"one")
    (tmp_path / "catalogue.sqlite").write_bytes(b"no database at all, but longer than a header" * 9)
    with pytest.raises(SourceError, match="delete the folder"):
        Shelf(tmp_path).listing()


def put_where_files_cannot_grow(folder: Path) -> None:
    shelf = Shelf(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    with pytest.raises(SourceError, match="cannot be used: File too large"):
        shelf.put(paper(2), b"x" * 200_000)


def test_a_disk_that_takes_no_more_is_one_line_and_the_shelf_stays_whole(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(paper(1), b"one")
    start = multiprocessing.get_context("spawn")
    process = start.Process(target=put_where_files_cannot_grow, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert [shelved.paper for shelved in shelf.listing()] == [paper(1)]
    assert list(tmp_path.rglob("*.part")) == []
