"""Whether quoted words really stand where they are said to stand.

Two tiers, and nothing looser:

- `exact`: the quote is a substring of the passage.
- `normalised`: it is one after both sides are folded by the explicit table below (ligatures,
  dashes, quotation marks, soft and end-of-line hyphens, white space). NFKC is not
  used: it would merge superscripts into digits. Digits, signs and points are never folded.

The result always carries the source's own words, cut from the passage, not the judge's.
Source of the table: what TeX and PDF extraction do to text; see `docs/decisions.md`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, final

from claims.errors import QuoteNotFound, UnknownPassage
from claims.evidence import Citation, Paper, Passage

FOLDS: Final[dict[str, str]] = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",  # noqa: RUF001 - the table
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'",  # noqa: RUF001 - the table
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"',
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u2060": "",
    "…": "...",
}  # fmt: skip
"""What counts as the same character."""

MIN_QUOTE_CHARS: Final = 12
"""A shorter quote stands almost anywhere and carries nothing."""

BREAK: Final = "\u2424"
"""Stands in folded text for a hyphen at a line break inside a word."""

_EM_DASHES: Final = "—―"
"""These part sentences; every other dash may belong to a word or a number."""

_LEFT_OF_A_WORD: Final = re.compile(rf"\w[-{BREAK}]$")
_RIGHT_OF_A_WORD: Final = re.compile(rf"[-{BREAK}]\w")
_LEFT_OF_A_NUMBER: Final = re.compile(r"(?:\d\s?-\s?|-|[<>≤≥±~]\s?|(?:\d|\s|^)[.,])$")
_RIGHT_OF_A_NUMBER: Final = re.compile(r"\s?[%‰]|\s?-\s?\d|[.,]\d")
_PLAIN: Final = re.compile(r"[^\s`\u0080-\U0010ffff]+(?: [^\s`\u0080-\U0010ffff]+)*")
"""Text that folds to itself: ASCII words with single spaces between, none of it in the table."""

_DIVIDED: Final = re.compile(r"(\S*\w)[-\u2010\u00ad][^\S\n]*\n\s*(\w)")
_NEAR: Final = 8
_LONGEST_GAP: Final = 200
"""Characters of white space that a line break may be hidden in."""

_SHOWN_CHARS: Final = 80
MAX_QUOTE_CHARS: Final = 4000
"""A longer quote is a copy, not a quotation."""

_SEAL: Final = object()


class Tier(StrEnum):
    """How a quote was found."""

    EXACT = "exact"
    NORMALISED = "normalised"


@final
@dataclass(frozen=True, kw_only=True)
class VerifiedCitation:
    """Words that stand in a passage of a known paper version. Only `verify` makes one."""

    paper: Paper
    passage: Passage
    start: int
    """Start of the quote in `passage.text`, in characters."""
    end: int
    tier: Tier
    seal: object

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("only claims.verify.verify makes a VerifiedCitation")

    @property
    def quote(self) -> str:
        """The source's own words."""
        return self.passage.text[self.start : self.end]


def verify(citation: Citation, passage: Passage, paper: Paper) -> VerifiedCitation:
    """The proof that `citation` stands in `passage` of `paper`.

    Raises UnknownPassage when the three do not belong together, QuoteNotFound when the words
    are not there or too few to carry anything.
    """
    if citation.passage_id != passage.id:
        raise UnknownPassage(f"no passage {citation.passage_id} was shown")
    if passage.paper != paper.id:
        raise UnknownPassage(f"passage {passage.id} is of {passage.paper}, not of {paper.id}")
    start, end, tier = locate(citation.quote, passage.text)
    return VerifiedCitation(
        paper=paper, passage=passage, start=start, end=end, tier=tier, seal=_SEAL
    )


def locate(quote: str, text: str) -> tuple[int, int, Tier]:
    r"""Where `quote` stands in `text`: half-open `[start, end)` in characters, and the tier.

    Raises QuoteNotFound.

    >>> locate("significant gains", "It shows signi-\nﬁcant  gains overall.")
    (9, 28, <Tier.NORMALISED: 'normalised'>)
    >>> locate("reaches 5 % on average", "It reaches 85 % on average.")
    Traceback (most recent call last):
    claims.errors.QuoteNotFound: the quote 'reaches 5 % on average' does not stand in the passage
    """
    wanted = quote.strip()
    shown = wanted if len(wanted) <= _SHOWN_CHARS else wanted[: _SHOWN_CHARS - 3] + "..."
    if len(wanted) > MAX_QUOTE_CHARS:
        raise QuoteNotFound(f"the quote {shown!r} is longer than {MAX_QUOTE_CHARS} characters")
    folded_quote, _ = fold(wanted)
    if len(folded_quote.replace(" ", "")) < MIN_QUOTE_CHARS:
        raise QuoteNotFound(f"the quote {shown!r} is too short to carry a finding")
    folded, places = fold(text)
    for first, last in _matches(folded_quote.strip(), folded):
        if _cuts_nothing(folded, first, last, text, places):
            start, end = places[first], places[last - 1] + 1
            return start, end, Tier.EXACT if text[start:end] == wanted else Tier.NORMALISED
    raise QuoteNotFound(f"the quote {shown!r} does not stand in the passage")


