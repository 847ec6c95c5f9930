"""The papers that claims and their evidence rest on, looked at in every run.

Papers are withdrawn, revised and retitled. What became of them is told in the report, and what the
source cannot say of a paper tonight is a third answer: the claims that rest on it are not checked.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from claims.assessment import Assessment
from claims.claim import Claim, Inquiry, SourceRef
from claims.evidence import Answer, Paper, Sought
from claims.health import Place, says, stands_in
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.outcomes import SourceChange
from claims.run import Run
from claims.verify import VerifiedCitation
from flows.earlier import retitled
from flows.full_text import WholePapers
from flows.wiring import Bench
from papers.sources import Harvester
from papers.states import change_of


@dataclass(frozen=True, kw_only=True)
class Rests:
    """What the claims of a run rest on, as numbers of papers."""

    refs: tuple[SourceRef, ...]
    """As the library cites them."""
    of_claim: dict[str, frozenset[str]]
    """A claim's id to the papers that it cites and those of its admitted evidence so far."""
    sources: tuple[tuple[str, SourceRef], ...]
    """Sources with words that are said to stand in them, each with the id of its claim."""
    evidence: tuple[tuple[str, VerifiedCitation], ...]
    """What is admitted so far, each with the id of its claim."""

    @property
    def numbers(self) -> frozenset[str]:
        """All of them."""
        cited = frozenset(ref.arxiv.number for ref in self.refs)
        return cited.union(*self.of_claim.values())


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a source said of the papers."""

    absent: tuple[ArxivId, ...] = ()
    """Cited, and there is no such paper."""
    unknown: frozenset[str] = frozenset()
    """Numbers of which it could say nothing."""


def rests_of(ledger: Ledger, inquiries: Sequence[Inquiry], claims: Sequence[Claim]) -> Rests:
    """What `claims`, and the anchors of `inquiries`, rest on before this run.

    Evidence that dropped out with its paper is among it: the paper may come back.
    """
    of_claim = {claim.id: {s.arxiv.number for s in claim.sources} for claim in claims}
    admitted = ledger.standings_before(of_claim)
    bearing = [(standing.claim_id, one) for standing in admitted for one in standing.admitted]
    bearing += [(claim.id, one) for claim in claims for one in _dropped(ledger, claim)]
    evidence = tuple((claim_id, cited) for claim_id, one in bearing for cited in one.evidence)
    for claim_id, cited in evidence:
        of_claim[claim_id].add(cited.paper.id.number)
    return Rests(
        sources=tuple((c.id, source) for c in claims for source in c.sources if source.quote),
        evidence=evidence,
        refs=tuple(dict.fromkeys(ref for i in inquiries for ref in i.cited)),
        of_claim={id_: frozenset(numbers) for id_, numbers in of_claim.items()},
    )


def _dropped(ledger: Ledger, claim: Claim) -> Iterator[Assessment]:
    """What would bear on the claim if its paper were not withdrawn, or still said the words."""
    known = ledger.known(claim)
    for id_, (one, _) in known.assessments.items():
        gone = one.finding.paper.number in known.withdrawn or known.revised.get(id_) is Answer.NO
        if gone and one.relation.moves_a_standing and one.claim_revision == claim.revision:
            yield one


async def look_up(bench: Bench, run: Run, rests: Rests) -> Looked:
    """What the source says of the papers; their records are in the ledger. Raises SourceError."""
    latest = tuple(ArxivId(number) for number in sorted(rests.numbers))
    pinned = tuple(dict.fromkeys(ref.arxiv for ref in rests.refs if ref.arxiv.version))
    if not latest:
        return Looked()
    source, papers = bench.source, bench.ledger.papers
    if isinstance(source, Harvester):
        states = source.latest_states(latest, papers.newest(rests.numbers))
    else:
        states = source.lookup(latest)
    answers = {**states, **source.lookup(pinned)}
    known = {paper.id for paper in papers.get(ids=latest)}
    if earlier := retitled(rests.refs, answers.values(), known):
        answers |= source.lookup(earlier)
    found = [paper for paper in answers.values() if paper]
    later = {paper.id.number for paper in found if paper.revised_at >= run.until}
    if later:
        # A version from after the window is not known yet in this window; the first one may be.
        firsts = source.lookup([ArxivId(number, 1) for number in sorted(later)])
        found += [paper for paper in firsts.values() if paper]
    papers.add([paper for paper in found if paper.revised_at < run.until], run.id)
    there = {paper.id.number for paper in found}
    absent = {id_.unversioned for id_, paper in answers.items() if paper is None}
    return Looked(
        absent=tuple(sorted((id_ for id_ in absent if id_.number not in there), key=str)),
        unknown=rests.numbers - {id_.number for id_ in states},
    )


@dataclass(frozen=True, kw_only=True)
class _Earlier:
    """Words of a source, and the older version in which they may stand."""

    paper: Paper
    words: str
    is_recorded: bool
    """False where only the id is known: what stands in it cannot be shown as that version's."""

    def is_settled(self, sought: Mapping[Place, Sought]) -> bool:
        """Whether it is known, and can be told, if the words stand in it."""
        answer = sought.get((self.paper.id, self.words))
        if answer is None or answer.passage:
            return self.is_recorded and says(self.paper, self.words, sought)
        return True


