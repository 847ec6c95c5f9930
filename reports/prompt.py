"""The research prompt of an inquiry, to be pasted into any assistant; `retest import` reads it.

Claims, anchors and tasks stand in the form of `claims.pages.own`, so that they read back word for
word; today's standings stand beside them and are never read back.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from claims.answer import Held
from claims.claim import Inquiry
from claims.evidence import Answer
from claims.health import Records, check
from claims.pages.own import (
    PROMPT_OPENING,
    anchor_line,
    claim_line,
    problems_line,
    standing_line,
)
from claims.standing import Flag
from reports.markdown import md
from reports.words import utc

_TASKS: Final = (
    "Re-test the premise: does each dated claim still hold, and on whose evidence?",
    "Surface the strongest disagreement or superseding work within the last six months.",
    "Propose two research questions that assume the regime may have shifted.",
)
"""For an inquiry that states none."""


_N_PIECES: Final = 3
"""The strongest; an assistant finds the others itself, and should."""


def prompt_of(inquiry: Inquiry, held: tuple[Held, ...], until: datetime, records: Records) -> str:
    """The prompt as Markdown, with where each claim stood before `until`.

    `records` tell what to mind of the anchor papers.
    """
    return "\n".join(_lines(inquiry, held, until, records)) + "\n"


def _lines(
    inquiry: Inquiry, held: tuple[Held, ...], until: datetime, records: Records
) -> Iterator[str]:
    yield f"# {_words(inquiry.question)}"
    if inquiry.framing:
        yield f"\nFraming: {_words(inquiry.framing)}"
    yield f"\n## Research prompt\n\n{PROMPT_OPENING}"
    yield f"\nResearch question: {_words(inquiry.restated or inquiry.question)}"
    if held:
        yield "\nDated claims (mind their dates):\n"
    for one in held:
        yield f"- {_words(claim_line(one.claim.text, one.claim.as_of, one.claim.sources))}"
        yield f"  - {_standing(one, until)}"
    if inquiry.anchors:
        yield "\nAnchor papers:\n"
    for anchor in inquiry.anchors:
        yield f"- {_words(anchor_line(anchor))}"
        found = check(anchor, records)
        if found.resolves is not Answer.UNKNOWN and found.problems:
            yield f"  - {_words(problems_line(found.problems))}"
    yield "\nTasks:\n"
    tasks = inquiry.tasks or _TASKS
    yield from (f"{n}. {_words(task)}" for n, task in enumerate(tasks, start=1))
    if inquiry.orders:
        yield "\nGround rules:\n"
        yield from (f"- {_words(order)}" for order in inquiry.orders)
    if inquiry.watch:
        yield "\nKeywords:\n"
        yield from (f"- {_words(phrase)}" for phrase in inquiry.watch)
    if inquiry.categories:
        yield f"\narXiv categories: {', '.join(inquiry.categories)}"


def _words(text: str) -> str:
    """As Markdown; a single "~" stands for "about" in dates and needs no escape."""
    return str(md(text)).replace("\\~", "~")


def _standing(held: Held, until: datetime) -> str:
    pieces = ", ".join(
        f"{held.relation_of(piece)} by arXiv:{piece.evidence[0].paper.id}"
        for piece in held.admitted[:_N_PIECES]
    )
    told = held.state + (f" ({pieces})" if pieces else "")
    if Flag.UNGROUNDED in held.flags:
        told += "; no real paper has been shown to be its source"
    return standing_line(utc(until).date(), told)
