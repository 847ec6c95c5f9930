r"""Trains the cross-encoder of the local judge: `python -m agents.training.train --help`.

    python -m agents.training.train --claims ../shared/data/claims --arxiv ../shared/data/arxiv \\
        --base MODEL_DIR --out RUN_DIR --minutes 50

Same seed, same data, same number of steps: same order of pairs. With `--minutes` the rate of
learning falls to zero by that time, however quick the machine is. A stopped run goes on from its
last checkpoint. Uses a GPU where there is one.
"""

import argparse
import json
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from agents.training import abstracts, corpora
from agents.training.encoder import (
    Batch,
    CrossEncoder,
    Taught,
    encode,
    in_batches,
    key_of,
    logits_of,
)
from agents.training.pair import (
    CONTRADICTS,
    NO_BEARING,
    SUPPORTS,
    UNKNOWN,
    Pair,
    rows,
)
from agents.training.shipped import shipped_weights

_BATCH: Final = 32
_CHUNK: Final = 48
"""Batches that are sorted by length together: little padding, still mixed."""

_WARM: Final = 0.05
_HEAD_TIMES: Final = 5.0
"""How much faster the head learns than the encoder, since it starts from nothing."""

_CHECKPOINT_EVERY: Final = 200

_DEALT: Final = {
    "fever_dev": 2500, "fever-strangers": 600, "fever-symmetric": 400, "fool-me-twice": 900,
    "wice-claim": 150, "wice-partial-subclaims": 100, "conjnli": 700, "mnli_matched": 250,
    "mnli_mismatched": 250, "snli": 150, "counterfactual-snli": 400, "snli-becel": 400,
    "mnli-olora": 1800, "negation-nli-mnli": 300, "negation-nli-snli": 100, "MED": 150,
    "perspectrum-stance": 300, "explagraphs-stance": 150,
    "check_covid": 2100, "scifact": 1600, "climate_fever": 1800, "clinifact": 700,
    "citation_integrity": 1200, "evidence-inference-2": 1800, "pubmedqa-conclusion": 480,
    "pubmedqa-abstract": 300, "contrast-domain": 1000, "rationale-check_covid": 1300,
    "rationale-scifact": 1300, "abstracts": 1800, "papers": 2200, "titles": 400,
}  # fmt: skip
"""Pairs of each source in one pass. A source that has fewer is dealt again, in another order."""

_DEALT_FIRST: Final = {
    "mnli-olora": 6000, "mnli_matched": 800, "mnli_mismatched": 800, "snli-becel": 1500,
    "counterfactual-snli": 800, "conjnli": 1200, "negation-nli-mnli": 600, "papers": 1000,
    "abstracts": 1000, "evidence-inference-2": 900,
}  # fmt: skip
"""What is dealt otherwise to an encoder that has learned no inference yet."""

DEALT_TAUGHT: Final = _DEALT | {
    "beside": 5000, "papers-met": 3000, "abstracts-met": 3000, "trials": 4000, "reworded": 3000,
}  # fmt: skip
"""What is dealt where a teacher has said what it reads."""


