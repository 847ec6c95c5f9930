"""The ledger keeps everything, once, and gives it back as it was; on both databases."""

from datetime import timedelta
from itertools import pairwise
from threading import Thread

import pytest

from claims.assessment import Assessment, Ruling
from claims.clock import Window, utc_now
from claims.errors import ClaimNotFound, LedgerError, LibraryError
from claims.evidence import Failure, Paper, Relation, Remark, RemarkKind, Signature
from claims.ids import ArxivId
from claims.ledger import Ledger
from tests.fakes import LOCAL, assessment, claim, decision, moment, paper

CLAIM = claim()


def recorded(ledger: Ledger, *assessments: Assessment, run_id: str = "night") -> None:
    papers = [a.evidence[0].paper for a in assessments]
    ledger.papers.add(papers, run_id)
    ledger.work.record(run_id, CLAIM, assessments=assessments, judged=papers, signature=LOCAL)


def numbered(n: int) -> Paper:
    return paper(f"2503.{n:05}v1")


def test_a_registered_claim_is_given_back_and_its_newest_note_counts(ledger: Ledger) -> None:
    ledger.claims.register([CLAIM])
    ledger.claims.register([CLAIM])
    assert ledger.claims.latest(CLAIM.id) == CLAIM
    noted = claim(note="seen at the fair")
    ledger.claims.register([noted])
    assert ledger.claims.latest(CLAIM.id) == noted


def test_a_reworded_claim_is_refused_and_nothing_of_the_batch_is_kept(ledger: Ledger) -> None:
    ledger.claims.register([CLAIM])
    with pytest.raises(LibraryError, match=r"its text was changed.*replaces = \"lanterns-agree\""):
        ledger.claims.register([claim("new-lamp"), claim(text="Lanterns never agree.")])
    assert ledger.claims.latest(CLAIM.id) == CLAIM
    with pytest.raises(ClaimNotFound, match="no claim 'new-lamp'"):
        ledger.claims.latest("new-lamp")


def test_a_revision_is_found_as_it_was_noted_by_then(ledger: Ledger) -> None:
    ledger.claims.register([CLAIM])
    then = utc_now()
    ledger.claims.register([claim(note="later")])
    assert ledger.claims.of_revision(CLAIM.revision, as_of=then).note is None
    assert ledger.claims.of_revision(CLAIM.revision, as_of=utc_now()).note == "later"
    with pytest.raises(ClaimNotFound):
        ledger.claims.of_revision(CLAIM.revision, as_of=then - timedelta(days=1))


def test_papers_are_kept_once_and_a_restated_one_is_kept_beside_the_first(ledger: Ledger) -> None:
    first, second = numbered(1), numbered(2)
    assert ledger.papers.add([first, second, first], "night-1") == 2
    assert ledger.papers.add([first, second], "night-2") == 0
    restated = paper(first.id.number + "v1", comment="12 pages")
    assert ledger.papers.add([first, restated], "night-2") == 1
    assert ledger.papers.get() == (first, second, restated)
    assert ledger.papers.n_first_seen_in("night-1") == 2
    assert ledger.papers.n_first_seen_in("night-2") == 1


def test_more_papers_than_a_statement_takes_are_all_kept(ledger: Ledger) -> None:
    papers = [numbered(n) for n in range(1, 1202)]
    assert ledger.papers.add(papers, "night") == 1201
    assert len(ledger.papers.get(ids=[p.id for p in papers])) == 1201
    assert ledger.papers.ids() == {p.id for p in papers}


def test_papers_are_asked_for_by_id_version_or_window(ledger: Ledger) -> None:
    old, new = paper("2503.00001v1"), paper("2503.00001v2", revised="2025-06-01")
    ledger.papers.add([old, new, numbered(2)], "night")
    assert ledger.papers.get(ids=[ArxivId("2503.00001")]) == (old, new)
    assert ledger.papers.get(ids=[ArxivId("2503.00001", 2), ArxivId("9999.99999")]) == (new,)
    assert ledger.papers.get(ids=[]) == ()
    june = Window(moment("2025-06-01"), moment("2025-06-02"))
    assert ledger.papers.get(window=june) == (new,)
    before = Window(moment("2025-05-31"), moment("2025-06-01"))
    assert ledger.papers.get(window=before) == ()


