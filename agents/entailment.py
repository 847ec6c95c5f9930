"""The door to the model: how likely a text supports or contradicts a claim.

A small cross-encoder of our own (`agents/model/README.md`), run here by onnxruntime. Each pair is
read alone, so that no answer depends on what else was asked: int8 activations are scaled by what
stands in the batch. Nothing is downloaded; files that are missing or changed are a SettingsError.
The runtime calls home as it is imported, unless `flows.settings.quiet_libraries` came before.
"""

import hashlib
import json
from dataclasses import asdict
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from agents.readings import Likelihood, Weights
from claims.errors import SettingsError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

NAME: Final = "minilm-ce-int8"
FOLDER: Final = Path(__file__).with_name("model")

N_TOKENS_MAX: Final = 256
"""As in training; of a longer pair the longer text is cut."""

_N_THREADS: Final = 2


def fingerprint(model: bytes, weights: Weights) -> str:
    """The first hexadecimal digits of the SHA-256 of a model and its weights of readings."""
    told = json.dumps(asdict(weights), sort_keys=True).encode()
    return hashlib.sha256(model + told).hexdigest()[:12]


class Model:
    """The model of a folder, checked against the fingerprint that stands beside it."""

    def __init__(self, folder: Path) -> None:
        """Read and check the files. Raises SettingsError; the runtime is loaded at first use."""
        self._folder = folder
        self._content, told = self._read("model.onnx"), self._read("shipped.json")
        try:
            shipped: dict[str, Any] = json.loads(told)
            self.weights = Weights(**shipped["weights"])
            """How much each of the two readings counts."""
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"{folder / 'shipped.json'} is not the file that was shipped: install retest again"
            ) from error
        self.fingerprint = fingerprint(self._content, self.weights)
        # Checked here because the runtime raises bare exceptions of its own on a damaged file.
        if self.fingerprint != shipped["fingerprint"]:
            raise SettingsError(
                f"{folder / 'model.onnx'} is not the model that was shipped: install retest again"
            )

    def read(self, text: str, claim: str) -> Likelihood:
        """How `text` bears on `claim`."""
        read = self._tokenizer.encode(text, claim)
        fed = {
            "input_ids": np.array([read.ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(read.ids)), dtype=np.int64),
            "token_type_ids": np.array([read.type_ids], dtype=np.int64),
        }
        (logits,) = self._session.run(["logits"], fed)
        told = np.asarray(logits, dtype=np.float64)[0]
        shares = np.exp(told - told.max())
        supports, contradicts, no_bearing = (float(one) for one in shares / shares.sum())
        return Likelihood(supports=supports, contradicts=contradicts, no_bearing=no_bearing)

    @cached_property
    def _session(self) -> "InferenceSession":
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = _N_THREADS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return InferenceSession(
            self._content, sess_options=options, providers=["CPUExecutionProvider"]
        )

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._read("tokenizer.json").decode())
        tokenizer.no_padding()
        tokenizer.enable_truncation(N_TOKENS_MAX, strategy="longest_first")
        return tokenizer

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise SettingsError(
                f"the model of the local judge is incomplete: {self._folder / name} cannot be "
                f"read ({error.strerror}): install retest again, with its agents/model folder"
            ) from error


@cache
def shipped() -> Model:
    """The model that came with retest. Raises SettingsError when it is not as it came."""
    return Model(FOLDER)


@lru_cache(maxsize=1 << 14)
def likelihood(text: str, claim: str) -> Likelihood:
    """How `text` bears on `claim`, as the shipped model reads it. Raises SettingsError."""
    return shipped().read(text, claim)
