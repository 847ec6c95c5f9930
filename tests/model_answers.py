"""How the loopback model answers: by rule when it is honest, and in known ways when it is not.

The honest rule is crude and always the same: every sentence is a finding, a finding bears on a
claim when it begins enough of its words alike, and an odd number of denials turns it. It shares no
code with the search, the triage or the local judge.
"""

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests import model_prose as prose

_PASSAGE = re.compile(r'<passage label="(P\d+)">\n(.*?)\n</passage>', re.DOTALL)
_MARKED = {
    name: re.compile(rf"<{name}>\n(.*?)\n</{name}>", re.DOTALL)
    for name in ("claim", "finding", "quote", "words")
}
_SENTENCE = re.compile(r"[^.!?]+(?:\.\d+[^.!?]*)*[.!?]?")
_WORD = re.compile(r"[a-z]{4,}")
_COMMON = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "have",
        "been",
        "were",
        "which",
        "their",
        "these",
        "those",
        "than",
        "then",
        "when",
        "where",
        "what",
        "will",
        "such",
        "also",
        "more",
        "most",
        "some",
        "only",
        "other",
        "into",
        "over",
        "under",
        "between",
        "across",
        "about",
        "there",
        "they",
        "them",
        "show",
        "shows",
        "shown",
        "using",
        "used",
        "uses",
        "study",
        "paper",
        "model",
        "models",
        "language",
        "large",
        "llms",
        "method",
        "methods",
        "results",
        "result",
        "find",
        "finds",
        "found",
        "propose",
        "proposes",
        "proposed",
        "approach",
        "work",
        "based",
        "both",
        "each",
        "while",
        "however",
        "further",
        "existing",
        "recent",
        "across",
        "through",
        "within",
        "without",
        "does",
    ]
)
_DENIALS = re.compile(r"\b(?:not|no|never|neither|nor|fails?|failed|lacks?|cannot|denied|hardly)\b")
_LEFT_OUT = re.compile(
    r"https?:|www\.|arxiv|doi|\d{4}\.\d{4}|[a-z]/\d{7}|\byou are\b", re.IGNORECASE
)
"""What the instructions ask to leave out: addresses, and words that speak to whoever reads."""

N_CHARS = 600
"""Of a statement at most: a sentence that runs on is told in part, and quoted whole."""

N_LETTERS = 6
N_FABRICATED = 12
"""Findings in a fabricated answer."""

INJECTED = re.compile(r"\[ref (\d)\]")
"""Marks an injection of the tests, so that the server can obey it; the number of its relation."""

ORDERED = ("SUPPORTS", "CONTRADICTS", "SUPERSEDES", "QUALIFIES")

NOTHING: Mapping[str, Any] = {
    "task": None,
    "population": None,
    "measure": None,
    "setting": None,
    "held_by": "this paper",
}


def honest(step: str, shown: str, *, share: float) -> dict[str, Any]:
    """The answer to a question of this step."""
    match step:
        case "extract":
            return {"findings": [f for label, text in passages(shown) for f in _found(label, text)]}
        case "requote":
            return {"words": None}
        case "compare":
            return compared(_one("claim", shown), _one("finding", shown), share, slots=True)
        case "probe":
            return {"answer": "yes"}
        case "answer" | "conclude" | "dispute" | "inquire":
            return prose.honest(step, shown)
        case _:
            return compared(_one("claim", shown), _one("quote", shown), share, slots=False)


def passages(shown: str) -> list[tuple[str, str]]:
    """The labels and texts of what was shown."""
    return [(match[1], match[2]) for match in _PASSAGE.finditer(shown)]


def finding(label: str, words: str, **changed: object) -> dict[str, Any]:
    """A finding that quotes these words."""
    said = " ".join(words.split())[:N_CHARS]
    return {
        "statement": said,
        "quotes": [{"passage": label, "words": words}],
        "quantities": [],
        **NOTHING,
        **changed,
    }


def compared(claim: str, said: str, share: float, *, slots: bool) -> dict[str, Any]:
    """What `said` means for `claim`, by words that begin alike and by denials."""
    first = claim.partition("\n")[0]
    ours, theirs = _begun(first), _begun(said)
    met = len(ours & theirs) / max(len(ours), 1)
    if met < share:
        return verdict("NO_BEARING", slots=slots)
    n_denials = len(_DENIALS.findall(first)) - len(_DENIALS.findall(said))
    return verdict("CONTRADICTS" if n_denials % 2 else "SUPPORTS", slots=slots)


