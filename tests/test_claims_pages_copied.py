"""Pages as they come out of a browser's clipboard, of a one-line prompt, of a word processor."""

from datetime import date

import pytest

from claims.claim import Bound
from claims.pages.amounts import quantities_in
from claims.pages.page import Page, read_page

TODAY = date(2026, 7, 1)

COPIED = """\
Atlas
About
Log in

Can lamps be made to last?
Why the wick, and not the oil, may decide it.

Share
12 min read
By Ida Flint · June 1, 2025

For years it was said that oil decides how long a lamp lasts (arXiv:1909.01234).

Source notes

Does the wick matter?
Several groups find that it does (arXiv:2305.04567).

Research prompt

You are a research assistant with access to lamps. Restated question: what makes a lamp last?

Dated claims — re-test each:
Lamps last at least 20 nights (2023)
No lamp lasts longer than 90 nights, across towns spanning 2022-2024

ANCHOR PAPERS — verify, mind their dates
arXiv:2305.04567 (2023) — Wicks and Nights (WAN)

Tasks
Task 1: Re-test the premise.
Task 2: Find the strongest disagreement.

Cite arXiv IDs; flag anything you cannot ground in a real paper.

Related inquiries
How long will oil last?
"""


def page(text: str) -> Page:
    return read_page(text.encode(), "the page", today=TODAY)


def test_menus_and_buttons_around_a_copied_page_swallow_none_of_it() -> None:
    read = page(COPIED)
    inquiry = read.inquiry
    assert inquiry.question == "Can lamps be made to last?"
    assert inquiry.framing == "Why the wick, and not the oil, may decide it."
    assert inquiry.narrative is not None
    assert inquiry.narrative.startswith("For years it was said")
    assert [note.title for note in inquiry.notes] == ["Does the wick matter?"]
    left = [one.text for one in read.unplaced]
    assert left == [
        "Atlas", "Log in", "12 min read", "By Ida Flint · June 1, 2025", "How long will oil last?",
    ]  # fmt: skip


def test_a_prompt_that_begins_by_saying_who_reads_it_restates_the_question() -> None:
    inquiry = page(COPIED).inquiry
    assert inquiry.restated == "what makes a lamp last?"
    assert inquiry.orders == (
        "You are a research assistant with access to lamps.",
        "Cite arXiv IDs; flag anything you cannot ground in a real paper.",
    )
    assert inquiry.tasks == ("Re-test the premise.", "Find the strongest disagreement.")


def test_the_words_of_a_label_are_no_entries_of_its_list() -> None:
    inquiry = page(COPIED).inquiry
    assert [str(claim.as_of) for claim in inquiry.claims] == ["2023", "2022/2024"]
    assert [anchor.title for anchor in inquiry.anchors] == ["Wicks and Nights (WAN)"]


def test_a_whole_prompt_in_one_paragraph_is_cut_at_its_labels() -> None:
    inquiry = page(
        "# Can lamps be made to last?\n\nA line on why.\n\n```\nYou are an expert assistant. "
        "Question: What makes a lamp last? Dated claims: Lamps last (2023); wicks do not "
        "(2024-2025). Anchor papers: arXiv:2305.00001 (2023) — Wicks; arXiv:2407.00001 (2024) — "
        "Oils and Towns. Tasks: 1. Re-test the premise: do they? 2. Surface the disagreement. "
        "3. Propose questions. Cite arXiv IDs; flag the rest.\n```\n"
    ).inquiry
    assert inquiry.restated == "What makes a lamp last?"
    assert [str(claim.as_of) for claim in inquiry.claims] == ["2023", "2024/2025"]
    assert [str(anchor.arxiv) for anchor in inquiry.anchors] == ["2305.00001", "2407.00001"]
    assert inquiry.tasks == (
        "Re-test the premise: do they?", "Surface the disagreement.", "Propose questions.",
    )  # fmt: skip
    assert inquiry.orders[-1] == "Cite arXiv IDs; flag the rest."


def test_a_footnote_stands_in_the_running_text_that_refers_to_it() -> None:
    read = page(
        "# Can lamps last?\n\nA line on why.\n\nIt was measured long ago.[^1] So it was said.\n\n"
        "## Notes\n\n### Does the wick matter?\n\nIt does.[^2]\n\n"
        "[^1]: Flint 1990, *Lamps*; see arXiv:2005.00001.\n[^2]: Own reading of arXiv:2209.00001.\n"
    )
    assert read.inquiry.narrative is not None
    assert "(Flint 1990, Lamps; see arXiv:2005.00001) So it was said" in read.inquiry.narrative
    (note,) = read.inquiry.notes
    assert [str(source.arxiv) for source in note.sources] == ["2209.00001"]
    assert read.unplaced == ()


