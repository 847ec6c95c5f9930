"""Quantities that a claim states in words: "76–85 % fidelity", "within 8 rounds of dialogue".

A share such as "3 of 10 models" is told in percent. What is measured is the noun beside the
number; where none stands there, the words that the sentence begins with, told as a guess.
"""

import re
from typing import Final, NamedTuple

from claims.bounds import bound_before
from claims.claim import Quantity
from claims.pages.grammar import COMPARING, FUNCTION_WORDS, verb_forms, word_set
from claims.pages.years import dates_in

_N: Final = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,6})?"
_SYMBOL: Final = (
    r"(?-i:(?:(?<=[\s\u00a0\u202f])[gmsVWK]|[kcmµμn]m|[kmµμ]g|[mµμn]s|[kMGT]?Wh|[kMGT]W|[mk]V|"
    r"[kMG]?Pa|[kM]J|[kMGT]?eV|[kM]?pc|[kKMGTP]B|[kMG]?Hz|dB|m?mol|°[CF]|σ|pp[mb])"
    r"(?:[/·][A-Za-z]{1,5}[²³]?)*)"
)
"""Units of measurement as they are abbreviated; a single letter is one only after a space."""

_UNIT: Final = (
    r"%|per ?cent\b|percentage points?\b|points?\b|pp\b|x\b|×|times\b|-?fold\b|seconds?\b|"
    rf"minutes?\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|lumens?\b|(?P<symbol>{_SYMBOL})"
)
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,/@-])(?P<low>{_N})"
    rf"(?:\s?%?\s?(?P<to>-|–|—|‑|/|±|\+/-|to|of|in|out of|and)\s?(?P<high>{_N}))?"
    rf"(?:\s?(?P<scale>k|million|billion|thousand)\b(?!-))?[\s\u00a0\u202f-]?(?P<unit>{_UNIT})?"
    r"(?![\w@]|[.,/:]\d|%)",
    re.IGNORECASE,
)
_UNITS: Final = {
    "percent": "%", "per cent": "%", "percentage point": "percentage points", "pp":
    "percentage points", "point": "points", "x": "times", "×": "times", "fold": "times",
    "-fold": "times",
}  # fmt: skip
_PLURAL_UNITS: Final = re.compile(r"(?:second|minute|hour|day|week|month|year|lumen)$")
_PARTS: Final = frozenset(("of", "in", "out of", "/"))
_TOLERANCES: Final = frozenset(("±", "+/-"))
_COUNTED: Final = re.compile(
    r"\s?(?P<noun>(?:[^\W\d_][\w-]*\s){0,1}?(?:[^\W\d_][\w-]*[^\Ws]s|people))\b"
)
"""A plural right after a number, an adjective perhaps before it."""

_TRENDS: Final = word_set("more less fewer higher lower better worse longer shorter larger smaller "
    "faster slower greater stronger weaker")  # fmt: skip
_AUXILIARIES: Final = word_set("has have had")
_OF: Final = re.compile(r"^\s?of\s(?:the |all )?")
_FOR: Final = re.compile(r"^\s?(?:for|in)\s(?:the |all )?")
_WORD: Final = re.compile(r"[^\W\d_][\w-]*")
_TO_NUMBER: Final = re.compile(
    r"\s(?:of|is|at|=|was|to|hits|by|beyond|within|under|over|above|below|in|from|near|reaches|after|"
    r"until|between)\s+(?:about |around |roughly |only |up to |at most |at least |fewer than |"
    r"more than |less than |under |over |the |~\s?)*$",
    re.IGNORECASE,
)
_MAX_NOUNS: Final = 3
_MOST_WORDS: Final = 5


class Stated(NamedTuple):
    """A quantity, and whether the sentence says beside it what is measured."""

    quantity: Quantity
    is_named: bool


def quantities_in(text: str) -> tuple[Stated, ...]:
    """The quantities that `text` states, in order.

    >>> [str(one.quantity) for one in quantities_in("Simulation reaches 76–85 % fidelity.")]
    ['76-85% fidelity']
    """
    dated = [range(one.start, one.end) for one in dates_in(text)]
    found: dict[Quantity, Stated] = {}
    for match in _AMOUNT.finditer(text):
        if any(match.start() in span for span in dated):
            continue
        if stated := _stated(text, match):
            found.setdefault(stated.quantity, stated)
    return tuple(found.values())


