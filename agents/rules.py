"""The verdict of the rules: from signs in words and numbers to a relation, a reason, a confidence.

In doubt the rules abstain: NO_BEARING when too little is shared, NOT_COMPARABLE when much is
shared and nothing shows which way it points. Confidence orders the verdicts of the rules alone;
its constants are fitted by hand to the training pairs named in `docs/local-judge.md`. The local
judge takes from here what is not its model's to say: `held_back` and `by_numbers`.
"""

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from agents.amounts import Match, Place, compared, is_told_otherwise
from agents.clause import Clause, read_clause, terms_of
from agents.stance import Sign, Stance, stances
from agents.words import WORD, lines_of, weight
from claims.claim import Claim, Quantity
from claims.evidence import Attribution, Finding, Relation, Verdict
from claims.ids import ArxivId

NEAR_ENOUGH: Final = 0.3
"""Least coverage at which a sentence is worth comparing."""

SURE: Final = 0.5
"""Least confidence at which what the rules say is worth admitting."""

_FITS: Final = {
    Sign.REVERSED: (Relation.CONTRADICTS, 0.45, 0.25, 0.10),
    Sign.OPPOSED: (Relation.CONTRADICTS, 0.15, 0.25, 0.25),
    Sign.DENIED: (Relation.CONTRADICTS, 0.20, 0.40, 0.0),
    Sign.AGREED: (Relation.SUPPORTS, 0.35, 0.20, 0.20),
    Sign.PLAIN: (Relation.SUPPORTS, 0.20, 0.38, 0.0),
    Sign.TORN: (Relation.NOT_COMPARABLE, 0.30, 0.20, 0.0),
}
"""Relation, least confidence, and its gain up to full coverage and full attachment, by sign."""

_LEAST_COVERAGE: Final = {
    Sign.REVERSED: 0.3,
    Sign.OPPOSED: 0.5,
    Sign.DENIED: 0.5,
    Sign.AGREED: 0.4,
    Sign.PLAIN: 0.6,
}
"""Below it a sign concludes nothing."""

_LEAST_SHARED: Final = 9.0
"""Least weight of the shared words together, two telling ones, for any conclusion."""

_SAME_RESULT: Final = 0.6
"""Least coverage at which two numbers are taken to measure the same result."""

_HEDGED: Final = 0.9
"""What is left of the confidence when only the paper hedges."""

_LIMITED: Final = 0.95
"""What is left of the confidence of an agreement read as a limit."""

_N_SHOWN: Final = 4


@dataclass(frozen=True, kw_only=True)
class Leaning:
    """What one sign, or one number, says."""

    relation: Relation
    confidence: float
    why: str

    @property
    def verdict(self) -> Verdict:
        """The leaning as a verdict."""
        return Verdict(
            relation=self.relation, reason=self.why, confidence=round(self.confidence, 3)
        )


def judged(claim: Claim, finding: Finding) -> Verdict:
    """The verdict on a finding, from its statement, quantities and attribution."""
    said = read_clause(finding.statement)
    met = stances(claim.text, finding.statement)
    nearest = met[0]
    if nearest.coverage < NEAR_ENOUGH:
        return _abstain(nearest, Relation.NO_BEARING, "too little of the claim is spoken of")
    if held := held_back(claim, finding, nearest, said):
        return held
    leanings = [_by_words(stance, claim, said) for stance in met]
    by_number = by_numbers(claim, finding, nearest, said)
    if by_number and by_number.relation is not Relation.SUPPORTS:
        # Another number on the same measure outweighs any likeness of words.
        return by_number.verdict
    leanings += [by_number] if by_number else []
    return max(leanings, key=lambda leaning: leaning.confidence).verdict


def held_back(claim: Claim, finding: Finding, nearest: Stance, said: Clause) -> Verdict | None:
    """Why the finding can move nothing, whatever its words say; None when nothing is against it.

    A question or an aim, a view of others, another group of subjects than the claim's.
    """
    if "aim" in said.cues:
        return _abstain(nearest, Relation.NO_BEARING, "it says what is asked, not what was found")
    if finding.attribution is Attribution.REPORTED:
        return _abstain(nearest, Relation.NOT_COMPARABLE, "the paper reports a view of others")
    ours, theirs = subjects(claim.scope.population or claim.text), subjects(said.text)
    if ours and theirs and not ours & theirs:
        told = f"the claim is about {_either(ours)}, the paper about {_either(theirs)}"
        return _abstain(nearest, Relation.NOT_COMPARABLE, told)
    return None


@lru_cache(maxsize=1 << 12)
def subjects(text: str) -> frozenset[str]:
    """The groups of subjects that `text` names, such as "people" or "models"."""
    words = {match[0] for match in WORD.finditer(text.lower())}
    return frozenset(group for group, names in _subject_names().items() if words & names)


@cache
def _subject_names() -> dict[str, frozenset[str]]:
    lines = (line.partition(":") for line in lines_of("subjects"))
    return {group: frozenset(names.split()) for group, _, names in lines}


