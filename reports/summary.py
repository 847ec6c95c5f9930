"""The sentences that sum a report up: its title, what changed in one line, on what basis, the cost.

"Nothing changed" is never said alone. It comes with its basis, and the cases are told apart:
nothing was fetched, nothing was read, what was read did not bear on the claims, work failed.
"""

from collections import Counter
from datetime import datetime
from typing import Final

from claims.assessment import StandingState
from claims.evidence import Remark
from claims.grounding import Proposal
from claims.run import Run, RunKind, Spent
from claims.verify import unbroken
from reports.report import Report, Story
from reports.words import OUR_WORDS, count, listed, seconds, utc

MAX_REMARKS: Final = 30
"""More are not read."""

_REMARK_CHARS: Final = 200


def title(report: Report) -> str:
    """What kind of report this is, of which days."""
    run = report.run
    kind = "Nightly retest" if run.kind is RunKind.NIGHTLY else f"Retest of {run.claim_id}"
    return f"{kind}, {utc(run.since):%Y-%m-%d} to {utc(run.until):%Y-%m-%d}"


def headline(report: Report) -> str:
    """One line: how many standings moved and where to, or plainly that nothing changed."""
    moved = [story for story in report.changed if story.moved]
    others = len(report.changed) - len(moved)
    told = []
    if moved:
        places = Counter(story.after for story in moved)
        where = listed([f"{places[state]} now {state}" for state in StandingState if places[state]])
        of = count(len(report.stories), "claim")
        told.append(f"{count(len(moved), 'standing')} of {of} changed: {where}.")
    if others:
        claims = count(others, "more claim") if moved else count(others, "claim")
        have = "has" if others == 1 else "have"
        told.append(f"{claims} {have} other evidence and the same standing.")
    if not told:
        told.append("No standing and no evidence changed." if report.diff else "Nothing changed.")
    return " ".join(told)


def _aside(report: Report) -> list[str]:
    """What changed beside standings and evidence, as one sentence or none."""
    counts = (
        (sum(story.is_new for story in report.stories), "claim", "new here"),
        (len(report.removed), "claim", "gone from the library"),
        (sum(len(story.raised) for story in report.stories), "flag", "raised"),
        (sum(len(story.cleared) for story in report.stories), "flag", "cleared"),
    )
    told = listed([f"{count(n, noun)} {what}" for n, noun, what in counts if n])
    return [f"Beside that, {told}."] if told else []


def basis(report: Report) -> tuple[str, ...]:
    """What else changed and what the headline rests on, one sentence each, what failed first."""
    run = report.run
    told = _aside(report)
    if run.finished_at is None:
        told.append("This run has not finished: what follows is what it had recorded.")
    if run.failures:
        weight = (
            "" if report.changed else ", so this does not show that nothing bears on the claims"
        )
        told.append(f"Some of the work failed ({count(len(run.failures), 'failure')}){weight}.")
    return (*told, _reading(run, changed=bool(report.changed)))


def _reading(run: Run, *, changed: bool) -> str:
    n = run.counts
    seen = f"{count(n.n_papers_seen, 'paper')} seen, {count(n.n_papers_new, 'new record')}"
    known = f"; {count(n.n_papers_known, 'reading')} not repeated" if n.n_papers_known else ""
    if not (n.n_papers_seen or n.n_papers_read or n.n_papers_known):
        why = "" if run.failures else ": the source gave no paper for this window"
        return f"Nothing was fetched{why}."
    if not n.n_papers_read:
        return f"No paper was read: {seen}{known}."
    read = f"{count(n.n_papers_read, 'reading')} of a paper for a claim"
    end = "." if changed else ". None of it gives the claims other evidence than before."
    return f"Basis: {seen}, {read}{known}{end}"


def harvest(run: Run) -> tuple[str, ...]:
    """How the night went in each category, one sentence each, what failed first."""
    ordered = sorted(run.harvest, key=lambda o: (o.outcome.moves_cursor, o.category))
    return tuple(map(str, ordered))


def line(story: Story) -> str:
    """The numbers of evidence of one claim, or why there is none."""
    return str(story.balance) if story.pieces else story.standing.reason


def news(story: Story) -> str:
    """What is new about one claim, in a few words."""
    told = [
        (story.revised, "the claim was revised and is judged afresh"),
        (story.n_new, f"{count(story.n_new, 'new piece')} of evidence"),
        (story.dropped, f"{count(len(story.dropped), 'piece')} of evidence dropped"),
        (
            any(piece.news == "amended" for piece in story.pieces),
            "evidence was amended by a person",
        ),
    ]
    return "; ".join(text for holds, text in told if holds) or "ruled by a person"


def costs(run: Run) -> tuple[tuple[str, str], ...]:
    """What the run did and cost, as names and values in a fixed order."""
    n, settings = run.counts, run.settings
    return (
        ("Window (UTC)", f"from {_moment(run.since)}, before {_moment(run.until)}"),
        ("Source", settings.get("source", "not recorded")),
        ("Judge", settings.get("judge", "not recorded")),
        ("Papers seen", f"{n.n_papers_seen:,}"),
        ("new records", f"{n.n_papers_new:,}"),
        ("Readings (paper and claim)", f"{n.n_papers_read:,}"),
        ("of these with the full text", f"{n.n_papers_whole:,}"),
        ("Already judged, not repeated", f"{n.n_papers_known:,}"),
        ("Assessments", f"{n.n_assessments:,}"),
        ("Judge calls", f"{n.n_judge_calls:,}"),
        ("Model calls", f"{n.n_model_calls:,}"),
        ("Tokens", f"{n.n_tokens:,}"),
        ("Cost", f"{n.cost_usd:.4f} USD"),
        *((f"Model for {id}", _spent(spent)) for id, spent in sorted(n.by_claim.items())),
        ("Time", seconds(run.duration_s)),
        ("Failures", f"{len(run.failures):,}"),
    )


def _spent(spent: Spent) -> str:
    calls = count(spent.n_model_calls, "request")
    return f"{calls}, {spent.n_tokens:,} tokens, {spent.cost_usd:.4f} USD"


def settings(run: Run) -> tuple[tuple[str, str], ...]:
    """What would change the answer: settings, thresholds, then versions, each by name."""
    least = (
        (f"least confidence, {judge}", f"{run.thresholds[judge]:g}")
        for judge in sorted(run.thresholds)
    )
    return (*sorted(run.settings.items()), *least, *sorted(run.versions.items()))


def remarks(report: Report) -> tuple[str, ...]:
    """What was found in the files of papers, one line each, at most MAX_REMARKS and the rest."""
    told = [_remark(remark) for remark in report.run.remarks]
    n_more = len(told) - MAX_REMARKS
    more = (f"and {n_more} more, all listed in the JSON form",) if n_more > 0 else ()
    return (*told[:MAX_REMARKS], *more)


def _remark(remark: Remark) -> str:
    page = f", page {remark.page}" if remark.page else ""
    words = unbroken(remark.words)
    shown = words if len(words) <= _REMARK_CHARS else f"{words[:_REMARK_CHARS]}..."
    return f"{remark.paper}{page}, {remark.kind}: {remark.told}" + (f": “{shown}”" if words else "")


def telling(proposal: Proposal) -> str:
    """How much of the claim the quoted words hold."""
    numbers = f", its numbers {', '.join(proposal.numbers)}" if proposal.numbers else ""
    ours = f"; {OUR_WORDS}" if proposal.in_our_words else ""
    return f"{proposal.share:.0%} of its telling words{numbers}{ours}"


def _moment(moment: datetime) -> str:
    return f"{utc(moment):%Y-%m-%d %H:%M}"
