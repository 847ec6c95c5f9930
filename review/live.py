"""*Retest now*: one claim retested in the background, with what happens told as it happens.

One at a time in this process; the workspace's own lock sees to it that no other process runs one.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, Thread
from typing import Final

from claims.clock import utc_now
from claims.errors import LedgerConflict, RetestError
from flows.start import start
from flows.workspace import Workspace

_LINES: Final = 12
"""The last steps are watched; the whole story is in the report."""


@dataclass
class Progress:
    """One retest as it goes. Written by one thread, read by others."""

    claim_id: str
    begun_at: datetime = field(default_factory=utc_now)
    stage: str = "starting"
    n_done: int = 0
    n_total: int | None = None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES))
    run_id: str | None = None
    trouble: str | None = None
    """Why it ended without a result."""

    @property
    def ended(self) -> bool:
        """Whether it came to an end, good or bad."""
        return self.run_id is not None or self.trouble is not None

    def begin(self, stage: str, total: int | None = None) -> None:
        """A stage begins."""
        self.stage, self.n_done, self.n_total = stage, 0, total

    def advance(self, detail: str = "") -> None:
        """One piece of the stage is done."""
        self.n_done += 1
        self.say(f"{self.stage} {self.n_done} of {self.n_total or '?'}: {detail}")

    def step(self, name: str, detail: str) -> None:
        """A step inside a piece of work."""
        self.say(f"{name}: {detail}")

    def say(self, line: str) -> None:
        """The line is the last one for now."""
        self.lines.append(line)


class Retests:
    """The retests that this process started; at most one is at work."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._current: Progress | None = None
        self._ended: dict[str, Progress] = {}

    def begin(self, claim_id: str) -> Progress:
        """The retest of this claim, begun or going on.

        Raises LedgerConflict when another claim is being retested.
        """
        with self._lock:
            if self._current and not self._current.ended:
                if self._current.claim_id == claim_id:
                    return self._current
                raise LedgerConflict(
                    f"{self._current.claim_id} is being retested: start this one when it is done"
                )
            self._current = Progress(claim_id=claim_id)
            self._ended[claim_id] = self._current
            Thread(target=self._work, args=(self._current,), daemon=True).start()
            return self._current

    def of(self, claim_id: str) -> Progress | None:
        """The last retest of this claim that was started here."""
        return self._ended.get(claim_id)

    def _work(self, progress: Progress) -> None:
        try:
            done = start(self._workspace, None, progress, claim_id=progress.claim_id)
        except RetestError as error:
            progress.trouble = str(error)
        except BaseException:
            progress.trouble = "a fault of retest's own: see the terminal that serves this page"
            raise
        else:
            progress.run_id = done.run.id
