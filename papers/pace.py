"""One pace for all processes of a workspace: so many seconds between any two requests to arXiv.

arXiv counts the requests of all machines that a person controls (API terms of use), so a pace
within one process is not enough. The moment of the last request stands in a small file, guarded
by a lock; whoever waits holds the lock, so processes take turns. Wall-clock time is the one clock
that processes share: when it was set back, the whole interval is waited once more.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from claims.errors import RateLimited, SettingsError

_LONGEST_SLEEP_S: Final = 30.0
"""A longer wait is the caller's to plan: nobody should hang on a lock for minutes."""

_LOCK_WAIT_S: Final = 120.0


class Pace:
    """At most one turn per `interval_s` seconds over all processes that share `folder`."""

    def __init__(
        self,
        folder: Path,
        interval_s: float,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval_s, self._now, self._sleep = interval_s, now, sleep
        self._file = folder / "arxiv.pace"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{folder} cannot hold the pace file: {error.strerror}") from error
        self._lock = FileLock(folder / "arxiv.pace.lock", timeout=_LOCK_WAIT_S)

    def wait(self) -> None:
        """Return when it is our turn, and take it.

        Raises RateLimited when the turn is too far off, after a long `hold`.
        """
        with self._locked():
            left_s = self._left_s()
            if left_s > _LONGEST_SLEEP_S:
                raise RateLimited(
                    f"arXiv asked for a pause that ends in {left_s:.0f} s: try again then", left_s
                )
            if left_s > 0:
                self._sleep(left_s)
            self._write(self._interval_s)

    def hold(self, pause_s: float) -> None:
        """Let no process take a turn for `pause_s` seconds: the source asked for it."""
        with self._locked():
            self._write(max(pause_s, self._interval_s))

    def _left_s(self) -> float:
        """Seconds until the next turn; the whole pause when the clock was set back."""
        try:
            last, pause_s = map(float, self._file.read_text().split())
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError):
            return self._interval_s
        passed_s = self._now() - last
        left_s = pause_s if passed_s < 0 else pause_s - passed_s
        return left_s if math.isfinite(left_s) else self._interval_s

    def _write(self, pause_s: float) -> None:
        try:
            self._file.write_text(f"{self._now()!r} {pause_s!r}\n")
        except OSError as error:
            raise SettingsError(f"{self._file} cannot be written: {error.strerror}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except Timeout:
            raise RateLimited(
                f"other processes held {self._file} for {_LOCK_WAIT_S:.0f} s", _LOCK_WAIT_S
            ) from None
