"""`retest eval`: how far a judge can be trusted, in figures from labelled pairs."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from claims.errors import SettingsError
from review.options import BudgetOption, JsonOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from agents.judge import Judge

_RUN: Final = "eval"
"""Under which a model's answers are kept; no run of a night bears this name."""

FileArgument = Annotated[
    Path, typer.Argument(help="JSON lines, gzipped or not: {claim, evidence, label}.")
]
JudgeOption = Annotated[
    str, typer.Option("--judge", help="Who is measured: local, rules or openai (a model).")
]
GroupOption = Annotated[
    str | None, typer.Option("--group", help="Also figures for each value of this key.")
]
RetrievalOption = Annotated[
    bool,
    typer.Option("--retrieval", help="Score sentences: {claim, abstract: [...], rationales}."),
]
ClaimsOption = Annotated[
    bool, typer.Option("--claims", help="Score standings: {claim, verdict, evidence: [...]}.")
]
PlotOption = Annotated[
    Path | None,
    typer.Option("--plot", help="Draw how sure and how right it is: a .svg, .png or .pdf file."),
]
PairsOption = Annotated[
    list[Path] | None,
    typer.Option("--pairs", help="With --claims: where the evidence of each claim stands."),
]


_COLUMNS: Final = ("precision", "precision_95", "recall", "recall_95", "gold", "told")


def evaluate(
    file: FileArgument,
    judge: JudgeOption = "local",
    group: GroupOption = None,
    retrieval: RetrievalOption = False,
    claims: ClaimsOption = False,
    pairs: PairsOption = None,
    workspace: WorkspaceOption = None,
    budget: BudgetOption = None,
    plot: PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Score a judge on labelled pairs; with --retrieval on sentences, with --claims on standings.

    *admitted* counts what a night would admit; *forced* is what the judge would say if it had to.
    A model is that of the workspace, which remembers its answers: the same pairs cost once.
    """
    from agents import evaluation
    from agents.labelled import pairs_in
    from review import shown

    if retrieval and claims:
        raise SettingsError("--retrieval and --claims read different files: ask for one of them")
    if plot and (retrieval or claims):
        raise SettingsError("--plot draws the figures of labelled pairs only")
    with judge_named(judge, workspace, budget) as chosen:
        if retrieval:
            told = asyncio.run(evaluation.retrieved(chosen, file))
        elif claims:
            told = asyncio.run(evaluation.stood(chosen, file, _evidence(pairs or ())))
        else:
            told = asyncio.run(evaluation.scored(chosen, pairs_in(file, group)))
            if plot:
                _draw(told, f"{judge} on {file.name}", plot)
    signed = {"file": file.name, **chosen.signature.model_dump(), "threshold": chosen.threshold}
    if json:
        shown.as_json({**signed, **told})
        return
    shown.facts({name: str(value) for name, value in signed.items()})
    _show(told)


@contextmanager
def judge_named(
    name: str, workspace: Path | None = None, budget: str | None = None
) -> Iterator["Judge"]:
    """The judge of this name. Raises SettingsError."""
    if name == "openai":
        from claims.ledger import Ledger
        from flows.model_desk import model_desk_of

        chosen = opened_workspace(workspace).judged_by(name, budget).at_once()
        with closing(Ledger.open(chosen.ledger_url)) as ledger:
            yield model_desk_of(chosen, ledger, _RUN).judge
        return
    from agents.local_judge import LocalJudge
    from agents.rules_judge import RulesJudge
    from flows.settings import quiet_libraries

    quiet_libraries(Path(".retest"))
    match name:
        case "local":
            yield LocalJudge()
        case "rules":
            yield RulesJudge()
        case _:
            raise SettingsError(f"no judge is called {name!r}: choose local, rules or openai")


def _draw(told: dict[str, Any], title: str, file: Path) -> None:
    from reports.charts import reliability

    parts = told.get("groups") or {"all": told}
    series = {name: part["forced"]["reliability"] for name, part in parts.items()}
    reliability(series, title, file)


def _evidence(files: Sequence[Path]) -> dict[str, list[str]]:
    from agents.labelled import pairs_in

    found: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        for pair in pairs_in(file):
            found[pair.claim.strip()].append(pair.evidence)
    return dict(found)


def _show(told: dict[str, Any]) -> None:
    from review import shown

    parts = {name: told.pop(name) for name in ("forced", "admitted") if name in told}
    groups = told.pop("groups", {})
    confusion, classes = told.pop("confusion", None), told.pop("classes", None)
    shown.facts({name: _plain(value) for name, value in told.items()})
    if classes:
        _show_classes(classes, confusion)
    for name, figures in parts.items():
        _show_part(name, figures)
    for group, figures in groups.items():
        shown.out(f"\n== {group}: {figures['pairs']} pairs")
        for name in ("forced", "admitted"):
            _show_part(name, figures[name])


def _show_part(name: str, figures: dict[str, Any]) -> None:
    from review import shown

    plain = {
        key: _plain(value)
        for key, value in figures.items()
        if key not in {"classes", "confusion", "reliability"}
    }
    shown.out(f"\n{name}: " + " · ".join(f"{key} {value}" for key, value in plain.items()))
    _show_classes(figures["classes"], figures["confusion"])
    if figures.get("reliability"):
        shown.table(
            ("confidence from", "pairs", "said", "right"),
            [
                tuple(_plain(one[key]) for key in ("from", "pairs", "said", "right"))
                for one in figures["reliability"]
            ],
        )


def _show_classes(classes: dict[str, Any], confusion: dict[str, Any] | None) -> None:
    from review import shown

    names = list(classes)
    told = ("precision", "95 %", "recall", "95 %", "n gold", "n told")
    head = ("gold", *told, *(f"→ {name}" for name in names))
    table = [
        (
            name,
            *(_plain(classes[name][key]) for key in _COLUMNS),
            *(_plain(confusion[name][to]) if confusion else "" for to in names),
        )
        for name in names
    ]
    shown.table(head, table)


def _plain(value: object) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.3f}"
        case list():
            return " to ".join(_plain(one) for one in value)
        case _:
            return str(value)
