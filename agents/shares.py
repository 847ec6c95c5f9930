"""What a percentage in a text is a share of: its measure, a change, or what something else reached.

"90 % accuracy", "90 % fewer tokens" and "90 % of its accuracy" are three different things, though
the same name may stand beside all of them. In doubt it is the first. English only.
"""

import re
from typing import Final

MORE: Final = "% more"
LESS: Final = "% less"
"""The units of a percentage by which something grew or shrank: "90 % fewer tokens"."""

OF_ANOTHER: Final = "% of another"
"""The unit of a share of what something else reached: "97 % of its accuracy"."""

SHARES: Final = frozenset(("%", MORE, LESS, OF_ANOTHER))
_RISE: Final = r"(?:increase|improvement|gain|boost|rise|speed-?up)"
_FALL: Final = r"(?:reduction|decrease|drop|decline|saving|loss|cut|fall)"
_HEDGE: Final = (
    r"(?:up to |at least |at most |about |around |nearly |almost |over |more than |only |just |"
    r"some |approximately |roughly |as much as |an average of |~\s?)?"
)
_CHANGED_BEFORE: Final = re.compile(
    rf"\b(?:(?P<rise>{_RISE}s?)|(?P<fall>{_FALL}s?)) of {_HEDGE}$"
    r"|\b(?:(?P<grew>(?:increas|improv|rais|boost|outperform|exceed|surpass|accelerat)\w*|rises?|rose|"
    r"grows?|grew)|(?P<fell>(?:reduc|decreas|declin|degrad|shr[aiu]nk|drop)\w*|lower(?:s|ed|ing)|"
    rf"cut(?:s|ting)?|save[sd]?|falls?|fell))\b[^.;%]{{0,60}}\bby {_HEDGE}$",
    re.IGNORECASE,
)
_CHANGED_AFTER: Final = re.compile(
    r"\s?(?:relative |absolute |average )?(?:"
    r"(?:(?P<grew>more|higher|faster|larger|longer|better)|"
    r"(?P<fell>fewer|less|lower|slower|cheaper|smaller|shorter|worse))(?![\w-])"
    r"|(?:(?!(?:and|or|but|an?|the|of|in|on|at|for|to|with|as|by|is|are|was|were)\b)[\w-]+ )?"
    rf"(?:(?P<rise>{_RISE})|(?P<fall>{_FALL}))(?! (?:to|from)\b)(?![\w-]))",
    re.IGNORECASE,
)
_OF: Final = re.compile(r"\s?of\b", re.IGNORECASE)
_REACHED: Final = (
    r"(?:accuracy|performance|quality|scores?|F1|ability|capability|capabilities|cost|compute|"
    r"latency|memory|parameters|tokens|budget|energy)\b"
)
_OF_ANOTHER: Final = re.compile(
    rf"\s?of (?:(?:its|their|our) (?:[\w-]+ ){{0,3}}?{_REACHED}"
    rf"|(?:[\w-]+ ){{0,4}}?[\w-]+(?:['’]s|s['’]) (?:[\w-]+ ){{0,3}}?{_REACHED}"  # noqa: RUF001 - as written
    rf"|(?:the )?(?:human|teacher|baseline|original|full|dense|uncompressed)[\w-]* "
    rf"(?:[\w-]+ ){{0,2}}?{_REACHED}|that of\b|the (?:accuracy|performance|quality|scores?) of\b)",
    re.IGNORECASE,
)
_N_LETTERS_BEFORE: Final = 100


def share(text: str, start: int, end: int) -> str:
    """The unit of the percentage at `[start, end)`: "%" where it is of what it is a measure of."""
    changed = _CHANGED_AFTER.match(text, end)
    if not changed and not _OF.match(text, end):
        changed = _CHANGED_BEFORE.search(text[max(0, start - _N_LETTERS_BEFORE) : start])
    if changed:
        return MORE if changed.lastgroup in {"rise", "grew"} else LESS
    return OF_ANOTHER if _OF_ANOTHER.match(text, end) else "%"
