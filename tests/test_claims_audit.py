"""`retest verify` finds any changed byte of what was said, quoted, decided or concluded."""

import json
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from claims.assessment import Ruling, StandingState
from claims.errors import JudgeBusy, LedgerError
from claims.evidence import Failure, Remark, RemarkKind
from claims.hashing import content_hash
from claims.ledger import Ledger
from claims.ledger.audit import Audit
from claims.standing import Flag, standing_of
from tests.fakes import (
    LOCAL,
    QUOTE,
    THRESHOLDS,
    assessment,
    claim,
    decision,
    finished,
    inquiry,
    moment,
    paper,
    run,
)

CLAIM = claim(sources=[{"arxiv": "2401.07115"}])
FOUND = assessment(CLAIM, paper())


@pytest.fixture
def kept(ledger: Ledger) -> Ledger:
    """A ledger with one of everything in it."""
    begun = ledger.runs.begin(run())
    ledger.claims.register([CLAIM])
    ledger.papers.add([paper(), paper("2503.00002v1")], begun.id)
    failure = Failure.of(JudgeBusy("later"), stage="read", item_id="2503.00002v1")
    ledger.work.record(
        begun.id, CLAIM, assessments=[FOUND], judged=[paper()], failures=[failure], signature=LOCAL
    )
    ledger.work.decide(decision(CLAIM, Ruling.ACCEPT, on=FOUND))
    remark = Remark(paper=paper().id, kind=RemarkKind.HIDDEN_TEXT, told="covered", words="Glow.")
    ledger.work.remark(begun.id, [remark])
    known = ledger.known(CLAIM, {Flag.UNGROUNDED})
    standing = standing_of(CLAIM, known, thresholds=THRESHOLDS)
    ledger.runs.finish(finished(begun), (standing,), (inquiry(CLAIM),))
    return ledger


