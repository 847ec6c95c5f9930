"""How well a claim finds the abstract it rests on: full text, vectors, and both merged.

Reads a file of claims with gold abstracts (JSON lines, gzip: `dataset`, `claim`, `doc_id`,
`abstract` as sentences, `label`), indexes all distinct abstracts and asks every claim of one
data set that has a gold abstract. A weight is chosen on the even claims and told for the odd ones.

    python -m bench.retrieval PATH [--embedder lexical|minilm] [--dataset scifact]
"""

import argparse
import gzip
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from claims.evidence import Paper
from claims.ids import ArxivId
from papers.embed import Embedder, choose
from papers.index import Hit, PassageIndex

_WEIGHTS: Final = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
_DEPTH: Final = 50
_TOP: Final = 10
_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Weighted:
    """An embedder with a weight of our choosing."""

    def __init__(self, inner: Embedder, weight: float) -> None:
        self.identity, self.dimensions, self.weight = inner.identity, inner.dimensions, weight
        self.embed = inner.embed


def main() -> None:
    """Print recall@10 and MRR@10 for every weight, and the speed of indexing and of a query."""
    parser = argparse.ArgumentParser(description="Recall and speed of the search index.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--embedder", default="lexical")
    parser.add_argument("--dataset", default="scifact", help="whose claims are asked")
    chosen = parser.parse_args()
    papers, gold = _read(chosen.path, chosen.dataset)
    weighted = Weighted(choose(chosen.embedder)[0], 1.0)
    print(f"{len(papers)} abstracts, {len(gold)} claims of {chosen.dataset}, {weighted.identity}")
    with tempfile.TemporaryDirectory() as folder, PassageIndex(Path(folder), weighted) as index:
        started = time.perf_counter()
        index.add(papers)
        print(f"indexing: {len(papers) / (time.perf_counter() - started):,.0f} texts/s")
        for weight in _WEIGHTS:
            weighted.weight = weight
            started = time.perf_counter()
            found = {claim: index.find([claim], limit=_DEPTH) for claim in gold}
            took_ms = (time.perf_counter() - started) / len(gold) * 1000
            ranked = {claim: [hit.paper for hit in hits] for claim, hits in found.items()}
            _tell(f"merged, weight {weight:<4} ({took_ms:4.1f} ms/query)", ranked, gold)
    dense = {claim: _by_vectors(hits) for claim, hits in found.items()}
    _tell("vectors alone", dense, gold)


def _read(path: Path, dataset: str) -> tuple[list[Paper], dict[str, set[ArxivId]]]:
    """Every distinct abstract of the file as a paper; the gold papers of each claim asked."""
    ids: dict[str, ArxivId] = {}
    texts: dict[str, str] = {}
    gold: dict[str, set[ArxivId]] = {}
    with gzip.open(path) as lines:
        for row in map(orjson.loads, lines):
            document = f"{row['dataset']}:{row['doc_id']}"
            id_ = ids.setdefault(document, ArxivId(f"2501.{len(ids):05d}", 1))
            texts[document] = " ".join(" ".join(row["abstract"]).split())
            if row["dataset"] == dataset and row["label"] != "NEI":
                gold.setdefault(row["claim"], set()).add(id_)
    return [_paper(ids[document], text) for document, text in texts.items()], gold


def _paper(id_: ArxivId, text: str) -> Paper:
    return Paper(id=id_, title="", authors=(), abstract=text, submitted_at=_NOW, revised_at=_NOW)


def _by_vectors(hits: Sequence[Hit]) -> list[ArxivId]:
    placed = [(hit.dense_rank, hit.paper) for hit in hits if hit.dense_rank is not None]
    return [paper for _, paper in sorted(placed)]


def _tell(
    label: str, ranked: Mapping[str, Sequence[ArxivId]], gold: Mapping[str, set[ArxivId]]
) -> None:
    """One line: the figures of the even claims, on which a weight is chosen, and of the odd."""
    claims = list(gold)
    halves = "   ".join(
        f"{name}: recall@10 {_recall(ranked, gold, half):.3f} MRR@10 {_mrr(ranked, gold, half):.3f}"
        for name, half in (("even", claims[0::2]), ("odd", claims[1::2]))
    )
    print(f"{label:<38} {halves}")


def _recall(
    ranked: Mapping[str, Sequence[ArxivId]],
    gold: Mapping[str, set[ArxivId]],
    claims: Sequence[str],
) -> float:
    """The share of gold papers among the first ten, averaged over claims."""
    shares = [len(gold[c] & set(ranked[c][:_TOP])) / len(gold[c]) for c in claims]
    return sum(shares) / len(shares)


def _mrr(
    ranked: Mapping[str, Sequence[ArxivId]],
    gold: Mapping[str, set[ArxivId]],
    claims: Sequence[str],
) -> float:
    """The reciprocal rank of the first gold paper among the first ten, averaged over claims."""
    firsts = [
        next((1 / rank for rank, p in enumerate(ranked[c][:_TOP], 1) if p in gold[c]), 0.0)
        for c in claims
    ]
    return sum(firsts) / len(firsts)


if __name__ == "__main__":
    main()
