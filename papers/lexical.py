"""Hashed word counts as vectors: the embedder that needs no download, no network and no model.

It knows no synonyms, so it adds little to full-text search; see `WEIGHT` for what was measured.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import snowballstemmer

DIMENSIONS: Final = 2_048
"""Fewer merge too many words; measured at 2,048 (see `bench.retrieval`)."""

WEIGHT: Final = 0.05
"""How much the dense rank counts beside full-text search: best on half of SciFact's claims, and no
loss on the other half; from 0.25 on, merging makes full-text search worse (`bench.retrieval`)."""

STOP_WORDS: Final = frozenset(
    word
    for words in (
        "a about above after again all also although always am an and any are as at be because",
        "been before being below between both but by can cannot could did do does doing down",
        "during each either et etc few for from further had has have having he her here hers him",
        "his how however i if in into is it its itself just may me might more most must my no nor",
        "not of off on once only or other our out over own per rather same she should since so",
        "some such than that the their them then there these they this those through thus to too",
        "toward towards under until up upon us use used uses using very via was we were what when",
        "where whether which while who whom why will with within without would yet you your",
    )
    for word in words.split()
)
"""English words that nearly every abstract holds."""

_WORD: Final = re.compile(r"[^\W_]+")
_STEMMER: Final = snowballstemmer.stemmer("english")


class LexicalEmbedder:
    """Log term frequencies of stemmed words, hashed with a sign into a fixed number of slots."""

    identity = f"lexical-1:{DIMENSIONS}"
    dimensions = DIMENSIONS
    weight = WEIGHT

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, `(len(texts), dimensions)`; a text without words gets the first axis."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            counts = Counter(word for word in words_of(text) if word not in STOP_WORDS)
            for word, count in counts.items():
                slot, sign = _place(word)
                vectors[row, slot] += sign * (1.0 + np.log(count))
        return unit(vectors)


def words_of(text: str) -> list[str]:
    """The words and numbers of `text` in lower case, in order."""
    return _WORD.findall(text.casefold())


def unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The rows of `vectors` at length 1; a row of zeros becomes the first axis."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    empty = lengths[:, 0] == 0
    vectors[empty, 0], lengths[empty] = 1.0, 1.0
    shortened: npt.NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return shortened


@lru_cache(maxsize=200_000)
def _place(word: str) -> tuple[int, float]:
    """Slot and sign of a word's stem; crc32 is the same on every machine."""
    digest = zlib.crc32(_STEMMER.stemWord(word).encode())
    return digest % DIMENSIONS, 1.0 if digest & 0x8000_0000 else -1.0
