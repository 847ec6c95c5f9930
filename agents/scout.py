"""What to search for: the queries of a claim, from its own words and its inquiry's.

Queries only propose papers. The same claim gives the same queries on every machine.
"""

import re
from collections.abc import Iterable
from itertools import combinations
from typing import Final

from agents.words import FUNCTION_WORDS, WORD, stem, weight
from claims.claim import Claim, Inquiry

N_QUERIES_MAX: Final = 6
"""Each query costs a search a night; beyond this they mostly find the same papers."""

_N_TELLING: Final = 4
_N_TOGETHER: Final = 3
"""Any three of four words: a paper may say one of them otherwise."""

_N_NAMES: Final = 3
_N_NUMBERS: Final = 3
_NAME: Final = re.compile(
    r"(?<=[\w,;:] )[A-Z][\w-]+(?: [A-Z][\w-]+)+|\b[A-Z]?[a-z]+[A-Z]\w{2,}|\b[A-Z]{2,}-\w*[A-Z]\w*"
)
"""Words that are written large within a sentence, and what is written as no word is: DreamBench."""

_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]\w)")


def plan_queries(claim: Claim, inquiry: Inquiry) -> tuple[str, ...]:
    """The search queries for `claim`, most telling first, at most N_QUERIES_MAX.

    Its text without function words, its own extra queries, its scope, what its quantities
    measure, and those watch phrases of the inquiry that share a word with the claim.
    """
    scope = claim.scope
    text = _telling(claim.text)
    proposed = [
        text,
        *claim.queries,
        _telling(" ".join(filter(None, (scope.task, scope.population, scope.setting)))),
        *(
            _telling(f"{quantity.measure} {scope.population or ''}")
            for quantity in claim.quantities
        ),
        _telling(f"{scope.measure or ''} {scope.population or ''}"),
        *(phrase for phrase in inquiry.watch if _shares_a_word(phrase, text)),
    ]
    return tuple(_distinct(proposed))[:N_QUERIES_MAX]


def search_words(claim: Claim) -> tuple[tuple[str, ...], ...]:
    """Groups of words for a search by words: a paper of interest holds all of one group.

    Three of the most telling words of the claim, of its scope, and of each of its own queries:
    nobody writes a whole sentence again, and single words stand in thousands of papers.
    """
    scope = claim.scope
    subject = " ".join(filter(None, (scope.task, scope.population, scope.measure)))
    groups = (
        group
        for text in (claim.text, *claim.queries, subject)
        for group in combinations(_most_telling(text), _N_TOGETHER)
    )
    return tuple(dict.fromkeys(groups)) or (tuple(_telling(claim.text).split())[:_N_TOGETHER],)


def origin_words(text: str) -> tuple[tuple[str, ...], ...]:
    """Groups of words for the paper that a text tells of: its names, its numbers, its subject.

    A paper of interest holds all of one group. A name is enough by itself; a number needs two
    telling words beside it.
    """
    telling = _most_telling(text)
    names = tuple((name[0],) for name in _NAME.finditer(text))[:_N_NAMES]
    numbers = tuple(number[0] for number in _NUMBER.finditer(text))[:_N_NUMBERS]
    with_number = tuple((number, *telling[:2]) for number in numbers if telling)
    subject = tuple(combinations(telling, _N_TOGETHER)) or ((telling,) if telling else ())
    return tuple(dict.fromkeys((*names, *with_number, *subject)))


def _most_telling(text: str) -> tuple[str, ...]:
    """The rarest words of a text, in its order, none twice in another form."""
    by_stem: dict[str, str] = {}
    for word in _telling(text.lower()).split():
        if not word[0].isdigit():
            by_stem.setdefault(stem(word), word)
    ranked = sorted(by_stem, key=lambda one: -weight(one))[:_N_TELLING]
    return tuple(word for one, word in by_stem.items() if one in ranked)


def _telling(text: str) -> str:
    words = (match[0] for match in WORD.finditer(text))
    return " ".join(_distinct(word for word in words if word.lower() not in FUNCTION_WORDS))


def _shares_a_word(phrase: str, text: str) -> bool:
    return not set(_telling(phrase).lower().split()).isdisjoint(text.lower().split())


def _distinct(texts: Iterable[str]) -> list[str]:
    """The non-empty texts, the first of those that differ only in case and spacing."""
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(" ".join(text.lower().split()), " ".join(text.split()))
    seen.pop("", None)
    return list(seen.values())
