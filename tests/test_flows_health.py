"""What becomes of claims when the papers that they rest on change, come back, or cannot be seen."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from claims.evidence import Paper
from claims.ids import ArxivId
from claims.standing import Flag
from flows.nightly import nightly
from flows.watch import Unwatched
from tests import lamps
from tests.arxiv_server import ArxivServer, Fault, a_paper
from tests.lamps import LampJudge, bench_of, night, retested, runner, states
from tests.test_flows_arxiv import (
    AGREES,
    FIRST,
    NOW,
    TONIGHT,
    WATCHED,
    ago,
    flags,
    place_at,
    revised,
    server,
    tonight,
)

__all__ = ["server"]

CLAIM = "lanterns-agree"
NOTICE = "Withdrawn: the lantern was not lit."
SECOND = a_paper(
    "2402.00002v1",
    "2024-02-05",
    title="The second lantern",
    abstract="Two lanterns.",
    categories=("cs.LN",),
)
TWO = lamps.LIBRARY.replace(
    'first_author = "Ida Lampwright"',
    'first_author = "Ida Lampwright"\n\n[[claims.sources]]\narxiv = "2402.00002v1"',
    1,
)


def withdrawn(paper: Paper, **more: object) -> Paper:
    return revised(paper, withdrawn=True, comment=NOTICE, **more)


def back(paper: Paper) -> Paper:
    return revised(paper, withdrawn=False, comment=None)


def write(folder: Path, library: str) -> None:
    (folder / "claims" / "lanterns.toml").write_text(library, encoding="utf-8")


def test_one_of_two_withdrawn_sources_that_comes_back_is_enough(
    server: ArxivServer, tmp_path: Path
) -> None:
    one, two = withdrawn(FIRST), withdrawn(SECOND)
    server.papers = (FIRST, SECOND, AGREES, one, two)
    place = place_at(server, tmp_path, TWO)
    done = tonight(place)
    assert states(done)[CLAIM] == "SUPERSEDED"
    assert Flag.NO_SOURCE_LEFT in flags(done, CLAIM)
    server.papers = (*server.papers, back(two))
    assert states(tonight(place))[CLAIM] == "CONFIRMED"


def test_a_source_added_after_a_withdrawal_is_enough(server: ArxivServer, tmp_path: Path) -> None:
    server.papers = (FIRST, SECOND, AGREES, withdrawn(FIRST))
    place = place_at(server, tmp_path)
    assert states(tonight(place))[CLAIM] == "SUPERSEDED"
    write(tmp_path, TWO)
    assert states(tonight(place))[CLAIM] == "CONFIRMED"


def test_a_withdrawn_source_that_is_no_longer_cited_decides_nothing(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (FIRST, SECOND, AGREES, withdrawn(FIRST))
    place = place_at(server, tmp_path)
    assert states(tonight(place))[CLAIM] == "SUPERSEDED"
    other = lamps.LIBRARY.replace("2401.00001v1", "2402.00002v1").replace("The first", "The second")
    write(tmp_path, other.replace("Ida Lampwright", "Ada Example"))
    assert states(tonight(place))[CLAIM] == "CONFIRMED"


def test_a_source_that_cannot_be_looked_up_does_not_count_as_gone(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.papers = (FIRST, SECOND, AGREES, withdrawn(FIRST))
    place = place_at(server, tmp_path, TWO)
    server.fault, server.on = Fault.BROKEN, "/api"
    done = tonight(place)
    assert states(done)[CLAIM] != "SUPERSEDED"
    assert Flag.NOT_CHECKED in flags(done, CLAIM)
    server.fault = Fault.NONE
    assert states(tonight(place))[CLAIM] == "CONFIRMED"


def test_a_newest_version_that_cannot_be_seen_is_not_checked_though_the_cited_one_is(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    tonight(place)
    server.papers = (FIRST, AGREES, revised(FIRST), withdrawn(revised(FIRST)))
    server.fault, server.on = Fault.BROKEN, "/oai"
    done = asyncio.run(retested(place, LampJudge(), CLAIM, TONIGHT))
    assert Flag.NOT_CHECKED in flags(done, CLAIM)


def test_a_withdrawal_without_a_word_of_it_is_seen_though_a_search_brought_it(
    server: ArxivServer, tmp_path: Path
) -> None:
    said = FIRST.model_copy(update={"abstract": "A twice asked lantern gave the same colour."})
    gone = said.model_copy(
        update={
            "id": ArxivId("2401.00001", 2),
            "revised_at": NOW - timedelta(days=40),
            "withdrawn": True,
            "comment": "There is a crucial error in Lemma 2.",
        }
    )
    server.papers = (said, gone, AGREES)
    place = place_at(server, tmp_path, WATCHED.replace('"2401.00001v1"', '"2401.00001"'))
    assert Flag.SOURCE_WITHDRAWN in flags(tonight(place), CLAIM)


def test_evidence_comes_back_with_its_paper_though_no_harvest_gives_it(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    assert states(tonight(place))[CLAIM] == "CONFIRMED"
    gone = withdrawn(AGREES, categories=("math.CO",))
    server.papers = (FIRST, AGREES, gone)
    assert states(tonight(place))[CLAIM] == "UNTESTED"
    server.papers = (*server.papers, back(gone))
    assert states(tonight(place))[CLAIM] == "CONFIRMED"


def test_a_night_of_the_past_does_not_stand_between_two_nights_of_the_present(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path, WATCHED)
    assert states(tonight(place))[CLAIM] == "CONFIRMED"
    past = asyncio.run(night(place, LampJudge(), ago(100)))
    assert states(past)[CLAIM] == "UNTESTED"
    quiet = tonight(place)
    assert not quiet.report.diff
    server.papers = (FIRST, AGREES, withdrawn(AGREES, categories=("math.CO",)))
    assert states(tonight(place))[CLAIM] == "UNTESTED"


def test_what_a_night_left_undone_is_done_though_a_night_of_the_past_lies_between(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    busy = tonight(place, LampJudge(busy=frozenset({"2611.00001"})))
    assert Flag.NOT_CHECKED in flags(busy, CLAIM)
    asyncio.run(night(place, LampJudge(), ago(100)))
    done = tonight(place)
    assert states(done)[CLAIM] == "CONFIRMED"


class Killed(BaseException):
    """What nobody catches."""


class KilledAtIndex(Unwatched):
    """Ends the night when everything was looked up."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Nothing, or the end."""
        del total
        if stage == "index":
            raise Killed


def test_a_change_is_told_though_the_night_that_saw_it_first_was_killed(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_at(server, tmp_path)
    tonight(place)
    server.papers = (FIRST, AGREES, revised(FIRST, title="The first lantern, again"))
    with bench_of(place, LampJudge()) as bench:
        killed = nightly(bench, NOW - timedelta(minutes=1), runner(), KilledAtIndex())
        with pytest.raises(Killed):
            asyncio.run(killed)
    assert [str(change.after) for change in tonight(place).run.sources] == ["2401.00001v2"]
