"""What the loopback model writes in answers: the words it was shown when it is honest, and lies.

Every lie is one that the writer must strike, flag or put back.
"""

import random
import re
from collections.abc import Callable
from typing import Any

STEPS = frozenset(["answer", "conclude", "dispute", "inquire"])

_EVIDENCE = re.compile(r'<evidence label="(E\d+)">\n.*?\nWords:\n(.*?)\n</evidence>', re.DOTALL)
_CLAIM = re.compile(r"<claim>\n(.*?)\nHeld true", re.DOTALL)

MADE_UP_ID = "2401.98765"
"""No source of the tests knows it."""


def honest(step: str, shown: str) -> dict[str, Any]:
    """Sentences that repeat what was shown, each with its label."""
    found = _EVIDENCE.findall(shown)
    if step == "inquire":
        return _question(_claim(shown), [label for label, _ in found])
    told = [_sentence(f"One work reports: {_plain(words)}", label) for label, words in found]
    return {"sentences": told[:4]}


def fabricated(step: str, shown: str, chance: random.Random) -> dict[str, Any]:
    """Sentences of which no word is carried by the evidence that they name."""
    labels = [label for label, _ in _EVIDENCE.findall(shown)]
    label = labels[0] if labels else "E1"
    claim = _claim(shown)
    if step == "inquire":
        return _question(f"{claim} in 97 % of all kitchens, by arXiv:{MADE_UP_ID}", labels)
    lies: list[Callable[[], dict[str, Any]]] = [
        lambda: _sentence(f"As arXiv:{MADE_UP_ID} has shown, {claim}", label),
        lambda: _sentence(f"In 97 % of trials it holds that {claim}", label),
        lambda: _sentence(f"They write “every single lantern is a liar at heart”: {claim}", label),
        lambda: _sentence(f"See https://example.org/paper, where {claim}"),
        lambda: _sentence("Kitchens of the north prefer porridge over buckwheat.", label),
        lambda: _sentence(f"It is settled that {claim}"),
    ]
    return {"sentences": [lie() for lie in chance.sample(lies, 4)]}


def _question(claim: str, labels: list[str]) -> dict[str, Any]:
    question = f"Since the regime shifted, does it still hold that {claim.rstrip('.')}?"
    return {
        "question": question,
        "decided_by": f"A new measurement of whether {claim}",
        "evidence": labels,
    }


def _sentence(text: str, *labels: str) -> dict[str, Any]:
    return {"text": text, "evidence": list(labels)}


def _claim(shown: str) -> str:
    found = _CLAIM.search(shown)
    return found[1] if found else "it holds"


def _plain(words: str) -> str:
    return " ".join(words.replace("“", "").replace("”", "").split())
