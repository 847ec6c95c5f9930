"""People's rulings: entered at once, never lost, taken back by another; on both databases."""

from threading import Barrier, Thread

import pytest

from claims.assessment import Assessment, Ruling, StandingState
from claims.claim import Claim
from claims.deciding import MAX_WHY_CHARS, Ruled, Wish, rule, settled, undo
from claims.errors import DecisionRefused
from claims.evidence import Relation
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.ledger.rows import standing_row
from claims.present import present, stands
from claims.standing import Flag
from claims.waiting import waiting
from tests.fakes import assessment, claim, paper, retested

CLAIM = claim()
FOR = assessment(CLAIM, paper("2503.00001v1"))
AGAINST = assessment(CLAIM, paper("2503.00002v1"), relation=Relation.CONTRADICTS, confidence=0.8)


def ruled(
    ledger: Ledger,
    ruling: Ruling,
    on: Assessment | None = None,
    *,
    about: Claim = CLAIM,
    relation: Relation | None = None,
    standing: StandingState | None = None,
    by: str = "Ada",
    why: str = "I read the page.",
    seen: str | None = None,
) -> Ruled:
    """What came of one ruling."""
    wish = Wish(
        claim_id=about.id, assessment_id=on.id if on else None, ruling=ruling, relation=relation,
        standing=standing, by=by, why=why, seen=seen,
    )  # fmt: skip
    return rule(ledger, wish)


def state(ledger: Ledger) -> StandingState:
    return present(ledger, CLAIM.id).standing.state


def test_a_rejection_drops_the_evidence_and_the_standing_moves_at_once(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR, AGAINST)
    assert state(ledger) is StandingState.CONTESTED
    done = ruled(ledger, Ruling.REJECT, AGAINST)
    assert (done.before.state, done.after.state) == (
        StandingState.CONTESTED, StandingState.CONFIRMED,
    )  # fmt: skip
    assert state(ledger) is StandingState.CONFIRMED
    assert stands(ledger)[CLAIM.id].state is StandingState.CONFIRMED
    assert ledger.audit().faults == ()


def test_an_amendment_gives_the_evidence_another_relation(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR, AGAINST)
    done = ruled(ledger, Ruling.AMEND, AGAINST, relation=Relation.QUALIFIES)
    assert done.after.state is StandingState.QUALIFIED


def test_a_standing_is_held_rejected_and_amended(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR)
    retested(ledger, CLAIM, AGAINST, run_id="night-2026-01-03")
    assert ruled(ledger, Ruling.ACCEPT).after.reason.startswith("held by Ada on")
    assert ruled(ledger, Ruling.REJECT).after.state is StandingState.CONFIRMED
    amended = ruled(ledger, Ruling.AMEND, standing=StandingState.SUPERSEDED)
    assert amended.after.state is StandingState.SUPERSEDED


def test_newer_evidence_after_a_ruling_brings_the_claim_back(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR)
    ruled(ledger, Ruling.ACCEPT)
    assert waiting(ledger) == ()
    retested(ledger, CLAIM, AGAINST, run_id="night-2026-01-03")
    standing = present(ledger, CLAIM.id).standing
    assert Flag.REVIEW in standing.flags
    assert [w.assessment_id for w in waiting(ledger)] == [AGAINST.id]


def test_a_ruling_is_undone_by_a_ruling_that_restores_what_was_in_force(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR, AGAINST)
    first = ruled(ledger, Ruling.REJECT, AGAINST)
    back = undo(ledger, CLAIM.id, first.decision.id, by="Ada")
    assert back.decision.ruling is Ruling.WITHDRAW
    assert standing_row(back.after) == standing_row(first.before)
    again = undo(ledger, CLAIM.id, back.decision.id, by="Ada")
    assert again.decision.ruling is Ruling.REJECT
    assert again.after.state is StandingState.CONFIRMED
    assert len(ledger.work.decisions(CLAIM.id)) == 3


def test_nothing_is_undone_that_somebody_has_ruled_on_since(ledger: Ledger) -> None:
    retested(ledger, CLAIM, AGAINST)
    first = ruled(ledger, Ruling.REJECT, AGAINST)
    ruled(ledger, Ruling.ACCEPT, AGAINST, by="Bo")
    with pytest.raises(DecisionRefused, match="Bo has ruled on the same since"):
        undo(ledger, CLAIM.id, first.decision.id, by="Ada")
    with pytest.raises(DecisionRefused, match="nothing to undo"):
        undo(ledger, CLAIM.id, "sha256:0", by="Ada")


def test_whoever_had_not_seen_an_earlier_ruling_is_told_of_it(ledger: Ledger) -> None:
    retested(ledger, CLAIM, AGAINST)
    first = ruled(ledger, Ruling.ACCEPT, AGAINST, by="Bo")
    second = ruled(ledger, Ruling.REJECT, AGAINST, by="Ada")
    assert second.unseen == (first.decision,)
    assert second.counts
    third = ruled(ledger, Ruling.ACCEPT, AGAINST, by="Bo", seen=second.decision.id)
    assert third.unseen == ()
    assert state(ledger) is StandingState.CONTESTED


