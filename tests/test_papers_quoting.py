"""Quotes are found over lines, columns, pages and passages, and nothing else is."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.errors import QuoteNotFound
from claims.evidence import Citation, Paper, PassageKind
from claims.ids import ArxivId
from claims.verify import Tier, verify
from papers.quoting import Finder, locate_in
from papers.reading import FullText, Line, Part
from tests import pdfs

PAPER = ArxivId("2301.00001", 1)


def text_of(*pages: list[str], apart: tuple[str, ...] = ()) -> FullText:
    """A full text of the lines of `pages`, one under the other, and captions after them."""
    text = ""
    lines = []
    for number, page in enumerate(pages, 1):
        for place, line in enumerate(page):
            box = (72.0, 100.0 + 12 * place, 72.0 + 5 * len(line), 110.0 + 12 * place)
            lines.append(Line(len(text), len(text) + len(line), number, box))
            text += f"{line}\n"
    text += "\n"
    parts = [Part(PassageKind.BODY, 0, len(text))]
    for words in apart:
        start = len(text)
        text += f"{words}\n\n"
        parts.append(Part(PassageKind.CAPTION, start, len(text)))
    return FullText(
        paper=PAPER,
        sha256="",
        n_pages=len(pages),
        text=text,
        lines=tuple(lines),
        parts=tuple(parts),
    )


LONG = " ".join(map(pdfs.sentence, range(60)))
PAGES = [pdfs.broken(LONG)[start : start + 30] for start in range(0, len(pdfs.broken(LONG)), 30)]
FULL = text_of(*PAGES)
FINDER = Finder(FULL)


def test_a_quote_over_a_page_break_has_boxes_on_both_pages() -> None:
    full = text_of(["Some words end a page"], ["and go on over the break."])
    located = locate_in(full, "end a page and go on over")
    assert [page for page, _ in located.places] == [1, 2]
    assert located.page == 1


def test_a_box_is_cut_to_the_quote() -> None:
    located = locate_in(text_of(["one two three four five six"]), "three four five")
    ((page, box),) = located.places
    assert (page, box) == (1, (112.0, 100.0, 187.0, 110.0))


def test_a_quote_is_the_texts_own_words() -> None:
    full = text_of(["The signi-", "ficant “drift” of 5 % is real."])
    located = locate_in(full, 'The significant "drift" of 5 % is real.')
    assert located.tier is Tier.NORMALISED
    assert full.text[located.start : located.end] == "The signi-\nficant “drift” of 5 % is real."


def test_a_quote_over_two_passages_can_be_cited_by_a_passage_around_it() -> None:
    seam = FULL.passages[1].start
    located = FINDER.locate(" ".join(FULL.text[seam - 40 : seam + 40].split()[1:-1]))
    assert located.passages == FULL.passages[:2]
    around = FULL.passage_around(located.start, located.end)
    assert around.start <= located.start < located.end <= around.end
    assert around.text == FULL.text[around.start : around.end]
    day = datetime(2023, 1, 5, tzinfo=UTC)
    paper = Paper(
        id=PAPER, title="Drift", authors=(), abstract="", submitted_at=day, revised_at=day
    )
    citation = Citation(passage_id=around.id, quote=FULL.text[located.start : located.end])
    proven = verify(citation, around, paper)
    assert proven.quote == citation.quote
    assert FULL.passage_around(located.start, located.end).id == around.id


def test_a_quote_never_runs_from_one_part_into_another() -> None:
    full = text_of(["The body ends with these last words."], apart=("Figure 1: A caption here.",))
    with pytest.raises(QuoteNotFound):
        locate_in(full, "these last words. Figure 1: A caption")
    assert locate_in(full, "Figure 1: A caption here.").passages[0].kind is PassageKind.CAPTION


@pytest.mark.parametrize("quote", ["", "  ", "drift", "!?!?!?!?!?!?!?", "nothing of the sort here"])
def test_what_does_not_stand_there_is_refused(quote: str) -> None:
    with pytest.raises(QuoteNotFound):
        FINDER.locate(quote)


def test_a_number_is_not_found_inside_a_larger_one() -> None:
    full = text_of(["It reaches 85 % on average, and 1,200 in sum."])
    for quote in ("reaches 5 % on average", "5 % on average, and", "on average, and 1,20"):
        with pytest.raises(QuoteNotFound):
            locate_in(full, quote)


@given(st.integers(0, 59), st.integers(0, 3))
def test_every_run_of_sentences_is_found_again(number: int, more: int) -> None:
    quote = " ".join(map(pdfs.sentence, range(number, min(number + more, 59) + 1)))
    located = FINDER.locate(quote)
    found = FULL.text[located.start : located.end]
    assert "".join(found.split()).replace("-", "") == "".join(quote.split()).replace("-", "")


@given(st.integers(0, 59), st.data())
def test_a_sentence_with_a_changed_word_or_digit_is_refused(
    number: int, data: st.DataObject
) -> None:
    words = pdfs.sentence(number).split()
    place = data.draw(st.integers(0, len(words) - 1))
    word = words[place]
    if word.isdigit():
        words[place] = str(data.draw(st.integers(60, 999)))
    else:
        words[place] = data.draw(st.sampled_from(["not", "twelve", f"{word}s", f"un{word}"]))
    with pytest.raises(QuoteNotFound):
        FINDER.locate(" ".join(words))


@given(st.lists(st.text("ab .\n", min_size=1, max_size=400), min_size=1, max_size=12))
def test_passages_tile_any_text(paragraphs: list[str]) -> None:
    full = text_of([line for text in paragraphs for line in text.split("\n")])
    assert "".join(passage.text for passage in full.passages) == full.text
    assert all(a.end == b.start for a, b in pairwise(full.passages))
    assert all(len(passage.text) <= 1_200 for passage in full.passages)


def test_passages_end_where_sentences_end() -> None:
    assert all(passage.text.rstrip().endswith(".") for passage in FULL.passages)
    assert all(300 <= len(passage.text) <= 1_200 for passage in FULL.passages[:-1])
