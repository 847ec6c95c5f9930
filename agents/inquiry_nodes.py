"""The steps of answering an inquiry, over the verdicts that the ledger holds: no paper is read.

What is asked, what bears on it, how disagreements rank and what new questions spring from is
decided here, by rule; the writer only puts it into words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Final, TypedDict

from agents.words import FUNCTION_WORDS, WORD, stem, weight
from agents.writer import Ranked, Spring, SpringKind, SubQuestion, Writer
from claims.answer import (
    Answered,
    Criteria,
    Disagreement,
    Held,
    InquiryAnswer,
    Line,
    Statement,
    openness_of,
)
from claims.assessment import Assessment, StandingState
from claims.claim import Inquiry
from claims.clock import Window
from claims.evidence import Relation
from claims.standing import Flag

N_DISAGREEMENTS: Final = 5
N_QUESTIONS: Final = 2
"""As many as the pages ask for: "propose two research questions"."""
N_NEXT: Final = 3
"""Next inquiring lines."""

_OVERTURNS: Final = {Relation.SUPERSEDES: 1.0, Relation.CONTRADICTS: 0.8, Relation.QUALIFIES: 0.5}
"""Our own scale, shown beside every ranking: replacing weighs more than denying, and that more
than limiting."""

_BEARS: Final = 0.35
"""Least share of a question's telling words that evidence must hold to be an answer to it."""

_DOUBTS: Final = re.compile(
    r"\b(?:ill-?posed|mis-?framed|misleading|the wrong question|category (?:error|mistake)|"
    r"overlook\w*|neglect\w*|fail\w* to (?:capture|account|measure|consider)|conflat\w*|"
    r"confound\w*|cannot be reduced|do(?:es)? not (?:measure|capture)|construct validity)\b",
    re.IGNORECASE,
)
"""What papers say when they doubt how a thing is asked."""

_QUESTION: Final = re.compile(r"[^.?!;:]{8,300}\?")
_OF_EACH_CLAIM: Final = re.compile(
    r"\b(?:each|every|all|dated)\b[^?]{0,40}\bclaims?\b", re.IGNORECASE
)
_OF_THE_WHOLE: Final = re.compile(
    r"\b(?:question|premise|inquiry)\b[^?]{0,60}\b(?:open|settled|moot|closed|survives?|stands?|holds?)\b"
    r"|\b(?:open|settled|moot)\b[^?]{0,40}\b(?:question|premise|inquiry)\b",
    re.IGNORECASE,
)
"""What asks after the question itself: the standings of its claims answer it."""

_WHOLE: Final = "Is the question itself still open?"
_MARK: Final = re.compile(r"^\(?(?:[a-z]|\d|[ivx]{1,4})\)\s+|^(?:and|or|but)\s+", re.IGNORECASE)
_FIRST: Final = {
    StandingState.CONTESTED: 0,
    StandingState.SUPERSEDED: 1,
    StandingState.QUALIFIED: 2,
    StandingState.UNTESTED: 3,
    StandingState.CONFIRMED: 4,
}
"""In which order standings give rise to questions."""

_CONFLICTS: Final = frozenset(
    {StandingState.CONTESTED, StandingState.SUPERSEDED, StandingState.QUALIFIED}
)


@dataclass(frozen=True, kw_only=True)
class InquiryTask:
    """An inquiry to answer, with everything that the ledger holds of its claims."""

    inquiry: Inquiry
    held: tuple[Held, ...]
    window: Window
    """The time of the second task; its end is that of what is known."""


@dataclass(frozen=True, kw_only=True)
class InquiryBench:
    """What the nodes work with."""

    task: InquiryTask
    writer: Writer


class InquiryState(TypedDict, total=False):
    """What the nodes add, each under its own name."""

    premise: tuple[Answered, ...]
    why: tuple[Statement, ...]
    disagreements: tuple[Disagreement, ...]
    beyond: tuple[Statement, ...]
    lines: tuple[Line, ...]