def _by_words(stance: Stance, claim: Claim, said: Clause) -> Leaning:
    relation, least, by_coverage, by_attachment = _FITS[stance.sign]
    confidence = least + by_coverage * stance.coverage + by_attachment * stance.attachment
    why = f"{_about(stance, claim)}; {stance.shown_by or 'nothing on either side denies it'}"
    shared = sum(map(weight, stance.shared))
    if stance.coverage < _LEAST_COVERAGE.get(stance.sign, 0.0) or shared < _LEAST_SHARED:
        relation, why = Relation.NOT_COMPARABLE, f"{why}, but too little is shared to conclude"
        confidence /= 2
    leaning = Leaning(relation=relation, confidence=confidence, why=why)
    return weighed(leaning, read_clause(claim.text), said)


def weighed(leaning: Leaning, asked: Clause, said: Clause) -> Leaning:
    """The leaning, narrowed by the paper's conditions and weakened by its hedges."""
    if leaning.relation is Relation.SUPPORTS and "limit" in said.cues - asked.cues:
        leaning = replace(
            leaning,
            relation=Relation.QUALIFIES,
            confidence=leaning.confidence * _LIMITED,
            why=f"{leaning.why}; the paper names a condition or an exception",
        )
    if "hedge" in said.cues - asked.cues:
        leaning = replace(
            leaning,
            confidence=leaning.confidence * _HEDGED,
            why=f"{leaning.why}; the paper hedges",
        )
    return leaning


def by_numbers(claim: Claim, finding: Finding, stance: Stance, said: Clause) -> Leaning | None:
    """What the amounts of the same measure and unit say, if there are any.

    Nothing where the claimed number stands there, too, but may be a share of something else.
    """
    found = [one for one in compared(claim, finding.quantities) if one.place is not Place.ACROSS]
    if not found:
        return None
    inside = next((match for match in found if match.place is Place.INSIDE), None)
    if not inside and is_told_otherwise(claim, finding.quantities):
        return None
    match = inside or found[0]
    told = f"{_about(stance, claim)}; the claim says {_span(match.claimed)}"
    why = f"{told} and the paper {_span(match.found)}"
    # Numbers that a person wrote down with their measure are surer than numbers in running text.
    surer = 0.1 if claim.quantities else 0.0
    relation = Relation.SUPPORTS if inside else _outside(claim, finding, match)
    if not inside:
        why = f"{why}, which is {match.place}"
        if stance.coverage < _SAME_RESULT:
            relation, why = Relation.NOT_COMPARABLE, f"{why}, but perhaps of another result"
    confidence = 0.30 + 0.3 * stance.coverage + surer
    leaning = Leaning(relation=relation, confidence=confidence, why=why)
    return weighed(leaning, read_clause(claim.text), said)


def _outside(claim: Claim, finding: Finding, match: Match) -> Relation:
    """What a number outside of the claimed range says.

    Beyond a claimed ceiling a newer paper supersedes; below it nothing is said of the ceiling.
    """
    if "ceiling" not in read_clause(claim.text).cues:
        return Relation.CONTRADICTS
    if match.place is Place.BELOW:
        return Relation.NOT_COMPARABLE
    return Relation.SUPERSEDES if _is_newer(finding.paper, claim) else Relation.CONTRADICTS


def _is_newer(paper: ArxivId, claim: Claim) -> bool:
    """Whether the id's month comes after the day from which papers are newer than the claim."""
    stamp = paper.number.rpartition("/")[2][:4]
    after = claim.as_of.newer_after
    century = 1900 if stamp > "9000" else 2000
    return (century + int(stamp[:2]), int(stamp[2:])) >= (after.year, after.month)


def _abstain(stance: Stance, relation: Relation, why: str) -> Verdict:
    return Verdict(relation=relation, reason=why, confidence=round(1 - stance.coverage / 2, 3))


def _about(stance: Stance, claim: Claim) -> str:
    shown = ", ".join(_words_shared(stance)[:_N_SHOWN]) or "no word"
    where = "" if stance.part == claim.text else f" on {stance.part!r}"
    return f"both speak of {shown} ({stance.coverage:.0%} of the claim's weight){where}"


def _words_shared(stance: Stance) -> list[str]:
    """The claim's own words of which all parts are shared, most telling first."""
    mass: dict[str, float] = {}
    for match in WORD.finditer(stance.part):
        parts = {term.stem for term in terms_of(match[0].lower(), denied=False)}
        if parts and parts.issubset(stance.shared):
            mass[match[0]] = sum(map(weight, parts))
    return sorted(mass, key=lambda word: -mass[word])


def _span(quantity: Quantity) -> str:
    low, high = f"{quantity.low:g}", f"{quantity.high:g}"
    span = low if low == high else f"{low} to {high}"
    return " ".join(filter(None, (quantity.bound, span, quantity.unit)))


def _either(groups: frozenset[str]) -> str:
    return " or ".join(sorted(groups))