@lru_cache(maxsize=64)
def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` folded by the table, and for each folded character its place in `text`.

    White space runs become one space. A hyphen at a line break between two letters becomes BREAK,
    because the page does not say whether the word itself has a hyphen there; before a digit it is
    a hyphen ("GPT-4", "76-85").
    """
    if _PLAIN.fullmatch(text):
        return text, tuple(range(len(text)))
    out: list[str] = []
    places: list[int] = []
    for i, char in enumerate(text):
        if not char.isspace():
            for piece in FOLDS.get(char, char):
                out.append(piece)
                places.append(i)
        elif out and out[-1] == "-" and _at_line_break(text, i) and out[-2:-1] != [" "]:
            if out[-2:-1] and out[-2].isalpha() and _after(text, i).isalpha():
                out[-1] = BREAK
            elif not _after(text, i).isalnum():
                out.append(" ")
                places.append(i)
        elif out and out[-1] not in {" ", BREAK} and not _joined(out, text, i):
            out.append(" ")
            places.append(i)
    return "".join(out), tuple(places)


def unbroken(text: str) -> str:
    r"""`text` on one line, as it is read: words that a line break divides are whole again.

    For showing and comparing, never for proof: the page does not say whether the word itself has
    a hyphen at its line break. Here it has if it has others, or is no plain word.

    >>> unbroken("signi-\nficant state-of-the-\nart GPT-\n4")
    'significant state-of-the-art GPT-4'
    """
    return " ".join(_DIVIDED.sub(_joined_again, text).split())


def _joined_again(divided: re.Match[str]) -> str:
    first, second = divided[1], divided[2]
    plain = "-" not in first and first[-1].islower() and second.islower()
    return f"{first}{second}" if plain else f"{first}-{second}"


def _matches(folded_quote: str, folded: str) -> Iterator[tuple[int, int]]:
    """Where the folded quote stands in folded text: half-open places, in order, none overlapping.

    Without any BREAK it is a plain search, many times quicker than a pattern made for one quote.
    """
    if BREAK in folded_quote or BREAK in folded:
        for match in _pattern(folded_quote).finditer(folded):
            yield match.span()
        return
    start = folded.find(folded_quote)
    while start >= 0:
        yield start, (end := start + len(folded_quote))
        start = folded.find(folded_quote, end)


def _pattern(folded_quote: str) -> re.Pattern[str]:
    """What matches the folded quote where any BREAK may or may not be a hyphen."""
    parts = [
        f"[-{BREAK}]?" if char == BREAK else f"[-{BREAK}]" if char == "-" else re.escape(char)
        for char in folded_quote
    ]
    return re.compile(f"{BREAK}?".join(parts))


def _after(text: str, i: int) -> str:
    """The first character of `text` from `i` on that is no white space."""
    return text[i : i + _LONGEST_GAP].lstrip()[:1]


def _at_line_break(text: str, i: int) -> bool:
    gap = text[i : i + _LONGEST_GAP]
    return "\n" in gap[: len(gap) - len(gap.lstrip())]


def _joined(out: list[str], text: str, i: int) -> bool:
    """Whether the white space at `i` goes on a line break that a hyphen has joined already."""
    return out[-1] == "-" and text[i - 1].isspace() and _after(text, i).isalnum()


def _cuts_nothing(folded: str, start: int, end: int, text: str, places: tuple[int, ...]) -> bool:
    """Whether `[start, end)` of `folded` cuts no word, number, sign, unit or range.

    "5 %" does not stand in "85 %", nor "successful" in "un-successful".
    """
    before, after = folded[:start][-_NEAR:], folded[end:][:_NEAR]
    first, last = folded[start], folded[end - 1]
    if (_inside_a_word(before[-1:], first)) or _inside_a_word(last, after[:1]):
        return False
    dash_before = start > 0 and text[places[start - 1]] in _EM_DASHES
    dash_after = end < len(folded) and text[places[end]] in _EM_DASHES
    if first.isalnum() and not dash_before and _LEFT_OF_A_WORD.search(before):
        return False
    if last.isalnum() and not dash_after and _RIGHT_OF_A_WORD.match(after):
        return False
    if first.isdigit() and _LEFT_OF_A_NUMBER.search(before):
        return False
    return not (last.isdigit() and _RIGHT_OF_A_NUMBER.match(after))


def _inside_a_word(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum()
