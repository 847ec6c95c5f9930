"""`retest doctor`: everything a night needs, checked one by one, with what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass

from claims.errors import RetestError
from claims.ids import ArxivId
from claims.ledger import Ledger
from flows import wiring
from flows.workspace import Workspace
from review import shown


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was checked."""

    name: str
    fine: bool
    told: str


def show(workspace: Workspace, papers: str | None, *, json_wanted: bool) -> bool:
    """Print every check; whether all is fine."""
    probes: tuple[tuple[str, Callable[[], str]], ...] = (
        ("library", lambda: _library(workspace)),
        ("ledger", lambda: _ledger(workspace)),
        ("search index", lambda: _index(workspace)),
        ("judge", lambda: _judge(workspace)),
        ("source", lambda: _source(workspace, papers)),
        ("prefect", lambda: workspace.prefect_api_url or "none configured: runs start directly"),
    )
    checks = [_checked(name, probe) for name, probe in probes]
    if json_wanted:
        shown.as_json([vars(check) for check in checks])
    else:
        shown.facts({f"{'ok     ' if c.fine else 'TROUBLE'} {c.name}": c.told for c in checks})
    return all(check.fine for check in checks)


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
    ledger = Ledger.open(workspace.ledger_url)
    try:
        runs, unfinished = ledger.runs.newest(limit=1), ledger.runs.unfinished()
        told = f"{ledger.address}; " + (f"last run {runs[0].id}" if runs else "no run yet")
        if unfinished:
            told += f"; begun and not ended: {', '.join(unfinished)} (the same command goes on)"
        return told
    finally:
        ledger.close()


def _index(workspace: Workspace) -> str:
    index, note = wiring.index_of(workspace)
    try:
        return "; ".join(filter(None, (f"{index.n_passages} passages, {index.identity}", note)))
    finally:
        index.close()


def _judge(workspace: Workspace) -> str:
    judge = wiring.judge_of(workspace)
    signature = judge.signature
    return f"{signature.judge} ({signature.model}), admits from confidence {judge.threshold:.2f}"


def _source(workspace: Workspace, papers: str | None) -> str:
    source = wiring.source_of(workspace, papers)
    cited = [ref.arxiv for inquiry in workspace.inquiries() for ref in inquiry.cited]
    asked = cited[:1] or [ArxivId("1706.03762")]
    answered = source.lookup(asked)
    return f"{source.name} answers" + (
        "" if answered else f", but cannot say anything of {asked[0]}"
    )
