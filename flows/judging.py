"""One claim put before the judge: which papers, what is shown of each, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.judge import Reading
from agents.scout import plan_queries
from claims.claim import Claim, Inquiry
from claims.clock import Window
from claims.deciding import settled
from claims.evidence import Paper
from claims.hashing import content_hash
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.run import Run, RunKind
from flows.full_text import WholePapers
from flows.steps import first_moment
from flows.watch import Watch
from flows.wiring import Bench
from papers.nearest import nearest
from papers.passages import cut


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is shown of one paper, and whether its full text was read for it."""

    reading: Reading
    whole: bool

    @property
    def content(self) -> str:
        """The name under which the ledger keeps that this was judged."""
        paper = self.reading.paper
        return paper.whole_content if self.whole else paper.content


async def judge(
    bench: Bench, run: Run, inquiry: Inquiry, claim: Claim, *, whole: WholePapers, watch: Watch
) -> int:
    """The number of papers judged for `claim`; what came of them is in the ledger.

    What this judge has judged for this revision of the claim is not judged again; a paper judged
    from its abstract alone is, once its full text can be read. Raises SearchIndexError,
    LedgerError.
    """
    from agents import graph

    ledger, signature = bench.ledger, bench.judge.signature
    work = await prepared(bench, run, inquiry, claim, whole=whole, watch=watch)
    fresh, readings = work.fresh, work.readings

    async def find(queries: Sequence[str]) -> tuple[Reading, ...]:
        del queries
        return readings

    thread = _thread(bench, run, claim, [fresh[reading.paper.id] for reading in readings])
    outcome = await graph.retest(
        graph.Task(claim=claim, inquiry=inquiry),
        judge=bench.judge,
        find=find,
        checkpoints=bench.workspace.checkpoints,
        thread=thread,
        on_step=watch.step,
        n_parallel=(bench.model and bench.model.n_parallel)
        or bench.workspace.settings.judge.parallel,
    )
    ledger.work.record(
        run.id,
        claim,
        assessments=outcome.assessments,
        judged=[fresh[id_].reading.paper for id_ in outcome.judged],
        read_whole={id_ for id_, one in fresh.items() if one.whole},
        failures=outcome.failures,
        signature=signature,
        n_judge_calls=outcome.n_judge_calls,
        n_known=work.n_known,
    )
    await graph.forget(bench.workspace.checkpoints, [thread])
    return len(outcome.judged)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is to be judged for one claim."""

    fresh: Mapping[ArxivId, Shown]
    """What was not judged before, nearest first."""
    n_left: int
    """Candidates that the triage of a model judge leaves unread."""
    n_known: int
    """Candidates that earlier runs have judged."""

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What is put before the judge."""
        return tuple(one.reading for one in self.fresh.values())


async def prepared(
    bench: Bench, run: Run, inquiry: Inquiry, claim: Claim, *, whole: WholePapers, watch: Watch
) -> Prepared:
    """The candidates for `claim`, and what is shown of them. Raises SearchIndexError, LedgerError.

    A model judge's triage has its say on abstracts, so that only what it keeps is read whole.
    """
    done = bench.ledger.work.judged(claim.revision, bench.judge.signature)
    found = _candidates(bench, run, inquiry, claim)
    unread = [paper for paper in found if not _is_read(paper, done)]
    kept = await _survivors(bench, claim, unread, watch)
    shown = await _shown(bench, inquiry, claim, whole, kept)
    fresh = {one.reading.paper.id: one for one in shown if one.content not in done}
    n_known = sum(
        bool({done.get(p.content), done.get(p.whole_content)} - {None, run.id})
        for p in found
        if p.id not in fresh
    )
    return Prepared(fresh=fresh, n_left=len(unread) - len(kept), n_known=n_known)


