"""Which part of the inquiry each block of a page belongs to: by its label, or else by its shape.

Every block ends up in exactly one place: a part, a label, or the list of what was not placed
with the reason. Nothing is read twice and nothing is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from claims.pages.cited import mentions_in
from claims.pages.labels import Label, Part, label_of, part_of
from claims.pages.lines import Block, Shape
from claims.pages.own import is_standing_line, read_anchor_line, read_claim_line
from claims.pages.years import Stated, date_of


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

    def of(self, part: Part) -> list[Placed]:
        """The blocks of `part`, in the order of the page."""
        return self.parts.get(part, [])

    def place(self, part: Part, block: Block, sureness: Sureness) -> None:
        """Nothing: `block` is in `part`."""
        self.parts.setdefault(part, []).append(Placed(block=block, sureness=sureness))


_ABOVE_ENTRIES: Final = -1
"""The depth of a label that is no entry of a list."""

_ONE_LINE: Final = 320
"""Characters that a framing may have; longer text after the question is the narrative."""

_ASKED: Final = re.compile(r".*\?[\"'”’)\]*_]*$", re.DOTALL)
_TASK: Final = re.compile(
    r"(?:task\s*(?:\d|one|two|three)\b|(?:re-?test|re-?examine|surface|find|propose|identify|search|"
    r"list|check|assess|evaluate|generate|suggest|formulate|compare|name|verify|report|update|"
    r"revisit|challenge|draft)\b)",
    re.IGNORECASE,
)
_NUMBERED_TASK: Final = re.compile(r"task\s*(?:\d|one|two|three)\b", re.IGNORECASE)
_TITLE_FOLLOWS: Final = re.compile(r"\s*(?:[(\[].{1,30}?[)\]])?\s*(?:[–—|:,-]|$)")
_CITES_AT_ONCE: Final = 12
"""An entry whose arXiv id begins within so many characters is an entry about that paper."""


def is_question(text: str) -> bool:
    """Whether `text` ends as a question does."""
    return bool(_ASKED.fullmatch(text))


def begins_block(text: str) -> bool:
    """Whether a line of plain text begins something, though no gap parts it from the last line."""
    return (
        label_of(text) is not None
        or bool(_NUMBERED_TASK.match(text))
        or any(m.start < _CITES_AT_ONCE for m in mentions_in(text[:60]))
    )


def ends_block(text: str) -> bool:
    """Whether nothing can follow a line of plain text in its block."""
    return part_of(text) is not None or text.endswith((":", "?"))


def outlined(blocks: Iterable[Block]) -> Outline:
    """The blocks of a page in their parts."""
    sorter = _Sorter()
    for block in blocks:
        sorter.take(block)
    return sorter.finished()


class _Sorter:
    """Goes through a page from top to bottom and knows in which part it is."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._part: Part | None = None
        self._in_prompt = False
        self._lost = False
        """Whether an unknown heading ended the last list: what follows is not of it."""
        self._depth = _ABOVE_ENTRIES
        """Of the label that opened this part: entries below it are its content, never labels."""
        self._before: list[Block] = []
        """Text before any question."""
        self._titles: list[Block] = []
        """Headings before any question: one of them may be it."""

    def take(self, block: Block) -> None:
        """Nothing: the block is in its place."""
        if block.shape in {Shape.FURNITURE, Shape.HIDDEN}:
            around = "around the page" if block.shape is Shape.FURNITURE else "hidden on the page"
            self.outline.unplaced.append((block, around))
        elif is_standing_line(block.text):
            self.outline.unplaced.append((block, "a standing: it is computed, never imported"))
        elif block.shape is Shape.TABLE_HEAD:
            self._table(block)
        elif label := self._label(block):
            self._open(label, block)
        elif block.shape is Shape.HEADING:
            self._heading(block)
        elif block.shape is Shape.FOOTNOTE and self._part is not Part.ANCHORS:
            self.outline.place(Part.FOOTNOTES, block, Sureness.LABELLED)
        else:
            self._content(block)

    def finished(self) -> Outline:
        """The outline; a title stands in where no question was asked."""
        outline = self.outline
        if not outline.of(Part.QUESTION):
            for title in self._titles[:1]:
                outline.place(Part.QUESTION, title, Sureness.GUESSED)
            self._titles = self._titles[1:]
        outline.unplaced += [(title, "a title beside the question") for title in self._titles]
        outline.unplaced += [(text, "before the question") for text in self._before]
        return outline

    def _label(self, block: Block) -> Label | None:
        label = label_of(block.text)
        if label is None or read_claim_line(block.text):
            return None
        in_list = self._part is not None and self._part.is_list
        if block.is_entry and in_list and block.depth > self._depth:
            return None
        if block.shape is Shape.TEXT and not label.rest and len(block.lines) > 1:
            return None
        return label

    def _table(self, block: Block) -> None:
        """The head of a table names a part or its columns."""
        label = label_of(block.text)
        if label and label.part.is_list:
            self._part = label.part
        self.outline.labels.append(block)

    def _open(self, label: Label, block: Block) -> None:
        self._part, self._lost = label.part, False
        self._depth = block.depth if block.is_entry else _ABOVE_ENTRIES
        if label.part is Part.PROMPT:
            self._in_prompt = True
        if not label.rest:
            self.outline.labels.append(block)
            return
        shape = Shape.TEXT if block.shape is Shape.HEADING else block.shape
        rest = replace(block, text=label.rest, shape=shape)
        if (
            label.part is Part.PROMPT
            and len(label.rest) <= _ONE_LINE
            and not is_question(rest.text)
        ):
            self.outline.unplaced.append((rest, "beside the label of the prompt"))
        else:
            self._content(rest)

    def _heading(self, block: Block) -> None:
        outline = self.outline
        if is_question(block.text):
            if not outline.of(Part.QUESTION):
                outline.place(Part.QUESTION, block, Sureness.SHAPED)
                self._part = None
            else:
                self._part = Part.NOTES
                outline.place(Part.NOTES, block, Sureness.SHAPED)
        elif self._part is Part.NOTES:
            outline.place(Part.NOTES, block, Sureness.SHAPED)
        elif not outline.of(Part.QUESTION) and self._part is None:
            self._titles.append(block)
        elif self._seen_lists():
            self._part, self._lost = None, True
            outline.unplaced.append((block, "a heading that opens no known part"))
        else:
            self._part = Part.NARRATIVE
            outline.place(Part.NARRATIVE, block, Sureness.SHAPED)

    def _content(self, block: Block) -> None:
        match self._part:
            case None | Part.PROMPT:
                self._by_shape(block)
            case Part.QUESTION:
                self.outline.place(Part.QUESTION, block, Sureness.LABELLED)
                self._part = Part.PROMPT if self._in_prompt else None
            case Part.FRAMING:
                self.outline.place(Part.FRAMING, block, Sureness.LABELLED)
                self._part = Part.PROMPT if self._in_prompt else None
            case Part.ASIDE:
                self.outline.unplaced.append((block, "beside the inquiry"))
            case Part.CLAIMS | Part.ANCHORS if self._is_task(block):
                self._part = Part.TASKS
                self.outline.place(Part.TASKS, block, Sureness.SHAPED)
            case Part.CLAIMS if _is_of_a_paper(block) and not self._is_nested(block):
                self.outline.place(Part.ANCHORS, block, Sureness.SHAPED)
            case part:
                self.outline.place(part, block, Sureness.LABELLED)

    def _is_nested(self, block: Block) -> bool:
        """Whether a claim stands above it."""
        depths = [one.block.depth for one in self.outline.of(Part.CLAIMS) if one.block.is_entry]
        return block.is_entry and block.depth > min(depths, default=block.depth)

    def _is_task(self, block: Block) -> bool:
        if block.depth or read_claim_line(block.text) or read_anchor_line(block.text):
            return False
        date = date_of(block.text)
        dated = date is not None and date.stated is not Stated.IN_PASSING
        ordered = block.shape is Shape.NUMBERED and bool(self.outline.of(self._part or Part.TASKS))
        named = bool(_NUMBERED_TASK.match(block.text))
        return named or (ordered and not dated and bool(_TASK.match(block.text)))

    def _by_shape(self, block: Block) -> None:
        part, sureness = self._shape(block)
        if part is Part.NARRATIVE and not self.outline.of(Part.QUESTION):
            self._before.append(block)
        elif part is None and self._lost:
            self.outline.unplaced.append((block, "under a heading that opens no known part"))
        elif part is None:
            why = "words of the prompt around its parts" if self._in_prompt else "no known part"
            self.outline.unplaced.append((block, why))
        else:
            self.outline.place(part, block, sureness)

    def _shape(self, block: Block) -> tuple[Part | None, Sureness]:
        if entry := self._entry(block):
            return entry, Sureness.SHAPED
        asked = bool(self.outline.of(Part.QUESTION))
        if not asked and is_question(block.text):
            return Part.QUESTION, Sureness.SHAPED
        if self._in_prompt or self._lost:
            return None, Sureness.SHAPED
        told = self.outline.of(Part.FRAMING) or self.outline.of(Part.NARRATIVE)
        if asked and not told and not block.is_entry and len(block.text) <= _ONE_LINE:
            return Part.FRAMING, Sureness.SHAPED
        return Part.NARRATIVE, Sureness.SHAPED

    def _entry(self, block: Block) -> Part | None:
        """The list that a block outside any list is an entry of by its shape."""
        if _is_of_a_paper(block):
            return Part.ANCHORS
        asks = block.is_entry and self._seen_lists() and _TASK.match(block.text)
        if asks or _NUMBERED_TASK.match(block.text):
            return Part.TASKS
        return Part.CLAIMS if block.is_entry and date_of(block.text) else None

    def _seen_lists(self) -> bool:
        return any(self.outline.of(part) for part in (Part.CLAIMS, Part.ANCHORS, Part.TASKS))


def _is_of_a_paper(block: Block) -> bool:
    """Whether a list entry, or a line, begins with an arXiv id and goes on with its title."""
    if read_claim_line(block.text):
        return False
    found = mentions_in(block.text)
    if not found or found[0].start >= _CITES_AT_ONCE:
        return bool(block.is_entry and read_anchor_line(block.text))
    return bool(_TITLE_FOLLOWS.match(block.text[found[0].end :]))
