"""One text from blocks in reading order: the body first, then each kept-apart part.

The page's own lines are joined by newlines, and paragraphs by an empty line, so that nothing of
the page is changed: hyphens at line ends and ligatures stay for `claims.verify` to fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from claims.evidence import PassageKind
from papers.layout.sheet import Block, Piece, Sheet
from papers.reading import Line, Part

_APART: Final = (
    PassageKind.CAPTION,
    PassageKind.TABLE,
    PassageKind.FIGURE,
    PassageKind.FOOTNOTE,
    PassageKind.REFERENCES,
    PassageKind.RUNNING_HEAD,
    PassageKind.PAGE_NUMBER,
    PassageKind.LINE_NUMBER,
    PassageKind.MARGIN,
)
"""The order in which kept-apart parts follow the body: what is quoted comes first."""

_INDENT_PT: Final = 6.0


@dataclass
class Draft:
    """A text in the making. `start` to the end of `text` is the part that is being written."""

    sheets: dict[int, Sheet]
    text: list[str] = field(default_factory=list)
    length: int = 0
    lines: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def write(self, words: str) -> None:
        """Append `words`."""
        self.text.append(words)
        self.length += len(words)

    def line(self, piece: Piece, page: int) -> None:
        """Append one line of `page` and remember where it stands."""
        words = piece.text.strip()
        if words:
            box = self.sheets[page].shown(piece.box)
            rounded = (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2))
            self.lines.append(Line(self.length, self.length + len(words), page, rounded))
            self.write(words)

    def close(self, kind: PassageKind, start: int) -> None:
        """End the part that began at `start`, if anything was written."""
        if self.length > start:
            self.write("\n\n")
            self.parts.append(Part(kind, start, self.length))


def assembled(sheets: Sequence[Sheet], blocks: Sequence[Block]) -> Draft:
    """The text of `blocks` with its lines and parts."""
    draft = Draft(sheets={sheet.page: sheet for sheet in sheets})
    _write(draft, [block for block in blocks if block.kind is PassageKind.BODY], PassageKind.BODY)
    if draft.length == 0:
        draft.parts.append(Part(PassageKind.BODY, 0, 0))
    for kind in _APART:
        of_kind = [block for block in blocks if block.kind is kind]
        for group in _grouped(of_kind, kind):
            _write(draft, group, kind)
    return draft


def _grouped(blocks: Sequence[Block], kind: PassageKind) -> list[list[Block]]:
    """What becomes one part: the whole reference list, each caption, note or row by itself."""
    if kind is PassageKind.REFERENCES:
        return [list(blocks)] if blocks else []
    if kind in {PassageKind.CAPTION, PassageKind.TABLE, PassageKind.FIGURE, PassageKind.FOOTNOTE}:
        return [[block] for block in blocks]
    return [list(group) for _, group in groupby(blocks, key=lambda block: block.page)]


def _write(draft: Draft, blocks: Sequence[Block], kind: PassageKind) -> None:
    start = draft.length
    last: Piece | None = None
    for block in blocks:
        left = min(line.box[0] for line in block.lines)
        for place, line in enumerate(block.lines):
            if not line.text.strip():
                continue
            if last is not None:
                anew = _stops(last) and line.box[0] - left > _INDENT_PT
                within = place > 0
                ends = anew if within else not _runs_on(last.text, line.text)
                draft.write("\n\n" if ends else "\n")
            draft.line(line, block.page)
            last = line
    draft.close(kind, start)


def _stops(line: Piece) -> bool:
    return line.text.rstrip().endswith((".", "?", "!", ":"))


def _runs_on(last: str, line: str) -> bool:
    """Whether a sentence goes on from one block to the next, over a column, page or figure."""
    last = last.rstrip()
    if last.endswith((".", "?", "!", ":", ".”", '."')):
        return False
    return last.endswith(("-", ",", ";")) or line.lstrip()[:1].islower()