async def premise(bench: InquiryBench) -> InquiryState:
    """The first task: its sub-questions, answered one by one, and what that makes of the whole."""
    task = bench.task
    answered = [
        Answered(question=asked.text, held=asked.held, statements=await bench.writer.answer(asked))
        for asked in sub_questions(task)
    ]
    openness = openness_of(held.state for held in task.held)
    why = await bench.writer.conclude(task.inquiry, task.held, openness)
    whole = next(filter(_OF_THE_WHOLE.search, _asked(task)), _WHOLE)
    answered.append(Answered(question=whole, held=(), statements=why))
    return {"premise": tuple(answered), "why": why}


async def disagreement(bench: InquiryBench) -> InquiryState:
    """The second task: what speaks against the claims in the window, ranked."""
    told = [
        Disagreement(
            held=ranked.held,
            assessment=ranked.assessment,
            relation=ranked.relation,
            criteria=ranked.criteria,
            statements=await bench.writer.dispute(ranked),
        )
        for ranked in ranked_against(bench.task)[:N_DISAGREEMENTS]
    ]
    doubts = list(doubting(bench.task))[:N_DISAGREEMENTS]
    beyond = [await bench.writer.beyond(held, assessment) for held, assessment in doubts]
    return {"disagreements": tuple(told), "beyond": tuple(beyond)}


async def regime(bench: InquiryBench) -> InquiryState:
    """The third task, and what to ask after that: questions from conflicts, gaps and transfers."""
    wanted = springs(bench.task)[: N_QUESTIONS + N_NEXT]
    return {"lines": tuple([await bench.writer.line(spring) for spring in wanted])}


def answer_of(state: InquiryState, bench: InquiryBench) -> InquiryAnswer:
    """The whole answer."""
    task = bench.task
    lines = state["lines"]
    return InquiryAnswer(
        inquiry=task.inquiry,
        held=task.held,
        until=task.window.until,
        window=task.window,
        premise=state["premise"],
        openness=openness_of(held.state for held in task.held),
        why=state["why"],
        disagreements=state["disagreements"],
        beyond_the_frame=state["beyond"],
        questions=lines[:N_QUESTIONS],
        next_lines=lines[N_QUESTIONS:],
        signature=bench.writer.signature,
        notes=bench.writer.notes,
    )


def sub_questions(task: InquiryTask) -> tuple[SubQuestion, ...]:
    """What the first task asks by itself, then one question for each dated claim.

    What it asks of the whole is left out: that is the end of the answer.
    """
    own = [
        SubQuestion(text=text, held=(), evidence=tuple(_bearing(text, task.held)))
        for text in _asked(task)
        if not _OF_EACH_CLAIM.search(text) and not _OF_THE_WHOLE.search(text)
    ]
    of_claims = [
        SubQuestion(
            text=f"Does it still hold that “{held.claim.text.rstrip('.')}”?",
            held=(held,),
            evidence=tuple((held, piece) for piece in held.admitted),
        )
        for held in task.held
    ]
    return (*own, *of_claims)


def _asked(task: InquiryTask) -> list[str]:
    """The questions in the text of the first task, without marks such as "(a)"."""
    first = task.inquiry.tasks[0] if task.inquiry.tasks else ""
    bare = (_MARK.sub("", " ".join(text.split())) for text in _QUESTION.findall(first))
    return [text[:1].upper() + text[1:] for text in bare]


def ranked_against(task: InquiryTask) -> tuple[Ranked, ...]:
    """Admitted evidence of the window against the claims, or limiting them, strongest first."""
    found = [
        Ranked(
            held=held,
            assessment=piece,
            relation=held.relation_of(piece),
            criteria=_criteria(held, piece, task.window),
        )
        for held in task.held
        for piece in held.admitted
        if held.relation_of(piece) in _OVERTURNS
        and piece.evidence[0].paper.submitted_at in task.window
    ]
    return tuple(sorted(found, key=lambda one: (-one.criteria.total, one.assessment.id)))


