"""The harvest of a night, on one screen: every category from its cursor on, checked and accounted.

Each slice is committed before its cursor moves, so a killed harvest goes on where it was, and a
back-fill of years is the same as a night. A category that fails keeps its cursor and does not stop
the others; what the feed lists and nobody gave is remembered and asked for on the next night.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from claims.claim import Inquiry
from claims.clock import Window, utc_now
from claims.errors import FeedError, LedgerError, RetestError, SourceError
from claims.evidence import Failure, Paper
from claims.hashing import content_hash
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.outcomes import CategoryOutcome
from claims.run import Run
from flows.runner import Runner
from flows.watch import Watch
from papers.gaps import NIGHTS_TO_GIVE_UP, GapBook, long_stretches, unreadable
from papers.nights import Night, latest_of, missing_from, outcome_of
from papers.sources import Announcement, Harvester, Slice

OVERLAP: Final = timedelta(days=2)
"""A record that is changed during a harvest shifts the list (arXiv's OAI-PMH pages by offset)."""

_TOO_LATE: Final = timedelta(days=1)
"""After the end of a run, today's announcement says nothing of it."""

_BATCH: Final = 500
"""Papers a transaction."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a harvest works with."""

    source: Harvester
    ledger: Ledger
    run: Run
    history: Mapping[str, datetime]
    """A category to the moment from which on all of it is wanted. Another is another question."""
    recent: datetime
    """From when on any other category is harvested that never was."""
    gaps: GapBook
    runner: Runner
    watch: Watch
    now: Callable[[], datetime] = utc_now
    held: dict[str, int] = field(default_factory=dict)
    """Each paper's number with its latest version, before this harvest."""
    known: dict[str, int] = field(default_factory=dict)
    """The same, before this run: it may have been cut off and gone on with."""
    earlier: dict[str, Paper] = field(default_factory=dict)
    """By number, what this run brought before it was cut off."""
    given: dict[str, int] = field(default_factory=dict)
    """Each number with its version, as this harvest and the filling of gaps gave it."""

    def question(self, category: str) -> str:
        """The name under which the cursor of `category` is kept."""
        return _question("harvest", category, self.history.get(category))

    def earlier_in(self, category: str) -> dict[str, int]:
        """What of `category` the run brought before it was cut off, as numbers with versions."""
        papers = self.earlier.values()
        return latest_of(p.id for p in papers if not category or category in p.categories)


async def harvest(task: Task, categories: Sequence[str]) -> tuple[CategoryOutcome, ...]:
    """How each category went; papers, failures and cursors are in the ledger. Raises LedgerError.

    A category that failed is told in its outcome, not raised; see `failures_of`.
    """
    _remember_before(task)
    wanted = tuple(dict.fromkeys(categories))
    task.watch.begin("fetch", len(wanted))
    await _fill(task)
    outcomes = []
    for category in wanted:
        outcomes.append(await _one(task, category))
        task.watch.advance(f"{category}: {outcomes[-1].outcome}")
    task.gaps.settle(gap.id for gap in task.gaps.open() if _is_here(gap.id, task))
    return tuple(outcomes)


def started_at(
    ledger: Ledger, source: str, category: str, first: datetime | None
) -> datetime | None:
    """From when on `category` is harvested without a gap; None where it never was.

    `first` is the moment of its history, where that is harvested too.
    """
    return ledger.papers.cursor(source, _question("harvest from", category, first), before_run="")


def failures_of(
    outcomes: Iterable[CategoryOutcome], inquiries: Iterable[Inquiry]
) -> tuple[Failure, ...]:
    """What the categories that failed leave undone: one failure for every claim concerned."""
    claims = [(claim, inquiry) for inquiry in inquiries for claim in inquiry.claims]
    return tuple(
        Failure(
            stage="fetch",
            item_id=outcome.category or "arXiv",
            claim_id=claim.id,
            error=outcome.error,
            message=outcome.told,
        )
        for outcome in outcomes
        if outcome.error
        for claim, inquiry in claims
        if outcome.category in inquiry.categories or not inquiry.categories
    )


async def _one(task: Task, category: str) -> CategoryOutcome:
    """The night of one category: harvest, check, account."""
    window, taken = _window(task, category), _Taken(task.earlier_in(category))
    now = min(task.now(), window.until)
    night = Night(category=category, since=_since(task, category), until=window.until, now=now)
    try:
        await task.runner(f"fetch {category}", partial(_take, task, category, taken))
    except LedgerError:
        raise
    except RetestError as error:
        return outcome_of(replace(night, n_harvested=len(taken.latest), error=error))
    if short := _short_of(task, category, taken):
        return outcome_of(replace(night, n_harvested=len(taken.latest), error=short))
    feed, trouble = _announced(task, category)
    missing = missing_from(feed, task.held | task.given) if feed else ()
    outcome = outcome_of(
        replace(
            night,
            n_harvested=len(taken.latest),
            n_new=sum(task.known.get(n, 0) < version for n, version in taken.latest.items()),
            feed=feed,
            feed_trouble=trouble,
            missing=missing,
            hints=tuple(map(str, long_stretches(taken.latest, window))),
        )
    )
    task.gaps.remember(missing, category, task.now())
    if outcome.outcome.moves_cursor:
        _move(task, category, window.until)
    return outcome


@dataclass
class _Taken:
    """What came of one category so far."""

    latest: dict[str, int]
    """Each paper's number with its version."""
    short: FeedError | None = None
    """Why a list was not whole, and the cursor stays before it."""


async def _take(task: Task, category: str, taken: _Taken) -> None:
    """Nothing: everything since the cursor is in the ledger. Raises SourceError, LedgerError."""
    taken.short = None
    for piece in task.source.slices(category, _window(task, category).reaching_back(OVERLAP)):
        _commit(task, piece)
        taken.latest |= latest_of(paper.id for paper in piece.papers)
        task.watch.step("fetch", f"{len(taken.latest):,} records of {category or 'arXiv'}")
        taken.short = taken.short or piece.short
        if piece.until < task.run.until and not taken.short:
            _move(task, category, piece.until)


def _commit(task: Task, piece: Slice) -> None:
    for start in range(0, len(piece.papers), _BATCH):
        task.ledger.papers.add(piece.papers[start : start + _BATCH], task.run.id)
    task.ledger.work.fail(task.run.id, piece.failures)
    task.gaps.remember(unreadable(piece.failures), piece.category, task.now())
    task.given.update(latest_of(paper.id for paper in piece.papers))


def _short_of(task: Task, category: str, taken: _Taken) -> FeedError | None:
    """Why the category failed though every list was given to its end.

    After several such nights in a row nothing more is to be had: that is told, and gone on with.
    """
    if not taken.short:
        task.gaps.came_whole(task.question(category))
        return None
    n_nights = task.gaps.fell_short(task.question(category), task.now().date())
    if n_nights <= NIGHTS_TO_GIVE_UP:
        return FeedError(f"{taken.short}: asked for again on the next night")
    told = FeedError(f"{taken.short}: so it was on {n_nights} nights, and it is taken as it is")
    failure = Failure.of(told, stage="fetch", item_id=category or "arXiv")
    task.ledger.work.fail(task.run.id, [failure])
    return None


def _remember_before(task: Task) -> None:
    """Nothing: the task knows what was held before the run, and what the run brought already."""
    papers, run = task.ledger.papers, task.run
    task.held.update(latest_of(papers.ids()))
    fresh = papers.recorded_since(run.started_at)
    before = papers.newest(fresh, before_run=run.id)
    task.known.update({n: v for n, v in task.held.items() if n not in fresh})
    task.known.update(latest_of(paper.id for paper in before.values()))
    for number, paper in papers.newest(fresh).items():
        if (paper.id.version or 1) > task.known.get(number, 0):
            task.earlier[number] = paper


def _window(task: Task, category: str) -> Window:
    """From the cursor of `category` to the end of the run.

    Where a category has no cursor, its first night stays the beginning however often it fails.
    """
    papers, run, name = task.ledger.papers, task.run, task.source.name
    answered = papers.cursor(name, task.question(category), before_run=run.id)
    first = task.history.get(category)
    start = _noted(
        task, _question("harvest from", category, first), answered or first or task.recent
    )
    return Window(min(answered or start, run.until), run.until)


def _since(task: Task, category: str) -> datetime:
    """Where the cursor of `category` was when the run first came to it."""
    question = _question(f"harvest of {task.run.id}", category, task.history.get(category))
    return _noted(task, question, _window(task, category).since)


def _noted(task: Task, question: str, moment: datetime) -> datetime:
    """The moment that was noted first under `question`: `moment`, where there is none yet."""
    papers, name = task.ledger.papers, task.source.name
    noted = papers.cursor(name, question, before_run="")
    if noted is None:
        papers.move_cursor(name, question, moment, task.run.id)
    return noted or moment


def _question(kind: str, category: str, first: datetime | None) -> str:
    asked = {"category": category, "first": first.isoformat() if first else None}
    return content_hash(kind, asked)


def _move(task: Task, category: str, until: datetime) -> None:
    """Nothing: what there was before `until` is recorded, and the future never is.

    A row a slice, named by run and moment.
    """
    until = min(until, task.now())
    name = f"{task.run.id}@{until:%Y-%m-%dT%H:%M}"
    question = task.question(category)
    task.ledger.papers.move_cursor(task.source.name, question, until, name)


def _announced(task: Task, category: str) -> tuple[Announcement | None, str | None]:
    """The feed, or why there is none: a cross-check that fails does not fail the harvest."""
    if not category:
        return None, None
    if task.now() - task.run.until > _TOO_LATE:
        return None, "a feed tells only of today, and this run ends in the past"
    try:
        return task.source.announced(category), None
    except SourceError as error:
        return None, str(error)


async def _fill(task: Task) -> None:
    """Nothing: what was missing on earlier nights is in the ledger, or counted once more."""
    wanted = tuple(gap.id for gap in task.gaps.open())
    sought = tuple(id_.unversioned for id_ in wanted if not _is_here(id_, task))
    if sought:
        try:
            task.given.update(await task.runner("fill gaps", partial(_look_up, task, sought)))
        except LedgerError:
            raise
        except RetestError as error:
            failure = Failure.of(error, stage="fetch", item_id="gaps")
            task.ledger.work.fail(task.run.id, [failure])
            return
    filled = [id_ for id_ in wanted if _is_here(id_, task)]
    for gap in task.gaps.settle(filled, wanted):
        told = FeedError(f"arXiv lists {gap.id} in {gap.category}, and nothing gives it")
        failure = Failure.of(told, stage="fetch", item_id=str(gap.id))
        task.ledger.work.fail(task.run.id, [failure])


def _is_here(id_: ArxivId, task: Task) -> bool:
    """Whether the paper is held; where no version is named, whether it was given tonight."""
    latest = task.given if id_.version is None else task.held | task.given
    return latest.get(id_.number, 0) >= (id_.version or 1)


async def _look_up(task: Task, sought: Sequence[ArxivId]) -> dict[str, int]:
    """The latest versions of what was found; the papers are in the ledger."""
    found = [paper for paper in task.source.lookup(sought).values() if paper]
    task.ledger.papers.add(found, task.run.id)
    return latest_of(paper.id for paper in found)
