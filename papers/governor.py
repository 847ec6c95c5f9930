"""One governor for all processes of a workspace: who may ask arXiv, when, and why not now.

arXiv counts the requests of all machines that a person controls, so a pace within one process is
not enough. What was asked last, what arXiv asked of us and how often it was in trouble stand in
one small file, guarded by a lock and replaced whole. The rules:

- metadata (search, OAI-PMH, feeds): one request every three seconds (arXiv API terms of use);
- PDFs: four requests within a second, then a second's pause (arXiv bulk data help);
- Retry-After is honoured for every process, and repeated 429 or 503 open a breaker for a growing
  time;
- after a 403 nothing is asked until the next UTC day, and for half a day at least: further
  requests count as an attack.

Wall-clock time is the one clock that processes share: when it was set back, the whole pause is
waited once more. A long wait is never slept through here, it is told as an error.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from claims.claim import Frozen
from claims.clock import start_of
from claims.errors import RateLimited, SettingsError, SourceError

_LONGEST_SLEEP_S: Final = 30.0
"""A longer wait is the caller's to plan."""

_LOCK_WAIT_S: Final = 120.0

_TROUBLES_TO_OPEN: Final = 3
"""So many 429 or 503 in a row open the breaker."""

_FIRST_OPEN_S: Final = 60.0
_LONGEST_OPEN_S: Final = 3_600.0

_LONGEST_WISH_S: Final = 86_400.0
"""A Retry-After beyond a day is taken for a day."""


_LEAST_REFUSAL_S: Final = 43_200.0
"""A refusal just before midnight holds for the rest of the night too."""


class Lane(StrEnum):
    """What is asked for; each has a rate of its own."""

    METADATA = "metadata"
    PDF = "pdf"


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How fast arXiv may be asked. The defaults are arXiv's own rules."""

    metadata_s: float = 3.0
    pdf_burst: int = 4
    pdf_burst_s: float = 2.0
    """No more than `pdf_burst` PDFs in any span of so many seconds: a second and its pause."""


class _State(Frozen):
    metadata_at: float = Field(default=0.0, allow_inf_nan=False)
    pdf_at: tuple[float, ...] = ()
    paused_at: float = Field(default=0.0, allow_inf_nan=False)
    pause_s: float = Field(default=0.0, allow_inf_nan=False, ge=0)
    why: str = ""
    n_troubles: int = 0
    refused_on: date | None = None
    refused_at: float = Field(default=0.0, allow_inf_nan=False, ge=0, le=1e11)
    refusal: str = ""
    is_whole: bool = True
    """False where the file was damaged and the worst is assumed."""


@dataclass(frozen=True, kw_only=True)
class GovernorStatus:
    """Whether arXiv may be asked now, for `retest doctor`."""

    refused_until: datetime | None
    paused_until: datetime | None
    n_troubles: int
    """Answers of 429 or 503 since the last good one."""
    told: str
    """One line."""

    @property
    def clear(self) -> bool:
        """Whether a request would be let through now."""
        return self.refused_until is None and self.paused_until is None