def doubting(task: InquiryTask) -> Iterator[tuple[Held, Assessment]]:
    """Verified words of the window that doubt how a thing is asked; each paper once."""
    seen: set[str] = set()
    for held in task.held:
        for piece in held.assessments:
            paper = piece.evidence[0].paper
            words = " ".join(cited.quote for cited in piece.evidence)
            if paper.submitted_at in task.window and _DOUBTS.search(words):
                if paper.id.number not in seen:
                    yield held, piece
                seen.add(paper.id.number)


def springs(task: InquiryTask) -> tuple[Spring, ...]:
    """What new questions spring from, most telling first.

    Conflicts, then transfers and missing cells, then gaps; last what rests on a single paper, on
    none that was shown to be real, or on nothing of today.
    """
    by_state = sorted(task.held, key=lambda held: _FIRST[held.state])
    conflicts = [_conflict(held) for held in by_state if held.state in _CONFLICTS]
    transfers = [spring for held in by_state for spring in _transfers(held)]
    cells = [spring for held in by_state for spring in _missing_cells(held)]
    gaps = [_gap(held) for held in by_state if held.state is StandingState.UNTESTED]
    rest = [_conflict(held) for held in by_state if held.state is StandingState.CONFIRMED]
    alone = [spring for held in by_state for spring in _alone(held)]
    origins = [_origin(held) for held in by_state if Flag.UNGROUNDED in held.flags]
    ages = [_age(held) for held in by_state if held.admitted]
    return _each_claim_once_first(
        (*conflicts, *transfers, *cells, *gaps, *rest, *alone, *origins, *ages)
    )


def _each_claim_once_first(found: Iterable[Spring]) -> tuple[Spring, ...]:
    """The first spring of every claim, then the others."""
    every = tuple(found)
    first: dict[str, Spring] = {}
    for spring in every:
        first.setdefault(spring.held.claim.id, spring)
    chosen = tuple(first.values())
    return (*chosen, *(spring for spring in every if spring not in chosen))


def directness(asked: str, told: str) -> float:
    """Share of the weight of the telling words of `asked` that `told` has, from 0 to 1."""
    wanted, found = _stems(asked), _stems(told)
    mass = sum(map(weight, wanted))
    return sum(map(weight, wanted & found)) / mass if mass else 0.0


def _bearing(text: str, held: Iterable[Held]) -> Iterator[tuple[Held, Assessment]]:
    """Admitted evidence that speaks of what the question asks, most telling first."""
    found = [
        (directness(text, f"{one.claim.text} {_words(piece)}"), one, piece)
        for one in held
        for piece in one.admitted
    ]
    for share, one, piece in sorted(found, key=lambda f: (-f[0], f[2].id)):
        if share >= _BEARS:
            yield one, piece


def _criteria(held: Held, piece: Assessment, window: Window) -> Criteria:
    paper = piece.evidence[0].paper
    length = max(window.until - window.since, timedelta(days=1))
    authors = {author.lower().split()[-1] for author in paper.authors if author.split()}
    independent = 0.5 if not held.own_authors else float(not authors & held.own_authors)
    return Criteria(
        strength=_OVERTURNS[held.relation_of(piece)] * piece.verdict.confidence,
        directness=min(1.0, directness(held.claim.text, _words(piece))),
        recency=(paper.submitted_at - window.since) / length,
        independence=independent,
    )


def _conflict(held: Held) -> Spring:
    counts = [held.relation_of(piece) for piece in held.admitted]
    told = ", ".join(f"{counts.count(r)} {r}" for r in Relation if counts.count(r))
    return Spring(
        held=held,
        what=f"{held.claim.id} is {held.state}" + (f": {told}" if told else ""),
        evidence=_both_sides(held),
    )


