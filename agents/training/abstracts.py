"""Pairs from arXiv abstracts: a result and its contrasts, in the language of what is watched."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from agents.excerpt import shared, stems
from agents.training import contrast
from agents.training.near import Near
from agents.training.pair import CONTRADICTS, NO_BEARING, SUPPORTS, UNKNOWN, Pair, rows
from agents.words import weight
from papers.sentences import sentences

_RESULT: Final = re.compile(
    r"\b(show|find|found|outperform|improv|reduc|increas|decreas|achiev|degrad|fail|better|worse|"
    r"higher|lower|more|less|cannot|not|robust|significant|correlat|exceed|surpass|percent)|%",
    re.IGNORECASE,
)
_DECLARES: Final = re.compile(
    r"\b(is|are|can|cannot|do|does|improves?|reduces?|outperforms?|enables?|learn|learns|fail|"
    r"fails|matters?|helps?|hurts?|need|needs|makes?|beats?|predicts?|emerges?|leads?|know|knows|"
    r"struggle|struggles|exhibit|exhibits|should|has|have|remain|remains|boosts?|increases?)\b"
)


_N_NEIGHBOURS: Final = 4


def papers(arxiv: Path, n_abstracts: int, rng: random.Random) -> list[Pair]:
    """Contrasts from arXiv abstracts, and results beside results of other papers.

    Without the abstracts that false alarms are measured on.
    """
    measured = {row["id"] for row in rows(arxiv / "persona.jsonl.gz")}
    records = [row for row in rows(arxiv / "all.jsonl.gz") if row["id"] not in measured]
    titled = [_sentences_of(row) for row in records if _is_statement(row["title"])]
    told = [_sentences_of(row) for row in rng.sample(records, n_abstracts)]
    near = near_in([abstract for _, abstract in told])
    found = contrasts([abstract for _, abstract in told], "papers", near, rng)
    for title, abstract in titled:
        found += _from_title(title, abstract, near, rng)
    return found + neighbours([abstract for _, abstract in told], "papers", near, rng)


def contrasts(told: list[list[str]], source: str, near: Near, rng: random.Random) -> list[Pair]:
    """Contrasts from the sentences of each abstract; `near` has sentences about something else."""
    names = tuple(name for some in told[:3000] for s in some for name in contrast.names_in(s))
    return [pair for some in told for pair in _from_abstract(some, source, near, names, rng)]


def neighbours(told: list[list[str]], source: str, near: Near, rng: random.Random) -> list[Pair]:
    """A result of each abstract, or its contrary, beside those of others that share most with it.

    This is what a night reads. Nobody has labelled it.
    """
    found: list[Pair] = []
    for abstract in told:
        if not (results := _results_of(abstract)):
            continue
        said = rng.choice(results)
        claim = contrast.retold(said, rng)
        for sentence in near.first(claim, _N_NEIGHBOURS):
            text = rng.choice((claim, contrast.turned(claim, rng) or claim))
            if sentence not in abstract:
                found.append(
                    Pair(evidence=sentence, claim=text, label=UNKNOWN, source=f"{source}-met")
                )
    return found


def near_in(told: list[list[str]]) -> Near:
    """The results among the sentences of all abstracts, to be found by the words they share."""
    return Near([sentence for some in told for sentence in some if _RESULT.search(sentence)])


def _is_statement(title: str) -> bool:
    text = title.rpartition(": ")[2]
    return "?" not in title and len(text.split()) > 4 and bool(_DECLARES.search(text))  # noqa: PLR2004 - a clause


def _sentences_of(row: dict[str, Any]) -> tuple[str, list[str]]:
    text = " ".join(row["abstract"].split())
    parts = [text[a:b] for a, b in sentences(text)]
    return " ".join(row["title"].split()), [s for s in parts if 50 < len(s) < 330]  # noqa: PLR2004 - a sentence


def _results_of(abstract: list[str]) -> list[str]:
    return [s for s in abstract[1:] if 50 < len(s) < 330 and _RESULT.search(s)]  # noqa: PLR2004 - a sentence


def _from_abstract(
    abstract: list[str], source: str, near: Near, names: tuple[str, ...], rng: random.Random
) -> Iterator[Pair]:
    if not (results := _results_of(abstract)):
        return
    said = rng.choice(results)
    claim = contrast.retold(said, rng)
    other = contrast.turned(claim, rng)
    unsaid = contrast.turned(said, rng)
    twice = contrast.turned_twice(claim, rng)
    elsewhere = contrast.moved(claim, names, rng)
    rest = [s for s in abstract if s != said]
    choices: list[tuple[str | None, str | None, int, float]] = [
        (said, claim, SUPPORTS, 0.45),
        (said, twice, SUPPORTS, 0.35),
        (said, other, CONTRADICTS, 0.55),
        (unsaid, claim, CONTRADICTS, 0.25),
        (said, elsewhere, NO_BEARING, 0.25),
        (near.best(claim, without=said), rng.choice((claim, other)), NO_BEARING, 0.35),
        (rng.choice(rest) if rest else None, claim, NO_BEARING, 0.10),
        (near.any(rng), claim, NO_BEARING, 0.10),
    ]
    if unsaid and other:
        choices.append((unsaid, contrast.retold(unsaid, rng), SUPPORTS, 0.15))
    for evidence, text, label, share in choices:
        if evidence and text and rng.random() < share:
            yield Pair(evidence=evidence, claim=text, label=label, source=source)


def _from_title(title: str, abstract: list[str], near: Near, rng: random.Random) -> Iterator[Pair]:
    text = title.rpartition(": ")[2]
    if not abstract:
        return
    claim = text[:1] + " ".join(_lowered(word) for word in text.split())[1:] + "."
    best = max(abstract, key=lambda s: shared(claim, s))
    if shared(claim, best) < 0.4 * sum(map(weight, stems(claim))):
        return
    yield Pair(evidence=best, claim=claim, label=SUPPORTS, source="titles")
    if other := contrast.turned(claim, rng):
        yield Pair(evidence=best, claim=other, label=CONTRADICTS, source="titles")
    if far := near.best(claim, without=best):
        yield Pair(
            evidence=far, claim=rng.choice((claim, other or claim)), label=NO_BEARING,
            source="titles",
        )  # fmt: skip


def _lowered(word: str) -> str:
    return word.lower() if word[1:].islower() else word
