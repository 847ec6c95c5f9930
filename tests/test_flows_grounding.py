"""Papers are proposed with verified words, and only a person's decision makes one a source."""

import json
from pathlib import Path

import pytest

from claims.library import read_inquiry
from claims.standing import Flag
from tests import lamps
from tests.lamps import AGREES, FIRST, LIBRARY, LampJudge
from tests.test_review_cli import one_line, retest

WICKS = lamps.record(
    "2306.00009",
    "2023-06-09",
    title="Wicks and Time",
    abstract="Rooms were dark. In every lantern a longer wick burns for a longer time, by 12 %.",
)
LATER = lamps.record(
    "2506.00009", "2025-06-09", abstract="In every lantern a longer wick burns for a longer time."
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    library = LIBRARY + '\n[[notes]]\nid = "why"\ntitle = "Why does a longer wick burn longer?"\n'
    lamps.workspace(tmp_path, FIRST, AGREES, WICKS, LATER, library=library)
    return tmp_path


def proposals(place: Path, holder: str) -> list[str]:
    done = retest("ground", holder, "--json", cwd=place)
    assert done.returncode == 0, done.stderr
    return [one["arxiv"] for one in json.loads(done.stdout)["proposals"]]


def test_the_paper_that_a_claim_came_from_is_proposed_with_its_words(place: Path) -> None:
    done = retest("ground", "wicks-burn", "--json", cwd=place)
    (first,) = json.loads(done.stdout)["proposals"]
    assert first["arxiv"] == "2306.00009v1"
    assert first["quote"] == "In every lantern a longer wick burns for a longer time, by 12 %."
    assert first["tier"] == "exact"


def test_a_paper_newer_than_the_claim_is_not_where_it_came_from(place: Path) -> None:
    assert "2506.00009v1" not in proposals(place, "wicks-burn")


def test_a_note_is_grounded_as_a_claim_is(place: Path) -> None:
    assert "2306.00009v1" in proposals(place, "why")


def test_a_paper_that_is_cited_already_is_not_proposed(place: Path) -> None:
    assert "2401.00001v1" not in proposals(place, "lanterns-agree")


def test_proposing_writes_nothing(place: Path) -> None:
    before = (place / "claims" / "lanterns.toml").read_bytes()
    proposals(place, "wicks-burn")
    assert (place / "claims" / "lanterns.toml").read_bytes() == before


async def _flags(place: Path) -> set[Flag]:
    from flows.settings import Environment
    from flows.workspace import Workspace

    workspace = Workspace.open(place, Environment.read({}))
    done = await lamps.night(workspace, LampJudge(), "2026-07-01")
    story = next(s for s in done.report.stories if s.claim.id == "wicks-burn")
    return set(story.standing.flags)


def test_a_claim_stays_ungrounded_until_a_person_adopts_a_paper(place: Path) -> None:
    import asyncio

    proposals(place, "wicks-burn")
    assert Flag.UNGROUNDED in asyncio.run(_flags(place))
    adopted = retest(
        "ground", "wicks-burn", "--adopt", "2306.00009", "--by", "R. Reader", cwd=place
    )
    assert adopted.returncode == 0, adopted.stderr
    file = place / "claims" / "lanterns.toml"
    (source,) = read_inquiry(file).claims[1].sources
    assert (str(source.arxiv), source.title) == ("2306.00009v1", "Wicks and Time")
    assert source.quote is not None
    assert "# Adopted by R. Reader on " in file.read_text(encoding="utf-8")
    assert Flag.UNGROUNDED not in asyncio.run(_flags(place))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none"], "no claim and no note 'none'"),
        (["wicks-burn", "--adopt", "2306.00009"], "--adopt and --dismiss need --by"),
        (["wicks-burn", "--adopt", "2399.00009", "--by", "R."], "is not an arXiv id"),
        (["wicks-burn", "--adopt", "2301.00001", "--by", "R."], "does not know 2301.00001"),
        (["lanterns-agree", "--adopt", "2306.00009", "--by", "R."], "no sentence of the abstract"),
    ],
)
def test_what_cannot_be_adopted_is_one_line(place: Path, arguments: list[str], told: str) -> None:
    before = (place / "claims" / "lanterns.toml").read_bytes()
    assert told in one_line(retest("ground", *arguments, cwd=place))
    assert (place / "claims" / "lanterns.toml").read_bytes() == before
