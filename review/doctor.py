"""`retest doctor`: everything a night needs, checked one by one, with what to do about it."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from claims.errors import RetestError, SourceError
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.run import RunKind
from flows import notify, wiring
from flows.workspace import Workspace
from papers.gaps import GapBook
from papers.governor import Governor
from reports.words import count
from review import shown

_MOST_LISTED: Final = 5


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was checked."""

    name: str
    fine: bool
    told: str


def show(
    workspace: Workspace, papers: str | None, *, send_test: bool = False, json_wanted: bool
) -> bool:
    """Print every check; whether all is fine."""
    probes: tuple[tuple[str, Callable[[], str]], ...] = (
        ("library", lambda: _library(workspace)),
        ("ledger", lambda: _ledger(workspace)),
        ("search index", lambda: _index(workspace)),
        ("judge", lambda: _judge(workspace)),
        ("source", lambda: _source(workspace, papers)),
        ("arXiv's limits", lambda: _limits(workspace)),
        ("last harvest", lambda: _harvest(workspace)),
        ("full text", lambda: _full_text(workspace, papers)),
        ("notifications", lambda: _notify(workspace, send_test=send_test)),
        ("prefect", lambda: workspace.prefect_api_url or "none configured: runs start directly"),
    )
    checks = [_checked(name, probe) for name, probe in probes]
    if json_wanted:
        shown.as_json([vars(check) for check in checks])
    else:
        shown.facts({f"{'ok     ' if c.fine else 'TROUBLE'} {c.name}": c.told for c in checks})
    return all(check.fine for check in checks)


def _notify(workspace: Workspace, *, send_test: bool) -> str:
    if send_test:
        notify.send_test(workspace)
        return f"a test was sent to {count(len(notify.wanted(workspace)), 'address', 'addresses')}"
    told = notify.wanted(workspace)
    if not told:
        return "off: name addresses under [notify] urls in retest.toml"
    return f"{count(len(told), 'address', 'addresses')}; `retest doctor --notify` sends a test"


def _checked(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name=name, fine=True, told=probe())
    except RetestError as error:
        return Check(name=name, fine=False, told=str(error))


def _library(workspace: Workspace) -> str:
    inquiries = workspace.inquiries()
    n_claims = sum(len(inquiry.claims) for inquiry in inquiries)
    return f"{n_claims} claims in {len(inquiries)} inquiries"


def _ledger(workspace: Workspace) -> str:
    with closing(Ledger.open(workspace.ledger_url)) as ledger:
        runs, unfinished = ledger.runs.newest(limit=1), ledger.runs.unfinished()
        told = f"{ledger.address}; " + (f"last run {runs[0].id}" if runs else "no run yet")
        if unfinished:
            told += f"; begun and not ended: {', '.join(unfinished)} (the same command goes on)"
        return told


def _index(workspace: Workspace) -> str:
    index, note = wiring.index_of(workspace)
    with closing(index):
        return "; ".join(filter(None, (f"{index.n_passages} passages, {index.identity}", note)))


def _full_text(workspace: Workspace, papers: str | None) -> str:
    desk = wiring.desk_of(workspace, papers)
    if desk is None:
        return "not read ([source] full_text = false)"
    kept = desk.shelf.listing()
    told = "PDFs are fetched" if desk.downloads else "PDFs on the shelf are read, none is fetched"
    told += f"; {len(kept)} on the shelf"
    n_mb = sum({one.sha256: one.n_bytes for one in kept}.values()) / 1e6
    oldest = f", the oldest of {kept[-1].fetched_at:%Y-%m-%d}" if kept else ""
    return f"{told}, {n_mb:.0f} MB of {desk.shelf.max_bytes / 1e6:,.0f} MB{oldest}"


def _judge(workspace: Workspace) -> str:
    with closing(Ledger.open(workspace.ledger_url)) as ledger:
        judge, model = wiring.judge_of(workspace, ledger)
        signature = judge.signature
        told = f"{signature.judge} ({signature.model}), admits from {judge.threshold:.2f}"
        if model is None:
            return told
        from agents.probe import probed

        settings = workspace.settings.judge
        models = tuple(dict.fromkeys((settings.model, settings.second_model or settings.model)))
        tariff = model.judge.asking.tariff
        probe = probed(model.endpoint, models, tariff, max_output=settings.max_output_tokens)
        found = asyncio.run(probe)
        plain = model.endpoint.access.is_plain
        warned = "; the key is sent unencrypted over the network" if plain else ""
        return f"{told}; {found}; budget {model.judge.asking.budget.ceilings}{warned}"


def _limits(workspace: Workspace) -> str:
    """Whether arXiv may be asked now, by what it last answered to any process of the workspace."""
    status = Governor(workspace.state).status()
    if not status.clear:
        raise SourceError(status.told)
    return status.told


def _harvest(workspace: Workspace) -> str:
    """How the last night that was harvested went, category by category, and what is missing."""
    with closing(Ledger.open(workspace.ledger_url)) as ledger:
        nights = ledger.runs.newest(kind=RunKind.NIGHTLY)
    outcomes = next((run.harvest for run in nights if run.harvest), ())
    gaps = GapBook(workspace.state).open()
    told = "; ".join(map(str, outcomes)) or "none yet"
    if gaps:
        listed = ", ".join(str(gap.id) for gap in gaps[:_MOST_LISTED])
        more = f" and {len(gaps) - _MOST_LISTED} more" if len(gaps) > _MOST_LISTED else ""
        told += f"; announced, missing and asked for next night: {listed}{more}"
    if any(not outcome.outcome.moves_cursor for outcome in outcomes):
        raise SourceError(f"{told}; the next night asks again from where the last good one ended")
    return told


def _source(workspace: Workspace, papers: str | None) -> str:
    source = wiring.source_of(workspace, papers)
    cited = [ref.arxiv for inquiry in workspace.inquiries() for ref in inquiry.cited]
    asked = cited[:1] or [ArxivId("1706.03762")]
    answered = source.lookup(asked)
    return f"{source.name} answers" + (
        "" if answered else f", but cannot say anything of {asked[0]}"
    )
