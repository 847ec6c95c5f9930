"""Forms in which pages come that were met after the reader was written."""

from datetime import date

import pytest

from claims.pages.page import Page, read_page

TODAY = date(2026, 7, 1)
HEAD = "# Do kettles keep time?\n\nA line on why it matters.\n\n"


def page(text: str) -> Page:
    return read_page(text.encode(), "the page", today=TODAY)


def left_out(read: Page) -> dict[str, str]:
    return {one.text: one.why for one in read.unplaced}


@pytest.mark.parametrize(
    ("written", "edtf"),
    [
        ("(juin 2023)", "2023-06"),
        ("(März 2024)", "2024-03"),
        ("(3. Oktober 2024)", "2024-10"),
        ("(15 de junio de 2024)", "2024-06"),
        ("(févr. 2025)", "2025-02"),
        ("(12.03.2024)", "2024-03"),
        ("(12/03/2024)", "2024"),
        ("(2024年3月)", "2024-03"),
        ("(2024‒2025)", "2024/2025"),  # noqa: RUF001 - a figure dash
        ("(2024―2025)", "2024/2025"),
        ("(2023 bis 2025)", "2023/2025"),
    ],
)
def test_dates_of_other_languages_and_dashes_are_read_and_taken_out(
    written: str, edtf: str
) -> None:
    (claim,) = page(f"{HEAD}Dated claims:\n\n- Kettles keep time {written}\n").inquiry.claims
    assert (claim.text, str(claim.as_of)) == ("Kettles keep time", edtf)


@pytest.mark.parametrize("text", ["A novel 2024 kettle keeps time", "The market 2024 is small"])
def test_a_word_that_begins_like_a_month_is_none(text: str) -> None:
    (claim,) = page(f"{HEAD}Dated claims:\n\n- {text}\n").inquiry.claims
    assert (claim.text, str(claim.as_of)) == (text, "2024")


def test_the_same_paper_said_to_be_of_two_years_is_told() -> None:
    read = page(
        f"{HEAD}Anchor papers:\n\n"
        "- arXiv:2301.00001 (2023) — Kettles and Time\n"
        "- arXiv:2301.00001 (2021) — Kettles and Time\n"
        "- arXiv:2301.00002 (2023) — Cups and Time\n"
        "- arXiv:2301.00002 (2023) — Something Else Altogether\n"
    )
    assert [anchor.year for anchor in read.inquiry.anchors] == [2023, 2023]
    assert list(left_out(read).values()) == [
        "of 2301.00001 something else is said above: 2023, not 2021",
        "of 2301.00002 something else is said above: Cups and Time",
    ]


def test_notes_at_the_end_of_a_web_page_are_no_tasks() -> None:
    read = page(
        "<h1>Do kettles keep time?</h1><h2>Dated claims</h2><ul><li>Kettles keep time"
        "<sup><a href='#fn1'>1</a></sup></li></ul><h2>Tasks</h2><ol><li>Re-test the premise.</li>"
        "</ol><section class='footnotes'><ol><li id='fn1'>Copper 2023, "
        "<a href='https://arxiv.org/abs/2301.00001'>Kettles</a> ↩</li></ol></section>"
    )
    assert read.inquiry.tasks == ("Re-test the premise.",)
    (claim,) = read.inquiry.claims
    assert [str(source.arxiv) for source in claim.sources] == ["2301.00001"]
    assert str(claim.as_of) == "2023"


def test_numbered_questions_over_paragraphs_are_notes() -> None:
    read = page(
        f"{HEAD}A long way to tell it, with more than one sentence. So it is.\n\n## Sources\n\n"
        "1. **What did they find?**\n   Time is kept. (arXiv:2301.00001v1)\n\n"
        "2. **Did anybody repeat it?**\n   Nobody did.\n"
    )
    assert [(note.title, note.text) for note in read.inquiry.notes] == [
        ("What did they find?", "Time is kept. (arXiv:2301.00001v1)"),
        ("Did anybody repeat it?", "Nobody did."),
    ]
    assert read.unplaced == ()


def test_a_row_of_a_table_gives_its_date_and_paper_away() -> None:
    read = page(
        f"{HEAD}| Claim | As of | Source |\n|---|---|---|\n"
        "| Kettles keep time | 2023 | arXiv:2305.00001 |\n| Cups do not | ~2025 | — |\n"
    )
    told = [(claim.text, str(claim.as_of)) for claim in read.inquiry.claims]
    assert told == [("Kettles keep time", "2023"), ("Cups do not", "2025~")]


def test_a_month_beside_an_anchor_is_its_date_and_not_left_over() -> None:
    read = page(f"{HEAD}Anchor papers:\n\n- 2402.00001 (Feb 2024): Random Kettles of the North\n")
    assert read.inquiry.anchors[0].year == 2024
    assert read.unplaced == ()


