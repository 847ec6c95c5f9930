"""Where a claim stands: a pure, total function of evidence, decisions and source health.

The same evidence gives the same standing in any order of arrival. The table, highest row first:

    any SUPERSEDES admitted, own sources withdrawn  SUPERSEDED
    otherwise any CONTRADICTS                       CONTESTED
    otherwise any QUALIFIES                         QUALIFIED
    otherwise any SUPPORTS                          CONFIRMED
    nothing admitted                                UNTESTED

Admitted evidence is verified by its type, newer than the claim's date, not of the very version that
the claim rests on, at or above the judge's threshold (or accepted by a person), not rejected, of a
paper that is not withdrawn, and its words stand in the newest version as far as that is known. A
person's ruling on the standing outranks the table until newer evidence arrives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from claims.assessment import Assessment, Decision, Ruling, StandingState, in_force
from claims.claim import Claim
from claims.evidence import Answer, Relation

TABLE: Final = (
    (Relation.SUPERSEDES, StandingState.SUPERSEDED),
    (Relation.CONTRADICTS, StandingState.CONTESTED),
    (Relation.QUALIFIES, StandingState.QUALIFIED),
    (Relation.SUPPORTS, StandingState.CONFIRMED),
)
"""The relation that leads to each standing, the highest row first."""

SOURCE_HEALTH: Final = "source-health"
"""The judge's name on assessments that code makes from a source's own notices."""


class Flag(StrEnum):
    """What a reader must know beside the standing."""

    UNGROUNDED = "UNGROUNDED"
    """No real citation stands behind the claim."""
    SOURCE_WITHDRAWN = "SOURCE_WITHDRAWN"
    """A paper that the claim rests on was withdrawn."""
    NO_SOURCE_LEFT = "NO_SOURCE_LEFT"
    """All the papers that the claim rests on were withdrawn, or lost the words it quotes."""
    SOURCE_REVISED = "SOURCE_REVISED"
    """A paper that the claim rests on has a newer version than the one cited."""
    SOURCE_MISMATCH = "SOURCE_MISMATCH"
    """A cited id belongs to another paper, or the quoted words are not in it."""
    SOURCE_MISDATED = "SOURCE_MISDATED"
    """The year stated for a cited paper is not that of its first submission."""
    NOT_CHECKED = "NOT_CHECKED"
    """Some of tonight's work on this claim failed."""
    OUR_WORDS = "OUR_WORDS"
    """Evidence is quoted from the sample's summaries, not from the authors."""
    EVIDENCE_REVISED = "EVIDENCE_REVISED"
    """Evidence is of a version that was revised, and its words were not found or sought again."""
    REVIEW = "REVIEW"
    """Newer evidence arrived after a person's ruling."""


DERIVED_FLAGS: Final = frozenset({Flag.OUR_WORDS, Flag.EVIDENCE_REVISED, Flag.REVIEW})
"""The flags that `standing_of` itself raises; the others are told to it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One claim's place, what it rests on, and what to mind. `admitted` is sorted by strength."""

    claim_id: str
    claim_revision: str
    state: StandingState
    flags: tuple[Flag, ...]
    admitted: tuple[Assessment, ...]
    relations: Mapping[str, Relation]
    """Assessment id to relation, after people's amendments."""
    reason: str

    def relation_of(self, assessment: Assessment) -> Relation:
        """The relation that counts: a person's amendment, or else the judge's."""
        return self.relations[assessment.id]


@dataclass(frozen=True, kw_only=True)
class Known:
    """Everything that decides a standing. Order means nothing in any field."""

    assessments: Mapping[str, tuple[Assessment, datetime]]
    """Assessment id to the assessment and the moment it was recorded."""
    decisions: tuple[Decision, ...] = ()
    withdrawn: frozenset[str] = frozenset()
    """Numbers of papers known to be withdrawn."""
    revised: Mapping[str, Answer] = field(default_factory=dict)
    """Assessment id to whether its words stand in the paper's newer version; without one, not here.
    "No" drops the evidence."""
    flags: frozenset[Flag] = frozenset()
    """What source checks and tonight's failures say of this claim."""


def standing_of(claim: Claim, known: Known, *, thresholds: Mapping[str, float]) -> Standing:
    """The standing of `claim`; `thresholds` maps a judge's name to its least confidence."""
    rulings = in_force(known.decisions)
    admitted: list[Assessment] = []
    relations: dict[str, Relation] = {}
    for assessment, _ in known.assessments.values():
        ruling = rulings.get(assessment.id)
        relation = (ruling and ruling.relation) or assessment.relation
        if relation.moves_a_standing and _is_admitted(claim, assessment, ruling, known, thresholds):
            admitted.append(assessment)
            relations[assessment.id] = relation
    rank = {relation: i for i, (relation, _) in enumerate(TABLE)}
    admitted.sort(key=lambda a: (rank[relations[a.id]], -a.verdict.confidence, a.id))
    state = next(
        (state for relation, state in TABLE if relation in relations.values()),
        StandingState.UNTESTED,
    )
    flags = set(known.flags)
    flags |= {Flag.OUR_WORDS} if any(a.in_our_words for a in admitted) else set()
    unsure = any(known.revised.get(a.id) is Answer.UNKNOWN for a in admitted)
    flags |= {Flag.EVIDENCE_REVISED} if unsure else set()
    reason = _reason(state, relations, known)
    held = rulings.get(None)
    if held and held.standing:
        if any(known.assessments[a.id][1] > held.at for a in admitted):
            flags.add(Flag.REVIEW)
        elif admitted or held.standing is StandingState.UNTESTED:
            state, reason = held.standing, f"held by {held.by} on {held.at:%Y-%m-%d}: {held.why}"
    return Standing(
        claim_id=claim.id,
        claim_revision=claim.revision,
        state=state,
        flags=tuple(sorted(flags)),
        admitted=tuple(admitted),
        relations=relations,
        reason=reason,
    )


def _is_admitted(
    claim: Claim,
    assessment: Assessment,
    ruling: Decision | None,
    known: Known,
    thresholds: Mapping[str, float],
) -> bool:
    if assessment.claim_revision != claim.revision:
        return False
    if ruling and ruling.ruling is Ruling.REJECT:
        return False
    revised = known.revised.get(assessment.id)
    own = {source.arxiv.number: source.arxiv.version or 1 for source in claim.sources}
    if assessment.signature.judge == SOURCE_HEALTH:
        # A notice was true once; the flag says that it is true of the sources as they are now.
        is_gone = assessment.finding.paper.number in known.withdrawn or revised is Answer.NO
        return is_gone and Flag.NO_SOURCE_LEFT in known.flags
    withdrawn = any(cited.paper.id.number in known.withdrawn for cited in assessment.evidence)
    if withdrawn or revised is Answer.NO:
        return False
    paper = assessment.evidence[0].paper.id
    is_own = (paper.version or 1) <= own.get(paper.number, 0)
    if is_own or assessment.dated(frozenset(own)) <= claim.as_of.newer_after:
        return False
    least = thresholds.get(assessment.signature.judge, 1.0)
    return bool(ruling) or assessment.verdict.confidence >= least


def _reason(state: StandingState, relations: Mapping[str, Relation], known: Known) -> str:
    if state is StandingState.UNTESTED:
        if Flag.NOT_CHECKED in known.flags:
            return "some of the work failed, and nothing verified bears on the claim so far"
        return "nothing verified and newer than the claim bears on it so far"
    counts = {relation: list(relations.values()).count(relation) for relation, _ in TABLE}
    told = [f"{n} {relation.value}" for relation, n in counts.items() if n]
    return "rests on " + ", ".join(told)
