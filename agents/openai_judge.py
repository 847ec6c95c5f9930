"""A judge that asks a language model, and believes nothing that it cannot check.

Findings are extracted from a paper without a claim in sight, so that what was paid for once serves
every claim. Passages are named by short labels and ids are attached here. The bearing is chosen
from a closed list, slot by slot, and the slots have the last word. The second look is a call of its
own, of another model if there is one, that sees the claim and the verified quote and nothing else.
The model has no tools.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Final

from agents.answers import (
    Comparison,
    Findings,
    Impression,
    Requoted,
    in_source_words,
    read,
    read_comparison,
    read_findings,
    read_impression,
    schema_of,
)
from agents.asking import About, Asking
from agents.funnel import nearest, shared_weight
from agents.judge import Judge, Reading
from agents.orders import speaks_to_a_judge
from agents.prompt import (
    instructions,
    show_claim,
    show_finding,
    show_passages,
    show_quote,
    show_words,
)
from agents.question import Question
from agents.rulebook import rulebook
from claims.claim import Claim, Frozen
from claims.dates import ClaimDate
from claims.errors import MalformedAnswer, QuoteNotFound
from claims.evidence import (
    Citation,
    Finding,
    Passage,
    Relation,
    Signature,
    TextSource,
    Verdict,
)
from claims.hashing import content_hash
from claims.model_call import THEN, subject
from claims.verify import locate

NAME: Final = "openai"
THRESHOLD: Final = 0.5
"""Between `implied` and `weak`; an ordering of words, not a measured probability."""

STEPS: Final[Mapping[str, type[Frozen]]] = {
    "extract": Findings,
    "requote": Requoted,
    "compare": Comparison,
    "second look": Impression,
}

_RULES: Final = ("answers", "funnel", "openai_judge", "orders", "prompt", "words")
"""The modules that say what is made of an answer."""

_CONTROL: Final = Claim(
    id="control",
    text="Every tin whistle of Norwick outgrew the harbour bell in the odd years of its reign.",
    as_of=ClaimDate("2024"),
)
"""Invented, and about nothing that is studied."""

_MOST_SHOWN: Final = 48_000
"""Characters of passages in one question: about 12,000 tokens."""

_SHORT: Final = frozenset({TextSource.ABSTRACT, TextSource.SAMPLE, TextSource.COMMENT})
"""Texts that are shown whole for every claim, in a question of their own that serves them all."""


class OpenAiJudge:
    """The judge "openai", behind the same port as the local one."""

    def __init__(
        self,
        asking: Asking,
        *,
        triage: Judge,
        model: str,
        second_model: str | None = None,
        max_output: int,
        n_compared: int,
    ) -> None:
        """`n_compared` findings of one paper are compared with one claim.

        `triage` says which papers it is to read (`agents.funnel`).
        """
        self.asking = asking
        self.triage = triage
        self.n_compared = n_compared
        self.model = model
        self.second_model = second_model or model
        self._max_output = max_output

    @cached_property
    def signature(self) -> Signature:
        """Changes with models, prompts, schemas, endpoint, settings, our rules, and the triage.

        What was answered is not asked again for that: answers are kept by question.
        """
        models = dict.fromkeys((self.model, self.second_model))
        prompts = {
            step: [instructions(step), schema_of(kind, ("P1",) if kind is Findings else ())]
            for step, kind in STEPS.items()
        }
        asked_of = {"address": self.asking.address, **self.asking.settings}
        decisive = {
            "prompts": prompts,
            "again": instructions("again"),
            "asked_of": asked_of,
            "n_compared": self.n_compared,
            "rules": rulebook(*_RULES),
            "triage": self.triage.signature.model_dump(),
        }
        version = content_hash("model judge", decisive)
        return Signature(judge=NAME, model=THEN.join(models), prompt_version=version)

    @property
    def threshold(self) -> float:
        """The least confidence at which a verdict of the model is admitted."""
        return THRESHOLD

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The findings nearest to the claim, out of all that the model found in the passages."""
        findings: list[Finding] = []
        for question, about, check in self.extractions(claim, reading):
            findings += await self.asking(question, about, check)
        return nearest(claim, findings, self.n_compared)

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        """The citation in words of the passage. Raises QuoteNotFound where it has none."""
        question = self._question("requote", show_words(citation, passage))
        about = About(subject=subject(citation.quote), claim_id=claim.id, paper=str(passage.paper))
        words = (await self.asking(question, about, partial(read, Requoted))).words
        if words is None:
            raise QuoteNotFound(f"the quote {citation.quote[:80]!r} does not stand in the passage")
        locate(words, passage.text)
        _refuse_orders(words)
        return in_source_words(citation.model_copy(update={"quote": words}), passage)

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """The bearing that the model chose, as far as the slots allow it."""
        question, about = self.comparison(claim, finding)
        check = partial(read_comparison, attribution=finding.attribution)
        return await self.asking(question, about, check)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """What the quote alone means for the claim, asked without a word of the first answer.

        A quote without any telling word of the claim cannot carry a relation, and is not asked
        for; one that says it only weakly does not carry it. Where a quote carries one, a control is
        asked: the same quote and a claim on which no paper bears. A model that finds a bearing
        there does what the quote says, whatever that is.
        """
        if proposed.moves_a_standing and not shared_weight(claim.text, quote):
            return Verdict(
                relation=Relation.NO_BEARING,
                reason="the quote alone has no telling word of the claim",
                confidence=THRESHOLD,
            )
        question, about = self.impression(claim, quote)
        verdict = await self.asking(question, about, read_impression)
        if verdict.relation.moves_a_standing and verdict.confidence < THRESHOLD:
            why = f"the quote alone says {verdict.relation} only weakly: {verdict.reason}"
            return verdict.model_copy(update={"relation": Relation.NO_BEARING, "reason": why})
        if verdict.relation.moves_a_standing:
            question, about = self.control(claim, quote)
            if (await self.asking(question, about, read_impression)).relation.moves_a_standing:
                raise MalformedAnswer(
                    "the model finds in the quote a bearing on a claim on which nothing can bear: "
                    "it does what the quote says, and none of its answers on it is used"
                )
        return verdict

    def extractions(
        self, claim: Claim, reading: Reading
    ) -> Iterator[tuple[Question, About, Callable[[str], tuple[Finding, ...]]]]:
        """What would be asked of the paper, and how the answer is read.

        None of it depends on the claim.
        """
        for passages in _portions(reading.passages):
            labelled = {f"P{n}": passage for n, passage in enumerate(passages, start=1)}
            shown = show_passages(labelled)
            paper = str(reading.paper.id)
            about = About(subject=subject(shown), claim_id=claim.id, paper=paper)
            question = self._question("extract", shown, labels=tuple(labelled))
            yield question, about, partial(_read_findings, labelled=labelled)

    def comparison(self, claim: Claim, finding: Finding) -> tuple[Question, About]:
        """What would be asked of claim and finding."""
        question = self._question("compare", f"{show_claim(claim)}\n\n{show_finding(finding)}")
        about = About(
            subject=subject(finding.statement),
            claim_id=claim.id,
            claim_revision=claim.revision,
            paper=str(finding.paper),
        )
        return question, about

    def impression(self, claim: Claim, quote: str) -> tuple[Question, About]:
        """What would be asked of claim and quote."""
        question = self._question("second look", show_quote(claim, quote), self.second_model)
        about = About(subject=subject(quote), claim_id=claim.id, claim_revision=claim.revision)
        return question, about

    def control(self, claim: Claim, quote: str) -> tuple[Question, About]:
        """What would be asked of the quote and the control, on behalf of `claim`."""
        question, _ = self.impression(_CONTROL, quote)
        return question, About(subject=subject(quote), claim_id=claim.id)

    def _question(
        self, step: str, shown: str, model: str | None = None, labels: tuple[str, ...] = ()
    ) -> Question:
        return Question(
            step=step,
            model=model or self.model,
            instructions=instructions(step),
            shown=shown,
            answer_schema=schema_of(STEPS[step], labels),
            max_output=self._max_output,
        )


def _portions(passages: Sequence[Passage]) -> Iterator[tuple[Passage, ...]]:
    """The short texts that every claim is shown, then the others, none too long for a question."""
    short = [passage for passage in passages if passage.source in _SHORT]
    whole = [passage for passage in passages if passage.source not in _SHORT]
    for group in (short, whole):
        portion: list[Passage] = []
        for passage in group:
            if portion and sum(len(p.text) for p in [*portion, passage]) > _MOST_SHOWN:
                yield tuple(portion)
                portion = []
            portion.append(passage)
        if portion:
            yield tuple(portion)


def _read_findings(text: str, labelled: Mapping[str, Passage]) -> tuple[Finding, ...]:
    """The findings that `text` writes. Raises MalformedAnswer, also where one quotes an order."""
    findings = read_findings(text, labelled)
    for finding in findings:
        _refuse_orders(*(citation.quote for citation in finding.citations))
    return findings


def _refuse_orders(*quotes: str) -> None:
    """Nothing. Raises MalformedAnswer when a quote speaks to a model: who quotes it may obey it."""
    if any(speaks_to_a_judge(quote) for quote in quotes):
        raise MalformedAnswer(
            "a quote is of words in the paper that speak to a model: leave out what rests on them"
        )
