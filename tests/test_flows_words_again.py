"""Words quoted from full texts are sought again when the paper is revised, and for sources."""

import asyncio
import re
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
from papers.pdf.library import mupdf
from tests import arxiv_answers, lamps, pdfs
from tests.arxiv_server import ArxivServer, Fault, a_paper, serving
from tests.lamps import FIRST, night, record, states
from tests.pdfs import LEFT, TOP
from tests.whole_papers import WholeJudge, flags_of

DENIAL = "In the second room every lantern gave another colour when it was asked: denied."
PLAIN = "A lantern asked twice is looked at from all sides."
ID, LATER = "2503.00001v1", "2503.00001v2"
SOURCE, SOURCE_LATER = "2401.00001v1", "2401.00001v2"
QUOTE = "A lantern stood in a room of its own"


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


def night_after_revision(place: Workspace, abstract: str = PLAIN) -> Finished:
    revised = record("2503.00001", "2025-03-04", "2026-01-05", abstract=abstract)
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


def damaged(body: bytes) -> bytes:
    """The PDF with its second page lost and a table of contents that leads nowhere."""
    with mupdf.open(stream=body, filetype="pdf") as document:
        page = document.xref_stream_raw(document[1].get_contents()[0])
    return re.sub(rb"startxref\s+\d+", b"startxref\n7", body.replace(page, bytes(len(page))))


def test_words_that_a_damaged_new_version_lacks_leave_the_evidence_and_a_flag(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs |= {ID: pdf(tmp_path, DENIAL), LATER: damaged(pdf(tmp_path, DENIAL))}
    place = place_of(tmp_path / "w", server)
    first_night(place)
    done = night_after_revision(place)
    assert any("damaged and has been repaired" in remark.told for remark in done.run.remarks)
    assert states(done)["lanterns-agree"] == "CONTESTED"
    assert Flag.EVIDENCE_REVISED in flags_of(done)


def test_words_that_moved_into_the_abstract_go_on_counting(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs |= {ID: pdf(tmp_path, DENIAL), LATER: pdf(tmp_path)}
    place = place_of(tmp_path / "w", server)
    first_night(place)
    done = night_after_revision(place, abstract=f"{PLAIN} {DENIAL}")
    assert states(done)["lanterns-agree"] == "CONTESTED"
    assert Flag.EVIDENCE_REVISED not in flags_of(done)


def quoting(words: str) -> str:
    """The library, whose source is said to hold `words` in its first version."""
    author = 'first_author = "Ida Lampwright"'
    return lamps.LIBRARY.replace(author, f'{author}\nquote = "{words}"')


def revised_source(server: ArxivServer, folder: Path, words: str, *, known: bool) -> Finished:
    """A night after the source lost `words`; its first version is `known` from a night before."""
    server.papers = (*server.papers, a_paper(SOURCE_LATER))
    server.pdfs |= {
        ID: pdf(folder),
        SOURCE_LATER: arxiv_answers.small_pdf("A lantern stood in a house of another."),
    }
    place = place_of(folder / "w", server)
    if known:
        first_night(place)
    (place.folder / "claims" / "lanterns.toml").write_text(quoting(words), encoding="utf-8")
    said = {"title": "The first lantern", "abstract": "A lantern was asked twice."}
    second = record("2401.00001", "2024-01-05", "2024-02-05", **said)
    lamps.write_dump(place.folder / "dump.jsonl", second)
    return first_night(place)


@pytest.mark.parametrize(
    ("words", "known", "flag"),
    [
        (QUOTE, True, Flag.SOURCE_REVISED),
        (QUOTE, False, Flag.SOURCE_REVISED),
        ("A lantern stood in a house that nobody knows", True, Flag.SOURCE_MISMATCH),
        ("A lantern stood in a house that nobody knows", False, Flag.SOURCE_MISMATCH),
    ],
)
def test_words_of_the_cited_version_are_no_mismatch_when_the_newest_lost_them(
    server: ArxivServer, tmp_path: Path, words: str, known: bool, flag: Flag
) -> None:
    done = revised_source(server, tmp_path, words, known=known)
    told = {Flag.SOURCE_REVISED, Flag.SOURCE_MISMATCH} & flags_of(done)
    assert told == {flag}
    assert f"/pdf/{SOURCE}" in [asked.path for asked in server.asked]


def test_words_are_no_mismatch_while_the_cited_version_cannot_be_read(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault, server.on = Fault.MISSING, f"/pdf/{SOURCE}"
    done = revised_source(server, tmp_path, "A lantern that nobody ever saw", known=True)
    assert Flag.SOURCE_MISMATCH not in flags_of(done)
    assert Flag.SOURCE_REVISED in flags_of(done)


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
    place = place_of(tmp_path / "w", server, quoting(quote))
    server.pdfs[ID] = pdf(tmp_path)
    done = first_night(place)
    (story,) = (s for s in done.report.stories if s.claim.id == "lanterns-agree")
    assert set(story.standing.flags) - {Flag.UNGROUNDED} == ({flag} if flag else set())
    assert (Flag.UNGROUNDED in story.standing.flags) == bool(flag)
    first_night(place)
    assert [a.path for a in server.asked].count(f"/pdf/{SOURCE}") == 1
