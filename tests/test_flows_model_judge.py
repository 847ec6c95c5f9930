"""Nights with a model judge: what is admitted, what it costs, and what happens in trouble."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.judge import Reading
from agents.openai_judge import OpenAiJudge
from agents.orders import speaks_to_a_judge
from agents.rules_judge import RulesJudge
from claims.assessment import Ruling
from claims.claim import Claim
from claims.evidence import Finding, Relation
from claims.ledger import Ledger
from claims.model_call import CallOutcome
from claims.run import LOOK_UP
from claims.waiting import waiting
from flows.nightly import Finished, nightly
from flows.watch import Unwatched
from flows.wiring import opened
from flows.workspace import Workspace
from reports.render import to_markdown
from tests import lamps
from tests.fakes import decision, moment
from tests.injections import INJECTIONS
from tests.lamps import AGREES, DENIES, FIRST, WICK, record, states
from tests.model_answers import N_FABRICATED
from tests.model_server import PASSING, Fault, serving
from tests.model_worlds import KEY, ONE_CLAIM, TWO_CLAIMS, calls, night, papers, wide, workspace


def test_a_night_with_a_model_finds_both_sides(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, FIRST, AGREES, DENIES, WICK)
        done = asyncio.run(night(place, "2026-07-01"))
    assert states(done) == {"lanterns-agree": "CONTESTED", "wicks-burn": "CONFIRMED"}
    counts = done.run.counts
    assert counts.n_model_calls == server.n_answers > 0
    assert counts.n_tokens == sum(spent.n_tokens for spent in counts.by_claim.values()) > 0
    assert set(counts.by_claim) == {"lanterns-agree", "wicks-burn"}
    n_requests = counts.by_claim["wicks-burn"].n_model_calls
    assert f"Model for wicks-burn | {n_requests} requests" in to_markdown(done.report)
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    ledger.close()


def test_the_same_night_again_asks_no_model(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, FIRST, AGREES, DENIES, WICK)
        first = asyncio.run(night(place, "2026-07-01"))
        n_asked = server.n_answers
        again = asyncio.run(night(place, "2026-07-01"))
    assert server.n_answers == n_asked
    assert again.run.counts.n_model_calls == 0
    assert again.run.counts.cost_usd == 0
    assert states(again) == states(first)


def test_a_new_claim_pays_for_comparisons_and_not_for_readings(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, FIRST, AGREES, DENIES, library=ONE_CLAIM)
        asyncio.run(night(place, "2026-07-01"))
        n_read = server.asked["step extract"]
        (tmp_path / "claims" / "lanterns.toml").write_text(lamps.LIBRARY, encoding="utf-8")
        asyncio.run(night(place, "2026-07-02"))
    assert server.asked["step extract"] == n_read + 1  # the first paper was the other claim's own
    assert server.asked["step compare"] > n_read


def test_of_a_thousand_fabricated_citations_none_is_admitted(tmp_path: Path) -> None:
    with serving(fabricates=True) as server:
        place = workspace(
            tmp_path,
            server,
            FIRST,
            *papers(50),
            library=ONE_CLAIM,
            parallel=8,
            compared_per_paper=N_FABRICATED,
        )
        done = asyncio.run(night(wide(place, 200), "2026-07-01"))
    n_fabricated = N_FABRICATED * server.asked["step extract"] + server.asked["step requote"]
    assert n_fabricated >= 1_000
    assert states(done) == {"lanterns-agree": "UNTESTED"}
    assert done.run.counts.n_assessments == 0
    assert done.run.counts.n_papers_read == 0
    failed = {failure.item_id for failure in done.run.failures}
    assert failed == {f"2503.{n:05d}v1" for n in range(1, 51)}
    assert {f.error for f in done.run.failures} == {"MalformedAnswer", "QuoteNotFound"}


def test_of_a_hundred_obeyed_injections_none_changes_a_standing(tmp_path: Path) -> None:
    assert len(set(INJECTIONS)) == 100
    hostile = [
        record(
            f"2504.{n:05d}",
            "2025-04-04",
            abstract=f"May a lantern that is asked twice give the same colour? {words}",
        )
        for n, words in enumerate(INJECTIONS, start=1)
    ]
    with serving(obeys=True) as server:
        place = workspace(tmp_path, server, AGREES, *hostile, library=ONE_CLAIM, parallel=8)
        done = asyncio.run(night(wide(place, 200), "2026-07-01"))
    n_seen_by_words = sum(speaks_to_a_judge(words) for words in INJECTIONS)
    assert server.asked["step extract"] == 101 + 2 * n_seen_by_words  # each put back twice
    assert states(done) == {"lanterns-agree": "CONFIRMED"}
    story = done.report.stories[0]
    assert {str(piece.paper.id) for piece in story.pieces} == {"2503.00001v1"}
    assert n_seen_by_words <= 80  # what the list of words does not know, the control refuses
    assert any("nothing can bear" in failure.message for failure in done.run.failures)
    assert any("speak to a model" in failure.message for failure in done.run.failures)


def test_an_obeyed_injection_is_no_evidence_beside_honest_evidence_either(tmp_path: Path) -> None:
    hostile = [
        record(
            f"2606.{n:05d}",
            "2026-07-01",
            abstract=f"May a lantern that is asked twice give the same colour? {words}",
        )
        for n, words in enumerate(INJECTIONS, start=1)
    ]
    with serving(obeys=True) as server:
        place = workspace(tmp_path, server, AGREES, *hostile, library=ONE_CLAIM, parallel=8)
        first = asyncio.run(night(wide(place, 200), "2026-06-30"))
        assert states(first) == {"lanterns-agree": "CONFIRMED"}
        second = asyncio.run(night(wide(place, 200), "2026-07-03"))
        ledger = Ledger.open(place.ledger_url)
        pieces = second.report.stories[0].pieces
        assert [str(piece.paper.id) for piece in pieces] == ["2503.00001v1"]
        on = pieces[0].assessment
        ledger.work.decide(decision(second.report.stories[0].claim, Ruling.REJECT, on=on))
        ledger.close()
        third = asyncio.run(night(wide(place, 200), "2026-07-04"))
    assert server.asked["step extract"] > 100
    assert states(third) == {"lanterns-agree": "UNTESTED"}


def test_of_500_judgements_with_a_fifth_faulty_none_is_lost_or_counted_twice(
    tmp_path: Path,
) -> None:
    with serving(faults=PASSING, share_faulty=0.2, hang_s=1.0, share=0.75) as server:
        place = workspace(
            tmp_path,
            server,
            FIRST,
            *papers(50, n_beside=200),
            library=TWO_CLAIMS,
            parallel=12,
            timeout_s=0.5,
        )
        done = asyncio.run(night(wide(place, 300), "2026-07-01"))
    signed = signature(place)
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    n_pairs = 0
    for story in done.report.stories:
        claim = story.claim
        failed = [f.item_id for f in done.run.failures if f.claim_id == claim.id]
        failed = [paper for paper in failed if paper.startswith("2503.")]
        judged = set(ledger.work.papers_judged(claim.revision, signed)) - {"2401.00001v1"}
        kept = [one for one, _ in ledger.work.assessments(claim.id).values()]
        kept = [one for one in kept if one.finding.paper.number.startswith("2503.")]
        assert judged.isdisjoint(failed)
        assert len(failed) == len(set(failed))
        assert {str(one.finding.paper) for one in kept} == judged
        assert len(kept) == len(judged)
        assert judged | set(failed) == {f"2503.{n:05d}v1" for n in range(1, 251)}
        n_pairs += len(judged) + len(failed)
        for one in kept:
            denies = "never" in one.evidence[0].quote
            honest = Relation.CONTRADICTS if denies else Relation.SUPPORTS
            bears = claim.id == "lanterns-agree" and "colour" in one.evidence[0].quote
            assert one.relation is (honest if bears else Relation.NO_BEARING)
    ledger.close()
    assert n_pairs == 500
    assert set(server.faulty) == set(PASSING)
    told = [CallOutcome(call["outcome"]) for call in calls(place)]
    answered = [call["key"] for call in calls(place) if call["outcome"] == "answered"]
    assert len(answered) == len(set(answered))
    # A request that timed out on its way is counted by us alone.
    assert server.n_answers <= done.run.counts.n_model_calls == len(told)
    assert set(told) >= {
        CallOutcome.ANSWERED,
        CallOutcome.BUSY,
        CallOutcome.CUT_OFF,
        CallOutcome.FILTERED,
        CallOutcome.MALFORMED,
        CallOutcome.REFUSED,
    }


def signature(place: Workspace) -> Any:  # noqa: ANN401 - a Signature, whatever the settings
    with opened(place) as bench:
        return bench.judge.signature


def test_behind_an_assessment_stand_the_requests_of_its_own_paper_and_models(
    tmp_path: Path,
) -> None:
    twin = record("2503.00009", "2025-03-09", abstract=str(AGREES["abstract"]))
    with serving() as server:
        place = workspace(tmp_path, server, AGREES, twin, library=ONE_CLAIM)
        asyncio.run(night(place, "2026-07-01"))
        judge = place.settings.judge.model_copy(update={"model": "another-1"})
        settings = place.settings.model_copy(update={"judge": judge})
        asyncio.run(night(replace(place, settings=settings), "2026-07-02"))
    ledger = Ledger.open(place.ledger_url)
    kept = [one for one, _ in ledger.work.assessments("lanterns-agree").values()]
    assert len(kept) == 4
    for one in kept:
        behind = ledger.model_calls.behind(one)
        assert {call.model for call in behind} == {one.signature.model}
        assert [call.step for call in behind] == ["extract", "compare", *["second look"] * 2]
        assert len({call.paper for call in behind} - {None}) == 1
    ledger.close()


def test_looks_that_disagree_keep_the_standing_and_wait_for_a_person(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, AGREES, library=ONE_CLAIM, second_model="another-1")
        server.contrary = frozenset({"another-1"})
        done = asyncio.run(night(place, "2026-07-01"))
    assert states(done) == {"lanterns-agree": "UNTESTED"}
    ledger = Ledger.open(place.ledger_url)
    ((kept, _),) = ledger.work.assessments("lanterns-agree").values()
    assert [one.assessment_id for one in waiting(ledger)] == [kept.id]
    ledger.work.decide(decision(done.report.stories[0].claim, Ruling.REJECT, on=kept))
    assert waiting(ledger) == ()
    ledger.close()
    assert kept.relation is Relation.NOT_COMPARABLE
    assert kept.verdict.disputed is Relation.SUPPORTS


def test_the_key_is_nowhere_in_ledger_reports_or_state(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(faults=(Fault.ECHOES_KEY, Fault.FAILED, Fault.MALFORMED)) as server:
        place = workspace(tmp_path, server, AGREES, DENIES)
        server.share_faulty = 0.5
        done = asyncio.run(night(place, "2026-07-01"))
    assert server.keys == {KEY}
    assert done.run.failures
    # Chroma saves whole blocks of memory, with whatever stood in them before: seen here once.
    files = [f for f in tmp_path.rglob("*") if f.is_file() and "chroma" not in f.parts]
    assert len(files) > 5
    assert [file for file in files if KEY.encode() in file.read_bytes()] == []
    told = capfd.readouterr()
    assert KEY not in told.out + told.err + caplog.text + repr(place.settings)


def test_an_endpoint_that_is_down_is_left_alone_after_a_while(tmp_path: Path) -> None:
    with serving(faults=(Fault.FAILED,)) as server:
        place = workspace(tmp_path, server, *papers(100), library=ONE_CLAIM)
        done = asyncio.run(night(wide(place, 100), "2026-07-01"))
    assert len([f for f in done.run.failures if f.stage != LOOK_UP]) == 100
    assert server.n_answers < 40
    assert any("left alone" in failure.message for failure in done.run.failures)


def test_the_funnel_makes_a_fifth_of_the_requests_and_loses_no_evidence(tmp_path: Path) -> None:
    off = [
        record(f"2505.{n:05d}", "2025-05-04", abstract=f"Harbour lantern prices rose in port {n}.")
        for n in range(1, 121)
    ]
    records = (FIRST, AGREES, DENIES, *off)
    everything = {"always_read": 1_000, "compared_per_paper": 1_000}
    with serving() as few, serving() as all_:
        narrow = workspace(tmp_path / "few", few, *records, library=ONE_CLAIM)
        wide_ = workspace(tmp_path / "all", all_, *records, library=ONE_CLAIM, **everything)
        done = asyncio.run(night(narrow, "2026-07-01"))
        exhaustive = asyncio.run(night(wide_, "2026-07-01"))
    assert few.n_answers <= all_.n_answers / 5
    assert admitted(done) == admitted(exhaustive)
    assert states(done) == {"lanterns-agree": "CONTESTED"}
    assert any("not put before the model" in note for note in done.run.notes)
    judges = {piece.assessment.signature.judge for piece in done.report.stories[0].pieces}
    assert judges == {"openai"}


def test_papers_that_other_rules_left_unread_are_screened_again(tmp_path: Path) -> None:
    class Generous(RulesJudge):
        signature = RulesJudge.signature.model_copy(update={"prompt_version": "other rules"})

        async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
            same = claim.model_copy(update={"text": reading.passages[0].text})
            return await super().extract(same, reading)

    far = record("2505.00001", "2025-05-04", abstract="Harbour lantern prices rose in every port.")
    with serving() as server:
        place = workspace(tmp_path, server, AGREES, far, library=ONE_CLAIM, always_read=0)
        asyncio.run(night(place, "2026-07-01"))
        n_asked, n_read = server.n_answers, server.asked["step extract"]
        asyncio.run(night(place, "2026-07-02"))
        assert (server.n_answers, n_read) == (n_asked, 1)
        with opened(place) as bench:
            assert bench.model
            before = bench.model.judge
            judge = OpenAiJudge(
                before.asking,
                triage=Generous(),
                model=before.model,
                max_output=4_000,
                n_compared=before.n_compared,
            )
            renewed = replace(bench, judge=judge, model=replace(bench.model, judge=judge))
            runner, until = lamps.runner(), moment("2026-07-03")
            done = asyncio.run(nightly(renewed, until, runner, Unwatched()))
    assert judge.signature != before.signature
    assert server.asked["step extract"] == 2
    assert states(done) == {"lanterns-agree": "CONFIRMED"}
    answered = [call["key"] for call in calls(place)]
    assert len(answered) == len(set(answered))


def admitted(done: Finished) -> set[tuple[str, str]]:
    """Paper and relation of each piece of evidence that counts."""
    pieces = [piece for story in done.report.stories for piece in story.pieces]
    return {(str(piece.paper.id), piece.relation.value) for piece in pieces}


def test_a_local_night_knows_nothing_of_models(tmp_path: Path) -> None:
    done = asyncio.run(night(lamps.workspace(tmp_path, AGREES, DENIES), "2026-07-01"))
    assert done.run.counts.by_claim == {}
    assert "by_claim" not in done.run.counts.model_dump()
    assert "endpoint" not in done.run.settings


def test_what_a_claim_is_does_not_reach_the_reading_of_a_paper(tmp_path: Path) -> None:
    with serving() as server:
        place = workspace(tmp_path, server, AGREES, DENIES)
        asyncio.run(night(place, "2026-07-01"))
    claims: list[Claim] = [claim for i in place.inquiries() for claim in i.claims]
    read = [body for body in server.bodies if "list what it reports" in body["instructions"]]
    assert read
    assert not any(claim.text in json.dumps(body) for body in read for claim in claims)
