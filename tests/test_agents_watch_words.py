"""Watch phrases are noun phrases of the field, best those that the inquiry comes back to."""

from agents.watch_words import N_PHRASES, watch_phrases

PAGE = (
    "Can a lantern keep its colour over a long night?",
    "Lantern drift appears within eight hours of burning (arXiv:2401.00001).",
    "Colour drift was measured by Ada and colleagues; wick-trimming reduces drift.",
    "Spinning Flames? Measuring Colour (In)Constancy of Glass Lanterns",
)


def test_phrases_hold_no_verbs_names_or_words_of_grammar() -> None:
    words = {word for phrase in watch_phrases(PAGE) for word in phrase.split()}
    assert words
    assert words.isdisjoint(
        {"appears", "reduces", "measured", "keep", "ada", "colleagues", "a", "of", "arxiv"}
    )


def test_phrases_that_the_inquiry_comes_back_to_come_first() -> None:
    first, *others = watch_phrases(PAGE)
    assert first in {"lantern drift", "colour drift"}
    assert "glass lanterns" in others


def test_a_playful_beginning_of_a_title_is_no_phrase() -> None:
    assert "spinning flames" not in watch_phrases(PAGE)


def test_letters_in_brackets_do_not_cut_a_word() -> None:
    assert "colour constancy" in watch_phrases(["Measuring Colour (In)Constancy"])


def test_few_phrases_share_a_word_and_none_holds_another() -> None:
    phrases = watch_phrases([f"{kind} lantern" for kind in ("amber", "gas", "oil", "paper")] * 3)
    assert len(phrases) == 2
    many = watch_phrases([f"amberous{n} wickstand{n}x" for n in "abcdefghijkl"])
    assert len(many) == N_PHRASES


def test_the_same_texts_give_the_same_phrases() -> None:
    assert watch_phrases(PAGE) == watch_phrases(PAGE)