async def _survivors(
    bench: Bench, claim: Claim, papers: Sequence[Paper], watch: Watch
) -> Sequence[Paper]:
    """All papers, or with a model those that the triage does not leave unread."""
    if bench.model is None:
        return papers
    from agents.funnel import funnelled

    readings = {paper.id: Reading(paper=paper, passages=cut(paper)) for paper in papers}
    n_always = bench.workspace.settings.judge.always_read
    triage = bench.model.judge.triage
    kept = await funnelled(triage, claim, tuple(readings.values()), n_always=n_always)
    n_left = len(papers) - len(kept)
    bench.model.left_unread[claim.id] = n_left
    if n_left:
        watch.step("triage", f"{claim.id} · {n_left} of {len(papers)} left unread")
    return [reading.paper for reading in kept]


def _is_read(paper: Paper, done: Mapping[str, str]) -> bool:
    """Whether nothing more could be shown of `paper` than was judged."""
    return paper.whole_content in done or (paper.withdrawn and paper.content in done)


async def _shown(
    bench: Bench, inquiry: Inquiry, claim: Claim, whole: WholePapers, papers: Sequence[Paper]
) -> list[Shown]:
    """Of each paper its abstract, and the passages of its full text that are nearest to the claim.

    The abstract alone where there is no full text to be had; why is recorded by `whole`.
    """
    queries = plan_queries(claim, inquiry)
    n_passages = bench.workspace.settings.search.passages_per_paper
    shown = []
    for paper in papers:
        text = await whole.passages(paper, claim.id)
        near = () if text is None else nearest(text, queries, n_passages)
        reading = Reading(paper=paper, passages=(*cut(paper), *near))
        shown.append(Shown(reading=reading, whole=text is not None))
    return shown


def _thread(bench: Bench, run: Run, claim: Claim, shown: Sequence[Shown]) -> str:
    """The name of this work. A run that goes on after a kill and reads other text begins anew."""
    return content_hash(
        "thread",
        {
            "run": run.id,
            "claim": claim.revision,
            "signature": bench.judge.signature.model_dump(),
            "shown": [(one.content, [p.id for p in one.reading.passages]) for one in shown],
        },
    )


def _candidates(bench: Bench, run: Run, inquiry: Inquiry, claim: Claim) -> tuple[Paper, ...]:
    """The papers nearest to the claim among those that came in since it was last wholly retested.

    For a claim that this judge never judged, and for a targeted retest: among all since its date.
    What a person has ruled on does not come back.
    """
    ledger = bench.ledger
    last = ledger.runs.last_whole(claim.id) if run.kind is RunKind.NIGHTLY else None
    tested = last and ledger.work.judged(claim.revision, bench.judge.signature)
    hits = bench.index.find(
        plan_queries(claim, inquiry),
        limit=bench.papers_per_claim,
        window=Window(min(first_moment([claim]), run.until), run.until),
        only=_came_in_since(last, run, ledger) if tested and last else None,
    )
    newest = {paper.id: paper for paper in ledger.papers.get(ids=[hit.paper for hit in hits])}
    found = (newest[hit.paper] for hit in hits if hit.paper in newest)
    ruled_on = settled(ledger, claim)
    return tuple(p for p in found if not _is_basis(p, claim) and p.id not in ruled_on)


def _came_in_since(last: Run, run: Run, ledger: Ledger) -> frozenset[str] | None:
    """The numbers of the papers that `last` did not know, or knew and left to a later night."""
    if last.finished_at is None:
        return None
    left = Window(min(last.until, run.until), run.until)
    revised = {paper.id.number for paper in ledger.papers.get(window=left)}
    return ledger.papers.recorded_since(last.finished_at) | revised


def _is_basis(paper: Paper, claim: Claim) -> bool:
    """Whether the claim cites this version or a later one: it cannot retest itself."""
    return any(
        source.arxiv.number == paper.id.number
        and (source.arxiv.version is None or (paper.id.version or 0) <= source.arxiv.version)
        for source in claim.sources
    )
