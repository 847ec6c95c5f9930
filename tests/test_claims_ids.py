"""Every written form of an arXiv id is read, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from claims.errors import CitationError
from claims.ids import ArxivId


@pytest.mark.parametrize(
    "written",
    [
        "2401.07115v2",
        " 2401.07115v2 ",
        "arXiv:2401.07115v2",
        "ARXIV: 2401.07115v2",
        "arxiv.org/abs/2401.07115v2",
        "http://arxiv.org/abs/2401.07115v2",
        "https://www.arxiv.org/abs/2401.07115v2/",
        "https://export.arxiv.org/abs/2401.07115v2",
        "https://arxiv.org/pdf/2401.07115v2",
        "https://arxiv.org/pdf/2401.07115v2.pdf",
        "https://arxiv.org/pdf/2401.07115v2.PDF",
        "https://arxiv.org/html/2401.07115v2#S2",
        "https://arxiv.org/abs/2401.07115v2?context=cs",
        "https://arxiv.org/abs/2401.07115v2/?context=cs",
        "https://arxiv.org/pdf/2401.07115v2.pdf?download=1",
        "10.48550/arXiv.2401.07115v2",
        "doi: 10.48550/arxiv.2401.07115v2",
        "https://doi.org/10.48550/arXiv.2401.07115v2",
        "http://dx.doi.org/10.48550/arXiv.2401.07115v2",
        "oai:arXiv.org:2401.07115v2",
    ],
)
def test_every_written_form_of_a_version_is_the_same_id(written: str) -> None:
    assert ArxivId.parse(written) == ArxivId("2401.07115", 2)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("hep-th/9901001", "hep-th/9901001"),
        ("https://arxiv.org/abs/quant-ph/0703123", "quant-ph/0703123"),
        ("oai:arXiv.org:cs/0112017", "cs/0112017"),
        ("math.CA/0611800", "math/0611800"),
        ("arXiv:cs.CL/0502001", "cs/0502001"),
        ("cond-mat.mes-hall/0407001", "cond-mat/0407001"),
    ],
)
def test_an_old_id_is_kept_without_its_subject_class(written: str, number: str) -> None:
    assert ArxivId.parse(written) == ArxivId(number)
    assert ArxivId.parse(f"{written}v3") == ArxivId(number, 3)


@pytest.mark.parametrize(
    "edge", ["0704.0001", "1412.9999", "1501.00001", "hep-th/9107001", "math/0703999"]
)
def test_the_first_and_last_month_of_each_style_are_read(edge: str) -> None:
    assert ArxivId.parse(edge).number == edge


@pytest.mark.parametrize(
    "written",
    [
        "",
        "lantern",
        "0703.0001",
        "1412.00001",
        "1501.0001",
        "2400.00001",
        "2413.00001",
        "2401.071155",
        "2401.0711",
        "2401.07115v0",
        "2401.07115v",
        "2401.07115v-1",
        "2401.07115v2v3",
        "2401.07115 2401.07116",
        "math/0704001",
        "math/9106001",
        "math/9913001",
        "math/061180",
        "10.1000/arXiv.2401.07115",
        "https://evil.example/arxiv.org/abs/2401.07115",
        "https://arxiv.org.evil.example/abs/2401.07115",
        "../2401.07115",
        "２４０１.０７１１５",  # noqa: RUF001 - digits that are no ASCII digits
    ],
)
def test_what_is_no_id_is_refused_with_a_way_to_write_it(written: str) -> None:
    with pytest.raises(CitationError, match=r"is not an arXiv id: write it as 2401\.07115"):
        ArxivId.parse(written)


@given(
    year=st.integers(15, 99),
    month=st.integers(1, 12),
    serial=st.integers(0, 99_999),
    version=st.none() | st.integers(1, 99),
)
def test_an_id_reads_back_from_its_own_text_and_address(
    year: int, month: int, serial: int, version: int | None
) -> None:
    id = ArxivId(f"{year:02}{month:02}.{serial:05}", version)
    assert ArxivId.parse(str(id)) == id
    assert ArxivId.parse(id.url) == id
    assert id.unversioned == ArxivId(id.number)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_what_is_read_is_canonical(text: str) -> None:
    try:
        id = ArxivId.parse(text)
    except CitationError:
        return
    assert ArxivId.parse(str(id)) == id


def test_ids_in_running_text_are_found_once_and_in_order() -> None:
    text = (
        "As arXiv:2503.00002v1 shows (see https://arxiv.org/abs/hep-th/9901001 and "
        "doi 10.48550/arXiv.2401.07115), unlike ArXiv: 2503.00002V1."
    )
    assert [str(id) for id in ArxivId.in_text(text)] == [
        "2503.00002v1",
        "hep-th/9901001",
        "2401.07115",
    ]


def test_a_number_without_a_mark_or_with_an_impossible_month_is_no_id_in_text() -> None:
    assert ArxivId.in_text("It costs 2401.07115 crowns, and arXiv:2413.00001 is nothing.") == ()


def test_a_field_takes_any_form_and_keeps_the_canonical_one() -> None:
    class Lamp(BaseModel):
        paper: ArxivId

    lamp = Lamp.model_validate({"paper": "https://arxiv.org/pdf/math.CA/0611800v2.pdf"})
    assert lamp.model_dump_json() == '{"paper":"math/0611800v2"}'
    with pytest.raises(ValidationError, match="is not an arXiv id"):
        Lamp.model_validate({"paper": 2401.07115001})


@pytest.mark.parametrize("text", ["arXiv:2401.071159", "arXiv:hep-th/99010011"])
def test_an_id_with_a_digit_too_many_is_no_id_in_text(text: str) -> None:
    assert ArxivId.in_text(text) == ()
