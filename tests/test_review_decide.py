"""Deciding in a terminal: one ruling as a command, or a walk through the queue."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.assessment import StandingState
from claims.evidence import Relation
from claims.ledger import Ledger
from claims.present import present
from flows.workspace import Workspace
from review.tty import walk
from review.views.room import Room
from tests import lamps
from tests.fakes import assessment, claim, paper, retested
from tests.lamps import FIRST
from tests.test_review_cli import one_line, retest

AGREE = claim()
WICKS = claim("wicks-burn", "A longer wick burns for a longer time in every lantern.")
FOR = assessment(AGREE, paper("2503.00001v1"))
AGAINST = assessment(AGREE, paper("2503.00002v1"), relation=Relation.CONTRADICTS)
ON_WICKS = assessment(WICKS, paper("2503.00003v1"), relation=Relation.QUALIFIES)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A workspace in which two claims wait."""
    made = lamps.workspace(tmp_path, FIRST)
    ledger = Ledger.open(made.ledger_url)
    retested(ledger, AGREE, FOR, AGAINST)
    retested(ledger, WICKS, ON_WICKS, run_id="night-2026-01-03")
    ledger.close()
    return made


@pytest.fixture
def room(place: Workspace) -> Iterator[Room]:
    """The same, opened."""
    opened = Room(place)
    yield opened
    opened.close()


def state(room: Room, claim_id: str = AGREE.id) -> StandingState:
    return present(room.ledger, claim_id).standing.state


def test_a_ruling_is_one_command_and_undo_another(place: Workspace, room: Room) -> None:
    short = AGAINST.id.removeprefix("sha256:")[:12]
    done = retest(
        "decide", AGREE.id, "reject", short, "--why", "Another task.", "--by", "Ada", "--json",
        cwd=place.folder,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert (told["before"], told["after"], told["counts"]) == ("CONTESTED", "CONFIRMED", True)
    assert told["decision"]["by"] == "Ada"
    assert state(room) is StandingState.CONFIRMED
    listed = json.loads(retest("claims", "list", "--json", cwd=place.folder).stdout)
    assert {row["id"]: row["standing"] for row in listed}[AGREE.id] == "CONFIRMED"
    undone = retest("decide", AGREE.id, "undo", short, cwd=place.folder)
    assert "CONFIRMED -> CONTESTED" in undone.stdout
    assert state(room) is StandingState.CONTESTED


def test_a_ruling_that_cannot_be_entered_is_told_in_one_line(place: Workspace) -> None:
    told = one_line(retest("decide", AGREE.id, "reject", AGAINST.id, cwd=place.folder))
    assert told == "retest: a ruling says why: it is empty"
    assert "no ruling" in one_line(retest("decide", AGREE.id, "forget", cwd=place.folder))
    assert "begin with 'zz'" in one_line(
        retest("decide", AGREE.id, "accept", "zz", cwd=place.folder)
    )


def test_the_queue_is_walked_to_its_end(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    made = walk(room, "Ada", io.StringIO("r\n2\na\na\n"))
    assert [str(done.decision.ruling) for done in made] == ["reject", "accept", "accept"]
    assert {done.decision.claim_id for done in made} == {AGREE.id, WICKS.id}
    assert made[0].decision.why == "Task, population, measure or setting differ."
    shown = capsys.readouterr().out
    assert "lanterns-agree CONTESTED -> CONFIRMED" in shown
    assert "“gave the same colour in 83 % of 240 trials”" in shown
    assert "\nnothing waits\n" in shown


def test_a_walk_skips_amends_undoes_and_stops(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    made = walk(room, "Ada", io.StringIO("x\ns\nm\n3\nAgainst, I say.\nu\nq\n"))
    assert made == ()
    assert state(room, WICKS.id) is StandingState.QUALIFIED
    shown = capsys.readouterr().out
    assert "wicks-burn QUALIFIED -> CONTESTED (Against, I say.)" in shown
    assert "withdraw: wicks-burn CONTESTED -> QUALIFIED" in shown


def test_a_ruling_that_was_begun_is_left_by_an_empty_line(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    assert walk(room, "Ada", io.StringIO("r\n\nm\n2\n\nq\n")) == ()
    assert not room.ledger.work.decisions(AGREE.id)
    assert capsys.readouterr().out.count("nothing was entered") == 2


def test_hostile_words_are_shown_as_text(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = paper("2503.00009v1", title="\x1b[2J\x1b]0;owned\x07 [bold]lamp[/bold]")
    retested(
        room.ledger, AGREE,
        assessment(AGREE, hostile, relation=Relation.SUPERSEDES, reason="\x1b[31mred\x07"),
        run_id="night-2026-01-04",
    )  # fmt: skip
    walk(room, "Ada", io.StringIO("q\n"))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[bold]lamp[/bold]" in shown


def test_the_queue_is_given_to_programs(place: Workspace) -> None:
    told = json.loads(retest("review", "--json", cwd=place.folder).stdout)
    assert [(row["claim_id"], row["relation"]) for row in told] == [
        (AGREE.id, "CONTRADICTS"), (WICKS.id, "QUALIFIES"),
    ]  # fmt: skip
    ended = retest("review", "--tty", cwd=place.folder)
    assert ended.returncode == 0
    assert "CONTESTED" in ended.stdout