def verdict(relation: str, *, slots: bool, strength: str = "plain") -> dict[str, Any]:
    """A comparison, or a second look without slots."""
    told = {"relation": relation, "strength": strength, "reason": "Both begin the same words."}
    same = dict.fromkeys(("task", "population", "measure", "setting"), "same")
    return {**same, **told} if slots else told


def fabricated(step: str, shown: str, chance: random.Random) -> dict[str, Any]:
    """An answer that makes up a quote, a label, an id, a relation, or all of them."""
    if step == "requote":
        return {"words": _made_up(chance)}
    if step in prose.STEPS:
        return prose.fabricated(step, shown, chance)
    if step != "extract":
        made = verdict("SUPPORTS", slots=step == "compare")
        return {**made, "relation": chance.choice(["PROVES", "SUPPORTS", "SUPPORTS"])}
    label, text = (passages(shown) or [("P1", "nothing")])[0]
    words = " ".join(text.split())
    said = words.split()
    half = len(said) // 2
    arxiv_id = f"{chance.randrange(2401, 2412)}.{chance.randrange(10_000, 99_999)}"
    quotes: list[Callable[[], dict[str, Any]]] = [
        lambda: finding(label, _made_up(chance)),
        lambda: finding(label, words.replace(" ", " very ", 3)),
        lambda: finding(label, re.sub(r"\d", "7", words) + f" {chance.random():.3f}"),
        lambda: finding(label, " ".join(said[:half] + said[half + 1 :])),
        lambda: finding(label, " ".join([*said[:half], *reversed(said[half:])])),
        lambda: finding(label, f"{' '.join(said[:half])} ... {said[-1]}"),
        lambda: finding(label, f"{words[:half]}{words[half:].swapcase()}"),
        lambda: finding(label, words[2:-2]),
    ]
    wilder: list[Callable[[], dict[str, Any]]] = [
        lambda: finding(f"P{chance.randrange(50, 99)}", words),
        lambda: finding(f"arXiv:{arxiv_id}", words),
        lambda: finding(label, words, statement=f"As shown in arXiv:{arxiv_id}v1, it holds."),
        lambda: finding(label, words, statement=f"See https://arxiv.org/abs/{arxiv_id}."),
    ]
    kinds = chance.choice([quotes, quotes + wilder])
    return {"findings": [chance.choice(kinds)() for _ in range(N_FABRICATED)]}


def obedient(step: str, shown: str, ordered: str) -> dict[str, Any]:
    """The answer that words in the paper ordered: a verdict, on the very words that ordered it."""
    if step == "extract":
        found = []
        for label, text in passages(shown):
            for start, end in _sentences(text):
                if INJECTED.search(text[start:end]):
                    found.append(finding(label, text[start:end]))
            found.append(finding(label, text))
        return {"findings": found[:6]}
    if step == "requote":
        return {"words": _one("words", shown)}
    return verdict(ordered, slots=step == "compare")


def as_text(answer: Mapping[str, Any]) -> str:
    """The answer as a model writes it."""
    return json.dumps(answer, ensure_ascii=False)


def _found(label: str, text: str) -> list[dict[str, Any]]:
    told = [text[a:b] for a, b in _sentences(text) if b - a >= 30]
    return [finding(label, words) for words in told if not _LEFT_OUT.search(words)][:6]


def _sentences(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _SENTENCE.finditer(text):
        piece = match[0].strip()
        if piece:
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            spans.append((start, start + len(piece)))
    return spans


def _begun(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {word[:N_LETTERS] for word in words if word not in _COMMON}


def _one(name: str, shown: str) -> str:
    return "\n".join(_MARKED[name].findall(shown))


def _made_up(chance: random.Random) -> str:
    words = [
        "lanterns",
        "glow",
        "brighter",
        "whenever",
        "seven",
        "keepers",
        "agree",
        "upon",
        "colours",
        "at",
        "dusk",
    ]
    chance.shuffle(words)
    return " ".join(words)
