"""Which part of the inquiry each block of a page belongs to: by its label, or else by its shape.

Every block ends up in exactly one place: a part, a label, or the list of what was not placed
with the reason. Nothing is read twice and nothing is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from claims.pages.cited import mentions_in
from claims.pages.kinds import (
    NUMBERED_TASK,
    is_byline,
    is_note_title,
    is_of_a_paper,
    is_order,
    is_question,
    is_role,
    is_rule,
    is_titled_note,
    kind_of,
    may_be_label,
    settled,
)
from claims.pages.labels import Label, Part, label_of
from claims.pages.lines import Block, Shape
from claims.pages.own import is_never_imported, read_anchor_line, read_claim_line
from claims.pages.placed import Outline, Sureness
from claims.pages.years import Stated, date_of

_ABOVE_ENTRIES: Final = -1
"""The depth of a label that is no entry of a list."""

_QUESTIONS: Final = frozenset({Part.QUESTION, Part.RESTATED})

_LOOK_AHEAD: Final = 40
"""Blocks under a label that are looked at to know what it stands over."""

_CLAIM_WORDS: Final = 4
"""Fewer words and a date, where no label says that they are a claim, are a setting of the page."""

_ONE_LINE: Final = 320
"""Characters that a framing may have; longer text after the question is the narrative."""

_TITLE_WORDS: Final = 4
"""A title in fewer words says too little to stand in for the question that the prompt asks."""

_PROSE_WORDS: Final = 8
"""Fewer words between buttons and menus are another of them."""

_WITHIN: Final = re.compile(r"(?<=[.?!;)\]])\s+(?=[A-Z])")
"""Between the sentences of a prompt, where a label or a rule may begin."""


def outlined(blocks: Iterable[Block]) -> Outline:
    """The blocks of a page in their parts."""
    sorter = _Sorter(list(blocks))
    while sorter.has_more:
        sorter.take()
    return sorter.finished()


class _Sorter:
    """Goes through a page from top to bottom and knows in which part it is."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks = blocks
        self._next = 0
        self.outline = Outline()
        self._part: Part | None = None
        self._sureness = Sureness.LABELLED
        """Of what stands in this part."""
        self._level = 0
        """Of the heading that opened this part."""
        self._in_prompt = False
        self._lost = False
        """Whether an unknown heading ended the last list: what follows is not of it."""
        self._depth = _ABOVE_ENTRIES
        """Of the label that opened this part: entries below it are its content, never labels."""
        self._before: list[Block] = []
        """Text before any question."""
        self._titles: list[Block] = []
        """Headings before any question: one of them may be it."""

    @property
    def has_more(self) -> bool:
        """Whether a block is left."""
        return self._next < len(self._blocks)

    def take(self) -> None:
        """Nothing: the next block is in its place."""
        block = self._blocks[self._next]
        self._next += 1
        if block.shape is Shape.TEXT and is_role(block.text) and not self._in_prompt:
            self._part, self._in_prompt = Part.PROMPT, True
        if self._in_prompt:
            block = self._first_of(block)
        if why := self._why_not_of_it(block):
            self.outline.unplaced.append((block, why))
        elif block.shape is Shape.TABLE_HEAD:
            self._table(block)
        elif label := self._label(block):
            self._open(label, block)
        elif (is_heading := block.shape is Shape.HEADING) or self._is_unknown_label(block):
            self._heading(block) if is_heading else self._open_by_content(block)
        elif block.shape is Shape.FOOTNOTE and self._part is not Part.ANCHORS:
            self.outline.place(Part.FOOTNOTES, block, Sureness.LABELLED)
        else:
            self._content(block)

    def _why_not_of_it(self, block: Block) -> str | None:
        match block.shape:
            case Shape.FURNITURE:
                return "around the page"
            case Shape.HIDDEN:
                return "hidden on the page"
        if is_never_imported(block.text):
            return "retest writes it anew, and never imports it"
        if self._part in {None, Part.NARRATIVE} and is_byline(block.text):
            return "when, by whom or how long the page is"
        return None

    def _first_of(self, block: Block) -> Block:
        """`block`, or its beginning where a label stands within, or a rule behind tasks.

        The rest is taken next.
        """
        opens = label_of(block.text)
        for gap in _WITHIN.finditer(block.text) if block.shape is Shape.TEXT else ():
            label = label_of(rest := block.text[gap.end() :])
            is_label = label and (label.part.is_list or label.part in _QUESTIONS)
            if is_label or (opens and opens.part is Part.TASKS and is_rule(rest)):
                self._blocks.insert(self._next, replace(block, text=rest))
                return replace(block, text=block.text[: gap.start()])
        return block

    def finished(self) -> Outline:
        """The outline; a title, or the prompt's question, stands in where none was asked."""
        outline = self.outline
        if not outline.of(Part.QUESTION):
            restated = outline.of(Part.RESTATED)
            if restated and not (self._titles and _is_telling(self._titles[0])):
                outline.parts[Part.QUESTION] = [restated.pop(0)]
            elif self._titles:
                outline.place(Part.QUESTION, self._titles.pop(0), Sureness.GUESSED)
        outline.unplaced += [(title, "a title beside the question") for title in self._titles]
        for text in self._before:
            if outline.of(Part.TASKS) and is_order(text.text) and text.text.endswith("."):
                outline.place(Part.ORDERS, text, Sureness.SHAPED)
            else:
                outline.unplaced.append((text, "before the question"))
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
        part = label.part
        named = block.text.removesuffix(label.rest)
        if part is Part.QUESTION and self._in_prompt:
            part = Part.RESTATED
        elif part is Part.QUESTION and _is_counted_title(named, label.rest):
            self._titles.append(replace(block, text=label.rest))
            return
        if label.rest:
            if part is Part.QUESTION and self._part is Part.NOTES:
                # "Q: ..." over a paragraph.
                self.outline.place(Part.NOTES, replace(block, text=label.rest), Sureness.SHAPED)
                return
        elif not self._in_prompt:
            part = settled(part, self._under())
        self._part, self._lost = part, False
        self._sureness = Sureness.LABELLED if part is label.part else Sureness.SHAPED
        self._level = block.depth if block.shape is Shape.HEADING else 0
        self._depth = block.depth if block.is_entry else _ABOVE_ENTRIES
        if label.part is Part.PROMPT:
            self._in_prompt = True
        self.outline.label = named
        if not label.rest or (part is Part.ANCHORS and not mentions_in(label.rest)):
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
            elif _same_words(block, outline.of(Part.QUESTION)[0].block):
                outline.place(Part.QUESTION, block, Sureness.SHAPED)
            else:
                self._part = Part.NOTES
                outline.place(Part.NOTES, block, Sureness.SHAPED)
        elif block.text.endswith(".") and outline.of(Part.QUESTION):
            self._content(replace(block, shape=Shape.TEXT))
        elif outline.of(Part.QUESTION) and kind_of(self._under()):
            self._open_by_content(block)
        elif self._part is Part.NOTES and block.depth > self._level:
            outline.place(Part.NOTES, block, Sureness.SHAPED)
        elif not outline.of(Part.QUESTION) and self._part is None:
            self._titles.append(block)
        elif self._seen_lists():
            self._part, self._lost = None, True
            outline.unplaced.append((block, "a heading that opens no known part"))
        else:
            self._part = Part.NARRATIVE
            outline.place(Part.NARRATIVE, block, Sureness.SHAPED)

    def _under(self) -> tuple[Block, ...]:
        """The next blocks up to one that opens something."""
        found: list[Block] = []
        for block in self._blocks[self._next : self._next + _LOOK_AHEAD]:
            opens = block.shape is Shape.HEADING or label_of(block.text)
            if opens and not (is_question(block.text) and not found):
                break
            found.append(block)
        return tuple(found)

    def _is_unknown_label(self, block: Block) -> bool:
        """Whether a line that stands out has a list under it that is told by its looks."""
        if not may_be_label(block) or not self.outline.of(Part.QUESTION):
            return False
        return not is_question(block.text) and kind_of(self._under()) is not None

    def _open_by_content(self, block: Block) -> None:
        self._part, self._lost, self._depth = kind_of(self._under()), False, _ABOVE_ENTRIES
        self.outline.label = block.text
        self._sureness = Sureness.SHAPED
        self._level = block.depth if block.shape is Shape.HEADING else 0
        self.outline.labels.append(block)

    def _is_note(self, block: Block) -> bool:
        """Whether a note begins, in a part where notes may stand though no label says so."""
        is_here = self._part in {None, Part.NARRATIVE, Part.ANCHORS, Part.NOTES}
        if not is_here or self._in_prompt or not self.outline.of(Part.QUESTION):
            return False
        after = self._blocks[self._next] if self.has_more else None
        return is_note_title(block, after) or (not block.is_entry and is_titled_note(block))

    def _content(self, block: Block) -> None:
        if self._is_note(block):
            self.outline.place(Part.NOTES, block, Sureness.SHAPED)
            self._part = Part.NOTES
            return
        match self._part:
            case None | Part.PROMPT:
                self._by_shape(block)
            case Part.QUESTION | Part.RESTATED as part:
                self.outline.place(part, block, Sureness.LABELLED)
                self._part = Part.PROMPT if self._in_prompt else None
            case Part.FRAMING:
                self._frame(block)
                self._part = Part.PROMPT if self._in_prompt else None
            case Part.ASIDE if self._goes_on_after_an_aside(block):
                self._part = None
                self._content(block)
            case Part.ASIDE:
                self.outline.unplaced.append((block, "beside the inquiry"))
            case Part.CLAIMS | Part.ANCHORS | Part.TASKS if self._is_order_of_all(block):
                self.outline.place(Part.ORDERS, block, Sureness.SHAPED)
            case Part.CLAIMS | Part.ANCHORS if self._is_task(block):
                self._part = Part.TASKS
                self.outline.place(Part.TASKS, block, Sureness.SHAPED)
            case Part.CLAIMS if is_of_a_paper(block) and not self._is_nested(block):
                self.outline.place(Part.ANCHORS, block, Sureness.SHAPED)
            case part:
                self.outline.place(part, block, self._sureness)

    def _frame(self, block: Block) -> None:
        """A framing that is called one takes the place of a line that only looked like it."""
        placed = self.outline.of(Part.FRAMING)
        if placed and placed[0].sureness is not Sureness.LABELLED:
            self.outline.parts.setdefault(Part.NARRATIVE, []).insert(0, placed.pop(0))
        self.outline.place(Part.FRAMING, block, Sureness.LABELLED)

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
        named = bool(NUMBERED_TASK.match(block.text))
        return named or (ordered and not dated and is_order(block.text))

    def _goes_on_after_an_aside(self, block: Block) -> bool:
        """Whether the page itself begins or goes on, after buttons and menus above its lists."""
        if self._seen_lists() or block.is_entry or self._in_prompt:
            return False
        if not self.outline.of(Part.QUESTION):
            return is_question(block.text)
        return block.text.endswith(".") and len(block.text.split()) > _PROSE_WORDS

    def _is_order_of_all(self, block: Block) -> bool:
        """Whether running text after the entries of a list orders something for the answer."""
        placed = self.outline.of(self._part or Part.TASKS)
        listed = any(one.block.is_entry or NUMBERED_TASK.match(one.block.text) for one in placed)
        is_entry = NUMBERED_TASK.match(block.text) or date_of(block.text) or block.is_entry
        if block.shape is not Shape.TEXT or is_entry or not placed:
            return False
        return is_order(block.text) if listed else is_rule(block.text)

    def _by_shape(self, block: Block) -> None:
        part, sureness = self._shape(block)
        if part is Part.NARRATIVE and not self.outline.of(Part.QUESTION):
            self._before.append(block)
        elif part is None and self._lost:
            self.outline.unplaced.append((block, "under a heading that opens no known part"))
        elif part is None and self._in_prompt and is_order(block.text):
            self.outline.place(Part.ORDERS, block, Sureness.SHAPED)
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
        again = self.outline.of(Part.RESTATED) or self._seen_lists()
        if self._in_prompt and is_question(block.text) and not again:
            return Part.RESTATED, Sureness.SHAPED
        if self._in_prompt or self._lost:
            return None, Sureness.SHAPED
        told = self.outline.of(Part.FRAMING) or self.outline.of(Part.NARRATIVE)
        alone = not block.is_entry or not (self.has_more and self._blocks[self._next].is_entry)
        if asked and not told and alone and len(block.text) <= _ONE_LINE:
            return Part.FRAMING, Sureness.SHAPED
        return Part.NARRATIVE, Sureness.SHAPED

    def _entry(self, block: Block) -> Part | None:
        """The list that a block outside any list is an entry of by its shape."""
        if is_of_a_paper(block):
            return Part.ANCHORS
        ordered = block.shape is Shape.NUMBERED and not date_of(block.text)
        asks = block.is_entry and self._seen_lists() and (ordered or is_order(block.text))
        if asks or NUMBERED_TASK.match(block.text):
            return Part.TASKS
        says_much = len(block.text.split()) >= _CLAIM_WORDS
        return Part.CLAIMS if block.is_entry and says_much and date_of(block.text) else None

    def _seen_lists(self) -> bool:
        return any(self.outline.of(part) for part in (Part.CLAIMS, Part.ANCHORS, Part.TASKS))


def _is_counted_title(label: str, rest: str) -> bool:
    """Whether a page is counted and filed there, as in "Inquiry 27: Ecology", and asks nothing."""
    return bool(rest and re.search(r"\d", label)) and not is_question(rest)


def _is_telling(title: Block) -> bool:
    return len(title.text.split()) >= _TITLE_WORDS


def _same_words(block: Block, other: Block) -> bool:
    return block.text.casefold().strip(" ?.") == other.text.casefold().strip(" ?.")
