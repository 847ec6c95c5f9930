"""Inquiry pages in many forms are read into the same fields, and what has no place is listed."""

from datetime import date
from pathlib import Path

import pytest

from claims.errors import LibraryError
from claims.pages.amounts import quantities_in
from claims.pages.labels import Part, label_of
from claims.pages.page import Page, Sureness, read_page
from claims.pages.years import date_of
from tests.wanted_pages import WANTED

PAGES = Path(__file__).with_name("pages")
TODAY = date(2026, 7, 1)


def read(text: str | bytes) -> Page:
    content = text if isinstance(text, bytes) else text.encode()
    return read_page(content, "a page", today=TODAY)


def from_file(name: str) -> Page:
    return read((PAGES / name).read_bytes())


def sureness(page: Page, field: str) -> Sureness:
    return next(one.sureness for one in page.understood if one.field == field)


@pytest.mark.parametrize("name", WANTED)
def test_a_page_is_read_whatever_its_form(name: str) -> None:
    question, framing, claims, anchors, n_tasks, n_notes = WANTED[name]
    inquiry = from_file(name).inquiry
    assert inquiry.question == question
    assert inquiry.framing == framing
    assert [(claim.text, str(claim.as_of)) for claim in inquiry.claims] == claims
    assert [(str(a.arxiv), a.year, a.title) for a in inquiry.anchors] == anchors
    assert len(inquiry.tasks) == n_tasks
    assert len(inquiry.notes) == n_notes


def test_every_page_of_the_folder_has_an_expectation() -> None:
    assert {file.name for file in PAGES.iterdir()} == set(WANTED)


def test_menus_footers_and_hidden_words_are_listed_and_never_read_as_claims() -> None:
    page = from_file("saved_from_browser.html")
    around = {one.text for one in page.unplaced if one.why == "around the page"}
    assert {"All inquiries (2024)", "Do lamps dream? (2023)", "Home"} <= around
    hidden = read("<h1>Why?</h1><p style='display: none'>A lamp is a star (2024).</p>")
    assert [(one.text, one.why) for one in hidden.unplaced] == [
        ("A lamp is a star (2024).", "hidden on the page")
    ]


def test_scripts_and_styles_are_no_text() -> None:
    page = read("<h1>Why?</h1><script>var claim = '(2024)'</script><style>p{}</style>")
    assert page.unplaced == ()


def test_a_restated_question_in_other_words_is_kept_beside_the_question() -> None:
    page = from_file("wrapped_lines.txt")
    assert page.inquiry.restated == (
        "does reinforcement learning with verifiable rewards add abilities that sampling from the "
        "base model does not find?"
    )
    assert from_file("only_a_prompt.txt").inquiry.restated is None


@pytest.mark.parametrize(
    ("name", "orders"),
    [
        ("front_matter.md", ["Be brief. Mark every statement that has no paper behind it."]),
        (
            "sources_are_notes.html",
            ["Cite arXiv IDs; flag anything you cannot ground in a real paper."],
        ),
        (
            "wrapped_lines.txt",
            ["Answer in English. Cite arXiv IDs.", "Do not cite blog posts."],
        ),
        (
            "orders_around.txt",
            [
                "You are a research assistant with access to arXiv. Be sceptical of dates.",
                "under 800 words. Cite arXiv IDs inline. Flag ungrounded statements.",
            ],
        ),
    ],
)
def test_what_is_asked_of_the_whole_answer_is_no_part_of_the_last_task(
    name: str, orders: list[str]
) -> None:
    inquiry = from_file(name).inquiry
    assert list(inquiry.orders) == orders
    assert len(inquiry.tasks) == 3


def test_an_anchor_line_wins_over_a_mention_in_running_text() -> None:
    page = read(
        "# Do lamps drift?\n\nSources\n\nAda and others tie drift to oil (arXiv:2401.00001).\n\n"
        "- arXiv:2401.00001 (2024) — Drift of Oil Lamps\n- arXiv:2401.00002 — Long Wicks\n\n"
        "Bell finds the same for gas (arXiv:2401.00003).\n"
    )
    assert [(str(a.arxiv), a.title) for a in page.inquiry.anchors] == [
        ("2401.00001", "Drift of Oil Lamps"),
        ("2401.00002", "Long Wicks"),
        ("2401.00003", None),
    ]
    assert sureness(page, "anchors[3]") is Sureness.GUESSED


@pytest.mark.parametrize("label", ["Sources", "Source notes", "Notes", "Background", "## Reading"])
def test_question_titled_notes_are_notes_under_whatever_label(label: str) -> None:
    page = read(
        "Do lamps drift?\n\nSlowly.\n\nLamps are lit at dusk.\n\n"
        f"{label}\nDoes oil explain it?\nAda says so (arXiv:2401.00001).\n\n"
        "Is it measured at all?\nMost trials stop at eight hours.\n"
    )
    assert [(note.title, note.text) for note in page.inquiry.notes] == [
        ("Does oil explain it?", "Ada says so (arXiv:2401.00001)."),
        ("Is it measured at all?", "Most trials stop at eight hours."),
    ]
    assert page.unplaced == ()


def test_marks_of_a_list_of_papers_become_sources_of_the_claims() -> None:
    claims = from_file("keys_in_brackets.md").inquiry.claims
    assert [[str(s.arxiv) for s in claim.sources] for claim in claims] == [
        ["2305.14325"], ["2402.18272", "2311.17371"], [],
    ]  # fmt: skip


