"""What a person may write as a claim, and what makes a new revision of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from claims.claim import Claim, Inquiry, Quantity, SourceRef
from claims.errors import FeedError
from claims.evidence import Failure, Paper, Passage, PassageKind, TextSource
from claims.hashing import content_hash
from claims.ids import ArxivId
from tests.fakes import claim, finding, inquiry, paper, passage_of


@pytest.mark.parametrize("id", ["a", "lamp-2", "2-lamps", "a" * 64, "2026-lamps"])
def test_an_id_is_lower_case_words_with_at_least_one_letter(id: str) -> None:
    assert claim(id).id == id


@pytest.mark.parametrize(
    "id", ["", "7", "2301-00010", "Lamp", "lamp_2", "-lamp", "lamp-", "a b", "lämp", "a" * 65]
)
def test_any_other_id_is_refused(id: str) -> None:
    with pytest.raises(ValidationError):
        claim(id)


def test_the_text_is_one_line_and_never_empty() -> None:
    assert claim(text="  A lamp\n  glows. ").text == "A lamp glows."
    with pytest.raises(ValidationError, match="the text is empty"):
        claim(text=" \n ")


def test_an_unknown_key_is_refused_and_nothing_can_be_changed() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        claim(colour="red")
    with pytest.raises(ValidationError, match="frozen"):
        claim().text = "Lamps do not glow."  # type: ignore[misc]


def test_one_value_is_a_range_of_one_point() -> None:
    point = Quantity.model_validate({"measure": "glow", "value": 83, "unit": "%"})
    assert (point.low, point.high, str(point)) == (83, 83, "83% glow")


def test_a_range_reads_as_people_write_it() -> None:
    assert str(Quantity(measure="glow", low=76, high=85.5, unit="%")) == "76-85.5% glow"
    assert str(Quantity(measure="delay", low=3, high=3, unit="ms")) == "3 ms delay"
    assert str(Quantity(measure="lamps", low=3, high=4)) == "3-4 lamps"


def test_an_upside_down_range_is_refused_with_both_ends() -> None:
    with pytest.raises(ValidationError, match="upside down: low 9 is above 3"):
        Quantity(measure="glow", low=9, high=3)


def test_text_date_scope_and_quantities_make_a_revision() -> None:
    first = claim()
    changed = [
        claim(text="Another sentence."),
        claim(as_of="2025"),
        claim(scope={"task": "asking"}),
        claim(quantities=[{"measure": "glow", "value": 83}]),
        claim("other-id"),
    ]
    assert len({first.revision, *(other.revision for other in changed)}) == 6


def test_sources_notes_and_search_words_make_no_new_revision() -> None:
    grounded = claim(
        sources=[{"arxiv": "2401.07115"}], note="seen", queries=["lamps"], replaces="old-lamps"
    )
    assert grounded.revision == claim().revision


@given(st.text(max_size=40), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_a_content_hash_depends_on_content_alone(kind: str, content: dict[str, str]) -> None:
    backwards = dict(reversed(content.items()))
    assert content_hash(kind, content) == content_hash(kind, backwards)
    assert content_hash(kind, content) != content_hash(kind, {**content, "one more": ""})


def test_a_claim_and_a_paper_read_back_from_their_json() -> None:
    held = claim(sources=[{"arxiv": "math.CA/0611800v2"}], as_of="2024/2025~")
    assert Claim.model_validate_json(held.model_dump_json()) == held
    read = paper(comment="12 pages", doi="10.1000/1")
    assert Paper.model_validate_json(read.model_dump_json()) == read


def test_a_paper_is_one_version() -> None:
    with pytest.raises(ValidationError, match=r"2503\.00001 has no version"):
        paper("2503.00001")


def test_a_changed_byte_or_place_is_another_passage() -> None:
    first = passage_of(paper())
    same = passage_of(paper())
    moved = first.model_copy(update={"start": 1, "end": first.end + 1})
    reworded = first.model_copy(update={"text": first.text.replace("83", "84")})
    assert first.id == same.id
    assert (
        len(
            {
                first.id,
                type(first)(**moved.model_dump()).id,
                type(first)(**reworded.model_dump()).id,
            }
        )
        == 3
    )


def test_a_passage_of_before_there_were_kinds_keeps_its_name() -> None:
    of = paper()
    was = {
        "paper": str(of.id),
        "source": "abstract",
        "text": of.abstract,
        "start": 0,
        "end": len(of.abstract),
        "page": None,
        "boxes": [],
    }
    assert passage_of(of).id == content_hash("passage", was)


def test_a_passage_over_two_pages_knows_the_page_of_each_word() -> None:
    passage = Passage(
        paper=paper().id,
        source=TextSource.PAPER,
        kind=PassageKind.FOOTNOTE,
        text="Lamps dim.\nThen they glow.",
        start=5,
        end=31,
        page=3,
        later_pages=((11, 5),),
    )
    assert [passage.page_at(place) for place in (0, 10, 11, 25)] == [3, 3, 5, 5]
    assert Passage.model_validate_json(passage.model_dump_json()) == passage


def test_the_content_of_a_paper_changes_with_its_text_and_version_only() -> None:
    first = paper()
    assert first.content == paper(title="Renamed", comment="a note").content
    assert first.content != paper(abstract="Another text entirely.").content
    assert first.content != paper("2503.00001v2").content


def test_a_finding_cites_at_least_one_passage() -> None:
    with pytest.raises(ValidationError):
        type(finding(paper()))(paper=ArxivId("2503.00001", 1), statement="x", citations=())


def test_a_failure_keeps_class_and_message_even_of_a_silent_error() -> None:
    told = Failure.of(FeedError("cut off"), stage="fetch", item_id="cs.CL")
    silent = Failure.of(ValueError(), stage="read", item_id="x", claim_id="lamp")
    assert (told.error, told.message) == ("FeedError", "cut off")
    assert (silent.error, silent.message) == ("ValueError", "ValueError")
    assert told.id != silent.id


def test_an_inquiry_lists_its_anchors_before_the_sources_of_its_claims() -> None:
    anchor = SourceRef(arxiv=ArxivId("2401.00001"))
    held = inquiry(claim(sources=[{"arxiv": "2401.00002"}]), anchors=(anchor,))
    assert [str(ref.arxiv) for ref in held.cited] == ["2401.00001", "2401.00002"]
    assert Inquiry.model_validate_json(held.model_dump_json()) == held