def _stated(text: str, match: re.Match[str]) -> Stated | None:
    low, high, unit = _ends(match)
    bound = None if match["high"] else bound_before(text, match.start())

    def told(measure: str, unit: str, *, is_named: bool = True) -> Stated:
        quantity = Quantity(measure=measure, low=low, high=high, unit=unit, bound=bound)
        return Stated(quantity, is_named)

    before, after = text[: match.start()], text[match.end() :]
    is_share = bool(match["to"] in _PARTS and match["high"] and not unit)
    if is_share and (named := _after(after)):
        return told(named, "%")
    if not unit:
        counted = _COUNTED.match(after) if _is_spaced(match, after) else None
        noun = counted["noun"] if counted else ""
        if counted is None or not _are_nouns(noun):
            named = _before(before)
            return told(named, "") if named and _has_a_point(match) else None
        scale = match["scale"] if match["scale"] != "k" else None
        unit = " ".join(filter(None, (scale, noun)))
        after = after[counted.end() :]
    if is_share:
        return told(unit, "%")
    named = _after(after) or _before(before) or _after(_FOR.sub(" ", after))
    return told(named or _beginning(before) or unit, unit, is_named=bool(named))


def _ends(match: re.Match[str]) -> tuple[float, float, str]:
    """The ends of the range in its unit; a share in percent."""
    first, last = (float((match[end] or match["low"]).replace(",", "")) for end in ("low", "high"))
    unit = match["symbol"] or (match["unit"] or "").lower()
    unit = _UNITS.get(unit, unit + "s" if _PLURAL_UNITS.search(unit) else unit)
    if match["to"] in _PARTS and match["high"] and last:
        if not unit and first <= last:
            share = round(100 * first / last, 1)
            return share, share, ""
        last = first
    if match["to"] in _TOLERANCES:
        first, last = first - last, first + last
    thousands = 1000 if match["scale"] == "k" else 1
    low, high = sorted((first * thousands, last * thousands))
    return low, high, unit


def _is_spaced(match: re.Match[str], after: str) -> bool:
    return match[0].endswith((" ", "-", "\u00a0", "\u202f")) or after.startswith(" ")


def _has_a_point(match: re.Match[str]) -> bool:
    """Without one, a number beside no unit and nothing counted is too often a name or version."""
    return "." in match[0].strip(".")


def _are_nouns(words: str) -> bool:
    return not any(_is_no_noun(word) for word in words.lower().split())


def _is_no_noun(word: str) -> bool:
    low = word.lower()
    return low in FUNCTION_WORDS or low in COMPARING or low in verb_forms() or low.endswith("ly")


def _after(text: str) -> str:
    """The noun phrase that follows at once: "fidelity", "of participants", "fewer calls"."""
    nouns: list[str] = []
    words = _OF.sub(" ", text).split()
    trend = words.pop(0) if words and words[0].lower() in _TRENDS else ""
    for word in words[:_MAX_NOUNS]:
        found = _WORD.match(word)
        if found is None or _is_no_noun(found[0]):
            break
        nouns.append(found[0])
        if found[0] != word:
            break
    return " ".join(filter(None, (trend, *nouns))) if nouns else ""


def _before(text: str) -> str:
    """The noun phrase that the number belongs to, as in "the diversity of stories by"."""
    led = _TO_NUMBER.search(text)
    nouns: list[str] = []
    words = text[: led.start()].split() if led else []
    passed = verb_forms() | _AUXILIARIES
    while words and words[-1].lower() in passed:
        words.pop()
    for word in reversed(words):
        if word.lower() in {"of", "per"} and nouns and len(nouns) < _MOST_WORDS:
            nouns.append(word)
        elif not _WORD.fullmatch(word) or _is_no_noun(word) or len(nouns) == _MOST_WORDS:
            break
        else:
            nouns.append(word)
    return " ".join(reversed(nouns)).removeprefix("of ").removeprefix("per ")


def _beginning(text: str) -> str:
    """What the sentence is about, by the words that it begins with."""
    told: list[str] = []
    for found in _WORD.finditer(text):
        if not _is_no_noun(found[0]):
            told.append(found[0])
        elif told:
            break
    return " ".join(told[:_MAX_NOUNS])
