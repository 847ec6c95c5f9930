"""What a model may answer: closed schemas, and their reading into our own values.

An answer that is outside its schema, names a label that was not shown, or writes an identifier into
free text is a MalformedAnswer. Nothing is mended and nothing is guessed.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, Literal, TypeVar

from pydantic import ValidationError

from claims.claim import Frozen, Quantity, Scope
from claims.errors import MalformedAnswer, QuoteNotFound
from claims.evidence import Attribution, Citation, Finding, Passage, Relation, Verdict
from claims.verify import locate

A = TypeVar("A", bound=Frozen)

N_FINDINGS_MAX: Final = 12
"""Twice what is asked for; more is a model that does not stop."""

_LONGEST: Final = 1_200
"""Characters of a statement or a reason: a paragraph."""

_LONGEST_QUOTE: Final = 6_000
"""Characters of a quote: more than a passage has."""

_MOST_IN_ONE: Final = 24
"""Quotes, or quantities, of one finding: far more than are asked for."""

_IDENTIFIER: Final = re.compile(
    r"arxiv\W*\d|arxiv\s*:|https?://|\bwww\.|\bdoi\b|\b10\.\d{4,}/|\b\d{4}\.\d{4,5}(?:v\d+)?\b"
    r"|\b[a-z-]+(?:\.[A-Z]{2})?/\d{7}\b|sha256:",
    re.IGNORECASE,
)
"""Identifiers and addresses in any common form: code attaches them, a model never writes them."""


class Slot(StrEnum):
    """How one slot of a finding stands to that of a claim."""

    SAME = "same"
    NARROWER = "narrower"
    BROADER = "broader"
    DIFFERENT = "different"
    UNSTATED = "unstated"


class Strength(StrEnum):
    """How far the words themselves carry a relation."""

    PLAIN = "plain"
    IMPLIED = "implied"
    WEAK = "weak"


CONFIDENCE: Final = {Strength.PLAIN: 0.9, Strength.IMPLIED: 0.7, Strength.WEAK: 0.3}
"""An ordering, and WEAK below every threshold in use; not measured probabilities."""


class Quoted(Frozen):
    """Words, and the label of the passage that they are said to stand in."""

    passage: str
    words: str


class Measured(Frozen):
    """A number with what it measures."""

    measure: str
    low: float
    high: float
    unit: str


class Reported(Frozen):
    """One finding as a model tells it."""

    statement: str
    quotes: tuple[Quoted, ...]
    quantities: tuple[Measured, ...]
    task: str | None
    population: str | None
    measure: str | None
    setting: str | None
    held_by: Literal["this paper", "others"]


class Findings(Frozen):
    """The answer to `extract`."""

    findings: tuple[Reported, ...]


class Comparison(Frozen):
    """The answer to `compare`."""

    task: Slot
    population: Slot
    measure: Slot
    setting: Slot
    relation: Relation
    strength: Strength
    reason: str


class Impression(Frozen):
    """The answer to `second look`."""

    relation: Relation
    strength: Strength
    reason: str


class Requoted(Frozen):
    """The answer to `requote`."""

    words: str | None


@cache
def schema_of(kind: type[Frozen], labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """The strict JSON schema of an answer, not to be changed; `labels` closes the list of passages.

    Descriptions and titles are left out: the instructions say what is meant.
    """
    schema: dict[str, Any] = _bare(kind.model_json_schema())
    if labels:
        schema["$defs"]["Quoted"]["properties"]["passage"]["enum"] = list(labels)
    return schema


def read(kind: type[A], text: str) -> A:
    """The answer that `text` writes. Raises MalformedAnswer."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # half a character is no text
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))[:80] or "the answer"
        raise MalformedAnswer(f"{place}: {first['msg'][:200]}") from None
    except (ValueError, RecursionError):
        raise MalformedAnswer(
            "the answer is not one JSON object: write it without a fence or words around it"
        ) from None


def read_findings(text: str, labelled: Mapping[str, Passage]) -> tuple[Finding, ...]:
    """The findings that `text` writes, ids attached, quotes in the source's own words.

    A quote that does not stand in its passage is left as it was given: `verify` refuses it.
    Raises MalformedAnswer.
    """
    said = read(Findings, text).findings
    if len(said) > N_FINDINGS_MAX:
        raise MalformedAnswer(f"{len(said)} findings are more than {N_FINDINGS_MAX}")
    return tuple(_finding(one, labelled) for one in said)


