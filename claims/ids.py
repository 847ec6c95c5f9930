"""arXiv identifiers: every written form read, one canonical form kept.

Source: arXiv help, "Understanding the arXiv identifier". New style `YYMM.NNNN` (0704 to 1412) and
`YYMM.NNNNN` (from 1501); old style `archive/YYMMNNN` (9107 to 0703), where a subject class
(`math.CA/0611800`) is dropped in the canonical form.
"""

import re
from typing import Final, NamedTuple, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from claims.errors import CitationError

ADDRESS: Final = (
    r"(?:(?:(?:www\.|export\.|ar5iv\.labs\.)?arxiv\.org|(?:www\.)?alphaxiv\.org|ar5iv\.org)"
    r"/(?:abs|pdf|html|format|src|overview)/|huggingface\.co/papers/)"
)
"""What stands before the id in an address: of arXiv, or of pages that show its papers."""

_WRAPPERS = re.compile(
    rf"""^\s*(?:
        (?:https?://)?(?:dx\.)?doi\.org/10\.48550/arxiv\.
      | (?:doi:\s*)?10\.48550/arxiv\.
      | (?:https?://)?{ADDRESS}
      | oai:arxiv\.org:
      | arxiv:\s*
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NEW = re.compile(r"^(\d{2})(\d{2})\.(\d{4,5})(?:v([1-9]\d*))?$", re.ASCII)
_OLD = re.compile(
    r"^([a-z-]+)(?:\.[A-Za-z-]{2,})?/(\d{2})(\d{2})(\d{3})(?:v([1-9]\d*))?$", re.ASCII
)
_IN_TEXT = re.compile(
    rf"(?:arxiv:\s*|{ADDRESS}|10\.48550/arxiv\.)"
    r"([a-z.-]+/\d{7}|\d{4}\.\d{4,5})(?!\d)(v[1-9]\d*)?",
    re.IGNORECASE | re.ASCII,
)
_LAST_OF_NEW_FOUR_DIGITS = (14, 12)
_FIRST_OF_NEW = (7, 4)
_FIRST_OF_OLD, _LAST_OF_OLD = (1991, 7), (2007, 3)
_MONTHS = range(1, 13)
_CENTURY_TURN = 90


class ArxivId(NamedTuple):
    """One arXiv paper (`number`) or one version of it (`version` from 1, or None for "any")."""

    number: str
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The id that `text` writes, in any common form. Raises CitationError.

        >>> str(ArxivId.parse("https://arxiv.org/pdf/2401.07115v2.pdf"))
        '2401.07115v2'
        >>> str(ArxivId.parse("math.CA/0611800"))
        'math/0611800'
        """
        bare = re.split(r"[?#]", _WRAPPERS.sub("", text).strip())[0].rstrip("/")
        bare = re.sub(r"\.pdf$", "", bare, flags=re.IGNORECASE)
        if (new := _NEW.match(bare)) and _is_new_month(new):
            return cls(f"{new[1]}{new[2]}.{new[3]}", int(new[4]) if new[4] else None)
        if (old := _OLD.match(bare)) and _is_old_month(old):
            return cls(f"{old[1]}/{old[2]}{old[3]}{old[4]}", int(old[5]) if old[5] else None)
        raise CitationError(f"{text!r} is not an arXiv id: write it as 2401.07115 or 2401.07115v2")

    @classmethod
    def in_text(cls, text: str) -> tuple[Self, ...]:
        """The distinct ids that running text names with an arXiv mark, in order of appearance."""
        found: dict[Self, None] = {}
        for match in _IN_TEXT.finditer(text):
            try:
                found[cls.parse(match[1] + (match[2] or "").lower())] = None
            except CitationError:
                continue
        return tuple(found)

    @property
    def unversioned(self) -> Self:
        """The same paper, any version."""
        return type(self)(self.number)

    @property
    def url(self) -> str:
        """The page of this paper on arXiv."""
        return f"https://arxiv.org/abs/{self}"

    def __str__(self) -> str:
        return self.number if self.version is None else f"{self.number}v{self.version}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: object) -> "ArxivId":
            if isinstance(value, ArxivId):
                return value
            try:
                return cls.parse(str(value))
            except CitationError as error:
                raise ValueError(str(error)) from None

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema()
        )


def _is_new_month(match: re.Match[str]) -> bool:
    month = (int(match[1]), int(match[2]))
    digits = 4 if month <= _LAST_OF_NEW_FOUR_DIGITS else 5
    return month[1] in _MONTHS and month >= _FIRST_OF_NEW and len(match[3]) == digits


def _is_old_month(match: re.Match[str]) -> bool:
    year = int(match[2]) + (1900 if int(match[2]) >= _CENTURY_TURN else 2000)
    return int(match[3]) in _MONTHS and _FIRST_OF_OLD <= (year, int(match[3])) <= _LAST_OF_OLD
