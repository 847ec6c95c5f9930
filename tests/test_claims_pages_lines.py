"""No line of a page is lost, whatever the page: each is in a field, a label or the unplaced."""

import re
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.errors import LibraryError
from claims.pages.lines import MAX_BYTES, says_something
from claims.pages.markup import shown_lines
from claims.pages.page import Page, read_page
from tests.test_claims_pages import PAGES, TODAY

WORDS = ("lantern", "amber", "wickless", "shutter", "penumbra", "oilskin", "flicker", "tallow")
LABELS = (
    "Question:", "## Framing", "Narrative", "SOURCE NOTES", "Research prompt", "Dated claims:",
    "**Anchor papers**", "Tasks:", "Footnotes", "Related pages", "## Odd heading",
)  # fmt: skip
DATES = ("", "(2024)", "~2025:", "2024-2025", "[as of 2023]", ", spanning 2024 to 2026", "Q2 2025")
MARKS = ("", "- ", "* ", "1. ", "a) ", "    - ", "> ", "### ", "[1] ", "– ", "| ")  # noqa: RUF001 - dashes of pages
IDS = ("", "arXiv:2401.00001", "(arXiv:2402.00002v2)", "https://arxiv.org/abs/2403.00003", "[1]")
ENDS = ("", "?", ".", ":", " — Tallow Amber Lantern")


@st.composite
def lines(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(LABELS))
    words = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7)))
    parts = [draw(st.sampled_from(IDS)), words, draw(st.sampled_from(DATES))]
    return (
        draw(st.sampled_from(MARKS)) + " ".join(filter(None, parts)) + draw(st.sampled_from(ENDS))
    )


pages = st.lists(st.one_of(lines(), st.just("")), max_size=25).map("\n".join)


def read(content: bytes) -> Page:
    """The page, which always has a question."""
    return read_page(b"# Why lamps?\n\n" + content, "a page", today=TODAY)


def told_lines(page: Page) -> set[int]:
    fields = {number for one in page.understood for number in one.lines}
    return fields | {number for one in (*page.unplaced, *page.labels) for number in one.lines}


@given(pages)
def test_every_line_is_in_a_field_or_a_label_or_listed(text: str) -> None:
    page = read(text.encode())
    spoken = {n for n, line in enumerate(text.split("\n"), start=3) if says_something(line)}
    assert spoken <= told_lines(page)


@given(pages)
def test_every_word_is_somewhere(text: str) -> None:
    page = read(text.encode())
    told = [page.inquiry.model_dump_json(), *(one.text for one in page.unplaced)]
    told += [one.text for one in page.labels]
    kept = set(re.findall(r"[a-z]+", " ".join(told).lower()))
    assert {word for word in WORDS if word in text} <= kept


@given(st.text(max_size=400))
def test_any_text_is_read_without_losing_a_line(text: str) -> None:
    page = read(text.encode(errors="replace"))
    numbers = {line.number for line in shown_lines(f"# Why lamps?\n\n{text}".encode(
        errors="replace"), "a page") if says_something(line.text)}  # fmt: skip
    assert numbers <= told_lines(page)


_TAGS = ("p", "div", "ul", "li", "ol", "b", "h2", "table", "tr", "td", "pre", "sup", "nav", "a")


@given(st.lists(st.one_of(
    st.sampled_from([f"<{tag}>" for tag in _TAGS] + [f"</{tag}>" for tag in _TAGS] + ["<br>"]),
    lines(),
    st.sampled_from(["<!-- note -->", "&amp;", "&#0;", "<p hidden>", "</html>", "\x00", "<"]),
), max_size=40))  # fmt: skip
def test_words_of_any_markup_are_told(pieces: list[str]) -> None:
    html = "<html><h1>Why lamps?</h1>" + "\n".join(pieces)
    page = read_page(html.encode(), "a page", today=TODAY)
    told = [page.inquiry.model_dump_json(), *(one.text for one in page.unplaced)]
    told += [one.text for one in page.labels]
    shown = " ".join(line.text for line in shown_lines(html.encode(), "a page"))
    kept = set(re.findall(r"[a-z]+", " ".join(told).lower()))
    assert {word for word in WORDS if word in shown} <= kept


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page_or_one_clear_line(content: bytes) -> None:
    told = ""
    try:
        told = read_page(content, "a page", today=date(2026, 1, 1)).inquiry.question
    except LibraryError as error:
        told = str(error)
    assert told
    assert "\n" not in told


@pytest.mark.parametrize("name", sorted(file.name for file in PAGES.iterdir()))
def test_every_line_of_the_sample_pages_is_told(name: str) -> None:
    content = (PAGES / name).read_bytes()
    page = read_page(content, name, today=TODAY)
    numbers = {line.number for line in shown_lines(content, name) if says_something(line.text)}
    assert numbers <= told_lines(page)


@pytest.mark.parametrize(
    "attack",
    [
        b"<html><h1>Why?</h1>" + b"<div>" * 300_000,
        b"<html><h1>Why?</h1>" + b"<ul><li>" * 100_000,
        b"<html><h1>Why?</h1>" + b"<sup>a" * 100_000,
        b"<html><h1>Why?</h1>" + b"<a href=x>" * 100_000,
        b"# Why?\n" + b"- a (2024)\n" * 20_000,
        b"# Why?\n" + b"(" * 200_000,
        b"# Why?\n" + b"**[" * 200_000,
        b"# Why?\n" + b"2024-" * 100_000,
        b"# Why?\n" + b"arXiv:" * 100_000,
        b"# Why?\n" + b"by A. " * 50_000,
        b"# Why?\nAnchors\n- arXiv:2401.00001 " + "“".encode() * 100_000,
        b"# Why?\n" + b" " * 1_000_000 + b"x",
        b"<html><h1>Why?</h1>\x00\x1b[31m\xe2\x80\xae evil",
    ],
    ids=lambda attack: attack[10:40].decode(errors="replace"),
)
def test_hostile_pages_are_read_in_reasonable_time(attack: bytes) -> None:
    assert len(attack) <= MAX_BYTES
    began = time.process_time()
    page = read_page(attack, "a page", today=TODAY)
    assert time.process_time() - began < 20
    told = page.inquiry.model_dump_json()
    assert not re.search(r"[\x00-\x08\x1b\u202e]|\\u001b|\\u202e", told)
