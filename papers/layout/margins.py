"""What stands at the edges of pages: running heads, page and line numbers, text in the margin."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from claims.evidence import PassageKind
from papers.layout.sheet import Block, Piece, Sheet

_PAGE_NUMBER: Final = re.compile(
    r"\W{0,3}(?:page\s+)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W{0,3}", re.IGNORECASE
)
_EDGE: Final = 0.09
"""Running heads and page numbers stand in this share of the height at the top and the bottom."""

_MARGIN: Final = 0.1
"""Text that runs sideways in this share of the width stands beside the body, not in a figure."""

_FEWEST_LINE_NUMBERS: Final = 5
_FEW_PAGES: Final = 4
"""Left and right pages have different heads, so a longer paper shows each three times."""

_PROSE_CHARS: Final = 30


def running_heads(sheets: Sequence[Sheet]) -> frozenset[str]:
    """What stands at the edge of several pages, with digits left out."""
    seen: Counter[str] = Counter()
    for sheet in sheets:
        at_the_edge = {_without_digits(p.text) for p in sheet.pieces if _at_the_edge(p, sheet)}
        seen.update(at_the_edge)
    needed = 2 if len(sheets) <= _FEW_PAGES else 3
    return frozenset(text for text, n in seen.items() if n >= needed and text)


def set_aside(sheet: Sheet, heads: frozenset[str]) -> tuple[list[Block], list[Piece]]:
    """Margins, running heads, page and line numbers as blocks of their own, and the rest."""
    aside: dict[PassageKind, list[Piece]] = defaultdict(list)
    rest: list[Piece] = []
    numbers = _line_numbers(sheet)
    for place, piece in enumerate(sheet.pieces):
        if piece.sideways:
            outer = not _MARGIN * sheet.width < piece.box[0] < (1 - _MARGIN) * sheet.width
            aside[PassageKind.MARGIN if outer else PassageKind.FIGURE].append(piece)
        elif place in numbers:
            aside[PassageKind.LINE_NUMBER].append(piece)
        elif _at_the_edge(piece, sheet) and _PAGE_NUMBER.fullmatch(piece.text.strip()):
            aside[PassageKind.PAGE_NUMBER].append(piece)
        elif _at_the_edge(piece, sheet) and _without_digits(piece.text) in heads:
            aside[PassageKind.RUNNING_HEAD].append(piece)
        else:
            rest.append(piece)
    made = [Block(page=sheet.page, lines=tuple(found), kind=k) for k, found in aside.items()]
    return made, rest


def _at_the_edge(piece: Piece, sheet: Sheet) -> bool:
    middle = (piece.box[1] + piece.box[3]) / 2
    return not _EDGE * sheet.height < middle < (1 - _EDGE) * sheet.height


def _without_digits(text: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", " ".join(text.split()).casefold())


def _line_numbers(sheet: Sheet) -> frozenset[int]:
    """Places of the pieces that count the lines of the page beside the text."""
    wide = [p.box for p in sheet.pieces if not p.sideways and len(p.text) > _PROSE_CHARS]
    bare = [i for i, p in enumerate(sheet.pieces) if re.fullmatch(r"\s*\d{1,4}\s*", p.text)]
    if not wide:
        return frozenset()
    left_edge, right_edge = min(box[0] for box in wide), max(box[2] for box in wide)
    found: set[int] = set()
    for outside in (
        [i for i in bare if sheet.pieces[i].box[2] <= left_edge + 1],
        [i for i in bare if sheet.pieces[i].box[0] >= right_edge - 1],
    ):
        outside.sort(key=lambda i: sheet.pieces[i].box[1])
        if _counts_up([int(sheet.pieces[i].text) for i in outside]):
            found.update(outside)
    return frozenset(found)


def _counts_up(values: Sequence[int]) -> bool:
    """Whether `values` go up in equal steps, with few exceptions."""
    steps = Counter(b - a for a, b in pairwise(values))
    if len(values) < _FEWEST_LINE_NUMBERS:
        return False
    step, n = steps.most_common(1)[0]
    return step > 0 and n >= 0.8 * (len(values) - 1)
