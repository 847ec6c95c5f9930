"""How a run is watched: a live bar on a terminal, plain lines elsewhere. Always on stderr."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from reports.words import visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SAY_EVERY_S: Final = 5.0
"""Off a terminal, steps are told at most so often; stages and results always."""


class Watched:
    """A `flows.watch.Watch` for one run, used with `with`."""

    def __init__(self, *, verbose: bool = False) -> None:
        """`verbose` tells every step, for a single claim that somebody is waiting for."""
        self._verbose = verbose
        self._live: Progress | None = None
        self._bar: TaskID | None = None
        self._stage = ""
        self._n = 0
        self._total: int | None = None
        self._told_at = 0.0

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeRemainingColumn,
            )

            self._live = Progress(
                SpinnerColumn(),
                TextColumn("{task.description:<10}", markup=False),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[detail]}", markup=False),
                console=Console(stderr=True),
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def begin(self, stage: str, total: int | None = None) -> None:
        """A stage begins."""
        self._stage, self._n, self._total = stage, 0, total
        if self._live:
            if self._bar is not None:
                self._live.remove_task(self._bar)
            self._bar = self._live.add_task(stage, total=total, detail="")
        else:
            self._print(f"{stage}" + (f" (0 of {total})" if total else ""))

    def advance(self, detail: str = "") -> None:
        """One piece of the stage is done."""
        self._n += 1
        if self._live and self._bar is not None:
            self._live.update(self._bar, advance=1, detail=visible(detail)[:60])
        else:
            self._print(f"{self._stage} {self._n} of {self._total or '?'}: {detail}")

    def step(self, name: str, detail: str) -> None:
        """A step inside a piece of work."""
        if self._verbose:
            self.say(f"{name:<12} {detail}")
        elif self._live and self._bar is not None:
            self._live.update(self._bar, detail=visible(f"{name} · {detail}")[:60])
        elif time.monotonic() - self._told_at > _SAY_EVERY_S:
            self._print(f"  {name} · {detail}")

    def say(self, line: str) -> None:
        """Something that a person should know now."""
        if self._live:
            self._live.console.print(visible(line), markup=False, highlight=False, soft_wrap=True)
        else:
            self._print(line)

    def _print(self, line: str) -> None:
        self._told_at = time.monotonic()
        print(visible(line), file=sys.stderr, flush=True)  # noqa: T201 - this is where lines are printed
