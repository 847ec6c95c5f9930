"""PDFs that cannot be had or used: every fault is told, and the rest of the night goes on."""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from claims.evidence import RemarkKind, TextSource
from claims.standing import Flag
from flows.full_text import FULL_TEXTS
from flows.nightly import Finished, nightly
from flows.runner import N_TRIES
from flows.watch import Unwatched
from papers.pdf.library import mupdf
from papers.pdf.limits import Limits
from papers.pdf.reader import PdfReader
from papers.shelf import Shelf
from reports.render import to_markdown
from tests import lamps, pdfs
from tests.arxiv_server import ArxivServer, Fault
from tests.lamps import bench_of, night, record, runner, states
from tests.whole_papers import (
    DENIAL,
    ID,
    ORDER,
    OTHER,
    PLAIN,
    WholeJudge,
    asked_for,
    flags_of,
    lantern_arxiv,
    lantern_pdf,
    place_of,
    quotes_of,
    scan,
    whisper,
)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with lantern_arxiv() as state:
        yield state


def locked(folder: Path) -> bytes:
    with mupdf.open(stream=lantern_pdf(folder), filetype="pdf") as document:
        return bytes(
            document.tobytes(encryption=mupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
        )


def stamped(folder: Path, id_: str) -> bytes:
    return lantern_pdf(folder, stamp=f"arXiv:{id_}  [cs.LN]  4 Mar 2025")


def test_a_pdf_that_cannot_be_used_is_told_and_its_abstract_is_judged(
    server: ArxivServer, tmp_path: Path
) -> None:
    ids = [f"2503.0000{n}v1" for n in range(1, 7)]
    faults = {
        ids[0]: (lantern_pdf(tmp_path), ""),
        ids[1]: (locked(tmp_path), f"the PDF of {ids[1]} is encrypted; arXiv has no HTML of it"),
        ids[2]: (scan(), "no visible text: it may be a scan"),
        ids[3]: (
            stamped(tmp_path, "2301.00001v1"),
            "bears the stamp of another paper, 2301.00001v1: nothing of it is quoted",
        ),
        ids[4]: (
            stamped(tmp_path, "2503.00005v2"),
            "bears the stamp of another version, 2503.00005v2",
        ),
        ids[5]: (b"%PDF-1.7\nnothing at all\n%%EOF\n", "cannot be read as a PDF"),
    }
    server.pdfs |= {id_: pdf for id_, (pdf, _) in faults.items()}
    records = [
        record(id_[:-2], "2025-03-04", abstract=f"Lantern {n} gives the same colour: agreed.")
        for n, id_ in enumerate(ids)
    ]
    place, judge = place_of(tmp_path / "w", server, *records), WholeJudge()
    done = asyncio.run(night(place, judge, "2026-01-01"))
    failed = {failure.item_id: failure for failure in done.run.failures}
    assert sorted(failed) == ids[1:]
    assert all(faults[id_][1] in failure.message for id_, failure in failed.items())
    assert {(f.stage, f.claim_id) for f in failed.values()} == {("read", None)}
    assert "it may be a scan" in to_markdown(done.report)
    from_pdfs = {
        str(reading.paper.id)
        for reading in judge.shown
        for passage in reading.passages
        if passage.source is TextSource.PAPER and reading.paper.id.number.startswith("2503")
    }
    assert from_pdfs == {ids[0]}
    assert {paper for _, paper in judge.read} >= set(ids)
    assert states(done)["lanterns-agree"] == "CONTESTED"
    assert Flag.NOT_CHECKED not in flags_of(done)
    kept = {str(one.paper) for one in Shelf(place.state / "shelf").listing()}
    assert not {ids[3], ids[4]} & kept


def test_a_withdrawn_or_missing_pdf_leaves_the_abstract(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault = Fault.MISSING
    place, judge = place_of(tmp_path / "w", server), WholeJudge()
    done = asyncio.run(night(place, judge, "2026-01-01"))
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    assert {f.error for f in done.run.failures} == {"PaperUnavailable"}
    assert "the version may be withdrawn" in done.run.failures[0].message


def test_a_pdf_that_is_cut_off_is_fetched_again_on_the_next_night(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs[str(ID)] = lantern_pdf(tmp_path)
    server.fault = Fault.CUT_OFF
    place, judge = place_of(tmp_path / "w", server), WholeJudge()
    first = asyncio.run(night(place, judge, "2026-01-01"))
    assert any("cut off after" in failure.message for failure in first.run.failures)
    assert states(first)["lanterns-agree"] == "CONFIRMED"
    assert Flag.NOT_CHECKED in flags_of(first)
    server.fault = Fault.NONE
    second = asyncio.run(night(place, judge, "2026-01-02"))
    assert states(second)["lanterns-agree"] == "CONTESTED"
    assert second.run.failures == ()


def test_one_odd_pdf_is_asked_for_once_and_stops_no_other(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.fault, server.on = Fault.CUT_OFF, f"/pdf/{ID}"
    library = lamps.LIBRARY + "".join(
        f'\n[[claims]]\nid = "lanterns-{n}"\nas_of = "2024"\n'
        f'text = "A lantern that is asked {n} times gives the same colour."\n'
        for n in range(3, 6)
    )
    place = place_of(tmp_path / "w", server, PLAIN, OTHER)
    (place.folder / "claims" / "lanterns.toml").write_text(library)
    done = asyncio.run(night(place, WholeJudge(), "2026-01-01"))
    failed = [failure for failure in done.run.failures if failure.stage == "read"]
    assert {failure.item_id for failure in failed} == {str(ID)}
    assert len({failure.claim_id for failure in failed}) > 3
    assert asked_for(server).count(f"/pdf/{ID}") == N_TRIES
    assert "/pdf/2503.00002v1" in asked_for(server)


def test_a_pdf_of_another_paper_is_fetched_once_in_some_days_and_told_each_night(
    server: ArxivServer, tmp_path: Path
) -> None:
    source = "2401.00001v1"
    server.pdfs[source] = stamped(tmp_path, "2301.00001v1")
    place = place_of(tmp_path / "w", server)
    quoted = '\n[[claims.sources]]\narxiv = "2401.00001"\nquote = "words of the body alone"\n'
    (place.folder / "claims" / "lanterns.toml").write_text(f"{lamps.LIBRARY}{quoted}")
    wanted = f"the PDF of {source} bears the stamp of another paper, 2301.00001v1"
    for day in ("2026-01-01", "2026-01-02"):
        done = asyncio.run(night(place, WholeJudge(), day))
        (told,) = {f.message for f in done.run.failures if f.item_id == source}
        assert told.startswith(wanted)
    assert asked_for(server).count(f"/pdf/{source}") == 1
    (kept,) = place.shelf().unusable()
    assert (str(kept.paper), kept.error, kept.why) == (source, "PaperUnavailable", told)


def test_after_a_refusal_nothing_more_is_asked_and_it_is_told_once_a_claim(
    server: ArxivServer, tmp_path: Path
) -> None:
    many = [
        record(
            f"2503.0001{n}", "2025-03-04", abstract=f"Lantern {n} gives the same colour: agreed."
        )
        for n in range(8)
    ]
    server.fault = Fault.REFUSED
    place = place_of(tmp_path / "w", server, *many)
    done = asyncio.run(night(place, WholeJudge(), "2026-01-01"))
    assert len(asked_for(server)) == 1
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    given_up = [f for f in done.run.failures if f.item_id == FULL_TEXTS]
    assert {f.claim_id for f in given_up} == {"lanterns-agree", "wicks-burn"}
    assert len(done.run.failures) < 8


def test_the_html_of_a_scan_is_read_and_says_so(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs[str(ID)] = scan()
    server.htmls[str(ID)] = (
        f"<html><body><p>{pdfs.sentence(1)} {DENIAL} {pdfs.sentence(2)}</p></body></html>".encode()
    )
    place = place_of(tmp_path / "w", server)
    done = asyncio.run(night(place, WholeJudge(), "2026-01-01"))
    assert states(done)["lanterns-agree"] == "CONTESTED"
    against = done.report.stories[0].pieces[0].quotes[0]
    assert (against.page, against.cited.passage.source) == (None, TextSource.HTML)
    assert "arXiv's HTML of the paper, characters" in to_markdown(done.report)
    told = [remark.told for remark in done.run.remarks if remark.kind is RemarkKind.READING]
    assert any("it may be a scan" in line for line in told)
    assert any("HTML rendition" in line for line in told)


def test_the_html_of_another_paper_is_not_read(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs[str(ID)] = scan()
    body = f"<p>{pdfs.sentence(1)} {DENIAL} {pdfs.sentence(2)}</p>"
    titled = f"<title>On Wicks and Oil</title><body>{body}</body>"
    server.htmls[str(ID)] = f"<html>{titled}</html>".encode()
    place = place_of(tmp_path / "w", server)
    done = asyncio.run(night(place, WholeJudge(), "2026-01-01"))
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    (failure,) = done.run.failures
    assert failure.error == "PaperUnavailable"
    assert "the HTML of 2503.00001v1 is that of another paper, 'On Wicks" in failure.message


def test_hidden_words_are_reported_with_their_page_and_never_shown_or_quoted(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.pdfs[str(ID)] = lantern_pdf(tmp_path, whisper)
    place, judge = place_of(tmp_path / "w", server), WholeJudge()
    done = asyncio.run(night(place, judge, "2026-01-01"))
    assert [(r.paper, r.kind, r.page, r.words) for r in done.run.remarks] == [
        (ID, RemarkKind.HIDDEN_TEXT, 3, ORDER)
    ]
    assert "speaks to a model" in done.run.remarks[0].told
    shown = " ".join(p.text for r in judge.shown for p in r.passages)
    assert "Ignore all" not in shown
    assert not any("Ignore all" in quote for quote in quotes_of(done))
    assert "page 3, hidden text" in to_markdown(done.report)


def test_a_pdf_beyond_the_limits_harms_no_other_work(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs[str(ID)] = lantern_pdf(tmp_path)
    place, judge = place_of(tmp_path / "w", server), WholeJudge()

    async def limited() -> Finished:
        with bench_of(place, judge) as bench, PdfReader(Limits(max_pages=2)) as reader:
            assert bench.desk
            small = replace(bench, desk=replace(bench.desk, reader=reader))
            return await nightly(small, lamps.at("2026-01-01"), runner(), Unwatched())

    done = asyncio.run(limited())
    (failure,) = done.run.failures
    assert "has 3 pages: too many to read" in failure.message
    assert states(done)["lanterns-agree"] == "CONFIRMED"
    assert done.run.counts.n_papers_whole == 1


def test_a_worker_that_is_killed_is_replaced(server: ArxivServer, tmp_path: Path) -> None:
    server.pdfs["2503.00002v1"] = lantern_pdf(tmp_path)
    place, judge = place_of(tmp_path / "w", server, PLAIN, OTHER), WholeJudge()

    class Killing(Unwatched):
        """Kills the worker once it has read a paper."""

        def __init__(self, reader: PdfReader) -> None:
            self.reader, self.n_killed = reader, 0

        def step(self, name: str, detail: str) -> None:
            if name == "read" and "pages" in detail and self.reader.worker_pid:
                os.kill(self.reader.worker_pid, signal.SIGKILL)
                self.n_killed += 1

    server.pdfs[str(ID)] = lantern_pdf(tmp_path)

    async def killed() -> tuple[Finished, int]:
        with bench_of(place, judge) as bench:
            assert bench.desk
            watch = Killing(bench.desk.reader)
            return await nightly(bench, lamps.at("2026-01-01"), runner(), watch), watch.n_killed

    done, n_killed = asyncio.run(killed())
    assert n_killed >= 1
    assert "its worker ended with status -9" in done.run.failures[0].message
    assert states(done)["lanterns-agree"] == "CONTESTED"
