import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sentences import sentences

PROSE = st.text(alphabet="abcXYZ 019.!?…,;()[]\"'\n\t-vFige", max_size=300)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@given(PROSE | st.text(max_size=200))
def test_spans_are_ordered_and_hold_every_character_that_is_not_white_space(text: str) -> None:
    covered = [False] * len(text)
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered[start:end] = [True] * (end - start)
        last = end
    assert all(seen or char.isspace() for seen, char in zip(covered, text, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "Smith et al. (2020) report it.",
        "Models, e.g. GPT-4 and others, agree.",
        "It rises from 0.5 to 0.75 in v1.2 of the tool.",
        "Fig. 3 and Eq. (2) and Sec. A.1 show it.",
        "Humans vs. Machines is the title.",
        "Work by J. R. Smith is cited.",
        "The trait, i.e. The Big Five, is stable.",
        "Wait ... and see.",
        "Asked by Dr. Who.",
        "See no. 5 of the list.",
        "1. Prompts alone do not suffice.",
    ],
)
def test_a_point_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    "pieces",
    [
        ["It works.", "We say why."],
        ["Does it work?", "No!", "It fails."],
        ["It fell by 3.5%.", "8 of 9 models agree."],
        ["This follows Smith et al.", "We extend it."],
        ["We tried plan B.", "The end was the same."],
        ['He said "no."', "(She agreed.)", "They left."],
        ["Is there one?", "There is no.", "We looked."],
        ["It stalls...", "Then it goes on."],
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(pieces: list[str]) -> None:
    assert split(" ".join(pieces)) == pieces


def test_an_empty_line_ends_a_sentence_without_a_mark() -> None:
    assert split("A heading\n\nand a body.") == ["A heading", "and a body."]