async def seek(bench: Bench, run: Run, rests: Rests, whole: WholePapers) -> int:
    """The number of quotes sought in full texts; where they stand is in the ledger.

    Sought are the words of sources that no abstract holds, and those of evidence that the
    abstract of a newer version does not hold. Each is sought once in a version. That the newest
    version does not say a source's words is noted when the version that is meant was read too:
    else a true quote of a revised paper would be called invented. Raises LedgerError.
    """
    papers, n_sought = bench.ledger.papers, 0
    newest = papers.newest(rests.numbers, before=run.until)
    earlier = tuple(_earlier(bench, run, rests, newest))
    looked_at = (*newest.values(), *(one.paper for one in earlier))
    sought = papers.sought(paper.id for paper in looked_at)
    for (number, claim_id), words in sorted(_wanted(rests, newest, sought).items()):
        paper = newest[number]
        left = sorted(w for w in words if (paper.id, w) not in sought and not says(paper, w))
        answers = await whole.seek(paper, left, claim_id) if left else []
        sought |= {(answer.paper, answer.words): answer for answer in answers}
        meant = [one for one in earlier if one.words in words and _lacks(paper, one, sought)]
        for one in meant:
            if (one.paper.id, one.words) not in sought and not one.is_settled(sought):
                more = await whole.seek(one.paper, [one.words], claim_id)
                sought |= {(answer.paper, answer.words): answer for answer in more}
                answers += more
        unsettled = {one.words for one in meant if not one.is_settled(sought)}
        answers = [a for a in answers if a.passage or a.words not in unsettled]
        papers.note_sought(answers, run.id)
        n_sought += len(answers)
    return n_sought


def _wanted(
    rests: Rests, newest: Mapping[str, Paper], sought: Mapping[Place, Sought]
) -> Mapping[tuple[str, str], set[str]]:
    """The words to be found in the newest versions, by number of the paper and id of the claim."""
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for claim_id, cited in rests.evidence:
        paper = newest.get(cited.paper.id.number)
        if paper and stands_in(cited, paper, sought) in {Answer.NO, Answer.UNKNOWN}:
            wanted[paper.id.number, claim_id].add(cited.quote)
    for claim_id, source in rests.sources:
        if source.quote and source.arxiv.number in newest:
            wanted[source.arxiv.number, claim_id].add(source.quote)
    return wanted


def _earlier(
    bench: Bench, run: Run, rests: Rests, newest: Mapping[str, Paper]
) -> Iterator[_Earlier]:
    """The version that each source names, or the oldest that is known, if it is not the newest."""
    quoted = [s for _, s in rests.sources if s.quote and s.arxiv.number in newest]
    known: defaultdict[str, dict[int, Paper]] = defaultdict(dict)
    for paper in bench.ledger.papers.get(ids=[source.arxiv.unversioned for source in quoted]):
        if paper.revised_at < run.until:
            known[paper.id.number][paper.id.version or 0] = paper
    for source in quoted:
        latest, versions = newest[source.arxiv.number], known[source.arxiv.number]
        version = source.arxiv.version or min(versions)
        if version < (latest.id.version or 0):
            named = latest.model_copy(update={"id": ArxivId(source.arxiv.number, version)})
            yield _Earlier(
                paper=versions.get(version, named),
                words=source.quote or "",
                is_recorded=version in versions,
            )


def _lacks(newest: Paper, one: _Earlier, sought: Mapping[Place, Sought]) -> bool:
    """Whether `one` is of this paper, whose newest version was read and does not say the words."""
    answer = sought.get((newest.id, one.words))
    is_of_it = one.paper.id.number == newest.id.number
    return is_of_it and answer is not None and not says(newest, one.words, sought)


def changes_of(ledger: Ledger, run: Run, rests: Rests) -> tuple[SourceChange, ...]:
    """What changed in the papers since the claims that rest on them were last tested, by number."""
    told_at = {id_: _last_told(ledger, id_) for id_ in rests.of_claim}
    earliest: dict[str, datetime] = {}
    for claim_id, numbers in rests.of_claim.items():
        if at := told_at[claim_id]:
            earliest |= {n: min(at, earliest.get(n, at)) for n in numbers}
    before = {
        number: paper
        for at in sorted(set(earliest.values()))
        for number, paper in ledger.papers.newest(
            (n for n, moment in earliest.items() if moment == at), before=run.until, as_of=at
        ).items()
    }
    after: dict[str, Paper] = ledger.papers.newest(before, before=run.until)
    changes = (change_of(before[number], after[number]) for number in sorted(before))
    return tuple(change for change in changes if change)


def _last_told(ledger: Ledger, claim_id: str) -> datetime | None:
    """When the last report on the claim was made; None for a claim that was never tested."""
    history = ledger.runs.history(claim_id, limit=1)
    return history[0][0].finished_at if history else None
