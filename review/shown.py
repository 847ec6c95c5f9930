"""What commands print: JSON for programs, a report for people, one line for trouble."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reports.words import visible

if TYPE_CHECKING:
    from flows.nightly import Finished
    from reports.report import Report


def out(line: str = "", *, indent: int = 0) -> None:
    """Print `line` on standard output; what would act on the terminal is shown as text."""
    sys.stdout.write(" " * indent + visible(line) + "\n")


def page(text: str) -> None:
    """Print a document as it is, line by line, with what would act on the terminal as text."""
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip(" "))]
        sys.stdout.write(f"{indent}{visible(line)}\n")


def as_json(value: object) -> None:
    """Print `value` as one JSON document."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def finished(run: "Finished", *, json_wanted: bool) -> None:
    """Print what came of a run."""
    if json_wanted:
        from reports.contract import contract

        as_json(contract(run.report, run.files.named()))
        return
    report(run.report)
    out(f"report: {run.files.markdown} (also .html and .json)")


def report(told: "Report") -> None:
    """Print a report for people, as wide as the terminal, without colour in a pipe."""
    from rich.console import Console

    from reports.terminal import print_report

    console = Console() if sys.stdout.isatty() else Console(width=100, no_color=True)
    print_report(told, console)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a head, columns aligned; hostile text stays text."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*head, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        drawn.add_row(*(Text(visible(cell)) for cell in row))
    console = Console() if sys.stdout.isatty() else Console(width=120, no_color=True)
    console.print(drawn)


def facts(values: Mapping[str, str]) -> None:
    """Print names and values, aligned."""
    width = max(map(len, values), default=0)
    for name, value in values.items():
        sys.stdout.write(f"{visible(name):<{width}}  {visible(value)}\n")
