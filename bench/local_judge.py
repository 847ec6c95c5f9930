"""Measures how many pairs a second the local judge's model reads, at about 128 tokens a pair.

    .venv/bin/python -m bench.local_judge

How far the judge is right is what `retest eval` and `retest backtest` tell.
"""

import time

from agents.entailment import shipped

_N_READ = 300
_TEXT = "The agents that kept a written diary held the same tone in most of the turns. " * 7


def main() -> None:
    """Print the figure."""
    model = shipped()
    model.read(_TEXT, "warm up")
    began = time.perf_counter()
    for number in range(_N_READ):
        model.read(_TEXT, f"A diary keeps the tone stable in turn {number}.")
    took_s = time.perf_counter() - began
    print(f"{_N_READ / took_s:.0f} pairs a second")


if __name__ == "__main__":
    main()