def test_notes_keep_their_question_their_paragraph_and_their_papers() -> None:
    first, second = from_file("plain_dashes.txt").inquiry.notes
    assert first.title == "Can a lantern be talked out of its colour?"
    assert first.text.startswith("The first study says that most cannot")
    assert [str(source.arxiv) for source in first.sources] == ["2401.10001"]
    assert second.sources == ()


def test_nested_entries_go_with_their_claim_as_note_and_source() -> None:
    claim = from_file("nested_bullets.md").inquiry.claims[0]
    assert claim.note == "only in lamps with glass"
    assert [str(source.arxiv) for source in claim.sources] == ["2305.10005"]


def test_a_claim_takes_date_and_source_of_its_footnote() -> None:
    page = from_file("footnoted.md")
    claim = page.inquiry.claims[1]
    assert (str(claim.as_of), [str(s.arxiv) for s in claim.sources]) == ("2024-04", ["2404.10010"])
    assert sureness(page, "claims[2].as_of") is Sureness.SHAPED


def test_a_claim_without_a_date_is_dated_today_and_told_as_a_guess() -> None:
    page = from_file("footnoted.md")
    assert str(page.inquiry.claims[2].as_of) == "2026~"
    assert sureness(page, "claims[3].as_of") is Sureness.GUESSED


def test_quantities_are_read_with_what_they_measure() -> None:
    claims = from_file("plain_dashes.txt").inquiry.claims
    assert [str(q) for q in claims[1].quantities] == ["76-85% answers"]


def test_links_to_arxiv_leave_their_id_in_the_text() -> None:
    narrative = from_file("saved_from_browser.html").inquiry.narrative
    assert narrative is not None
    assert "a survey of forty towns (arXiv:2402.10003v2)" in narrative


def test_the_title_of_a_saved_page_stands_in_for_a_question() -> None:
    page = read("<title>Why do lamps hum? | Lamp News</title><h2>Claims</h2><ul><li>They do (2024)")
    assert page.inquiry.question == "Why do lamps hum?"
    assert sureness(page, "question") is Sureness.GUESSED


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "nothing that can be its question"),
        (b"---\n\n***\n", "nothing that can be its question"),
        (b"%PDF-1.7 ...", "a PDF: save the page as HTML or text"),
        (b"PK\x03\x04rest", "an archive or picture"),
        (b"x" * 4_000_001, "larger than 4 MB"),
    ],
)
def test_what_is_no_page_is_refused_in_one_line(content: bytes, told: str) -> None:
    with pytest.raises(LibraryError, match=told):
        read(content)


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("Lamps agree (~2025)", "2025~"),
        ("Lamps agree (2024).", "2024"),
        ("Lamps agree, 2024–2025", "2024/2025"),  # noqa: RUF001 - dashes of pages
        ("Lamps agree, spanning 2024—2026", "2024/2026"),
        ("[2024-25] lamps agree", "2024/2025"),
        ("~2024–2025: lamps agree", "2024~/2025~"),  # noqa: RUF001 - dashes of pages
        ("Lamps agree as of Q1 2025 in towns", "2025-01/2025-03"),
        ("June 2025 — lamps agree", "2025-06"),
        ("late 2024 to early 2025, lamps agreed", "2024~/2025~"),
        ("Lamps agree (c. 2023)", "2023~"),
        ("12 Mar 2024: lamps agree", "2024-03"),
        ("Lamps agree since 2025-06-12", "2025-06-12"),
        ("Between 2024 and 2026 lamps agree", "2024/2026"),
        ("A lamp reads 2048 tokens and 2,024 people", None),
        ("A lamp cost 20.24 in arXiv:2024.12345", None),
        ("Lamps agree", None),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, edtf: str | None) -> None:
    found = date_of(text)
    assert (str(found.date) if found else None) == edtf


@pytest.mark.parametrize(
    ("text", "part", "rest"),
    [
        ("**Dated claims** (mind their dates):", Part.CLAIMS, ""),
        ("Dated claims – mind their dates", Part.CLAIMS, ""),  # noqa: RUF001 - dashes of pages
        ("3. ANCHOR PAPERS", Part.ANCHORS, ""),
        ("Framing: who asks?", Part.FRAMING, "who asks?"),
        ("Restated question — why?", Part.RESTATED, "why?"),
        ("Your three tasks", Part.TASKS, ""),
    ],
)
def test_labels_open_their_part(text: str, part: Part, rest: str) -> None:
    assert label_of(text) == (part, rest)


@pytest.mark.parametrize(
    ("text", "told", "named"),
    [
        ("Drift appears within 8 rounds of dialogue", ["8 rounds dialogue"], True),
        ("Larger models drift more than small ones, by up to 30 %", ["30% models drift"], False),
        ("No trial looks at persistence beyond 100 turns", ["100 turns persistence"], True),
        ("It lowers the diversity of stories by 10.7 %", ["10.7% diversity of stories"], True),
        ("Detection falls to 4.6 %", ["4.6% Detection"], True),
        ("No stance is given by 3 of 10 models", ["30% models"], True),
        ("It keeps an AUC of 0.9", ["0.9 AUC"], True),
        ("A context of 64k tokens is enough", ["64000 tokens context"], True),
        ("GPT-4 and Llama 3 in 2024, in section 3", [], True),
    ],
)
def test_a_number_is_read_with_what_it_measures_or_told_as_a_guess(
    text: str, told: list[str], *, named: bool
) -> None:
    found = quantities_in(text)
    assert [str(one.quantity) for one in found] == told
    assert all(one.is_named for one in found) is named
