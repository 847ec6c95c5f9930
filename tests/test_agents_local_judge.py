"""The local judge: what its model and the rules around it assert, and that it can be followed."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.entailment import likelihood
from agents.evaluation import admitted_by
from agents.excerpt import N_WORDS_MAX, excerpt
from agents.first_look import THRESHOLD, Look, looks
from agents.graph import Task, retest
from agents.judge import Judge, Reading
from agents.local_judge import N_FINDINGS_MAX, N_QUOTES_MAX, LocalJudge
from agents.readings import Likelihood
from claims.claim import Claim, Inquiry
from claims.dates import ClaimDate
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
    return asyncio.run(LocalJudge().extract(claim, reading_of(text)))


def verdict(claim: Claim, text: str) -> Verdict:
    return asyncio.run(LocalJudge().compare(claim, findings(claim, text)[0]))


def second(claim: Claim, quote: str, proposed: Relation) -> Verdict:
    return asyncio.run(LocalJudge().second_look(claim, quote, proposed))


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
            "Sleep does not improve recall of melodies.",
            "Sleep improves recall of melodies in adults.",
            Relation.CONTRADICTS,
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
    assert given_verdict.confidence >= THRESHOLD
    assert second(held, paper, relation).relation is relation


def test_a_reason_quotes_the_part_of_the_claim_and_the_share_that_decided() -> None:
    reason = verdict(claim_of(DIARY), "A written diary does not keep the tone of agents.").reason
    assert reason.startswith("the model reads this as")
    assert repr(DIARY) in reason


@pytest.mark.parametrize(
    "doubtful",
    [
        "Masks do not reduce infections.",
        "Masks failed to reduce infections.",
        "Masks are ineffective against infections.",
        "None of the masks reduces infections.",
        "Masks reduce infections by 40%.",
    ],
)
def test_to_contradict_a_denial_or_a_number_the_model_has_to_be_surer(doubtful: str) -> None:
    read = Likelihood(supports=0.05, contradicts=0.9, no_bearing=0.05)
    plainly, doubted = (
        Look(part=part, passage=read, best=read, n_words=12).leaning
        for part in ("Masks reduce infections.", doubtful)
    )
    assert plainly.relation is doubted.relation is Relation.CONTRADICTS
    assert plainly.confidence > doubted.confidence


def test_a_contradiction_has_to_be_surer_than_a_support() -> None:
    likely = Likelihood(supports=0.9, contradicts=0.05, no_bearing=0.05)
    unlikely = Likelihood(supports=0.05, contradicts=0.9, no_bearing=0.05)
    supported, contradicted = (
        Look(part="Masks reduce infections.", passage=read, best=read, n_words=12).leaning
        for read in (likely, unlikely)
    )
    assert supported.relation is Relation.SUPPORTS
    assert contradicted.relation is Relation.CONTRADICTS
    assert supported.confidence > contradicted.confidence


def test_support_of_one_part_of_a_claim_only_qualifies_it() -> None:
    claim = claim_of(f"{DIARY[:-1]}; sleep does not improve recall of melodies in adults.")
    told = verdict(claim, "Dialogue agents with a written diary keep a stable tone.")
    assert told.relation is Relation.QUALIFIES
    assert told.reason.endswith("; 1 of the claim's 2 parts")


def test_a_condition_that_the_paper_names_narrows_a_support() -> None:
    paper = "A written diary keeps the tone of dialogue agents stable only when it is read again."
    given_verdict = verdict(claim_of(DIARY), paper)
    assert given_verdict.relation in {Relation.QUALIFIES, Relation.CONTRADICTS}


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
    claim, reading = claim_of(DIARY), reading_of(paper)
    passage = reading.passages[0]
    reported = Attribution.REPORTED if "assumed" in paper else Attribution.OWN
    finding = Finding(
        paper=reading.paper.id,
        statement=paper,
        citations=(Citation(passage_id=passage.id, quote=paper),),
        attribution=reported,
    )
    told = asyncio.run(LocalJudge().compare(claim, finding))
    assert (told.relation, told.reason) == (relation, why)


@pytest.mark.parametrize(
    "paper",
    [
        "Bees dance to tell each other where flowers are.",
        "Reefs lost half of their corals.",
        "Parity violation was measured in muons.",
        "The price of bread fell by a third within a year.",
    ],
)
def test_a_paper_on_something_else_asserts_nothing(paper: str) -> None:
    assert asyncio.run(admitted_by(LocalJudge(), claim_of(DIARY), reading_of(paper))) == []


def test_a_passage_is_one_finding_that_quotes_its_best_sentences() -> None:
    text = " ".join(f"In study {i} a written diary kept the tone of agents." for i in range(9))
    (found,) = findings(claim_of(DIARY), text)
    assert len(found.citations) == N_QUOTES_MAX
    assert found.statement == text


def test_of_a_long_passage_the_nearest_sentences_are_read_and_its_whole_length_counts() -> None:
    aside = " ".join(f"Week {i} was spent on other matters of no weight." for i in range(40))
    (found,) = findings(claim_of(DIARY), f"{aside} {DIARY}")
    (look,) = looks(claim_of(DIARY), found)
    assert look.n_words == len(f"{aside} {DIARY}".split()) > N_WORDS_MAX
    assert look.passage == likelihood(excerpt(found.statement, DIARY), DIARY)


def test_at_most_three_passages_of_a_paper_become_findings() -> None:
    whole = reading_of(DIARY)
    passages = tuple(
        Passage(paper=whole.paper.id, source=TextSource.PAPER, text=DIARY, start=i * 99,
                end=i * 99 + len(DIARY), page=i + 1)
        for i in range(9)
    )  # fmt: skip
    reading = Reading(paper=whole.paper, passages=passages)
    assert len(asyncio.run(LocalJudge().extract(claim_of(DIARY), reading))) == N_FINDINGS_MAX


def test_a_number_of_the_same_measure_outweighs_the_likeness_of_words() -> None:
    claim = claim_of("Diary agents reach tone fidelity of 60-70%.")
    told = verdict(claim, "Our diary agents reach a tone fidelity of 91%.")
    assert told.relation is Relation.CONTRADICTS
    assert "the claim says 60 to 70 % and the paper 91 %, which is above" in told.reason


def test_a_ceiling_that_a_newer_result_goes_beyond_is_superseded() -> None:
    claim = claim_of("Diary agents reach tone fidelity of up to 70%.")
    told = verdict(claim, "Our diary agents reach, beyond earlier results, a tone fidelity of 91%.")
    assert told.relation is Relation.SUPERSEDES


def test_a_view_of_others_that_the_paper_shares_is_its_own() -> None:
    (reported,) = findings(claim_of(DIARY), "Prior work says a written diary keeps tone stable.")
    (own,) = findings(
        claim_of(DIARY), "As prior work, we find that a written diary keeps tone stable."
    )
    assert (reported.attribution, own.attribution) == (Attribution.REPORTED, Attribution.OWN)


def test_the_second_look_refuses_a_contradiction_with_something_else() -> None:
    looked = second(claim_of(DIARY), "Bees dance to tell each other the way.", Relation.CONTRADICTS)
    assert looked.relation is Relation.NOT_COMPARABLE


def test_the_second_look_refuses_a_support_that_the_quote_denies() -> None:
    quote = "A written diary never keeps the tone of dialogue agents stable."
    assert second(claim_of(DIARY), quote, Relation.SUPPORTS).relation is Relation.NOT_COMPARABLE


def test_there_is_nothing_to_repair() -> None:
    shown = reading_of("Diaries keep the tone of agents.").passages[0]
    with pytest.raises(QuoteNotFound):
        asyncio.run(
            LocalJudge().repair(
                claim_of("Diaries help."),
                Citation(passage_id=shown.id, quote="words never said"),
                shown,
            )
        )


def test_the_signature_names_the_model_and_the_rules_in_force() -> None:
    signature = LocalJudge().signature
    assert signature.judge == "local"
    assert signature.model.startswith("minilm-ce-int8:")
    assert signature.prompt_version.startswith("sha256:")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_and_every_quote_of_it_stands(text: str) -> None:
    claim = claim_of(DIARY)
    reading = reading_of(f"A written diary keeps tone stable. {text}")
    judge: Judge = LocalJudge()
    for finding in asyncio.run(judge.extract(claim, reading)):
        assert verify(finding.citations[0], reading.passages[0], reading.paper)
        assert 0 <= asyncio.run(judge.compare(claim, finding)).confidence <= 1


def test_the_local_judge_runs_through_the_whole_graph() -> None:
    async def find(queries: object) -> tuple[Reading, ...]:
        assert queries
        return (
            reading_of("A written diary does not keep the tone of dialogue agents stable."),
            reading_of("Bees dance to tell each other where flowers are.", "2506.00002"),
        )

    outcome = asyncio.run(
        retest(
            Task(
                claim=Claim(id="diary", text=DIARY, as_of=ClaimDate("2024")),
                inquiry=Inquiry(id="tone", question="Do agents keep their tone?"),
            ),
            judge=LocalJudge(),
            find=find,
            checkpoints=None,
            thread="t",
        )
    )
    told = {str(a.finding.paper): a.relation for a in outcome.assessments}
    assert told["2506.00001v1"] is Relation.CONTRADICTS
    assert told.get("2506.00002v1") in {None, Relation.NOT_COMPARABLE, Relation.NO_BEARING}
    assert len(outcome.judged) == 2
    assert outcome.failures == ()
