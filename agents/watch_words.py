"""Phrases that a new paper of interest is likely to use, taken from an inquiry's own words.

Noun phrases of one to three words, as they stand in titles and abstracts: cut at words of grammar
and at verbs, never beginning or ending within a name. Each is worth how telling its words are in
the abstracts of the field (`agents.words.weight`) times how often the inquiry comes back to them,
as in tf-idf. A person prunes and completes them in the file.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from agents.words import FUNCTION_WORDS, WEIGHT_OF_RARE, WORD, stem, weight, words_of
from claims.pages.grammar import COMPARING, verb_forms

N_PHRASES: Final = 7
"""As many as a person looks through at a glance; each is a term of a search every night."""

_LONGEST: Final = 3
_TELLING: Final = 2.7
"""Least mean weight of a phrase's words: one in about fifteen abstracts holds such a word."""

_MOST_SHARED: Final = 2
"""Phrases that may hold the same word: a search for a third finds mostly the same papers."""

_BREAK: Final = re.compile(r"[.,;:!?()\[\]“”\"—–|/]|\s-\s")  # noqa: RUF001 - the dash
_REFERENCE: Final = re.compile(r"\(?\barXiv:\S+|\[[^\[\]]*\]|\bet al\b", re.IGNORECASE)
_ALTERNATIVE: Final = re.compile(r"\(\w{1,4}-?\)(?=\w)|(?<=\w)\(\w{1,4}\)")
"""Letters in brackets within a word: "(In)Stability", "model(s)"."""

_NO_NOUN: Final = re.compile(r"(?:ly|ous|ful|less|ible|ed|able|ary|ical|ive)$")
_NOUNS_ALL_THE_SAME: Final = frozenset(
    [
        "variable",
        "table",
        "objective",
        "perspective",
        "narrative",
        "alternative",
        "archive",
        "dictionary",
        "summary",
        "library",
        "vocabulary",
        "commentary",
        "boundary",
        "speed",
        "need",
        "feed",
        "seed",
        "embed",
    ]
)
_OF_NO_SUBJECT: Final = words_of("every_subject")


@dataclass(kw_only=True)
class _Candidate:
    written: str
    places: set[int] = field(default_factory=set)


def watch_phrases(texts: Iterable[str]) -> tuple[str, ...]:
    """The most telling phrases of `texts`, best first, few of them about the same words."""
    told = [_REFERENCE.sub(" ; ", _ALTERNATIVE.sub("", text)) for text in texts]
    spread = _spread(told)
    found: dict[tuple[str, ...], _Candidate] = {}
    for n, text in enumerate(told):
        for words in _phrases(text, spread):
            key = tuple(stem(word.lower()) for word in words)
            candidate = found.setdefault(key, _Candidate(written=" ".join(words).lower()))
            candidate.places.add(n)
    ranked = sorted(
        found, key=lambda key: (-_worth(key, found[key].places, spread), found[key].written)
    )
    return tuple(found[key].written for key in _varied(ranked))


