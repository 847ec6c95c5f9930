"""Which passages of a long paper a judge is shown for a claim."""

from hypothesis import given
from hypothesis import strategies as st

from claims.evidence import Passage, PassageKind, TextSource
from claims.ids import ArxivId
from papers.nearest import beside_abstract, nearest
from papers.reading import FullText, Line, Part

PAPER = ArxivId("2301.00001", 1)
FILLER = "Nothing in this sentence is about anything that anybody would want to know. " * 9


def text_of(*parts: tuple[PassageKind, str]) -> FullText:
    """A full text of these parts, each a line on the page of its number."""
    text, lines, made = "", list[Line](), list[Part]()
    for number, (kind, words) in enumerate(parts, start=1):
        start = len(text)
        text += f"{words}\n\n"
        lines.append(Line(start, start + len(words), number, (72.0, 100.0, 500.0, 112.0)))
        made.append(Part(kind, start, len(text)))
    return FullText(
        paper=PAPER, sha256="0" * 64, n_pages=len(parts), text=text,
        lines=tuple(lines), parts=tuple(made),
    )  # fmt: skip


def body(*words: str) -> tuple[Passage, ...]:
    return tuple(
        Passage(paper=PAPER, source=TextSource.PAPER, text=text, start=0, end=len(text))
        for text in words
    )


def test_the_passages_that_share_words_with_the_claim_are_shown_in_reading_order() -> None:
    passages = body(
        "A moth flies by.",
        "The lantern gave another colour when it was asked.",
        "A snail crawls by.",
        "Every lantern is made of tin, of glass and of a wick, and is a lantern.",
        "Asked twice, a lantern gives one colour.",
    )
    shown = nearest(passages, ["lantern asked twice gives colour"], 2)
    assert shown == (passages[1], passages[4])


def test_a_second_question_brings_its_own_passage() -> None:
    passages = body("A wick of wool burns.", "Nothing to see.", "The colour of lanterns.")
    assert nearest(passages, ["colour"], 1) == (passages[2],)
    assert nearest(passages, ["colour", "wick"], 2) == (passages[0], passages[2])


def test_where_no_word_is_shared_nothing_is_shown() -> None:
    assert nearest(body("A moth flies by."), ["lantern"], 3) == ()
    assert nearest(body("A moth flies by."), ["", "the of", '"'], 3) == ()
    assert nearest((), ["lantern"], 3) == ()


@given(
    st.lists(st.text(), max_size=4), st.lists(st.text(min_size=1), max_size=6), st.integers(0, 9)
)
def test_any_words_can_be_asked_of_any_text(
    queries: list[str], texts: list[str], limit: int
) -> None:
    passages = body(*texts)
    shown = nearest(passages, queries, limit)
    assert len(shown) <= limit
    assert set(map(id, shown)) <= set(map(id, passages))


def test_captions_tables_and_notes_are_evidence_and_heads_and_references_are_not() -> None:
    full = text_of(*((kind, f"Lanterns of the kind {kind}. {FILLER}") for kind in PassageKind))
    kinds = {passage.kind for passage in beside_abstract(full, "Moths fly at noon in the north.")}
    assert {kind.value for kind in kinds} == {"body", "caption", "table", "footnote"}


def test_what_the_abstract_says_is_not_shown_a_second_time() -> None:
    abstract = "A lantern was asked twice in a row. It gave the same colour in 83 % of the trials."
    printed = (
        "A lantern was asked twice in a row. It gave the same co-\nlour in 83 % of the trials."
    )
    full = text_of((PassageKind.BODY, f"{printed} {FILLER}"), (PassageKind.BODY, f"Then {FILLER}"))
    shown = beside_abstract(full, abstract)
    told = " ".join(passage.text for passage in shown)
    assert "lantern" not in told
    assert "83 %" not in told
    assert told.count("anybody") == full.text.count("anybody")
    assert shown[0].text == full.text[shown[0].start : shown[0].end]
    assert (shown[0].page, shown[-1].page) == (1, 2)


def test_a_passage_that_is_all_abstract_is_left_out() -> None:
    abstract = "A lantern was asked twice in a row. It gave the same colour in 83 % of the trials."
    full = text_of((PassageKind.BODY, abstract), (PassageKind.CAPTION, f"Figure 1. {FILLER}"))
    assert {passage.kind for passage in beside_abstract(full, abstract)} == {PassageKind.CAPTION}
