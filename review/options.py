"""What several commands share: their options, and opening the workspace that these name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.workspace import Workspace

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="The workspace folder [default: $RETEST_WORKSPACE, or the current folder].",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
SourceOption = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Where papers come from: arxiv, sample, or the path of a metadata dump.",
        show_default=False,
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        help="Retest against what was published before this date (UTC) [default: now]. "
        "A back-fill is a series of nights.",
        show_default=False,
    ),
]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--judge", help="Who judges, this time: local or openai (a model).", show_default=False
    ),
]
BudgetOption = Annotated[
    str | None,
    typer.Option(
        "--budget",
        help="What the model may cost in this run: 2.50 (US dollars) or 500000 tokens.",
        show_default=False,
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Fetch, ask no judge, and print what a model would be asked at most.",
    ),
]


def opened_workspace(folder: Path | None) -> "Workspace":
    """The workspace that `folder`, the environment or the current folder names."""
    from flows.settings import Environment
    from flows.workspace import Workspace

    return Workspace.open(folder, Environment.read())
