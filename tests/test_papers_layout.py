"""The layout loses no word, whatever the pieces of a page are like."""

import string
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from claims.evidence import Box, PassageKind
from papers.layout.assemble import assembled
from papers.layout.order import laid_out
from papers.layout.sheet import Piece, Sheet
from papers.layout.tables import rows_of

WIDTH, HEIGHT = 595.0, 842.0
STARTS = ["", "Table 1. ", "Figure 2: ", "References", "1 ", "12", "arXiv:", "A Appendix "]


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    x, y = draw(st.floats(-20, 560)), draw(st.floats(0, 830))
    words = draw(st.lists(st.text(string.ascii_letters + string.digits, min_size=1, max_size=9)))
    text = (draw(st.sampled_from(STARTS)) + " ".join(words)).strip() or "word"
    size = draw(st.sampled_from([6.0, 9.0, 10.0, 10.2, 14.0]))
    return Piece(
        text=text,
        box=(x, y, x + max(4.0, 0.5 * size * len(text)), y + size),
        size=size,
        block=draw(st.integers(0, 6)),
        bold=draw(st.booleans()),
        sideways=draw(st.integers(0, 9)) == 0,
    )


sheets = st.lists(st.lists(pieces(), max_size=25), min_size=1, max_size=3).map(
    lambda pages: [
        Sheet(page=number, width=WIDTH, height=HEIGHT, pieces=tuple(found))
        for number, found in enumerate(pages, 1)
    ]
)


@given(sheets)
def test_every_word_of_every_page_is_in_the_text(given_sheets: list[Sheet]) -> None:
    draft = assembled(given_sheets, laid_out(given_sheets))
    text = "".join(draft.text)
    words = Counter(word for s in given_sheets for p in s.pieces for word in p.text.split())
    told = Counter(text.replace(": ", " ").replace(" | ", " ").replace(":", "").split())
    missing = Counter({word.replace(":", ""): n for word, n in words.items()}) - told
    assert not missing
    assert len(text) == draft.length == draft.parts[-1].end


@given(sheets)
def test_parts_tile_the_text_and_lines_stand_where_they_say(given_sheets: list[Sheet]) -> None:
    draft = assembled(given_sheets, laid_out(given_sheets))
    text = "".join(draft.text)
    edges = [0, *(part.end for part in draft.parts)]
    assert [part.start for part in draft.parts] == edges[:-1]
    assert draft.parts[0].kind is PassageKind.BODY
    assert all(text[line.start : line.end].strip("\n") for line in draft.lines)
    assert "\n".join(text[line.start : line.end] for line in draft.lines).split() == text.split()


def cell(text: str, x: float, y: float) -> tuple[str, Box]:
    return (text, (x, y, x + 5.0 * len(text), y + 10.0))


def test_a_head_over_some_columns_is_not_given_to_the_others() -> None:
    rows = rows_of(
        [
            cell("Fidelity", 285, 0),
            *(cell(head, x, 12) for head, x in (("Model", 0), ("Size", 100))),
            *(cell(head, x, 12) for head, x in (("Short", 250), ("Long", 325))),
            *(cell(words, x, 24) for words, x in (("Birch", 0), ("7", 105))),
            *(cell(words, x, 24) for words, x in (("81.2", 252), ("64.0", 325))),
            *(cell(words, x, 36) for words, x in (("Alder", 0), ("8", 105))),
            *(cell(words, x, 36) for words, x in (("79.9", 252), ("-", 330))),
        ]
    )
    assert [row.text for row in rows[2:]] == [
        "Birch | Size: 7 | Fidelity Short: 81.2 | Fidelity Long: 64.0",
        "Alder | Size: 8 | Fidelity Short: 79.9 | Fidelity Long: -",
    ]


def test_cells_without_numbers_or_heads_make_no_rows() -> None:
    words = [cell("Birch", 0, 0), cell("tall", 100, 0), cell("Alder", 0, 12), cell("wet", 100, 12)]
    numbers = [cell("1.0", 0, 0), cell("2.0", 100, 0), cell("3.0", 0, 12), cell("4.0", 100, 12)]
    assert rows_of(words) == rows_of(numbers) == ()
