"""The cross-encoder that is trained, and pairs in the form in which it takes them."""

from dataclasses import dataclass
from typing import Final

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from agents.training.pair import NOT_SUPPORT, UNKNOWN, Pair

N_TOKENS_MAX: Final = 256
_SMOOTHING: Final = 0.05
_STEP: Final = 16
"""Lengths are rounded up to its multiples: every new shape costs a compilation."""

_TAUGHT: Final = 0.7
"""How much of what is learned about a labelled pair is the teacher's reading, not the label."""

Shares = tuple[float, float, float]
"""Of SUPPORTS, CONTRADICTS, NO_BEARING."""

Taught = dict[tuple[str, str], Shares]
"""What a teacher reads in pairs of evidence and claim."""


class CrossEncoder(torch.nn.Module):
    """An encoder with a head of three classes over its first and its mean state."""

    def __init__(self, base: PreTrainedModel) -> None:
        super().__init__()
        self.base = base
        self.has_segments = hasattr(base.embeddings, "token_type_embeddings")
        size = base.config.hidden_size
        self.dense = torch.nn.Linear(2 * size, size)
        self.out = torch.nn.Linear(size, 3)
        self.drop = torch.nn.Dropout(base.config.hidden_dropout_prob)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Logits of SUPPORTS, CONTRADICTS, NO_BEARING: one row a pair."""
        segments = {"token_type_ids": token_type_ids} if self.has_segments else {}
        states = self.base(
            input_ids=input_ids, attention_mask=attention_mask, **segments
        ).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        both = torch.cat((states[:, 0], mean), dim=-1)
        hidden = torch.nn.functional.gelu(self.dense(self.drop(both)))
        logits: torch.Tensor = self.out(self.drop(hidden))
        return logits


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Encoded pairs of nearly one length."""

    ids: list[list[int]]
    types: list[list[int]]
    labels: list[int]
    targets: list[Shares]


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Token ids, segment ids and label of a pair, and the shares that it teaches."""

    ids: list[int]
    types: list[int]
    label: int
    target: Shares


def encode(pairs: list[Pair], tokenizer: Tokenizer, taught: Taught | None = None) -> list[Encoded]:
    """The pairs as the encoder takes them; only the evidence is cut."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(N_TOKENS_MAX, strategy="longest_first")
    told = tokenizer.encode_batch([(pair.evidence, pair.claim) for pair in pairs])
    return [
        Encoded(
            ids=one.ids,
            types=one.type_ids,
            label=pair.label,
            target=target_of(pair.label, (taught or {}).get(key_of(pair))),
        )
        for one, pair in zip(told, pairs, strict=True)
    ]


def in_batches(encoded: list[Encoded], size: int) -> list[Batch]:
    """Batches in the order of `encoded`."""
    return [
        Batch(
            ids=[one.ids for one in some],
            types=[one.types for one in some],
            labels=[one.label for one in some],
            targets=[one.target for one in some],
        )
        for some in (encoded[i : i + size] for i in range(0, len(encoded), size))
    ]


def target_of(label: int, taught: Shares | None) -> Shares:
    """What a pair teaches: its label, smoothed, and what a teacher reads in it.

    All zero for NOT_SUPPORT without a teacher, which only says which class it is not.
    """
    if label in {NOT_SUPPORT, UNKNOWN}:
        return taught or (0.0, 0.0, 0.0)
    rest = _SMOOTHING / 3
    own = [(1 - _SMOOTHING) * (label == one) + rest for one in range(3)]
    of_label, of_teacher = (1 - _TAUGHT, _TAUGHT) if taught else (1.0, 0.0)
    met = zip(own, taught or own, strict=True)
    supports, contradicts, no_bearing = (of_label * a + of_teacher * b for a, b in met)
    return supports, contradicts, no_bearing


def key_of(pair: Pair) -> tuple[str, str]:
    """What a teacher's reading of the pair is found by; of a reworded one it is the original's."""
    return pair.reworded_from or (pair.evidence, pair.claim)


def logits_of(model: CrossEncoder, batch: Batch, device: str) -> torch.Tensor:
    """Logits in single precision, one row a pair; the matrix work is done in bfloat16."""
    longest = -(-max(map(len, batch.ids)) // _STEP) * _STEP
    pad = model.base.config.pad_token_id
    ids = torch.tensor([i + [pad] * (longest - len(i)) for i in batch.ids], device=device)
    types = torch.tensor([t + [0] * (longest - len(t)) for t in batch.types], device=device)
    with torch.autocast(device, dtype=torch.bfloat16):
        logits: torch.Tensor = model(ids, (ids != pad).long(), types)
    return logits.float()
