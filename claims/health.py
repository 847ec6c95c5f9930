"""Whether the papers that a claim rests on are real, are the ones meant, and still stand.

Each check has three answers, and "could not check" is never shown as yes. Source: of 17
references with real ids in one published list, 11 belonged to other papers, so an id that exists
proves nothing until title and first author agree.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz, utils

from claims.assessment import Assessment
from claims.claim import Claim, SourceRef
from claims.evidence import (
    Citation,
    Finding,
    Paper,
    Passage,
    Relation,
    Signature,
    TextSource,
    Verdict,
)
from claims.ids import ArxivId
from claims.standing import SOURCE_HEALTH, Flag
from claims.verify import MIN_QUOTE_CHARS, verify

TITLE_AGREES: Final = 95.0
"""Least token-sort ratio of two titles, in percent. Another paper was once matched at 91.5."""

_SIGNATURE: Final = Signature(judge=SOURCE_HEALTH, model="rules", prompt_version="1")


class Answer(StrEnum):
    """The outcome of one check."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "could not check"


@dataclass(frozen=True, kw_only=True)
class SourceCheck:
    """What is known of one cited paper."""

    ref: SourceRef
    resolves: Answer
    agrees: Answer
    """Whether title and first author, as far as they were stated, are those of the paper."""
    stands: Answer
    """Whether it is not withdrawn."""
    newest: Paper | None

    @property
    def is_real(self) -> bool:
        """Whether every check said yes."""
        return {self.resolves, self.agrees, self.stands} == {Answer.YES}


class Records(Mapping[str, tuple[Paper, ...] | None]):
    """What is known of papers: number to its versions, oldest first; None for "no such paper".

    A number that is not a key could not be checked.
    """

    def __init__(self, papers: Iterable[Paper], absent: Iterable[ArxivId] = ()) -> None:
        self._versions: dict[str, tuple[Paper, ...] | None] = {id.number: None for id in absent}
        for paper in sorted(papers, key=lambda p: (p.id.number, p.id.version or 0)):
            self._versions[paper.id.number] = (
                *(self._versions.get(paper.id.number) or ()),
                paper,
            )

    def __getitem__(self, number: str) -> tuple[Paper, ...] | None:
        return self._versions[number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)


def check(ref: SourceRef, records: Records) -> SourceCheck:
    """What `records` say of the paper that `ref` cites."""
    number = ref.arxiv.number
    if number not in records:
        unknown = Answer.UNKNOWN
        return SourceCheck(ref=ref, resolves=unknown, agrees=unknown, stands=unknown, newest=None)
    versions = records[number]
    if versions is None:
        no = Answer.NO
        return SourceCheck(ref=ref, resolves=no, agrees=no, stands=no, newest=None)
    agrees = any(_is_the_paper_meant(ref, paper) for paper in versions)
    return SourceCheck(
        ref=ref,
        resolves=Answer.YES,
        agrees=Answer.YES if agrees else Answer.NO,
        stands=Answer.NO if versions[-1].withdrawn else Answer.YES,
        newest=versions[-1],
    )


def flags_of(checks: Sequence[SourceCheck]) -> frozenset[Flag]:
    """What a reader must know about the sources of one claim."""
    flags = {Flag.UNGROUNDED} if not any(c.is_real for c in checks) else set()
    for source in checks:
        if source.resolves is Answer.UNKNOWN:
            flags.add(Flag.NOT_CHECKED)
        elif source.agrees is Answer.NO:
            flags.add(Flag.SOURCE_MISMATCH)
        elif source.stands is Answer.NO:
            flags.add(Flag.SOURCE_WITHDRAWN)
        elif _is_outdated(source):
            flags.add(Flag.SOURCE_REVISED)
    return frozenset(flags)


def notices(claim: Claim, checks: Sequence[SourceCheck]) -> tuple[Assessment, ...]:
    """SUPERSEDES, in the authors' own words, when nothing that the claim rests on stands."""
    withdrawn = [c for c in checks if c.agrees is Answer.YES and c.stands is Answer.NO]
    if not withdrawn or any(c.stands is Answer.YES and c.agrees is Answer.YES for c in checks):
        return ()
    return tuple(
        _notice(claim, source.newest, source.newest.comment)
        for source in withdrawn
        if source.newest and source.newest.comment
        if len(source.newest.comment) >= MIN_QUOTE_CHARS
    )


def _notice(claim: Claim, paper: Paper, comment: str) -> Assessment:
    passage = Passage(
        paper=paper.id, source=TextSource.COMMENT, text=comment, start=0, end=len(comment)
    )
    citation = Citation(passage_id=passage.id, quote=comment)
    return Assessment(
        claim_id=claim.id,
        claim_revision=claim.revision,
        finding=Finding(
            paper=paper.id,
            statement="The authors withdrew the paper that the claim rests on.",
            citations=(citation,),
        ),
        verdict=Verdict(
            relation=Relation.SUPERSEDES,
            reason=f"the claim rests on {paper.id.number}, which its authors withdrew",
            confidence=1.0,
        ),
        signature=_SIGNATURE,
        evidence=(verify(citation, passage, paper),),
    )


def _is_outdated(source: SourceCheck) -> bool:
    cited, newest = source.ref.arxiv.version, source.newest
    return bool(cited and newest and (newest.id.version or 0) > cited)


def _is_the_paper_meant(ref: SourceRef, paper: Paper) -> bool:
    return _same_title(ref.title, paper.title) and _same_author(ref.first_author, paper.authors)


def _same_title(stated: str | None, real: str) -> bool:
    if stated is None:
        return True
    ratio = fuzz.token_sort_ratio(stated, real, processor=utils.default_process)
    return ratio >= TITLE_AGREES


def _same_author(stated: str | None, real: tuple[str, ...]) -> bool:
    if stated is None:
        return True
    surname = utils.default_process(stated).split()[-1:]
    return bool(real) and surname == utils.default_process(real[0]).split()[-1:]
