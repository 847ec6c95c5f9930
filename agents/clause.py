"""One clause or sentence as the rules see it: its telling words, what it denies, where it points.

General English only, from the lists in `lexicon/`. Nothing is resolved across sentences: "it" has
no meaning here, and neither has anything that needs knowledge of a subject.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Final

from agents.words import FUNCTION_WORDS, WORD, lines_of, stem, weight, words_of

_SCOPE_WORDS: Final = 8
"""How far a cue reaches. Most scopes in annotated English end within eight words."""

_NEAR_WORDS: Final = 6
"""How far from a direction word the thing may stand that it says something of."""

_VERBS_AFTER: Final = frozenset(
    ("is", "are", "was", "were", "has", "have", "had", "can", "could", "which", "who")
)
"""Where a scope ends that began before: in "what is not treated is common", "common" is said."""

_STOP: Final = re.compile(r"[,;:()\[\]?!]|\s[-–—]\s|\.\s")  # noqa: RUF001 - dashes end a scope
_TURNING: Final = frozenset(("but", "however", "whereas", "while", "yet", "although", "because"))


@dataclass(frozen=True)
class Term:
    """A content word: its stem, how telling it is, and whether the clause denies it."""

    stem: str
    weight: float
    denied: bool


@dataclass(frozen=True)
class Trend:
    """A word that points to one end of an axis, and the stems that stand near it."""

    axis: str
    up: bool
    denied: bool
    word: str
    before: frozenset[str]
    after: frozenset[str]

    @cached_property
    def near(self) -> frozenset[str]:
        """The stems on either side."""
        return self.before | self.after

    def opposes(self, other: "Trend") -> bool:
        """Whether both cannot be true of the same thing: up and down, or up and not up."""
        if self.axis != other.axis or (self.denied and other.denied):
            return False
        turned = (self.up == other.up) == (self.denied != other.denied)
        return turned != self._swaps(other)

    def agrees(self, other: "Trend") -> bool:
        """Whether both say the same of a thing."""
        alike = (self.axis, self.up, self.denied) == (other.axis, other.up, other.denied)
        return alike and not self._swaps(other)

    def _swaps(self, other: "Trend") -> bool:
        """Whether winner and loser have changed places: "A outperforms B", "B outperforms A"."""
        if not {self.word, other.word} <= words_of("contests"):
            return False
        first, last = self.before - self.after, self.after - self.before
        crossed = first & other.after - other.before and last & other.before - other.after
        return bool(crossed) and not first & other.before


@dataclass(frozen=True)
class Clause:
    """What one stretch of text says, as far as words alone tell."""

    text: str
    terms: tuple[Term, ...]
    trends: tuple[Trend, ...]
    aside: frozenset[str]
    """Stems that the clause sets aside, as in "rather than ..."; neither said nor denied."""
    cues: frozenset[str]
    """The kinds of cue that occur: "hedge", "limit", "aim", "reported", "own", ..."""

    @cached_property
    def denials(self) -> Mapping[str, bool]:
        """Each stem once, and whether it is denied; said plainly anywhere, it is not."""
        denials: dict[str, bool] = {}
        for term in self.terms:
            denials[term.stem] = term.denied and denials.get(term.stem, True)
        return denials

    @cached_property
    def denies(self) -> bool:
        """Whether it denies anything."""
        terms, trends = self.terms, self.trends
        return any(term.denied for term in terms) or any(trend.denied for trend in trends)

    @cached_property
    def mass(self) -> float:
        """The weights of its distinct stems, added up, those set aside included."""
        return sum(map(weight, self.aside | self.denials.keys()))


@lru_cache(maxsize=1 << 13)
def read_clause(text: str) -> Clause:
    """What `text` says. The same text is read once as long as it is remembered."""
    lower = _written_out(text.lower())
    tokens = list(WORD.finditer(lower))
    reach = _segments(lower, tokens)
    found = {kind: list(pattern.finditer(lower)) for kind, pattern in _cue_patterns().items()}
    void = [match.span() for match in found["not_deny"]]
    denying = [m for m in found["deny"] if not any(a <= m.start() < b for a, b in void)]
    denied = _reached(tokens, reach, denying)
    aside = _reached(tokens, reach, found["aside"])
    cue_words = {
        i
        for i, token in enumerate(tokens)
        if any(m.start() <= token.start() < m.end() for m in denying)
    }
    terms: list[Term] = []
    trends: list[Trend] = []
    stems = [stem(token[0]) for token in tokens]
    for i, token in enumerate(tokens):
        word = token[0]
        if word in FUNCTION_WORDS or i in cue_words or i in aside or not word[0].isalpha():
            continue
        if word in _axes():
            axis, up = _axes()[word]
            near = _near(i, tokens, stems, reach)
            kept = [frozenset(side - {stems[j] for j in aside}) for side in near]
            trends.append(Trend(axis, up, denied.get(i, 0) % 2 == 1, word, *kept))
        else:
            plain = _plain(word)
            is_denied = (denied.get(i, 0) + (plain is not None)) % 2 == 1
            terms += terms_of(plain or word, denied=is_denied)
    set_aside = (term.stem for i in aside for term in terms_of(tokens[i][0], denied=False))
    cues = {kind for kind, matches in found.items() if matches}
    cues |= {"aim"} if lower.rstrip(" \"')").endswith("?") else set()
    return Clause(text, tuple(terms), tuple(trends), frozenset(set_aside), frozenset(cues))


def terms_of(word: str, *, denied: bool) -> list[Term]:
    """The parts of a compound; and, as "v-2" is not "v-3", the whole when it has a digit."""
    parts = [part for part in word.split("-") if part.isalpha()]
    parts += [word] if not word.replace("-", "").isalpha() else []
    return [
        Term(stem(part), weight(stem(part)), denied)
        for part in parts
        if len(part) > 1 and part not in FUNCTION_WORDS
    ]


def _segments(lower: str, tokens: list[re.Match[str]]) -> list[int]:
    """For each word the number of the stretch it stands in; scopes do not leave a stretch."""
    numbers: list[int] = []
    number, end = 0, 0
    for token in tokens:
        if _STOP.search(lower, end, token.start()) or token[0] in _TURNING:
            number += 1
        numbers.append(number)
        end = token.end()
    return numbers


def _reached(
    tokens: list[re.Match[str]], reach: list[int], cues: list[re.Match[str]]
) -> dict[int, int]:
    """Index of each word after a cue in its stretch, with the number of cues that reach it."""
    counts: dict[int, int] = {}
    for cue in cues:
        places = [i for i, token in enumerate(tokens) if token.end() > cue.start()]
        inner = [i for i in places if tokens[i].start() >= cue.end()][:_SCOPE_WORDS]
        opens_a_sentence = cue[0].endswith(("that", "of"))
        for n, i in enumerate(inner):
            if reach[i] != reach[places[0]]:
                break
            if n and tokens[i][0] in _VERBS_AFTER and not opens_a_sentence:
                break
            counts[i] = counts.get(i, 0) + 1
    return counts


def _near(
    i: int, tokens: list[re.Match[str]], stems: list[str], reach: list[int]
) -> tuple[set[str], set[str]]:
    """The stems before and after word `i` in its stretch; for "... by", after and before."""
    sides = tuple(
        {stems[j] for j in span if reach[j] == reach[i] and tokens[j][0] not in FUNCTION_WORDS}
        for span in (
            range(max(0, i - _NEAR_WORDS), i),
            range(i + 1, min(len(tokens), i + _NEAR_WORDS + 1)),
        )
    )
    is_passive = i + 1 < len(tokens) and tokens[i + 1][0] == "by"
    return (sides[1], sides[0]) if is_passive else (sides[0], sides[1])


def _written_out(lower: str) -> str:
    """The text with "n't" as a word of its own."""
    whole = lower.replace("’", "'").replace("can't", "cannot")  # noqa: RUF001 - as typeset
    return whole.replace("won't", "will not").replace("n't", " not")


def _plain(word: str) -> str | None:
    """The word of which `word` is the contrary, if it is one."""
    if word not in words_of("contraries"):
        return None
    prefix = 3 if word.startswith(("dis", "non")) else 2
    return word[prefix:].lstrip("-")


@cache
def _axes() -> dict[str, tuple[str, bool]]:
    axes: dict[str, tuple[str, bool]] = {}
    for line in lines_of("axes"):
        axis, _, ends = line.partition(":")
        for is_up, words in zip((True, False), ends.split("|"), strict=True):
            axes |= dict.fromkeys(words.split(), (axis, is_up))
    return axes


@cache
def _cue_patterns() -> dict[str, re.Pattern[str]]:
    patterns: dict[str, re.Pattern[str]] = {}
    for line in lines_of("cues"):
        kind, _, cues = line.partition(":")
        words = sorted((cue.strip() for cue in cues.split("|")), key=len, reverse=True)
        escaped = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
        patterns[kind] = re.compile(rf"(?<![\w-])(?:{escaped})(?![\w-])")
    return patterns
