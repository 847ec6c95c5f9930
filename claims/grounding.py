"""From which paper a claim or note may come: what was searched, proposed, and turned down.

A proposal grounds nothing. Only what a person adopts becomes a source; what a person dismisses is
not proposed again.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from claims.claim import Claim, Frozen, Inquiry, Note
from claims.evidence import Paper, TextSource
from claims.hashing import content_hash
from claims.verify import VerifiedCitation

GROUND: Final = "ground"
"""The stage in which a night looks for the papers that claims and notes came from."""

_NUMBERS_WEIGH: Final = 0.25
"""What the claim's own numbers in the quoted sentence add, at most."""


_HALF: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A paper that the claim may have come from, and the words that say so."""

    paper: Paper
    cited: VerifiedCitation
    share: float
    """Share of the claim's telling words that the quote has, from 0 to 1."""
    numbers: tuple[str, ...]
    """The claim's numbers that stand in the quote."""

    @property
    def in_our_words(self) -> bool:
        """Whether the quote is of the sample's summary, not of the authors."""
        return self.cited.passage.source is TextSource.SAMPLE

    @property
    def is_strong(self) -> bool:
        """Whether it is worth a person's time unasked: half of the claim, or a number of its own.

        The sources of the starter claims have a quarter of their telling words in one sentence of
        the abstract, and so have many other papers: a share of less tells nothing.
        """
        return self.share >= _HALF or bool(self.numbers)

    @property
    def strength(self) -> tuple[float, str]:
        """Sorts strongest first, and the same on every machine."""
        weight = self.share + _NUMBERS_WEIGH * bool(self.numbers)
        return -weight, str(self.paper.id)


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """What was proposed for a claim or note, and what could not be searched."""

    holder_id: str
    about: str
    """The name of what the claim or note said: `about_of`."""
    question: str
    """The name of everything that decides the search; it is not made again once it came whole."""
    proposals: tuple[Proposal, ...]
    """Strongest first."""
    unsearched: str | None = None
    """Why the source could not be searched; the index was all the same."""


class Dismissal(Frozen):
    """A person's word that the claim or note does not come from a paper, in any version."""

    holder_id: str
    number: str
    by: str
    at: datetime
    why: str

    @cached_property
    def id(self) -> str:
        """The content hash."""
        return content_hash("dismissal", self.model_dump(mode="json"))


def about_of(holder: Claim | Note) -> str:
    """The name of what `holder` says: another wording is searched for anew."""
    if isinstance(holder, Claim):
        return holder.revision
    return content_hash("note", {"id": holder.id, "title": holder.title, "text": holder.text})


def uncited(inquiries: Iterable[Inquiry]) -> Iterator[tuple[Inquiry, Claim | Note]]:
    """Every claim and note without a source, in library order, with its inquiry."""
    for inquiry in inquiries:
        holders: tuple[Claim | Note, ...] = (*inquiry.claims, *inquiry.notes)
        yield from ((inquiry, holder) for holder in holders if not holder.sources)


def still_proposed(
    found: Iterable[Grounding], inquiries: Iterable[Inquiry], dismissed: Collection[tuple[str, str]]
) -> tuple[Grounding, ...]:
    """What of `found` waits for a person, in library order.

    That of claims and notes which say what they said then and cite nothing yet, without the
    (holder, paper number) pairs that were `dismissed`.
    """
    newest = {grounding.holder_id: grounding for grounding in found}
    waiting = []
    for _, holder in uncited(inquiries):
        grounding = newest.get(holder.id)
        if grounding is None or grounding.about != about_of(holder):
            continue
        left = tuple(
            one for one in grounding.proposals if (holder.id, one.paper.id.number) not in dismissed
        )
        if left:
            waiting.append(replace(grounding, proposals=left))
    return tuple(waiting)
