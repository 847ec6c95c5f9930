"""The queries of a claim."""

from agents.scout import N_QUERIES_MAX, origin_words, plan_queries, search_words
from claims.claim import Claim, Inquiry

INQUIRY = {
    "id": "tone",
    "question": "Do agents keep their tone?",
    "watch": ["tone drift", "bee dances"],
}


def queries(**more: object) -> tuple[str, ...]:
    claim = Claim.model_validate(
        {"id": "c", "text": "The tone of an agent is not kept.", "as_of": "2024", **more}
    )
    return plan_queries(claim, Inquiry.model_validate(INQUIRY))


def test_function_words_are_left_out() -> None:
    assert queries()[0] == "tone agent kept"


def test_own_queries_scope_and_measures_follow_the_text() -> None:
    planned = queries(
        queries=["diary ablation"],
        scope={"task": "small talk", "population": "merchant agents"},
        quantities=[{"measure": "tone fidelity", "value": 3}],
    )
    assert planned == (
        "tone agent kept",
        "diary ablation",
        "small talk merchant agents",
        "tone fidelity merchant agents",
        "merchant agents",
        "tone drift",
    )


def test_a_watch_phrase_without_a_word_of_the_claim_is_left_out() -> None:
    assert "tone drift" in queries()
    assert "bee dances" not in queries()


def test_queries_are_distinct_and_few() -> None:
    planned = queries(queries=["Diary", "diary ", "a", "b", "d", "e", "f", "g"])
    assert len(planned) == N_QUERIES_MAX
    assert planned[1:3] == ("Diary", "a")


def test_a_search_by_words_asks_for_any_three_of_the_most_telling_ones() -> None:
    wicks = "A longer wick burns for a longer time in every lantern."
    claim = Claim.model_validate({"id": "c", "text": wicks, "as_of": "2024"})
    groups = search_words(claim)
    assert len(groups) == 4
    assert all(len(set(group)) == 3 for group in groups)
    assert {word for group in groups for word in group} <= {
        "longer", "wick", "burns", "time", "lantern",
    }  # fmt: skip
    assert any({"wick", "lantern"} <= set(group) for group in groups)


def test_own_queries_are_searched_by_their_words_and_a_short_text_as_it_is() -> None:
    own = Claim.model_validate(
        {"id": "c", "text": "Bees dance.", "as_of": "2024", "queries": ["honey bee dance 2020"]}
    )
    assert search_words(own) == (("honey", "bee", "dance"),)
    assert search_words(own.model_copy(update={"queries": ()})) == (("Bees", "dance"),)


def test_a_paper_of_origin_is_sought_by_names_numbers_and_telling_words() -> None:
    text = "With DreamBench, Northern Lights reaches 76–85 % fidelity in 240 persona interviews."  # noqa: RUF001 - a dash of a page
    groups = origin_words(text)
    assert ("DreamBench",) in groups
    assert ("Northern Lights",) in groups
    numbered = [group for group in groups if group[0].isdigit()]
    assert [group[0] for group in numbered] == ["76", "85", "240"]
    assert {len(group) for group in numbered} == {3}
    assert all(len(group) in {1, 3} for group in groups)
    assert origin_words("It is so.") == ()
