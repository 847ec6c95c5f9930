from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from claims.evidence import Paper, TextSource
from papers.passages import MAX_PASSAGE_CHARS, cut
from tests.arxiv_server import a_paper

TEXTS = st.lists(st.sampled_from(["word ", "End. ", "Long" * 40, "\n", "x" * 900]), max_size=60)


def with_abstract(text: str) -> Paper:
    return a_paper("2606.00001v1", abstract=text)


@given(TEXTS.map("".join) | st.text(max_size=50))
def test_passages_tile_the_text(text: str) -> None:
    passages = cut(with_abstract(text))
    if not text.strip():
        assert passages == ()
        return
    assert "".join(passage.text for passage in passages) == text
    assert (passages[0].start, passages[-1].end) == (0, len(text))
    assert all(a.end == b.start for a, b in pairwise(passages))
    assert all(p.text == text[p.start : p.end] for p in passages)
    assert all(len(p.text) <= MAX_PASSAGE_CHARS for p in passages)


def test_an_abstract_is_one_passage_of_the_authors_words() -> None:
    paper = with_abstract("We measure drift. It is small.")
    (passage,) = cut(paper)
    assert passage.text == paper.abstract
    assert (passage.source, passage.page, passage.paper) == (TextSource.ABSTRACT, None, paper.id)


def test_a_long_text_is_cut_where_a_sentence_starts() -> None:
    text = "This sentence has forty-two characters ok. " * 100
    assert all(p.text.startswith("This sentence") for p in cut(with_abstract(text)))


def test_a_sample_summary_stays_marked_as_ours() -> None:
    paper = with_abstract("Ours.").model_copy(update={"abstract_source": TextSource.SAMPLE})
    assert [p.source for p in cut(paper)] == [TextSource.SAMPLE]


def test_a_withdrawn_version_offers_its_notice_and_not_its_abstract() -> None:
    notice = "This paper has been withdrawn: Table 2 is wrong."
    (passage,) = cut(a_paper("2606.00001v2", comment=notice))
    assert (passage.source, passage.text) == (TextSource.COMMENT, notice)


def test_the_comment_of_a_standing_version_is_no_passage() -> None:
    passages = cut(a_paper("2606.00001v1", comment="12 pages, 3 figures"))
    assert [p.source for p in passages] == [TextSource.ABSTRACT]