def test_hostile_text_comes_back_as_it_went_in(ledger: Ledger) -> None:
    hostile = paper(
        abstract="Robert'); DROP TABLE papers;-- \x00 \u202e ﬁ 🏮 {}", title="%s {x} \\"
    )
    ledger.papers.add([hostile], "night")
    assert ledger.papers.get() == (hostile,)


def test_a_withdrawal_counts_while_it_is_the_newest_version_known(ledger: Ledger) -> None:
    ledger.papers.add([numbered(1)], "night")
    then = utc_now()
    ledger.papers.add([paper("2503.00001v2", withdrawn=True)], "night")
    known = {"2503.00001", "2503.00002"}
    assert ledger.papers.newest(known)["2503.00001"].withdrawn
    assert not ledger.papers.newest(known, as_of=then)["2503.00001"].withdrawn
    ledger.papers.add([paper("2503.00001v3")], "night")
    assert not ledger.papers.newest(known)["2503.00001"].withdrawn


def test_a_withdrawal_told_for_certain_is_not_undone_by_a_source_that_cannot_tell(
    ledger: Ledger,
) -> None:
    certain = paper("2503.00001v2", withdrawn=True, is_certain=True)
    ledger.papers.add([certain], "night")
    ledger.papers.add([paper("2503.00001v2")], "night")
    assert ledger.papers.newest(["2503.00001"]) == {"2503.00001": certain}


def test_a_cursor_is_that_of_earlier_runs_and_of_the_same_question(ledger: Ledger) -> None:
    first, second = moment("2026-01-01"), moment("2026-01-02")
    ledger.papers.move_cursor("arxiv", "q1", first, "night-1")
    ledger.papers.move_cursor("arxiv", "q1", second, "night-2")
    assert ledger.papers.cursor("arxiv", "q1", before_run="night-3") == second
    assert ledger.papers.cursor("arxiv", "q1", before_run="night-2") == first
    assert ledger.papers.cursor("arxiv", "q2", before_run="night-3") is None
    assert ledger.papers.cursor("sample", "q1", before_run="night-3") is None


def test_a_cursor_of_a_source_with_a_long_path_is_kept(ledger: Ledger) -> None:
    source, until = "/lanterns" * 40, moment("2026-01-01")
    ledger.papers.move_cursor(source, "q1", until, "night-1")
    assert ledger.papers.cursor(source, "q1", before_run="night-2") == until


def test_recorded_work_is_given_back_with_its_evidence_proven(ledger: Ledger) -> None:
    found = assessment(CLAIM, numbered(1), relation=Relation.QUALIFIES)
    recorded(ledger, found)
    ((id, (again, at)),) = ledger.work.assessments(CLAIM.id).items()
    assert (id, again) == (found.id, found)
    assert utc_now() - at < timedelta(minutes=1)
    assert ledger.work.assessments(ids=[found.id, "sha256:0"]).keys() == {found.id}
    assert ledger.work.assessments("another-claim") == {}


def test_recording_the_same_work_again_changes_nothing(ledger: Ledger) -> None:
    found = assessment(CLAIM, numbered(1))
    recorded(ledger, found, run_id="night-1")
    before = ledger.work.assessments(CLAIM.id)
    recorded(ledger, found, run_id="night-2")
    assert ledger.work.assessments(CLAIM.id) == before
    assert ledger.work.counts("night-1")["n_assessments"] == 1
    assert ledger.work.counts("night-2")["n_assessments"] == 0


def test_what_was_judged_is_known_to_the_same_judge_and_revision_only(ledger: Ledger) -> None:
    found = assessment(CLAIM, numbered(1))
    recorded(ledger, found)
    other = Signature(judge="local", model="invented-2", prompt_version="sha256:0")
    assert ledger.work.judged(CLAIM.revision, LOCAL) == {numbered(1).content: "night"}
    assert ledger.work.judged(CLAIM.revision, other) == {}
    assert ledger.work.judged(claim(as_of="2023").revision, LOCAL) == {}


def test_work_is_recorded_whole_or_not_at_all(ledger: Ledger) -> None:
    found = assessment(CLAIM, numbered(1))
    nameless = CLAIM.model_copy(update={"id": None})
    with pytest.raises(LedgerError):
        ledger.work.record(
            "night", nameless, assessments=[found], judged=[numbered(1)], signature=LOCAL
        )
    assert ledger.work.assessments(CLAIM.id) == {}
    assert ledger.work.judged(CLAIM.revision, LOCAL) == {}
    assert ledger.audit().n_rows == 0


