"""What a flow tells whoever watches it: a terminal, a log, or nobody."""

from typing import Final, Protocol

_WORTH_A_LINE_S: Final = 10.0
"""The pauses of three seconds between two requests would fill a log."""


class Watch(Protocol):
    """Is told what happens as it happens; never decides anything."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """A stage begins, with `total` pieces of work when that is known."""
        ...

    def advance(self, detail: str = "") -> None:
        """One piece of the stage is done."""
        ...

    def step(self, name: str, detail: str) -> None:
        """A step inside a piece of work."""
        ...

    def say(self, line: str) -> None:
        """Something that a person should know now."""
        ...


class Unwatched:
    """Nobody watches."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, detail: str = "") -> None:
        """Nothing."""

    def step(self, name: str, detail: str) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Nothing."""


def tell_wait(watch: Watch, why: str, wait_s: float) -> None:
    """Nothing: who watches knows why the source is waited for, and for how many seconds."""
    told = f"{wait_s:.0f} s: {why}"
    if wait_s < _WORTH_A_LINE_S:
        watch.step("waiting", told)
    else:
        watch.say(f"waiting {told}")