def test_labels_in_a_few_more_words_are_known() -> None:
    read = page(
        "# Do kettles keep time?\n\nA one line framing: time is what is kept.\n\n"
        "## Research prompt\n\nRestate: Does any kettle keep time?\n\nDated claims:\n\n"
        "- [undated] Kettles keep time\n"
    )
    assert read.inquiry.framing == "time is what is kept."
    assert read.inquiry.restated == "Does any kettle keep time?"
    assert read.inquiry.claims[0].text == "Kettles keep time"


def test_several_claims_on_one_line_are_several_claims() -> None:
    text = "Why do kettles sing?\n\nclaims: Some sing (Sept. '24); all boil (as of early 2025)\n"
    told = [(claim.text, str(claim.as_of)) for claim in page(text).inquiry.claims]
    assert told == [("Some sing", "2024-09"), ("all boil", "2025~")]


@pytest.mark.parametrize(
    "text",
    [
        "## Claims (as of 2024)\n\n- Kettles keep time\n- Cups do not (2025)\n",
        "Claim (2024): Kettles keep time\n\nClaim (2025): Cups do not\n",
    ],
)
def test_a_date_in_a_label_is_that_of_the_claims_under_it(text: str) -> None:
    told = [(claim.text, str(claim.as_of)) for claim in page(HEAD + text).inquiry.claims]
    assert told == [("Kettles keep time", "2024"), ("Cups do not", "2025")]


def test_a_table_that_names_its_parts_row_by_row_is_read() -> None:
    rows = (
        ("Question", "Do kettles keep time?"),
        ("Claim (2024)", "Kettles keep time"),
        ("Claim (~2025)", "Cups do not"),
        ("Task 1", "Re-test the premise"),
    )
    cells = "".join(f"<tr><td>{name}</td><td>{told}</td></tr>" for name, told in rows)
    inquiry = page(f"<table>{cells}</table>").inquiry
    assert inquiry.question == "Do kettles keep time?"
    assert [str(claim.as_of) for claim in inquiry.claims] == ["2024", "2025~"]
    assert inquiry.tasks == ("Re-test the premise",)


def test_an_anchor_written_as_a_reference_has_its_title_and_first_author() -> None:
    read = page(
        f"{HEAD}Anchor papers:\n\n"
        "- Flint, A., & Wick, B. (2024). Kettles and time. arXiv preprint arXiv:2401.00001.\n"
        "- C. Cork and D. Lid. Cups and time. arXiv preprint arXiv:2402.00001, 2024.\n"
    )
    told = [(a.title, a.first_author, a.year) for a in read.inquiry.anchors]
    assert told == [("Kettles and time", "A. Flint", 2024), ("Cups and time", "C. Cork", 2024)]


RUN_TOGETHER = """\
What does a kettle measure?

A line on why it matters.

Source notes:
What is heated? — Water, at sea level (2507.00001).
What is read? — The dial.

Research prompt:
"Does a kettle measure heat, or time?"
Claims, mind the dates: (i) kettles tell heat (2025); (ii) cups tell time (2024, approx.)
Anchors: Kettles and Heat (arXiv:2507.00001, 2025); A Copper Cup; Its Axis (arXiv:2601.00002; 2026)
Task 1 — Re-test the premise. Task 2 — Find the disagreement. Task 3 — Ask anew.
"""


def test_what_stands_on_one_line_for_many_is_taken_apart() -> None:
    read = page(RUN_TOGETHER)
    inquiry = read.inquiry
    assert inquiry.restated == "Does a kettle measure heat, or time?"
    told = [(claim.text, str(claim.as_of)) for claim in inquiry.claims]
    assert told == [("kettles tell heat", "2025"), ("cups tell time", "2024~")]
    anchors = [(a.title, a.year) for a in inquiry.anchors]
    assert anchors == [("Kettles and Heat", 2025), ("A Copper Cup; Its Axis", 2026)]
    assert inquiry.tasks == ("Re-test the premise.", "Find the disagreement.", "Ask anew.")
    assert [note.title for note in inquiry.notes] == ["What is heated?", "What is read?"]


def test_the_settings_of_an_exported_page_are_no_claims() -> None:
    read = page(
        "<h1>Do kettles keep time?</h1><table class='properties'><tr><th>Created</th>"
        "<td>2026-03-01</td></tr></table><p>A framing.</p><ul><li>Edited (2025)</li></ul>"
    )
    assert read.inquiry.claims == ()
    assert left_out(read) == {"Created — 2026-03-01": "around the page"}


@pytest.mark.parametrize(
    "text", ["(2024, approx.) Kettles keep time.", "Dated claim 1: Kettles keep time. (2024~)"]
)
def test_what_only_introduces_a_claim_is_not_of_its_text(text: str) -> None:
    (claim,) = page(f"{HEAD}Dated claims:\n\n- {text}\n").inquiry.claims
    assert (claim.text, str(claim.as_of)) == ("Kettles keep time.", "2024~")