def test_a_paper_read_whole_is_other_work_than_its_abstract_alone(ledger: Ledger) -> None:
    for run_id, whole in (("first", ()), ("second", (paper().id,))):
        ledger.work.record(
            run_id, CLAIM, assessments=(), judged=[paper()], read_whole=whole, signature=LOCAL
        )
    judged = ledger.work.judged(CLAIM.revision, LOCAL)
    assert judged == {paper().content: "first", paper().whole_content: "second"}
    assert ledger.work.counts("first")["n_papers_whole"] == 0
    assert ledger.work.counts("second")["n_papers_whole"] == 1


def test_what_was_remarkable_in_a_paper_is_kept_once_a_run(ledger: Ledger) -> None:
    hidden = Remark(
        paper=paper().id, kind=RemarkKind.HIDDEN_TEXT, told="covered", words="Praise us.", page=2
    )
    repaired = Remark(paper=paper().id, kind=RemarkKind.READING, told="it was damaged")
    for _ in range(2):
        ledger.work.remark("night", [repaired, hidden])
    assert ledger.work.remarks("night") == (hidden, repaired)
    assert ledger.work.remarks("another") == ()


def test_counts_of_a_resumed_run_are_those_first_noted(ledger: Ledger) -> None:
    for n_calls in (7, 9):
        ledger.work.record(
            "night",
            CLAIM,
            assessments=(),
            judged=(),
            signature=LOCAL,
            n_judge_calls=n_calls,
            n_known=2,
        )
    assert ledger.work.counts("night") == {
        "n_papers_read": 0,
        "n_papers_whole": 0,
        "n_papers_known": 2,
        "n_assessments": 0,
        "n_judge_calls": 7,
    }
    assert ledger.work.counts("another")["n_judge_calls"] == 0


def test_failures_stand_beside_the_work_in_a_fixed_order(ledger: Ledger) -> None:
    failures = [
        Failure(stage=stage, item_id=item, claim_id=CLAIM.id, error="JudgeBusy", message="later")
        for stage, item in (("read", "b"), ("compare", "z"), ("read", "a"))
    ]
    ledger.work.record(
        "night", CLAIM, assessments=(), judged=(), failures=failures[:1], signature=LOCAL
    )
    ledger.work.fail("night", failures)
    assert [(f.stage, f.item_id) for f in ledger.work.failures("night")] == [
        ("compare", "z"),
        ("read", "a"),
        ("read", "b"),
    ]
    assert ledger.work.failures("another") == ()


def test_decisions_are_given_back_as_they_were_entered_and_as_of_any_moment(ledger: Ledger) -> None:
    entered_first = decision(CLAIM, Ruling.REJECT, at="2026-01-07")
    taken_first = decision(CLAIM, Ruling.ACCEPT, at="2026-01-05")
    ledger.work.decide(entered_first)
    then = utc_now()
    for ruling in (taken_first, entered_first):
        ledger.work.decide(ruling)
    assert ledger.work.decisions(CLAIM.id) == (entered_first, taken_first)
    assert ledger.work.decisions(CLAIM.id, as_of=then) == (entered_first,)
    assert ledger.work.decisions("another-claim") == ()


def test_what_was_known_at_a_past_moment_can_be_asked(ledger: Ledger) -> None:
    moments = [utc_now()]
    for n in (1, 2, 3):
        recorded(ledger, assessment(CLAIM, numbered(n)), run_id=f"night-{n}")
        moments.append(utc_now())
    sizes = [len(ledger.known(CLAIM, as_of=at).assessments) for at in moments]
    assert sizes == [0, 1, 2, 3]
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert len(ledger.known(CLAIM).assessments) == 3


def test_threads_that_write_at_once_lose_nothing(ledger: Ledger) -> None:
    errors: list[Exception] = []

    def write(lane: int) -> None:
        try:
            for n in range(1, 11):
                recorded(ledger, assessment(CLAIM, numbered(100 * lane + n)), run_id=f"lane-{lane}")
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [Thread(target=write, args=(lane,)) for lane in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(ledger.work.assessments(CLAIM.id)) == 30
    assert [ledger.work.counts(f"lane-{lane}")["n_assessments"] for lane in (1, 2, 3)] == [10] * 3
