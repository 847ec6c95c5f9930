"""Embedders: texts in, unit vectors out. They propose candidates and decide nothing.

`lexical` needs no download and no network; `minilm` is a small sentence encoder run here, used
when its files are already on this machine; `openai` is any endpoint with that API. An embedder's
`identity` changes whenever its vectors would, so that an index knows when to embed again.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import numpy.typing as npt

from claims.errors import JudgeBusy, SearchIndexError, SettingsError
from papers.lexical import LexicalEmbedder, unit

if TYPE_CHECKING:
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2
    from openai import OpenAI

_MINILM_FILES: Final = ("config.json", "model.onnx", "tokenizer.json")
_MINILM_BATCH: Final = 32
_OPENAI_BATCH: Final = 256
"""Well under the 2,048 inputs that OpenAI takes at once; small servers take fewer."""


class Embedder(Protocol):
    """Turns texts into vectors of one length."""

    @property
    def identity(self) -> str:
        """Names the vectors: the same identity means that they can be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of every vector."""
        ...

    @property
    def weight(self) -> float:
        """How much the dense rank counts beside full-text search, from 0; measured."""
        ...

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, `(len(texts), dimensions)`, in the order of `texts`.

        Raises JudgeBusy when an endpoint is overloaded or unreachable, else SearchIndexError.
        """
        ...


class MiniLmEmbedder:
    """all-MiniLM-L6-v2 through Chroma's ONNX runtime, on this machine.

    Never downloads unless `download`: without it, files that are missing are a SettingsError.
    """

    identity = "minilm-l6-v2:chroma-onnx"
    dimensions = 384
    weight = 1.0
    """Merged at equal weight: recall@10 .957 against .928 by full text and .942 by MiniLM alone
    (208 SciFact claims over 3,541 abstracts, November 2026, int8 weights)."""

    def __init__(self, *, download: bool = False) -> None:
        if not (download or minilm_is_here()):
            raise SettingsError(
                f"the MiniLM model is not in {_minilm_folder()}: choose the embedder 'lexical', "
                "or allow the download"
            )

    @cached_property
    def _model(self) -> "ONNXMiniLM_L6_V2":
        from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import (
            ONNXMiniLM_L6_V2,
        )

        return ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, `(len(texts), 384)`; a text counts up to its 256th token."""
        try:
            batches = [
                np.asarray(self._model(list(texts[start : start + _MINILM_BATCH])))
                for start in range(0, len(texts), _MINILM_BATCH)
            ]
        except Exception as error:  # download, ONNX and tokeniser errors share no base
            raise SearchIndexError(f"MiniLM cannot embed: {error}") from error
        return np.vstack(batches) if batches else np.zeros((0, self.dimensions), np.float32)


class OpenAiEmbedder:
    """An embeddings endpoint with OpenAI's API, hosted or on this machine."""

    weight = 1.0
    """Not measured: taken from MiniLM, which such models outdo."""

    def __init__(self, *, base_url: str, model: str, key: str, timeout_s: float = 60.0) -> None:
        self._base_url, self._name, self._key = base_url, model, key
        self._timeout_s = timeout_s

    @property
    def identity(self) -> str:
        """Endpoint and model."""
        return f"openai:{self._base_url}:{self._name}"

    @cached_property
    def dimensions(self) -> int:
        """The length of every vector; asks the endpoint once."""
        return int(self.embed(["length"]).shape[1])

    @cached_property
    def _client(self) -> "OpenAI":
        from openai import OpenAI

        # Retries live in the flows alone; a local server needs no key, the client wants one.
        return OpenAI(
            base_url=self._base_url,
            api_key=self._key or "none",
            timeout=self._timeout_s,
            max_retries=0,
        )

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, `(len(texts), dimensions)`."""
        rows: list[list[float]] = []
        for start in range(0, len(texts), _OPENAI_BATCH):
            rows += self._asked(list(texts[start : start + _OPENAI_BATCH]))
        if len({len(row) for row in rows}) > 1:
            raise SearchIndexError(f"{self._base_url} gave vectors of different lengths")
        vectors = np.asarray(rows, dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise SearchIndexError(f"{self._base_url} gave vectors that are not numbers")
        return unit(vectors) if rows else np.zeros((0, self.dimensions), np.float32)

    def _asked(self, texts: list[str]) -> list[list[float]]:
        import openai

        try:
            answer = self._client.embeddings.create(
                model=self._name, input=texts, encoding_format="float"
            )
            rows = sorted(answer.data, key=lambda row: row.index)
        except (openai.RateLimitError, openai.APIConnectionError, openai.InternalServerError) as e:
            raise JudgeBusy(f"embeddings from {self._base_url}: {_one_line(e)}") from e
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as e:
            raise SearchIndexError(f"embeddings from {self._base_url}: {_one_line(e)}") from e
        if [row.index for row in rows] != list(range(len(texts))):
            raise SearchIndexError(
                f"{self._base_url} gave {len(rows)} vectors for {len(texts)} texts"
            )
        return [row.embedding for row in rows]


def choose(
    name: str, *, base_url: str = "", model: str = "", key: str = "", download: bool = False
) -> tuple[Embedder, str | None]:
    """The embedder that `name` asks for, and a note for the run where a fallback was taken.

    `auto` takes MiniLM when its files are here and `lexical` otherwise. Raises SettingsError.
    """
    match name:
        case "auto" if minilm_is_here() or download:
            return MiniLmEmbedder(download=download), None
        case "auto":
            return LexicalEmbedder(), (
                "search is by words: MiniLM is not on this machine "
                "(embedder = 'minilm' in retest.toml downloads it)"
            )
        case "lexical":
            return LexicalEmbedder(), None
        case "minilm":
            return MiniLmEmbedder(download=download), None
        case "openai" if base_url and model:
            return OpenAiEmbedder(base_url=base_url, model=model, key=key), None
        case "openai":
            raise SettingsError("the embedder 'openai' needs a base_url and a model")
    raise SettingsError(f"{name!r} is no embedder: choose auto, lexical, minilm or openai")


def minilm_is_here() -> bool:
    """Whether MiniLM can run without a download."""
    return all((_minilm_folder() / name).is_file() for name in _MINILM_FILES)


def _minilm_folder() -> Path:
    """Where Chroma keeps the model; written here too, because asking Chroma costs its import."""
    return Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
