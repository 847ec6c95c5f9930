"""Which part of a page a heading or label opens: "Dated claims (mind their dates):", "Tasks".

English, by the patterns in `labels.txt`; what is not among them opens nothing.
"""

import re
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple


class Part(StrEnum):
    """A part of an inquiry page."""

    QUESTION = "question"
    RESTATED = "restated"
    """The question as the research prompt puts it."""
    FRAMING = "framing"
    NARRATIVE = "narrative"
    NOTES = "notes"
    ORDERS = "orders"
    """What the prompt asks of the whole answer."""
    PROMPT = "prompt"
    CLAIMS = "claims"
    ANCHORS = "anchors"
    TASKS = "tasks"
    FOOTNOTES = "footnotes"
    WATCH = "watch"
    CATEGORIES = "categories"
    ASIDE = "aside"
    """Known to be no part of the inquiry: related pages, comments, contents."""

    @property
    def is_list(self) -> bool:
        """Whether its content is entries."""
        return self in {Part.CLAIMS, Part.ANCHORS, Part.TASKS, Part.WATCH, Part.CATEGORIES}


class Label(NamedTuple):
    """A label and the words that follow it on its line."""

    part: Part
    rest: str


_BRACKETS: Final = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_AROUND: Final = re.compile(r"^(?:[^\w©]|_)+|[\W_]+$")
"""Marks and pictures around a label."""

_NUMBER: Final = re.compile(r"^(?:section |part )?(?:\d{1,2}|[ivx]{1,4})[.):]\s+", re.IGNORECASE)
_INLINE: Final = re.compile(
    r"(.{1,60}?)(?:\s*[:：]\s+|(?P<stop>\.)\s+(?=[A-Z])|\s+(?:--|[-–—|])\s+)(?=\S)"
)
_MAX_WORDS: Final = 9


@lru_cache(maxsize=4096)
def part_of(text: str) -> Part | None:
    """The part that `text`, taken alone, opens.

    >>> part_of("Dated claims (mind their dates):")
    <Part.CLAIMS: 'claims'>
    """
    bare = _AROUND.sub("", _BRACKETS.sub("", text)).lower()
    bare = " ".join(_NUMBER.sub("", bare).replace("’", "'").split())
    if not bare or len(bare.split()) > _MAX_WORDS:
        return None
    return next((part for part, words in _known() if words.fullmatch(bare)), None)


@cache
def _known() -> tuple[tuple[Part, re.Pattern[str]], ...]:
    lines = Path(__file__).with_name("labels.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if not line.startswith("#"))
    return tuple((Part(part), re.compile(words)) for part, _, words in rows)


def label_of(text: str) -> Label | None:
    """The label at the beginning of `text`, if there is one.

    >>> label_of("Framing: lamps may only echo.")
    Label(part=<Part.FRAMING: 'framing'>, rest='lamps may only echo.')
    """
    if whole := part_of(text):
        return Label(whole, "")
    inline = _INLINE.match(text)
    part = part_of(inline[1]) if inline else None
    if inline is None or part is None or (inline[1][0].islower() and inline["stop"]):
        return None
    rest = text[inline.end() :].strip()
    is_of_label = part_of(rest) is part or (part.is_list and rest.endswith(":"))
    return Label(part, "" if is_of_label else rest)
