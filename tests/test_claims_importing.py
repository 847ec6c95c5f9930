"""Importing again updates, duplicates nothing, and never overwrites what a person edited."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.claim import Claim, Inquiry, Note, SourceRef
from claims.errors import LibraryError
from claims.ids import ArxivId
from claims.importing import Change, Imported, What, place
from claims.library import read_inquiry
from tests.fakes import claim


def page(*claims: Claim, **more: object) -> Inquiry:
    values = {"id": "lamps", "question": "Do lamps agree?", "framing": "Who asks?"}
    return Inquiry.model_validate({**values, "claims": claims, **more})


AGREE = claim("lamps-agree", "Lamps that are asked twice agree.", "2024")
BURN = claim("wicks-burn", "Longer wicks burn longer.", "2025~")
ANCHOR = SourceRef(arxiv=ArxivId("2401.00001"), title="The first lamp", year=2024)


def edited(imported: Imported, old: str, new: str) -> None:
    text = imported.file.read_text(encoding="utf-8")
    assert old in text
    imported.file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_page_becomes_a_file_that_reads_back(tmp_path: Path) -> None:
    note = Note(id="why", title="Why?", text="Because.\n\nReally.", sources=(ANCHOR,))
    wanted = page(AGREE, BURN, anchors=(ANCHOR,), notes=(note,), tasks=("Re-test.", "Propose."))
    made = place(tmp_path, wanted)
    assert made.is_new
    assert made.file == tmp_path / "lamps.toml"
    assert read_inquiry(made.file) == wanted


def test_importing_the_same_page_again_changes_no_byte(tmp_path: Path) -> None:
    wanted = page(AGREE, anchors=(ANCHOR,))
    written = place(tmp_path, wanted).file.read_bytes()
    again = place(tmp_path, wanted)
    assert not again.is_new
    assert again.changes == ()
    assert again.file.read_bytes() == written


def test_what_is_only_told_is_no_update(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE, BURN))
    again = place(tmp_path, page(AGREE))
    assert [change.what for change in again.changes] == [What.GONE]
    assert not again.is_updated


def test_a_restated_question_and_orders_follow_the_page(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE, restated="When do lamps agree?", orders=("Be brief.",)))
    again = place(tmp_path, page(AGREE, restated="When would they?", orders=("Cite ids.",)))
    assert (again.inquiry.restated, again.inquiry.orders) == ("When would they?", ("Cite ids.",))
    assert again.is_updated


def test_what_nobody_edited_follows_the_page(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE))
    later = claim("lamps-agree", "Lamps that are asked twice agree.", "2025")
    again = place(tmp_path, page(later, BURN, framing="Who answers?"))
    assert [(c.what, c.field) for c in again.changes] == [
        (What.UPDATED, "framing"), (What.UPDATED, "claims[1].as_of"), (What.ADDED, "wicks-burn"),
    ]  # fmt: skip
    assert [str(held.as_of) for held in again.inquiry.claims] == ["2025", "2025~"]
    assert again.inquiry.framing == "Who answers?"


def test_what_a_person_edited_stays_and_is_told_where_the_page_differs(tmp_path: Path) -> None:
    made = place(tmp_path, page(AGREE))
    edited(made, '"Who asks?"', '"Mine."  # better')
    assert place(tmp_path, page(AGREE)).changes == ()
    again = place(tmp_path, page(AGREE, framing="Who answers?"))
    assert again.changes == (
        Change(what=What.KEPT, field="framing", page_says="Who answers?"),
    )  # fmt: skip
    assert again.inquiry.framing == "Mine."
    assert "# better" in again.file.read_text(encoding="utf-8")


def test_a_claim_that_a_person_removed_does_not_come_back(tmp_path: Path) -> None:
    made = place(tmp_path, page(AGREE, BURN))
    text = made.file.read_text(encoding="utf-8")
    start = text.index('[[claims]]\nid = "wicks-burn"')
    made.file.write_text(text[:start], encoding="utf-8")
    again = place(tmp_path, page(AGREE, BURN))
    assert [held.id for held in again.inquiry.claims] == ["lamps-agree"]
    assert [c.what for c in again.changes] == [What.KEPT]


def test_a_new_wording_is_a_new_claim_that_replaces_the_old_one(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE))
    other = claim("lamps-twice", "Lamps that are asked twice mostly agree.", "2024")
    again = place(tmp_path, page(other))
    assert [(held.id, held.replaces) for held in again.inquiry.claims] == [
        ("lamps-agree", None), ("lamps-twice", "lamps-agree"),
    ]  # fmt: skip
    assert What.REWORDED in {change.what for change in again.changes}
    assert len(place(tmp_path, page(other)).inquiry.claims) == 2


def test_what_is_no_longer_on_the_page_is_kept_and_told(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE, BURN))
    again = place(tmp_path, page(AGREE))
    assert [held.id for held in again.inquiry.claims] == ["lamps-agree", "wicks-burn"]
    assert [c.what for c in again.changes] == [What.GONE]


def test_without_memory_of_the_last_import_nothing_is_overwritten(tmp_path: Path) -> None:
    made = place(tmp_path, page(AGREE))
    (tmp_path / ".imported" / "lamps.json").unlink()
    again = place(tmp_path, page(AGREE, framing="Who answers?"))
    assert again.inquiry.framing == "Who asks?"
    assert [c.what for c in again.changes] == [What.KEPT]
    assert made.file == again.file


def test_ids_stay_unique_over_the_whole_library(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE))
    other = place(tmp_path, page(AGREE, question="Do lamps disagree?"))
    assert other.is_new
    assert other.inquiry.id == "lamps-2"
    assert other.inquiry.claims[0].id == "lamps-agree-2"


def test_a_page_can_be_put_into_an_inquiry_by_its_id(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE))
    again = place(tmp_path, page(AGREE, question="Do all lamps agree?"), into="lamps")
    assert again.inquiry.question == "Do all lamps agree?"
    assert list(tmp_path.glob("*.toml")) == [again.file]


def test_what_was_derived_fills_what_is_empty_and_changes_nothing_else(tmp_path: Path) -> None:
    place(tmp_path, page(AGREE, watch=("lamp light",)), derived=("watch", "categories"))
    other = page(AGREE, watch=("two lamps",), categories=("cs.LN",))
    again = place(tmp_path, other, derived=("watch", "categories"))
    assert again.inquiry.watch == ("lamp light",)
    assert again.inquiry.categories == ("cs.LN",)


def test_a_file_with_claims_written_inline_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "lamps.toml").write_text(
        'claims = [{id = "lamps-agree", text = "Lamps that are asked twice agree.", '
        "as_of = 2024}]\n"
        '[inquiry]\nid = "lamps"\nquestion = "Do lamps agree?"\n',
        encoding="utf-8",
    )
    again = place(tmp_path, page(AGREE, BURN))
    assert [held.id for held in again.inquiry.claims] == ["lamps-agree", "wicks-burn"]


def test_a_broken_library_is_told_and_left_alone(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[inquiry", encoding="utf-8")
    with pytest.raises(LibraryError, match=r"broken\.toml:1"):
        place(tmp_path, page(AGREE))
    assert broken.read_text(encoding="utf-8") == "[inquiry"


texts = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=" \n"), min_size=1, max_size=60
)


@given(texts, st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_any_words_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, narrative: str, tasks: list[str], watch: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("library")
    wanted = page(narrative=narrative, tasks=tuple(tasks), watch=tuple(watch))
    assert place(folder, wanted).inquiry == wanted
