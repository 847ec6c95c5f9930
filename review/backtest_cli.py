"""`retest backtest`: what a judge would have done with papers of the past."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.errors import SettingsError
from review.eval_cli import JudgeOption, judge_named
from review.options import JsonOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from claims.claim import Claim
    from claims.evidence import Paper

PapersArgument = Annotated[
    Path | None, typer.Argument(help="A metadata dump: its papers are read as they came.")
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", help="Claims dated before this day, papers submitted from it on."),
]
UnrelatedOption = Annotated[
    bool, typer.Option("--unrelated", help="Claims that no paper bears on: all it says is false.")
]
ChainsOption = Annotated[
    Path | None, typer.Option("--chains", help="Records and the results that beat them.")
]
WithdrawnOption = Annotated[
    Path | None, typer.Option("--withdrawn", help="Comments of withdrawn papers.")
]


def backtest(
    papers: PapersArgument = None,
    since: SinceOption = None,
    unrelated: UnrelatedOption = False,
    chains: ChainsOption = None,
    withdrawn: WithdrawnOption = None,
    judge: JudgeOption = "local",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Read papers of the past against claims that are older, and say what would have been admitted.

    The claims are those of the workspace; with --unrelated, ten that such papers cannot bear on,
    so that every answer is a false alarm. Every paper is read, without a search in between.
    """
    from agents import backtest as past
    from review import shown

    if not (papers or chains or withdrawn):
        raise SettingsError("nothing to read: give a metadata dump, --chains or --withdrawn")
    with judge_named(judge, workspace) as chosen:
        told: dict[str, Any] = {
            "judge": chosen.signature.model_dump(),
            "threshold": chosen.threshold,
        }
        if papers and unrelated:
            read = tuple(_papers(papers, since))
            for name, texts in (("elsewhere", past.ELSEWHERE), ("nearby", past.NEARBY)):
                told[name] = asyncio.run(past.alarms(chosen, texts, read))
        elif papers:
            claims = _claims(workspace, since)
            told["held"] = asyncio.run(past.held(chosen, claims, _papers(papers, since)))
        if chains:
            told["chains"] = asyncio.run(past.chains(chosen, chains))
        if withdrawn:
            told["withdrawn"] = past.withdrawn(withdrawn)
    shown.as_json(told) if json else _show(told)


def _papers(dump: Path, since: str | None) -> "Iterator[Paper]":
    from claims.clock import Window
    from claims.evidence import Paper
    from papers.dump import DumpSource
    from papers.sources import Request

    first = _day(since) if since else datetime(1986, 1, 1, tzinfo=UTC)
    window = Window(first, datetime(9999, 1, 1, tzinfo=UTC))
    for one in DumpSource(dump).fetch(Request(window=window)):
        if isinstance(one, Paper):
            yield one
        else:
            typer.echo(f"left out: {one.message}", err=True)


def _claims(workspace: Path | None, since: str | None) -> "tuple[Claim, ...]":
    held = (one for inquiry in opened_workspace(workspace).inquiries() for one in inquiry.claims)
    last = _day(since).date() if since else None
    claims = tuple(one for one in held if last is None or one.as_of.newer_after < last)
    if not claims:
        raise SettingsError(f"the workspace holds no claim dated before {since}")
    return claims


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise SettingsError(f"{text!r} is not a day: write it as 2025-03-01") from None


def _show(told: dict[str, Any]) -> None:
    from review import shown

    for name, part in told.items():
        if not isinstance(part, dict):
            shown.facts({name: str(part)})
            continue
        shown.out(f"\n{name}")
        shown.facts({key: str(value) for key, value in part.items() if key != "told"})
        for one in part.get("told", ()):
            shown.out(f"  {one['relation']} {one['confidence']:.2f} {one['paper']}: {one['claim']}")
            shown.out(f"      {one['quote']}")
