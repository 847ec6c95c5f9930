"""The first look of the local judge: what its model reads in a passage, and the rules around it.

The model reads the passage as a whole and the best of its quotes; the relation is that of both
together (`agents.readings`). Rules say what a model cannot: a question or a view of
others moves nothing, numbers are compared as numbers, a condition narrows, and only a ceiling that
a newer result goes beyond is superseded. A claim of several parts is read part by part, and the
surest part decides; where only some of them are supported, that qualifies the claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agents import rules
from agents.amounts import amounts_in
from agents.clause import Clause, read_clause
from agents.entailment import likelihood, shipped
from agents.excerpt import excerpt, shared
from agents.readings import Likelihood, together
from agents.rules import Leaning, by_numbers, held_back, weighed
from agents.stance import parts_of, stances
from claims.claim import Claim
from claims.evidence import Finding, Relation, Verdict
from claims.verify import unbroken

THRESHOLD: Final = 0.68
"""Least confidence of an admitted verdict. On the tuning sets of `agents.training.weigh` 21 of 22
contradictions and 51 of 56 supports at or above it were right, after the second look."""

_SPOKEN_OF: Final = 0.2
"""Least share of any bearing at which a number is taken for the number of the same thing. Low, as
the model reads numbers badly, and the rules ask for a shared measure anyway."""

_CONFIRMED: Final = 0.8
"""Least confidence of what model and rules both say."""

_DOUBT: Final = 0.07
"""What a contradiction has to be surer than a support: a false alarm costs more."""

_DOUBT_WHERE_MISREAD: Final = 0.17
"""The same where the model contradicts a claim that denies something or has a number in it. In
labelled sets false claims are made by denying true ones, which it has learned too well, and numbers
it cannot read."""

_TORN: Final = 0.5
"""Confidence of what the rules say against the model."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one part of a claim is met by a passage of `n_words`."""

    part: str
    passage: Likelihood
    best: Likelihood
    """Of the best quote."""
    n_words: int

    @property
    def leaning(self) -> Leaning:
        """The relation of both readings together, and how likely it is."""
        read = together(self.passage, self.best, n_words=self.n_words, weights=shipped().weights)
        if read.silence > 0:
            relation, share, said = Relation.NO_BEARING, read.no_bearing, "saying nothing of"
        elif read.agreement >= 0:
            relation, share, said = Relation.SUPPORTS, read.supports, "supporting"
        else:
            relation, share, said = Relation.CONTRADICTS, read.contradicts, "contradicting"
        why = f"the model reads this as {said} {self.part!r} ({share:.2f})"
        if relation is Relation.CONTRADICTS:
            is_misread = read_clause(self.part).denies or bool(amounts_in(self.part))
            share -= _DOUBT_WHERE_MISREAD if is_misread else _DOUBT
        return Leaning(relation=relation, confidence=share, why=why)


def bearing(claim: Claim, text: str) -> float:
    """How likely `text` says anything of the claim or of a part of it, from 0 to 1.

    Of several parts only those that share a telling word with it are read.
    """
    parts = parts_of(claim.text)
    near = [part for part in parts if shared(part, text)] or parts[:1]
    return max(1 - likelihood(text, part).no_bearing for part in near)


def judged(claim: Claim, finding: Finding) -> Verdict:
    """The verdict on a finding: the model reads statement and best quote, the rules the latter."""
    best = unbroken(finding.citations[0].quote)
    asked, said = read_clause(claim.text), read_clause(best)
    nearest = stances(claim.text, best)[0]
    if held := held_back(claim, finding, nearest, said):
        return held
    by_number = by_numbers(claim, finding, nearest, said)
    is_another = by_number and by_number.relation is not Relation.SUPPORTS
    if by_number and is_another and bearing(claim, best) >= _SPOKEN_OF:
        return _surer(by_number).verdict
    leanings = [look.leaning for look in looks(claim, finding)]
    strongest = max(leanings, key=_strength)
    others = [one for one in leanings if one is not strongest]
    leaning = _confirmed(strongest, claim, finding, said)
    return weighed(_in_part(leaning, others), asked, said).verdict


def looks(claim: Claim, finding: Finding) -> tuple[Look, ...]:
    """How the model reads each part of the claim in the passage and in the best quote."""
    best = unbroken(finding.citations[0].quote)
    n_words = len(finding.statement.split())
    return tuple(
        Look(
            part=part,
            passage=likelihood(excerpt(finding.statement, part), part),
            best=likelihood(best, part),
            n_words=n_words,
        )
        for part in parts_of(claim.text)
    )


def _confirmed(leaning: Leaning, claim: Claim, finding: Finding, said: Clause) -> Leaning:
    """The leaning, surer when the rules read the same, and theirs when they read the contrary.

    On the tuning sets they were right in 16 of 23 such cases, with an earlier model: too few to
    be admitted.
    """
    opposite = {
        Relation.SUPPORTS: Relation.CONTRADICTS,
        Relation.CONTRADICTS: Relation.SUPPORTS,
    }.get(leaning.relation)
    alone = finding.model_copy(update={"statement": said.text})
    by_rules = rules.judged(claim, alone)
    if opposite is None or by_rules.confidence < rules.SURE:
        return leaning
    if by_rules.relation is opposite:
        why = f"{leaning.why}, but {by_rules.reason}"
        return Leaning(relation=opposite, confidence=_TORN, why=why)
    if by_rules.relation is leaning.relation:
        return _surer(replace(leaning, why=f"{leaning.why}, and {by_rules.reason}"))
    return leaning


def _in_part(leaning: Leaning, others: Sequence[Leaning]) -> Leaning:
    """Support of one part of the claim qualifies the claim, since it says nothing of the others."""
    met = [
        one for one in others if one.relation is Relation.SUPPORTS and one.confidence >= THRESHOLD
    ]
    if leaning.relation is not Relation.SUPPORTS or len(met) == len(others):
        return leaning
    why = f"{leaning.why}; {len(met) + 1} of the claim's {len(others) + 1} parts"
    return replace(leaning, relation=Relation.QUALIFIES, why=why)


def _surer(leaning: Leaning) -> Leaning:
    """The leaning, raised to what two independent readings deserve, if it was sure at all."""
    if leaning.confidence < rules.SURE:
        return leaning
    return replace(leaning, confidence=max(leaning.confidence, _CONFIRMED))


def _strength(leaning: Leaning) -> tuple[bool, float]:
    return leaning.relation is not Relation.NO_BEARING, leaning.confidence
