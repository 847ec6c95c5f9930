"""The steps of answering an inquiry, over the verdicts that the ledger holds: no paper is read.

What is asked, what bears on it, how disagreements rank and what new questions spring from is
decided here, by rule; the writer only puts it into words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypedDict

from agents.directness import directness
from agents.springs import springs
from agents.writer import Ranked, SubQuestion, Writer
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
from claims.assessment import Assessment
from claims.claim import Inquiry
from claims.clock import Window
from claims.evidence import Relation
from claims.naming import people

N_DISAGREEMENTS: Final = 5
_N_QUESTIONS: Final = 2
"""Research questions where the third task names no number."""
_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_N_ASKED: Final = re.compile(
    rf"\b({'|'.join(_NUMBERS)}|[1-5])\s(?:[\w-]+\s){{0,3}}questions?\b", re.IGNORECASE
)
"""As in "propose three new research questions"."""
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
    wanted = springs(bench.task.held)[: n_questions(bench.task.inquiry) + N_NEXT]
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
        questions=lines[: n_questions(task.inquiry)],
        next_lines=lines[n_questions(task.inquiry) :],
        signature=bench.writer.signature,
        notes=bench.writer.notes,
    )


def n_questions(inquiry: Inquiry) -> int:
    """How many research questions the third task asks for."""
    asked = _N_ASKED.search(" ".join(inquiry.tasks[2:]))
    told = asked[1].lower() if asked else ""
    return _NUMBERS.get(told) or int(told or _N_QUESTIONS)


def sub_questions(task: InquiryTask) -> tuple[SubQuestion, ...]:
    """What the first task asks by itself, then one question for each dated claim.

    What it asks of the whole is left out: that is the end of the answer.
    """
    own = [
        SubQuestion(
            text=text,
            held=tuple(h for h in task.held if directness(text, h.claim.text) >= _BEARS),
            evidence=tuple(_bearing(text, task.held)),
        )
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
    authors = people(paper.authors)
    independent = 0.5 if not held.own_authors else float(not authors & held.own_authors)
    return Criteria(
        strength=_OVERTURNS[held.relation_of(piece)] * piece.verdict.confidence,
        directness=min(1.0, directness(held.claim.text, _words(piece))),
        recency=(paper.submitted_at - window.since) / length,
        independence=independent,
    )


def _words(piece: Assessment) -> str:
    return " ".join(cited.quote for cited in piece.evidence)