def read_comparison(text: str, attribution: Attribution) -> Verdict:
    """The verdict of a comparison; the slots have the last word. Raises MalformedAnswer."""
    said = read(Comparison, text)
    reason = _told(said.reason, "reason")
    relation, why = _comparable(said, attribution)
    return Verdict(
        relation=relation,
        reason=f"{reason} [{why}]" if why else reason,
        confidence=CONFIDENCE[said.strength],
    )


def read_impression(text: str) -> Verdict:
    """The verdict of a second look. Raises MalformedAnswer."""
    said = read(Impression, text)
    return Verdict(
        relation=said.relation,
        reason=_told(said.reason, "reason"),
        confidence=CONFIDENCE[said.strength],
    )


def in_source_words(citation: Citation, passage: Passage) -> Citation:
    """The citation in the passage's own words, or as it was given where it does not stand."""
    try:
        start, end, _ = locate(citation.quote, passage.text)
    except QuoteNotFound:
        return citation
    return citation.model_copy(update={"quote": passage.text[start:end]})


def _finding(said: Reported, labelled: Mapping[str, Passage]) -> Finding:
    if not said.quotes:
        raise MalformedAnswer("a finding has no quote")
    if max(len(said.quotes), len(said.quantities)) > _MOST_IN_ONE:
        raise MalformedAnswer(f"a finding has more than {_MOST_IN_ONE} quotes or quantities")
    citations = []
    for quoted in said.quotes:
        if len(quoted.words) > _LONGEST_QUOTE:
            raise MalformedAnswer(f"a quote has more than {_LONGEST_QUOTE:,} characters")
        passage = labelled.get(quoted.passage)
        if passage is None:
            raise MalformedAnswer(
                f"{quoted.passage[:40]!r} is not a label: choose among {', '.join(labelled)}"
            )
        given = Citation(passage_id=passage.id, quote=quoted.words)
        citations.append(in_source_words(given, passage))
    slots = ("task", "population", "measure", "setting")
    try:
        return Finding(
            paper=next(iter(labelled.values())).paper,
            statement=_told(said.statement, "statement"),
            citations=tuple(dict.fromkeys(citations)),
            quantities=tuple(_quantity(one) for one in said.quantities),
            scope=Scope(**{slot: _slot(getattr(said, slot), slot) for slot in slots}),
            attribution=Attribution.OWN if said.held_by == "this paper" else Attribution.REPORTED,
        )
    except ValidationError as error:
        raise MalformedAnswer(f"a finding: {error.errors(include_url=False)[0]['msg']}") from None


def _quantity(said: Measured) -> Quantity:
    return Quantity(
        measure=_told(said.measure, "measure of a quantity"),
        low=said.low,
        high=said.high,
        unit=_told(said.unit, "unit") if said.unit.strip() else "",
    )


def _slot(said: str | None, name: str) -> str | None:
    return _told(said, name) if said and said.strip() else None


def _told(text: str, name: str) -> str:
    """Free text in one line, without identifiers. Raises MalformedAnswer."""
    visible = (c for c in text if unicodedata.category(c) != "Cf")
    told = " ".join("".join(c if c.isprintable() else " " for c in visible).split())
    if not told or len(told) > _LONGEST:
        raise MalformedAnswer(f"the {name} has {len(told)} characters: write 1 to {_LONGEST}")
    if found := _IDENTIFIER.search(unicodedata.normalize("NFKC", told)):
        raise MalformedAnswer(f"the {name} writes the identifier {found[0]!r}: leave it out")
    return told


def _comparable(said: Comparison, attribution: Attribution) -> tuple[Relation, str]:
    """The relation that the slots allow, and why it is not the one that was chosen."""
    if not said.relation.moves_a_standing:
        return said.relation, ""
    if attribution is Attribution.REPORTED:
        return Relation.NOT_COMPARABLE, "the paper reports what others hold"
    slots = {name: getattr(said, name) for name in ("task", "population", "measure", "setting")}
    if differing := [name for name, slot in slots.items() if slot is Slot.DIFFERENT]:
        return Relation.NOT_COMPARABLE, f"chosen as {said.relation}, but other {differing[0]}"
    if said.relation in {Relation.CONTRADICTS, Relation.SUPERSEDES}:
        unmatched = [name for name in ("task", "measure") if slots[name] is Slot.UNSTATED]
        if unmatched:
            why = f"chosen as {said.relation}, but the {unmatched[0]} cannot be compared"
            return Relation.NOT_COMPARABLE, why
    return said.relation, ""


def _bare(schema: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The schema without its prose; no field of an answer is called `title` or `description`."""
    if isinstance(schema, dict):
        told = {"title", "description"}
        return {name: _bare(value) for name, value in schema.items() if name not in told}
    return [_bare(one) for one in schema] if isinstance(schema, list) else schema
