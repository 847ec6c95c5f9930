r"""Writes what a trained model reads in pairs, for a smaller one to learn from.

    python -m agents.training.teach --claims CLAIMS --arxiv ARXIV --teacher RUN_DIR \\
        --base MODEL_DIR --out shares.jsonl.gz --minutes 25

It reads what `agents.training.train --taught` deals in its first passes with the same seed and
number of abstracts: labelled pairs, and claims beside sentences that nobody has labelled. Started
again, it adds what the file does not have.
"""

import argparse
import gzip
import json
import math
import random
import time
from pathlib import Path
from typing import Final

import torch
from tokenizers import Tokenizer

from agents.training.encoder import CrossEncoder, Encoded, encode, in_batches, key_of, logits_of
from agents.training.export import averaged
from agents.training.pair import Pair
from agents.training.train import DEALT_TAUGHT, planned, read_by_teacher

_BATCH: Final = 32
_CHUNK: Final = 48 * _BATCH
"""Pairs that are sorted by length together."""


def main() -> None:
    """Reads until the pairs or the minutes are used up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=Path, required=True, help="folder of labelled sets")
    parser.add_argument("--arxiv", type=Path, required=True, help="folder of arXiv dumps")
    parser.add_argument("--teacher", type=Path, required=True, help="its checkpoints")
    parser.add_argument("--base", type=Path, required=True, help="folder of its base encoder")
    parser.add_argument("--out", type=Path, required=True, help="a file of gzipped JSON lines")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--abstracts", type=int, default=24000, help="as in training")
    parser.add_argument("--longest", type=int, default=160, help="tokens; no longer pair is read")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.set_flush_denormal(True)
    rng = random.Random(asked.seed)
    dealt = planned(
        asked.claims,
        asked.arxiv,
        n_abstracts=asked.abstracts,
        n_passes=asked.passes,
        dealt=DEALT_TAUGHT,
        rng=rng,
    )
    known = read_by_teacher(asked.out) if asked.out.exists() else {}
    plain = (one for one in dealt if one.reworded_from is None)
    pairs = [pair for key, pair in {key_of(one): one for one in plain}.items() if key not in known]
    began = time.monotonic()
    model = averaged([asked.teacher], asked.base)
    tokenizer = Tokenizer.from_file(str(asked.base / "tokenizer.json"))
    n_read = 0
    for start in range(0, len(pairs), _CHUNK):
        if time.monotonic() - began > 60 * asked.minutes:
            break
        read = shares(model, tokenizer, pairs[start : start + _CHUNK], asked.longest)
        told = [
            {"evidence": pair.evidence, "claim": pair.claim, "shares": of_pair}
            for pair, of_pair in read
        ]
        with gzip.open(asked.out, "at", encoding="utf-8") as lines:
            lines.writelines(json.dumps(one) + "\n" for one in told)
        n_read += len(read)
        print(f"{n_read} of {len(pairs)} pairs", flush=True)


def shares(
    model: CrossEncoder, tokenizer: Tokenizer, pairs: list[Pair], longest: int
) -> list[tuple[Pair, list[float]]]:
    """What the model reads in each of the pairs that are not longer than `longest` tokens."""
    encoded = zip(pairs, encode(pairs, tokenizer), strict=True)
    short = sorted((one for one in encoded if len(one[1].ids) <= longest), key=_length)
    read: list[list[float]] = []
    for batch in in_batches([one for _, one in short], _BATCH):
        with torch.no_grad():
            read += torch.softmax(logits_of(model, batch, "cpu"), dim=-1).tolist()
    return [
        (pair, [round(share, 4) for share in of_pair])
        for (pair, _), of_pair in zip(short, read, strict=True)
    ]


def _length(one: tuple[Pair, Encoded]) -> int:
    return len(one[1].ids)


if __name__ == "__main__":
    main()
