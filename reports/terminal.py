"""A report on a terminal, at most 100 columns wide, what changed first.

Everything is plain `Text`, never markup, so no title or quote is read as a style, link or emoji.
rich is imported when a report is printed, not before.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from claims.assessment import StandingState
from claims.evidence import Failure
from reports import summary
from reports.evidence import MAX_SHOWN_PER_SIDE, Group, Piece
from reports.report import Flagged, Report, Story
from reports.words import (
    CONFIDENCE_NOTE,
    FLAG_MEANS,
    GROUNDING_NOTE,
    OUR_WORDS,
    REMARKS_NOTE,
    SYMBOLS,
    TIER_MEANS,
    visible,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MAX_COLUMNS: Final = 100
"""Longer lines are hard to read."""

_STYLES: Final = {
    StandingState.UNTESTED: "bold",
    StandingState.CONFIRMED: "bold green",
    StandingState.QUALIFIED: "bold yellow",
    StandingState.CONTESTED: "bold red",
    StandingState.SUPERSEDED: "bold magenta",
}

_Line = tuple[int, tuple[tuple[str, str], ...]]
"""Indent in columns, and the line's spans of text and style."""


def print_report(report: Report, console: "Console") -> None:
    """The report, printed on `console`."""
    console.print(to_terminal(report), width=min(console.width, MAX_COLUMNS))


def to_terminal(report: Report) -> "RenderableType":
    """What rich prints: the same content as the other forms."""
    from rich.console import Group as Lines
    from rich.padding import Padding
    from rich.text import Text

    return Lines(
        *(
            Padding(Text.assemble(*spans, overflow="fold"), (0, 0, 0, indent), expand=False)
            for indent, spans in _lines(report)
        )
    )


def _line(*parts: str | tuple[str, str], indent: int = 0) -> _Line:
    """A line of plain strings and (text, style) spans, each made safe to show."""
    spans = ((part, "") if isinstance(part, str) else part for part in parts)
    return indent, tuple((_kept(text), style) for text, style in spans)


def _kept(text: str) -> str:
    """`text` made visible; a space at either end is kept, it parts one span from the next."""
    lead, trail = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{lead}{visible(text)}{trail}"


def _heading(text: str) -> Iterator[_Line]:
    yield _line()
    yield _line((text, "bold underline"))


def _badge(state: StandingState) -> tuple[str, str]:
    return f"{SYMBOLS[state]} {state}", _STYLES[state]


def _lines(report: Report) -> Iterator[_Line]:
    yield _line((summary.title(report), "bold"))
    yield _line((summary.headline(report), "bold"))
    for sentence in summary.basis(report):
        yield _line(sentence)
    for note in report.run.notes:
        yield _line("Note: ", note)
    if report.changed:
        yield from _heading("What changed")
        yield _line((CONFIDENCE_NOTE, "dim"))
        for story in report.changed:
            yield from _story(story)
    yield from _papers(report)
    yield from _rest(report)
    yield from _groundings(report)
    yield from _remarks(report)
    yield from _cost(report)


def _story(story: Story) -> Iterator[_Line]:
    yield _line()
    came = (_badge(story.before), " → ") if story.moved else ()
    yield _line(*came, _badge(story.after), "  ", (story.claim.text, "bold"))
    held = f"as of {story.claim.as_of}, {story.claim.id}: {story.inquiry.question}"
    yield _line((held, "dim"), indent=2)
    yield _line(f"Why: {story.standing.reason} ({summary.news(story)}).", indent=2)
    if story.pieces:
        yield _line(f"Balance: {story.balance}.", indent=2)
    for group in story.groups:
        yield from _group(group)
    if story.dropped:
        yield _line((f"No longer counted ({len(story.dropped)})", "underline"), indent=2)
        for piece in story.dropped[:MAX_SHOWN_PER_SIDE]:
            yield from _piece(piece)
        if len(story.dropped) > MAX_SHOWN_PER_SIDE:
            yield _line(f"and {len(story.dropped) - MAX_SHOWN_PER_SIDE} more", indent=4)


def _group(group: Group) -> Iterator[_Line]:
    yield _line((f"{group.side.capitalize()} ({group.n_pieces})", "underline"), indent=2)
    for piece in group.shown:
        yield from _piece(piece)
    if group.n_more:
        yield _line(f"and {group.n_more} more {group.side}", indent=4)


