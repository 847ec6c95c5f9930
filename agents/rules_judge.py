"""The judge of rules alone: the floor that a model has to beat, and a model judge's triage.

No claim is judged by it: `retest eval --judge rules` measures it, and `agents.funnel` asks it which
papers a model is to read.
"""

from agents.amounts import amounts_in
from agents.clause import read_clause
from agents.judge import Reading
from agents.rulebook import rulebook
from agents.rules import NEAR_ENOUGH, SURE, judged, subjects
from agents.second_look import looked_twice
from agents.stance import stances
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
from claims.verify import MIN_QUOTE_CHARS, locate, unbroken
from papers.passages import sentences

_N_FINDINGS_MAX = 3
"""Sentences of one paper that are compared; those after the third nearest seldom conclude."""


_RULES = (
    "amounts", "clause", "rules", "rules_judge", "second_look", "shares", "stance", "units",
    "words",
)  # fmt: skip
"""The modules whose text decides an answer."""


class RulesJudge:
    """The judge "rules": words and numbers, no model."""

    signature = Signature(judge="rules", model="rules", prompt_version=rulebook(*_RULES))
    """Changes with every rule and word list."""
    threshold = SURE

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The sentences that share most with the claim, nearest first, at most three."""
        near: list[tuple[float, int, Finding]] = []
        for passage in reading.passages:
            for start, end in sentences(passage.text):
                sentence = passage.text[start:end]
                coverage = stances(claim.text, unbroken(sentence))[0].coverage
                if len(sentence) >= MIN_QUOTE_CHARS and coverage >= NEAR_ENOUGH:
                    near.append((-coverage, len(near), _finding(passage, sentence)))
        near.sort(key=lambda one: one[:2])
        return tuple(finding for _, _, finding in near[:_N_FINDINGS_MAX])

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        """Never needed, as quotes are cut from the passage. Raises QuoteNotFound."""
        del claim
        locate(citation.quote, passage.text)
        return citation

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """The verdict of `agents.rules`."""
        return judged(claim, finding)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """The verdict of `agents.second_look.looked_twice`, which shares no rule with the first."""
        return looked_twice(claim, quote, proposed)


def _finding(passage: Passage, sentence: str) -> Finding:
    told = unbroken(sentence)
    said = read_clause(told)
    is_reported = "reported" in said.cues and "own" not in said.cues
    return Finding(
        paper=passage.paper,
        statement=told,
        citations=(Citation(passage_id=passage.id, quote=sentence),),
        quantities=amounts_in(told),
        scope=Scope(population=", ".join(sorted(subjects(told))) or None),
        attribution=Attribution.REPORTED if is_reported else Attribution.OWN,
    )
