"""An inquiry answered, or put as a prompt, from what the ledger holds: no paper is read for it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from agents.inquiry_nodes import InquiryTask
from agents.local_writer import LocalWriter
from agents.writer import Writer
from claims.answer import Held, InquiryAnswer
from claims.claim import Claim, Inquiry
from claims.clock import Window, utc_now
from claims.errors import ClaimNotFound, SettingsError
from claims.health import Records
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.naming import people
from claims.present import present
from flows.model_desk import model_desk_of
from flows.workspace import Workspace

_MONTH: Final = timedelta(days=30.44)
"""The mean month: a window of six months is half a year, whatever months it covers."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An inquiry with everything that the ledger holds of it."""

    inquiry: Inquiry
    held: tuple[Held, ...]
    until: datetime
    """The end of the newest run, or now where none has finished."""
    records: Records
    """Every paper that it names or rests on, as the ledger knows it."""


def known(workspace: Workspace, inquiry_id: str) -> Known:
    """What is known of an inquiry. Raises LibraryError, LedgerError, ClaimNotFound."""
    inquiry = held_inquiry(workspace.inquiries(), inquiry_id)
    ledger = Ledger.open(workspace.ledger_url)
    try:
        runs = ledger.runs.newest(limit=1)
        held = tuple(_held(ledger, claim) for claim in inquiry.claims)
        papers = {c.paper.id.unversioned for h in held for a in h.assessments for c in a.evidence}
        papers |= {ref.arxiv.unversioned for ref in inquiry.cited}
        papers |= _named(inquiry)
        return Known(
            inquiry=inquiry,
            held=held,
            until=runs[0].until if runs else utc_now(),
            records=Records(ledger.papers.get(ids=papers)),
        )
    finally:
        ledger.close()


async def answered(workspace: Workspace, found: Known, *, may_ask: bool = True) -> InquiryAnswer:
    """The inquiry answered, in the words of the model where the judge is one.

    Without `may_ask` only what the model wrote before is used, and the local writer's words for the
    rest, or for all where no model is set up. Raises LedgerError, and SettingsError where it asks.
    """
    from agents import inquiry_graph

    months = workspace.settings.answer.window_months
    window = Window(found.until - months * _MONTH, found.until)
    task = InquiryTask(inquiry=found.inquiry, held=found.held, window=window)
    if workspace.settings.judge.kind == "local":
        return await inquiry_graph.answer(task, LocalWriter())
    ledger = Ledger.open(workspace.ledger_url)
    try:
        writer = _model_writer(workspace, ledger, found, may_ask=may_ask)
        return await inquiry_graph.answer(task, writer)
    except SettingsError:
        if may_ask:
            raise
        return await inquiry_graph.answer(task, LocalWriter())
    finally:
        ledger.close()


def _model_writer(workspace: Workspace, ledger: Ledger, found: Known, *, may_ask: bool) -> Writer:
    """The writer that asks the judge's endpoint, within a budget for the day's answers.

    One by one also where nights go through the Batch API: somebody waits for the answer. Raises
    SettingsError.
    """
    from agents.model_writer import ModelWriter

    judge = workspace.settings.judge.model_copy(update={"batch": False})
    at_once = replace(workspace, settings=workspace.settings.model_copy(update={"judge": judge}))
    desk = model_desk_of(at_once, ledger)
    desk.begin(f"answer-{found.inquiry.id}-{found.until:%Y-%m-%d}")
    return ModelWriter(
        desk.judge.asking, model=judge.model, max_output=judge.max_output_tokens, may_ask=may_ask
    )


def held_inquiry(inquiries: Iterable[Inquiry], inquiry_id: str) -> Inquiry:
    """The inquiry with this id. Raises ClaimNotFound, naming those there are."""
    held = {inquiry.id: inquiry for inquiry in inquiries}
    if inquiry_id not in held:
        raise ClaimNotFound(
            f"no inquiry {inquiry_id!r} in the library; it holds: {', '.join(held)}"
        )
    return held[inquiry_id]


def _held(ledger: Ledger, claim: Claim) -> Held:
    now = present(ledger, claim.id, claim)
    judged = [a for a in now.assessments if a.claim_revision == claim.revision]
    judged.sort(key=lambda a: (a.evidence[0].paper.submitted_at, a.id), reverse=True)
    sources = ledger.papers.get(ids=[ref.arxiv.unversioned for ref in claim.sources])
    return Held(
        claim=claim,
        standing=now.standing if now.run and now.claim.revision == claim.revision else None,
        assessments=tuple(judged),
        own_authors=people(author for paper in sources for author in paper.authors),
    )


def _named(inquiry: Inquiry) -> set[ArxivId]:
    """The papers that the inquiry names in its free text."""
    from claims.pages.cited import mentions_in

    texts = [inquiry.question, inquiry.framing or "", inquiry.narrative or "", *inquiry.tasks]
    texts += [claim.text for claim in inquiry.claims]
    return {m.arxiv.unversioned for text in texts for m in mentions_in(text)}