def main() -> None:
    """Trains, and prints figures on the held-out pairs after each quarter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=Path, required=True, help="folder of labelled sets")
    parser.add_argument("--arxiv", type=Path, required=True, help="folder of arXiv dumps")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dropout", type=float, default=0.1, help="0 is also quicker")
    parser.add_argument("--threads", type=int, default=2, help="1 beside other work")
    parser.add_argument("--abstracts", type=int, default=24000, help="of which contrasts are made")
    parser.add_argument("--passes", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=1, help="times to go through all passes")
    parser.add_argument("--longest", type=int, help="tokens; longer pairs are left out, not cut")
    parser.add_argument("--taught", type=Path, help="what agents.training.teach wrote")
    parser.add_argument("--looks", type=int, default=4, help="at the held-out pairs")
    parser.add_argument("--weights", type=Path, help="model.onnx of an earlier run to begin with")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(asked.seed)
    torch.set_num_threads(asked.threads)
    torch.set_flush_denormal(True)
    rng = random.Random(asked.seed)
    taught = read_by_teacher(asked.taught) if asked.taught else {}
    dealt = (DEALT_TAUGHT if taught else _DEALT) | ({} if asked.weights else _DEALT_FIRST)
    pairs = planned(
        asked.claims,
        asked.arxiv,
        n_abstracts=asked.abstracts,
        n_passes=asked.passes,
        dealt=dealt,
        rng=rng,
    )
    pairs = [pair for pair in pairs if pair.label != UNKNOWN or key_of(pair) in taught]
    tokenizer = Tokenizer.from_file(str(asked.base / "tokenizer.json"))
    print(Counter((pair.source, pair.label) for pair in pairs), flush=True)
    if asked.longest:
        read = zip(pairs, encode(pairs, tokenizer), strict=True)
        pairs = [pair for pair, encoded in read if len(encoded.ids) <= asked.longest]
    pairs += [pair for _ in range(1, asked.rounds) for pair in rng.sample(pairs, len(pairs))]
    batches = batched(pairs, taught, tokenizer, rng)
    print(f"{len(pairs)} pairs, {len(batches)} batches", flush=True)
    base = AutoModel.from_pretrained(
        asked.base,
        attn_implementation="eager",
        hidden_dropout_prob=asked.dropout,
        attention_probs_dropout_prob=asked.dropout,
    )
    model = CrossEncoder(base)
    if asked.weights:
        model.load_state_dict(shipped_weights(asked.weights, model.state_dict()))
    model.base.embeddings.word_embeddings.requires_grad_(False)
    Trainer(model, asked, tokenizer).run(batches)


def planned(
    claims: Path,
    arxiv: Path,
    *,
    n_abstracts: int,
    n_passes: int,
    dealt: dict[str, int],
    rng: random.Random,
) -> list[Pair]:
    """The pairs in the order of training: in each pass the same mixture, dealt anew."""
    fence = corpora.Fence(claims)
    medical = corpora.abstracts(claims, fence)
    near = abstracts.near_in(medical)
    domain = corpora.domain(claims, fence, rng)
    known = [
        *corpora.general(claims, fence, rng),
        *domain,
        *corpora.beside(domain, medical, rng),
        *corpora.rationales(claims, fence, rng),
        *abstracts.contrasts(medical, "abstracts", near, rng),
        *abstracts.papers(arxiv, n_abstracts, rng),
        *abstracts.neighbours(medical, "abstracts", near, rng),
    ]
    known += corpora.trials_retold(claims, fence, rng)
    known += corpora.in_other_words(known, rng)
    by_source: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in known:
        by_source[pair.source].append(pair)
    decks = {name: _dealt(by_source[name], rng) for name in dealt}
    order: list[Pair] = []
    for _ in range(n_passes):
        mixed = [pair for name, n in dealt.items() for pair in islice(decks[name], n)]
        rng.shuffle(mixed)
        order += mixed
    return order


def _dealt(pairs: list[Pair], rng: random.Random) -> Iterator[Pair]:
    """The pairs for ever, each time through in another order."""
    while pairs:
        yield from rng.sample(pairs, len(pairs))


def batched(
    pairs: list[Pair], taught: Taught, tokenizer: Tokenizer, rng: random.Random
) -> list[Batch]:
    """Batches in the order of `pairs`, but for the sorting by length within a chunk."""
    done: list[Batch] = []
    step = _BATCH * _CHUNK
    for start in range(0, len(pairs), step):
        encoded = encode(pairs[start : start + step], tokenizer, taught)
        encoded.sort(key=lambda one: len(one.ids))
        chunk = in_batches(encoded, _BATCH)
        rng.shuffle(chunk)
        done += chunk
    return done


def read_by_teacher(path: Path) -> Taught:
    """What `agents.training.teach` wrote."""
    return {(row["evidence"], row["claim"]): tuple(row["shares"]) for row in rows(path)}


class Trainer:
    """One run: its model, optimiser and checkpoints."""

    def __init__(
        self, model: CrossEncoder, asked: argparse.Namespace, tokenizer: Tokenizer
    ) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = model.to(self.device)
        self.asked = asked
        self.tokenizer = tokenizer
        base = [p for p in model.base.parameters() if p.requires_grad]
        head = [*model.dense.parameters(), *model.out.parameters()]
        self.optimiser = torch.optim.AdamW(
            [{"params": base, "times": 1.0}, {"params": head, "times": _HEAD_TIMES}],
            lr=asked.rate,
            weight_decay=0.01,
            fused=True,
        )
        self.began = time.monotonic()
        self.step = 0
        self.spent_s = 0.0

    def run(self, batches: list[Batch]) -> None:
        """Trains until the batches or the minutes are used up."""
        self.resume()
        n, shown, loss_sum = len(batches), 0, 0.0
        while self.step < n and self.done(n) < 1:
            loss_sum += self.learn(batches[self.step], self.done(n))
            self.step += 1
            if self.step % 50 == 0:
                print(
                    f"step {self.step}/{n} done {self.done(n):.3f} loss {loss_sum / 50:.4f} "
                    f"{self.seconds():.0f} s",
                    flush=True,
                )
                loss_sum = 0.0
            if self.step % _CHECKPOINT_EVERY == 0:
                self.save()
            if shown < int(self.done(n) * self.asked.looks) < self.asked.looks:
                shown += 1
                self.show()
        self.save()
        if self.asked.looks:
            self.show()

    def done(self, n: int) -> float:
        """The share of the run that is over, by steps or by time."""
        return max(self.step / n, self.seconds() / (60 * self.asked.minutes))

    def seconds(self) -> float:
        """Seconds spent, earlier starts included."""
        return self.spent_s + time.monotonic() - self.began

    def learn(self, batch: Batch, done: float) -> float:
        """Takes one step and returns the loss."""
        rate = self.asked.rate * min(done / _WARM, (1 - done) / (1 - _WARM))
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["times"]
        self.model.train()
        logits = logits_of(self.model, batch, self.device)
        loss = loss_of(logits, torch.tensor(batch.targets, device=self.device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return float(loss.item())

    def show(self) -> None:
        """Prints accuracy and macro-F1 on each held-out set."""
        self.model.eval()
        for name, pairs in sorted(corpora.held_out(self.asked.claims).items()):
            told: list[tuple[int, int]] = []
            encoded = sorted(encode(pairs, self.tokenizer), key=lambda one: len(one.ids))
            for batch in in_batches(encoded, 64):
                with torch.no_grad():
                    best = logits_of(self.model, batch, self.device).argmax(-1).tolist()
                told += zip(batch.labels, best, strict=True)
            print(f"held out {name}: {figures(told)}", flush=True)

    def save(self) -> None:
        """Writes a checkpoint beside the last one, then takes its place."""
        path = self.asked.out / "last.pt"
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "seconds": self.seconds(),
            },
            path.with_suffix(".new"),
        )
        path.with_suffix(".new").replace(path)

    def resume(self) -> None:
        """Goes on from the last checkpoint, if there is one."""
        path = self.asked.out / "last.pt"
        if not path.exists():
            return
        kept: dict[str, Any] = torch.load(path, weights_only=True, map_location=self.device)
        self.model.load_state_dict(kept["model"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step, self.spent_s = kept["step"], kept["seconds"]


def loss_of(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy with the targets; one that is all zero only says that it is not SUPPORTS."""
    log_p = torch.nn.functional.log_softmax(logits, dim=-1)
    not_support = -torch.logsumexp(log_p[:, [CONTRADICTS, NO_BEARING]], dim=-1)
    told = -(targets * log_p).sum(-1)
    return torch.where(targets.sum(-1) == 0, not_support, told).mean()


def figures(told: list[tuple[int, int]]) -> str:
    """Accuracy, macro-F1 and the F1 of each class as JSON."""
    f1 = []
    for label in (SUPPORTS, CONTRADICTS, NO_BEARING):
        hits = sum(a == b == label for a, b in told)
        f1.append(2 * hits / (sum(a == label for a, _ in told) + sum(b == label for _, b in told)))
    right = sum(a == b for a, b in told) / len(told)
    return json.dumps(
        {"accuracy": round(right, 3), "macro_f1": round(sum(f1) / 3, 3),
         "f1": [round(one, 3) for one in f1], "n": len(told)}
    )  # fmt: skip


if __name__ == "__main__":
    main()
