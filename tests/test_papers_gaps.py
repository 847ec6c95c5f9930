import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claims.clock import Window
from claims.errors import SettingsError
from claims.evidence import Failure
from claims.ids import ArxivId
from papers.gaps import GapBook, long_stretches, unreadable

NIGHT = datetime(2026, 11, 24, 3, tzinfo=UTC)
AUTUMN = Window(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
ONE, TWO = ArxivId("2611.00001", 1), ArxivId("2611.00002", 2)


def test_a_gap_is_remembered_until_it_is_answered(tmp_path: Path) -> None:
    GapBook(tmp_path).remember([ONE, TWO, ONE], "cs.CL", NIGHT)
    book = GapBook(tmp_path)
    assert [gap.id for gap in book.open()] == [ONE, TWO]
    assert book.settle([ONE], [ONE, TWO]) == ()
    (left,) = book.open()
    assert (left.id, left.n_tries, left.noticed_at) == (TWO, 1, NIGHT)


def test_a_gap_noticed_again_stays_as_it_was_first_noticed(tmp_path: Path) -> None:
    book = GapBook(tmp_path)
    book.remember([ONE], "cs.CL", NIGHT)
    book.settle([], [ONE])
    book.remember([ONE], "cs.AI", NIGHT.replace(day=25))
    (gap,) = book.open()
    assert (gap.category, gap.noticed_at, gap.n_tries) == ("cs.CL", NIGHT, 1)


def test_a_gap_is_given_up_after_a_week_and_told(tmp_path: Path) -> None:
    book = GapBook(tmp_path)
    book.remember([ONE], "cs.CL", NIGHT)
    told = [book.settle([], [ONE]) for _ in range(7)]
    assert [len(given_up) for given_up in told] == [0] * 6 + [1]
    assert book.open() == ()


def test_a_new_workspace_has_no_gaps(tmp_path: Path) -> None:
    assert GapBook(tmp_path / "new").open() == ()


@pytest.mark.parametrize("content", ["", "rubbish", '{"gaps": [{"id": "nothing"}]}'])
def test_a_damaged_book_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "gaps.json").write_text(content)
    with pytest.raises(SettingsError, match=r"gaps\.json cannot be read"):
        GapBook(tmp_path).open()


def numbers(places: list[int], month: str = "2611") -> list[str]:
    return [f"{month}.{place:05d}" for place in places]


def test_a_page_that_is_lost_leaves_a_stretch_too_long_for_chance() -> None:
    chance = random.Random(7)  # noqa: S311 - numbers of a test, not a secret
    held = sorted(chance.sample(range(1, 24_000), 1_200))
    assert long_stretches(numbers(held), AUTUMN) == ()
    torn = [place for place in held if not 9_000 <= place < 15_000]
    (stretch,) = long_stretches(numbers(torn), AUTUMN)
    assert stretch.month == "2611"
    assert stretch.after < 9_000
    assert stretch.before >= 15_000
    assert "no paper between 2611.0" in str(stretch)


def test_few_papers_and_old_numbers_say_nothing() -> None:
    assert long_stretches(numbers([1, 20_000]), AUTUMN) == ()
    assert long_stretches([f"math/0601{n:03d}" for n in range(1, 900, 10)], AUTUMN) == ()
    assert long_stretches(numbers(list(range(1, 400))), AUTUMN) == ()


def test_a_month_that_is_harvested_in_part_says_nothing() -> None:
    # The last days of a month whole, and of the days before only what was revised since.
    late = numbers([*range(1, 18_000, 600), *range(18_000, 24_000, 5)])
    assert long_stretches(late, Window(NIGHT, AUTUMN.until)) == ()
    assert long_stretches(late, Window(AUTUMN.since, NIGHT)) == ()


def test_nights_that_fall_short_are_counted_once_a_day_until_one_is_whole(tmp_path: Path) -> None:
    book, day = GapBook(tmp_path), NIGHT.date()
    nights = [book.fell_short("a list", day.replace(day=n)) for n in (1, 1, 2, 3)]
    assert nights == [1, 1, 2, 3]
    book.came_whole("another")
    book.came_whole("a list")
    assert book.fell_short("a list", day) == 1


def test_a_damaged_book_is_set_aside_when_it_is_mended(tmp_path: Path) -> None:
    book = GapBook(tmp_path)
    assert book.mend() is None
    (tmp_path / "gaps.json").write_text("{")
    assert "set aside as gaps.damaged" in (book.mend() or "")
    assert book.open() == ()
    assert (tmp_path / "gaps.damaged").read_text() == "{"


def test_only_records_that_cannot_be_read_and_name_their_paper_are_gaps() -> None:
    def failed(item_id: str, error: str = "FeedError") -> Failure:
        return Failure(stage="fetch", item_id=item_id, error=error, message="no")

    given = ["oai:arXiv.org:2611.00001", "http://arxiv.org/abs/2611.00002v2", "arxiv:0", "unnamed"]
    assert unreadable(map(failed, given)) == (ONE.unversioned, TWO)
    assert unreadable([failed(given[0], "PaperUnavailable")]) == ()
