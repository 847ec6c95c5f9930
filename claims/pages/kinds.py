"""What a block looks like by itself, and which part a run of blocks is by what stands in it.

Used where no label says it, or where the label is one that people put over different parts:
"Sources" over notes and over papers.
"""

import re
from collections.abc import Sequence
from typing import Final

from claims.pages.cited import is_bibliographic, mentions_in
from claims.pages.grammar import verb_bases, word_set
from claims.pages.labels import Part, label_of, part_of
from claims.pages.lines import Block, Shape
from claims.pages.own import read_anchor_line, read_claim_line
from claims.pages.years import Stated, date_of, dates_in

_ASKED: Final = re.compile(r".*\?[\"'”’)\]*_]*$", re.DOTALL)
NUMBERED_TASK: Final = re.compile(r"task\s*(?:\d|one|two|three)\b", re.IGNORECASE)
_TITLE_FOLLOWS: Final = re.compile(r"\s*(?:[(\[].{1,30}?[)\]])?\s*(?:[–—|:,-]|$)")
CITES_AT_ONCE: Final = 12
"""An entry whose arXiv id begins within so many characters is an entry about that paper."""

_TITLE_CHARS: Final = 240
_TITLED: Final = re.compile(r"[^?]{8,240}\?[\"”*_)\]]*\s*(?P<parted>[–—:-]\s+)?(?=\S)", re.DOTALL)
_LABEL_WORDS: Final = 12
_ORDERS: Final = word_set(
    "re-test re-examine test name list flag mark cite quote be please label note rank score "
    "check answer use address act trade return output avoid double-check number keep link "
    "give challenge report survey update search state limit point surface draft"
)
"""Beside the verbs of `grammar`: words that order something when a sentence begins with them."""

_RULES: Final = word_set("cite flag mark quote label avoid keep be output never always only link")
"""Of these, what an order on the form of an answer begins with, and no task."""

_LEADING: Final = word_set("please do now then")
"""Words before the verb of an order."""

_OTHERWISE: Final = word_set("see let")
"""Verbs with which other things begin: "see you", "see also"."""

_ORDERED: Final = re.compile(
    r"(?:you (?:are|have|must|should|will|may)|if (?:you|a|an|no|something)|"
    r"(?:every|each|all) .{1,60}(?:needs?|must|should|has to|have to)|"
    r"no .{1,40}without|say|never|always|only|under \d)\b",
    re.IGNORECASE,
)


_ROLE: Final = re.compile(
    r"(?:you are|you're|act as|imagine (?:that )?you are|as) (?:an? |my |the )?(?:[\w-]+ ){0,4}"
    r"(?:assistant|researcher|scientist|analyst|expert|reviewer|librarian|scholar)\b",
    re.IGNORECASE,
)
"""How prompts begin."""

_BYLINE: Final = re.compile(
    r"(?:(?i:by) [A-Z][^\s,]*(?:,? (?:and |& )?[A-Z][^\s,]*){0,9}|"
    r"(?i:\d+[ -]?min(?:ute)?s?(?: read)?|(?:estimated )?reading time|"
    r"(?:last |first )?(?:published|updated|posted|edited|written)(?: on)?)|[\W_])+"
)
"""All that such a line holds beside a date."""


def begins_block(text: str) -> bool:
    """Whether a line of plain text begins something, though no gap parts it from the last line."""
    return (
        (label_of(text) is not None and not text[0].islower())
        or bool(NUMBERED_TASK.match(text))
        or any(m.start < CITES_AT_ONCE for m in mentions_in(text[:60]))
        or (text.startswith("[") and _begins_with_its_date(text))
    )


def _begins_with_its_date(text: str) -> bool:
    dated = dates_in(text)
    return bool(dated) and dated[0].stated is Stated.BRACKETED and dated[0].start < CITES_AT_ONCE


def ends_block(text: str) -> bool:
    """Whether nothing can follow a line of plain text in its block."""
    return part_of(text) is not None or text.endswith((":", "?"))


def is_role(text: str) -> bool:
    """Whether `text` begins by telling an assistant who it is, as prompts do."""
    return bool(_ROLE.match(text))


def is_byline(text: str) -> bool:
    """Whether `text` says no more than when, by whom or how long a page is."""
    for found in reversed(dates_in(text)):
        text = f"{text[: found.start]}·{text[found.end :]}"
    return bool(_BYLINE.fullmatch(text))


def is_question(text: str) -> bool:
    """Whether `text` ends as a question does."""
    return bool(_ASKED.fullmatch(text))


