"""The first look of the local judge: what its model reads in a passage, and the rules around it.

The model reads the passage as a whole and its best sentences alone; the relation is that of both
together. Rules say what a model cannot: a question or a view of others moves nothing, numbers are
compared as numbers, a condition narrows, and only a ceiling that a newer result goes beyond is
superseded. A claim of several parts is read part by part, and the surest part decides; where only
some of them are supported, that qualifies the claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agents import rules
from agents.clause import Clause, read_clause
from agents.entailment import Likelihood, likelihood
from agents.rules import Leaning, by_numbers, held_back, weighed
from agents.stance import parts_of, stances
from claims.claim import Claim
from claims.evidence import Finding, Relation, Verdict
from claims.verify import unbroken

_SPOKEN_OF: Final = 0.2
"""Least share of any bearing at which a number is taken for the number of the same thing. Low, as
the model reads numbers badly, and the rules ask for a shared measure anyway."""

_CONFIRMED: Final = 0.8
"""Least confidence of what model and rules both say."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one part of a claim is met by a passage, and by its best sentences alone."""

    part: str
    whole: Likelihood
    quoted: Likelihood

    @property
    def leaning(self) -> Leaning:
        """The likeliest relation of both readings together, and how likely it is."""
        shares = {
            Relation.SUPPORTS: (self.whole.supports + self.quoted.supports) / 2,
            Relation.CONTRADICTS: (self.whole.contradicts + self.quoted.contradicts) / 2,
            Relation.NO_BEARING: (self.whole.no_bearing + self.quoted.no_bearing) / 2,
        }
        relation = max(shares, key=lambda one: shares[one])
        said = {Relation.SUPPORTS: "supporting", Relation.CONTRADICTS: "contradicting"}
        why = f"the model reads this as {said.get(relation, 'saying nothing of')} {self.part!r}"
        why = f"{why} ({shares[relation]:.2f})"
        return Leaning(relation=relation, confidence=shares[relation], why=why)


def bearing(claim: Claim, text: str) -> float:
    """How likely `text` says anything of the claim or of a part of it, from 0 to 1."""
    return max(1 - likelihood(text, part).no_bearing for part in parts_of(claim.text))


def judged(claim: Claim, finding: Finding) -> Verdict:
    """The verdict on a finding: the model reads statement and quotes, the rules the best quote."""
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
    leaning = _confirmed(max(leanings, key=_strength), claim, finding, said)
    return weighed(_in_part(leaning, leanings), asked, said).verdict


def looks(claim: Claim, finding: Finding) -> tuple[Look, ...]:
    """How the model reads each part of the claim in the passage and in the quotes."""
    quoted = quotes_of(finding)
    return tuple(
        Look(
            part=part,
            whole=likelihood(finding.statement, part),
            quoted=likelihood(quoted, part),
        )
        for part in parts_of(claim.text)
    )


def quotes_of(finding: Finding) -> str:
    """The quotes as one line, in the order of the passage."""
    quotes = [unbroken(cited.quote) for cited in finding.citations]
    return " ".join(sorted(quotes, key=finding.statement.find))


def _confirmed(leaning: Leaning, claim: Claim, finding: Finding, said: Clause) -> Leaning:
    """The leaning, surer when the rules read the same, and none when they read the contrary."""
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
        return replace(leaning, relation=Relation.NOT_COMPARABLE, why=why)
    if by_rules.relation is leaning.relation:
        return _surer(replace(leaning, why=f"{leaning.why}, and {by_rules.reason}"))
    return leaning


def _in_part(leaning: Leaning, leanings: Sequence[Leaning]) -> Leaning:
    """Support of one part of the claim qualifies the claim, since it says nothing of the others."""
    if leaning.relation is not Relation.SUPPORTS:
        return leaning
    n_met = sum(one.relation is Relation.SUPPORTS for one in leanings)
    if n_met == len(leanings):
        return leaning
    why = f"{leaning.why}; {n_met} of the claim's {len(leanings)} parts"
    return replace(leaning, relation=Relation.QUALIFIES, why=why)


def _surer(leaning: Leaning) -> Leaning:
    """The leaning, raised to what two independent readings deserve, if it was sure at all."""
    if leaning.confidence < rules.SURE:
        return leaning
    return replace(leaning, confidence=max(leaning.confidence, _CONFIRMED))


def _strength(leaning: Leaning) -> tuple[bool, float]:
    return leaning.relation is not Relation.NO_BEARING, leaning.confidence
