"""From the pieces of text on pages to one text in reading order, with its kept-apart parts.

Works on geometry alone, without a PDF library: two columns are found by the gap between them,
whatever spans the gap divides the page into bands, and in each band the left column comes first.
A wrong guess costs nearness, never words: every piece ends up in the text exactly once.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final, NamedTuple

from claims.evidence import Box
from papers.reading import Kind
from papers.tables import rows_of


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Words that stand side by side on a page in one go, as the PDF library gave them."""

    text: str
    box: Box
    size: float
    block: int
    """Pieces of one block of the page follow each other."""
    bold: bool = False
    sideways: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The visible pieces of one page in the order of the file."""

    page: int
    width: float
    height: float
    pieces: tuple[Piece, ...]
    turn: int = 0
    """Degrees, 0, 90 or 270, by which `pieces` were turned clockwise so that they stand upright."""

    def shown(self, box: Box) -> Box:
        """`box` on the page as a person sees it, turned back."""
        x0, y0, x1, y1 = box
        match self.turn:
            case 90:
                return (y0, self.width - x1, y1, self.width - x0)
            case 270:
                return (self.height - y1, x0, self.height - y0, x1)
            case _:
                return box


@dataclass(frozen=True, kw_only=True)
class Block:
    """Lines that belong together: a paragraph, a caption, a heading, a cell."""

    page: int
    lines: tuple[Piece, ...]
    kind: Kind = Kind.BODY
    column: Box = (0, 0, 0, 0)
    """The column or band that it stands in."""

    @property
    def text(self) -> str:
        """Its lines, each on a line of its own."""
        return "\n".join(line.text for line in self.lines)

    @property
    def box(self) -> Box:
        """What surrounds all lines."""
        return around(line.box for line in self.lines)

    @property
    def size(self) -> float:
        """The size in which most of its characters are set."""
        return usual_size(self.lines)


class _Margins(NamedTuple):
    left: float
    right: float


_CAPTION: Final = re.compile(
    r"(?:(?:Extended Data |Supplementary )?(?:Fig(?:ure|\.)|Tab(?:le|\.)|Algorithm|Listing|Scheme|Box"
    r"|Chart|Exhibit|Prompt)|FIG\.|FIGURE|TABLE)\s*(?:[A-Z]{0,2}[.-]?\d{1,3}(?:\.\d+)?|[IVXL]{1,5})"
    r"\s*(?P<mark>[:.|]|\n)"
)
_REFERENCES: Final = re.compile(
    r"(?:[\dIVX]{1,4}\.?\s+)?(?:References?(?: and Notes)?|Bibliography|Literature Cited|Works Cited)"
    r"\s*:?",
    re.IGNORECASE,
)
_PAGE_NUMBER: Final = re.compile(
    r"\W{0,3}(?:page\s+)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W{0,3}", re.IGNORECASE
)
_NOTE_MARK: Final = re.compile(r"\s*(?:\d{1,2}\D|[∗*†‡§¶♠♣♡♢])")  # noqa: RUF001 - the asterisk of TeX
_HEADING: Final = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})*|[IVX]{1,4})\.?\s+[A-Z]")

_EDGE: Final = 0.09
"""Running heads and page numbers stand in this share of the height at the top and the bottom."""

_SIZE_STEP: Final = 0.6
"""Points by which justified text of one size differs at most (pdfTeX font expansion)."""

_FEWEST_LINE_NUMBERS: Final = 5
_FEWEST_A_COLUMN: Final = 5
_WIDE: Final = 0.72
"""A line that fills this share of its column is prose rather than a cell or a label."""


def laid_out(sheets: Sequence[Sheet]) -> tuple[Block, ...]:
    """Every piece of `sheets` once, as blocks in reading order, each with its kind."""
    body_size = usual_size(piece for sheet in sheets for piece in sheet.pieces)
    heads = _running_heads(sheets)
    blocks: list[Block] = []
    for sheet in sheets:
        aside, rest = _asides(sheet, heads)
        blocks += aside
        blocks += _floats(_footnotes(_ordered(sheet, rest), sheet, body_size), body_size)
    return tuple(_references(blocks, body_size))


def usual_size(pieces: Iterable[Piece]) -> float:
    """The size, to half a point, in which most characters are set; 0 for no pieces."""
    counted: Counter[float] = Counter()
    for piece in pieces:
        counted[round(piece.size * 2) / 2] += len(piece.text)
    return max(counted, key=lambda size: (counted[size], size), default=0.0)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of `boxes`."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def _at_the_edge(piece: Piece, sheet: Sheet) -> bool:
    middle = (piece.box[1] + piece.box[3]) / 2
    return not _EDGE * sheet.height < middle < (1 - _EDGE) * sheet.height


def _without_digits(text: str) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", " ".join(text.split()).casefold())


def _running_heads(sheets: Sequence[Sheet]) -> frozenset[str]:
    """What stands at the edge of several pages, with digits left out."""
    seen: Counter[str] = Counter()
    for sheet in sheets:
        at_the_edge = {_without_digits(p.text) for p in sheet.pieces if _at_the_edge(p, sheet)}
        seen.update(at_the_edge)
    needed = 2 if len(sheets) <= 4 else 3  # noqa: PLR2004 - heads of left and right pages differ
    return frozenset(text for text, n in seen.items() if n >= needed and text)


def _asides(sheet: Sheet, heads: frozenset[str]) -> tuple[list[Block], list[Piece]]:
    """Margins, running heads, page and line numbers as blocks of their own, and the rest."""
    aside: dict[Kind, list[Piece]] = defaultdict(list)
    rest: list[Piece] = []
    numbers = _line_numbers(sheet)
    for place, piece in enumerate(sheet.pieces):
        if piece.sideways:
            aside[Kind.MARGIN].append(piece)
        elif place in numbers:
            aside[Kind.LINE_NUMBER].append(piece)
        elif _at_the_edge(piece, sheet) and _PAGE_NUMBER.fullmatch(piece.text.strip()):
            aside[Kind.PAGE_NUMBER].append(piece)
        elif _at_the_edge(piece, sheet) and _without_digits(piece.text) in heads:
            aside[Kind.RUNNING_HEAD].append(piece)
        else:
            rest.append(piece)
    made = [Block(page=sheet.page, lines=tuple(found), kind=k) for k, found in aside.items()]
    return made, rest


def _line_numbers(sheet: Sheet) -> frozenset[int]:
    """Places of the pieces that count the lines of the page beside the text."""
    wide = [p.box for p in sheet.pieces if not p.sideways and len(p.text) > 30]  # noqa: PLR2004 - prose
    bare = [i for i, p in enumerate(sheet.pieces) if re.fullmatch(r"\s*\d{1,4}\s*", p.text)]
    if not wide:
        return frozenset()
    edges = _Margins(min(box[0] for box in wide), max(box[2] for box in wide))
    found: set[int] = set()
    for outside in (
        [i for i in bare if sheet.pieces[i].box[2] <= edges.left + 1],
        [i for i in bare if sheet.pieces[i].box[0] >= edges.right - 1],
    ):
        outside.sort(key=lambda i: sheet.pieces[i].box[1])
        values = [int(sheet.pieces[i].text) for i in outside]
        if len(values) >= _FEWEST_LINE_NUMBERS and values == sorted(values):
            found.update(outside)
    return frozenset(found)


def _ordered(sheet: Sheet, pieces: Sequence[Piece]) -> list[Block]:
    """The pieces as blocks in reading order, for one column or two."""
    gap = _gap(sheet, pieces)
    if gap is None:
        column = around(p.box for p in pieces) if pieces else (0, 0, 0, 0)
        return _downwards(_blocks(sheet.page, pieces), column)
    left, right, across = _sorted_by_column(_blocks(sheet.page, pieces, gap), gap)
    ordered: list[Block] = []
    across.sort(key=lambda block: block.box[1])
    for block in [*across, None]:
        ends = block.box[1] if block else sheet.height * 2
        for side in (left, right):
            inside = [b for b in side if b.box[1] < ends]
            side[:] = [b for b in side if b.box[1] >= ends]
            if inside:
                edges = (0, 0, gap, 0) if side is left else (gap, 0, sheet.width, 0)
                ordered += _downwards(inside, _column(pieces, edges))
        if block:
            ordered.append(replace(block, column=around(p.box for p in pieces)))
    return ordered


def _column(pieces: Sequence[Piece], edges: Box) -> Box:
    inside = [p.box for p in pieces if edges[0] <= p.box[0] and p.box[2] <= edges[2]]
    return around(inside)


def _sorted_by_column(
    blocks: Iterable[Block], gap: float
) -> tuple[list[Block], list[Block], list[Block]]:
    left: list[Block] = []
    right: list[Block] = []
    across: list[Block] = []
    for block in blocks:
        x0, _, x1, _ = block.box
        (left if x1 <= gap + 1 else right if x0 >= gap - 1 else across).append(block)
    return left, right, across


def _gap(sheet: Sheet, pieces: Sequence[Piece]) -> float | None:
    """Where the page is white between two columns, or None for one column."""
    boxes = [p.box for p in pieces if p.text.strip()]
    if len(boxes) < 2 * _FEWEST_A_COLUMN:
        return None
    best: tuple[int, float] | None = None
    for share in range(35, 66):
        x = sheet.width * share / 100
        n_across = sum(box[0] < x < box[2] for box in boxes)
        # Of equally white places the one nearest to the middle of the page.
        if best is None or (n_across, abs(x - sheet.width / 2)) < (
            best[0],
            abs(best[1] - sheet.width / 2),
        ):
            best = (n_across, x)
    if best is None:
        return None
    n_across, x = best
    wide = sheet.width * 0.2
    n_left = sum(box[2] <= x and box[2] - box[0] > wide for box in boxes)
    n_right = sum(box[0] >= x and box[2] - box[0] > wide for box in boxes)
    n_wide_across = sum(b[0] < x < b[2] and b[2] - b[0] > sheet.width * 0.5 for b in boxes)
    enough = min(n_left, n_right) >= _FEWEST_A_COLUMN
    return x if enough and n_left + n_right > n_wide_across else None


def _blocks(page: int, pieces: Sequence[Piece], gap: float | None = None) -> list[Block]:
    """Blocks of the file, divided where they cross the gap, where a caption or heading begins."""
    grouped: dict[tuple[int, int], list[Piece]] = {}
    for piece in pieces:
        side = 0
        if gap is not None:
            side = 1 if piece.box[2] <= gap + 1 else 2 if piece.box[0] >= gap - 1 else 3
        grouped.setdefault((piece.block, side), []).append(piece)
    return [
        Block(page=page, lines=tuple(lines))
        for group in grouped.values()
        for lines in _divided(_joined(group))
    ]


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces that follow each other on one line of the page become one."""
    lines: list[Piece] = []
    for piece in pieces:
        if lines and _continues(lines[-1], piece):
            last = lines[-1]
            bigger = last if len(last.text) >= len(piece.text) else piece
            seam = "" if last.text.endswith(" ") or piece.text.startswith(" ") else " "
            lines[-1] = replace(
                bigger, text=last.text + seam + piece.text, box=around((last.box, piece.box))
            )
        else:
            lines.append(piece)
    return lines


