"""Where the blocks of a page went: to parts, to labels, or to what was not placed, and why."""

from dataclasses import dataclass, field
from enum import StrEnum

from claims.pages.labels import Part
from claims.pages.lines import Block


class Sureness(StrEnum):
    """How a field was recognised; the first is the surest."""

    LABELLED = "labelled"
    """The page says so."""
    SHAPED = "by its shape"
    GUESSED = "guessed"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A block in its part."""

    block: Block
    sureness: Sureness
    label: str = ""
    """The words of the label that opened its part: they may hold the date of what follows."""


@dataclass(frozen=True, kw_only=True)
class Unplaced:
    """Lines that no field took, and why."""

    lines: tuple[int, ...]
    text: str
    why: str


@dataclass(kw_only=True)
class Outline:
    """A page sorted into parts."""

    parts: dict[Part, list[Placed]] = field(default_factory=dict)
    labels: list[Block] = field(default_factory=list)
    """Blocks that are nothing but the label of a part."""
    unplaced: list[tuple[Block, str]] = field(default_factory=list)
    label: str = ""
    """Of the part that is being filled."""

    def of(self, part: Part) -> list[Placed]:
        """The blocks of `part`, in the order of the page."""
        return self.parts.get(part, [])

    def place(self, part: Part, block: Block, sureness: Sureness) -> None:
        """Nothing: `block` is in `part`."""
        placed = Placed(block=block, sureness=sureness, label=self.label)
        self.parts.setdefault(part, []).append(placed)
