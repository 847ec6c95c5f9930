"""The graph: what it keeps, what it turns into failures, and what it sends for a second look."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.graph import Outcome, Task, forget, picture, retest
from agents.judge import Reading
from claims.claim import Claim, Inquiry
from claims.dates import ClaimDate
from claims.errors import JudgeBusy, JudgeRefused, LedgerError, SearchIndexError
from claims.evidence import (
    Citation,
    Finding,
    Paper,
    Passage,
    Relation,
    Signature,
    TextSource,
    Verdict,
)
from claims.ids import ArxivId

WORDS = "Agents with a written diary kept their tone for ninety turns."
CLAIM = Claim(
    id="diary", text="A written diary keeps the tone of an agent.", as_of=ClaimDate("2024")
)
TASK = Task(
    claim=CLAIM,
    inquiry=Inquiry(id="tone", question="Do agents keep their tone?"),
)


def reading(number: str, text: str = WORDS) -> Reading:
    day = datetime(2025, 3, 4, tzinfo=UTC)
    paper = Paper(
        id=ArxivId(number, 1),
        title=f"Diaries, part {number}",
        authors=("R. Example",),
        abstract=text,
        submitted_at=day,
        revised_at=day,
    )
    shown = Passage(paper=paper.id, source=TextSource.ABSTRACT, text=text, start=0, end=len(text))
    return Reading(paper=paper, passages=(shown,))


class Shelf:
    """Finds the same readings for any query, and counts how often it was asked."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = readings
        self.n_asked = 0

    async def __call__(self, queries: Sequence[str]) -> tuple[Reading, ...]:
        assert queries
        self.n_asked += 1
        return self.readings


class Scripted:
    """Quotes the words it is told to quote and answers the relation it is told to answer."""

    signature = Signature(judge="scripted", model="none", prompt_version="1")
    threshold = 0.5

    def __init__(
        self,
        relation: Relation = Relation.SUPPORTS,
        *,
        quote: str = "kept their tone for ninety turns",
        mended: str | None = None,
        second: Relation | None = None,
        busy_for: str = "",
    ) -> None:
        self.relation = relation
        self.quote = quote
        self.mended = mended
        self.second = second or relation
        self.busy_for = busy_for
        self.calls: list[str] = []

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        self.calls.append(f"extract {claim.id} {reading.paper.id}")
        if reading.paper.id.number == self.busy_for:
            raise JudgeBusy("the judge is overloaded: try again later")
        # Papers that come first answer last.
        await asyncio.sleep(0.02 if reading.paper.id.number.endswith("1") else 0)
        cited = Citation(passage_id=reading.passages[0].id, quote=self.quote)
        return (Finding(paper=reading.paper.id, statement="Diaries help.", citations=(cited,)),)

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        del claim
        self.calls.append(f"repair {citation.quote}")
        if self.mended is None:
            raise JudgeRefused(f"nothing to quote from {passage.paper}")
        return Citation(passage_id=citation.passage_id, quote=self.mended)

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        self.calls.append(f"compare {claim.id} {finding.paper}")
        return Verdict(relation=self.relation, reason="it was told so", confidence=0.9)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        self.calls.append(f"second look {claim.id} {quote}")
        assert proposed is self.relation
        return Verdict(relation=self.second, reason="the quote is about tone", confidence=0.6)


def run(
    judge: Scripted,
    shelf: Shelf,
    *,
    task: Task = TASK,
    checkpoints: Path | None = None,
    steps: list[str] | None = None,
) -> Outcome:
    return asyncio.run(
        retest(
            task,
            judge=judge,
            find=shelf,
            checkpoints=checkpoints,
            thread="t1",
            on_step=None
            if steps is None
            else lambda step, detail: steps.append(f"{step}: {detail}"),
        )
    )


