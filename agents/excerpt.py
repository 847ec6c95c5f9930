"""The part of a text that is read for a claim: whole, or the sentences nearest to the claim.

The model was trained on texts cut in this way, so training and reading share this module.
"""

from functools import lru_cache
from typing import Final

from agents.words import FUNCTION_WORDS, WORD, stem, weight
from claims.verify import unbroken
from papers.sentences import sentences

N_WORDS_MAX: Final = 120
"""About 160 tokens, half an abstract: of more, most says nothing of the claim."""

Span = tuple[int, int]


def nearest(text: str, claim: str) -> tuple[Span, ...]:
    """The sentences of `text` to be read, in the order of the text.

    All of them when they are short enough together, else those that share most weight with the
    claim, until the next one would be too much.
    """
    spans = tuple(sentences(text))
    lengths = [len(text[start:end].split()) for start, end in spans]
    if sum(lengths) <= N_WORDS_MAX:
        return spans
    order = sorted(range(len(spans)), key=lambda i: -shared(claim, text[slice(*spans[i])]))
    kept: list[int] = []
    for i in order:
        if kept and sum(lengths[k] for k in kept) + lengths[i] > N_WORDS_MAX:
            break
        kept.append(i)
    return tuple(spans[i] for i in sorted(kept))


def excerpt(text: str, claim: str) -> str:
    """The sentences of `nearest` as one line."""
    return " ".join(unbroken(text[start:end]) for start, end in nearest(text, claim))


def shared(claim: str, sentence: str) -> float:
    """The weight of the claim's telling words that stand in the sentence too."""
    return sum(map(weight, stems(claim) & stems(sentence)))


@lru_cache(maxsize=1 << 14)
def stems(text: str) -> frozenset[str]:
    """The stems of the words of `text` that carry a subject."""
    words = (match[0].lower() for match in WORD.finditer(text))
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)