class Governor:
    """Gives out turns to ask arXiv over all processes that share `folder`."""

    def __init__(
        self,
        folder: Path,
        rates: Rates | None = None,
        *,
        on_wait: Callable[[str, float], None] = lambda _why, _seconds: None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`on_wait` is told why and for how many seconds, before each wait."""
        self._rates = rates or Rates()
        self._on_wait, self._now, self._sleep = on_wait, now, sleep
        self._file = folder / "arxiv.governor.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{folder} cannot hold {self._file.name}: {error}") from error
        self._lock = FileLock(folder / "arxiv.governor.lock", timeout=_LOCK_WAIT_S)

    def turn(self, lane: Lane = Lane.METADATA) -> None:
        """Return when it is our turn, and take it.

        Raises RateLimited when the turn is too far off, SourceError after a refusal.
        """
        while True:
            with self._locked():
                state = self._put_right(self._read())
                self._mind_refusal(state)
                left_s, why = self._left(state, lane)
                if left_s <= 0:
                    self._write(self._taken(state, lane))
                    return
            if left_s > _LONGEST_SLEEP_S:
                raise RateLimited(f"{why}, for {left_s:.0f} s more: try again then", left_s)
            self._on_wait(why, left_s)
            self._sleep(left_s)

    def went_well(self) -> None:
        """Note a good answer: troubles are counted from one again."""
        if self._read().n_troubles:
            with self._locked():
                self._write(self._read().model_copy(update={"n_troubles": 0}))

    def slow_down(self, why: str, wished_s: float | None) -> float:
        """The seconds for which no process will ask, after a 429 or 503 with this Retry-After."""
        with self._locked():
            state = self._read()
            n = state.n_troubles + 1
            pause_s = min(wished_s or 0.0, _LONGEST_WISH_S)
            if n >= _TROUBLES_TO_OPEN:
                opened_s = min(_FIRST_OPEN_S * 2 ** (n - _TROUBLES_TO_OPEN), _LONGEST_OPEN_S)
                why = f"{why}, {n} times in a row" if opened_s > pause_s else why
                pause_s = max(pause_s, opened_s)
            pause_s = max(pause_s, self._paused_s(state))
            changed = {"n_troubles": n, "paused_at": self._now(), "pause_s": pause_s, "why": why}
            self._write(state.model_copy(update=changed))
        return pause_s

    def refused(self, why: str) -> None:
        """Let no process ask again before the next UTC day and for 12 hours: arXiv answered 403."""
        with self._locked():
            changed = {"refused_on": self._today(), "refused_at": self._now(), "refusal": why}
            self._write(self._read().model_copy(update=changed))

    def status(self) -> GovernorStatus:
        """Whether arXiv may be asked now."""
        state = self._read()
        until = _end_of(state) if self._is_refused(state) else None
        left_s = self._paused_s(state)
        paused = datetime.fromtimestamp(self._now() + left_s, UTC) if left_s > 0 else None
        told = "arXiv may be asked"
        if until:
            told = _refusal(state)
        elif paused:
            told = f"{state.why}: paused until {paused:%Y-%m-%d %H:%M:%S} UTC"
        return GovernorStatus(
            refused_until=until, paused_until=paused, n_troubles=state.n_troubles, told=told
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), UTC).date()

    def _is_refused(self, state: _State) -> bool:
        end = _end_of(state)
        return end is not None and self._now() < end.timestamp()

    def _mind_refusal(self, state: _State) -> None:
        if self._is_refused(state):
            raise SourceError(_refusal(state))

    def _left(self, state: _State, lane: Lane) -> tuple[float, str]:
        """Seconds until the next turn in `lane`, and what for."""
        paused_s = self._paused_s(state)
        match lane:
            case Lane.METADATA:
                left_s = self._rest(state.metadata_at, self._rates.metadata_s)
                why = f"arXiv asks for {self._rates.metadata_s:g} s between requests"
            case Lane.PDF:
                left_s = self._burst_left(state)
                why = f"arXiv asks for a pause after {self._rates.pdf_burst} PDFs"
        return (paused_s, state.why) if paused_s > left_s else (left_s, why)

    def _paused_s(self, state: _State) -> float:
        return self._rest(state.paused_at, state.pause_s) if state.pause_s else 0.0

    def _rest(self, since: float, pause_s: float) -> float:
        """What is left of a pause; all of it when the clock was set back."""
        passed_s = self._now() - since
        return pause_s if passed_s < 0 else max(0.0, pause_s - passed_s)

    def _put_right(self, state: _State) -> _State:
        """`state` as it may be counted on, written down: not damaged, and not of the future.

        Where the clock was set back behind its moments, they count from now.
        """
        now = self._now()
        moments = (state.metadata_at, state.paused_at, *state.pdf_at)
        if state.is_whole and max(moments) <= now:
            return state
        changed = {
            "is_whole": True,
            "metadata_at": min(state.metadata_at, now),
            "paused_at": min(state.paused_at, now),
            "pdf_at": tuple(min(at, now) for at in state.pdf_at),
        }
        state = state.model_copy(update=changed)
        self._write(state)
        return state

    def _burst_left(self, state: _State) -> float:
        rates = self._rates
        recent = state.pdf_at[-rates.pdf_burst :]
        return self._rest(recent[0], rates.pdf_burst_s) if len(recent) == rates.pdf_burst else 0.0

    def _taken(self, state: _State, lane: Lane) -> _State:
        now = self._now()
        if lane is Lane.METADATA:
            return state.model_copy(update={"metadata_at": now, "pause_s": 0.0})
        burst = (*state.pdf_at, now)[-self._rates.pdf_burst :]
        return state.model_copy(update={"pdf_at": burst, "pause_s": 0.0})

    def _read(self) -> _State:
        """What stands in the file; a damaged one costs one pause."""
        try:
            state = _State.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return _State()
        except (OSError, ValidationError):
            return self._careful()
        return state if all(map(math.isfinite, state.pdf_at)) else self._careful()

    def _careful(self) -> _State:
        now = self._now()
        return _State(metadata_at=now, pdf_at=(now,) * self._rates.pdf_burst, is_whole=False)

    def _write(self, state: _State) -> None:
        written = self._file.with_suffix(".new")
        try:
            written.write_text(state.model_dump_json(), encoding="utf-8")
            written.replace(self._file)
        except OSError as error:
            raise SettingsError(f"{self._file} cannot be written: {error.strerror}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except Timeout:
            told = f"other processes held {self._file} for {_LOCK_WAIT_S:.0f} s"
            raise RateLimited(told, _LOCK_WAIT_S) from None


def _end_of(state: _State) -> datetime | None:
    if state.refused_on is None:
        return None
    least = datetime.fromtimestamp(state.refused_at + _LEAST_REFUSAL_S, UTC)
    return max(start_of(state.refused_on + timedelta(days=1)), least)


def _refusal(state: _State) -> str:
    return f"{state.refusal}; nothing is asked before {_end_of(state):%Y-%m-%d %H:%M} UTC"
