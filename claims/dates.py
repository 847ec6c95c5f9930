"""The date of a claim: EDTF (ISO 8601-2), as people write "2024", "about 2025", "2024 to 2025".

Reading and bounds come from the `edtf` library; what a date means for retesting is ours.
"""

from datetime import date
from functools import cached_property, lru_cache
from time import struct_time
from typing import Any

from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class ClaimDate:
    """An EDTF date with both ends known, equal and hashed by its text."""

    def __init__(self, text: str) -> None:
        """Read `text`. Raises ValueError when it is not EDTF or has an open end."""
        self.text = text.strip()
        try:
            self._parsed = _edtf(self.text)
        except EDTFParseException:
            raise ValueError(
                f"{text!r} is not an EDTF date: write 2024, 2025~ (about), 2024/2025 or 2025-06"
            ) from None
        first, _, last = self.text.rpartition("/")
        if "/" in self.text and not (first.strip(" .") and last.strip(" .")):
            raise ValueError(f"{text!r} has an open end: a claim is dated at both ends")
        try:
            upside_down = self.first_day > self.last_day
        except (ValueError, OverflowError, TypeError):
            raise ValueError(f"{text!r} is not a date between the years 1 and 9999") from None
        if upside_down:
            raise ValueError(f"{text!r} is upside down: write the earlier date first")

    @property
    def _lower(self) -> object:
        return self._parsed.lower_strict()

    @property
    def _upper(self) -> object:
        return self._parsed.upper_strict()

    @cached_property
    def first_day(self) -> date:
        """The first day that the date covers."""
        return _day(self._lower)

    @cached_property
    def last_day(self) -> date:
        """The last day that the date covers."""
        return _day(self._upper)

    @cached_property
    def newer_after(self) -> date:
        """A paper submitted after this day is newer than the claim.

        It is the first day of the last date stated: a claim "as of 2024/2025" was held *in* 2025,
        so a paper of June 2025 may overturn it, and waiting for 2026 would hide that paper.

        >>> ClaimDate("2024/2025~").newer_after
        datetime.date(2025, 1, 1)
        """
        last = self.text.rpartition("/")[2]
        return ClaimDate(last).first_day if last != self.text else self.first_day

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ClaimDate({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClaimDate) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: object) -> ClaimDate:
            return value if isinstance(value, ClaimDate) else ClaimDate(str(value))

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema()
        )


@lru_cache(maxsize=1024)
def _edtf(text: str) -> Any:  # noqa: ANN401 - the library's own tree
    """The parsed date: 4 ms by the library's grammar, and a thousand claims share few dates."""
    return parse_edtf(text)


def _day(moment: object) -> date:
    if not isinstance(moment, struct_time):
        raise TypeError(f"{moment!r} is not a day")
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)
