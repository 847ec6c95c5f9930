"""What a flow tells whoever watches it: a terminal, a log, or nobody."""

from typing import Protocol


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
