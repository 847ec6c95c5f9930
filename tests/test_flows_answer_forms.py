"""Answers cite and quote in many forms; each statement gets the verdict that it deserves."""

import time
from collections.abc import Mapping, Sequence

import pytest

from claims.evidence import Paper
from claims.ids import ArxivId
from claims.pages.stated import read_answer
from flows.answer_check import Verdict, check_answer
from tests.fakes import paper

ABSTRACT = "The lanterns keep their own colour. Only few of them follow the asked one. It helps."
NEW = paper(
    "2401.00001v2",
    title="Open Lanterns, Closed Rooms? On the Colours of Twelve Houses",
    abstract=ABSTRACT,
    submitted="2024-01-05",
    revised="2024-12-16",
    authors=("Lucia La Cava", "Anton Flint"),
)
FIRST = paper(
    "2401.00001v1",
    title="A Thousand Lanterns of the North",
    abstract="The lanterns keep their own colour in 85 % of the rooms.",
    submitted="2024-01-05",
    authors=("Lucia La Cava",),
)
OLD = paper(
    "cs/0601001v1", title="Old Wicks", abstract="A wick glows long.", submitted="2006-01-02"
)
RIGHT, OTHER, DATE = Verdict.RIGHT, Verdict.OTHER_PAPER, Verdict.WRONG_DATE


class Versions:
    """A source that knows every version of a few papers."""

    name = "versions"

    def __init__(self, *papers: Paper) -> None:
        self.papers = {p.id: p for p in papers}

    def lookup(self, ids: Sequence[ArxivId]) -> Mapping[ArxivId, Paper | None]:
        """The version asked for, or the latest."""
        return {id: self._said(id) for id in ids}

    def _said(self, id: ArxivId) -> Paper | None:
        held = [p for p in self.papers.values() if p.id.number == id.number]
        newest = max(held, key=lambda p: p.id.version or 0, default=None)
        return self.papers.get(id) if id.version else newest


def verdicts(text: str) -> list[tuple[str, Verdict]]:
    source = Versions(NEW, FIRST, OLD)
    found = check_answer(read_answer(text.encode(), "the answer"), source)  # type: ignore[arg-type] # nothing is fetched here
    return [(one.kind, one.verdict) for one in found]


def of_papers(text: str) -> list[Verdict]:
    return [verdict for kind, verdict in verdicts(text) if kind == "paper"]


def of_quotes(text: str) -> list[Verdict]:
    return [verdict for kind, verdict in verdicts(text) if kind == "quote"]


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        ("L. La Cava and A. Flint. Kettles at home. arXiv preprint arXiv:2401.00001, 2024.", OTHER),
        ("J. Doe. Open lanterns, closed rooms. arXiv preprint arXiv:2401.00001, 2024.", OTHER),
        ("La Cava, L., & Flint, A. (2024). Open Lanterns, Closed Rooms. *arXiv preprint* "  # noqa: ISC004 - one entry
         "arXiv:2401.00001.", RIGHT),
        ("L. La Cava. Open lanterns, closed rooms. arXiv preprint arXiv:2401.00001, 2021.", DATE),
        ("@article{a, title={Kettles}, journal={arXiv preprint arXiv:2401.00001}}", OTHER),
        ("@misc{a, title = {Open {L}anterns, Closed Rooms}, author={La Cava, Lucia and Flint, A.},"  # noqa: ISC004 - one entry
         " eprint={2401.00001}, year={2024}}", RIGHT),
        ("@misc{a, title={Open Lanterns, Closed Rooms}, eprint={2401.00001}, year={2023}}", DATE),
        ("As La Cava & Flint (2024) [arXiv:2401.00001] show, colours stay.", RIGHT),
        ("As Smith & Jones (2024) [arXiv:2401.00001] show, colours stay.", OTHER),
        ("As La Cava et al. (arXiv:2401.00001) show, colours stay.", RIGHT),
        ("1. Lanterns keep the colour they have. arXiv:2401.00001.", RIGHT),
        ("- A Thousand Lanterns of the North — arXiv:2401.00001 (2024)", RIGHT),
        ("- A Thousand Kettles of the South — arXiv:2401.00001 (2024)", OTHER),
    ],
)  # fmt: skip
def test_an_entry_is_right_only_when_what_it_says_of_the_paper_is(
    entry: str, verdict: Verdict
) -> None:
    assert of_papers(entry) == [verdict]


