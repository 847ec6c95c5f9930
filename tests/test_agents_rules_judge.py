"""The judge of rules alone: what it asserts, what it abstains from, and why."""

import asyncio
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import local_judge, rules_judge
from agents.judge import Judge, Reading
from agents.rulebook import rulebook
from agents.rules_judge import RulesJudge
from agents.second_look import looked_twice
from claims.claim import Claim, Quantity, Scope
from claims.errors import QuoteNotFound
from claims.evidence import (
    Attribution,
    Citation,
    Finding,
    Paper,
    Passage,
    Relation,
    TextSource,
    Verdict,
)
from claims.ids import ArxivId
from claims.verify import verify

DIARY = "A written diary keeps the tone of dialogue agents stable."


def claim_of(text: str, **more: object) -> Claim:
    return Claim.model_validate({"id": "c", "text": text, "as_of": "2024", **more})


def reading_of(text: str, number: str = "2506.00001") -> Reading:
    day = datetime(2025, 6, 2, tzinfo=UTC)
    paper = Paper(
        id=ArxivId(number, 1),
        title="On agents",
        authors=("R. Example",),
        abstract=text,
        submitted_at=day,
        revised_at=day,
    )
    shown = Passage(paper=paper.id, source=TextSource.ABSTRACT, text=text, start=0, end=len(text))
    return Reading(paper=paper, passages=(shown,))


def findings(claim: Claim, text: str) -> tuple[Finding, ...]:
    return asyncio.run(RulesJudge().extract(claim, reading_of(text)))


def verdict(claim: Claim, text: str) -> Verdict:
    return asyncio.run(RulesJudge().compare(claim, findings(claim, text)[0]))


def second(claim: Claim, quote: str, proposed: Relation) -> Verdict:
    return asyncio.run(RulesJudge().second_look(claim, quote, proposed))


@pytest.mark.parametrize(
    ("claim", "paper", "relation"),
    [
        (DIARY, "Dialogue agents with a written diary keep a stable tone.", Relation.SUPPORTS),
        (
            DIARY,
            "A written diary does not keep the tone of dialogue agents stable.",
            Relation.CONTRADICTS,
        ),
        (
            DIARY,
            "The tone of dialogue agents with a written diary drifts after ten turns.",
            Relation.CONTRADICTS,
        ),
        (
            DIARY,
            "A written diary keeps the tone of dialogue agents stable only when it is read again.",
            Relation.QUALIFIES,
        ),
        (
            "Sleep does not improve recall of melodies.",
            "Sleep improves recall of melodies in adults.",
            Relation.CONTRADICTS,
        ),
        (
            "Sleep improves recall of melodies.",
            "Sleep failed to improve recall of melodies in our trial.",
            Relation.CONTRADICTS,
        ),
        (
            "Brass bands outperform string quartets at keeping tempo.",
            "String quartets are outperformed by brass bands at keeping tempo.",
            Relation.SUPPORTS,
        ),
        (
            "Agents cannot revise their beliefs after feedback.",
            "We show that agents revise their beliefs after feedback.",
            Relation.CONTRADICTS,
        ),
    ],
)
def test_a_clear_case_is_asserted_on_both_looks(claim: str, paper: str, relation: Relation) -> None:
    held = claim_of(claim)
    given_verdict = verdict(held, paper)
    assert given_verdict.relation is relation
    assert given_verdict.confidence >= RulesJudge.threshold
    assert second(held, paper, relation).relation is relation


def test_a_winner_that_lost_is_seen_once_and_so_moves_nothing() -> None:
    claim = claim_of("Brass bands outperform string quartets at keeping tempo.")
    paper = "String quartets outperform brass bands at keeping tempo."
    assert verdict(claim, paper).relation is Relation.CONTRADICTS
    assert second(claim, paper, Relation.CONTRADICTS).relation is not Relation.CONTRADICTS


@pytest.mark.parametrize(
    ("paper", "relation", "why"),
    [
        (
            "It is often assumed that a written diary keeps the tone of dialogue agents stable.",
            Relation.NOT_COMPARABLE,
            "the paper reports a view of others",
        ),
        (
            "We ask whether a written diary keeps the tone of dialogue agents stable.",
            Relation.NO_BEARING,
            "it says what is asked, not what was found",
        ),
        (
            "In human volunteers a written diary keeps the tone of a conversation stable.",
            Relation.NOT_COMPARABLE,
            "the claim is about models, the paper about people",
        ),
    ],
)
def test_what_is_not_a_finding_on_the_same_thing_moves_nothing(
    paper: str, relation: Relation, why: str
) -> None:
    given_verdict = verdict(claim_of(DIARY), paper)
    assert (given_verdict.relation, given_verdict.reason) == (relation, why)


def test_a_paper_on_something_else_gives_no_finding() -> None:
    assert findings(claim_of(DIARY), "Bees dance to tell each other where flowers are.") == ()


def test_a_part_of_a_claim_is_compared_alone_and_named() -> None:
    claim = claim_of(
        "Diaries increase the loyalty of merchant agents; "
        "masks reduce the loyalty of merchant agents."
    )
    given_verdict = verdict(claim, "Masks increase the loyalty of merchant agents in our market.")
    assert given_verdict.relation is Relation.CONTRADICTS
    assert "on 'masks reduce the loyalty of merchant agents'" in given_verdict.reason


