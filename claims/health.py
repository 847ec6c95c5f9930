"""Whether the papers that claims and evidence rest on are real, the ones meant, and still stand.

Each check has three answers, and "could not check" is never shown as yes. Source: of 17
references with real ids in one published list, 11 belonged to other papers, so an id that exists
proves nothing until title and first author agree.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from claims.assessment import Assessment
from claims.claim import Claim, SourceRef
from claims.errors import QuoteNotFound
from claims.evidence import (
    Answer,
    Citation,
    Finding,
    Paper,
    Passage,
    Relation,
    Signature,
    Sought,
    TextSource,
    Verdict,
)
from claims.ids import ArxivId
from claims.naming import same_author, same_title
from claims.standing import SOURCE_HEALTH, Flag
from claims.verify import MIN_QUOTE_CHARS, VerifiedCitation, locate, verify

Place = tuple[ArxivId, str]
"""A version, and words that were sought in its full text."""

_FULL_TEXT: Final = frozenset({TextSource.PAPER, TextSource.HTML})

_SIGNATURE: Final = Signature(judge=SOURCE_HEALTH, model="rules", prompt_version="1")


@dataclass(frozen=True, kw_only=True)
class SourceCheck:
    """What is known of one cited paper."""

    ref: SourceRef
    resolves: Answer
    agrees: Answer
    """Whether title and first author, as far as they were stated, are those of the paper."""
    titled: Answer
    """Whether the title is one that the paper had in some version, or the main part of one."""
    authored: Answer
    """Whether the first author is."""
    dated: Answer
    """Whether the stated year is that of the first submission."""
    stands: Answer
    """Whether it is not withdrawn."""
    words: Answer
    """Whether the quoted words stand in its newest version; yes where none are quoted."""
    newest: Paper | None
    said_in: tuple[Paper, Passage] | None = None
    """The newest version that says the quoted words, and where."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What a person should know of it, one line each; nothing when all is well."""
        return tuple(_problems(self))

    @property
    def is_real(self) -> bool:
        """Whether every check said yes; a wrong year alone does not make a citation unreal."""
        return {self.resolves, self.agrees, self.stands, self.words} == {Answer.YES}

    @property
    def may_stand(self) -> bool:
        """Whether it is the paper meant and stands, as far as could be checked."""
        return self.agrees is not Answer.NO and not self.is_gone

    @property
    def is_gone(self) -> bool:
        """Whether it is the paper meant, and was withdrawn or says the words no longer."""
        reworded = self.words is Answer.NO and self.said_in is not None
        return self.agrees is Answer.YES and (self.stands is Answer.NO or reworded)


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