def _piece(piece: Piece) -> Iterator[_Line]:
    news = (", ", (piece.news, "bold")) if piece.news else ()
    yield _line((piece.relation, "bold"), f", {piece.confidence}", *news, indent=4)
    for quoted in piece.quotes:
        yield _line(f"“{quoted.words}”", indent=6)
        ours = f"; {OUR_WORDS}" if quoted.is_ours else ""
        where = f"{quoted.where}, {TIER_MEANS[quoted.cited.tier]}{ours}"
        yield _line((where, "dim"), indent=6)
    title = piece.paper.title or "(no title)"
    yield _line((piece.url, "cyan"), f" {title}, {piece.dated}", indent=6)
    for mark in piece.marks:
        if mark != OUR_WORDS:
            yield _line((mark, "yellow"), indent=6)
    reason = f"Reason ({piece.assessment.signature.judge}): {piece.assessment.verdict.reason}"
    yield _line(reason, indent=6)


def _papers(report: Report) -> Iterator[_Line]:
    if report.papers:
        yield from _heading("Papers that changed")
    for paper in report.papers:
        yield _line((paper.change.after.url, "cyan"), f" {paper.change}", indent=2)
        if paper.stories:
            behind = ", ".join(story.claim.id for story in paper.stories)
            yield _line((f"behind {behind}", "dim"), indent=4)


def _rest(report: Report) -> Iterator[_Line]:
    if report.removed:
        yield from _heading("No longer in the library")
        for change in report.removed:
            yield _line(f"{change.claim_id}, last ", _badge(change.before), indent=2)
    if report.unchanged:
        yield from _heading("Looked at and did not change")
        for story in report.unchanged:
            new = ", new here" if story.is_new else ""
            yield _line(_badge(story.after), f"  {story.claim.text}", indent=2)
            where = f"{story.claim.id}, as of {story.claim.as_of}{new}: {summary.line(story)}"
            yield _line((where, "dim"), indent=4)
    if report.flagged or report.cleared:
        yield from _heading("Flagged")
        for flagged in report.flagged:
            yield from _flag(flagged)
        for story in report.cleared:
            yield _line(("cleared", "bold"), f" {', '.join(story.cleared)}: ", story.claim.id)


def _flag(flagged: Flagged) -> Iterator[_Line]:
    means, to_do = FLAG_MEANS[flagged.flag]
    yield _line((flagged.flag, "bold yellow"), f": {means} {to_do}")
    for story in flagged.stories:
        new = ", new" if flagged.flag in story.raised else ""
        yield _line(f"{story.claim.text} ({story.claim.id}){new}", indent=2)
    for failure in flagged.failures:
        yield _failure(failure)


def _failure(failure: Failure) -> _Line:
    of = f"{failure.item_id} for {failure.claim_id}" if failure.claim_id else failure.item_id
    told = f"failed: {failure.stage} of {of}: {failure.error}: {failure.message}"
    return _line(told, indent=4)


def _groundings(report: Report) -> Iterator[_Line]:
    if report.groundings:
        yield from _heading("Where they may come from")
        yield _line((GROUNDING_NOTE, "dim"))
    for grounding in report.proposed:
        yield _line((grounding.holder_id, "bold"), indent=2)
        for proposal in grounding.proposals:
            paper = proposal.paper
            title = paper.title or "(no title)"
            yield _line(f"“{proposal.cited.quote}”", indent=4)
            yield _line((summary.telling(proposal), "dim"), indent=4)
            yield _line(
                (paper.id.url, "cyan"), f" {title}, submitted {paper.submitted_on}", indent=4
            )
    if report.unfound:
        yield _line(f"nothing found for {', '.join(g.holder_id for g in report.unfound)}", indent=2)


def _remarks(report: Report) -> Iterator[_Line]:
    if remarks := summary.remarks(report):
        yield from _heading("Found in papers")
        yield _line((REMARKS_NOTE, "dim"))
        for remark in remarks:
            yield _line(remark, indent=2)


def _cost(report: Report) -> Iterator[_Line]:
    if told := summary.harvest(report.run):
        yield from _heading("How the night went in each category")
        for sentence in told:
            yield _line(sentence, indent=2)
    yield from _heading("What the run cost")
    for name, value in summary.costs(report.run):
        yield _line(f"{name}: ", (value, "bold"), indent=2)
    if report.run.failures:
        yield _line(f"Failures ({len(report.run.failures)}), evidence of nothing:", indent=2)
    for _, failures in report.failures_by_stage:
        for failure in failures:
            yield _failure(failure)
    yield _line((f"Run {report.run.id}", "dim"), indent=2)
