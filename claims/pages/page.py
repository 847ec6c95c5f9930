"""An inquiry page, read: the inquiry that it describes, how sure each field is, what was left over.

Every line of the page that says something is in a field, a label or the list of what was not
placed. Reading asks nothing, knows no network and no clock: `today` dates a claim without a date.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from claims.claim import Claim, Inquiry, Note, SourceRef
from claims.errors import LibraryError
from claims.hashing import content_hash
from claims.pages.claim_entries import ClaimEntry, claims_of
from claims.pages.entries import Refused, anchors_of, notes_of, tasks_of
from claims.pages.footnotes import footnotes_of, with_footnotes
from claims.pages.grammar import FUNCTION_WORDS
from claims.pages.kinds import begins_block, ends_block
from claims.pages.labels import Part
from claims.pages.lines import Block, Shape, joined, refuse_what_is_no_page
from claims.pages.markup import shown_lines
from claims.pages.outline import outlined
from claims.pages.placed import Outline, Placed, Sureness, Unplaced

__all__ = ["Page", "Sureness", "Understood", "Unplaced", "read_page"]

_CATEGORY: Final = re.compile(
    r"\b(?:[a-z]{1,8}(?:-[a-z]{2,4})?\.[A-Za-z-]{2,4}|quant-ph|hep-(?:th|ph|ex|lat)|gr-qc)\b"
)
_LIST: Final = re.compile(r"\s*[;,|·]\s*")
_N_COUNTED: Final = 10
_N_SLUG_WORDS: Final = 4
_MAX_SLUG_CHARS: Final = 48


@dataclass(frozen=True, kw_only=True)
class Understood:
    """One field of the inquiry and where it came from."""

    field: str
    """Such as `question` or `claims[2].as_of`, counted from 1 as a person does."""
    value: str
    sureness: Sureness
    lines: tuple[int, ...]
    because: str = ""
    """What a value that the page does not state was derived from."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page was understood to say."""

    inquiry: Inquiry
    understood: tuple[Understood, ...]
    unplaced: tuple[Unplaced, ...]
    labels: tuple[Unplaced, ...]
    """Lines that only name a part of the page."""


def read_page(content: bytes, name: str, *, today: date) -> Page:
    """The page in `content`; `name` stands in errors. Raises LibraryError.

    Raised when the page is no text, too long, or holds nothing that can be a question.
    """
    refuse_what_is_no_page(content, name)
    blocks = joined(shown_lines(content, name), begins=begins_block, ends=ends_block)
    outline = outlined(blocks)
    return _Reading(outline, name, today).page()


