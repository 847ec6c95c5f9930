"""A question from first to last: remembered, budgeted, asked, checked, recorded.

What was answered before is not asked again, and a question that is being asked is asked once. An
answer outside its closed vocabulary is put back to the model at most twice. Every request that was
made is recorded with its end and its cost, whatever it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

from agents.budget import Amount, Budget, is_read_whole, most_of
from agents.dialect import Way
from agents.pricing import Tariff
from agents.question import Finish, Question, Reply, Usage
from claims.errors import (
    JudgeBusy,
    JudgeError,
    JudgeRefused,
    MalformedAnswer,
)
from claims.model_call import CallOutcome, ModelBatch, ModelCall, ModelPrompt
from claims.run import Spent

T = TypeVar("T")

N_AGAIN: Final = 2
"""How often an answer that cannot be used is put back to the model."""

_KEPT_CHARS: Final = 20_000
"""Of an answer that cannot be used."""

_SHOWN_AGAIN: Final = 2_000
"""Of it, what the model is shown again."""

_ENDS: Final = {
    Finish.DONE: CallOutcome.ANSWERED,
    Finish.CUT_OFF: CallOutcome.CUT_OFF,
    Finish.REFUSED: CallOutcome.REFUSED,
    Finish.FILTERED: CallOutcome.FILTERED,
}


class Memory(Protocol):
    """Where requests are kept: the ledger, or a process."""

    def add(self, call: ModelCall) -> None:
        """Keep a request that has ended."""
        ...

    def keep_prompt(self, prompt: ModelPrompt) -> None:
        """Keep the instructions that calls name by hash."""
        ...

    def answer(self, key: str) -> ModelCall | None:
        """The newest request of this key that was answered."""
        ...

    def spent(self) -> Mapping[str, Spent]:
        """What the present run has spent, by claim."""
        ...

    def note_batch(self, batch: ModelBatch) -> None:
        """Keep a batch that was handed over."""
        ...

    def open_batches(self) -> tuple[ModelBatch, ...]:
        """Batches with those keys whose answers were never read."""
        ...


class Line(Protocol):
    """How questions reach an endpoint: one by one, or in batches."""

    is_batch: bool

    async def __call__(self, once: Callable[[], Awaitable[Reply]], /) -> Reply:
        """A reply, by trying `once` as often as it takes. Raises JudgeError."""
        ...


@dataclass(frozen=True, kw_only=True)
class About:
    """What a question is about."""

    subject: str
    claim_id: str
    """For whom it is asked, and whose budget it counts against."""
    claim_revision: str | None = None
    """None where the answer does not depend on the claim."""
    paper: str | None = None


class Asking:
    """Puts questions to one endpoint."""

    def __init__(
        self,
        *,
        ask: Callable[[Question], Awaitable[Reply]],
        line: Line,
        way: Callable[[], Way],
        budget: Budget,
        tariff: Tariff,
        memory: Memory,
        address: str,
        settings: Mapping[str, str],
    ) -> None:
        self.ask = ask
        """One try; a line may put another in its place."""
        self._line = line
        self._way = way
        self.budget = budget
        self.tariff = tariff
        self.memory = memory
        self.address = address
        self.settings = dict(settings)
        self._under_way: dict[str, asyncio.Future[None]] = {}
        self._prompts: set[str] = set()
        self._given_up: dict[str, JudgeError] = {}

    def begin(self) -> None:
        """From here on another run asks."""
        self._given_up.clear()
        self.budget.begin(self.memory.spent())

    def key(self, question: Question) -> str:
        """The name under which the answer is kept."""
        return question.key({"address": self.address, **self.settings})

    def remembered(self, question: Question, check: Callable[[str], T]) -> T | None:
        """What was answered before; None where nothing was that can be used today."""
        kept = self.memory.answer(self.key(question))
        try:
            return None if kept is None or kept.answer is None else check(kept.answer)
        except MalformedAnswer:
            return None

    def most(self, question: Question) -> Amount:
        """What the question can cost at most."""
        return self._amount(question, most_of(question))

    async def __call__(self, question: Question, about: About, check: Callable[[str], T]) -> T:
        """What `check` reads in the answer. Raises JudgeError.

        What a model refused, or could not answer in three rounds, is not asked again in this run.
        """
        key = self.key(question)
        while (waiting := self._under_way.get(key)) is not None:
            await waiting
        if given_up := self._given_up.get(key):
            raise type(given_up)(*given_up.args)
        if (kept := self.remembered(question, check)) is not None:
            return kept
        done = asyncio.get_running_loop().create_future()
        self._under_way[key] = done
        try:
            return await self._rounds(question, about, check)
        except (MalformedAnswer, JudgeRefused) as error:
            self._given_up[key] = error
            raise
        finally:
            del self._under_way[key]
            done.set_result(None)

    async def _rounds(self, question: Question, about: About, check: Callable[[str], T]) -> T:
        self._keep_prompt(question)
        asked = question
        for n in range(1 + N_AGAIN):
            reply = await self._replied(asked, about)
            try:
                if reply.finish is Finish.CUT_OFF:
                    raise MalformedAnswer(f"it was cut off after {question.max_output} tokens")
                value = check(reply.text)
            except MalformedAnswer as error:
                cut_off = reply.finish is Finish.CUT_OFF
                outcome = CallOutcome.CUT_OFF if cut_off else CallOutcome.MALFORMED
                self._record(asked, about, outcome, reply=reply, problem=str(error))
                if n == N_AGAIN:
                    raise
                asked = asked.corrected(reply.text[:_SHOWN_AGAIN], str(error))
            else:
                self._record(asked, about, CallOutcome.ANSWERED, reply=reply)
                return value
        raise AssertionError("the last round either returns or raises")

    async def _replied(self, question: Question, about: About) -> Reply:
        """A reply that may hold an answer. Raises JudgeError."""
        reply = await self._line(partial(self._once, question, about))
        if reply.finish in {Finish.REFUSED, Finish.FILTERED}:
            is_refused = reply.finish is Finish.REFUSED
            told = "the model declined to answer" if is_refused else "a filter withheld the answer"
            problem = f"{told}: {' '.join(reply.text.split())[:200]}"
            self._record(question, about, _ENDS[reply.finish], reply=reply, problem=problem)
            raise JudgeRefused(problem)
        if reply.usage and not is_read_whole(question, reply.usage):
            problem = (
                f"the endpoint read {reply.usage.n_input:,} tokens of {len(question.shown):,} "
                "characters: it cuts long questions, give it a longer context"
            )
            self._record(question, about, CallOutcome.MALFORMED, reply=reply, problem=problem)
            raise MalformedAnswer(problem)
        return reply

    async def _once(self, question: Question, about: About) -> Reply:
        """One request within the budget; one that fails is recorded."""
        most = self.most(question)
        self.budget.reserve(about.claim_id, most)
        spent = Amount()
        try:
            reply = await self.ask(question)
            spent = self._amount(question, reply.usage or most_of(question))
        except JudgeError as error:
            is_begun = isinstance(error, JudgeBusy) and error.is_begun
            begun = most_of(question) if is_begun else None
            spent = self._amount(question, begun) if begun else spent
            is_busy = isinstance(error, JudgeBusy)
            outcome = CallOutcome.BUSY if is_busy else CallOutcome.FAILED
            self._record(question, about, outcome, problem=str(error), begun=begun)
            raise
        finally:
            self.budget.settle(about.claim_id, most, spent)
        return reply

    def _amount(self, question: Question, usage: Usage) -> Amount:
        usd = self.tariff.usd(question.model, usage, is_batch=self._line.is_batch)
        return Amount(n_tokens=usage.n_tokens, usd=usd or 0.0)

    def _keep_prompt(self, question: Question) -> None:
        prompt = question.prompt
        if prompt.hash not in self._prompts:
            self.memory.keep_prompt(prompt)
            self._prompts.add(prompt.hash)

    def _record(
        self,
        question: Question,
        about: About,
        outcome: CallOutcome,
        *,
        reply: Reply | None = None,
        problem: str | None = None,
        begun: Usage | None = None,
    ) -> None:
        usage = reply.usage if reply else None
        counted = usage or begun or (most_of(question) if reply else Usage(n_input=0, n_output=0))
        way = self._way()
        is_batch = self._line.is_batch
        self.memory.add(
            ModelCall(
                key=self.key(question),
                step=question.step,
                outcome=outcome,
                claim_id=about.claim_id,
                claim_revision=about.claim_revision,
                paper=about.paper,
                about=about.subject,
                model=question.model,
                model_reported=reply.model if reply else None,
                address=self.address,
                api=reply.api if reply else way.api.value,
                form=reply.form if reply else way.form.value,
                prompt=question.prompt.hash,
                settings={**self.settings, **({"batch": "true"} if is_batch else {})},
                shown=question.shown,
                answer=_kept(reply, outcome),
                problem=problem,
                request_id=reply.request_id if reply else None,
                n_input=counted.n_input,
                n_cached=counted.n_cached,
                n_output=counted.n_output,
                is_estimated=usage is None and counted.n_tokens > 0,
                cost_usd=self.tariff.usd(question.model, counted, is_batch=is_batch),
            )
        )


def _kept(reply: Reply | None, outcome: CallOutcome) -> str | None:
    """The answer whole, and the beginning of what is no answer."""
    if reply is None:
        return None
    return reply.text if outcome is CallOutcome.ANSWERED else reply.text[:_KEPT_CHARS]
