"""Which dates an answer states of which paper: those beside its id and those of its bracket."""

import re
from bisect import bisect_left
from typing import Final

from claims.dates import ClaimDate
from claims.pages.cited import Mention
from claims.pages.years import DateInText, Stated, dates_in

_WITHIN: Final = 400
"""Characters between an id and a date of the same bracket."""

_NEAR: Final = 40
"""Characters between a date in brackets and an id that follows it."""

_NOTHING: Final = re.compile(r"[\s,;:()\[\]|–—-]*")
"""What may stand between an id and its date."""

_TITLE_AND_PEOPLE: Final = re.compile(
    r"\s*(?:[“\"«][^“”\"«»]{4,300}[”\"»])?\W{0,4}"
    r"(?:[A-Z][\w'’-]+(?:,? (?:and|&|et) |,? )?(?:al\.,? )?){0,3}"
)
"""What may stand there, too: “Title” (Ada and Bell, ..."""

_ENDS: Final = re.compile(r"\s*(?:[,;.:()\[\]|–—-]|$)")
_APPEARED: Final = re.compile(
    r"\b(?:posted|submitted|published|released|appeared|uploaded)\b[^.;]{0,16}$"
)


def dates_of(text: str, mentions: tuple[Mention, ...]) -> dict[int, list[ClaimDate]]:
    """The dates of each mention that has some, by its number."""
    found: dict[int, list[ClaimDate]] = {}
    starts = [mention.start for mention in mentions]
    for date in dates_in(text):
        after = bisect_left(starts, date.start)
        if after and date.start < mentions[after - 1].end:
            continue
        if (n := _owner(text, date, mentions, after)) is not None:
            found.setdefault(n, []).append(date.date)
    return found


def _owner(text: str, date: DateInText, mentions: tuple[Mention, ...], after: int) -> int | None:
    """The number of the mention that a date is of; `after` is that of the next one."""
    before = mentions[after - 1] if after else None
    follows = mentions[after] if after < len(mentions) else None
    is_cut = before is not None and ";" in text[before.end : date.start]
    if before and _is_right_after(text, date, before):
        return after - 1
    if before and not is_cut and _in_one_bracket(text, before, date):
        return after - 1
    if follows and (_in_one_bracket(text, follows, date) or _is_right_before(date, follows)):
        return after
    if len({mention.arxiv for mention in mentions}) == 1 and _APPEARED.search(text[: date.start]):
        return 0
    return None


def _is_right_before(date: DateInText, mention: Mention) -> bool:
    return date.stated is Stated.BRACKETED and mention.start - date.end <= _NEAR


def _is_right_after(text: str, date: DateInText, mention: Mention) -> bool:
    between = text[mention.end : date.start]
    if _NOTHING.fullmatch(between):
        return bool(_ENDS.match(text, date.end))
    return date.stated is Stated.BRACKETED and bool(_TITLE_AND_PEOPLE.fullmatch(between))


def _in_one_bracket(text: str, mention: Mention, date: DateInText) -> bool:
    low, high = min(date.start, mention.start), max(date.end, mention.end)
    begin = max(0, low - _WITHIN)
    opened = text.rfind("(", begin, low) > text.rfind(")", begin, low)
    return opened and high - low <= _WITHIN and not re.search(r"[()]", text[low:high])
