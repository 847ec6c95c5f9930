"""Whole runs over a small dump: what is judged, what is kept, what is said."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from claims.assessment import Ruling, StandingState
from claims.claim import Claim
from claims.clock import parse_moment, utc_now
from claims.deciding import Wish, rule, undo
from claims.errors import ClaimNotFound, LedgerConflict, LedgerError, SettingsError
from claims.evidence import Relation, Signature, Verdict
from claims.ledger import Ledger
from claims.standing import Flag
from claims.waiting import waiting
from flows.nightly import nightly
from flows.steps import report_of
from flows.watch import Unwatched
from flows.wiring import opened
from flows.workspace import Workspace
from reports.render import to_html, to_json, to_markdown
from tests import fakes, lamps
from tests.lamps import AGREES, DENIES, FIRST, WICK, LampJudge, night, record, retested, states


def test_two_nights_tell_what_the_second_one_changed(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES, DENIES, WICK), LampJudge()
    first = asyncio.run(night(place, judge, "2026-01-01"))
    second = asyncio.run(night(place, judge, "2026-07-01"))
    assert states(first) == {"lanterns-agree": "CONFIRMED", "wicks-burn": "UNTESTED"}
    assert states(second) == {"lanterns-agree": "CONTESTED", "wicks-burn": "CONTESTED"}
    changed = [change.claim_id for change in second.report.diff.changes]
    assert set(changed) == {"lanterns-agree", "wicks-burn"}


def test_the_same_night_twice_judges_nothing_and_changes_nothing(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES, DENIES), LampJudge()
    asyncio.run(night(place, judge, "2026-07-01"))
    n_read = len(judge.read)
    again = asyncio.run(night(place, judge, "2026-07-01"))
    assert len(judge.read) == n_read
    assert not again.report.diff
    assert again.run.counts.n_judge_calls == again.run.counts.n_assessments == 0
    assert again.run.id == "night-2026-07-01.2"


def test_adding_two_papers_costs_two_papers_a_claim(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    asyncio.run(night(place, judge, "2026-02-01"))
    judge.read.clear()
    lamps.write_dump(tmp_path / "dump.jsonl", FIRST, AGREES, DENIES, WICK)
    done = asyncio.run(night(place, judge, "2026-07-01"))
    assert {paper for _, paper in judge.read} == {"2603.00001v1", "2603.00002v1"}
    assert done.run.counts.n_papers_new == 2


def test_a_paper_that_arrives_late_is_found_within_the_overlap(tmp_path: Path) -> None:
    late = record(
        "2512.00009", "2025-12-29", abstract="A lantern asked gives another colour: denied."
    )
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    lamps.write_dump(tmp_path / "dump.jsonl", FIRST, AGREES, late)
    done = asyncio.run(night(place, judge, "2026-01-02"))
    assert states(done)["lanterns-agree"] == "CONTESTED"


def test_what_a_claim_rests_on_does_not_retest_it(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST), LampJudge()
    done = asyncio.run(night(place, judge, "2026-07-01"))
    assert judge.read == [("wicks-burn", "2401.00001v1")]
    assert states(done)["lanterns-agree"] == "UNTESTED"


def test_a_paper_that_fails_is_a_failure_and_is_tried_again_the_next_night(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)
    busy = LampJudge(busy=frozenset({"2503.00001"}))
    first = asyncio.run(night(place, busy, "2026-01-01"))
    assert [f.error for f in first.run.failures] == ["JudgeBusy", "JudgeBusy"]
    assert states(first)["lanterns-agree"] == "UNTESTED"
    flags = {story.claim.id: story.standing.flags for story in first.report.stories}
    assert Flag.NOT_CHECKED in flags["lanterns-agree"]
    well = LampJudge()
    second = asyncio.run(retested(place, well, "lanterns-agree", "2026-01-01"))
    assert well.read == [("lanterns-agree", "2503.00001v1")]
    assert states(second)["lanterns-agree"] == "CONFIRMED"


def test_an_answer_outside_the_rules_is_no_verdict(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES)
    wild = LampJudge(wild=frozenset({"2603.00001"}))
    done = asyncio.run(night(place, wild, "2026-07-01"))
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    assert {f.error for f in done.run.failures} == {"MalformedAnswer"}


def test_a_source_that_fails_moves_no_cursor_and_is_no_quiet_night(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    (tmp_path / "dump.jsonl").rename(tmp_path / "gone.jsonl")
    failed = asyncio.run(night(place, judge, "2026-01-01"))
    assert failed.run.source_failed
    flags = [story.standing.flags for story in failed.report.stories]
    assert all(Flag.NOT_CHECKED in of_claim for of_claim in flags)
    (tmp_path / "gone.jsonl").rename(tmp_path / "dump.jsonl")
    done = asyncio.run(night(place, judge, "2026-01-02"))
    assert states(done)["lanterns-agree"] == "CONFIRMED"


def test_what_a_failed_night_missed_is_judged_by_the_next_one(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES, DENIES), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    (tmp_path / "dump.jsonl").rename(tmp_path / "gone.jsonl")
    asyncio.run(night(place, judge, "2026-06-01"))
    (tmp_path / "gone.jsonl").rename(tmp_path / "dump.jsonl")
    done = asyncio.run(night(place, judge, "2026-06-20"))
    assert states(done)["lanterns-agree"] == "CONTESTED"


def test_a_night_that_lies_ahead_is_refused_and_not_begun(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)
    with pytest.raises(SettingsError, match="until 2206-01-01 00:00 UTC lies ahead"):
        asyncio.run(night(place, LampJudge(), "2206-01-01"))
    with opened(place) as bench:
        assert bench.ledger.runs.unfinished() == ()


def test_a_night_until_tomorrow_hides_no_later_night(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    ahead = (utc_now() + timedelta(hours=23)).isoformat().removesuffix("+00:00")
    asyncio.run(night(place, judge, ahead))
    now = f"{utc_now():%Y-%m-%d}"
    new = record("2603.00001", now, abstract="It gives another colour: denied.")
    lamps.write_dump(tmp_path / "dump.jsonl", FIRST, AGREES, new)
    done = asyncio.run(night(place, judge, ahead))
    assert states(done)["lanterns-agree"] == "CONTESTED"


def test_a_paper_that_came_before_its_day_is_judged_when_the_day_comes(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    denies = fakes.paper(
        "2606.00001v1", submitted="2026-06-30", abstract="It gives another colour: denied."
    )
    with opened(place) as bench:
        bench.ledger.papers.add([denies], bench.ledger.runs.newest()[0].id)
    asyncio.run(night(place, judge, "2026-06-01"))
    done = asyncio.run(night(place, judge, "2026-07-02"))
    assert states(done)["lanterns-agree"] == "CONTESTED"


def test_a_night_of_the_past_knows_nothing_of_later_papers(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES, DENIES), LampJudge()
    asyncio.run(night(place, judge, "2026-07-01"))
    past = asyncio.run(night(place, judge, "2026-01-01"))
    assert states(past)["lanterns-agree"] == "CONFIRMED"
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    ledger.close()


def test_a_claim_of_an_earlier_date_brings_the_earlier_papers(tmp_path: Path) -> None:
    old = record("2103.00001", "2021-03-04", abstract="A longer wick burns no longer: denied.")
    place, judge = lamps.workspace(tmp_path, old, FIRST), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    library = tmp_path / "claims" / "lanterns.toml"
    earlier = '[[claims]]\nid = "wicks-of-old"\ntext = "Wicks burned long."\nas_of = "2019"\n'
    library.write_text(f"{library.read_text()}\n{earlier}")
    done = asyncio.run(night(place, judge, "2026-01-02"))
    assert states(done)["wicks-of-old"] == "CONTESTED"


def test_a_changed_judge_answers_anew_and_its_new_answer_counts(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)
    asyncio.run(night(place, LampJudge(), "2026-01-01"))

    class Changed(LampJudge):
        signature = LampJudge.signature.model_copy(update={"prompt_version": "2"})

        def _verdict(self, claim: Claim, text: str) -> Verdict:
            relation = Relation.CONTRADICTS if "agreed" in text else Relation.NO_BEARING
            return Verdict(relation=relation, reason=f"on {claim.id}", confidence=0.9)

    done = asyncio.run(night(place, Changed(), "2026-01-02"))
    story = done.report.stories[0]
    assert story.after.value == "CONTESTED"
    assert len(story.standing.admitted) == 1


def test_one_long_paper_crowds_out_no_other(tmp_path: Path) -> None:
    long = record("2503.00009", "2025-03-09", abstract="A lantern gives the same colour. " * 9000)
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES, long), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    assert ("lanterns-agree", "2503.00001v1") in judge.read


def test_bad_lines_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    with (tmp_path / "dump.jsonl").open("a") as dump:
        dump.write('{"id": "2503.00002"\n')
    done = asyncio.run(night(place, judge, "2026-01-01"))
    assert [f.item_id for f in done.run.failures] == ["dump.jsonl:3"]
    assert states(done)["lanterns-agree"] == "CONFIRMED"


def test_a_withdrawn_source_supersedes_the_claim_in_its_authors_words(tmp_path: Path) -> None:
    notice = "This paper has been withdrawn by the author: the lantern was unlit."
    place, judge = lamps.workspace(tmp_path, FIRST), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    withdrawn = record(
        "2401.00001", "2024-01-05", "2026-02-01",
        title="The first lantern", abstract="Withdrawn.", comments=notice,
    )  # fmt: skip
    lamps.write_dump(tmp_path / "dump.jsonl", FIRST, withdrawn)
    done = asyncio.run(night(place, judge, "2026-03-01"))
    story = done.report.stories[0]
    assert story.after.value == "SUPERSEDED"
    assert Flag.SOURCE_WITHDRAWN in story.standing.flags
    assert story.standing.admitted[0].evidence[0].quote == notice


def test_evidence_from_a_paper_that_is_withdrawn_later_drops_out(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    gone = record(
        "2503.00001", "2025-03-04", "2026-01-15",
        abstract="Withdrawn.", comments="This paper has been withdrawn: no lantern was there.",
    )  # fmt: skip
    lamps.write_dump(tmp_path / "dump.jsonl", FIRST, AGREES, gone)
    done = asyncio.run(night(place, judge, "2026-02-01"))
    assert states(done)["lanterns-agree"] == "UNTESTED"
    kinds = [type(change).__name__ for change in done.report.diff.changes]
    assert "EvidenceDropped" in kinds


def test_a_claim_without_a_real_source_is_flagged(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)
    done = asyncio.run(night(place, LampJudge(), "2026-01-01"))
    flags = {story.claim.id: set(story.standing.flags) for story in done.report.stories}
    assert flags["lanterns-agree"] == set()
    assert flags["wicks-burn"] == {Flag.UNGROUNDED}


def test_an_id_that_belongs_to_another_paper_is_told(tmp_path: Path) -> None:
    other = lamps.LIBRARY.replace("The first lantern", "A history of candles in nine countries")
    place = lamps.workspace(tmp_path, FIRST, library=other)
    done = asyncio.run(night(place, LampJudge(), "2026-01-01"))
    flags = done.report.stories[0].standing.flags
    assert set(flags) == {Flag.SOURCE_MISMATCH, Flag.UNGROUNDED}


def test_a_report_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES)
    done = asyncio.run(night(place, LampJudge(), "2026-07-01"))
    (tmp_path / "claims" / "lanterns.toml").unlink()
    (tmp_path / "dump.jsonl").unlink()
    ledger = Ledger.open(place.ledger_url)
    again = report_of(ledger, done.run.id)
    ledger.close()
    assert done.files.markdown.read_text() == to_markdown(again)
    assert done.files.html.read_text() == to_html(again)
    names = {form: Path(path).name for form, path in done.files.named().items() if path}
    assert done.files.json.read_text() == to_json(again, names)


def test_the_ledger_of_whole_runs_derives_again(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES, WICK)
    asyncio.run(night(place, LampJudge(), "2026-01-01"))
    asyncio.run(night(place, LampJudge(), "2026-07-01"))
    ledger = Ledger.open(place.ledger_url)
    audit = ledger.audit()
    ledger.close()
    assert audit.faults == ()
    assert audit.n_quotes > 0
    assert audit.n_standings == 2


def test_a_lost_index_is_made_again(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES), LampJudge()
    asyncio.run(night(place, judge, "2025-01-01"))
    for file in sorted((place.state / "index").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    done = asyncio.run(night(place, judge, "2026-01-01"))
    assert states(done)["lanterns-agree"] == "CONFIRMED"


def test_an_unknown_claim_is_named_with_those_there_are(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST)
    with pytest.raises(ClaimNotFound, match=r"'moths'.*lanterns-agree, wicks-burn"):
        asyncio.run(retested(place, LampJudge(), "moths", "2026-01-01"))


def test_a_report_that_cannot_be_written_keeps_the_run(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)
    (tmp_path / "reports").rmdir()
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(LedgerError, match="retest report night-2026-01-01 --write"):
        asyncio.run(night(place, LampJudge(), "2026-01-01"))
    ledger = Ledger.open(place.ledger_url)
    assert [run.id for run in ledger.runs.newest()] == ["night-2026-01-01"]
    ledger.close()


def test_two_runs_in_one_workspace_do_not_mix(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST)
    with place.only_run(), pytest.raises(LedgerConflict, match="another retest run"):
        asyncio.run(night(place, LampJudge(), "2026-01-01"))


def test_a_run_goes_on_under_its_name_when_it_was_cut_off(tmp_path: Path) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES)

    class Stopped(LampJudge):
        async def extract(self, *_: object) -> tuple[()]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(night(place, Stopped(), "2026-01-01"))
    done = asyncio.run(night(place, LampJudge(), "2026-01-01"))
    assert done.run.id == "night-2026-01-01"
    assert done.run.counts.n_papers_new == 2


def test_postgresql_holds_the_same_night(tmp_path: Path, postgres_url: str) -> None:
    place = lamps.workspace(tmp_path, FIRST, AGREES, DENIES)
    settings = (tmp_path / "retest.toml").read_text() + f'\n[ledger]\nurl = "{postgres_url}"\n'
    (tmp_path / "retest.toml").write_text(settings)
    place = Workspace.open(tmp_path, place.environment)
    assert states(asyncio.run(night(place, LampJudge(), "2026-01-01")))["lanterns-agree"] == (
        "CONFIRMED"
    )
    assert states(asyncio.run(night(place, LampJudge(), "2026-07-01")))["lanterns-agree"] == (
        "CONTESTED"
    )
    assert not (place.state / "ledger.sqlite").exists()
    ledger = Ledger.open(postgres_url)
    assert ledger.audit().faults == ()
    ledger.close()


def test_the_bundled_sample_is_read_whole(tmp_path: Path) -> None:
    place = Workspace.create(tmp_path / "w", lamps.workspace(tmp_path).environment, papers="sample")
    with opened(place) as bench:
        done = asyncio.run(nightly(bench, parse_moment("2026-07-01"), lamps.runner(), Unwatched()))
    assert done.run.failures == ()
    assert done.run.counts.n_papers_seen > 140


def test_what_a_person_rejected_does_not_come_back_to_the_judge(tmp_path: Path) -> None:
    place, judge = lamps.workspace(tmp_path, FIRST, AGREES, DENIES), LampJudge()
    asyncio.run(night(place, judge, "2026-07-01"))
    ledger = Ledger.open(place.ledger_url)
    against = waiting(ledger, {"lanterns-agree"})[0].assessment_id
    wish = Wish(
        claim_id="lanterns-agree", assessment_id=against, ruling=Ruling.REJECT, by="Ada", why="No."
    )
    rejection = rule(ledger, wish)
    assert rejection.after.state is StandingState.CONFIRMED

    class Renewed(LampJudge):
        """The same judge under new rules: asked about everything again."""

        signature = Signature(judge="lamps", model="invented", prompt_version="2")

    renewed = Renewed()
    done = asyncio.run(night(place, renewed, "2026-07-02"))
    assert ("lanterns-agree", "2603.00001v1") not in renewed.read
    assert ("wicks-burn", "2603.00001v1") in renewed.read
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    undo(ledger, "lanterns-agree", rejection.decision.id, by="Ada")
    asyncio.run(retested(place, renewed, "lanterns-agree", "2026-07-02"))
    assert ("lanterns-agree", "2603.00001v1") in renewed.read
    ledger.close()
