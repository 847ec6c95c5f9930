"""Whether two ways of naming a paper name the same one.

People shorten titles and authors; a wrong paper must not pass for that.
"""

import re
from typing import Final

from rapidfuzz import fuzz, utils

TITLE_AGREES: Final = 95.0
"""Least token-sort ratio of two titles, in percent. Another paper was once matched at 91.5."""

_SUBTITLE: Final = re.compile(r"[:?!.]\s|\s[-–—]\s")  # noqa: RUF001 - dashes before a subtitle
_FEWEST_MAIN_WORDS: Final = 2
"""People cite "Persona Vectors" for a title that goes on after a colon; one word is no title."""


def same_title(stated: str | None, real: str) -> bool:
    """Whether `stated` is the title `real`, or the main part of it before a subtitle.

    >>> same_title("Open Lamps, Closed Shutters", "Open Lamps, Closed Shutters? A Study of Twelve")
    True
    """
    if stated is None:
        return True
    heads = [real[: match.start()] for match in _SUBTITLE.finditer(real)]
    mains = [head for head in heads if len(head.split()) >= _FEWEST_MAIN_WORDS]
    return any(
        fuzz.token_sort_ratio(stated, title, processor=utils.default_process) >= TITLE_AGREES
        for title in (real, *mains)
    )


def same_author(stated: str | None, real: tuple[str, ...]) -> bool:
    """Whether `stated` has the family name of the first of the authors."""
    if stated is None:
        return True
    surname = utils.default_process(stated).split()[-1:]
    return bool(real) and surname == utils.default_process(real[0]).split()[-1:]
