"""A prompt that retest wrote reads back as the inquiry that it was made from."""

from datetime import date

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from claims.answer import Held
from claims.claim import Claim, Inquiry, SourceRef
from claims.health import Records
from claims.ids import ArxivId
from claims.pages.page import read_page
from reports.prompt import prompt_of
from tests.fakes import claim, moment, paper

UNTIL = moment("2026-07-01")


def written(inquiry: Inquiry) -> str:
    held = tuple(Held(claim=one, standing=None, assessments=()) for one in inquiry.claims)
    return prompt_of(inquiry, held, UNTIL, Records(()))


def back(inquiry: Inquiry) -> Inquiry:
    return read_page(written(inquiry).encode(), "a prompt", today=date(2026, 7, 1)).inquiry


_MARKS = "#*_`[]()<>~|\\&;:.,-–—“”\"'?!{}$^@=+/%0123456789"  # noqa: RUF001 - what pages write
words = st.text(
    st.one_of(st.characters(categories=["L", "Nd"]), st.sampled_from(_MARKS + "   ")), min_size=1
)
said = words.map(lambda text: " ".join(text.split())).filter(
    lambda text: any(char.isalnum() for char in text)
)
marked = st.sampled_from([
    "Tasks:", "1. first", "- a bullet (2024)", "arXiv:2401.00001 — T", "[1] x", "# x y", "Anchors",
    "“quoted” (as of 2020)", "a (arXiv:2401.00001v2)", "Standing today", "> q", "~2024: x", "x [1]",
])  # fmt: skip
texts = st.one_of(said, marked)
claims = st.builds(
    lambda text, as_of, n: claim(f"c-{n}", text, as_of),
    texts,
    st.sampled_from(["2024", "2025~", "2024/2025~", "2024-06", "2024-06-01/2025", "202X"]),
    st.integers(0, 10**6),
)
numbers = st.integers(10_000, 99_999).map(lambda n: ArxivId(f"2401.{n}"))
anchors = st.builds(
    lambda arxiv, title, year: SourceRef(arxiv=arxiv, title=title, year=year),
    numbers,
    st.one_of(st.none(), said),
    st.one_of(st.none(), st.integers(1991, 2030)),
)


# Shrinking a page of a prompt takes minutes; the failing example is short enough to read.
@settings(phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(claims, max_size=4, unique_by=(lambda c: c.id, lambda c: folded(c.text))),
    st.lists(anchors, max_size=3, unique_by=lambda a: a.arxiv),
    st.lists(texts, min_size=1, max_size=3),
)
def test_claims_anchors_and_tasks_read_back_word_for_word(
    held: list[Claim], named: list[SourceRef], tasks: list[str]
) -> None:
    inquiry = Inquiry(
        id="lamps",
        question="Do lamps agree with themselves?",
        claims=tuple(held),
        anchors=tuple(named),
        tasks=tuple(tasks),
    )
    again = back(inquiry)
    assert again.question == inquiry.question
    assert [(c.text, str(c.as_of)) for c in again.claims] == [
        (c.text, str(c.as_of)) for c in inquiry.claims
    ]
    assert again.anchors == inquiry.anchors
    assert again.tasks == inquiry.tasks


def folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def test_sources_watch_phrases_and_categories_read_back_too() -> None:
    source = SourceRef(arxiv=ArxivId("2401.00001", 2))
    inquiry = Inquiry(
        id="lamps",
        question="Do lamps agree?",
        framing="Who asks?",
        claims=(claim("lamps-agree", "Lamps agree.", "2024~", sources=(source,)),),
        watch=("lamp light", "two lamps"),
        categories=("cs.LN", "q-bio.NC"),
    )
    again = back(inquiry)
    assert again.claims[0].sources == (source,)
    assert (again.watch, again.categories) == (inquiry.watch, inquiry.categories)
    assert again.framing == inquiry.framing


def test_a_restated_question_and_orders_read_back_too() -> None:
    inquiry = Inquiry(
        id="lamps",
        question="Do lamps agree?",
        restated="Do two lamps that are asked alike answer alike?",
        orders=("Cite arXiv IDs.", "Not more than 300 words, please."),
        claims=(claim(),),
    )
    again = back(inquiry)
    assert (again.question, again.restated) == (inquiry.question, inquiry.restated)
    assert again.orders == inquiry.orders


def test_standings_are_told_and_never_read_back() -> None:
    inquiry = Inquiry(id="lamps", question="Do lamps agree?", claims=(claim(),))
    assert "Standing today, 2026-07-01: UNTESTED" in written(inquiry)
    assert back(inquiry).claims[0].note is None


def test_what_to_mind_of_an_anchor_is_told_and_never_read_back() -> None:
    inquiry = Inquiry(
        id="lamps",
        question="Do lamps agree?",
        anchors=(SourceRef(arxiv=ArxivId("2401.00001"), title="Wicks and Nights", year=2023),),
    )
    known = paper("2401.00001v1", title="Wicks and Nights", submitted="2024-01-05")
    text = prompt_of(inquiry, (), UNTIL, Records([known]))
    assert "first submitted on 2024-01-05, not in 2023" in text
    again = read_page(text.encode(), "a prompt", today=date(2026, 7, 1)).inquiry
    assert again.anchors == inquiry.anchors