def test_every_paper_found_is_judged_and_its_quotes_are_proven(tmp_path: Path) -> None:
    steps: list[str] = []
    outcome = run(
        Scripted(),
        Shelf(reading("2503.00001"), reading("2503.00002")),
        checkpoints=tmp_path / "graph.sqlite",
        steps=steps,
    )
    assert [str(paper) for paper in outcome.judged] == ["2503.00001v1", "2503.00002v1"]
    assert {a.evidence[0].quote for a in outcome.assessments} == {
        "kept their tone for ninety turns"
    }
    assert outcome.failures == ()
    assert outcome.n_judge_calls == 6
    assert "extract: 2503.00002v1 · 1 findings" in steps
    assert [step.split(":")[0] for step in steps].count("collect") == 1


def test_the_outcome_does_not_depend_on_the_order_of_papers() -> None:
    first, second = reading("2503.00001"), reading("2503.00002")
    assert run(Scripted(), Shelf(first, second)) == run(Scripted(), Shelf(second, first))


def test_the_same_paper_found_twice_is_read_once() -> None:
    judge = Scripted()
    run(judge, Shelf(reading("2503.00001"), reading("2503.00001")))
    assert [call.split()[0] for call in judge.calls].count("extract") == 1


def test_nothing_found_is_an_empty_outcome_without_failure() -> None:
    outcome = run(Scripted(), Shelf())
    assert outcome == Outcome(assessments=(), failures=(), judged=(), n_judge_calls=0)


def test_a_busy_judge_fails_one_paper_and_the_others_are_judged() -> None:
    outcome = run(
        Scripted(busy_for="2503.00002"),
        Shelf(reading("2503.00001"), reading("2503.00002"), reading("2503.00003")),
    )
    assert [(f.stage, f.item_id, f.error) for f in outcome.failures] == [
        ("extract", "2503.00002v1", "JudgeBusy")
    ]
    assert [str(paper) for paper in outcome.judged] == ["2503.00001v1", "2503.00003v1"]
    assert len(outcome.assessments) == 2


def test_a_search_that_fails_is_a_failure_and_not_an_empty_night() -> None:
    class Broken(Shelf):
        async def __call__(self, queries: Sequence[str]) -> tuple[Reading, ...]:
            raise SearchIndexError(f"no index for {len(queries)} queries: run `retest index`")

    outcome = run(Scripted(), Broken())
    assert [(f.stage, f.item_id) for f in outcome.failures] == [("find", "diary")]


def test_a_fault_of_ours_ends_the_run() -> None:
    class Faulty(Scripted):
        async def compare(self, claim: Claim, finding: Finding) -> Verdict:
            raise KeyError(f"{claim.id} {finding.id}")

    with pytest.raises(KeyError):
        run(Faulty(), Shelf(reading("2503.00001")))


def test_words_that_are_not_there_are_asked_for_again_once() -> None:
    judge = Scripted(quote="kept their tone for ninety days", mended="tone for ninety turns")
    outcome = run(judge, Shelf(reading("2503.00001")))
    (assessment,) = outcome.assessments
    assert assessment.evidence[0].quote == "tone for ninety turns"
    assert assessment.finding.citations[0].quote == "tone for ninety turns"
    assert outcome.n_judge_calls == 4


@pytest.mark.parametrize(
    ("mended", "error"),
    [("kept their tone for ninety weeks", "QuoteNotFound"), (None, "JudgeRefused")],
)
def test_words_that_cannot_be_repaired_are_a_failure(mended: str | None, error: str) -> None:
    judge = Scripted(quote="kept their tone for ninety days", mended=mended)
    outcome = run(judge, Shelf(reading("2503.00001")))
    assert [(f.stage, f.error) for f in outcome.failures] == [("verify", error)]
    assert (outcome.assessments, outcome.judged) == ((), ())
    assert [call.split()[0] for call in judge.calls].count("repair") == 1


def test_a_passage_that_was_not_shown_is_a_failure_without_repair() -> None:
    class Inventive(Scripted):
        async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
            (finding,) = await super().extract(claim, reading)
            cited = Citation(passage_id="sha256:none", quote=finding.citations[0].quote)
            return (finding.model_copy(update={"citations": (cited,)}),)

    judge = Inventive()
    outcome = run(judge, Shelf(reading("2503.00001")))
    assert [(f.stage, f.error) for f in outcome.failures] == [("verify", "UnknownPassage")]
    assert not any(call.startswith("repair") for call in judge.calls)


