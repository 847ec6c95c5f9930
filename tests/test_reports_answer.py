"""An answer tells nothing about the world without verified words or a visible flag."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agents import inquiry_graph
from agents.inquiry_nodes import InquiryTask
from agents.local_writer import LocalWriter
from claims.answer import Held, InquiryAnswer, Openness, Statement, openness_of
from claims.assessment import Assessment, StandingState
from claims.claim import Claim, Inquiry, Scope, SourceRef
from claims.clock import Window
from claims.evidence import Finding, Paper, Relation
from claims.health import Records
from claims.ids import ArxivId
from claims.standing import Known, standing_of
from reports.answer import AnswerReport, contract, to_html, to_json, to_markdown
from reports.vetted import NOT_GROUNDED, vetted
from tests.fakes import THRESHOLDS, assessment, claim, inquiry, moment, paper

UNTIL = moment("2026-07-01")
WINDOW = Window(moment("2026-01-01"), UNTIL)
AGREE = claim(scope=Scope(population="lanterns"))
BURN = claim("wicks-burn", "A longer wick burns longer.")
NEW = paper("2603.00001v1", submitted="2026-03-04", title="Lanterns <b>doubt</b>")
NEWER = paper("2606.00001v1", submitted="2026-06-20", authors=("Ben Flint",))
OLD = paper("2507.00001v1", submitted="2025-07-04")


def held(about: Claim, *found: Assessment, own_authors: frozenset[str] = frozenset()) -> Held:
    known = Known(assessments={one.id: (one, UNTIL) for one in found})
    standing = standing_of(about, known, thresholds=THRESHOLDS)
    return Held(claim=about, standing=standing, assessments=found, own_authors=own_authors)


def answer(*of: Held, tasks: Sequence[str] = ()) -> InquiryAnswer:
    about = inquiry(*(one.claim for one in of), tasks=tuple(tasks))
    task = InquiryTask(inquiry=about, held=of, window=WINDOW)
    return asyncio.run(inquiry_graph.answer(task, LocalWriter()))


def report(told: InquiryAnswer, *papers: Paper) -> AnswerReport:
    return AnswerReport(answer=told, records=Records(papers))


def said(told: InquiryAnswer) -> list[Statement]:
    parts = [*(one.statements for one in told.premise), told.beyond_the_frame]
    parts += [one.statements for one in told.disagreements]
    return [statement for part in parts for statement in part]


@pytest.mark.parametrize(
    ("states", "openness"),
    [
        ([], Openness.OPEN),
        ([StandingState.UNTESTED], Openness.OPEN),
        ([StandingState.CONFIRMED, StandingState.CONFIRMED], Openness.SETTLED),
        ([StandingState.SUPERSEDED], Openness.MOOT),
        ([StandingState.SUPERSEDED, StandingState.CONFIRMED], Openness.OPEN),
        ([StandingState.CONFIRMED, StandingState.UNTESTED], Openness.OPEN),
        ([StandingState.CONTESTED], Openness.OPEN),
        ([StandingState.QUALIFIED], Openness.OPEN),
    ],
)
def test_openness_is_a_rule_over_standings(states: list[StandingState], openness: Openness) -> None:
    assert openness_of(states) is openness


def test_every_claim_is_answered_and_where_there_is_nothing_it_says_so() -> None:
    told = answer(held(AGREE, assessment(AGREE, NEW)), held(BURN))
    assert len(told.premise) == 3
    assert told.premise[0].statements[1].evidence
    assert told.premise[1].statements[-1].text == "No evidence found."
    assert all(statement.is_grounded for statement in said(told))


def test_the_tasks_own_questions_are_answered_from_what_bears_on_them() -> None:
    task = "Re-test the premise. Does a lantern give the same colour twice? Who pays for moths?"
    told = answer(held(AGREE, assessment(AGREE, NEW)), tasks=[task])
    colour, moths, *_ = told.premise
    assert colour.question == "Does a lantern give the same colour twice?"
    assert any(one.evidence for one in colour.statements)
    assert [one.text for one in moths.statements] == ["No evidence found."]


def test_a_question_about_a_claim_tells_where_that_claim_stands() -> None:
    told = answer(held(BURN), tasks=["Does a longer wick burn longer in wind? Who pays?"])
    wick, payers, *_ = told.premise
    assert [one.claim.id for one in wick.held] == ["wicks-burn"]
    assert "is UNTESTED" in wick.statements[0].text
    assert payers.held == ()


@pytest.mark.parametrize(
    ("task", "n"),
    [("Propose three new research questions.", 3), ("Ask 1 question.", 1), ("Ask on.", 2)],
)
def test_as_many_questions_are_asked_as_the_task_names(task: str, n: int) -> None:
    pieces = (assessment(AGREE, NEW), assessment(AGREE, NEWER, relation=Relation.CONTRADICTS))
    told = answer(held(AGREE, *pieces), held(BURN), tasks=["Re-test.", "Find.", task])
    assert len(told.questions) == n


def test_disagreement_is_of_the_window_and_ranked_by_four_criteria() -> None:
    weak = assessment(AGREE, NEW, relation=Relation.QUALIFIES, confidence=0.6)
    strong = assessment(AGREE, NEWER, relation=Relation.SUPERSEDES)
    old = assessment(AGREE, OLD, relation=Relation.CONTRADICTS)
    told = answer(held(AGREE, weak, strong, old, own_authors=frozenset({"i lampwright"})))
    assert [one.assessment for one in told.disagreements] == [strong, weak]
    assert told.disagreements[0].criteria.independence == 1.0
    assert told.disagreements[1].criteria.independence == 0.0
    assert told.disagreements[0].criteria.recency > told.disagreements[1].criteria.recency


def test_work_that_doubts_the_framing_is_told_even_when_it_moves_no_standing() -> None:
    words = "Asking a lantern for its colour does not measure what owners mean by colour."
    doubting = paper("2605.00001v1", submitted="2026-05-01", abstract=words)
    piece = assessment(AGREE, doubting, relation=Relation.NOT_COMPARABLE, quote=words)
    told = answer(held(AGREE, piece))
    assert [one.evidence for one in told.beyond_the_frame] == [(piece,)]


def test_new_questions_spring_from_conflicts_before_gaps() -> None:
    contested = held(
        AGREE, assessment(AGREE, NEW, relation=Relation.CONTRADICTS), assessment(AGREE, NEWER)
    )
    told = answer(held(BURN), contested)
    assert [line.held.claim.id for line in told.questions] == ["lanterns-agree", "wicks-burn"]
    first, second = told.questions
    assert first.is_grounded
    assert {p.relation for p in first.evidence} == {Relation.CONTRADICTS, Relation.SUPPORTS}
    assert not second.is_grounded


def test_an_untested_transfer_gives_rise_to_a_question() -> None:
    piece = assessment(AGREE, NEW, relation=Relation.NOT_COMPARABLE)
    other = Finding.model_validate(
        {**piece.finding.model_dump(), "scope": Scope(population="fireflies").model_dump()}
    )
    moved = Assessment(
        claim_id=piece.claim_id, claim_revision=piece.claim_revision, finding=other,
        verdict=piece.verdict, signature=piece.signature, evidence=piece.evidence,
    )  # fmt: skip
    told = answer(held(AGREE, moved))
    assert "the population lanterns (there: fireflies)" in told.questions[0].question


def test_the_same_answer_gives_the_same_bytes_and_all_forms_agree() -> None:
    told = report(answer(held(AGREE, assessment(AGREE, NEW)), held(BURN)), NEW)
    assert to_markdown(told) == to_markdown(told)
    assert json.loads(to_json(told)) == contract(told)
    assert contract(told)["openness"] == "open"
    for form in (to_markdown(told), to_html(told)):
        assert "arxiv.org/abs/2603.00001v1" in form


def test_hostile_titles_stay_text() -> None:
    told = report(answer(held(AGREE, assessment(AGREE, NEW))), NEW)
    assert "<b>doubt" not in to_html(told)
    assert "\\<b\\>doubt" in to_markdown(told)


def test_a_statement_without_evidence_is_flagged_in_every_form() -> None:
    class Inventor(LocalWriter):
        async def conclude(
            self, inquiry: Inquiry, held: tuple[Held, ...], openness: Openness
        ) -> tuple[Statement, ...]:
            del inquiry, held, openness
            return (Statement(text="Lanterns are known to sing (arXiv:2604.99999)."),)

    task = InquiryTask(inquiry=inquiry(AGREE), held=(held(AGREE),), window=WINDOW)
    told = report(asyncio.run(inquiry_graph.answer(task, Inventor())))
    for form in (to_markdown(told), to_html(told)):
        assert NOT_GROUNDED in form
        assert re.search(r"(?:~~|<del>)\(arXiv:2604.99999", form)
    (why,) = json.loads(to_json(told))["why"]
    assert why["grounded"] is False
    assert why["struck"][0]["text"] == "(arXiv:2604.99999)"


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("As in arXiv:2603.00001, lanterns agree.", []),
        ("As in arXiv:2604.99999, lanterns agree.", ["arXiv:2604.99999"]),
        ("A Wholly Different Matter (arXiv:2603.00001) agrees.", ["(arXiv:2603.00001)"]),
        ("See arXiv:2499.00001 too.", ["arXiv:2499.00001"]),
        ("No id here.", []),
    ],
)
def test_ids_in_free_text_are_struck_unless_they_are_the_paper_meant(
    text: str, struck: list[str]
) -> None:
    spans = vetted(text, Records([NEW]))
    assert "".join(span.text for span in spans) == text
    assert [span.text for span in spans if span.struck] == struck


def test_a_claim_that_rests_on_nothing_real_is_told_as_such() -> None:
    told = answer(Held(claim=BURN, standing=None, assessments=()))
    assert "no real paper has been shown to be its source" in told.premise[0].statements[0].text
    cited = claim(sources=(SourceRef(arxiv=ArxivId("2401.00001")),))
    assert cited.sources


def test_the_graph_draws_its_three_tasks_side_by_side() -> None:
    drawn = inquiry_graph.picture()
    for name in ("re-test the premise", "find disagreement", "assume another regime"):
        assert name in drawn


def test_two_claims_give_rise_to_three_next_lines_that_name_their_standings() -> None:
    told = answer(
        held(AGREE, assessment(AGREE, NEW, relation=Relation.CONTRADICTS)),
        held(BURN, assessment(BURN, NEWER)),
    )
    assert (len(told.questions), len(told.next_lines)) == (2, 3)
    questions = [line.question for line in (*told.questions, *told.next_lines)]
    assert len(set(questions)) == len(questions)
    assert any(question.startswith("Do others find the same") for question in questions)
    assert all(line.springs_from for line in told.next_lines)


def test_values_that_were_never_studied_together_give_rise_to_a_question() -> None:
    def piece(of: Paper, population: str, setting: str) -> Assessment:
        made = assessment(AGREE, of)
        scope = Scope(population=population, setting=setting)
        finding = Finding.model_validate({**made.finding.model_dump(), "scope": scope})
        return replace(made, finding=finding)

    told = answer(held(AGREE, piece(NEW, "tin lamps", "at sea"), piece(NEWER, "glass", "inland")))
    springs = {line.springs_from: line.question for line in (*told.questions, *told.next_lines)}
    asked = springs["lanterns-agree was never tested for this population with this setting"]
    assert asked.startswith("Does it hold for the population ")


def test_the_first_task_ends_with_what_has_become_of_the_question() -> None:
    told = answer(
        held(AGREE, assessment(AGREE, NEW)),
        tasks=["Re-test the premise: (a) who pays for moths? (b) is the question still open?"],
    )
    assert [one.question for one in told.premise] == [
        "Who pays for moths?",
        "Does it still hold that “A lantern that is asked twice gives the same colour”?",
        "Is the question still open?",
    ]
    assert told.premise[-1].statements == told.why
    assert told.why[0].text.startswith("The question is settled")
