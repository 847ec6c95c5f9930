"""English words of grammar, for cutting ids and noun phrases out of sentences."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION_WORDS: Final = _words(
    "a an the of in on at by for from to with and or but as is are was were be been do does did "
    "can could will would should may might how what why when where which who whose whom that this "
    "these those it its their there than then not no if whether into per via while over under "
    "across after before between about up down"
)
COMPARING: Final = _words("reach reaches reached more less fewer higher lower better worse")
"""Words beside a number that are not what is measured."""
