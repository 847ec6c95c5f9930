"""Anchors, tasks and notes, made of the blocks of their parts.

A part's block that is none of these goes to the unplaced, with the reason.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from claims.claim import SourceRef
from claims.pages.cited import references_in, without_mentions
from claims.pages.lines import Block, Shape, says_something
from claims.pages.outline import Placed, Sureness, is_question
from claims.pages.own import read_anchor_line

MAX_CLAIM_CHARS: Final = 2_000
"""A claim is one sentence; a longer entry is a text that somebody has to cut up."""

_AROUND_A_PAPER: Final = frozenset(
    ("arxiv", "https", "http", "abs", "pdf", "org", "doi", "by", "et", "al", "see", "and", "in")
)
"""Words that only hold a reference together."""

_TASK_PREFIX: Final = re.compile(
    r"^task\s*(?:\d|one|two|three)\s*(?:[(][^()]{0,40}[)])?\s?[:.–—-]\s*",
    re.IGNORECASE,
)

_NOTE: Final = re.compile(
    r"(?P<title>[^?]{8,240}\?)[\"”*_)\]]*\s*(?:[–—:-]\s+)?(?P<text>\S.*)", re.DOTALL
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
    for one in placed:
        own = read_anchor_line(one.block.text)
        refs = (own,) if own else references_in(one.block.text)
        if not refs:
            refused.add(one.block, "names no arXiv id")
        elif rest := beside(one.block.text, refs):
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


def bare_sources(refs: Iterable[SourceRef]) -> tuple[SourceRef, ...]:
    """What a claim cites, by id alone: words around an id in a claim are its own, no title."""
    numbers = {ref.arxiv: SourceRef(arxiv=ref.arxiv) for ref in refs}
    return tuple(numbers.values())


def beside(text: str, refs: Iterable[SourceRef]) -> str:
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
    return bare_sources(references_in(text))


def _lengthened(entry: TextEntry, block: Block) -> TextEntry:
    return replace(
        entry,
        text="\n\n".join(filter(None, (entry.text, block.text))),
        sources=tuple(dict.fromkeys((*entry.sources, *_cited(block.text)))),
        lines=(*entry.lines, *block.lines),
    )
