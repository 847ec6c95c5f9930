"""Dates as people write them in a sentence, as EDTF: "~2025", "(2024)", "spanning 2024–2026".

A number that counts things is no year: 2,000 agents, 2048 tokens.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from claims.dates import ClaimDate

_Y: Final = r"(?:19[89]\d|20[0-4]\d)"


def _months() -> dict[str, int]:
    """Names and abbreviations of months in `months.txt`, with their number."""
    lines = Path(__file__).with_name("months.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {name: n for n, names in enumerate(rows, start=1) for name in names}


_MONTHS: Final = _months()
_MONTH: Final = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})(?![^\W\d_])\.?"
_ABOUT: Final = (
    r"(?:~|∼|≈|c\.|ca\.?|circa|about|around|approximately|approx\.?|roughly|some time in|etwa|"
    r"env\.|environ|hacia|verso)"
)
_PART: Final = r"(?:early|mid|late|spring|summer|autumn|fall|winter|beginning of|end of|start of)"
_POINT: Final = (
    rf"(?:{_ABOUT}\s?)?(?:{_PART}[\s-])?(?:"
    rf"(?:[0-3]?\d(?:st|nd|rd|th|\.)?\s+(?:de\s+)?)?{_MONTH},?\s+(?:de\s+)?"
    rf"(?:[0-3]?\d(?:st|nd|rd|th)?,?\s+)?{_Y}|"
    rf"[0-3]?\d\.[01]?\d\.{_Y}|[0-3]?\d/[0-3]?\d/{_Y}|{_Y}年(?:[01]?\d月)?|"
    rf"[QH][1-4]\s?[/ ]?\s?{_Y}|{_Y}\s?[/ -]?\s?[QH][1-4]|"
    rf"{_MONTH}\s+[’'‘]\d\d(?!\d)|"
    rf"{_Y}-[01]\d-[0-3]\d|{_Y}-[01]\d(?!\d)|[01]\d/{_Y}|{_Y}"
    rf")(?:\s?[~?]|,?\s?(?:approx\.?|circa|est\.))?"
)
_TO: Final = r"\s?(?:[–—−‑‒―/-]|\.\.|to|until|through|till|and|bis|à|al|hasta|até|tot)\s?"
_DATE: Final = re.compile(
    rf"(?<![\w.,$€£/-])(?P<first>{_POINT})(?:{_TO}(?P<last>{_POINT}|\d\d(?![\w%.])))?"
    rf"(?![\w%]|[.,:/-]\d)",
    re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"[(\[][^()\[\]]{0,40}$")
_ENDS: Final = re.compile(r"\s*[.;,]?\s*$")
_HEADS: Final = re.compile(r"\s*(?:[:–—|]|-\s|\))")
_ABOUT_AFTER: Final = ("~", "?", "approx", "approx.", "circa", "est.")
_YEAR: Final = re.compile(_Y)
_NUMBERED_MONTH: Final = re.compile(
    rf"(?<![\d/])([01]?\d)/{_Y}|\d\.([01]?\d)\.{_Y}|{_Y}年([01]?\d)月"
)
"""With two slashes nobody knows which number is the month: then the year alone counts."""
_COUNTS_THINGS: Final = re.compile(
    r"\s+(?:[a-z]+\s+)?(?:tokens|agents|people|participants|papers|items|questions|samples|models|"
    r"words|steps|users|dialogues|examples|hours|respondents|personas)\b",
    re.IGNORECASE,
)


class Stated(IntEnum):
    """How plainly a date is the date of what stands beside it; a higher one counts first."""

    IN_PASSING = 1
    """Somewhere in the sentence."""
    PLAIN = 2
    """At its beginning or end, or with a word such as "as of"."""
    BRACKETED = 3


@dataclass(frozen=True, kw_only=True)
class DateInText:
    """A date and where it stands, half-open."""

    date: ClaimDate
    start: int
    end: int
    stated: Stated


@lru_cache(maxsize=4096)
def dates_in(text: str) -> tuple[DateInText, ...]:
    """Every date that `text` states, in order."""
    return tuple(_dates(text))


def date_of(text: str) -> DateInText | None:
    """The date that counts for what `text` says: the most plainly stated, the later of equals.

    >>> str(date_of("Lamps agree, spanning 2024–2026.").date)
    '2024/2026'
    """
    found = dates_in(text)
    return max(found, key=lambda d: (d.stated, d.date.last_day, d.start), default=None)


def year_of(text: str) -> int | None:
    """The one year that `text` states; None for a span or no year."""
    found = date_of(text)
    return found.date.first_day.year if found and _is_one_year(found.date) else None


def _is_one_year(date: ClaimDate) -> bool:
    return date.first_day.year == date.last_day.year


def _dates(text: str) -> Iterator[DateInText]:
    for match in _DATE.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        stated = _stated(before, text[match.end() : match.end() + 60], match)
        if stated and (edtf := _edtf(match, before)):
            yield DateInText(date=edtf, start=match.start(), end=match.end(), stated=stated)


def _stated(before: str, after: str, match: re.Match[str]) -> Stated | None:
    is_bare = bool(_YEAR.fullmatch(match[0]))
    if is_bare and _COUNTS_THINGS.match(after):
        return None
    if _BRACKETED.search(before) and re.match(r"[^()\[\]]{0,40}[)\]]", after):
        return Stated.BRACKETED
    at_end = _ENDS.match(after) and re.search(r"[,;–—|-]\s*$|^$", before)
    at_start = not before.strip() and _HEADS.match(after)
    as_of = re.search(r"\b(?:as of|spanning|dated?:?)\s$", before, re.IGNORECASE)
    if at_end or at_start or as_of or match[0][0] in "~≈∼":
        return Stated.PLAIN
    return Stated.IN_PASSING


def _edtf(match: re.Match[str], before: str) -> ClaimDate | None:
    first, last = match["first"], match["last"]
    about = bool(re.search(rf"{_ABOUT}\s?$", before, re.IGNORECASE))
    ends = [_point(first)]
    if last and re.fullmatch(r"\d\d", last):
        year = _YEAR.search(first)
        ends.append(f"{year[0][:2]}{last}" if year else "")
    elif last:
        ends.append(_point(last))
    if len(ends) > 1 and re.match(_ABOUT, first, re.IGNORECASE):
        ends[1] = ends[1].rstrip("~") + "~"
    written = "/".join(f"{end.rstrip('~')}~" if about and "/" not in end else end for end in ends)
    if "/" in written:
        written = _outer(ends)
    try:
        return ClaimDate(written)
    except ValueError:
        return None


def _outer(ends: list[str]) -> str:
    """One interval from the beginning of the first to the end of the last."""
    return f"{ends[0].partition('/')[0]}/{ends[-1].rpartition('/')[2]}"


def _point(text: str) -> str:
    """One date as EDTF; empty when it is none."""
    low = re.sub(r"[’'‘](\d\d)$", r"20\1", text.lower().strip())
    year = _YEAR.search(low)
    if not year:
        return ""
    about = "~" if re.match(rf"(?:{_ABOUT}|{_PART})", low) or low.endswith(_ABOUT_AFTER) else ""
    if quarter := re.search(r"([qh])([1-4])", low):
        return _span_of(year[0], quarter[1], int(quarter[2]))
    if iso := re.search(rf"{_Y}-[01]\d(?:-[0-3]\d)?", low):
        return iso[0] + about
    if numbered := _NUMBERED_MONTH.search(low):
        month = int(numbered[1] or numbered[2] or numbered[3])
        return f"{year[0]}-{month:02d}{about}"
    if named := re.search(_MONTH, re.sub(rf"{_ABOUT}|{_PART}", " ", low)):
        return f"{year[0]}-{_MONTHS[named[0].rstrip('.')]:02d}{about}"
    return year[0] + about


def _span_of(year: str, kind: str, n: int) -> str:
    """A quarter or half of a year as an interval of months."""
    months = 3 if kind == "q" else 6
    last = min(12, n * months)
    return f"{year}-{last - months + 1:02d}/{year}-{last:02d}"
