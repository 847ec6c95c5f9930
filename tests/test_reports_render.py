"""Every form shows hostile text as text, loads nothing, and is written whole or not at all."""

import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from claims.claim import Claim, Inquiry
from claims.dates import ClaimDate
from claims.errors import LedgerError
from claims.evidence import Failure, Relation
from claims.standing import Flag
from reports.markdown import md
from reports.render import to_html, to_json, to_markdown, write
from reports.report import Report, make_report
from reports.terminal import MAX_COLUMNS, print_report
from reports.words import visible
from tests.golden.world import a_run, assess, busy_night, paper, quiet_night, stands

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</style></main><b>out</b>",
    "[click](javascript:alert(1))",
    "![pixel](https://evil.example/p.png)",
    "<https://evil.example> and https://evil.example/a and www.evil.example",
    "[ref]: https://evil.example",
    "# not a heading",
    "#hash #",
    "- not a list",
    "+ not a list",
    "* * *",
    "---",
    "===",
    "1. not a list",
    "1) not a list",
    "> not a quote",
    "| a | b |",
    "a | b \\| c",
    "`code` and ``more`` and ```fence",
    "~~~ fence ~~gone~~",
    "**bold** _soft_ __bold__ *soft*",
    "a_b_c 2*3*4 a~b",
    "back\\slash at the end \\",
    "&lt;b&gt; &amp; &copy; &#60;",
    "{{ run }} {% raw %}",
    "$x^2$ @someone :tada: me@evil.example",
    "two\nlines\n\n# and a heading",
    "\r\n\t- tab",
    "[red]rich[/red] [link=https://evil.example]x[/link] [/]",
    "\x1b[31mred\x1b[0m \x07 \u202etxet\u202c \U000e0041",
    "\"quotes\" 'and' “more”",
    "«ä» ﬁ 漢字 \u2028 line",
)

_HTML = MarkdownIt("commonmark", {"html": True}).enable("table")
_NO_HTML = MarkdownIt("commonmark", {"html": False}).enable("table")


