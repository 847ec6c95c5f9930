"""Claims, anchors, tasks and notes, made of the blocks of their parts.

What an entry says is taken apart into text, date, quantities and papers. A part's block that is
none of these goes to the unplaced, with the reason.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from claims.claim import Quantity, SourceRef
from claims.dates import ClaimDate
from claims.pages.amounts import quantities_in
from claims.pages.cited import references_in, without_mentions
from claims.pages.lines import Block, Shape, says_something
from claims.pages.outline import Placed, Sureness, is_question
from claims.pages.own import read_anchor_line, read_claim_line
from claims.pages.years import DateInText, Stated, date_of

MAX_CLAIM_CHARS: Final = 2_000
"""A claim is one sentence; a longer entry is a text that somebody has to cut up."""

_AROUND_A_PAPER: Final = frozenset(
    ("arxiv", "https", "http", "abs", "pdf", "org", "doi", "by", "et", "al", "see", "and", "in")
)
"""Words that only hold a reference together."""

_MARKS: Final = re.compile(r"\s?\[\^?([\w-]{1,12}(?:\s?[,;]\s?[\w-]{1,12}){0,9})\]|\s?([¹²³⁴-⁹]+)")
_DIGITS: Final = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")
_EMPTY: Final = re.compile(r"\s*[(\[]\s*[,;:]*\s*[)\]]")
_PREFIX: Final = re.compile(r"^(?:claim|assertion|c)\s?#?\d{0,2}\s?[:.–—-]\s+", re.IGNORECASE)
_TASK_PREFIX: Final = re.compile(
    r"^task\s*(?:\d|one|two|three)\s*(?:[(][^()]{0,40}[)])?\s?[:.–—-]\s*",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(
    r"\s?[(\[](?:\s|[,;]|as of|~|≈|∼|c\.|ca\.?|circa|about|around|dated?:?|in|of|spanning|held|"
    r"claimed)*$",
    re.IGNORECASE,
)
"""A bracket that holds a date and nothing else."""

_LEAD: Final = re.compile(
    r"[\s.,;–—|-]*(?:\b(?:dated?|as of|claimed|held|spanning)\b:?\s*)?[~≈∼]?$",
    re.IGNORECASE,
)
"""What leads to a date at the end of a claim and says nothing without it."""

_EDGES: Final = " \t,;:–—|·-"
_NOTE: Final = re.compile(
    r"(?P<title>[^?]{8,240}\?)[\"”*_)\]]*\s*(?:[–—:-]\s+)?(?P<text>\S.*)", re.DOTALL
)
_N_TITLE_WORDS: Final = 12


@dataclass(frozen=True, kw_only=True)
class ClaimEntry:
    """A claim as a page states it."""

    text: str
    as_of: ClaimDate
    dated: Sureness
    quantities: tuple[Quantity, ...]
    sources: tuple[SourceRef, ...]
    note: str | None
    sureness: Sureness
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AnchorEntry:
    """An anchor paper as a page names it."""

    ref: SourceRef
    sureness: Sureness
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TextEntry:
    """A task, or a note with its title."""

    title: str
    text: str
    sources: tuple[SourceRef, ...]
    sureness: Sureness
    lines: tuple[int, ...]


@dataclass(kw_only=True)
class Refused:
    """Blocks of a part that are no entry of it, with the reason."""

    blocks: list[tuple[Block, str]] = field(default_factory=list)

    def add(self, block: Block, why: str) -> None:
        """Nothing: the block is noted."""
        self.blocks.append((block, why))


Footnotes = Mapping[str, Block]


def footnotes_of(placed: Iterable[Placed]) -> dict[str, Block]:
    """Footnotes by their mark; entries without a mark are counted."""
    found: dict[str, Block] = {}
    for n, one in enumerate(placed, start=1):
        found.setdefault(one.block.mark or str(n), one.block)
    return found


def claims_of(
    placed: Iterable[Placed], footnotes: Footnotes, today: date, refused: Refused
) -> tuple[ClaimEntry, ...]:
    """The claims among the blocks; nested entries go with the claim above them."""
    found: list[ClaimEntry] = []
    blocks = list(placed)
    has_entries = any(one.block.is_entry for one in blocks)
    top = min((one.block.depth for one in blocks if one.block.is_entry), default=0)
    for one in blocks:
        block = one.block
        dated = date_of(block.text) or read_claim_line(block.text)
        nested = block.is_entry and block.depth > top and bool(found)
        if len(block.text) > MAX_CLAIM_CHARS:
            refused.add(block, "too long for a claim: write it as one sentence")
        elif nested and not (dated and not references_in(block.text)):
            found[-1] = _completed(found[-1], block)
        elif block.is_entry or dated or not has_entries:
            refusal = _claim_refusal(block, dated=bool(dated), has_entries=has_entries)
            entry = None if refusal else _claim(one, footnotes, today)
            if entry is None:
                refused.add(block, refusal or "says nothing beside its date")
            else:
                found.append(entry)
        else:
            refused.add(block, "no entry of the list of claims")
    return tuple(found)


def anchors_of(placed: Iterable[Placed], refused: Refused) -> tuple[AnchorEntry, ...]:
    """The anchor papers among the blocks, no paper twice."""
    found: dict[str, AnchorEntry] = {}
    for one in placed:
        own = read_anchor_line(one.block.text)
        refs = (own,) if own else references_in(one.block.text)
        if not refs:
            refused.add(one.block, "names no arXiv id")
        elif rest := _beside(one.block.text, refs):
            refused.add(replace(one.block, text=rest), "beside the papers of its line")
        for ref in refs:
            entry = AnchorEntry(ref=ref, sureness=one.sureness, lines=one.block.lines)
            held = found.get(ref.arxiv.number)
            found[ref.arxiv.number] = _fuller(held, entry) if held else entry
    return tuple(found.values())


def tasks_of(placed: Iterable[Placed], refused: Refused) -> tuple[TextEntry, ...]:
    """The tasks among the blocks; nested entries are part of the task above them."""
    found: list[TextEntry] = []
    blocks = list(placed)
    top = min((one.block.depth for one in blocks if one.block.is_entry), default=0)
    numbered = any(one.block.shape is Shape.NUMBERED for one in blocks)
    for one in blocks:
        block = one.block
        prefixed = bool(_TASK_PREFIX.match(block.text))
        is_top = block.is_entry and block.depth == top
        if numbered and block.shape is Shape.BULLET:
            is_top = False
        if is_top or prefixed:
            bare = _TASK_PREFIX.sub("", block.text) or block.text
            found.append(_text_entry(one, title="", text=bare))
        elif found and block.is_entry:
            last = found[-1]
            joined = replace(
                last, text=f"{last.text} {block.text}", lines=(*last.lines, *block.lines)
            )
            found[-1] = joined
        else:
            refused.add(block, "beside the list of tasks")
    return tuple(found)


def notes_of(placed: Iterable[Placed], refused: Refused) -> tuple[TextEntry, ...]:
    """The notes among the blocks: a question-like title and the paragraphs under it."""
    found: list[TextEntry] = []
    for one in placed:
        block = one.block
        both = _NOTE.fullmatch(block.text)
        is_title = block.shape is Shape.HEADING or is_question(block.text)
        begins = block.is_entry or block.after_gap
        if is_title and len(block.text) <= MAX_CLAIM_CHARS:
            found.append(_text_entry(one, title=block.text, text=""))
        elif both and begins:
            found.append(_text_entry(one, title=both["title"], text=both["text"]))
        elif found:
            found[-1] = _lengthened(found[-1], block)
        elif says_something(block.text):
            words = block.text.split()
            title = " ".join(words[:_N_TITLE_WORDS]) + (" …" if len(words) > _N_TITLE_WORDS else "")
            entry = _text_entry(one, title=title, text=block.text)
            found.append(replace(entry, sureness=Sureness.GUESSED))
        else:
            refused.add(block, "says nothing")
    return tuple(found)


def resolved(text: str, footnotes: Footnotes) -> tuple[str, tuple[Block, ...]]:
    """`text` without the marks of known footnotes, and those footnotes."""
    found: list[Block] = []

    def take(match: re.Match[str]) -> str:
        marks = re.split(r"\s?[,;]\s?", (match[1] or match[2]).translate(_DIGITS))
        if not all(mark in footnotes for mark in marks):
            return match[0]
        found.extend(footnotes[mark] for mark in marks)
        return ""

    return _MARKS.sub(take, text), tuple(found)


def _claim_refusal(block: Block, *, dated: bool, has_entries: bool) -> str | None:
    if is_question(block.text):
        return "a question, not a claim"
    if block.text.endswith(":") and not dated:
        return "introduces the list of claims"
    if not block.is_entry and not dated and has_entries:
        return "no entry of the list of claims"
    return None


def _claim(one: Placed, footnotes: Footnotes, today: date) -> ClaimEntry | None:
    own = read_claim_line(one.block.text)
    if own:
        text, as_of, sources = own
        return _entry(one, text, as_of, Sureness.LABELLED, sources)
    text, noted = resolved(one.block.text, footnotes)
    refs = [ref for block in noted for ref in references_in(block.text)]
    refs += references_in(text)
    text = _EMPTY.sub("", without_mentions(text)) if refs else text
    text = _PREFIX.sub("", text)
    found = date_of(text)
    bare = _without_date(text, found) if found else text
    bare = " ".join(bare.split()).strip(_EDGES)
    if not says_something(bare):
        return None
    as_of, dated = _dated(found, noted, refs, today)
    return _entry(one, _sentence(bare), as_of, dated, _bare_sources(refs))


def _entry(
    one: Placed, text: str, as_of: ClaimDate, dated: Sureness, sources: tuple[SourceRef, ...]
) -> ClaimEntry:
    return ClaimEntry(
        text=text,
        as_of=as_of,
        dated=dated,
        quantities=quantities_in(text),
        sources=sources,
        note=None,
        sureness=one.sureness,
        lines=one.block.lines,
    )


def _dated(
    found: DateInText | None, noted: Iterable[Block], refs: Iterable[SourceRef], today: date
) -> tuple[ClaimDate, Sureness]:
    """The date of a claim: as stated, of its footnote, of its paper, or of today."""
    if found:
        plain = found.stated is not Stated.IN_PASSING
        return found.date, Sureness.LABELLED if plain else Sureness.SHAPED
    for block in noted:
        if beside := date_of(block.text):
            return beside.date, Sureness.SHAPED
    for ref in refs:
        stamp = ref.arxiv.number.rpartition("/")[2][:2]
        century = "19" if stamp > "90" else "20"
        return ClaimDate(f"{century}{stamp}"), Sureness.GUESSED
    return ClaimDate(f"{today.year}~"), Sureness.GUESSED


def _without_date(text: str, found: DateInText) -> str:
    """`text` without a date that stands beside the sentence; one inside it stays."""
    before, after = text[: found.start], text[found.end :]
    opening = _OPENING.search(before)
    closing = re.match(r"\s?[)\]]", after)
    if opening and closing:
        return before[: opening.start()] + after[closing.end() :]
    if found.stated is not Stated.PLAIN:
        return text
    if not re.sub(r"[~≈∼\s*_]", "", before):
        return after
    lead = _LEAD.search(before)
    if lead and not re.sub(r"[.\s]", "", after):
        return before[: lead.start()] + after
    return text


def _sentence(text: str) -> str:
    """Space before its end and stray marks at its edges gone."""
    return re.sub(r"\s+([.,;:!])", r"\1", text)


def _bare_sources(refs: Iterable[SourceRef]) -> tuple[SourceRef, ...]:
    """What a claim cites, by id alone: words around an id in a claim are its own, no title."""
    numbers = {ref.arxiv: SourceRef(arxiv=ref.arxiv) for ref in refs}
    return tuple(numbers.values())


def _completed(entry: ClaimEntry, block: Block) -> ClaimEntry:
    """The claim with what stands nested under it: papers as sources, words as a note."""
    refs = _bare_sources(references_in(block.text))
    says_more = not refs or _beside(block.text, refs)
    note = " ".join(filter(None, (entry.note, block.text))) if says_more else entry.note
    held = {source.arxiv for source in entry.sources}
    return replace(
        entry,
        sources=(*entry.sources, *(ref for ref in refs if ref.arxiv not in held)),
        note=note,
        lines=(*entry.lines, *block.lines),
    )


def _beside(text: str, refs: Iterable[SourceRef]) -> str:
    """The words of an entry that are neither id nor title, author or year of a paper."""
    taken = " ".join(f"{r.arxiv} {r.title} {r.first_author} {r.year}" for r in refs).lower()
    held = set(re.findall(r"\w+", taken)) | _AROUND_A_PAPER
    left = [word for word in without_mentions(text).split() if _is_new(word, held)]
    return " ".join(left)


def _is_new(word: str, held: set[str] | frozenset[str]) -> bool:
    return any(part not in held for part in re.findall(r"\w+", word.lower()))


def _fuller(held: AnchorEntry, again: AnchorEntry) -> AnchorEntry:
    """The same paper named twice: what one leaves open the other may say."""
    ref, more = held.ref, again.ref
    merged = SourceRef(
        arxiv=ref.arxiv,
        title=ref.title or more.title,
        first_author=ref.first_author or more.first_author,
        year=ref.year or more.year,
    )
    return replace(held, ref=merged, lines=(*held.lines, *again.lines))


def _text_entry(one: Placed, *, title: str, text: str) -> TextEntry:
    return TextEntry(
        title=title,
        text=text,
        sources=_cited(one.block.text),
        sureness=one.sureness,
        lines=one.block.lines,
    )


def _cited(text: str) -> tuple[SourceRef, ...]:
    return _bare_sources(references_in(text))


def _lengthened(entry: TextEntry, block: Block) -> TextEntry:
    return replace(
        entry,
        text="\n\n".join(filter(None, (entry.text, block.text))),
        sources=tuple(dict.fromkeys((*entry.sources, *_cited(block.text)))),
        lines=(*entry.lines, *block.lines),
    )
