"""The dated claim and the inquiry it belongs to: what a person writes down and holds true.

A claim's text never changes. A new wording is a new claim whose `replaces` names the old one;
sources, scope and quantities may be completed, which makes a new *revision* to be judged afresh.
"""

import re
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from claims.dates import ClaimDate
from claims.hashing import content_hash
from claims.ids import ArxivId


class Frozen(BaseModel):
    """Base of every stored value: immutable, and nothing unknown is let in."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}[a-z0-9]|[a-z]", text) or text.isdigit():
        raise ValueError(
            f"{text!r} is not an id: use lower-case letters, digits and hyphens, with a letter"
        )
    if not re.search(r"[a-z]", text):
        raise ValueError(f"{text!r} needs at least one letter: schedulers read it as a number")
    return text


_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""What pasting leaves behind and nobody means."""


def _sentence(text: str) -> str:
    text = " ".join(text.translate(_INVISIBLE).split())
    if not text:
        raise ValueError("the text is empty: write the claim as one sentence")
    if hidden := [char for char in text if not char.isprintable()]:
        raise ValueError(f"the text holds the control character {hidden[0]!r}: leave it out")
    return text


Slug = Annotated[str, AfterValidator(_slug)]
Sentence = Annotated[str, AfterValidator(_sentence)]


class Bound(StrEnum):
    """A quantity of which only one end is stated."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class Quantity(Frozen):
    """A number that a claim or finding states: `low` to `high` (equal for a point) in `unit`."""

    measure: str = Field(min_length=1)
    """What is measured, as a noun phrase: "fidelity", "accuracy on the General Social Survey"."""
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    unit: str = ""
    """"%", "percentage points", "ms", or empty for a plain number."""
    bound: Bound | None = Field(default=None, exclude_if=lambda bound: bound is None)
    """Which end the number is, where the other is left open."""

    @model_validator(mode="before")
    @classmethod
    def _one_value_is_a_range(cls, given: object) -> object:
        if isinstance(given, dict) and "value" in given:
            given = {"low": given["value"], "high": given["value"], **given}
            del given["value"]
        return given

    @model_validator(mode="after")
    def _ordered(self) -> "Quantity":
        if self.low > self.high:
            raise ValueError(f"the range is upside down: low {self.low:g} is above {self.high:g}")
        return self

    def __str__(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g}-{self.high:g}"
        span = f"{self.bound} {span}" if self.bound else span
        return f"{span}{'' if self.unit == '%' else ' '}{self.unit}".strip() + f" {self.measure}"


class Scope(Frozen):
    """The slots that must agree before two results can be compared; None is "not stated"."""

    task: str | None = None
    population: str | None = None
    """Who or what was studied: people, or a model family."""
    measure: str | None = None
    setting: str | None = None


def _is_unstated(value: object) -> bool:
    """Left out of what is stored, so that older records keep the names of their content."""
    return value is None or value == ()


class SourceRef(Frozen):
    """A paper that a claim says it rests on, as the person cited it: to be checked, not believed.

    Without a version, any version is meant.
    """

    arxiv: ArxivId
    title: str | None = None
    first_author: str | None = None
    quote: str | None = None
    """Words that the person says stand in that paper."""
    year: int | None = Field(default=None, ge=1991, le=2999, exclude_if=_is_unstated)
    """The year that the person says it is of, to be compared with its first submission."""


class Note(Frozen):
    """What a person noted of the sources: a question and a paragraph."""

    id: Slug
    title: Sentence
    text: str = ""
    sources: tuple[SourceRef, ...] = ()


class Claim(Frozen):
    """One sentence held true as of a date."""

    id: Slug
    text: Sentence
    as_of: ClaimDate
    scope: Scope = Scope()
    quantities: tuple[Quantity, ...] = ()
    sources: tuple[SourceRef, ...] = ()
    queries: tuple[str, ...] = ()
    """Extra search words for this claim, beside its own text."""
    replaces: Slug | None = None
    note: str | None = None

    @cached_property
    def revision(self) -> str:
        """The name of what is judged: text, date, scope and quantities, not sources or notes."""
        return content_hash(
            "claim",
            self.model_dump(mode="json", include={"id", "text", "as_of", "scope", "quantities"}),
        )


class Inquiry(Frozen):
    """A standing question with its claims, anchors, watch queries and research tasks."""

    id: Slug
    question: Sentence
    restated: Sentence | None = Field(default=None, exclude_if=_is_unstated)
    """The question as the research prompt puts it, where it says it in other words."""
    framing: str | None = None
    narrative: str | None = None
    categories: tuple[str, ...] = ()
    """arXiv categories to harvest, such as `cs.CL`."""
    watch: tuple[str, ...] = ()
    """Phrases that a new paper of interest is likely to use."""
    tasks: tuple[str, ...] = ()
    orders: tuple[str, ...] = Field(default=(), exclude_if=_is_unstated)
    """What the research prompt asks of the whole answer."""
    anchors: tuple[SourceRef, ...] = ()
    notes: tuple[Note, ...] = Field(default=(), exclude_if=_is_unstated)
    """Notes on the sources, in the order of the page."""
    claims: tuple[Claim, ...] = ()

    @property
    def cited(self) -> tuple[SourceRef, ...]:
        """Every source that the inquiry names: anchors, then those of claims, then of notes."""
        of_claims = tuple(source for claim in self.claims for source in claim.sources)
        return self.anchors + of_claims + tuple(s for note in self.notes for s in note.sources)
