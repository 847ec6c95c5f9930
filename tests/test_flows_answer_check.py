"""An answer is checked statement by statement, and what could not be checked is never right."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from claims.errors import FeedError
from claims.evidence import Paper, TextSource
from claims.ids import ArxivId
from claims.pages.stated import read_answer
from flows.answer_check import Checked, Text, Texts, Verdict, abstract_of, check_answer
from papers.dump import DumpSource
from tests import lamps
from tests.fakes import paper

FIRST = paper(
    "2401.00001v2",
    title="The First Lantern: A Study of Twelve Rooms",
    abstract="A lantern was asked twice and gave the same colour in all 12 trials.",
    submitted="2024-01-05",
    revised="2024-06-01",
)
OTHER = paper(
    "2503.00001v1",
    title="Another Lantern Altogether",
    abstract="Nothing is said of rooms; a lantern cools down in 9 minutes here.",
    submitted="2025-03-04",
)


class Shelf:
    """A source that knows a few papers, and for certain that there are no others."""

    name = "shelf"

    def __init__(self, *papers: Paper, certain: bool = True) -> None:
        self.papers = {p.id.number: p for p in papers}
        self.certain = certain

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        said = {id: self._said(id) for id in ids}
        return said if self.certain else {id: p for id, p in said.items() if p}

    def _said(self, id: ArxivId) -> Paper | None:
        found = self.papers.get(id.number)
        return found if found and id.version in {None, found.id.version} else None


class Unreachable(Shelf):
    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        raise FeedError(f"arXiv cannot be reached for {len(ids)} ids")


def checked(text: str, shelf: Shelf | None = None, texts: Texts = abstract_of) -> list[Checked]:
    answer = read_answer(text.encode(), "the answer")
    return list(check_answer(answer, shelf or Shelf(FIRST, OTHER), texts))  # type: ignore[arg-type] # nothing is fetched here


def verdicts(text: str, shelf: Shelf | None = None, texts: Texts = abstract_of) -> list[Verdict]:
    return [one.verdict for one in checked(text, shelf, texts)]


@pytest.mark.parametrize(
    "text",
    [
        "The First Lantern (arXiv:2401.00001, 2024) was patient.",
        "- arXiv:2401.00001 (2024) — The First Lantern: A Study of Twelve Rooms",
        "See [The First Lantern](https://arxiv.org/abs/2401.00001v2) for more.",
        "<p>As shown in <i>The First Lantern</i> (<a href='https://arxiv.org/pdf/2401.00001'>x</a>)",
        "“The First Lantern: A Study of Twelve Rooms”, Ida Lampwright, January 2024, 2401.00001",
        "It was patient (arXiv:2401.00001).",
    ],
)
def test_a_paper_that_is_cited_rightly_is_right(text: str) -> None:
    assert verdicts(text) == [Verdict.RIGHT]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- arXiv:2503.00001 — The First Lantern", Verdict.OTHER_PAPER),
        ("A Paper About Something Else Entirely (arXiv:2401.00001)", Verdict.OTHER_PAPER),
        ("- B. Wick et al. “The First Lantern”, arXiv:2401.00001", Verdict.OTHER_PAPER),
        ("The First Lantern (2023, arXiv:2401.00001)", Verdict.WRONG_DATE),
        ("- arXiv:2401.00001 (June 2024) — The First Lantern", Verdict.WRONG_DATE),
        ("It was patient (arXiv:2499.12345).", Verdict.NOT_FOUND),
        ("It was patient (arXiv:2402.00002).", Verdict.NOT_FOUND),
        ("It was patient (arXiv:2401.00001v9).", Verdict.NOT_FOUND),
        ("It was patient (arXiv:lamps/xyz).", Verdict.NOT_FOUND),
    ],
)
def test_what_is_wrong_with_a_cited_paper_is_told(text: str, verdict: Verdict) -> None:
    assert verdicts(text) == [verdict]


def test_a_quote_that_stands_in_the_abstract_is_right() -> None:
    text = "It “gave the same colour in all 12 trials” (arXiv:2401.00001)."
    assert verdicts(text) == [Verdict.RIGHT, Verdict.RIGHT]


def test_a_changed_number_in_a_quote_is_not_right() -> None:
    text = "Its abstract says “gave the same colour in all 13 trials” (arXiv:2401.00001)."
    assert verdicts(text)[1:] == [Verdict.QUOTE_ABSENT]


def test_words_of_another_cited_paper_are_told_as_such() -> None:
    text = (
        "“a lantern cools down in 9 minutes” (arXiv:2401.00001).\n\nCompare also arXiv:2503.00001."
    )
    last = checked(text)[-1]
    assert last.verdict is Verdict.OTHER_PAPER
    assert str(last.arxiv) == "2503.00001v1"


def test_without_the_full_text_a_missing_quote_could_not_be_checked() -> None:
    text = "It says “lanterns are mostly kind to their owners” (arXiv:2401.00001)."
    last = checked(text)[-1]
    assert last.verdict is Verdict.UNCHECKED
    assert "its full text was not read" in last.why


def test_with_the_full_text_a_missing_quote_is_absent_and_a_present_one_right() -> None:
    words = "Long after, lanterns are mostly kind to their owners."
    whole = Text(says=lambda quote: quote in words)
    there = "It says “lanterns are mostly kind to their owners” (arXiv:2401.00001)."
    absent = there.replace("kind", "cruel")
    assert verdicts(there, texts=lambda _: whole)[1:] == [Verdict.RIGHT]
    assert verdicts(absent, texts=lambda _: whole)[1:] == [Verdict.QUOTE_ABSENT]


def test_a_quotation_set_off_is_checked_with_the_paper_beneath_it() -> None:
    text = "> gave the same colour in all 12 trials\n> — arXiv:2401.00001\n"
    assert verdicts(text) == [Verdict.RIGHT, Verdict.RIGHT]


def test_titles_and_single_terms_in_quotation_marks_are_no_quotations() -> None:
    text = "“The First Lantern” is about a “true colour” (arXiv:2401.00001)."
    assert verdicts(text) == [Verdict.RIGHT]


def test_a_source_out_of_reach_leaves_everything_unchecked() -> None:
    text = "The First Lantern (arXiv:2401.00001) says “gave the same colour in all 12 trials”."
    assert set(verdicts(text, Unreachable())) == {Verdict.UNCHECKED}


def test_a_source_that_may_be_a_part_of_arxiv_never_says_not_found() -> None:
    assert verdicts("arXiv:2402.00002", Shelf(certain=False)) == [Verdict.UNCHECKED]


def test_words_of_the_sample_are_not_taken_for_the_authors() -> None:
    ours = FIRST.model_copy(update={"abstract_source": TextSource.SAMPLE})
    text = "Its abstract says “gave the same colour in all 12 trials” (arXiv:2401.00001)."
    assert verdicts(text, Shelf(ours))[1:] == [Verdict.UNCHECKED]


def test_a_metadata_dump_serves_as_the_source(tmp_path: Path) -> None:
    dump = lamps.write_dump(tmp_path / "dump.jsonl", lamps.FIRST)
    answer = read_answer(
        b'The first lantern (arXiv:2401.00001): "gave the same colour in all 12 trials".', "it"
    )
    found = check_answer(answer, DumpSource(dump))
    assert [one.verdict for one in found] == [Verdict.RIGHT, Verdict.RIGHT]
