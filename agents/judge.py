"""The port of every judge: a closed vocabulary in, signed values out.

A judge is shown one claim and one paper's passages. It never writes an arXiv id: the ids on what
it returns are attached by code from what it was shown. Errors are JudgeErrors; an error is never
turned into a verdict.
"""

from dataclasses import dataclass
from typing import Protocol

from claims.claim import Claim
from claims.evidence import Citation, Finding, Paper, Passage, Relation, Signature, Verdict


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a judge is shown of one paper: passages of visible text, all of this version."""

    paper: Paper
    passages: tuple[Passage, ...]


class Judge(Protocol):
    """Reads, compares and looks twice. Implementations are stateless between calls."""

    @property
    def signature(self) -> Signature:
        """Who signs: changes whenever the same question could get another answer."""
        ...

    @property
    def threshold(self) -> float:
        """The least confidence at which this judge's verdicts are admitted, from 0 to 1."""
        ...

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The findings of the paper that may bear on the claim, strongest first; may be empty.

        Every finding cites exact words of `reading.passages`. Raises JudgeError.
        """
        ...

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        """The citation again, quoting words that do stand in the passage, after it failed once.

        `claim` says on whose behalf, and decides nothing.
        Raises JudgeError when there is nothing to quote.
        """
        ...

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """The bearing of the finding on the claim, slots compared. Raises JudgeError."""
        ...

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """An independent answer from the claim and the verified quote alone. Raises JudgeError.

        A relation other than `proposed` means that the quote does not carry it.
        """
        ...