def test_the_heads_of_a_table_are_no_claim() -> None:
    inquiry = page(
        "<h1>Can lamps last?</h1><h2>Dated claims</h2><table><tr><th>Date</th><th>Claim</th></tr>"
        "<tr><td>~2024</td><td>Lamps last for ten nights</td></tr></table>"
    ).inquiry
    assert [claim.text for claim in inquiry.claims] == ["Lamps last for ten nights"]


def test_the_title_in_the_settings_of_a_page_is_its_question() -> None:
    inquiry = page(
        '---\ntitle: "Can lamps last?"\ntags: [x]\n---\n\n> Oil is not all.\n\n### Notes\n\n'
        "1. *Does the wick matter?* — It does.\n"
    ).inquiry
    assert inquiry.question == "Can lamps last?"
    assert inquiry.framing == "Oil is not all."
    assert [note.text for note in inquiry.notes] == ["It does."]


def test_tasks_that_lost_their_numbers_end_where_the_rules_begin() -> None:
    inquiry = page(
        "Inquiry #27 — Lamps\nCan lamps be made to last?\nFraming: why the wick matters.\n"
        "Tasks\n1 Re-test the premise.\n2 Find the strongest disagreement.\n"
        "Cite arXiv IDs; flag anything you cannot ground.\n"
    ).inquiry
    assert inquiry.question == "Can lamps be made to last?"
    assert inquiry.tasks == ("Re-test the premise.", "Find the strongest disagreement.")
    assert inquiry.orders == ("Cite arXiv IDs; flag anything you cannot ground.",)


def test_a_line_of_wrapped_prose_that_begins_like_a_label_is_none() -> None:
    inquiry = page(
        "# Can lamps last?\n\nA line on why.\n\n"
        "Cohorts of lamps in forty northern towns shrink the gap in the main\n"
        "literature. Others do not find any gap at all (arXiv:2306.00001).\n"
    ).inquiry
    assert inquiry.narrative is not None
    assert "literature. Others do not" in inquiry.narrative
    assert inquiry.anchors == ()


def test_a_year_in_brackets_before_a_claim_is_its_date_and_no_footnote() -> None:
    inquiry = page(
        "# Can lamps last?\n\nDated claims\n[2019] Lamps last for ten nights.\n"
        "[~2021] Wicks explain at least half of it.\n[2023-2024] Oils explain the rest.\n"
    ).inquiry
    assert [str(claim.as_of) for claim in inquiry.claims] == ["2019", "2021~", "2023/2024"]


def test_a_button_that_unfolds_a_note_is_its_title_and_others_are_around_the_page() -> None:
    read = page(
        "<h1>Can lamps last?</h1><p>A line on why.</p><button>Notes</button>"
        "<div><button>Does the wick matter?</button><div>It does, in wind.</div></div>"
    )
    (note,) = read.inquiry.notes
    assert (note.title, note.text) == ("Does the wick matter?", "It does, in wind.")
    assert [one.why for one in read.unplaced] == ["around the page"]


@pytest.mark.parametrize(
    ("cited", "author", "title"),
    [
        ("Baumann 2024. arXiv:2402.22222", "Baumann", None),
        ("Kim and Osei 2024, arXiv:2402.22222", "Kim", None),
        ("Vision 2024: A Roadmap, arXiv:2402.22222", None, "Vision 2024: A Roadmap"),
    ],
)
def test_people_and_a_year_are_no_title(cited: str, author: str | None, title: str | None) -> None:
    (anchor,) = page(f"# Can lamps last?\n\nAnchor papers:\n\n- {cited}\n").inquiry.anchors
    assert (anchor.first_author, anchor.title, anchor.year) == (author, title, 2024)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("H0 is 73.0 ± 1.0 km/s/Mpc", "72-74 km/s/Mpc H0"),
        ("Workers handled 12% fewer calls than before", "12% fewer calls"),
        ("A dose of 5 mg/kg is enough", "5 mg/kg dose"),
        ("The share of lamps has stayed near 10%", "10% share of lamps"),
        ("Fewer than 40 % of lamps remain lit", "at most 40% lamps"),
    ],
)
def test_units_tolerances_and_open_ends_of_numbers_are_read(text: str, told: str) -> None:
    assert [str(one.quantity) for one in quantities_in(text)] == [told]


def test_an_open_end_is_kept_with_the_quantity() -> None:
    (stated,) = quantities_in("It takes at least 28 % of paid days")
    assert stated.quantity.bound is Bound.AT_LEAST
