"""The rows of a table, each with the heads of its columns, from where its cells stand.

Tables in papers are mostly ruled across and never down, so the grid is found from the cells: what
stands at one height is a row, and a number belongs to the head above it. A table that has no rows
of numbers under heads gives nothing: better no row than a wrong one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from claims.evidence import Box

_NUMBER: Final = re.compile(r"[^\w]{0,3}[-+±−~<>≈$]?\d[\d.,]*\s*(?:%|[kKMB]\b)?.{0,14}")  # noqa: RUF001 - the minus sign
_NOTHING: Final = frozenset("-–—")  # noqa: RUF001 - the dashes of an empty cell
_FEWEST_ROWS: Final = 2
_FEWEST_CELLS: Final = 2
_CENTRED_PT: Final = 10.0
"""A head over several columns is centred over them so well."""

_MOST_CELLS: Final = 4_000


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Words in a table and where they stand."""

    text: str
    box: Box

    @property
    def middle(self) -> float:
        """Its centre from the left."""
        return (self.box[0] + self.box[2]) / 2


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row, as `row head | column head: cell | column head: cell`."""

    text: str
    box: Box


def rows_of(pieces: Sequence[tuple[str, Box]]) -> tuple[Row, ...]:
    """The rows of numbers under their heads, then every other row as it stands; or nothing.

    All words of `pieces` stand in the rows, or there are none.
    """
    if len(pieces) > _MOST_CELLS:
        return ()
    lines = _lines([Cell(text=text.strip(), box=box) for text, box in pieces if text.strip()])
    numeric = [_n_numbers(line) >= max(1, (len(line) - 1) / 2) for line in lines]
    if sum(numeric) < _FEWEST_ROWS or True not in numeric:
        return ()
    first = numeric.index(True)
    if first == 0 or max(len(line) for line in lines[first:]) < _FEWEST_CELLS:
        return ()
    rows = [_plain(line) for line in lines[:first]]
    levels = _levels(lines[:first])
    for line, is_numeric in zip(lines[first:], numeric[first:], strict=True):
        rows.append(_under(line, levels) if is_numeric else _plain(line))
    return tuple(rows)


def _lines(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Cells grouped by height, from the top, each group from the left."""
    lines: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda c: (c.box[1] + c.box[3]) / 2):
        height = cell.box[3] - cell.box[1]
        last = lines[-1][0].box if lines else None
        if last and abs((cell.box[1] + cell.box[3]) / 2 - (last[1] + last[3]) / 2) < 0.45 * height:
            lines[-1].append(cell)
        else:
            lines.append([cell])
    for line in lines:
        line.sort(key=lambda c: c.box[0])
    return lines


def _n_numbers(line: Sequence[Cell]) -> int:
    return sum(_is_number(cell) for cell in line)


def _plain(line: Sequence[Cell]) -> Row:
    return Row(text=" | ".join(cell.text for cell in line), box=_around(line))


def _under(line: Sequence[Cell], levels: Sequence[Mapping[Cell, Sequence[Cell]]]) -> Row:
    """`line` with the heads that stand above each of its numbers."""
    told = []
    for place, cell in enumerate(line):
        above = " ".join(_heads_above(cell, levels)) if place or _is_number(cell) else ""
        told.append(f"{above}: {cell.text}" if above else cell.text)
    return Row(text=" | ".join(told), box=_around(line))


def _is_number(cell: Cell) -> bool:
    return cell.text in _NOTHING or bool(_NUMBER.fullmatch(cell.text))


def _levels(heads: Sequence[Sequence[Cell]]) -> list[Mapping[Cell, Sequence[Cell]]]:
    """For each level of heads, the lowest heads that each of its cells reaches over."""
    lowest = heads[-1]
    upper: list[Mapping[Cell, Sequence[Cell]]] = [
        {head: _reach(head, level, lowest[1:]) for head in level} for level in heads[:-1]
    ]
    return [*upper, {head: (head,) for head in lowest}]


def _reach(head: Cell, level: Sequence[Cell], columns: Sequence[Cell]) -> Sequence[Cell]:
    """The columns that `head` is centred over, of those that are nearest to it on its level."""
    nearest = [c for c in columns if min(level, key=lambda h: abs(h.middle - c.middle)) is head]
    runs = [nearest[i:j] for i in range(len(nearest)) for j in range(i + 1, len(nearest) + 1)]
    if not runs:
        return ()
    centred = [run for run in runs if _off_centre(head, run) <= _CENTRED_PT]
    return max(centred, key=len) if centred else min(runs, key=lambda run: _off_centre(head, run))


def _off_centre(head: Cell, run: Sequence[Cell]) -> float:
    return abs(head.middle - (run[0].box[0] + run[-1].box[2]) / 2)


def _heads_above(cell: Cell, levels: Sequence[Mapping[Cell, Sequence[Cell]]]) -> list[str]:
    """The heads of the column that `cell` stands in, from the top."""
    *upper, lowest = levels
    under = min(lowest, key=lambda head: abs(head.middle - cell.middle))
    if not (under.box[0] < cell.box[2] + _CENTRED_PT and cell.box[0] - _CENTRED_PT < under.box[2]):
        return []
    above = [head.text for level in upper for head, run in level.items() if under in run]
    return [*above, under.text]


def _around(cells: Sequence[Cell]) -> Box:
    boxes = [cell.box for cell in cells]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