class _Reading:
    """Makes one page of its outline, and notes every field as it is made."""

    def __init__(self, outline: Outline, name: str, today: date) -> None:
        self._outline = outline
        self._name = name
        self._today = today
        self._understood: list[Understood] = []
        self._refused = Refused()
        self._footnotes = footnotes_of(outline.of(Part.FOOTNOTES), outline.of(Part.ANCHORS))

    def page(self) -> Page:
        question = self._question()
        inquiry_id = slug(question, ())
        ids = {inquiry_id}
        inquiry = Inquiry(
            id=inquiry_id,
            question=question,
            restated=self._restated(question),
            framing=self._framing(),
            narrative=self._narrative(),
            claims=tuple(self._claims(ids)),
            anchors=tuple(self._anchors()),
            tasks=tuple(self._tasks()),
            orders=tuple(self._orders()),
            notes=tuple(self._notes()),
            watch=self._listed(Part.WATCH, "watch"),
            categories=self._categories(),
        )
        self._refuse_other_footnotes()
        unplaced = [*self._outline.unplaced, *self._refused.blocks]
        return Page(
            inquiry=inquiry,
            understood=tuple(self._understood),
            unplaced=_lines_of(unplaced),
            labels=_lines_of((block, "the label of a part") for block in self._outline.labels),
        )

    def _note(self, field: str, value: str, sureness: Sureness, lines: tuple[int, ...]) -> None:
        self._understood.append(
            Understood(field=field, value=value, sureness=sureness, lines=lines)
        )

    def _question(self) -> str:
        placed = self._outline.of(Part.QUESTION)
        if not placed:
            around = (b for b, _ in self._outline.unplaced if b.shape is Shape.FURNITURE)
            title = next((b for b in around if "?" in b.text), None)
            if title is None:
                raise LibraryError(
                    self._name, None, "nothing that can be its question: begin it with one"
                )
            question = f"{title.text.partition('?')[0]}?"
            self._note("question", question, Sureness.GUESSED, title.lines)
            return question
        first = placed[0]
        self._note("question", first.block.text, first.sureness, first.block.lines)
        return first.block.text

    def _restated(self, question: str) -> str | None:
        """The question where the page asks it again, in other words than the first time."""
        restated: str | None = None
        again = (*self._outline.of(Part.QUESTION)[1:], *self._outline.of(Part.RESTATED))
        for one in again:
            text = one.block.text.strip('"“”')
            if _folded(text) == _folded(question):
                self._note("question", question, one.sureness, one.block.lines)
            elif restated is None or _folded(text) == _folded(restated):
                restated = restated or text
                self._note("restated", restated, one.sureness, one.block.lines)
            else:
                self._refused.add(one.block, "asks in other words than the questions above")
        return restated

    def _orders(self) -> Iterator[str]:
        for n, one in enumerate(_by_line(self._outline.of(Part.ORDERS)), start=1):
            self._note(f"orders[{n}]", one.block.text, one.sureness, one.block.lines)
            yield one.block.text

    def _framing(self) -> str | None:
        placed = self._outline.of(Part.FRAMING)
        if not placed:
            return None
        first, *again = placed
        for one in again:
            self._refused.add(one.block, "a second framing")
        self._note("framing", first.block.text, first.sureness, first.block.lines)
        return first.block.text

    def _narrative(self) -> str | None:
        placed = with_footnotes(self._outline.of(Part.NARRATIVE), self._footnotes)
        if not placed:
            return None
        text = "\n\n".join(_told(one.block) for one in placed)
        lines = tuple(line for one in placed for line in one.block.lines)
        self._note("narrative", text, _least_sure(placed), lines)
        return text

    def _claims(self, ids: set[str]) -> Iterator[Claim]:
        placed = self._outline.of(Part.CLAIMS)
        entries = claims_of(placed, self._footnotes, self._today, self._refused)
        distinct: dict[str, ClaimEntry] = {}
        for entry in entries:
            held = distinct.setdefault(_folded(entry.text), entry)
            if held is not entry:
                self._note(f"claims[{len(distinct)}].text", held.text, held.sureness, entry.lines)
        for n, entry in enumerate(distinct.values(), start=1):
            claim_id = slug(entry.text, ids)
            ids.add(claim_id)
            where = f"claims[{n}]"
            self._note(f"{where}.text", entry.text, entry.sureness, entry.lines)
            self._note(f"{where}.as_of", str(entry.as_of), entry.dated, entry.lines)
            if entry.quantities:
                told = "; ".join(map(str, entry.quantities))
                self._note(f"{where}.quantities", told, entry.measured, entry.lines)
            if entry.sources:
                told = ", ".join(str(source.arxiv) for source in entry.sources)
                self._note(f"{where}.sources", told, Sureness.SHAPED, entry.lines)
            yield Claim(
                id=claim_id,
                text=entry.text,
                as_of=entry.as_of,
                quantities=entry.quantities,
                sources=entry.sources,
                note=entry.note,
            )

    def _anchors(self) -> Iterator[SourceRef]:
        entries = anchors_of(self._outline.of(Part.ANCHORS), self._refused)
        for n, entry in enumerate(entries, start=1):
            ref = entry.ref
            told = " ".join(
                filter(None, (str(ref.arxiv), f"({ref.year})" if ref.year else "", ref.title))
            )
            self._note(f"anchors[{n}]", told, entry.sureness, entry.lines)
            yield ref

    def _tasks(self) -> Iterator[str]:
        for n, entry in enumerate(tasks_of(self._outline.of(Part.TASKS), self._refused), start=1):
            self._note(f"tasks[{n}]", entry.text, entry.sureness, entry.lines)
            yield entry.text

    def _notes(self) -> Iterator[Note]:
        ids: set[str] = set()
        placed = with_footnotes(self._outline.of(Part.NOTES), self._footnotes)
        entries = notes_of(placed, self._refused)
        for n, entry in enumerate(entries, start=1):
            note_id = slug(entry.title, ids)
            ids.add(note_id)
            told = f"{entry.title} {entry.text}".strip()
            self._note(f"notes[{n}]", told, entry.sureness, entry.lines)
            yield Note(id=note_id, title=entry.title, text=entry.text, sources=entry.sources)

    def _listed(self, part: Part, field: str) -> tuple[str, ...]:
        found: list[str] = []
        for one in self._outline.of(part):
            parts = [one.block.text] if one.block.is_entry else _LIST.split(one.block.text)
            found += [text.strip(" .\"“”'") for text in parts]
            self._note(field, one.block.text, one.sureness, one.block.lines)
        return tuple(dict.fromkeys(filter(None, found)))

    def _categories(self) -> tuple[str, ...]:
        found: list[str] = []
        for one in self._outline.of(Part.CATEGORIES):
            named = _CATEGORY.findall(one.block.text)
            found += named
            if named:
                self._note("categories", one.block.text, one.sureness, one.block.lines)
            else:
                self._refused.add(one.block, "names no arXiv category")
        return tuple(dict.fromkeys(found))

    def _refuse_other_footnotes(self) -> None:
        told = {line for one in self._understood for line in one.lines}
        for one in self._outline.of(Part.FOOTNOTES):
            if not told.issuperset(one.block.lines):
                self._refused.add(one.block, "a footnote: no running text refers to it")


def slug(text: str, taken: Collection[str]) -> str:
    """An id made of the first telling words of `text`, other than those taken.

    >>> slug("Do lamps that are asked twice agree?", ["lamps-asked-twice-agree"])
    'lamps-asked-twice-agree-2'
    """
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    telling = [word for word in words if word not in FUNCTION_WORDS] or words
    made = "-".join(telling[:_N_SLUG_WORDS])[:_MAX_SLUG_CHARS].strip("-")
    if not re.search(r"[a-z]", made) or len(made) < len("ab"):
        digest = content_hash("slug", {"text": text}).removeprefix("sha256:")[:8]
        made = f"c-{made or digest}".strip("-")
    # Beyond a few, counting from what is taken finds a free number at once.
    numbers = itertools.chain(range(2, _N_COUNTED), itertools.count(max(_N_COUNTED, len(taken))))
    names = itertools.chain((made,), (f"{made}-{n}" for n in numbers))
    return next(name for name in names if name not in taken)


def _told(block: Block) -> str:
    return f"- {block.text}" if block.is_entry else block.text


def _by_line(placed: Iterable[Placed]) -> list[Placed]:
    return sorted(placed, key=lambda one: one.block.lines)


def _least_sure(placed: Iterable[Placed]) -> Sureness:
    order = list(Sureness)
    return max((one.sureness for one in placed), key=order.index)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _lines_of(blocks: Iterable[tuple[Block, str]]) -> tuple[Unplaced, ...]:
    """In the order of the page."""
    found = [Unplaced(lines=block.lines, text=block.text, why=why) for block, why in blocks]
    return tuple(sorted(found, key=lambda one: (one.lines, one.text)))