def test_a_finding_signed_for_another_paper_is_a_malformed_answer() -> None:
    class Confused(Scripted):
        async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
            (finding,) = await super().extract(claim, reading)
            return (finding.model_copy(update={"paper": ArxivId("2503.00009", 1)}),)

    outcome = run(Confused(), Shelf(reading("2503.00001")))
    assert [(f.stage, f.error) for f in outcome.failures] == [("extract", "MalformedAnswer")]


def test_a_second_look_that_disagrees_makes_the_verdict_not_comparable() -> None:
    judge = Scripted(Relation.CONTRADICTS, second=Relation.NO_BEARING)
    (assessment,) = run(judge, Shelf(reading("2503.00001"))).assessments
    assert assessment.relation is Relation.NOT_COMPARABLE
    assert assessment.verdict.reason == (
        "the second look did not carry CONTRADICTS: the quote is about tone"
    )
    assert assessment.verdict.confidence == 0.6


def test_a_second_look_sees_the_verified_quote_alone() -> None:
    judge = Scripted(Relation.CONTRADICTS)
    run(judge, Shelf(reading("2503.00001")))
    assert judge.calls[-1] == "second look diary kept their tone for ninety turns"


@pytest.mark.parametrize("relation", Relation)
def test_whatever_could_give_a_standing_is_looked_at_twice(relation: Relation) -> None:
    judge = Scripted(relation)
    outcome = run(judge, Shelf(reading("2503.00001")))
    assert [a.relation for a in outcome.assessments] == [relation]
    looks = any(call.startswith("second look") for call in judge.calls)
    assert looks is relation.moves_a_standing


def test_a_paper_older_than_the_claim_needs_no_second_look() -> None:
    judge = Scripted(Relation.CONTRADICTS)
    claim = Claim(id="diary", text=CLAIM.text, as_of=ClaimDate("2026"))
    run(
        judge,
        Shelf(reading("2503.00001")),
        task=Task(claim=claim, inquiry=TASK.inquiry),
    )
    assert not any(call.startswith("second look") for call in judge.calls)


def test_a_complete_thread_is_answered_without_any_call(tmp_path: Path) -> None:
    file = tmp_path / "graph.sqlite"
    first = run(Scripted(), Shelf(reading("2503.00001")), checkpoints=file)
    judge, shelf = Scripted(), Shelf()
    assert run(judge, shelf, checkpoints=file) == first
    assert (judge.calls, shelf.n_asked) == ([], 0)


def test_a_forgotten_thread_is_done_again(tmp_path: Path) -> None:
    file = tmp_path / "graph.sqlite"
    run(Scripted(), Shelf(reading("2503.00001")), checkpoints=file)
    asyncio.run(forget(file, ["t1", "never-begun"]))
    judge = Scripted()
    run(judge, Shelf(reading("2503.00001")), checkpoints=file)
    assert len(judge.calls) == 3


def test_many_claims_share_one_checkpoint_file(tmp_path: Path) -> None:
    async def all_at_once() -> list[Outcome]:
        return await asyncio.gather(
            *(
                retest(
                    TASK,
                    judge=Scripted(),
                    find=Shelf(reading("2503.00001"), reading("2503.00002")),
                    checkpoints=tmp_path / "graph.sqlite",
                    thread=f"t{n}",
                )
                for n in range(5)
            )
        )

    assert len({len(outcome.assessments) for outcome in asyncio.run(all_at_once())}) == 1


def test_a_file_that_holds_no_checkpoints_is_reported_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "graph.sqlite"
    file.write_text("this is a note, not a database, and long enough to be read as a header" * 20)
    with pytest.raises(LedgerError, match="delete it"):
        run(Scripted(), Shelf(reading("2503.00001")), checkpoints=file)


def test_the_picture_shows_every_step() -> None:
    drawn = picture()
    for step in ("plan", "find", "extract", "compare", "verify", "repair"):
        assert f"\t{step}(" in drawn