def is_rule(text: str) -> bool:
    """Whether `text` orders how an answer is to be given, rather than what to do."""
    return _verb(text) in _RULES


def _verb(text: str) -> str:
    """The first word of an imperative."""
    told = re.findall(r"[a-z]+(?:-[a-z]+)*", text[:80].lower()) or [""]
    first = told[1] if told[0] in _LEADING and told[1:] else told[0]
    return "be" if first == "not" else first


def is_order(text: str) -> bool:
    """Whether `text` tells the reader what to do."""
    first = _verb(text)
    orders = first in _ORDERS or (first in verb_bases() and first not in _OTHERWISE)
    return orders or bool(_ORDERED.match(text))


def is_of_a_paper(block: Block) -> bool:
    """Whether a list entry, or a line, begins with an arXiv id and goes on with its title."""
    if read_claim_line(block.text):
        return False
    found = mentions_in(block.text)
    if not found or found[0].start >= CITES_AT_ONCE:
        return bool(block.is_entry and read_anchor_line(block.text))
    return bool(_TITLE_FOLLOWS.match(block.text[found[0].end :]))


def is_note_title(block: Block, after: Block | None) -> bool:
    """Whether a question stands alone over a paragraph."""
    if block.shape is Shape.FOOTNOTE or is_of_a_paper(block):
        return False
    asks = is_question(block.text) and len(block.text) <= _TITLE_CHARS
    return asks and after is not None and is_paragraph(after)


def is_titled_note(block: Block) -> bool:
    """Whether a question stands at the head of a paragraph or entry, and an answer after it."""
    titled = _TITLED.match(block.text)
    return titled is not None and bool(block.strong or block.is_entry or titled["parted"])


def is_paragraph(block: Block) -> bool:
    """Whether `block` is running text."""
    return (
        block.shape is Shape.TEXT
        and not is_question(block.text)
        and label_of(block.text) is None
        and not is_of_a_paper(block)
    )


def may_be_label(block: Block) -> bool:
    """Whether a short line stands out as the label of something, known or not."""
    text = block.text
    if block.shape is Shape.HEADING:
        return True
    stands_out = text.endswith(":") or text.isupper() or block.strong
    is_short = len(text.split()) <= _LABEL_WORDS and not text.endswith(".")
    return block.shape is Shape.TEXT and is_short and stands_out and not mentions_in(text)


def kind_of(blocks: Sequence[Block]) -> Part | None:
    """The part that `blocks`, which stand under one label, are by their looks."""
    told = [block for block in blocks if block.shape is not Shape.TABLE_HEAD]
    if not told:
        return None
    first = told[0]
    if is_note_title(first, told[1] if told[1:] else None):
        return Part.NOTES
    entries = [block for block in told if block.is_entry or block.shape is Shape.FOOTNOTE]
    if not first.is_entry and first.shape is not Shape.FOOTNOTE and not is_of_a_paper(first):
        return Part.NOTES if is_titled_note(first) else None
    top = [block for block in entries if block.depth <= first.depth] or [first]
    counts = {
        Part.NOTES: sum(is_titled_note(block) and not _is_dated(block) for block in top),
        Part.ANCHORS: sum(_is_reference(block) for block in top),
        Part.CLAIMS: sum(_is_dated(block) and not _is_reference(block) for block in top),
        Part.TASKS: sum(is_order(block.text) and not _is_dated(block) for block in top),
    }
    part = max(counts, key=lambda one: counts[one])
    return part if 2 * counts[part] > len(top) else None


def _is_reference(block: Block) -> bool:
    """Whether an entry names a paper at its beginning or its end."""
    found = mentions_in(block.text)
    if not found or read_claim_line(block.text):
        return False
    at_end = len(block.text) - found[-1].end < CITES_AT_ONCE
    is_entry = block.shape is Shape.FOOTNOTE or is_bibliographic(block.text)
    return is_of_a_paper(block) or (at_end and is_entry)


def _is_dated(block: Block) -> bool:
    found = date_of(block.text)
    own = read_claim_line(block.text) is not None
    return own or (found is not None and found.stated is not Stated.IN_PASSING)


def settled(part: Part, blocks: Sequence[Block]) -> Part:
    """`part`, or what stands under its label instead."""
    found = kind_of(blocks)
    is_open = part in {Part.ANCHORS, Part.NARRATIVE, Part.CLAIMS, Part.NOTES}
    if is_open and found is Part.NOTES:
        return found
    return found if found and part is Part.NARRATIVE else part
