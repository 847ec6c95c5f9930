"""The night and the single retest, on one screen: fetch, look up, index, retest, ground, conclude.

The same functions run directly and as Prefect flow runs; `Runner` is the difference. What fails
becomes a Failure of the run; what was committed stays, and the next run goes on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from claims.claim import Claim, Inquiry
from claims.clock import utc_now
from claims.errors import LedgerError, RetestError, SettingsError
from claims.evidence import Failure
from claims.grounding import GROUND
from claims.library import held_claim
from claims.outcomes import CategoryOutcome
from claims.run import WHOLE_INDEX, Run, RunKind
from flows import judging, steps
from flows.estimate import Estimate, estimated
from flows.full_text import FULL_TEXTS, WholePapers
from flows.health import Looked, Rests, look_up, rests_of, seek
from flows.runner import Runner
from flows.spare_time import SPARE_TIME, ground
from flows.steps import Scope
from flows.watch import Watch
from flows.wiring import Bench, versions
from reports.render import Files, write
from reports.report import Report

T = TypeVar("T")

_GO_ON_WITHIN: Final = timedelta(hours=20)
"""A run that was cut off longer ago is not gone on with: tonight is another night."""


_AHEAD: Final = timedelta(days=1)
"""Where it is tomorrow already; what lies further ahead is a slip of the pen."""


# Without a repr, for the reason of `claims.answer.InquiryAnswer`.
@dataclass(frozen=True, kw_only=True, repr=False)
class Finished:
    """A run that came to its end, with its report and the files that hold it."""

    run: Run
    report: Report
    files: Files


async def nightly(bench: Bench, until: datetime | None, runner: Runner, watch: Watch) -> Finished:
    """Every claim of the library, retested against what was published before `until` (now)."""
    return await _run(bench, _scope(bench, None), until, runner, watch)


async def retest_claim(
    bench: Bench, claim_id: str, until: datetime | None, runner: Runner, watch: Watch
) -> Finished:
    """One claim, retested with its own targeted search. Raises ClaimNotFound."""
    return await _run(bench, _scope(bench, claim_id), until, runner, watch)


def _scope(bench: Bench, claim_id: str | None) -> Scope:
    """Every claim, or the one that is named. Raises ClaimNotFound."""
    if claim_id is None:
        return Scope(inquiries=tuple(i for i in bench.inquiries if i.claims))
    inquiry, claim = held_claim(bench.inquiries, claim_id)
    alone = inquiry.model_copy(update={"claims": (claim,), "anchors": ()})
    return Scope(inquiries=(alone,), targeted=claim)


async def forecast(
    bench: Bench, claim_id: str | None, until: datetime | None, runner: Runner, watch: Watch
) -> Estimate:
    """What a model would be asked tonight, or for one claim, at most; nothing is asked.

    What is fetched and read for it is kept, and the next run goes on from there.
    """
    scope = _scope(bench, claim_id)
    with bench.workspace.only_run():
        found = await _find(bench, scope, until, runner, watch)
        watch.begin("estimate", len(scope.claims))
        return await estimated(bench, found.run, scope, found.whole, watch)


async def _run(
    bench: Bench, scope: Scope, until: datetime | None, runner: Runner, watch: Watch
) -> Finished:
    with bench.workspace.only_run():
        found = await _find(bench, scope, until, runner, watch)
        watch.begin("retest", len(scope.claims))
        judge = partial(judging.judge, whole=found.whole, watch=watch)
        await _judged(bench, found.run, scope, found.work, judge)
        if scope.targeted is None:
            await found.work(GROUND, SPARE_TIME, partial(ground, bench, found.run, watch))
        conclude = partial(
            steps.conclude,
            bench,
            found.run,
            scope,
            n_seen=found.n_seen,
            rests=found.rests,
            looked=found.looked,
            outcomes=found.outcomes,
        )
        run = await runner("conclude", conclude)
        if not bench.ledger.runs.unfinished():
            bench.workspace.drop_checkpoints()
        report = steps.report_of(bench.ledger, run.id)
        return Finished(run=run, report=report, files=_written(report, bench.workspace.reports))


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A run that has begun, with everything it needs before the judge is asked."""

    run: Run
    work: "_Work"
    whole: WholePapers
    rests: Rests
    looked: Looked
    n_seen: int
    outcomes: tuple[CategoryOutcome, ...]


async def _find(
    bench: Bench, scope: Scope, until: datetime | None, runner: Runner, watch: Watch
) -> _Found:
    """The run, begun: papers fetched, looked up and searchable."""
    run = bench.ledger.runs.begin(_planned(bench, scope, until))
    if bench.model:
        bench.model.begin(run.id)
    work = _Work(bench, run, runner, watch)
    n_seen, outcomes = await _gathered(bench, run, scope, work, watch)
    watch.begin("look up")
    rests = rests_of(bench.ledger, scope.inquiries, [claim for _, claim in scope.claims])
    looked = await work("look up", bench.source.name, partial(look_up, bench, run, rests))
    looked = looked or Looked()
    steps.note_unknown(bench, run, rests, looked)
    whole = WholePapers(bench.desk, bench.ledger, run.id, runner, watch)
    await work("read", FULL_TEXTS, partial(seek, bench, run, rests, whole))
    watch.begin("index")
    await work("index", WHOLE_INDEX, partial(steps.index, bench))
    return _Found(
        run=run,
        work=work,
        whole=whole,
        rests=rests,
        looked=looked,
        n_seen=n_seen,
        outcomes=outcomes,
    )