class Page(HTMLParser):
    """The tags, attributes and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "br", "hr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def hostile_report(text: str) -> Report:
    """`text` wherever others may write: claim, question, title, quote, reason, note, failure."""
    # Claims and inquiries refuse control characters; a report must not rely on it.
    claim = Claim(id="held", text="Held.", as_of=ClaimDate("2024")).model_copy(
        update={"text": text}
    )
    of = paper("2601.00001v1", text, f"Before it. {text} And after it.")
    judged = assess(
        claim, of, Relation.CONTRADICTS, 0.9, [f"Before it. {text} And after it."], reason=text
    )
    failure = Failure(stage=text, item_id=text, claim_id="held", error="FeedError", message=text)
    inquiry = Inquiry(id="moods", question="Why?", claims=(claim,))
    return make_report(
        run=a_run(notes=(text,), failures=(failure,), settings={text: text, "source": text}),
        inquiries=(inquiry.model_copy(update={"question": text}),),
        before=(),
        after=(stands(claim, judged, flags=[Flag.NOT_CHECKED]),),
    )


BENIGN = hostile_report("A plain sentence of words")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("markdown", [_HTML, _NO_HTML], ids=["html", "no html"])
def test_hostile_text_in_markdown_is_shown_as_that_text(text: str, markdown: MarkdownIt) -> None:
    page = Page(markdown.render(to_markdown(hostile_report(text))))
    assert page.words.count(visible(text)) >= 8
    assert page.tags == Page(markdown.render(to_markdown(BENIGN))).tags
    links = {value for name, value in page.attributes if name in {"href", "src"}}
    assert links == {"https://arxiv.org/abs/2601.00001v1"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_html_is_shown_as_that_text(text: str) -> None:
    page = Page(to_html(hostile_report(text)))
    assert page.words.count(visible(text)) >= 8
    assert page.tags == Page(to_html(BENIGN)).tags
    links = {value for name, value in page.attributes if name in {"href", "src", "cite"}}
    assert links == {"https://arxiv.org/abs/2601.00001v1"}
    assert not any(name.startswith("on") for name, _ in page.attributes)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_on_a_terminal_is_shown_as_that_text(text: str) -> None:
    printed = _printed(hostile_report(text), width=MAX_COLUMNS)
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert " ".join(printed.split()).count(visible(text)) >= 4


@pytest.mark.parametrize("text", HOSTILE)
def test_json_keeps_the_sources_own_characters(text: str) -> None:
    (claim,) = json.loads(to_json(hostile_report(text)))["claims"]
    assert claim["evidence"][0]["title"] == text
    assert text.strip() in claim["evidence"][0]["quote"]


@pytest.mark.parametrize("text", ["https://evil.example", "www.evil.example", "me@evil.example"])
def test_addresses_in_markdown_are_broken_so_that_no_reader_makes_links_of_them(text: str) -> None:
    assert not any(part in md(text) for part in ("https:", "evil.example", "me@"))


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from([_HTML, _NO_HTML]))
def test_any_text_survives_markdown(text: str, markdown: MarkdownIt) -> None:
    page = Page(markdown.render(f"{md(text)}\n"))
    assert page.words == visible(text)
    assert set(page.tags) <= {"p"}


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_survives_a_markdown_table(text: str) -> None:
    page = Page(_HTML.render(f"| a | b |\n| --- | --- |\n| {md(text)} | end |\n"))
    assert page.words == f"a b {visible(text)} end".replace("  ", " ")


def test_the_page_has_no_script_and_loads_nothing() -> None:
    page = Page(to_html(busy_night()))
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.tags)
    assert "style" not in {name for name, _ in page.attributes}
    policy = next(value for name, value in page.attributes if value.startswith("default-src"))
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "url(" not in to_html(busy_night())
    assert "@import" not in to_html(busy_night())


def test_the_page_is_well_formed_and_readable_on_a_phone() -> None:
    page = Page(to_html(busy_night()))
    assert page.open == []
    assert page.tags.count("h1") == 1
    assert ("name", "viewport") in page.attributes
    assert "prefers-color-scheme: dark" in to_html(busy_night())


def test_standings_are_told_apart_without_colour() -> None:
    text = Page(to_html(busy_night())).words
    for badge in ("○ UNTESTED", "✓ CONFIRMED", "◐ QUALIFIED", "≠ CONTESTED", "⊘ SUPERSEDED"):
        assert badge in text


def _printed(report: Report, *, width: int, colour: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    print_report(report, console)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_on_a_terminal_passes_the_width_or_100_columns(width: int) -> None:
    lines = _printed(busy_night(), width=width).splitlines()
    assert max(map(len, lines)) <= min(width, MAX_COLUMNS)


def test_a_terminal_leads_with_what_changed() -> None:
    lines = _printed(busy_night(), width=200).splitlines()
    assert lines[1].startswith("2 standings of 6 claims changed")
    order = ["What changed", "Looked at and did not change", "Flagged", "What the run cost"]
    assert [line.strip() for line in lines if line.strip() in order] == order


def test_the_terminal_has_colour_only_where_it_is_a_terminal() -> None:
    assert "\x1b[" in _printed(busy_night(), width=80, colour=True)
    assert "\x1b[" not in _printed(busy_night(), width=80)


def test_rich_is_imported_only_to_print() -> None:
    code = "import sys, reports.render, reports.terminal; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_same_report_is_the_same_bytes_in_another_process_and_time_zone() -> None:
    code = (
        "import hashlib; from tests.golden.world import busy_night; from reports.render import *;"
        "r = busy_night(); text = to_markdown(r) + to_html(r) + to_json(r);"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    root = Path(__file__).parent.parent
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            cwd=root,
            env={"TZ": zone, "PYTHONHASHSEED": seed, "LANG": "C"},
        ).stdout
        for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2"))
    }
    assert len(hashes) == 1


def test_three_files_are_written_and_the_json_names_them(tmp_path: Path) -> None:
    files = write(busy_night(), tmp_path / "new" / "reports")
    assert files.html.read_text(encoding="utf-8") == to_html(busy_night())
    assert json.loads(files.json.read_bytes())["report"] == {
        "markdown": "20260202T030000Z-nightly.md",
        "html": "20260202T030000Z-nightly.html",
        "json": "20260202T030000Z-nightly.json",
    }
    assert sorted(files.markdown.parent.iterdir()) == sorted(
        [files.markdown, files.html, files.json]
    )


def test_writing_again_replaces_the_files(tmp_path: Path) -> None:
    write(busy_night(), tmp_path)
    files = write(quiet_night(), tmp_path)
    assert files.markdown.read_text(encoding="utf-8") == to_markdown(quiet_night())
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "run_id", ["../../escape", "/etc/passwd", "..", "", "a:b", "a b", "x" * 300, ".hidden", "é\0"]
)
def test_no_run_id_leaves_the_folder(run_id: str, tmp_path: Path) -> None:
    report = make_report(run=a_run(id=run_id), inquiries=(), before=(), after=())
    files = write(report, tmp_path / "reports")
    assert {file.parent for file in (files.markdown, files.html, files.json)} == {
        tmp_path / "reports"
    }
    assert len(list((tmp_path / "reports").iterdir())) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_different_run_ids_have_different_files(tmp_path: Path) -> None:
    for run_id in ("a:b", "a/b", "a-b"):
        write(make_report(run=a_run(id=run_id), inquiries=(), before=(), after=()), tmp_path)
    assert len(list(tmp_path.iterdir())) == 9


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(LedgerError, match=r"cannot write .*-nightly\.md: ") as caught:
        write(busy_night(), tmp_path / "reports")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_replaced_leaves_no_partial_one(tmp_path: Path) -> None:
    (tmp_path / "20260202T030000Z-nightly.md").mkdir()
    with pytest.raises(LedgerError, match="cannot write"):
        write(busy_night(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["20260202T030000Z-nightly.md"]