def check(
    ref: SourceRef, records: Records, sought: Mapping[Place, Sought] | None = None
) -> SourceCheck:
    """What `records` say of the paper that `ref` cites; `sought` of words in full texts."""
    sought = sought or {}
    number = ref.arxiv.number
    if number not in records:
        return _alike(ref, Answer.UNKNOWN)
    versions = records[number]
    if versions is None:
        return _alike(ref, Answer.NO)
    submitted = min(paper.submitted_on for paper in versions)
    saying = [paper for paper in versions if ref.quote and says(paper, ref.quote, sought)]
    return SourceCheck(
        ref=ref,
        resolves=Answer.YES,
        agrees=_yes(any(_is_the_paper_meant(ref, paper) for paper in versions)),
        titled=_yes(any(same_title(ref.title, paper.title) for paper in versions)),
        authored=_yes(any(same_author(ref.first_author, paper.authors) for paper in versions)),
        dated=_yes(ref.year in {None, submitted.year}),
        stands=_yes(not versions[-1].withdrawn),
        words=_words(ref, versions[-1], saying, sought),
        newest=versions[-1],
        said_in=_passage_with(ref, saying[-1], sought) if saying else None,
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
        elif source.words is Answer.NO and source.said_in is None:
            flags.add(Flag.SOURCE_MISMATCH)
        elif source.words is Answer.NO or _is_outdated(source):
            flags.add(Flag.SOURCE_REVISED)
        elif source.words is Answer.UNKNOWN:
            flags.add(Flag.NOT_CHECKED)
        if source.resolves is Answer.YES and source.dated is Answer.NO:
            flags.add(Flag.SOURCE_MISDATED)
    return frozenset(flags)


def notices(claim: Claim, checks: Sequence[SourceCheck]) -> tuple[Assessment, ...]:
    """SUPERSEDES, in the authors' own words, when nothing that the claim rests on stands."""
    gone = [source for source in checks if source.is_gone]
    if any(source.may_stand for source in checks):
        return ()
    told = (_withdrawal(claim, source) or _rewording(claim, source) for source in gone)
    return tuple(notice for notice in told if notice)


def still_stands(
    assessment: Assessment, newest: Mapping[str, Paper], sought: Mapping[Place, Sought]
) -> Answer | None:
    """Whether the quoted words stand in the papers' newer versions; None where there are none.

    `newest` maps a paper's number to its newest version, `sought` says which words were found in
    full texts. Words from a full text that was not read anew are unknown.
    """
    answers = {
        stands_in(cited, newest[cited.paper.id.number], sought)
        for cited in assessment.evidence
        if cited.paper.id.number in newest
    }
    ranked = (Answer.NO, Answer.UNKNOWN, Answer.YES)
    return next((answer for answer in ranked if answer in answers), None)


def stands_in(
    cited: VerifiedCitation, newest: Paper, sought: Mapping[Place, Sought]
) -> Answer | None:
    """Whether the words stand in `newest`; None where it is the version that they are from."""
    source, said = cited.passage.source, cited.paper
    if newest.id == said.id and (source in _FULL_TEXT or newest.abstract == said.abstract):
        return None
    if says(newest, cited.quote, sought):
        return Answer.YES
    if (newest.id, cited.quote) in sought:
        return Answer.NO
    if source is not newest.abstract_source:
        return Answer.UNKNOWN
    return Answer.YES if _holds(newest.abstract, cited.quote) else Answer.NO


def _alike(ref: SourceRef, answer: Answer) -> SourceCheck:
    return SourceCheck(
        ref=ref,
        resolves=answer,
        agrees=answer,
        titled=answer,
        authored=answer,
        dated=answer,
        stands=answer,
        words=answer,
        newest=None,
    )


def _words(
    ref: SourceRef, newest: Paper, saying: Sequence[Paper], sought: Mapping[Place, Sought]
) -> Answer:
    """Words that no abstract ever held may stand in a full text: that is unknown until read."""
    if ref.quote is None:
        return Answer.YES
    if saying:
        return Answer.YES if saying[-1] == newest else Answer.NO
    return Answer.NO if (newest.id, ref.quote) in sought else Answer.UNKNOWN


def says(paper: Paper, quote: str, sought: Mapping[Place, Sought] | None = None) -> bool:
    """Whether the authors' words hold the quote; a summary in our words says nothing of them."""
    answer = (sought or {}).get((paper.id, quote))
    if answer and answer.passage:
        return True
    return paper.abstract_source is TextSource.ABSTRACT and _holds(paper.abstract, quote)


def _passage_with(
    ref: SourceRef, paper: Paper, sought: Mapping[Place, Sought]
) -> tuple[Paper, Passage]:
    """The version that says the quoted words, and the passage of it in which they stand."""
    answer = sought.get((paper.id, ref.quote or ""))
    passage = answer.passage if answer else None
    return paper, passage or _whole(paper, paper.abstract_source, paper.abstract)


def _whole(paper: Paper, kind: TextSource, text: str) -> Passage:
    return Passage(paper=paper.id, source=kind, text=text, start=0, end=len(text))


def _holds(text: str, quote: str) -> bool:
    try:
        locate(quote, text)
    except QuoteNotFound:
        return False
    return True


def _withdrawal(claim: Claim, source: SourceCheck) -> Assessment | None:
    paper = source.newest
    if paper is None or not paper.withdrawn or len(paper.comment or "") < MIN_QUOTE_CHARS:
        return None
    comment = paper.comment or ""
    return _notice(
        claim,
        paper,
        _whole(paper, TextSource.COMMENT, comment),
        quote=comment,
        statement="The authors withdrew the paper that the claim rests on.",
        reason=f"the claim rests on {paper.id.number}, which its authors withdrew",
    )


def _rewording(claim: Claim, source: SourceCheck) -> Assessment | None:
    newest, quote = source.newest, source.ref.quote
    if source.said_in is None or newest is None or quote is None or source.words is not Answer.NO:
        return None
    paper, passage = source.said_in
    return _notice(
        claim,
        paper,
        passage,
        quote=quote,
        statement="The words that the claim rests on were taken out of the paper.",
        reason=f"the claim rests on words of {paper.id} that {newest.id} no longer says",
    )


def _notice(
    claim: Claim, paper: Paper, passage: Passage, *, quote: str, statement: str, reason: str
) -> Assessment:
    citation = Citation(passage_id=passage.id, quote=quote)
    return Assessment(
        claim_id=claim.id,
        claim_revision=claim.revision,
        finding=Finding(paper=paper.id, statement=statement, citations=(citation,)),
        verdict=Verdict(relation=Relation.SUPERSEDES, reason=reason, confidence=1.0),
        signature=_SIGNATURE,
        evidence=(verify(citation, passage, paper),),
    )


def _is_outdated(source: SourceCheck) -> bool:
    cited, newest = source.ref.arxiv.version, source.newest
    return bool(cited and newest and (newest.id.version or 0) > cited)


def _problems(found: SourceCheck) -> Iterator[str]:
    ref, newest = found.ref, found.newest
    if found.resolves is Answer.UNKNOWN:
        yield "could not be looked up"
    if newest is None:
        if found.resolves is Answer.NO:
            yield "there is no such paper on arXiv"
        return
    if found.titled is Answer.NO:
        yield f"belongs to another paper: its title is {newest.title!r}"
    if found.authored is Answer.NO:
        first = newest.authors[0] if newest.authors else "nobody"
        yield f"its first author is {first}, not {ref.first_author}"
    if found.dated is Answer.NO:
        yield f"first submitted on {newest.submitted_on}, not in {ref.year}"
    if found.stands is Answer.NO:
        yield f"withdrawn: {newest.id} is a withdrawal notice"
    elif found.words is Answer.NO:
        no_longer = "no longer" if found.said_in else "do not"
        yield f"the quoted words {no_longer} stand in {newest.id}"
    elif ref.arxiv.version and ref.arxiv.version != newest.id.version:
        yield f"v{ref.arxiv.version} is cited, the latest known is v{newest.id.version}"


def _yes(holds: bool) -> Answer:
    return Answer.YES if holds else Answer.NO


def _is_the_paper_meant(ref: SourceRef, paper: Paper) -> bool:
    return same_title(ref.title, paper.title) and same_author(ref.first_author, paper.authors)