def _both_sides(held: Held) -> tuple[Assessment, ...]:
    """The strongest piece of each relation."""
    best: dict[Relation, Assessment] = {}
    for piece in held.admitted:
        best.setdefault(held.relation_of(piece), piece)
    return tuple(best.values())


def _gap(held: Held) -> Spring:
    return Spring(
        held=held, what=f"{held.claim.id} is UNTESTED: nothing newer bears on it", evidence=()
    )


def _transfers(held: Held) -> Iterator[Spring]:
    """The newest work on the claim's subject that differs from it in a slot: nobody bridged it."""
    for piece in held.assessments:
        if held.relation_of(piece) is not Relation.NOT_COMPARABLE:
            continue
        if slots := _differing(held, piece):
            what = f"{held.claim.id} was never tested where {piece.finding.paper} works"
            yield Spring(
                held=held, kind=SpringKind.TRANSFER, what=what, evidence=(piece,), slots=slots
            )
            return


def _missing_cells(held: Held) -> Iterator[Spring]:
    """A pair of slot values that were each studied for the claim, and never together."""
    studied = [(piece, piece.finding.scope.model_dump()) for piece in held.admitted]
    for one, other in combinations(("population", "task", "measure", "setting"), 2):
        cells = {(s[one], s[other]): piece for piece, s in studied if s[one] and s[other]}
        firsts = dict.fromkeys(first for first, _ in cells)
        seconds = dict.fromkeys(second for _, second in cells)
        missing = ((f, s) for f in firsts for s in seconds if not _is_studied(f, s, cells))
        if cell := next(missing, None):
            behind = [p for (f, s), p in cells.items() if f == cell[0] or s == cell[1]]
            yield Spring(
                held=held,
                kind=SpringKind.MISSING_CELL,
                what=f"{held.claim.id} was never tested for this {one} with this {other}",
                evidence=tuple(dict.fromkeys(behind)),
                slots=(f"the {one} {cell[0]}", f"the {other} {cell[1]}"),
            )
            return


def _is_studied(first: str, second: str, cells: Iterable[tuple[str, str]]) -> bool:
    return any(_stems(first) & _stems(f) and _stems(second) & _stems(s) for f, s in cells)


def _alone(held: Held) -> Iterator[Spring]:
    """That everything which counts for a claim comes from one paper."""
    papers = {piece.finding.paper.number for piece in held.admitted}
    if len(papers) == 1:
        what = f"{held.claim.id} is {held.state} by one paper alone"
        yield Spring(held=held, kind=SpringKind.ALONE, what=what, evidence=held.admitted[:1])


def _age(held: Held) -> Spring:
    newest = max(held.admitted, key=lambda p: (p.evidence[0].paper.submitted_at, p.id))
    dated = newest.evidence[0].paper.submitted_on
    what = f"the newest work that counts for {held.claim.id} is of {dated}"
    return Spring(
        held=held, kind=SpringKind.AGE, what=what, evidence=(newest,), slots=(str(dated),)
    )


def _origin(held: Held) -> Spring:
    what = f"no real paper has been shown to stand behind {held.claim.id}"
    return Spring(held=held, kind=SpringKind.ORIGIN, what=what, evidence=())


def _differing(held: Held, piece: Assessment) -> tuple[str, ...]:
    ours, theirs = held.claim.scope.model_dump(), piece.finding.scope.model_dump()
    return tuple(
        f"the {slot} {ours[slot]} (there: {theirs[slot]})"
        for slot in ours
        if ours[slot] and theirs[slot] and not _stems(ours[slot]) & _stems(theirs[slot])
    )


def _words(piece: Assessment) -> str:
    return " ".join(cited.quote for cited in piece.evidence)


def _stems(text: str) -> set[str]:
    words = (match[0].lower() for match in WORD.finditer(text))
    return {stem(word) for word in words if word not in FUNCTION_WORDS}
