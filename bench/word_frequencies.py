"""Counts how common words are in abstracts and prints the weights that the local judge uses.

    .venv/bin/python -m bench.word_frequencies DUMP.jsonl.gz > agents/lexicon/weights.txt

DUMP is an arXiv metadata dump (CC0). Only stems and their weights leave it. A weight is the
natural logarithm of (abstracts / abstracts with the stem); rarer stems than those printed get
the greatest weight.
"""

import gzip
import json
import math
import sys
from collections import Counter, defaultdict

from agents.words import FUNCTION_WORDS, WEIGHT_OF_RARE, WORD, stem


def main(file: str) -> None:
    """Prints one line a weight: the weight, a colon, and the stems that have it."""
    counts: Counter[str] = Counter()
    n_abstracts = 0
    with gzip.open(file, "rt", encoding="utf-8") as dump:
        for line in dump:
            words = {match[0].lower() for match in WORD.finditer(json.loads(line)["abstract"])}
            counts.update({stem(word) for word in words if word.isalpha()})
            n_abstracts += 1
    by_weight: defaultdict[float, list[str]] = defaultdict(list)
    functional = {stem(word) for word in FUNCTION_WORDS}
    for word, n in counts.items():
        weight = round(math.log(n_abstracts / n), 1)
        if weight < WEIGHT_OF_RARE and word not in functional:
            by_weight[weight].append(word)
    print(f"# Natural logarithm of (abstracts / abstracts with the stem) in {n_abstracts:,} arXiv")
    print("# abstracts of 2025 and 2026 (metadata, CC0). Made by bench/word_frequencies.py.")
    for weight in sorted(by_weight):
        print(f"{weight:g}: {' '.join(sorted(by_weight[weight]))}")


if __name__ == "__main__":
    main(sys.argv[1])
