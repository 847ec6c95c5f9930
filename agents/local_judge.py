"""A judge that needs no network and no key: a small model reads, and rules stand around it.

The model is a cross-encoder of our own that runs on one core (`agents.entailment`). The same
question always gets the same answer. `docs/local-judge.md` says how good it is and where it fails.
"""

from dataclasses import dataclass
from typing import Final

from agents.amounts import amounts_in
from agents.clause import read_clause
from agents.entailment import NAME, shipped
from agents.excerpt import shared, stems
from agents.first_look import THRESHOLD, bearing, judged
from agents.judge import Reading
from agents.rulebook import rulebook
from agents.rules import subjects
from agents.second_look import read_again
from agents.words import weight
from claims.claim import Claim, Scope
from claims.evidence import (
    Attribution,
    Citation,
    Finding,
    Passage,
    Relation,
    Signature,
    Verdict,
)
from claims.verify import MIN_QUOTE_CHARS, locate, unbroken
from papers.passages import sentences

N_FINDINGS_MAX: Final = 3
"""Passages of one paper that become findings."""

N_QUOTES_MAX: Final = 3
"""Sentences of one passage that are quoted: the rationales of three labelled sets are seldom
longer."""

_N_PASSAGES_MAX: Final = 6
"""Passages of one paper that the model reads: those that share most words with the claim."""

_N_READ_MAX: Final = 12
"""Sentences of one passage that the model reads one by one: an abstract has seldom more."""

_NEAR: Final = 0.1
"""Share of the claim's weight in words that one sentence of a passage must have for it to be read.
A passage of no more sentences than are quoted is read all the same: that costs little."""

_LEAST_BEARING: Final = 0.05
"""Likelihood of saying anything of the claim below which a passage is no finding."""

_RULES: Final = (
    "amounts", "clause", "entailment", "excerpt", "first_look", "local_judge", "readings", "rules",
    "second_look", "shares", "stance", "units", "words",
)  # fmt: skip
"""The modules whose text decides an answer."""


class LocalJudge:
    """The judge "local". Stateless: what is remembered between calls only saves time."""

    @property
    def signature(self) -> Signature:
        """Changes with the model, and with every change of the rules or of their word lists.

        Raises SettingsError when the model is not there.
        """
        return Signature(
            judge="local", model=f"{NAME}:{shipped().fingerprint}", prompt_version=rulebook(*_RULES)
        )

    @property
    def threshold(self) -> float:
        """The least confidence at which a verdict is admitted."""
        return THRESHOLD

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """The passages that may bear on the claim, likeliest first, at most N_FINDINGS_MAX.

        Each quotes its best sentences, best first. Raises SettingsError when the model is not as
        shipped.
        """
        return found(claim, reading)

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        """Never needed, as quotes are cut from the passage. Raises QuoteNotFound."""
        del claim
        locate(citation.quote, passage.text)
        return citation

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        """The verdict of `agents.first_look`. Raises SettingsError."""
        return judged(claim, finding)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        """The verdict of `agents.second_look.read_again`. Raises SettingsError."""
        return read_again(claim, quote, proposed)


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    """A sentence of a passage, the share of the claim's weight that it has, and its place."""

    text: str
    coverage: float
    place: int

    def score(self, claim: Claim) -> float:
        """How well it deserves to be quoted: what the model says of it, and the words it shares."""
        return bearing(claim, unbroken(self.text)) + self.coverage


def found(claim: Claim, reading: Reading) -> tuple[Finding, ...]:
    """The findings of `reading` that likeliest bear on the claim."""
    read = [(passage, _sentences(claim, passage)) for passage in reading.passages]
    near = [(passage, said) for passage, said in read if _is_near(said)]
    near.sort(key=lambda one: -max(sentence.coverage for sentence in one[1]))
    likely = [(_likeliest(claim, said), passage) for passage, said in near[:_N_PASSAGES_MAX]]
    likely = [one for one in likely if bearing(claim, unbroken(one[0][0].text)) >= _LEAST_BEARING]
    likely.sort(key=lambda one: -one[0][0].score(claim))
    return tuple(finding_of(passage, quoted) for quoted, passage in likely[:N_FINDINGS_MAX])


def _is_near(said: tuple[_Sentence, ...]) -> bool:
    return 0 < len(said) <= N_QUOTES_MAX or any(one.coverage >= _NEAR for one in said)


def finding_of(passage: Passage, quoted: tuple[_Sentence, ...]) -> Finding:
    """The finding that `passage` makes, with its best sentences as citations."""
    best = unbroken(quoted[0].text)
    said = read_clause(best)
    is_reported = "reported" in said.cues and "own" not in said.cues
    return Finding(
        paper=passage.paper,
        statement=unbroken(passage.text),
        citations=tuple(Citation(passage_id=passage.id, quote=one.text) for one in quoted),
        quantities=amounts_in(best),
        scope=Scope(population=", ".join(sorted(subjects(best))) or None),
        attribution=Attribution.REPORTED if is_reported else Attribution.OWN,
    )


def _sentences(claim: Claim, passage: Passage) -> tuple[_Sentence, ...]:
    whole = sum(map(weight, stems(claim.text))) or 1.0
    texts = [passage.text[start:end] for start, end in sentences(passage.text)]
    return tuple(
        _Sentence(text=text, coverage=shared(claim.text, unbroken(text)) / whole, place=place)
        for place, text in enumerate(texts)
        if len(text) >= MIN_QUOTE_CHARS
    )


def _likeliest(claim: Claim, said: tuple[_Sentence, ...]) -> tuple[_Sentence, ...]:
    near = sorted(said, key=lambda one: (-one.coverage, one.place))[:_N_READ_MAX]
    return tuple(sorted(near, key=lambda one: (-one.score(claim), one.place))[:N_QUOTES_MAX])
