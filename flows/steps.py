"""The steps of a run as plain functions over the bench. They raise RetestErrors and retry nothing.

Every step may be run again after a kill: what is there already is left alone, and what a step
wrote is committed before the next begins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agents.scout import search_words
from claims import health
from claims.claim import Claim, Inquiry, SourceRef
from claims.clock import Window, start_of, utc_now
from claims.errors import FeedError, RateLimited, SettingsError, SourceError
from claims.evidence import Failure, Paper
from claims.hashing import content_hash
from claims.health import Records
from claims.ledger import Ledger
from claims.outcomes import CategoryOutcome
from claims.run import LOOK_UP, Counts, Run
from claims.standing import SOURCE_HEALTH, Flag, standing_of
from flows.harvest import Task, failures_of, started_at
from flows.harvest import harvest as harvest_categories
from flows.health import Looked, Rests, changes_of
from flows.runner import Runner
from flows.watch import Watch
from flows.wiring import Bench
from papers.gaps import NIGHTS_TO_GIVE_UP, GapBook, unreadable
from papers.oai_sets import EVERYTHING
from papers.sources import Harvester, Request
from reports.report import Report, make_report

_RETRYABLE: Final = frozenset(kind.__name__ for kind in (FeedError, RateLimited))
"""Skipped records whose failure bears one of these names may come whole the next time."""

_TONIGHT: Final = timedelta(days=1)
"""A run that ends longer ago is a replay."""

_BATCH: Final = 500
"""Papers a transaction: few enough to lose little, many enough to be quick."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a run is about: every claim of the inquiries; `targeted` when it is a single one."""

    inquiries: tuple[Inquiry, ...]
    targeted: Claim | None = None

    @property
    def claims(self) -> tuple[tuple[Inquiry, Claim], ...]:
        """Each claim with its inquiry, in library order."""
        return tuple((i, claim) for i in self.inquiries for claim in i.claims)

    @property
    def cited(self) -> tuple[SourceRef, ...]:
        """Every source named by the inquiries and their claims."""
        return tuple(source for inquiry in self.inquiries for source in inquiry.cited)


def first_moment(claims: Iterable[Claim]) -> datetime:
    """From when on a paper can be newer than one of `claims`, in UTC."""
    return start_of(min(claim.as_of.newer_after for claim in claims)) + timedelta(days=1)


async def fetch(bench: Bench, run: Run, scope: Scope, inquiry: Inquiry, watch: Watch) -> int:
    """The number of records that the source gave for `inquiry`; all are in the ledger.

    The cursor moves after the last of them is committed. A targeted run asks with the claim's own
    words for everything newer than it, and moves no cursor. Raises SourceError, LedgerError.
    """
    words = search_words(scope.targeted) if scope.targeted else ()
    first = first_moment(inquiry.claims)
    question = search_question(inquiry)
    papers, name = bench.ledger.papers, bench.source.name
    answered = papers.cursor(name, question, before_run=run.id) if not scope.targeted else None
    since = min(answered or first, run.until)
    overlap = timedelta(days=bench.workspace.settings.source.overlap_days)
    window = Window(since, run.until).reaching_back(overlap)
    n_seen, batch, skipped = 0, list[Paper](), list[Failure]()
    for found in bench.source.fetch(
        Request(window=window, categories=inquiry.categories, phrases=inquiry.watch, together=words)
    ):
        if isinstance(found, Failure):
            skipped.append(found)
            continue
        n_seen += 1
        batch.append(found)
        if len(batch) == _BATCH:
            papers.add(batch, run.id)
            batch.clear()
            watch.step("fetch", f"{n_seen:,} records for {inquiry.id}")
    papers.add(batch, run.id)
    reached = min(run.until, utc_now())
    if scope.targeted or (answered and answered >= reached):
        bench.ledger.work.fail(run.id, skipped)
    elif _is_done_with(bench, run, question, skipped):
        papers.move_cursor(name, question, reached, run.id)
    watch.step("fetch", f"{n_seen:,} records for {inquiry.id}")
    return n_seen


