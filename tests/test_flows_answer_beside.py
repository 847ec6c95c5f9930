"""What stands beside an id in an answer is of that paper: its link, its date, its mark."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from claims.evidence import Paper
from claims.ids import ArxivId
from claims.pages.stated import read_answer
from flows.answer_check import Checked, Verdict, check_answer
from papers.sources import Request
from tests.fakes import paper

WICKS = paper(
    "2401.00001v1",
    title="Wicks and Nights: A Study of Twelve Lamps",
    abstract="Wicks are multifunctional. Longer ones burn for 12 nights in all towns but one.",
    submitted="2024-01-05",
    authors=("Ida Flint",),
)
OILS = paper(
    "2503.00001v1",
    title="Oils and Towns",
    abstract="Oil decides little. The share of it falls by 55 % within a year.",
    submitted="2025-03-04",
    authors=("Ben Copper",),
)
RIGHT, OTHER, DATE = Verdict.RIGHT, Verdict.OTHER_PAPER, Verdict.WRONG_DATE


class Shelf:
    """A source that knows two papers, and for certain that there are no others."""

    name = "shelf"

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """The paper of each number."""
        held = {p.id.number: p for p in (WICKS, OILS)}
        return {id: held.get(id.number) for id in ids}

    def fetch(self, request: Request) -> Iterator[Paper]:
        """Both, whatever is asked."""
        yield from (WICKS, OILS) if request.phrases else ()


def checked(text: str) -> list[Checked]:
    return list(check_answer(read_answer(text.encode(), "the answer"), Shelf()))


def verdicts(text: str, kind: str = "paper") -> list[Verdict]:
    return [one.verdict for one in checked(text) if one.kind == kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Confirmed by [Oils and Towns](https://arxiv.org/abs/2401.00001).", [OTHER]),
        ("Confirmed by [Oils and Towns](https://arxiv.org/abs/2503.00001).", [RIGHT]),
        ("As [arXiv:2401.00001](https://arxiv.org/abs/2503.00001) says.", [RIGHT, OTHER]),
        ("As [2401.00001](https://arxiv.org/abs/2401.00001v1) says.", [RIGHT]),
        ("See https://huggingface.co/papers/2401.00001 (Oils and Towns).", [OTHER]),
        ("See https://www.alphaxiv.org/abs/2401.99999.", [Verdict.NOT_FOUND]),
        ("According to *Wicks and Nights: A Study…* (arXiv:2401.00001), yes.", [RIGHT]),
    ],
)
def test_a_title_is_that_of_the_link_or_of_the_words_before_the_id(
    text: str, expected: list[Verdict]
) -> None:
    assert verdicts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(Flint 2024; arXiv:2401.00001; see also 2503.00001)", [RIGHT, RIGHT]),
        ("arXiv:2401.00001 “Wicks and Nights” (Flint, 2023)", [DATE]),
        ("- I. Flint, “Wicks and Nights,” arXiv:2401.00001, 2023.", [DATE]),
        ("“Wicks and Nights” by Flint et al., arXiv:2401.00001v1 [cs.CL] 5 Jan 2024", [RIGHT]),
        ("Flint & Wick 2023 (arXiv:2401.00001) say so.", [DATE]),
        ("| 1 | Wicks and Nights (arXiv:2401.00001) | May 2024 | long |", [DATE]),
        ("It glows (arXiv 2401.00001). It was first posted in February 2024.", [DATE]),
        ("Both arXiv:2401.00001 (January 2024) and arXiv:2503.00001 (2025)", [RIGHT, RIGHT]),
    ],
)  # fmt: skip
def test_a_date_is_that_of_the_paper_it_stands_beside(text: str, expected: list[Verdict]) -> None:
    assert verdicts(text) == expected


NUMBERED = """\
According to Copper [2], "the share of it falls by 55 % within a year".

> Longer ones burn for 12 nights in all towns but one.
>
> — Flint et al. [1]

Sources:
[1] I. Flint, "Wicks and Nights," arXiv:2401.00001, 2024.
[2] Oils and Towns, arXiv:2503.00001
"""


def test_marks_lead_from_a_quotation_to_its_entry_in_the_references() -> None:
    quotes = [one for one in checked(NUMBERED) if one.kind == "quote"]
    assert [(str(one.arxiv), one.verdict) for one in quotes] == [
        ("2503.00001v1", RIGHT),
        ("2401.00001v1", RIGHT),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It says “wicks are multifunctional” (arXiv:2401.00001).",
        "It says 'Longer ones burn for 12 nights' (arXiv:2401.00001).",
        "<p>It says <q>Longer ones burn for 12 nights</q> (arXiv:2401.00001).",
        "2401.00001: Wicks and Nights (Flint, 2024). “longer ones burn for 12 nights”",
    ],
)
def test_words_are_quoted_in_single_marks_by_markup_and_in_few_words(text: str) -> None:
    assert verdicts(text, "quote") == [RIGHT]
    assert verdicts(text) == [RIGHT]


def test_a_title_without_an_id_is_looked_for_and_is_no_quotation() -> None:
    known, unknown = checked(
        "“Wicks and Nights: A Study of …” and “Candles of the South” (Ada, 2026)"
    )
    assert (known.verdict, str(known.arxiv)) == (RIGHT, "2401.00001v1")
    assert unknown.verdict is Verdict.UNCHECKED
    assert unknown.why == "a title without an arXiv id; no paper of that title was found"
