"""What leaves the ledger: each form reads back with what was put in, hostile text as text."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from markdown_it import MarkdownIt

from claims.assessment import Ruling
from claims.deciding import Wish, rule
from claims.ledger import Ledger
from flows.steps import report_of
from reports import atom, bibliography, claim_pages, export
from reports.holdings import Holding, holdings
from reports.overnight import changes_of
from reports.site import write_site
from tests.fakes import paper
from tests.mornings import HOSTILE, Morning, morning

NASTY = paper(
    "2503.00001v2",
    title="50 % of \\input{x} {a} $\\write18$ & _b_ #1\nTY  - BOOK\u202e",
    authors=("Ida Lampwright", "Wick and Flame", "Ø. Lüx"),
    categories=("cs.CL",),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    return morning(tmp_path_factory.mktemp("world"), 5)


@pytest.fixture
def ledger(world: Morning) -> Iterator[Ledger]:
    opened = Ledger.open(world.workspace.ledger_url)
    yield opened
    opened.close()


@pytest.fixture
def held(world: Morning, ledger: Ledger) -> tuple[Holding, ...]:
    return tuple(holdings(ledger, world.workspace.inquiries()))


def test_bibtex_reads_back_and_holds_no_command_of_the_title() -> None:
    text = bibliography.bibtex([NASTY, paper(), paper()])
    assert r"\input" not in text
    assert r"\write" not in text
    assert r"50 \% of" in text
    read = parse_string(text)
    assert not read.failed_blocks
    assert [entry.key for entry in read.entries] == ["arxiv-2503.00001v1", "arxiv-2503.00001v2"]
    fields = read.entries[1].fields_dict
    assert fields["eprint"].value == "2503.00001v2"
    assert fields["url"].value == "https://arxiv.org/abs/2503.00001v2"
    assert fields["author"].value.count(" and ") == 2


def test_letters_that_tex_has_no_command_for_are_kept_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    text = bibliography.bibtex([paper(title="灯笼", authors=("王小明",))])
    assert "{灯笼}" in text
    assert "{王小明}" in text
    assert caplog.records == []


def test_ris_reads_back_and_a_title_begins_no_field() -> None:
    text = bibliography.ris([NASTY, paper()])
    assert not re.search(r"^\d+\.", text, re.MULTILINE)
    read = rispy.loads(text)
    assert [record["type_of_reference"] for record in read] == ["ELEC", "ELEC"]
    assert read[1]["authors"] == ["Ida Lampwright", "Wick and Flame", "Ø. Lüx"]
    assert read[1]["title"].endswith("TY - BOOK\ufffd")
    assert read[1]["urls"] == ["https://arxiv.org/abs/2503.00001v2"]


def test_json_holds_everything_by_its_schema(held: tuple[Holding, ...]) -> None:
    text = export.to_json(held)
    assert export.Export.model_validate_json(text).model_dump_json(indent=2) + "\n" == text
    claims = {claim["id"]: claim for claim in json.loads(text)["claims"]}
    assert claims["lantern-0000"]["standing"] == "CONTESTED"
    assert {e["relation"] for e in claims["lantern-0000"]["evidence"]} == {
        "SUPPORTS", "CONTRADICTS",
    }  # fmt: skip
    assert [p["standing"] for p in claims["lantern-0000"]["history"]] == ["CONTESTED", "CONFIRMED"]
    assert claims["lantern-0001"]["evidence"][0]["reason"] == HOSTILE
    schema = export.Export.model_json_schema()
    assert {"HeldClaim", "Evidence", "Quote", "Decided", "Past"} <= set(schema["$defs"])


def test_csv_has_a_row_a_quote_and_runs_nothing(held: tuple[Holding, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(export.to_csv(held))))
    assert [row["claim_id"] for row in rows].count("lantern-0000") == 2
    assert {row["counts"] for row in rows} == {"yes"}
    assert rows[0]["quote"] == "gave the same colour in 83 % of 240 trials"
    assert export._cell("Lamps; =HYPERLINK(1)") == "Lamps; '=HYPERLINK(1)"  # noqa: SLF001 - the same
    for opening in "=+-@\uff1d\uff0b\uff0d\uff20":
        assert export._cell(f"{opening}HYPERLINK(1)").startswith(f"'{opening}")  # noqa: SLF001 - one rule for every column


def test_the_feed_is_atom_and_names_each_change_once(world: Morning, ledger: Ledger) -> None:
    texts = {claim.id: claim.text for claim in world.claims}
    runs = ledger.runs.newest()
    told = [(run, changes_of(ledger, run.id)) for run in runs]
    text = atom.feed(told, texts.__getitem__, url="https://claims.example/")
    root = ET.fromstring(text)  # noqa: S314 - our own text
    space = {"a": atom.NAMESPACE}
    entries = root.findall("a:entry", space)
    ids = [entry.findtext("a:id", "", space) for entry in entries]
    assert len(ids) == len(set(ids)) == 9
    assert ids[0].startswith("urn:retest:night-2026-01-03:lantern-")
    titles = [entry.findtext("a:title", "", space) for entry in entries]
    assert any("CONFIRMED → CONTESTED: Lantern number 0" in title for title in titles)
    assert any("<script>" in title for title in titles)
    assert "<script>" not in text
    told_of = [entry.findtext("a:content", "", space) for entry in entries]
    assert all("evidence" in content for content in told_of)
    links = [link.get("href") for link in root.findall("a:entry/a:link", space)]
    assert "https://claims.example/claims/lantern-0000" in links
    assert text == atom.feed(told, texts.__getitem__, url="https://claims.example/")
    empty = ET.fromstring(atom.feed([], texts.__getitem__))  # noqa: S314 - our own text
    assert empty.findtext("a:updated", "", space).startswith("1970")


def test_a_claim_in_markdown_changes_only_where_the_claim_did(
    world: Morning, ledger: Ledger, held: tuple[Holding, ...]
) -> None:
    before = claim_pages.to_markdown(held[0])
    assert claim_pages.to_markdown(held[0]) == before
    found = held[0].pieces[0].assessment.id
    wish = Wish(
        claim_id=held[0].claim.id, assessment_id=found, ruling=Ruling.REJECT, by="Ada", why="No."
    )
    rule(ledger, wish)
    again = next(iter(holdings(ledger, world.workspace.inquiries(), held[0].claim.id)))
    after = claim_pages.to_markdown(again)
    kept = set(before.splitlines()) & set(after.splitlines())
    assert "- standing: ✓ CONFIRMED" in after
    assert "Ada: reject on a piece of evidence: No." in after
    assert len(kept) > 10


def test_hostile_words_are_text_in_markdown_and_html(held: tuple[Holding, ...]) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(claim_pages.to_markdown(held[1]))
    for page in (html, claim_pages.to_html(held[1])):
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_a_site_is_whole_and_its_links_lead_somewhere(
    tmp_path: Path, ledger: Ledger, held: tuple[Holding, ...]
) -> None:
    reports = (report_of(ledger, run.id) for run in ledger.runs.newest())
    index = write_site(tmp_path, reports, held, feed="<feed/>")
    links = re.findall(r'href="([^"]+)"', index.read_text(encoding="utf-8"))
    assert len(links) == 2 + len(held) + 2
    assert all((tmp_path / link).is_file() for link in links)
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert page == index or 'href="../index.html"' in text
        assert "default-src 'none'" in text
        assert "<script" not in text
