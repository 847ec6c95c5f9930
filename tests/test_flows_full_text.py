"""Nights that read candidate papers whole, from PDFs of a loopback arXiv."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.judge import Reading
from claims.claim import Claim
from claims.evidence import Citation, Finding, PassageKind, TextSource, Verdict
from claims.ledger import Ledger
from flows.wiring import desk_of
from papers.evidence_picture import evidence_picture
from papers.pdf.reader import PdfReader
from papers.shelf import Shelf
from reports.render import to_markdown
from tests import lamps, pdfs
from tests.arxiv_server import ArxivServer
from tests.lamps import FIRST, night, record, retested, states
from tests.pdfs import LEFT, TOP
from tests.test_flows_resume import ledger_content, night_in_a_process
from tests.whole_papers import (
    DENIAL,
    ID,
    OTHER,
    PLAIN,
    WholeJudge,
    asked_for,
    lantern_arxiv,
    lantern_pdf,
    place_of,
    scan,
    whisper,
    with_source,
)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with lantern_arxiv() as state:
        yield state


def test_words_on_the_second_page_contest_a_claim_and_say_where_they_stand(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs[str(ID)] = lantern_pdf(tmp_path)
    place = place_of(tmp_path / "w", server)
    done = asyncio.run(night(place, WholeJudge(), "2026-01-01"))
    assert states(done)["lanterns-agree"] == "CONTESTED"
    against = done.report.stories[0].pieces[0].quotes[0]
    assert against.words == DENIAL.removesuffix(".")
    assert (against.page, against.cited.passage.source) == (2, TextSource.PAPER)
    assert against.cited.passage.boxes
    assert "paper, page 2, characters" in to_markdown(done.report)
    assert done.run.counts.n_papers_whole == 3
    assert done.run.settings["full_text"] == "fetched"
    ledger = Ledger.open(place.ledger_url)
    assert ledger.audit().faults == ()
    ledger.close()
    with PdfReader() as reader:
        png = evidence_picture(Shelf(place.state / "shelf"), reader, against.cited)
    assert png.startswith(b"\x89PNG")


def test_a_version_is_fetched_once_for_all_claims_and_nights(
    server: ArxivServer, tmp_path: Path
) -> None:
    place, judge = place_of(tmp_path / "w", server), WholeJudge()
    server.pdfs[str(ID)] = lantern_pdf(tmp_path)
    first = asyncio.run(night(place, judge, "2026-01-01"))
    assert {claim for claim, paper in judge.read if paper == str(ID)} == {
        "lanterns-agree", "wicks-burn",
    }  # fmt: skip
    n_calls = len(judge.read)
    asyncio.run(night(place, judge, "2026-01-01"))
    asyncio.run(retested(place, judge, "lanterns-agree", "2026-01-01"))
    assert len(judge.read) == n_calls
    assert asked_for(server).count(f"/pdf/{ID}") == 1
    assert first.run.counts.n_papers_read == len(judge.read)


class TableJudge(WholeJudge):
    """Holds every row of a table against a claim."""

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        """One finding a row."""
        self.read.append((claim.id, str(reading.paper.id)))
        rows = [p for p in reading.passages if p.kind is PassageKind.TABLE and "81.2" in p.text]
        return tuple(
            Finding(
                paper=row.paper,
                statement="colour denied",
                citations=(Citation(passage_id=row.id, quote=row.text.strip()),),
            )
            for row in rows
        )

    def _verdict(self, claim: Claim, text: str) -> Verdict:
        return super()._verdict(claim, f"{text} colour denied")


def test_a_number_in_a_table_is_quoted_with_its_row_and_column_heads(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs["2301.00001v2"] = pdfs.article(tmp_path).read_bytes()
    revised = record(
        "2301.00001", "2025-03-04", "2025-03-05", abstract="A lantern named Birch is short."
    )
    place = place_of(tmp_path / "w", server, revised)
    library = lamps.LIBRARY.replace(
        "A lantern that is asked twice gives the same colour.",
        "A lantern named Birch gives a short fidelity.",
    )
    (place.folder / "claims" / "lanterns.toml").write_text(library)
    done = asyncio.run(night(place, TableJudge(), "2026-01-01"))
    assert states(done)["lanterns-agree"] == "CONTESTED"
    (quote,) = done.report.stories[0].pieces[0].quotes
    assert quote.words == "Birch | Fidelity Short: 81.2 | Fidelity Long: 64.0"
    assert "paper, page 1, table, characters" in to_markdown(done.report)


def test_pdfs_are_fetched_by_default_from_arxiv_alone(tmp_path: Path) -> None:
    lamps.workspace(tmp_path, FIRST)
    place = with_source(tmp_path, "")
    assert (ours := desk_of(place)) is not None
    assert ours.downloads is None
    assert (arxiv := desk_of(place, "arxiv")) is not None
    assert arxiv.downloads is not None
    assert desk_of(with_source(tmp_path, "full_text = false"), "arxiv") is None


def test_abstracts_alone_are_judged_where_the_settings_say_so(
    server: ArxivServer, tmp_path: Path
) -> None:
    place = place_of(tmp_path / "w", server)
    place = with_source(tmp_path / "w", f'full_text = false\npdf_url = "{server.base}"')
    judge = WholeJudge()
    done = asyncio.run(night(place, judge, "2026-01-01"))
    assert asked_for(server) == []
    assert done.run.settings["full_text"] == "not read"
    assert {len(reading.passages) for reading in judge.shown} == {1}
    assert not (place.state / "shelf").exists()


def test_a_dump_reads_what_is_on_the_shelf_and_fetches_nothing(
    server: ArxivServer, tmp_path: Path
) -> None:
    place_of(tmp_path / "w", server, PLAIN, OTHER)
    place, judge = with_source(tmp_path / "w", f'pdf_url = "{server.base}"'), WholeJudge()
    Shelf(place.state / "shelf").put(ID, lantern_pdf(tmp_path))
    done = asyncio.run(night(place, judge, "2026-01-01"))
    assert asked_for(server) == []
    assert done.run.failures == ()
    assert states(done)["lanterns-agree"] == "CONTESTED"
    assert done.run.settings["full_text"] == "from the shelf alone"
    whole = {str(r.paper.id) for r in judge.shown if len(r.passages) > 1}
    assert whole == {str(ID)}


def test_a_paper_judged_from_its_abstract_is_judged_again_once_it_is_read_whole(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs[str(ID)] = lantern_pdf(tmp_path)
    place_of(tmp_path / "w", server)
    judge = WholeJudge()
    without = with_source(tmp_path / "w", "full_text = false")
    first = asyncio.run(night(without, judge, "2026-01-01"))
    assert states(first)["lanterns-agree"] == "CONFIRMED"
    whole = with_source(
        tmp_path / "w", f'full_text = true\npdf_url = "{server.base}"\npdf_pause_s = 0'
    )
    judge.read.clear()
    second = asyncio.run(retested(whole, judge, "lanterns-agree", "2026-01-01"))
    assert states(second)["lanterns-agree"] == "CONTESTED"
    assert judge.read == [("lanterns-agree", str(ID))]
    for again in (whole, with_source(tmp_path / "w", "full_text = false")):
        asyncio.run(retested(again, judge, "lanterns-agree", "2026-01-01"))
    assert len(judge.read) == 1


def test_a_night_killed_while_it_reads_whole_papers_leaves_the_same_ledger(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs[str(ID)] = lantern_pdf(tmp_path, whisper)
    server.pdfs["2503.00002v1"] = scan()
    undisturbed = place_of(tmp_path / "one", server, PLAIN, OTHER)
    whole = night_in_a_process(undisturbed)
    n_events, wanted = int(whole.stdout), ledger_content(undisturbed)
    assert wanted["remarks"]
    assert wanted["failures"]
    place = place_of(tmp_path / "two", server, PLAIN, OTHER)
    for share in (0.4, 0.45, 0.5):
        killed = night_in_a_process(place, killed_at=round(n_events * share))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert night_in_a_process(place).returncode == 0
    assert ledger_content(place) == wanted


def test_a_judge_is_shown_the_abstract_and_so_many_passages_at_most(
    server: ArxivServer, tmp_path: Path
) -> None:
    document = pdfs.new()
    for number in range(8):
        words = f"{DENIAL} {' '.join(pdfs.sentence(number * 30 + n) for n in range(30))}"
        pdfs.write(pdfs.page_of(document), LEFT, TOP, pdfs.broken(words, 440))
    server.pdfs[str(ID)] = pdfs.saved(document, tmp_path, "long.pdf").read_bytes()
    place, judge = place_of(tmp_path / "w", server), WholeJudge()
    asyncio.run(night(place, judge, "2026-01-01"))
    reading = next(r for r in judge.shown if r.paper.id == ID)
    assert reading.passages[0].source is TextSource.ABSTRACT
    assert len(reading.passages) == 1 + place.settings.search.passages_per_paper
    assert [p.start for p in reading.passages[1:]] == sorted(p.start for p in reading.passages[1:])
