"""What a night would ask a model, at most, before it is asked: for `--dry-run`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from agents.answers import read_comparison, read_impression
from agents.budget import Amount
from agents.funnel import nearest
from agents.judge import Reading
from agents.openai_judge import OpenAiJudge
from agents.question import Question
from claims.claim import Claim
from claims.evidence import Citation, Finding
from claims.verify import unbroken

T = TypeVar("T")

_TYPICAL: Final = "w" * 300
"""In place of a statement or a quote that is not known yet: a long sentence."""


@dataclass(kw_only=True)
class Forecast:
    """Requests, tokens and dollars at most; what was answered before costs nothing."""

    judge: OpenAiJudge
    n_calls: int = 0
    n_answered: int = 0
    """Questions whose answers are known."""
    amount: Amount = field(default_factory=Amount)
    _seen: set[str] = field(default_factory=set)

    def add(self, claim: Claim, readings: Iterable[Reading]) -> None:
        """Count what these readings would take for this claim."""
        for reading in readings:
            for finding in self._findings(claim, reading):
                self._judgement(claim, finding)

    def _findings(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The findings that would be compared; typical ones where they are not known yet."""
        known: list[Finding] = []
        n_unknown = 0
        for question, _, check in self.judge.extractions(claim, reading):
            found = self._known(question, check)
            known += found or ()
            n_unknown += found is None
        most = self.judge.n_compared
        typical = [_typical(reading, n) for n in range(most * bool(n_unknown))]
        return (*nearest(claim, known, most), *typical)[:most]

    def _judgement(self, claim: Claim, finding: Finding) -> None:
        question, _ = self.judge.comparison(claim, finding)
        check = partial(read_comparison, attribution=finding.attribution)
        verdict = self._known(question, check)
        if verdict is None or verdict.relation.moves_a_standing:
            quotes = "\n".join(unbroken(citation.quote) for citation in finding.citations)
            self._known(self.judge.impression(claim, quotes)[0], read_impression)
            self._known(self.judge.control(claim, quotes)[0], read_impression)

    def _known(self, question: Question, check: Callable[[str], T]) -> T | None:
        """The answer if it is known; None where the question would be asked, once."""
        asking = self.judge.asking
        answer = asking.remembered(question, check)
        key = asking.key(question)
        if key not in self._seen:
            self._seen.add(key)
            if answer is None:
                self.n_calls += 1
                self.amount += asking.most(question)
            else:
                self.n_answered += 1
        return answer


def _typical(reading: Reading, n: int) -> Finding:
    """A finding unlike that of any other paper: what is the same is asked once."""
    told = f"{n} of {reading.paper.id} {_TYPICAL}"
    citation = Citation(passage_id=reading.passages[0].id, quote=told)
    return Finding(paper=reading.paper.id, statement=told, citations=(citation,))
