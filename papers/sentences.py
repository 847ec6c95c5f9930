"""Where the sentences of a text begin and end.

Rules, not a model: the same text always gives the same spans, and no character that is not white
space is left out. A wrong split costs a judge some context; a quote is never cut from it, so a
split can make nothing true or false.
"""

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDING: Final = re.compile(r"([.!?…]+)[\"'”’»)\]}]*(?=\s)|\n[ \t]*\n")  # noqa: RUF001 - closing quotes
"""A mark, whatever it closes, then white space; or an empty line."""

_STARTS_LOWER: Final = re.compile(r"[\"'“‘(\[]*[a-z]")  # noqa: RUF001 - opening quotes

_NEVER_LAST: Final = _words(
    "e.g i.e eg ie cf vs viz resp approx ca dr prof mr mrs incl esp w.r.t wrt a.k.a aka "
    "jr sr dept univ"
)
"""Abbreviations that something must follow."""

_BEFORE_A_NUMBER: Final = _words(
    "fig figs eq eqs eqn eqns sec secs sect tab tabs ref refs no nos vol vols p pp ch chap thm "
    "lem prop def cor app alg art ex st"
)
"""Abbreviations when a number or a letter follows, and plain words when it does not."""

_NUMBER: Final = re.compile(r"[(\[]?(?:\d|\$|\\|[A-Z]{0,2}[\d.:]|[A-Z][\s,;:)])")

_MAYBE_LAST: Final = frozenset(("al", "etc", "i.i.d", "a.m", "p.m"))
"""Abbreviations that end a sentence when a capital follows."""

_INITIALS: Final = re.compile(r"(?:[A-Z]\.)*[A-Z]")
_LIST_NUMBER: Final = re.compile(r"\d{1,2}")

_STARTERS: Final = _words(
    "We The This These Those In Our However It Its To A An For As By On Here I They Results From "
    "With When While Using Thus There Finally Moreover Furthermore Although Since If That At "
    "Then Both All Also Despite Through Such Unlike Yet But And"
)
"""Words that open a sentence far more often than they are a surname after an initial."""


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Half-open `[start, end)` spans in characters, in order, without white space at the ends.

    Together they hold every character of `text` that is not white space.

    >>> text = "Smith et al. (2020) reach 0.5. We reach 0.7, e.g. on v1.2."
    >>> [text[a:b] for a, b in sentences(text)]
    ['Smith et al. (2020) reach 0.5.', 'We reach 0.7, e.g. on v1.2.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for ending in _ENDING.finditer(text):
        if ending[1] is None or _ends_here(text, start, ending):
            spans.append((start, ending.end()))
            start = ending.end()
    spans.append((start, len(text)))
    return tuple(span for piece in spans if (span := _stripped(text, *piece)))


def _ends_here(text: str, start: int, ending: re.Match[str]) -> bool:
    """Whether the mark that `ending` matched closes the sentence begun at `start`."""
    rest = text[ending.end() : ending.end() + 80].lstrip()
    if _STARTS_LOWER.match(rest):
        return False
    if ending[1] != "." or ending.end() > ending.end(1):
        return True
    before = text[max(start, ending.start() - 80) : ending.start()]
    word = before.split()[-1].lstrip("\"'“‘([{") if before.strip() else ""  # noqa: RUF001 - as above
    return _word_ends(word, rest, first=word == text[start : ending.start()].strip())


def _word_ends(word: str, rest: str, *, first: bool) -> bool:
    """Whether "`word`." before `rest` ends a sentence; `first`: the sentence is only this word."""
    plain = word.casefold()
    follower = re.split(r"[\s,;:.]", rest, maxsplit=1)[0]
    if plain in _NEVER_LAST or (first and _LIST_NUMBER.fullmatch(word)):
        return False
    if plain in _BEFORE_A_NUMBER:
        return not _NUMBER.match(rest)
    if plain in _MAYBE_LAST:
        return rest[:1].isupper()
    if _INITIALS.fullmatch(word):
        return follower in _STARTERS or not rest[:1].isupper()
    return True


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    kept = len(piece.strip())
    return (start, start + kept) if kept else None
