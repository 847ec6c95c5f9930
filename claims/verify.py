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
from dataclasses import dataclass
from enum import StrEnum
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

_MINUS: Final = "-−"  # noqa: RUF001 - the minus sign
_SHOWN_CHARS: Final = 80
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
    if len(wanted) < MIN_QUOTE_CHARS:
        raise QuoteNotFound(f"the quote {wanted!r} is too short to carry a finding")
    at = text.find(wanted)
    while at >= 0:
        if _cuts_nothing(text, at, at + len(wanted)):
            return at, at + len(wanted), Tier.EXACT
        at = text.find(wanted, at + 1)
    folded, places = fold(text)
    for match in _pattern(fold(wanted)[0]).finditer(folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        if _cuts_nothing(text, start, end):
            return start, end, Tier.NORMALISED
    shown = wanted if len(wanted) <= _SHOWN_CHARS else wanted[: _SHOWN_CHARS - 3] + "..."
    raise QuoteNotFound(f"the quote {shown!r} does not stand in the passage")


def fold(text: str) -> tuple[str, list[int]]:
    """`text` folded by the table, and for each folded character its place in `text`.

    White space runs become one space. A hyphen at a line break inside a word becomes BREAK,
    because the page does not say whether the word itself has a hyphen there.
    """
    out: list[str] = []
    places: list[int] = []
    for i, char in enumerate(text):
        if not char.isspace():
            for piece in FOLDS.get(char, char):
                out.append(piece)
                places.append(i)
        elif out and out[-1] == "-" and _breaks_a_word(out, text, i):
            out[-1] = BREAK
        elif out and out[-1] not in {" ", BREAK}:
            out.append(" ")
            places.append(i)
    return "".join(out), places


def _pattern(folded_quote: str) -> re.Pattern[str]:
    """What matches the folded quote where any BREAK may or may not be a hyphen."""
    parts = [
        f"[-{BREAK}]?" if char == BREAK else f"[-{BREAK}]" if char == "-" else re.escape(char)
        for char in folded_quote.strip()
    ]
    return re.compile(f"{BREAK}?".join(parts))


def _breaks_a_word(out: list[str], text: str, i: int) -> bool:
    """Whether the white space that starts at `i`, after a hyphen, is a line break in a word."""
    rest = text[i:].lstrip()
    gap = text[i : len(text) - len(rest)]
    return "\n" in gap and out[-2:-1] != [] and out[-2].isalpha() and rest[:1].isalpha()


def _cuts_nothing(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` cuts no word, number, sign or range: "5 %" is not in "85 %"."""
    before, first = text[start - 1 : start], text[start]
    last, after = text[end - 1], text[end : end + 1]
    if before.isalnum() and first.isalnum():
        return False
    if last.isalnum() and after.isalnum():
        return False
    if first.isdigit() and before:
        earlier = text[start - 2 : start - 1] if start > 1 else ""
        if before in _MINUS or (before in ".," and (earlier.isdigit() or not earlier.strip())):
            return False
        if FOLDS.get(before) == "-" and earlier.isdigit():
            return False
    later = text[end + 1 : end + 2]
    joins_digits = after in {".", ","} or FOLDS.get(after, after) == "-"
    return not (last.isdigit() and joins_digits and later.isdigit())
