"""Words verify when they stand in the passage, and not when anything in them was changed."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.errors import QuoteNotFound, UnknownPassage
from claims.evidence import Citation
from claims.verify import Tier, VerifiedCitation, fold, locate, verify
from tests.fakes import QUOTE, WORDS, paper, passage_of

WORD = st.sampled_from([
    "lantern", "office", "effective", "affluent", "flickers", "waffle", "steady", "agents",
    "persona", "drift", "fluent", "efficient", "reflects", "trials", "harbour", "model",
])  # fmt: skip
NUMBER = st.sampled_from(["83", "0.47", "1,240", "12", "-5", "97.5"])
SENTENCE = st.lists(WORD | NUMBER, min_size=12, max_size=30)
BREAKS = st.sampled_from(["-\n", "-\n  ", "\u00ad", "\u200b"])
SPACES = st.sampled_from([" ", "\n", "  ", "\u00a0", " \n\t"])
LIGATURES = (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("ff", "ﬀ"), ("fi", "ﬁ"), ("fl", "ﬂ"))


def accepted(quote: str, text: str) -> bool:
    try:
        locate(quote, text)
    except QuoteNotFound:
        return False
    return True


@st.composite
def cuts(draw: st.DrawFn) -> tuple[list[str], int, int]:
    """The words of a passage, and where a quote of at least four of them begins and ends."""
    words = draw(SENTENCE)
    start = draw(st.integers(0, len(words) - 6))
    end = draw(st.integers(start + 5, len(words)))
    return words, start, end


@st.composite
def set_in_type(draw: st.DrawFn, words: list[str]) -> str:
    """`words` as a page may set them: ligatures, hyphens at line ends, odd white space."""
    out = []
    for word in words:
        shape = word
        if word.isalpha() and draw(st.booleans()):
            for plain, ligature in LIGATURES:
                shape = shape.replace(plain, ligature)
        if word.isalpha() and len(shape) > 4 and draw(st.booleans()):
            at = draw(st.integers(2, len(shape) - 2))
            shape = shape[:at] + draw(BREAKS) + shape[at:]
        out.append(shape + draw(SPACES))
    return "".join(out).strip()


def test_words_that_stand_there_are_found_exactly_with_their_span() -> None:
    start, end, tier = locate(QUOTE, WORDS)
    assert tier is Tier.EXACT
    assert WORDS[start:end] == QUOTE


@pytest.mark.parametrize(
    ("quote", "text", "own_words"),
    [
        ("the efficient lantern", "See the eﬃcient lantern.", "the eﬃcient lantern"),
        ("the eﬃcient lantern", "See the efficient lantern.", "the efficient lantern"),
        ("a steady flame here", "It is a stea\u00addy flame here.", "a stea\u00addy flame here"),
        (
            "significant glow is seen",
            "A signi-\nficant glow is seen.",
            "signi-\nficant glow is seen",
        ),
        ("signi-\nficant glow is seen", "A significant glow is seen.", "significant glow is seen"),
        ("well-known lanterns", "These well-\n  known lanterns.", "well-\n  known lanterns"),
        ("wellknown lanterns", "These well-\nknown lanterns.", "well-\nknown lanterns"),
        ("well-\nknown lanterns", "These well-known lanterns.", "well-known lanterns"),
        ("in 76-85 % of trials", "found in 76\u201385 % of trials", "in 76\u201385 % of trials"),
        ("a gain of \u22125 points", "with a gain of -5 points", "a gain of -5 points"),
        ('they say "it glows" often', "they say “it glows” often", "they say “it glows” often"),
        ("the lantern's own glow", "the lantern\u2019s own glow", "the lantern\u2019s own glow"),
        ("asked   twice\nin a row", "asked twice in\u00a0a row", "asked twice in\u00a0a row"),
        ("and so on... it glows", "and so on… it glows", "and so on… it glows"),
    ],
)
def test_what_only_typesetting_changed_is_found_and_the_source_speaks(
    quote: str, text: str, own_words: str
) -> None:
    start, end, tier = locate(quote, text)
    assert tier is Tier.NORMALISED
    assert text[start:end] == own_words


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("gave another colour in 83 %", WORDS),
        ("gave the same colour in 38 %", WORDS),
        ("gave the same colour in 83 % of 24", WORDS),
        ("gave the same colour in 83 of 240", WORDS),
        ("gave the Same colour in 83 %", WORDS),
        ("same colour the gave in 83 %", WORDS),
        ("fell by 5 points in all", "it fell by -5 points in all"),
        ("5 points in all trials", "a change of -5 points in all trials"),
        ("5 points in all trials", "a change of \u22125 points in all trials"),
        ("5 % of the lanterns glow", "85 % of the lanterns glow"),
        ("5 % of the lanterns glow", "0.5 % of the lanterns glow"),
        ("5 % of the lanterns glow", "about .5 % of the lanterns glow"),
        ("000 lanterns were asked", "12,000 lanterns were asked"),
        ("85 % of the lanterns glow", "76\u201385 % of the lanterns glow"),
        ("the lanterns that glow are 76", "the lanterns that glow are 76\u201385 %"),
        ("the share of lanterns is 0", "the share of lanterns is 0.85"),
        ("the share of lanterns is 1", "the share of lanterns is 1,240"),
        ("antern gave the same colour", "the lantern gave the same colour"),
        ("lantern gave the same colo", "the lantern gave the same colour"),
        ("the area is 102 lanterns", "the area is 10² lanterns"),
        ("we saw no lanterns at all", "we saw lanterns at all"),
        ("successful lanterns were", "we saw un-\nsuccessful lanterns were common"),
        ("successful lanterns were", "we saw un\u00adsuccessful lanterns were common"),
        ("significant glows were seen", "all non-significant glows were seen less"),
        ("5 points lower than before", "it was \u20135 points lower than before"),
        ("85 % of the lanterns", "between 76 \u2013 85 % of the lanterns"),
        ("85 % of the lanterns", "between 76-\n85 % of the lanterns"),
        ("ickering lanterns of spring", "\ufb02ickering lanterns of spring"),
        ("a glow of at least 5", "a glow of at least 5% in all"),
    ],
)
def test_a_changed_or_cut_word_number_sign_or_range_is_refused(quote: str, text: str) -> None:
    with pytest.raises(QuoteNotFound, match="does not stand in the passage"):
        locate(quote, text)


def test_a_cut_match_does_not_hide_a_whole_one_after_it() -> None:
    text = "85 % of lanterns glow, and 5 % of lanterns smoke"
    start, end, _ = locate("5 % of lanterns", text)
    assert (start, end) == (27, 42)


@pytest.mark.parametrize("quote", ["", "   ", "83 %", "eleven char", " " * 40 + "short" + " " * 40])
def test_too_few_characters_carry_nothing(quote: str) -> None:
    with pytest.raises(QuoteNotFound, match="too short"):
        locate(quote, WORDS)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("\u200b" * 12, WORDS),
        ("\u00ad" * 12, "\u200b" * 3),
        ("a          b", "where a b stand"),
    ],
)
def test_characters_that_are_folded_away_do_not_count(quote: str, text: str) -> None:
    with pytest.raises(QuoteNotFound, match="too short"):
        locate(quote, text)


def test_a_hyphen_before_a_number_at_a_line_end_is_kept() -> None:
    text = "we lit GLOW-\n4 in all trials"
    start, end, tier = locate("we lit GLOW-4 in all", text)
    assert text[start:end] == "we lit GLOW-\n4 in all"
    assert tier is Tier.NORMALISED


def test_a_long_quote_that_is_not_there_is_told_in_one_short_line() -> None:
    with pytest.raises(QuoteNotFound) as caught:
        locate("lantern " * 200, WORDS)
    assert len(str(caught.value)) < 160


@given(data=st.data(), cut=cuts())
def test_a_quote_survives_typesetting_on_either_side(
    data: st.DataObject, cut: tuple[list[str], int, int]
) -> None:
    words, start, end = cut
    text = data.draw(set_in_type(words))
    quote = data.draw(set_in_type(words[start:end]))
    assume(len(quote) >= 12)
    found_start, found_end, _ = locate(quote, text)
    own = text[found_start:found_end]
    plain = re.sub(r"-\n\s*|[\u00ad\u200b]", "", own)
    for letters, ligature in LIGATURES:
        plain = plain.replace(ligature, letters)
    assert plain.split() == words[start:end]


@given(data=st.data(), cut=cuts())
def test_a_changed_letter_or_digit_does_not_verify(
    data: st.DataObject, cut: tuple[list[str], int, int]
) -> None:
    words, start, end = cut
    quote = " ".join(words[start:end])
    at = data.draw(st.sampled_from([i for i, char in enumerate(quote) if char.isalnum()]))
    other = data.draw(st.sampled_from("qz" if quote[at].isalpha() else "46"))
    assume(other != quote[at])
    text = data.draw(set_in_type(words))
    assert not accepted(quote[:at] + other + quote[at + 1 :], text)


@given(data=st.data(), cut=cuts())
def test_a_dropped_or_added_word_does_not_verify(
    data: st.DataObject, cut: tuple[list[str], int, int]
) -> None:
    words, start, end = cut
    at = data.draw(st.integers(start + 1, end - 1))
    text = data.draw(set_in_type(words))
    assert not accepted(" ".join([*words[start:at], "never", *words[at:end]]), text)


@given(cut=cuts())
def test_a_word_cut_at_its_start_does_not_verify(cut: tuple[list[str], int, int]) -> None:
    words, start, end = cut
    assume(words[start].isalpha())
    quote = " ".join([words[start][2:], *words[start + 1 : end]])
    assert not accepted(quote, " ".join(words))


@given(st.text(min_size=12, max_size=60), st.text(max_size=120))
def test_any_quote_and_text_give_a_span_of_the_text_or_a_refusal(quote: str, text: str) -> None:
    assume(any(char.isalnum() for char in quote))
    try:
        start, end, tier = locate(quote, text)
    except QuoteNotFound:
        return
    assert 0 <= start < end <= len(text)
    assert (text[start:end] == quote.strip()) or tier is Tier.NORMALISED


def test_a_proof_names_paper_passage_and_the_own_words() -> None:
    of = paper(abstract="The eﬃcient lantern glows twice.")
    passage = passage_of(of)
    proof = verify(Citation(passage_id=passage.id, quote="efficient lantern glows"), passage, of)
    assert (proof.paper, proof.passage, proof.tier) == (of, passage, Tier.NORMALISED)
    assert proof.quote == "eﬃcient lantern glows"


def test_a_passage_that_was_not_shown_is_refused() -> None:
    of = paper()
    with pytest.raises(UnknownPassage, match="was shown"):
        verify(Citation(passage_id="sha256:0", quote=QUOTE), passage_of(of), of)


@pytest.mark.parametrize("other", ["2503.00001v2", "2503.00002v1"])
def test_a_passage_of_another_paper_or_version_is_refused(other: str) -> None:
    passage = passage_of(paper())
    with pytest.raises(UnknownPassage, match=f"is of 2503.00001v1, not of {other}"):
        verify(Citation(passage_id=passage.id, quote=QUOTE), passage, paper(other))


def test_nobody_but_verify_makes_a_proof() -> None:
    of = paper()
    with pytest.raises(TypeError, match=r"only claims\.verify\.verify makes"):
        VerifiedCitation(
            paper=of, passage=passage_of(of), start=0, end=5, tier=Tier.EXACT, seal=object()
        )


@given(st.text(alphabet="ab-5%.` \n\t\u00adé", max_size=40))
def test_plain_text_is_folded_as_any_other(text: str) -> None:
    # A soft hyphen in front folds to nothing, and lets no shortcut be taken.
    folded, places = fold("\u00ad" + text)
    assert fold(text) == (folded, tuple(place - 1 for place in places))


@given(st.text(alphabet="ab- 5", min_size=1, max_size=8), st.text(alphabet="ab- 5", max_size=60))
def test_a_quote_is_found_alike_beside_a_broken_word_and_without(quote: str, text: str) -> None:
    # The broken word far behind makes the search go by a pattern instead of by the plain words.
    wanted = f"lanterns lit {quote}"
    assert _found(wanted, f"{wanted} {text}") == _found(
        wanted, f"{wanted} {text} and so on hal-\nved"
    )
    assert _found(wanted, text) == _found(wanted, f"{text} and so on hal-\nved")


def _found(quote: str, text: str) -> tuple[int, int, Tier] | None:
    try:
        return locate(quote, text)
    except QuoteNotFound:
        return None