async def _judged(
    bench: Bench,
    run: Run,
    scope: Scope,
    work: "_Work",
    judge: Callable[[Bench, Run, Inquiry, Claim], Awaitable[int]],
) -> None:
    """Every claim put before the judge, one after the other; together where batches are filled."""

    async def retest(inquiry: Inquiry, claim: Claim) -> None:
        await work("retest", claim.id, partial(judge, bench, run, inquiry, claim), claim.id)
        work.watch.advance(claim.id)

    if bench.model and bench.model.is_batch:
        await asyncio.gather(*(retest(inquiry, claim) for inquiry, claim in scope.claims))
        return
    for inquiry, claim in scope.claims:
        await retest(inquiry, claim)


async def _gathered(
    bench: Bench, run: Run, scope: Scope, work: "_Work", watch: Watch
) -> tuple[int, tuple[CategoryOutcome, ...]]:
    """The number of records that the source gave, and how each harvested category went."""
    outcomes: tuple[CategoryOutcome, ...] = ()
    asked = scope.inquiries
    steps.mend_gaps(bench, run)
    if steps.is_harvested(bench, run, scope):
        outcomes = await steps.harvest(bench, run, scope, work.runner, watch)
        asked = steps.unsearched(bench, run, scope)
    n_seen = sum(outcome.n_harvested for outcome in outcomes)
    watch.begin("fetch", len(asked))
    for inquiry in asked:
        fetch = partial(steps.fetch, bench, run, scope, inquiry, watch)
        n_seen += await work.search(inquiry, len(scope.inquiries), fetch) or 0
        watch.advance(inquiry.id)
    return n_seen, outcomes


def _written(report: Report, folder: Path) -> Files:
    try:
        return write(report, folder)
    except LedgerError as error:
        raise LedgerError(
            f"{error}; the run itself is kept, `retest report {report.run.id} --write` writes it"
        ) from error


class _Work:
    """Runs steps; an error that is no disaster becomes a Failure of the run."""

    def __init__(self, bench: Bench, run: Run, runner: Runner, watch: Watch) -> None:
        self._bench = bench
        self._run = run
        self.runner = runner
        self.watch = watch

    async def __call__(
        self,
        stage: str,
        item_id: str,
        step: Callable[[], Awaitable[T]],
        claim_id: str | None = None,
    ) -> T | None:
        """What the step returns; None when it failed and the failure is recorded."""
        return await self._attempt(stage, item_id, step, [claim_id])

    async def search(
        self, inquiry: Inquiry, n_inquiries: int, step: Callable[[], Awaitable[int]]
    ) -> int | None:
        """The same for the search of one inquiry: where it fails, the others are not concerned."""
        source = self._bench.source.name
        if n_inquiries == 1:
            return await self("fetch", source, step)
        concerned = [claim.id for claim in inquiry.claims]
        return await self._attempt("fetch", f"{source} for {inquiry.id}", step, concerned)

    async def _attempt(
        self,
        stage: str,
        item_id: str,
        step: Callable[[], Awaitable[T]],
        claim_ids: Sequence[str | None],
    ) -> T | None:
        try:
            return await self.runner(f"{stage} {item_id}", step)
        except LedgerError:
            raise
        except RetestError as error:
            failures = [
                Failure.of(error, stage=stage, item_id=item_id, claim_id=claim_id)
                for claim_id in claim_ids
            ]
            self._bench.ledger.work.fail(self._run.id, failures)
            return None


def _planned(bench: Bench, scope: Scope, until: datetime | None) -> Run:
    """The run to begin; without `until` up to now, or as far as one that was just cut off."""
    subject = scope.targeted.id if scope.targeted else None
    kind = RunKind.CLAIM if subject else RunKind.NIGHTLY
    now = utc_now()
    if until and until > now + _AHEAD:
        raise SettingsError(
            f"a run until {until:%Y-%m-%d %H:%M} UTC lies ahead: nothing is there yet"
        )
    if until is None:
        cut_off = bench.ledger.runs.cut_off(kind, subject, now - _GO_ON_WITHIN)
        same = cut_off is not None and cut_off.settings == bench.settings
        until = cut_off.until if cut_off and same else now
    name = f"claim-{subject}" if subject else "night"
    return Run(
        id=f"{name}-{until:%Y-%m-%d}",
        kind=kind,
        claim_id=subject,
        since=min(_since(bench, scope), until),
        until=until,
        started_at=now,
        settings=bench.settings,
        versions=versions(),
    )


def _since(bench: Bench, scope: Scope) -> datetime:
    """From when on papers are looked at: the end of the last whole night, or the claims' dates."""
    lasts = [
        None if scope.targeted else bench.ledger.runs.last_whole(claim.id)
        for _, claim in scope.claims
    ]
    firsts = (steps.first_moment([claim]) for _, claim in scope.claims)
    moments = [last.until if last else first for last, first in zip(lasts, firsts, strict=True)]
    return min(moments, default=utc_now())