def _is_done_with(bench: Bench, run: Run, question: str, skipped: Sequence[Failure]) -> bool:
    """Whether the same records need not be asked for again, though these failed: that is recorded.

    A paper that is named is asked for by itself (`papers.gaps`). Where none is, the search is made
    again for some nights; then it is told, and gone on without.
    """
    gaps = GapBook(bench.workspace.state)
    odd = [f for f in skipped if f.error in _RETRYABLE]
    if isinstance(bench.source, Harvester):
        gaps.remember(unreadable(skipped), "a search", utc_now())
        odd = [f for f in odd if not unreadable([f])]
    n_nights = gaps.fell_short(question, utc_now().date()) if odd else 0
    if n_nights > NIGHTS_TO_GIVE_UP:
        told = f": so it was on {n_nights} nights, and it is gone on without"
        again = {f.id: f.model_copy(update={"message": f.message + told}) for f in odd}
        skipped = [again.get(f.id, f) for f in skipped]
    bench.ledger.work.fail(run.id, skipped)
    if not odd:
        gaps.came_whole(question)
    return not 0 < n_nights <= NIGHTS_TO_GIVE_UP


def is_harvested(bench: Bench, run: Run, scope: Scope) -> bool:
    """Whether whole categories are taken: on a night of today, from a source that can give them.

    What changed up to a moment of the past cannot be had any more (`papers.oai`).
    """
    tonight = utc_now() - run.until < _TONIGHT
    return isinstance(bench.source, Harvester) and tonight and not scope.targeted


def mend_gaps(bench: Bench, run: Run) -> None:
    """Nothing: a damaged book of gaps is set aside and told, so that the night goes on."""
    if told := GapBook(bench.workspace.state).mend():
        failure = Failure.of(SettingsError(told), stage="fetch", item_id="gaps")
        bench.ledger.work.fail(run.id, [failure])


def unsearched(bench: Bench, run: Run, scope: Scope) -> tuple[Inquiry, ...]:
    """The inquiries whose watch phrases, as they are now, were not searched up to the harvest."""
    history = _history(bench, run, scope)
    return tuple(
        inquiry
        for inquiry in scope.inquiries
        if not _history_is_harvested(bench, inquiry)
        if not _is_searched(bench, run, inquiry, history)
    )


def _is_searched(bench: Bench, run: Run, inquiry: Inquiry, history: Mapping[str, datetime]) -> bool:
    """Whether the search reached the moment from which its categories have no gap."""
    ledger, name = bench.ledger, bench.source.name
    question = search_question(inquiry)
    reached = ledger.papers.cursor(name, question, before_run=run.id)
    starts = [
        started_at(ledger, name, category, history.get(category))
        for category in inquiry.categories or (EVERYTHING,)
    ]
    return reached is not None and all(start and start <= reached for start in starts)


async def harvest(
    bench: Bench, run: Run, scope: Scope, runner: Runner, watch: Watch
) -> tuple[CategoryOutcome, ...]:
    """How the night went in each category; failures are recorded. Raises LedgerError."""
    if not isinstance(bench.source, Harvester):
        raise SettingsError(f"{bench.source.name} cannot be harvested by category")
    task = Task(
        source=bench.source,
        ledger=bench.ledger,
        run=run,
        history=_history(bench, run, scope),
        recent=run.until - timedelta(days=bench.workspace.settings.source.overlap_days),
        gaps=GapBook(bench.workspace.state),
        runner=runner,
        watch=watch,
    )
    wanted = (c for i in scope.inquiries for c in i.categories or (EVERYTHING,))
    outcomes = await harvest_categories(task, tuple(dict.fromkeys(wanted)))
    bench.ledger.work.fail(run.id, failures_of(outcomes, scope.inquiries))
    return outcomes


def _history(bench: Bench, run: Run, scope: Scope) -> dict[str, datetime]:
    """Each category whose history is harvested, with the moment from which all is wanted."""
    history: dict[str, datetime] = {}
    for inquiry in (i for i in scope.inquiries if _history_is_harvested(bench, i)):
        first = min(first_moment(inquiry.claims), run.until)
        for category in inquiry.categories or (EVERYTHING,):
            history[category] = min(first, history.get(category, first))
    return history


def _history_is_harvested(bench: Bench, inquiry: Inquiry) -> bool:
    return bench.workspace.settings.source.history == "harvest" or not inquiry.watch


def search_question(inquiry: Inquiry) -> str:
    """The name under which the cursor of a search is kept."""
    first = first_moment(inquiry.claims).isoformat()
    asked = {"categories": inquiry.categories, "phrases": inquiry.watch, "first": first}
    return content_hash("request", asked)