@pytest.mark.parametrize(
    ("text", "paper", "relation"),
    [
        (
            "Diary agents reach tone fidelity of 60-70%.",
            "a tone fidelity of 65%",
            Relation.SUPPORTS,
        ),
        (
            "Diary agents reach tone fidelity of 60-70%.",
            "a tone fidelity of 91%",
            Relation.CONTRADICTS,
        ),
        (
            "Diary agents reach tone fidelity of up to 70%.",
            "beyond earlier results a tone fidelity of 91%",
            Relation.SUPERSEDES,
        ),
        (
            "Diary agents reach tone fidelity of 60-70%.",
            "in 91 turns a tone fidelity that varies",
            Relation.QUALIFIES,
        ),
    ],
)
def test_numbers_of_one_measure_and_unit_are_compared(
    text: str, paper: str, relation: Relation
) -> None:
    assert verdict(claim_of(text), f"Our diary agents reach {paper}.").relation is relation


def test_a_quantity_that_a_person_wrote_down_is_surer_than_one_in_the_text() -> None:
    text, paper = "Diary agents are faithful in tone.", "Diary agents have a tone fidelity of 65%."
    stated = Quantity(measure="tone fidelity", low=60, high=70, unit="%")
    plain = verdict(claim_of("Diary agents have 60-70% tone fidelity."), paper)
    held = verdict(claim_of(text, quantities=[stated.model_dump()]), paper)
    assert held.relation is plain.relation is Relation.SUPPORTS
    assert "60 to 70 %" in held.reason


def test_a_stated_population_decides_before_the_words_of_the_text() -> None:
    claim = claim_of(
        "A written diary keeps the tone stable.", scope=Scope(population="patients").model_dump()
    )
    text = "A written diary keeps the tone of dialogue agents stable."
    assert verdict(claim, text).relation is Relation.NOT_COMPARABLE


def test_a_hedge_of_the_paper_lowers_the_confidence() -> None:
    claim = claim_of(DIARY)
    sure = verdict(claim, "A written diary keeps the tone of dialogue agents stable.")
    unsure = verdict(claim, "A written diary may keep the tone of dialogue agents stable.")
    assert unsure.confidence < sure.confidence
    assert unsure.reason.endswith("the paper hedges")


def test_a_view_of_others_that_the_paper_shares_is_its_own() -> None:
    (reported,) = findings(claim_of(DIARY), "Prior work says a written diary keeps tone stable.")
    (own,) = findings(
        claim_of(DIARY), "As prior work, we find that a written diary keeps tone stable."
    )
    assert (reported.attribution, own.attribution) == (Attribution.REPORTED, Attribution.OWN)


def test_the_second_look_refuses_a_quote_about_something_else() -> None:
    claim = claim_of(DIARY)
    looked = second(claim, "Bees dance to tell each other the way.", Relation.CONTRADICTS)
    assert looked.relation is Relation.NO_BEARING


def test_the_second_look_refuses_a_support_that_the_quote_turns() -> None:
    claim = claim_of(DIARY)
    quote = "A written diary never keeps the tone of dialogue agents stable."
    assert second(claim, quote, Relation.SUPPORTS).relation is Relation.CONTRADICTS


def test_the_second_look_depends_on_claim_and_quote_alone() -> None:
    claim = claim_of(DIARY)
    quote = "A written diary never keeps the tone of dialogue agents stable."
    looks = {looked_twice(claim, quote, Relation.CONTRADICTS) for _ in range(3)}
    assert len(looks) == 1


def test_the_signature_changes_with_a_rule_and_needs_no_model() -> None:
    told = "from agents.rules_judge import RulesJudge; print(RulesJudge.signature.prompt_version)"
    loaded = f"import sys; {told}; print('onnxruntime' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == [RulesJudge.signature.prompt_version, "False"]
    assert rulebook("rules") != rulebook("rules", "stance")


@pytest.mark.parametrize("judge", [local_judge, rules_judge])
def test_every_module_that_a_judge_rests_on_is_in_its_rulebook(judge: ModuleType) -> None:
    reached, left = set[str](), [judge.__name__]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            source = Path(import_module(name).__file__ or "").read_text(encoding="utf-8")
            left += re.findall(r"^from (agents\.\w+) import", source, re.MULTILINE)
    model = {"entailment", "readings"} if judge is rules_judge else set()
    beside = {"judge", "rulebook"} | model
    assert {name.removeprefix("agents.") for name in reached} - beside == set(judge._RULES)  # noqa: SLF001 - the list itself


def test_there_is_nothing_to_repair() -> None:
    shown = reading_of("Diaries keep the tone of agents.").passages[0]
    with pytest.raises(QuoteNotFound):
        asyncio.run(
            RulesJudge().repair(
                claim_of(DIARY), Citation(passage_id=shown.id, quote="words never said"), shown
            )
        )


@given(st.text(max_size=400))
def test_any_text_is_read_and_every_quote_of_it_stands(text: str) -> None:
    claim = claim_of(DIARY)
    reading = reading_of(f"A written diary keeps tone stable. {text}")
    judge: Judge = RulesJudge()
    found = asyncio.run(judge.extract(claim, reading))
    assert found
    for finding in found:
        assert verify(finding.citations[0], reading.passages[0], reading.paper)
        assert 0 <= asyncio.run(judge.compare(claim, finding)).confidence <= 1


def test_a_reason_tells_the_words_of_the_claim_that_both_share() -> None:
    claim = claim_of("The best accuracy of models on Hi-ToM is 84.5 %.")
    told = verdict(claim, "On Hi-ToM, our models reach an accuracy of 83.0 %.").reason
    assert "both speak of Hi-ToM, accuracy, models (" in told


def test_a_claimed_number_that_may_be_a_share_of_something_else_leaves_numbers_silent() -> None:
    claim = claim_of("Our diary agents have a tone fidelity of 60 %.")
    paper = "Our diary agents have a tone fidelity of 60% more, and of 20% in long talk."
    assert verdict(claim, paper).relation is not Relation.CONTRADICTS
    paper = "Our diary agents have a tone fidelity of 50% more, and of 20% in long talk."
    assert verdict(claim, paper).relation is Relation.CONTRADICTS
