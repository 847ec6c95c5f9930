"""A judge that needs no network, no key and no model: general rules over words and numbers.

Every verdict can be followed by hand from its reason, and the same question always gets the same
answer. The rules know English words and no subject, so they see what is said plainly and miss
what is implied; in doubt they abstain. `docs/local-judge.md` says where they fail, with figures.
"""

from functools import cache
from pathlib import Path
from typing import Final

from agents.amounts import amounts_in
from agents.clause import Clause, read_clause
from agents.judge import Reading
from agents.rules import NEAR_ENOUGH, judged, subjects
from agents.second_look import looked_twice
from agents.stance import stances
from agents.words import LEXICON
from claims.claim import Claim, Scope
from claims.evidence import (
    Attribution,
    Citation,
    Finding,
    Passage,
    Relation,
    Signature,
    Verdict,
)
from claims.hashing import content_hash
from claims.verify import MIN_QUOTE_CHARS, locate, unbroken
from papers.passages import sentences

THRESHOLD: Final = 0.5
"""Chosen on training pairs for the precision of CONTRADICTS; see `docs/local-judge.md`."""

N_FINDINGS_MAX: Final = 3
"""Sentences of one paper that are compared; those after the third nearest seldom conclude."""

_RULES: Final = ("amounts", "clause", "local_judge", "rules", "second_look", "stance", "words")
"""The modules whose text decides an answer."""


class LocalJudge:
    """The judge "local". Stateless: what is remembered between calls only saves time."""

    @property
    def signature(self) -> Signature:
        """Changes with every change of the rules or of their word lists."""
        return Signature(judge="local", model="rules", prompt_version=_version())

    @property
    def threshold(self) -> float:
        """The least confidence at which a verdict of the rules is admitted."""
        return THRESHOLD

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The sentences that share most with the claim, nearest first, at most N_FINDINGS_MAX."""
        return found(claim, reading)

    async def repair(self, citation: Citation, passage: Passage) -> Citation:
        """Never needed, as quotes are cut from the passage. Raises QuoteNotFound."""
        locate(citation.quote, passage.text)
        return citation

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """The verdict of `agents.rules`."""
        return judged(claim, finding)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """The verdict of `agents.second_look`, which shares no rule with the first."""
        return looked_twice(claim, quote, proposed)


def found(claim: Claim, reading: Reading) -> tuple[Finding, ...]:
    """The findings of `reading` nearest to the claim, in order of nearness, then of place."""
    near: list[tuple[float, int, Finding]] = []
    for passage in reading.passages:
        for start, end in sentences(passage.text):
            sentence = passage.text[start:end]
            if len(sentence) < MIN_QUOTE_CHARS:
                continue
            coverage = stances(claim.text, unbroken(sentence))[0].coverage
            if coverage >= NEAR_ENOUGH:
                near.append((-coverage, len(near), _finding(passage, sentence)))
    return tuple(finding for _, _, finding in sorted(near, key=lambda one: one[:2]))[
        :N_FINDINGS_MAX
    ]


def _finding(passage: Passage, sentence: str) -> Finding:
    said = unbroken(sentence)
    groups = sorted(subjects(said))
    return Finding(
        paper=passage.paper,
        statement=said,
        citations=(Citation(passage_id=passage.id, quote=sentence),),
        quantities=amounts_in(said),
        scope=Scope(population=", ".join(groups) or None),
        attribution=_attribution(read_clause(said)),
    )


def _attribution(said: Clause) -> Attribution:
    is_reported = "reported" in said.cues and "own" not in said.cues
    return Attribution.REPORTED if is_reported else Attribution.OWN


@cache
def _version() -> str:
    here = Path(__file__).parent
    files = [here / f"{name}.py" for name in _RULES] + sorted(LEXICON.glob("*.txt"))
    return content_hash("rules", {file.name: file.read_text(encoding="utf-8") for file in files})