def behind_its_back(url: str, sql: str, **values: str) -> None:
    """Change the database without the ledger; at least one row."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    with engine.begin() as connection:
        assert connection.execute(text(sql), values).rowcount > 0
    engine.dispose()


def alter(url: str, table: str, old: str, new: str) -> None:
    """Change text in the bodies of one table."""
    sql = f"UPDATE {table} SET body = replace(body, :old, :new) WHERE body LIKE :like"  # noqa: S608 - a name from this file
    behind_its_back(url, sql, old=old, new=new, like=f"%{old.replace('%', '_')}%")


def tables(audit: Audit) -> set[str]:
    return {fault.table for fault in audit.faults}


def test_a_run_from_before_a_field_was_added_is_sound(kept: Ledger, ledger_url: str) -> None:
    (ended,) = kept.runs.newest()
    older = ended.model_dump(mode="json", exclude={"harvest", "sources"})
    record = content_hash("run", older)
    sql = "UPDATE run_ends SET body = :body, record = :record"
    behind_its_back(ledger_url, sql, body=json.dumps(older), record=record)
    assert kept.audit().faults == ()


def test_a_ledger_that_nobody_touched_has_no_fault(kept: Ledger) -> None:
    audit = kept.audit()
    assert audit.faults == ()
    assert (audit.n_rows, audit.n_quotes, audit.n_standings) == (11, 1, 1)


def test_an_empty_ledger_has_no_fault(ledger: Ledger) -> None:
    assert ledger.audit() == Audit(n_rows=0, n_quotes=0, n_standings=0, faults=())


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("claims", "asked twice", "asked trice"),
        ("claims", "2401.07115", "2401.07116"),
        ("papers", "83 %", "84 %"),
        ("papers", "Ida Lampwright", "Ida Lampwrighd"),
        ("passages", "83 %", "84 %"),
        ("passages", '"start": 0', '"start": 1'),
        ("assessments", "83 %", "84 %"),
        ("assessments", "SUPPORTS", "QUALIFIES"),
        ("assessments", '"confidence": 0.9', '"confidence": 0.8'),
        ("assessments", '"tier": "exact"', '"tier": "normalised"'),
        ("decisions", "accept", "reject"),
        ("decisions", "R. Reader", "R. Raeder"),
        ("failures", "later", "never"),
        ("remarks", "Glow.", "Glow!"),
        ("libraries", "answer alike", "answer alive"),
        ("standings", '"CONFIRMED"', '"CONFIRMEX"'),
        ("standings", CLAIM.revision, "sha256:" + "0" * 32),
        ("run_ends", '"source": "sample"', '"source": "samplx"'),
    ],
)
def test_a_changed_byte_is_found_in_its_table(
    kept: Ledger, ledger_url: str, table: str, old: str, new: str
) -> None:
    alter(ledger_url, table, old, new)
    assert table in tables(kept.audit())


@pytest.mark.parametrize(
    "table",
    ["claims", "papers", "passages", "assessments", "decisions", "standings", "run_ends"],
)
def test_a_body_that_no_longer_reads_is_a_fault_and_not_a_crash(
    kept: Ledger, ledger_url: str, table: str
) -> None:
    alter(ledger_url, table, "{", "[")
    assert table in tables(kept.audit())


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("standings", "UPDATE standings SET state = 'CONTESTED'"),
        ("assessments", "UPDATE assessments SET claim_id = 'other'"),
        ("assessments", "UPDATE assessments SET relation = 'CONTRADICTS'"),
        ("papers", "UPDATE papers SET withdrawn = true WHERE number = '2503.00002'"),
        ("standings", "DELETE FROM run_ends"),
    ],
)
def test_a_changed_column_or_a_lost_end_is_found(
    kept: Ledger, ledger_url: str, table: str, change: str
) -> None:
    behind_its_back(ledger_url, change)
    assert table in tables(kept.audit())


def test_a_body_that_no_longer_reads_is_told_in_one_line(kept: Ledger, ledger_url: str) -> None:
    alter(ledger_url, "standings", "{", "[")
    with pytest.raises(LedgerError) as caught:
        kept.standings("night-2026-01-02")
    assert "\n" not in str(caught.value)


def test_a_changed_standing_of_an_earlier_night_is_found(kept: Ledger, ledger_url: str) -> None:
    begun = kept.runs.begin(run("night-2026-01-03", until=moment("2026-01-03")))
    known = kept.known(CLAIM, {Flag.UNGROUNDED, Flag.NOT_CHECKED})
    standing = standing_of(CLAIM, known, thresholds=THRESHOLDS)
    kept.runs.finish(finished(begun), (standing,), (inquiry(CLAIM),))
    assert kept.audit().faults == ()
    behind_its_back(
        ledger_url,
        "UPDATE standings SET body = replace(body, 'CONFIRMED', 'CONTESTED') WHERE run_id = :run",
        run="night-2026-01-02",
    )
    assert tables(kept.audit()) == {"standings"}


def test_a_decision_that_is_entered_later_than_it_was_taken_is_no_fault(kept: Ledger) -> None:
    kept.work.decide(decision(CLAIM, Ruling.REJECT, on=FOUND, at="2026-01-06"))
    assert kept.audit().faults == ()


def test_a_quote_moved_to_other_words_of_the_same_passage_is_found(
    kept: Ledger, ledger_url: str
) -> None:
    alter(
        ledger_url,
        "assessments",
        f'"quote": {json.dumps(QUOTE)}',
        '"quote": "Lanterns that were asked twice"',
    )
    assert "assessments" in tables(kept.audit())


def test_a_changed_standing_is_found(kept: Ledger, ledger_url: str) -> None:
    alter(ledger_url, "standings", "CONFIRMED", "CONTESTED")
    told = [str(fault) for fault in kept.audit().faults]
    assert told[0] == (
        "standings lanterns-agree in night-2026-01-02: stored as CONTESTED, computed as CONFIRMED"
    )
    assert "its column state says 'CONFIRMED', its content 'CONTESTED'" in told[1]
    assert "its content was altered" in told[2]


@pytest.mark.parametrize(
    ("old", "new"), [("rests on 1 SUPPORTS", "rests on 9 SUPPORTS"), ("UNGROUNDED", "OUR_WORDS")]
)
def test_a_changed_reason_or_flag_is_found(
    kept: Ledger, ledger_url: str, old: str, new: str
) -> None:
    alter(ledger_url, "standings", old, new)
    assert tables(kept.audit()) == {"standings"}


def test_altered_evidence_is_never_shown(kept: Ledger, ledger_url: str) -> None:
    alter(ledger_url, "passages", "83 %", "84 %")
    with pytest.raises(LedgerError, match="run `retest verify`"):
        kept.standings("night-2026-01-02")


def test_lost_evidence_is_told(kept: Ledger, ledger_url: str) -> None:
    alter(ledger_url, "standings", FOUND.id, "sha256:" + "0" * 32)
    with pytest.raises(LedgerError, match="has lost its assessment"):
        kept.standings("night-2026-01-02")
    assert tables(kept.audit()) == {"standings"}


def test_evidence_that_came_later_does_not_disturb_an_earlier_standing(kept: Ledger) -> None:
    late = assessment(CLAIM, paper("2503.00002v1"), confidence=0.95)
    kept.work.record("night-2", CLAIM, assessments=[late], judged=[], signature=LOCAL)
    assert kept.audit().faults == ()
    (standing,) = kept.standings("night-2026-01-02")
    assert standing.state is StandingState.CONFIRMED
    assert standing.admitted == (FOUND,)


def test_the_same_faults_are_listed_in_the_same_order(kept: Ledger, ledger_url: str) -> None:
    def listed(audit: Audit) -> list[Any]:
        return [str(fault) for fault in audit.faults]

    alter(ledger_url, "papers", "83 %", "84 %")
    alter(ledger_url, "passages", "83 %", "84 %")
    first = listed(kept.audit())
    assert first == listed(kept.audit()) == sorted(first)
    assert len(first) > 2
