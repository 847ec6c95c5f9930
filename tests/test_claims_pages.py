"""Inquiry pages in many forms are read into the same fields, and what has no place is listed."""

from datetime import date
from pathlib import Path

import pytest

from claims.errors import LibraryError
from claims.pages.labels import Part, label_of
from claims.pages.page import Page, Sureness, read_page
from claims.pages.years import date_of

PAGES = Path(__file__).with_name("pages")
TODAY = date(2026, 7, 1)


def read(text: str | bytes) -> Page:
    content = text if isinstance(text, bytes) else text.encode()
    return read_page(content, "a page", today=TODAY)


def from_file(name: str) -> Page:
    return read((PAGES / name).read_bytes())


def sureness(page: Page, field: str) -> Sureness:
    return next(one.sureness for one in page.understood if one.field == field)


WANTED = {
    "plain_dashes.txt": (
        "DO LANTERNS HAVE A COLOUR OF THEIR OWN?",
        "A lantern that only repeats its room has nothing to tell.",
        [
            ("Most lanterns go back to amber whatever they are told", "2024"),
            ("Lantern copies match their owners in 76-85 % of answers", "2024/2025"),
            ("Lanterns have no colour of their own", "2025~"),
            ("Amber directions can be steered in the glass", "2025/2026"),
        ],
        [("2401.10001", 2024, "Open Lanterns, Closed Shutters"),
         ("2507.10002", 2025, "Amber Vectors")],
        3,
        2,
    ),
    "saved_from_browser.html": (
        "Who lights the lamps at noon?",
        "If nobody needs the light, the lighting tells us about the lighter.",
        [
            ("One lamp in nine burns at noon", "2024"),
            ("Timers drift by 12 minutes a month in cold towns", "2025~"),
        ],
        [("2402.10003", 2024, "Lamps at Noon: A Survey of Forty Towns"),
         ("2503.10004", 2025, "Cold Timers")],
        3,
        2,
    ),
    "nested_bullets.md": (
        "Does the wick decide how long a lamp burns?",
        "Length is cheap to measure, so it is what gets measured.",
        [
            ("Long wicks burn longer", "2023"),
            ("Oil matters more than the wick", "2024~"),
            ("No lamp burns for more than 40 hours", "2025-06"),
        ],
        [("2305.10005", 2023, "Long Wicks Burn Longer"), ("2409.10006v3", None, "Oil Before Wick")],
        3,
        0,
    ),
    "only_a_prompt.txt": (
        "Is the glow of fireflies a language?",
        None,
        [
            ("Fireflies answer each other within 300 ms.", "2022"),
            ("Flash patterns carry 3 signals per species", "2023~"),
            ("From 2023 to 2025 no grammar was found", "2023/2025"),
        ],
        [("2203.10007", 2022, "Flash and Answer"),
         ("2309.10008", None, "Three Signals in the Dark")],
        3,
        0,
    ),
    "footnoted.md": (
        "What makes a shadow sharp?",
        "Sharpness is a claim about the lamp, not about the wall.",
        [
            ("A flame under 2 mm throws a sharp shadow.", "2021-10"),
            ("Sharpness falls by 30 % for each doubling of the flame.", "2024-04"),
            ("Walls do not matter.", "2026~"),
        ],
        [("2110.10009", None, "Small Flames, Sharp Shadows"),
         ("2404.10010", None, "Measuring Penumbrae at Home. Ana Ruiz, Tom Ode")],
        3,
        0,
    ),
    "divs_and_breaks.html": (
        "Can a candle be too bright?",
        "Brightness is always too much for someone.",
        [
            ("Candles over 30 lumens are rejected by 64% of readers", "2024-04/2024-06"),
            ("Nobody reads by candle any more", "2026~"),
        ],
        [("2406.10011", 2024, "Too Bright To Read"), ("2601.10012", 2026, "The Last Candle")],
        3,
        0,
    ),
    "table_of_claims.md": (
        "Should street lamps be warm?",
        None,
        [
            ("Warm lamps halve the number of moths", "2021"),
            ("Drivers see 8 % less under warm lamps", "2024/2025"),
        ],
        [("2105.10013", 2021, "Moths and Warm Lamps"), ("2412.10014", 2024, "Seeing Under Amber")],
        3,
        0,
    ),
    "sparse.txt": (
        "Why do lighthouses blink?",
        (
            "Because they must be told apart (2020). "
            "A steady light was once thought to be enough."
        ),
        [],
        [],
        0,
        0,
    ),
    "other_words.md": (
        "Are shutters part of the lamp?",
        "Whoever draws the line decides what counts as light.",
        [
            ("The line is a legal fiction {2019}", "2019"),
            ("Shuttered lamps last 1.5 times longer, since 2022", "2022"),
            ("In 2025/26 half of all lamps were sold with shutters", "2025/2026"),
        ],
        [("1907.10015", 2019, "Lamp or Shutter?"), ("2211.10016v2", None, "Books of Light")],
        3,
        2,
    ),
    "windows_1252.html": (
        "Do mirrors double a lamp’s light?",  # noqa: RUF001 - as the page writes it
        "Twice the light is not twice the lamp.",
        [
            ("A mirror adds 40–45 % of light", "2023/2024"),  # noqa: RUF001 - the same
            ("Two mirrors add nothing more—so far", "2025"),
        ],
        [("2310.10017", 2023, "Mirrors Behind Lamps")],
        3,
        0,
    ),
    "fenced_prompt.md": (
        "Are bees moved by the colour of hives?",
        "A hive has no opinion of its own paint.",
        [
            ("Painted hives cut drift by about 30%.", "2023"),
            ("Colour is less important than smell.", "2024~"),
            ("Trials spanning 2024–2026 found no effect at scale.", "2024/2026"),  # noqa: RUF001 - as the page writes it
            ("By late 2025, most keepers had stopped painting.", "2025~"),
        ],
        [("2305.11111", 2023, "Painted Hives and Drift"),
         ("2404.22222", 2024, "Smell Before Sight in Homing Bees")],
        3,
        2,
    ),
    "spans_and_divs.html": (
        "Why do trains hum in A flat?",
        "Because someone tuned them, or because nobody did.",
        [("Trains hum at 415 Hz", "2021"), ("Newer inverters hum higher", "2024/2025")],
        [("2107.55555", 2021, "Humming Inverters"), ("2408.66666", 2024, "Humming Higher")],
        3,
        2,
    ),
    "numbered_sections.txt": (
        "How much of a lamp's flicker is noise?",
        "Noise is what we have not asked about yet.",
        [
            ("Flicker is noise.", "2018"),
            ("Flicker has a period of 9 seconds", "2021"),
            ("The period follows the oil", "2024-11/2025-02"),
        ],
        [("2108.10018", 2021, "A Plot of Flicker"), ("2502.10019", 2025, "Oil Time")],
        3,
        0,
    ),
}  # fmt: skip


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


def test_a_restated_question_in_other_words_is_listed() -> None:
    page = from_file("plain_dashes.txt")
    assert [one.why for one in page.unplaced] == ["asks in other words than the question above"]


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
        ("Restated question — why?", Part.QUESTION, "why?"),
        ("Your three tasks", Part.TASKS, ""),
    ],
)
def test_labels_open_their_part(text: str, part: Part, rest: str) -> None:
    assert label_of(text) == (part, rest)
