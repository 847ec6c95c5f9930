"""Words quoted from full texts are sought again when the paper is revised, and for sources."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.judge import Reading
from claims.claim import Claim
from claims.evidence import Finding
from claims.ledger import Ledger
from claims.standing import Flag
from flows.nightly import Finished
from flows.workspace import Workspace
from tests import arxiv_answers, lamps, pdfs
from tests.arxiv_server import ArxivServer, a_paper, serving
from tests.lamps import FIRST, night, record, states
from tests.pdfs import LEFT, TOP
from tests.whole_papers import WholeJudge, flags_of

DENIAL = "In the second room every lantern gave another colour when it was asked: denied."
PLAIN = "A lantern asked twice is looked at from all sides."
ID, LATER = "2503.00001v1", "2503.00001v2"
SOURCE = "2401.00001v1"


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with serving(map(a_paper, (ID, LATER, SOURCE))) as state:
        state.pdfs[SOURCE] = arxiv_answers.small_pdf("A lantern stood in a room of its own.")
        yield state


def pdf(folder: Path, *extra: str) -> bytes:
    """Two pages of invented sentences, `extra` on the second."""
    document = pdfs.new()
    for number in range(2):
        page = pdfs.page_of(document)
        words = " ".join(map(pdfs.sentence, range(number * 20, number * 20 + 20)))
        more = " ".join(extra) if number else ""
        pdfs.write(page, LEFT, TOP, pdfs.broken(f"{words} {more} {pdfs.sentence(99)}", 440))
    return pdfs.saved(document, folder, "made.pdf").read_bytes()


def place_of(folder: Path, server: ArxivServer, library: str = lamps.LIBRARY) -> Workspace:
    """A workspace over a dump, whose PDFs the server has."""
    made = lamps.workspace(folder, FIRST, record("2503.00001", "2025-03-04", abstract=PLAIN))
    (folder / "claims" / "lanterns.toml").write_text(library, encoding="utf-8")
    (folder / "retest.toml").write_text(
        f'[source]\npapers = "{folder / "dump.jsonl"}"\nfull_text = true\n'
        f'pdf_url = "{server.base}"\npdf_pause_s = 0\n',
        encoding="utf-8",
    )
    return Workspace.open(made.folder, made.environment)


def first_night(place: Workspace) -> Finished:
    return asyncio.run(night(place, WholeJudge(), "2026-01-01"))


def night_after_revision(place: Workspace) -> Finished:
    revised = record("2503.00001", "2025-03-04", "2026-01-05", abstract=PLAIN)
    lamps.write_dump(place.folder / "dump.jsonl", FIRST, revised)
    return asyncio.run(night(place, NothingNew(), "2026-02-01"))


class NothingNew(WholeJudge):
    """Finds nothing: what counts after the night is what counted before it."""

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """Nothing."""
        del claim, reading
        return ()


def test_words_that_left_the_full_text_no_longer_count(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs |= {ID: pdf(tmp_path, DENIAL), LATER: pdf(tmp_path)}
    place = place_of(tmp_path / "w", server)
    assert states(first_night(place))["lanterns-agree"] == "CONTESTED"
    done = night_after_revision(place)
    assert states(done)["lanterns-agree"] == "UNTESTED"
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    ledger.close()


def test_words_that_stand_elsewhere_in_the_new_version_go_on_counting(
    server: ArxivServer, tmp_path: Path
) -> None:
    more = [pdfs.sentence(n) for n in range(60, 64)]
    server.pdfs |= {ID: pdf(tmp_path, DENIAL), LATER: pdf(tmp_path, *more, DENIAL)}
    place = place_of(tmp_path / "w", server)
    first_night(place)
    done = night_after_revision(place)
    assert states(done)["lanterns-agree"] == "CONTESTED"
    assert Flag.EVIDENCE_REVISED not in flags_of(done)


def test_a_new_version_that_cannot_be_read_leaves_the_evidence_and_a_flag(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs |= {ID: pdf(tmp_path, DENIAL), LATER: b"%PDF-1.7\nnothing\n%%EOF\n"}
    place = place_of(tmp_path / "w", server)
    first_night(place)
    done = night_after_revision(place)
    assert states(done)["lanterns-agree"] == "CONTESTED"
    assert Flag.EVIDENCE_REVISED in flags_of(done)


@pytest.mark.parametrize(
    ("quote", "flag"),
    [
        ("A lantern stood in a room of its own", None),
        ("A lantern stood in a house of its own", Flag.SOURCE_MISMATCH),
    ],
)
def test_words_of_a_source_are_sought_in_its_full_text_once(
    server: ArxivServer, tmp_path: Path, quote: str, flag: Flag | None
) -> None:
    author = 'first_author = "Ida Lampwright"'
    library = lamps.LIBRARY.replace(author, f'{author}\nquote = "{quote}"')
    place = place_of(tmp_path / "w", server, library)
    server.pdfs[ID] = pdf(tmp_path)
    done = first_night(place)
    (story,) = (s for s in done.report.stories if s.claim.id == "lanterns-agree")
    assert set(story.standing.flags) - {Flag.UNGROUNDED} == ({flag} if flag else set())
    assert (Flag.UNGROUNDED in story.standing.flags) == bool(flag)
    first_night(place)
    assert [a.path for a in server.asked].count(f"/pdf/{SOURCE}") == 1
