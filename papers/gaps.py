"""Papers that should be here and are not: noticed, remembered, and asked for on the next night.

Two signs. A feed lists papers that no harvest gave: that is certain, and kept in a small file of
the workspace until the papers are here. And the numbers of a month run in sequence over all of
arXiv, so a stretch without any paper of a harvested category that is far longer than chance
allows hints at a lost page: that is told and proves nothing.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import ValidationError

from claims.claim import Frozen
from claims.clock import Window
from claims.errors import CitationError, FeedError, SettingsError
from claims.evidence import Failure
from claims.ids import ArxivId

_LOCK_WAIT_S: Final = 30.0

_FEWEST: Final = 50
"""With fewer papers in a month, its numbers say nothing."""

_FAR_BEYOND_CHANCE: Final = 3.0
"""Times the longest stretch to be expected. Submissions come in waves: twice is common."""

_MOST_TRIES: Final = 7
"""A paper that arXiv itself listed and that cannot be had for so many nights is given up."""

_MORE_THAN_A_MONTH: Final = timedelta(days=31)

NIGHTS_TO_GIVE_UP: Final = 3
"""On so many nights a list that falls short is asked for again; then it is taken as it is."""


class Gap(Frozen):
    """A paper that arXiv listed and that no harvest gave."""

    id: ArxivId
    """Without a version where its record could not be read."""
    category: str
    noticed_at: datetime
    n_tries: int = 0


class _Short(Frozen):
    """A question whose answer fell short, and on which days, all in a row."""

    question: str
    on: tuple[date, ...]


class _Gaps(Frozen):
    gaps: tuple[Gap, ...] = ()
    shorts: tuple[_Short, ...] = ()


def unreadable(failures: Iterable[Failure]) -> tuple[ArxivId, ...]:
    """The papers of records that could not be read, where a record names its paper."""
    return tuple(id_ for id_ in map(_named, failures) if id_)


def _named(failure: Failure) -> ArxivId | None:
    if failure.error != FeedError.__name__:
        return None
    try:
        return ArxivId.parse(failure.item_id.removeprefix("oai:arXiv.org:"))
    except CitationError:
        return None


class GapBook:
    """The gaps of a workspace, in one file of `folder`. Raises SettingsError."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "gaps.json"
        self._lock = FileLock(folder / "gaps.lock", timeout=_LOCK_WAIT_S)

    def open(self) -> tuple[Gap, ...]:
        """The gaps still to be filled, oldest first."""
        return self._read().gaps

    def mend(self) -> str | None:
        """What was wrong with the book, if anything: it is set aside, and a new one begun."""
        try:
            self._read()
        except SettingsError as error:
            aside = self._file.with_suffix(".damaged")
            self._file.replace(aside)
            return f"{error}; it is set aside as {aside.name}"
        return None

    def remember(self, missing: Iterable[ArxivId], category: str, at: datetime) -> None:
        """Nothing: what is missing will be asked for; what was known stays as it was noticed."""
        missing = tuple(missing)
        if not missing:
            return
        with self._changing() as gaps:
            known = {gap.id for gap in gaps}
            gaps += [
                Gap(id=id_, category=category, noticed_at=at)
                for id_ in dict.fromkeys(missing)
                if id_ not in known
            ]

    def settle(self, answered: Iterable[ArxivId], tried: Iterable[ArxivId] = ()) -> tuple[Gap, ...]:
        """The gaps that are given up now; answered ones are closed, tried ones counted."""
        closed, counted = set(answered), set(tried)
        if not closed | counted:
            return ()
        with self._changing() as gaps:
            left = [
                gap.model_copy(update={"n_tries": gap.n_tries + (gap.id in counted)})
                for gap in gaps
                if gap.id not in closed
            ]
            gaps[:] = [gap for gap in left if gap.n_tries < _MOST_TRIES]
        return tuple(gap for gap in left if gap.n_tries >= _MOST_TRIES)

    def fell_short(self, question: str, on: date) -> int:
        """On how many nights in a row, with this one, the answer to `question` was not whole."""
        with self._locked():
            book = self._read()
            days = next((short.on for short in book.shorts if short.question == question), ())
            short = _Short(question=question, on=tuple(sorted({*days, on})))
            others = (other for other in book.shorts if other.question != question)
            self._write(book.model_copy(update={"shorts": (*others, short)}))
        return len(short.on)

    def came_whole(self, question: str) -> None:
        """Nothing: nights on which the answer to `question` fell short are counted anew."""
        if all(short.question != question for short in self._read().shorts):
            return
        with self._locked():
            book = self._read()
            others = tuple(short for short in book.shorts if short.question != question)
            self._write(book.model_copy(update={"shorts": others}))

    @contextmanager
    def _changing(self) -> Iterator[list[Gap]]:
        """The gaps under the lock; written back whole when the block ends well."""
        with self._locked():
            book = self._read()
            gaps = list(book.gaps)
            yield gaps
            self._write(book.model_copy(update={"gaps": tuple(gaps)}))

    def _read(self) -> _Gaps:
        try:
            return _Gaps.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return _Gaps()
        except (OSError, ValidationError) as error:
            told = str(error).splitlines()[0]
            raise SettingsError(f"{self._file} cannot be read ({told}): remove it") from None

    def _write(self, book: _Gaps) -> None:
        written = self._file.with_suffix(".new")
        written.write_text(book.model_dump_json(indent=1), encoding="utf-8")
        written.replace(self._file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except Timeout:
            raise SettingsError(f"another process holds {self._file}: try again") from None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of numbers of one month without any paper of the harvest."""

    month: str
    """Such as `2611`."""
    after: int
    before: int
    """The numbers of the papers at its ends."""
    expected: int
    """The longest stretch that chance would leave among so many papers."""

    def __str__(self) -> str:
        width = 5 if self.month >= "1501" else 4
        ends = [f"{self.month}.{number:0{width}d}" for number in (self.after, self.before)]
        return (
            f"no paper between {ends[0]} and {ends[1]}: {self.before - self.after - 1} numbers, "
            f"where {self.expected} would be long"
        )


def long_stretches(numbers: Iterable[str], window: Window) -> tuple[Stretch, ...]:
    """The stretches too long for chance in each month; old-style numbers are left out.

    Only months that lie in the window as a whole: of any other, a harvest by the day of the last
    change gives some papers with all their neighbours and some without.

    Where a share p of a month's numbers is held, the longest stretch among n papers is about
    ln(n) / -ln(1 - p) (runs of failures in Bernoulli trials).
    """
    months: dict[str, set[int]] = {}
    for number in numbers:
        month, dot, place = number.partition(".")
        if dot:
            months.setdefault(month, set()).add(int(place))
    return tuple(
        stretch
        for month, places in sorted(months.items())
        if len(places) >= _FEWEST and _is_within(month, window)
        for stretch in _stretches(month, sorted(places))
    )


def _is_within(month: str, window: Window) -> bool:
    year, number = 2000 + int(month[:2]), int(month[2:])
    first = datetime(year, number, 1, tzinfo=UTC)
    end = (first + _MORE_THAN_A_MONTH).replace(day=1)
    return window.since <= first and end <= window.until


def _stretches(month: str, places: Sequence[int]) -> list[Stretch]:
    share = len(places) / (places[-1] - places[0] + 1)
    if share >= 1:
        return []
    expected = math.ceil(math.log(len(places)) / -math.log1p(-share))
    return [
        Stretch(month=month, after=after, before=before, expected=expected)
        for after, before in pairwise(places)
        if before - after - 1 > _FAR_BEYOND_CHANCE * expected
    ]
