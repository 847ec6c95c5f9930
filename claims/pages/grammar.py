"""English words of grammar and verbs, for cutting ids and noun phrases out of sentences."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, for tables of words."""
    return frozenset(text.split())


FUNCTION_WORDS: Final = word_set(
    "a an the of in on at by for from to with and or but as is are was were be been do does did "
    "can could will would should may might how what why when where which who whose whom that this "
    "these those it its their there than then not no if whether into per via while over under "
    "without across after before between about up down below above within against during until "
    "since through among has have had being"
)
COMPARING: Final = word_set("reach reaches reached more less fewer higher lower better worse most "
    "many much several some any all each every other same only near nearly almost beyond within "
    "least ahead longer shorter larger smaller farther further faster slower greater stronger "
    "weaker bigger later earlier once"
)  # fmt: skip
"""Words beside a number that are not what is measured."""

_VOWELS: Final = frozenset("aeiou")


@cache
def verb_bases() -> frozenset[str]:
    """Verbs as they stand in `verbs.txt`, which begin an order: "cite", "propose"."""
    lines = Path(__file__).with_name("verbs.txt").read_text(encoding="utf-8").splitlines()
    return word_set(" ".join(line for line in lines if not line.startswith("#")))


@cache
def verb_forms() -> frozenset[str]:
    """Those verbs as a sentence inflects them, without their forms in -ing, which name things."""
    return frozenset(form for base in verb_bases() for form in _forms(base))


def _forms(base: str) -> Iterator[str]:
    yield base
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        yield from (f"{base[:-1]}ies", f"{base[:-1]}ied")
    elif base.endswith("e"):
        yield from (f"{base}s", f"{base}d")
    else:
        yield from (f"{base}s", f"{base}es", f"{base}ed")
