"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

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