async def index(bench: Bench) -> int:
    """The number of passages that became searchable: those of every paper not indexed yet.

    It compares ledger and index, so a killed or deleted index is made whole. Raises
    SearchIndexError.
    """
    held = bench.ledger.papers.ids()
    missing = sorted(held - bench.index.known(held), key=str)
    return bench.index.add(bench.ledger.papers.get(ids=missing)) if missing else 0


def note_unknown(bench: Bench, run: Run, rests: Rests, looked: Looked) -> None:
    """Nothing: of what a claim rests on and the source says nothing of, a failure tells it."""
    bench.ledger.work.fail(
        run.id,
        [
            Failure(
                stage=LOOK_UP,
                item_id=number,
                claim_id=claim_id,
                error=SourceError.__name__,
                message=f"{bench.source.name} could not say tonight what has become of {number}: "
                "whether it was withdrawn or revised is not known",
            )
            for claim_id, numbers in sorted(rests.of_claim.items())
            for number in sorted(numbers & looked.unknown)
        ],
    )


async def conclude(
    bench: Bench,
    run: Run,
    scope: Scope,
    *,
    n_seen: int,
    rests: Rests,
    looked: Looked,
    outcomes: tuple[CategoryOutcome, ...],
) -> Run:
    """The finished run: standings computed, and committed with its end. Raises LedgerError."""
    ledger = bench.ledger
    failures = ledger.work.failures(run.id)
    thresholds = {bench.judge.signature.judge: bench.judge.threshold, SOURCE_HEALTH: 0.0}
    cited = ledger.papers.get(ids=[ref.arxiv.unversioned for ref in scope.cited])
    records = Records((paper for paper in cited if paper.revised_at < run.until), looked.absent)
    sought = ledger.papers.sought(paper.id for paper in cited)
    checks = {
        claim.id: [health.check(source, records, sought) for source in claim.sources]
        for _, claim in scope.claims
    }
    notices = {claim.id: health.notices(claim, checks[claim.id]) for _, claim in scope.claims}
    ledger.work.notice(run.id, [notice for found in notices.values() for notice in found])
    finished_at = utc_now()
    counts = Counts(
        n_papers_seen=n_seen,
        n_papers_new=ledger.papers.n_first_seen_in(run.id),
        **ledger.work.counts(run.id),
        **(bench.model.counts() if bench.model else {}),
    )
    done = run.model_copy(
        update={
            "finished_at": finished_at,
            "counts": counts,
            "failures": failures,
            "harvest": outcomes,
            "sources": changes_of(ledger, run, rests),
            "remarks": ledger.work.remarks(run.id),
            "thresholds": thresholds,
            "notes": (
                *bench.notes,
                *bench.index.notes,
                *_anchor_notes(scope, records),
                *(bench.model.notes(ledger) if bench.model else ()),
            ),
        }
    )
    standings = []
    for _, claim in scope.claims:
        flags = health.flags_of(checks[claim.id])
        flags |= {Flag.NO_SOURCE_LEFT} if notices[claim.id] else set()
        if done.left_undone(claim.id) or rests.of_claim[claim.id] & looked.unknown:
            flags |= {Flag.NOT_CHECKED}
        known = ledger.known(
            claim, flags, as_of=finished_at, before=run.until, signature=bench.judge.signature
        )
        standings.append(standing_of(claim, known, thresholds=thresholds))
    ledger.runs.finish(done, standings, scope.inquiries)
    return done


def _anchor_notes(scope: Scope, records: Records) -> Iterator[str]:
    """What is wrong with papers that an inquiry names beside those of its claims."""
    for inquiry in scope.inquiries:
        beside = (*inquiry.anchors, *(ref for note in inquiry.notes for ref in note.sources))
        for ref in dict.fromkeys(beside):
            for problem in health.check(ref, records).problems:
                yield f"{inquiry.id} names {ref.arxiv}: {problem}"


def report_of(ledger: Ledger, run_id: str) -> Report:
    """The report of a finished run, from the ledger alone. Raises RunNotFound."""
    run = ledger.runs.get(run_id)
    after = ledger.standings(run_id)
    before = ledger.standings_before([standing.claim_id for standing in after], run_id)
    return make_report(
        run=run,
        inquiries=ledger.runs.inquiries(run_id),
        before=before,
        after=after,
        groundings=ledger.groundings.of_run(run_id),
    )
