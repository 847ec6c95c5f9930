"""Whether two ways of naming a paper name the same one.

People shorten titles and authors; a wrong paper must not pass for that.
"""

import re
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, utils

TITLE_AGREES: Final = 95.0
"""Least token-sort ratio of two titles, in percent. Another paper was once matched at 91.5."""

_SUBTITLE: Final = re.compile(r"[:?!.]\s|\s[-–—]\s")  # noqa: RUF001 - dashes before a subtitle
_FEWEST_MAIN_WORDS: Final = 2
"""People cite "Persona Vectors" for a title that goes on after a colon; one common word is none."""


_CUT: Final = re.compile(r"\s?(?:…|\.\.\.)\W*$")
_FEWEST_CUT_WORDS: Final = 3
_COINED: Final = re.compile(r"(?!\S*(?:19|20)\d\d)(?=\S*[A-Z])(?:\S+[A-Z]|\S*\d)\S*")
_WITH_DIGIT: Final = re.compile(r"\w*\d\w*")


def same_title(stated: str | None, real: str) -> bool:
    """Whether `stated` is the title `real`, the main part of it before a subtitle, or cut short.

    Words with a digit agree in every letter: GPT-4o is not GPT-4.

    >>> same_title("Open Lamps, Closed Shutters", "Open Lamps, Closed Shutters? A Study of Twelve")
    True
    """
    if stated is None:
        return True
    if (cut := _CUT.search(stated)) and len(stated[: cut.start()].split()) >= _FEWEST_CUT_WORDS:
        stated = stated[: cut.start()]
        return _is_same(stated, " ".join(real.split()[: len(stated.split())]))
    heads = [real[: match.start()] for match in _SUBTITLE.finditer(real)]
    mains = [h for h in heads if len(h.split()) >= _FEWEST_MAIN_WORDS or is_coined(h)]
    return any(_is_same(stated, title) for title in (real, *mains))


def is_coined(word: str) -> bool:
    """Whether it is a name that somebody made up, with a digit or a capital within: "LLMEval-3"."""
    return bool(_COINED.fullmatch(word))


def _is_same(stated: str, title: str) -> bool:
    if sorted(_WITH_DIGIT.findall(stated.lower())) != sorted(_WITH_DIGIT.findall(title.lower())):
        return False
    return fuzz.token_sort_ratio(stated, title, processor=utils.default_process) >= TITLE_AGREES


def people(authors: Iterable[str]) -> frozenset[str]:
    """Authors as two papers can be compared by them: family name and first initial.

    >>> sorted(people(["Ida Flint", "I. Flint", "Ben Flint"]))
    ['b flint', 'i flint']
    """
    names = (utils.default_process(author).split() for author in authors)
    return frozenset(f"{name[0][0]} {name[-1]}" for name in names if name)


def same_author(stated: str | None, real: tuple[str, ...]) -> bool:
    """Whether `stated` has the family name of the first of the authors."""
    if stated is None:
        return True
    surname = utils.default_process(stated).split()[-1:]
    return bool(real) and surname == utils.default_process(real[0]).split()[-1:]