def test_an_entry_of_the_references_is_read_as_one() -> None:
    text = "## References\n\n- A treatise on kettles and their cups. arXiv:2401.00001 (2024)\n"
    assert of_papers(text) == [OTHER]
    assert of_papers(text.removeprefix("## References")) == [RIGHT]


def test_two_entries_of_bibtex_are_two_papers() -> None:
    text = (
        "```\n@misc{a,\n  title={Old Wicks},\n  eprint={cs/0601001},\n  year={2006}\n}\n"
        "@misc{b,\n  title={New Wicks},\n  eprint={2401.00001},\n  year={2024}\n}\n```\n"
    )
    assert of_papers(text) == [RIGHT, OTHER]


def test_a_date_between_two_ids_is_that_of_the_one_before_it() -> None:
    text = "See https://doi.org/10.48550/arXiv.2401.00001 (Jan 2024), also [arXiv:cs/0601001]."
    assert of_papers(text) == [RIGHT, RIGHT]
    assert of_papers(text.replace("Jan 2024", "Mar 2024")) == [DATE, RIGHT]


@pytest.mark.parametrize(
    "quote",
    [
        "“the lanterns keep their own colour”",
        "“[t]he lanterns keep their own colour.”",
        "“The lanterns keep their own colour … Only few of them follow the asked one”",
        "“The lanterns keep their own colour [...] follow the asked one.”",
        "‘Only few of them follow the asked one’",  # noqa: RUF001 - British quotation marks
        "„Only few of them follow the asked one“",
        "“Only few of them follow the asked one,”",
        "“The lanterns keep their own colour in 85 % of the rooms”",
    ],
)
def test_words_are_found_as_people_fit_them_into_a_sentence(quote: str) -> None:
    assert of_quotes(f"It says {quote} (arXiv:2401.00001).") == [RIGHT]


@pytest.mark.parametrize(
    "quote",
    [
        "“The lanterns keep their own colours”",
        "“The lanterns keep their own colour … Nobody follows the asked one”",
        "“The lanterns keep their own colour in 86 % of the rooms”",
    ],
)
def test_other_words_are_not_there_however_they_are_fitted(quote: str) -> None:
    text = f"The abstract says {quote} (arXiv:2401.00001)."
    assert of_quotes(text) == [Verdict.QUOTE_ABSENT]


UNDER = "> A wick glows long and not a day longer\n>\n> — cs/0601001\n"
FOOTER = (
    "<blockquote><p>A wick glows long and not a day longer</p>"
    "<footer>— <a href='https://arxiv.org/abs/cs/0601001'>abstract</a></footer></blockquote>"
)


@pytest.mark.parametrize(
    "text",
    [f"Of arXiv:2401.00001 later.\n\n{UNDER}", f"<p>Of arXiv:2401.00001 later.</p>{FOOTER}"],
)
def test_a_quotation_is_of_the_paper_named_under_it(text: str) -> None:
    source = Versions(NEW, OLD)
    found = check_answer(read_answer(text.encode(), "the answer"), source)  # type: ignore[arg-type] # nothing is fetched here
    (quote,) = [one for one in found if one.kind == "quote"]
    assert quote.arxiv is not None
    assert quote.arxiv.number == "cs/0601001"


@pytest.mark.parametrize(
    "piece",
    [
        "arXiv:2401.00001 ",
        "arXiv:2401.00001 (2024) ",
        "“some words that are quoted here” arXiv:2401.00001 ",
        "@a{title=title=",
        "arxiv: zz9 ",
    ],
)
def test_an_answer_of_one_endless_paragraph_is_read_in_proportion_to_its_length(
    piece: str,
) -> None:
    began = time.process_time()
    read_answer((piece * 1_000).encode(), "the answer")
    short = time.process_time() - began
    began = time.process_time()
    read_answer((piece * 8_000).encode(), "the answer")
    assert time.process_time() - began < 24 * max(short, 0.02)