def _continues(line: Piece, piece: Piece) -> bool:
    """Whether `piece` stands right of `line` at the same height."""
    overlap = min(line.box[3], piece.box[3]) - max(line.box[1], piece.box[1])
    height = min(line.box[3] - line.box[1], piece.box[3] - piece.box[1])
    return overlap > 0.5 * height and piece.box[0] >= line.box[2] - 1


def _divided(lines: Sequence[Piece]) -> list[list[Piece]]:
    """Cut before every line that begins a caption or stands off in size, or after a wide space."""
    groups: list[list[Piece]] = []
    for line in lines:
        if groups and not _begins_anew(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _begins_anew(group: Sequence[Piece], line: Piece) -> bool:
    last = group[-1]
    space = line.box[1] - last.box[3]
    caption = _CAPTION.match(line.text + "\n")
    colon = caption is not None and caption["mark"] in ":|"
    apart = space > 0.9 * last.size
    heading = line.bold != last.bold and bool(_HEADING.match(line.text)) and line.bold
    return (
        apart
        or colon
        or heading
        or bool(_REFERENCES.fullmatch(line.text.strip()))
        or bool(_REFERENCES.fullmatch(last.text.strip()))
        or (abs(line.size - last.size) > 1.5 * _SIZE_STEP and _is_line(line) and _is_line(last))
    )


def _is_line(piece: Piece) -> bool:
    return len(piece.text.split()) > 2  # noqa: PLR2004 - no superscript or operator


def _downwards(blocks: Sequence[Block], column: Box) -> list[Block]:
    """Blocks from top to bottom; those side by side in the order of the file."""
    ordered: list[Block] = []
    for block in blocks:
        at = len(ordered)
        while at and _below(ordered[at - 1], block):
            at -= 1
        ordered.insert(at, replace(block, column=column))
    return ordered


def _below(earlier: Block, block: Block) -> bool:
    """Whether `earlier` stands wholly below `block`."""
    return earlier.box[1] >= block.box[3] - 2


def _footnotes(blocks: list[Block], sheet: Sheet, body_size: float) -> list[Block]:
    """Small blocks at the foot of a column, from the first that bears a mark, become footnotes."""
    by_column: dict[Box, list[int]] = defaultdict(list)
    for i, block in enumerate(blocks):
        by_column[block.column].append(i)
    for places in by_column.values():
        notes: list[int] = []
        for i in reversed(places):
            block = blocks[i]
            small = block.size <= body_size - 2 * _SIZE_STEP + 0.3
            if not small or block.box[1] < 0.45 * sheet.height or _CAPTION.match(block.text + "\n"):
                break
            notes.append(i)
        while notes and not _NOTE_MARK.match(blocks[notes[-1]].text):
            notes.pop()
        for i in notes:
            blocks[i] = replace(blocks[i], kind=Kind.FOOTNOTE)
    return blocks


def _floats(blocks: list[Block], body_size: float) -> list[Block]:
    """Captions, and beside them what belongs to the figure or table, get their kinds."""
    for i, block in enumerate(blocks):
        if block.kind is Kind.BODY and _CAPTION.match(block.text + "\n"):
            blocks[i] = replace(block, kind=Kind.CAPTION)
    made: dict[int, list[Block]] = {}
    for i, block in enumerate(blocks):
        if block.kind is Kind.CAPTION:
            is_table = block.text.lstrip().lower().startswith("tab")
            above = _run(blocks, i, -1, body_size)
            below = _run(blocks, i, 1, body_size) if is_table or not above else []
            for run in (above, below):
                made |= _taken_apart(blocks, sorted(run), is_table=is_table)
    return [b for i, block in enumerate(blocks) for b in made.get(i, [block])]


def _run(blocks: Sequence[Block], caption: int, step: int, body_size: float) -> list[int]:
    """Places of the loose blocks next to a caption, as far as they reach."""
    run: list[int] = []
    at = caption + step
    while 0 <= at < len(blocks) and _is_loose(blocks[at], body_size):
        run.append(at)
        at += step
    return run


def _is_loose(block: Block, body_size: float) -> bool:
    """Whether a block is labels or cells rather than prose or a heading."""
    if block.kind is not Kind.BODY or _HEADING.match(block.text):
        return False
    if block.size >= body_size + _SIZE_STEP:
        return False
    widths = [line.box[2] - line.box[0] for line in block.lines]
    wide = _WIDE * (block.column[2] - block.column[0])
    letters = sum(char.isalpha() for char in block.text)
    prose = letters > 0.7 * len(block.text.replace(" ", "").replace("\n", "")) and (
        median(widths) >= wide or len(block.text.split()) > 12 * len(block.lines)
    )
    ends = block.text.rstrip().endswith((".", ":", "?"))
    sentence = ends and len(block.text.split()) > 6 and block.size > body_size - _SIZE_STEP  # noqa: PLR2004 - shorter ones are labels
    return not prose and not sentence


def _taken_apart(
    blocks: Sequence[Block], run: Sequence[int], *, is_table: bool
) -> dict[int, list[Block]]:
    """What stands in place of the loose blocks at `run`: the rows of a table, or figure text."""
    if not run:
        return {}
    lines = tuple(line for i in run for line in blocks[i].lines)
    first, *others = run
    page, column = blocks[first].page, blocks[first].column
    rows = rows_of([(line.text, line.box) for line in lines]) if is_table else ()
    if rows:
        made = [
            Block(
                page=page,
                column=column,
                kind=Kind.TABLE,
                lines=(replace(lines[0], text=row.text, box=row.box),),
            )
            for row in rows
        ]
    else:
        made = [Block(page=page, column=column, kind=Kind.FIGURE, lines=lines)]
    return {first: made, **{i: [] for i in others}}


def _references(blocks: list[Block], body_size: float) -> list[Block]:
    """What follows the heading of the reference list, up to the next heading, is that list."""
    begun: Block | None = None
    for i, block in enumerate(blocks):
        if block.kind is not Kind.BODY:
            continue
        title = block.text.strip()
        if _REFERENCES.fullmatch(title):
            begun = block
        elif begun and _ends_the_list(block, begun, body_size):
            begun = None
        if begun:
            blocks[i] = replace(block, kind=Kind.REFERENCES)
    return blocks


def _ends_the_list(block: Block, heading: Block, body_size: float) -> bool:
    """Whether `block` is a heading of the same rank as that of the reference list."""
    line = block.lines[0]
    alike = abs(line.size - heading.lines[0].size) <= _SIZE_STEP
    stands_out = line.bold or line.size >= body_size + _SIZE_STEP or line.text.isupper()
    return alike and stands_out and len(line.text) < 80 and line.bold == heading.lines[0].bold  # noqa: PLR2004 - a heading
