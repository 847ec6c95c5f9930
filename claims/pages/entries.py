"""Anchors, tasks and notes, made of the blocks of their parts.

A part's block that is
none of these goes to the unplaced, with the reason.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from claims.claim import SourceRef
from claims.naming import same_title
from claims.pages.cited import is_bibliographic, mentions_in, references_in, without_mentions
from claims.pages.grammar import word_set
from claims.pages.kinds import is_of_a_paper, is_order, is_question
from claims.pages.lines import Block, Shape, says_something
from claims.pages.own import read_anchor_line
from claims.pages.placed import Placed, Sureness
from claims.pages.years import dates_in

MAX_CLAIM_CHARS: Final = 2_000
"""A claim is one sentence; a longer entry is a text that somebody has to cut up."""

_AROUND_A_PAPER: Final = word_set("arxiv https http abs pdf org doi by et al see and in preprint")
"""Words that only hold a reference together."""

_TASK_PREFIX: Final = re.compile(
    r"^(?:task\s*(?:\d|one|two|three)\s*(?:[(][^()]{0,40}[)])?\s?[:.–—-]\s*|\d\s+(?=\D))",
    re.IGNORECASE,
)

_STEP: Final = re.compile(
    r"(?:^|[\s;])\(?(?:[a-h]|\d)\)\s+(?=\S)|(?:^|(?<=[.;?]))\s*(?:task\s*\d\s*[:.–—-]|\d\.)\s+",
    re.IGNORECASE,
)
"""The mark of one of several tasks on one line: "(a) ...; (b) ...", "1. ... 2. ..."."""

_NOTE: Final = re.compile(
    r"(?P<title>[^?]{8,240}\?)[\"”*_)\]]*\s*(?P<parted>[–—:-]\s+)?(?P<text>\S.*)",
    re.DOTALL,
)

_N_TITLE_WORDS: Final = 12


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


def anchors_of(placed: Iterable[Placed], refused: Refused) -> tuple[AnchorEntry, ...]:
    """The anchor papers among the blocks, no paper twice."""
    found: dict[str, AnchorEntry] = {}
    rank: dict[str, int] = {}
    for one in (piece for block in placed for piece in _papers_of(block)):
        own = read_anchor_line(one.block.text)
        how = 0 if own else _likeness(one.block)
        refs = (own,) if own else references_in(one.block.text)
        if how == _IN_PASSING:
            refs = bare_sources(refs)
        if not refs:
            refused.add(one.block, "names no arXiv id")
        elif rest := beside(one.block.text, refs):
            refused.add(replace(one.block, text=rest), "beside the papers of its line")
        for ref in refs:
            number, sureness = ref.arxiv.number, one.sureness
            if number in found and (other := _disagreement(found[number].ref, ref)):
                refused.add(one.block, f"of {number} something else is said above: {other}")
            entry = AnchorEntry(
                ref=ref,
                sureness=Sureness.GUESSED if how == _IN_PASSING else sureness,
                lines=one.block.lines,
            )
            if number not in found:
                found[number] = entry
            elif how < rank[number]:
                found[number] = _fuller(entry, found[number])
            else:
                found[number] = _fuller(found[number], entry)
            rank[number] = min(how, rank.get(number, how))
    return tuple(found.values())


def _papers_of(one: Placed) -> list[Placed]:
    """The block, or its papers where one line holds several: "A (arXiv:...); B (arXiv:...)"."""
    pieces: list[str] = []
    begun: list[str] = []
    for half in one.block.text.split("; "):
        # A semicolon within an entry: its halves belong together.
        begun.append(half)
        if mentions_in(half):
            pieces.append("; ".join(begun))
            begun = []
    if begun and pieces:
        pieces[-1] = "; ".join((pieces[-1], *begun))
    if len(pieces) < _FEWEST_STEPS or any(len(mentions_in(piece)) != 1 for piece in pieces):
        return [one]
    return [replace(one, block=replace(one.block, text=piece)) for piece in pieces]


_IN_PASSING: Final = 3


def _likeness(block: Block) -> int:
    """How plainly a block is the entry of a paper: 1 begins with its id, 3 only mentions it."""
    if is_of_a_paper(block):
        return 1
    return 2 if block.is_entry or block.mark or is_bibliographic(block.text) else _IN_PASSING


def tasks_of(placed: Iterable[Placed], refused: Refused) -> tuple[TextEntry, ...]:
    """The tasks among the blocks; nested entries are part of the task above them."""
    found: list[TextEntry] = []
    blocks = [step for one in placed for step in _steps(one)]
    top = min((one.block.depth for one in blocks if one.block.is_entry), default=0)
    shapes = {one.block.shape for one in blocks}
    for one in blocks:
        block = one.block
        bare = _TASK_PREFIX.sub("", block.text)
        is_top = block.is_entry and block.depth == top
        if block.shape is Shape.BULLET and Shape.NUMBERED in shapes:
            is_top = False
        elif not shapes & {Shape.BULLET, Shape.NUMBERED}:
            is_top = is_order(block.text)
        if is_top or bare != block.text:
            found.append(_text_entry(one, title="", text=bare or block.text))
        elif found and block.is_entry:
            last = found[-1]
            found[-1] = replace(
                last, text=f"{last.text} {block.text}", lines=(*last.lines, *block.lines)
            )
        else:
            refused.add(block, "beside the list of tasks")
    return tuple(found)


def _steps(one: Placed) -> list[Placed]:
    """The block, or its steps where one line holds several: "(a) ...; (b) ..."."""
    pieces = [piece.strip(" ;,") for piece in _STEP.split(one.block.text)]
    if len(pieces) <= _FEWEST_STEPS or one.block.is_entry or pieces[0]:
        return [one]
    told = filter(says_something, pieces)
    return [
        replace(one, block=replace(one.block, text=text, shape=Shape.NUMBERED)) for text in told
    ]


_FEWEST_STEPS: Final = 2


def notes_of(placed: Iterable[Placed], refused: Refused) -> tuple[TextEntry, ...]:
    """The notes among the blocks: a question-like title and the paragraphs under it."""
    found: list[TextEntry] = []
    for one in placed:
        block = one.block
        both = _NOTE.fullmatch(block.text)
        is_title = block.shape is Shape.HEADING or is_question(block.text)
        is_parted = both is not None and both["parted"] is not None
        begins = block.is_entry or block.after_gap or block.strong or is_parted
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


def bare_sources(refs: Iterable[SourceRef]) -> tuple[SourceRef, ...]:
    """What a claim cites, by id alone: words around an id in a claim are its own, no title."""
    numbers = {ref.arxiv: SourceRef(arxiv=ref.arxiv) for ref in refs}
    return tuple(numbers.values())


def beside(text: str, refs: Iterable[SourceRef]) -> str:
    """The words of an entry that are neither id nor title, author or year of a paper."""
    taken = " ".join(f"{r.arxiv} {r.title} {r.first_author} {r.year}" for r in refs).lower()
    held = set(re.findall(r"\w+", taken)) | _AROUND_A_PAPER
    for found in reversed(dates_in(text := without_mentions(text))):
        if {found.date.first_day.year, found.date.last_day.year} <= {r.year for r in refs}:
            text = f"{text[: found.start]} {text[found.end :]}"
    left = [word for word in text.split() if _is_new(word, held)]
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


def _disagreement(held: SourceRef, again: SourceRef) -> str:
    """What the page says of the same paper in two ways; nothing where it agrees with itself."""
    if held.year and again.year and held.year != again.year:
        return f"{held.year}, not {again.year}"
    titled = held.title and again.title
    return (
        held.title or ""
        if titled
        and not same_title(again.title, held.title or "")
        and not (same_title(held.title, again.title or ""))
        else ""
    )


def _text_entry(one: Placed, *, title: str, text: str) -> TextEntry:
    return TextEntry(
        title=title,
        text=text,
        sources=_cited(one.block.text),
        sureness=one.sureness,
        lines=one.block.lines,
    )


def _cited(text: str) -> tuple[SourceRef, ...]:
    return bare_sources(references_in(text))


def _lengthened(entry: TextEntry, block: Block) -> TextEntry:
    return replace(
        entry,
        text="\n\n".join(filter(None, (entry.text, block.text))),
        sources=tuple(dict.fromkeys((*entry.sources, *_cited(block.text)))),
        lines=(*entry.lines, *block.lines),
    )