def _varied(ranked: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    chosen: list[tuple[str, ...]] = []
    for key in ranked:
        parts = _parts(key)
        is_new = not any(parts <= _parts(held) or _parts(held) <= parts for held in chosen)
        often = max(sum(part in _parts(held) for held in chosen) for part in parts)
        if len(chosen) < N_PHRASES and is_new and often < _MOST_SHARED:
            chosen.append(key)
    return chosen


def _parts(key: Iterable[str]) -> set[str]:
    """Its stems, compounds also by their parts: "multi-agent" and "multiagent" meet."""
    return {part for word in key for part in (*word.split("-"), word.replace("-", ""))}


def _spread(texts: Sequence[str]) -> dict[str, int]:
    """In how many of `texts` each stem stands."""
    places: defaultdict[str, set[int]] = defaultdict(set)
    for n, text in enumerate(texts):
        for match in WORD.finditer(text.lower()):
            for word in {match[0], *match[0].split("-")}:
                places[stem(word)].add(n)
    return {word: len(held) for word, held in places.items()}


def _phrases(text: str, spread: dict[str, int]) -> Iterator[tuple[str, ...]]:
    pieces = [piece for piece in _BREAK.split(text) if piece.strip()]
    for n, piece in enumerate(pieces):
        if n == 0 and pieces[1:] and _is_title(piece) and not _recurs(piece, spread):
            # "Spinning Arrow?" before the words of the subject.
            continue
        for run in _runs(piece):
            if run and _is_compound(run[-1]):
                yield (run[-1],)
            for size in range(2, _LONGEST + 1):
                for start in range(len(run) - size + 1):
                    phrase = tuple(run[start : start + size])
                    if _is_noun_phrase(phrase):
                        yield phrase


def _is_title(piece: str) -> bool:
    words = [word for word in piece.split() if word.lower() not in FUNCTION_WORDS]
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _recurs(piece: str, spread: dict[str, int]) -> bool:
    words = (match[0].lower() for match in WORD.finditer(piece))
    return any(spread[stem(word)] > 1 for word in words if word not in FUNCTION_WORDS)


def _runs(piece: str) -> Iterator[list[str]]:
    """Words that stand together between words of grammar, verbs and proper names."""
    words = [match[0] for match in WORD.finditer(piece)]
    is_title = _is_title(piece)
    run: list[str] = []
    before = ""
    for n, word in enumerate([*words, ""]):
        low = word.lower()
        is_name = word[:1].isupper() and not is_title and n > 0 and not word.isupper()
        gerund = n == 0 and low.endswith("ing") and "-" not in word
        # "models improved": a participle stands before what it qualifies, not after a noun.
        tense = low.endswith("ed") and low in verb_forms() and before not in {"", *FUNCTION_WORDS}
        before = low
        if word and not (is_name or gerund or tense or _breaks(low)):
            run.append(word)
            continue
        # Nothing but a verb or preposition stands before an article.
        yield run[:-1] if low in _DETERMINERS else run
        run = []


_DETERMINERS: Final = frozenset(("the", "a", "an", "its", "their", "his", "her", "our"))


def _breaks(word: str) -> bool:
    return (
        word in FUNCTION_WORDS
        or word in COMPARING
        or word in _OF_NO_SUBJECT
        or any(char.isdigit() for char in word)
        or (word in verb_forms() and not word.endswith("ed"))
        or word.endswith("ly")
    )


def _is_noun_phrase(words: tuple[str, ...]) -> bool:
    *_, last = (word.lower() for word in words)
    if len(last) < len("abc") or (_NO_NOUN.search(last) and last not in _NOUNS_ALL_THE_SAME):
        return False
    if any(word.lower() in verb_forms() for word in words[1:]):
        return False
    # A noun before another stands in the singular; with an "s" it is mostly a verb.
    if any(re.search(r"[^suia]s$", word) for word in words[:-1]):
        return False
    return sum(weight(stem(word.lower())) for word in words) / len(words) >= _TELLING


def _is_compound(word: str) -> bool:
    """Whether a word alone says enough: a rare one of two parts, standing as a noun."""
    low = word.lower()
    return "-" in low and not _NO_NOUN.search(low) and weight(stem(low)) >= WEIGHT_OF_RARE


def _worth(key: tuple[str, ...], places: set[int], spread: dict[str, int]) -> float:
    """Mean weight of its words, each as often as the inquiry comes back to it."""
    told = [weight(word) * math.log1p(spread.get(word, 1)) for word in key]
    return sum(told) / len(key) * (1 + math.log(len(places))) * _BY_LENGTH[len(key)]


_BY_LENGTH: Final = {1: 0.8, 2: 1.0, 3: 0.85}
"""Two words find what is meant; one finds too much, and three often nothing."""