def test_people_deciding_at_the_same_moment_lose_nothing(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR, AGAINST)
    start, outcomes = Barrier(6), list[Ruled]()

    def decide(n: int) -> None:
        start.wait()
        ruling = Ruling.REJECT if n % 2 else Ruling.ACCEPT
        outcomes.append(ruled(ledger, ruling, AGAINST, by=f"Reader {n}"))

    threads = [Thread(target=decide, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = ledger.work.decisions(CLAIM.id)
    assert {d.by for d in made} == {f"Reader {n}" for n in range(6)}
    counting = max(made, key=lambda d: (d.at, d.id))
    expected = StandingState.CONFIRMED if counting.ruling is Ruling.REJECT else None
    assert state(ledger) is (expected or StandingState.CONTESTED)
    assert max(len(o.unseen) for o in outcomes) == 5
    assert ledger.audit().faults == ()


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"why": " "}, "says why: it is empty"),
        ({"why": "x" * (MAX_WHY_CHARS + 1)}, "at most 2,000 characters"),
        ({"why": "a\x1b[2Jb"}, "without control characters"),
        ({"by": ""}, "who decides: it is empty"),
        ({"assessment_id": "sha256:0"}, "has no assessment sha256:0"),
        ({"assessment_id": AGAINST.id, "ruling": Ruling.AMEND}, "what the relation really is"),
        ({"ruling": Ruling.AMEND}, "what the standing is"),
        ({"ruling": Ruling.WITHDRAW}, "taken back with undo"),
    ],
)
def test_a_ruling_that_says_too_little_is_refused(
    sqlite_url: str, wish: dict[str, object], told: str
) -> None:
    ledger = Ledger.open(sqlite_url)
    retested(ledger, CLAIM, AGAINST)
    whole = {"claim_id": CLAIM.id, "ruling": Ruling.REJECT, "by": "Ada", "why": "No."}
    with pytest.raises(DecisionRefused, match=told):
        rule(ledger, Wish(**whole | wish))  # type: ignore[arg-type]
    assert ledger.work.decisions(CLAIM.id) == ()
    ledger.close()


def test_a_claim_without_evidence_cannot_be_held_confirmed(ledger: Ledger) -> None:
    retested(ledger, CLAIM)
    with pytest.raises(DecisionRefused, match="no verified evidence"):
        ruled(ledger, Ruling.AMEND, standing=StandingState.CONFIRMED)


def test_what_a_person_ruled_on_is_settled_until_it_is_undone(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR, AGAINST)
    ruled(ledger, Ruling.ACCEPT, FOR)
    rejection = ruled(ledger, Ruling.REJECT, AGAINST)
    done = settled(ledger, CLAIM)
    assert ArxivId("2503.00001", 1) in done
    assert ArxivId("2503.00001", 2) not in done
    assert ArxivId("2503.00002", 7) in done
    revised = claim(scope={"task": "twice"})
    assert ArxivId("2503.00001", 1) not in settled(ledger, revised)
    assert ArxivId("2503.00002", 1) in settled(ledger, revised)
    undo(ledger, CLAIM.id, rejection.decision.id, by="Ada")
    assert ArxivId("2503.00002", 1) not in settled(ledger, CLAIM)


def test_the_queue_asks_for_one_piece_a_claim_the_weightiest_first(ledger: Ledger) -> None:
    other = claim("lanterns-differ", "Two lanterns never give the same colour.")
    surer = assessment(CLAIM, paper("2503.00003v1"), relation=Relation.CONTRADICTS)
    retested(ledger, other, assessment(other, paper("2503.00004v1")))
    retested(ledger, CLAIM, FOR, AGAINST, surer, run_id="night-2026-01-03")
    queue = waiting(ledger)
    assert [w.stand.claim_id for w in queue] == [CLAIM.id, other.id]
    assert queue[0].assessment_id == surer.id
    ruled(ledger, Ruling.REJECT, surer)
    assert waiting(ledger)[0].assessment_id == AGAINST.id
    ruled(ledger, Ruling.ACCEPT, AGAINST)
    assert [w.stand.claim_id for w in waiting(ledger)] == [other.id]
    assert waiting(ledger, {CLAIM.id}) == ()


def test_evidence_of_a_run_that_has_not_ended_does_not_count_yet(ledger: Ledger) -> None:
    retested(ledger, CLAIM, FOR)
    ledger.papers.add([AGAINST.evidence[0].paper], "night-2026-01-03")
    ledger.work.notice("night-2026-01-03", [AGAINST])
    assert state(ledger) is StandingState.CONFIRMED


def test_a_claim_that_no_run_tested_is_untested(ledger: Ledger) -> None:
    ledger.claims.register([CLAIM])
    found = present(ledger, CLAIM.id)
    assert found.standing.state is StandingState.UNTESTED
    assert found.run is None
