"""What of a text is read for a claim."""

from hypothesis import given
from hypothesis import strategies as st

from agents.excerpt import N_WORDS_MAX, excerpt, nearest

CLAIM = "A daily walk improves the memory of older adults."
ASIDE = "The harbour was quiet that year and nobody counted the boats in it. " * 20


def test_a_short_text_is_read_whole() -> None:
    assert excerpt("Walks help.\n  Memory improved.", CLAIM) == "Walks help. Memory improved."


def test_of_a_long_text_the_sentences_nearest_to_the_claim_are_read() -> None:
    said = "Older adults who took a daily walk had better memory."
    told = excerpt(f"{ASIDE}{said} {ASIDE}", CLAIM)
    assert said in told
    assert len(told.split()) <= N_WORDS_MAX


@given(st.text(max_size=400))
def test_sentences_are_given_in_the_order_of_the_text(text: str) -> None:
    spans = nearest(text + ASIDE, CLAIM)
    assert list(spans) == sorted(spans)
