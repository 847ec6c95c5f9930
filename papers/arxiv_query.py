"""What is asked of the arXiv search API, in its query language.

Source: arXiv API User's Manual, section 5.1 "Details of Query Construction". A term without a
prefix, and several words without quotes, mean something else there; so every term gets a prefix
and every phrase quotes. `submittedDate` is the date of the first version, in GMT, and both ends
of its range are included.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from claims.clock import Window
from claims.errors import SettingsError

_CATEGORY: Final = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")
_WORD: Final = re.compile(r"(?!(?:AND|OR|ANDNOT|TO)$)\w+")
_BEGINNING: Final = datetime(1991, 1, 1, tzinfo=UTC)
"""Before arXiv's first paper (August 1991)."""

_MINUTE: Final = timedelta(minutes=1)


def query_of(
    categories: tuple[str, ...],
    phrases: tuple[str, ...],
    submitted: Window,
    together: tuple[tuple[str, ...], ...] = (),
) -> str:
    """The query for papers in any category, with a phrase or group, first submitted in the window.

    The API counts in minutes: the range covers the window and up to a minute more on each side.
    Raises SettingsError for what cannot be a category.

    >>> day = Window(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))
    >>> query_of(("cs.CL",), ('"role" play', "self"), day)
    '(cat:cs.CL) AND (all:"role play" OR all:self) AND submittedDate:[202606010000 TO 202606020000]'
    >>> query_of((), ("self",), day, (("played", "voice"),))
    '(all:self OR (all:played AND all:voice)) AND submittedDate:[202606010000 TO 202606020000]'
    """
    terms = filter(None, (*map(_term, phrases), *map(_all, together)))
    parts = (_any(map(_category, categories)), _any(terms))
    return " AND ".join((*filter(None, parts), _range(submitted)))


def before(moment: datetime) -> Window:
    """Every submission before `moment`."""
    return Window(min(_BEGINNING, moment), moment)


def _any(terms: Iterable[str]) -> str:
    either = " OR ".join(terms)
    return f"({either})" if either else ""


def _all(words: Iterable[str]) -> str:
    terms = tuple(filter(None, map(_term, words)))
    return f"({' AND '.join(terms)})" if len(terms) > 1 else "".join(terms)


def _category(name: str) -> str:
    if not _CATEGORY.fullmatch(name):
        raise SettingsError(f"{name!r} is not an arXiv category: write it as cs.CL")
    return f"cat:{name}"


def _term(phrase: str) -> str:
    """The phrase with its prefix; a quote or backslash in it would end the phrase early."""
    bare = " ".join(re.sub(r'["\\\x00-\x1f]', " ", phrase).split())
    if not re.search(r"\w", bare):
        return ""
    return f"all:{bare}" if _WORD.fullmatch(bare) else f'all:"{bare}"'


def _range(window: Window) -> str:
    first = window.since.astimezone(UTC)
    last = window.until.astimezone(UTC)
    if last != last.replace(second=0, microsecond=0):
        last += _MINUTE
    return f"submittedDate:[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"
