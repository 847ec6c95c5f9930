"""A writer that asks a language model for the sentences, and believes none of them.

What is asked, what bears on it and what follows is decided before, by rule. The model puts it into
connected sentences and questions, naming evidence by label; what its evidence does not carry is
told as not grounded (`agents.written`). Evidence that it leaves out is told by the local writer, so
nothing is hidden by not being mentioned. Where the model cannot be asked or cannot be used, the
local writer writes, and the answer says so.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from agents.asking import About, Asking
from agents.local_writer import LocalWriter
from agents.orders import speaks_to_a_judge
from agents.prompt import instructions
from agents.question import Question
from agents.writer import Ranked, Spring, SubQuestion
from agents.written import (
    Evidence,
    Inquired,
    Told,
    read_inquired,
    read_told,
    schema_for,
    show,
)
from claims.answer import Held, Line, Openness, Statement
from claims.assessment import Assessment
from claims.claim import Frozen, Inquiry
from claims.errors import JudgeError, JudgeUnavailable
from claims.evidence import Signature
from claims.hashing import content_hash
from claims.model_call import subject

T = TypeVar("T")

NAME: Final = "model-writer"
STEPS: Final[dict[str, type[Frozen]]] = {
    "answer": Told,
    "conclude": Told,
    "dispute": Told,
    "inquire": Inquired,
}
_N_SHOWN: Final = 6
"""Pieces of evidence in one question: more are told by the report."""


class ModelWriter:
    """The writer "model-writer", behind the same port as the local one."""

    def __init__(
        self, asking: Asking, *, model: str, max_output: int, may_ask: bool = True
    ) -> None:
        """Without `may_ask` it uses what was answered before and asks nothing anew."""
        self.asking = asking
        self.model = model
        self._max_output = max_output
        self._may_ask = may_ask
        self._local = LocalWriter()
        self._failed: Counter[str] = Counter()
        self._n_asked = 0

    @cached_property
    def signature(self) -> Signature:
        """Changes with the model, the prompts and schemas, the endpoint and its settings."""
        prompts = {step: [instructions(step), schema_for(kind, ())] for step, kind in STEPS.items()}
        asked_of = {"address": self.asking.address, **self.asking.settings}
        version = content_hash("model writer", {"prompts": prompts, "asked_of": asked_of})
        return Signature(judge=NAME, model=self.model, prompt_version=version)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the local writer had to write, and why; one line each."""
        return tuple(
            f"{n} of {self._n_asked} pieces were written by the local writer, the model was not "
            f"heard: {why}"
            for why, n in sorted(self._failed.items())
        )

    async def answer(self, asked: SubQuestion) -> tuple[Statement, ...]:
        """Where the claims stand by rule, the model's sentences, and the evidence left out."""
        if not asked.evidence:
            return await self._local.answer(asked)
        shown = asked.evidence[:_N_SHOWN]
        matter = _Matter(
            held=tuple({one.claim.id: one for one, _ in shown}.values()),
            pieces=tuple(piece for _, piece in shown),
            question=asked.text,
        )
        told = await self._told("answer", matter)
        local = await self._local.answer(asked)
        return local if told is None else _completed(local, told)

    async def conclude(
        self, inquiry: Inquiry, held: tuple[Held, ...], openness: Openness
    ) -> tuple[Statement, ...]:
        """The conclusion by rule, then why in the model's sentences."""
        local = await self._local.conclude(inquiry, held, openness)
        strongest = tuple(one.admitted[0] for one in held if one.admitted)[:_N_SHOWN]
        if not strongest:
            return local
        question = f"{inquiry.question}\nBy the standings of its claims it is: {openness}"
        matter = _Matter(held=held, pieces=strongest, question=question)
        told = await self._told("conclude", matter)
        return (*local, *(told or ()))

    async def dispute(self, ranked: Ranked) -> tuple[Statement, ...]:
        """What the work says against the claim, and its own words where they are left out."""
        matter = _Matter(held=(ranked.held,), pieces=(ranked.assessment,))
        told = await self._told("dispute", matter)
        local = await self._local.dispute(ranked)
        return local if told is None else _completed(local, told)

    async def beyond(self, held: Held, assessment: Assessment) -> Statement:
        """The paper's own words: in these nothing can be put better."""
        return await self._local.beyond(held, assessment)

    async def line(self, spring: Spring) -> Line:
        """The question and what would decide it in the model's words; its source is by rule."""
        local = await self._local.line(spring)
        matter = _Matter(
            held=(spring.held,),
            pieces=spring.evidence[:_N_SHOWN],
            question=_without_ids(spring),
        )
        found = await self._asked("inquire", matter, read_inquired)
        if found is None:
            return local
        question, decided_by, evidence = found
        return Line(
            question=question,
            springs_from=spring.what,
            held=spring.held,
            decided_by=decided_by,
            evidence=evidence,
        )

    async def _told(self, step: str, matter: "_Matter") -> tuple[Statement, ...] | None:
        return await self._asked(step, matter, read_told)

    async def _asked(
        self, step: str, matter: "_Matter", reading: Callable[[str, Evidence], T]
    ) -> T | None:
        """What the model wrote; None where the local writer has to, which is noted."""
        evidence = matter.evidence
        put = self._question(
            step, show(evidence, matter.held, matter.question), tuple(evidence.labelled)
        )
        claim_id = matter.held[0].claim.id
        self._n_asked += 1

        def check(text: str) -> T:
            return reading(text, evidence)

        try:
            if self._may_ask:
                on = About(subject=subject(put.shown), claim_id=claim_id)
                return await self.asking(put, on, check)
            known = self.asking.remembered(put, check)
            if known is None:
                raise JudgeUnavailable("this page asks no model: run `retest answer`")
        except JudgeError as error:
            self._failed[f"{type(error).__name__}: {error}"] += 1
            return None
        return known

    def _question(self, step: str, shown: str, labels: tuple[str, ...]) -> Question:
        return Question(
            step=step,
            model=self.model,
            instructions=instructions(step),
            shown=shown,
            answer_schema=schema_for(STEPS[step], labels),
            max_output=self._max_output,
        )


def _without_ids(spring: Spring) -> str:
    """What the question springs from, its papers by the labels under which they are shown."""
    told = " ".join((spring.what, *spring.slots))
    for n, piece in enumerate(spring.evidence, start=1):
        told = told.replace(str(piece.finding.paper), f"the work behind E{n}")
    return told


@dataclass(frozen=True, kw_only=True)
class _Matter:
    """What one piece of the answer is about."""

    held: tuple[Held, ...]
    pieces: tuple[Assessment, ...]
    question: str = ""

    @property
    def evidence(self) -> Evidence:
        """What is shown of it, under labels: without words that speak to a model."""
        safe = [p for p in self.pieces if not any(speaks_to_a_judge(c.quote) for c in p.evidence)]
        return Evidence(
            labelled={f"E{n}": piece for n, piece in enumerate(safe, start=1)},
            about=" ".join((self.question, *(one.claim.text for one in self.held))),
        )


def _completed(local: Sequence[Statement], told: Sequence[Statement]) -> tuple[Statement, ...]:
    """What is ours to say, the model's sentences, then the evidence that none of them rests on."""
    cited = {piece.id for statement in told for piece in statement.evidence}
    ours = (one for one in local if not one.evidence)
    rest = (one for one in local if one.evidence and not {p.id for p in one.evidence} <= cited)
    return (*ours, *told, *rest)
