"""What a model may write in an answer: sentences and questions over evidence under short labels.

The labels are a closed list. A sentence is carried by the evidence whose labels it names, and by
nothing else: where it gives a number, quotes words or writes an identifier that this evidence does
not hold, or has hardly a word of it, it stands alone and is told as not grounded.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from agents.answers import read, schema_of
from agents.directness import directness
from agents.prompt import neutralised
from claims.answer import Held, Statement
from claims.assessment import Assessment
from claims.claim import Frozen
from claims.errors import MalformedAnswer
from claims.pages.stated import papers_in
from claims.verify import unbroken

A = TypeVar("A", bound=Frozen)

N_SENTENCES_MAX: Final = 8
"""Twice what is asked for; more is a model that does not stop."""

_LONGEST: Final = 600
"""Characters of a sentence or a question."""

_CARRIED: Final = 0.3
"""Least share of a sentence's telling words that stand in its evidence, or in what it is about:
below it the words are about something else. The share that proposals of sources need, too."""

_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?!\w)")
_QUOTED: Final = re.compile(r"[“\"„«]([^”\"“»]{8,})[”\"“»]")
_ADDRESS: Final = re.compile(r"https?:|\bwww\.|\bdoi\b|\b10\.\d{4,}/|sha256:", re.IGNORECASE)


class Sentence(Frozen):
    """One sentence, and the labels of the evidence that carries it."""

    text: str
    evidence: tuple[str, ...]


class Told(Frozen):
    """The answer to `answer`, `conclude` and `dispute`."""

    sentences: tuple[Sentence, ...]


class Inquired(Frozen):
    """The answer to `inquire`."""

    question: str
    decided_by: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was shown: evidence under its labels, and what it is about in our own words."""

    labelled: Mapping[str, Assessment]
    about: str

    def named(self, labels: Iterable[str]) -> tuple[Assessment, ...]:
        """The evidence of these labels, none twice. Raises MalformedAnswer for any other."""
        found = dict.fromkeys(labels)
        if unknown := [label for label in found if label not in self.labelled]:
            offered = ", ".join(self.labelled) or "none: leave it empty"
            raise MalformedAnswer(f"{unknown[0][:40]!r} is not a label: choose among {offered}")
        return tuple(self.labelled[label] for label in found)

    def carries(self, text: str, pieces: tuple[Assessment, ...]) -> bool:
        """Whether `pieces` hold the numbers, quoted words and ids of `text`, and its subject."""
        quotes = " ".join(unbroken(c.quote) for piece in pieces for c in piece.evidence)
        held = f"{self.about} {quotes}"
        numbers = set(_NUMBER.findall(_without_papers(text)))
        return (
            bool(pieces)
            and numbers <= set(_NUMBER.findall(held))
            and all(_folded(words) in _folded(held) for words in _QUOTED.findall(text))
            and _ids(text) <= {c.paper.id.number for piece in pieces for c in piece.evidence}
            and not _ADDRESS.search(text)
            and directness(text, held) >= _CARRIED
        )


def show(evidence: Evidence, held: Iterable[Held], question: str = "") -> str:
    """The question, the claims with their standings, and the evidence under its labels."""
    states = {one.claim.id: one for one in held}
    parts = [_marked("question", question)] if question else []
    parts += [
        _marked("claim", f"{one.claim.text}\nHeld true as of: {one.claim.as_of}\nNow: {one.state}")
        for one in states.values()
    ]
    for label, piece in evidence.labelled.items():
        holder = states.get(piece.claim_id)
        relation = holder.relation_of(piece) if holder else piece.relation
        claim = f"On the claim: {holder.claim.text}\n" if holder else ""
        quotes = "\n".join(f"“{unbroken(cited.quote)}”" for cited in piece.evidence)
        submitted = piece.evidence[0].paper.submitted_on
        lines = f"{claim}Relation: {relation}\nSubmitted: {submitted}\nWords:\n{quotes}"
        parts.append(_marked("evidence", lines, label))
    return "\n\n".join(parts)


def schema_for(kind: type[Frozen], labels: tuple[str, ...]) -> dict[str, Any]:
    """The strict schema of an answer that names evidence by `labels` alone."""
    schema = deepcopy(schema_of(kind))
    if labels:
        holder = schema["$defs"]["Sentence"] if "$defs" in schema else schema
        holder["properties"]["evidence"]["items"] = {"type": "string", "enum": list(labels)}
    return schema


def read_told(text: str, evidence: Evidence) -> tuple[Statement, ...]:
    """The statements that `text` writes; the evidence that does not carry one is taken from it.

    Raises MalformedAnswer.
    """
    said = read(Told, text).sentences
    if not said or len(said) > N_SENTENCES_MAX:
        raise MalformedAnswer(f"{len(said)} sentences: write 1 to {N_SENTENCES_MAX}")
    return tuple(_statement(one, evidence) for one in said)


def read_inquired(text: str, evidence: Evidence) -> tuple[str, str, tuple[Assessment, ...]]:
    """The question, what would decide it, and the evidence it rests on. Raises MalformedAnswer."""
    said = read(Inquired, text)
    question, decided_by = _line(said.question, "question"), _line(said.decided_by, "decided_by")
    if not question.endswith("?"):
        raise MalformedAnswer("the question does not end with a question mark")
    pieces = evidence.named(said.evidence)
    carried = evidence.carries(f"{question} {decided_by}", pieces)
    return question, decided_by.rstrip("."), pieces if carried else ()


def _statement(said: Sentence, evidence: Evidence) -> Statement:
    text = _line(said.text, "sentence")
    pieces = evidence.named(said.evidence)
    return Statement(text=text, evidence=pieces if evidence.carries(text, pieces) else ())


def _line(text: str, name: str) -> str:
    """Free text in one line. Raises MalformedAnswer."""
    told = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not told or len(told) > _LONGEST:
        raise MalformedAnswer(f"the {name} has {len(told)} characters: write 1 to {_LONGEST}")
    return told


def _ids(text: str) -> set[str]:
    """The papers that a text names; what only looks like an id is one that nobody holds."""
    return {one.arxiv.number if one.arxiv else "" for one in papers_in(text)}


def _without_papers(text: str) -> str:
    for one in reversed(papers_in(text)):
        text = f"{text[: one.start]} {text[one.end :]}"
    return text


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _marked(mark: str, text: str, label: str = "") -> str:
    named = f' label="{label}"' if label else ""
    return f"<{mark}{named}>\n{neutralised(text)}\n</{mark}>"
