"""The door to pint: how many of one unit make one of another.

pint is loaded for the first pair of different physical units: most comparisons never need it.
"""

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pint import UnitRegistry

PHYSICAL: Final = frozenset(
    ("µs", "ms", "second", "minute", "hour", "day", "week", "month", "year",
     "mg", "gram", "kg", "mm", "cm", "km", "Hz", "kHz", "MHz", "GHz", "KB", "MB", "GB", "TB")
)  # fmt: skip
"""Names that pint reads as we mean them; it knows a "point" and a "turn", too, but as a length and
an angle."""


@cache
def per(unit: str, other: str) -> float | None:
    """How many `other` are one `unit`; None where one cannot be told in the other."""
    if unit == other:
        return 1.0
    if not {unit, other} <= PHYSICAL:
        return None
    one = _registry().Quantity(1.0, unit)
    return float(one.to(other).magnitude) if one.is_compatible_with(other) else None


@cache
def _registry() -> "UnitRegistry[float]":
    from pint import UnitRegistry

    return UnitRegistry()
