"""The library reads strictly, says where a fault is, and loses nothing when it is added to."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pytest

from claims.claim import Claim
from claims.errors import LibraryError
from claims.library import add_claim, find_claim, read_inquiry, read_library
from tests.fakes import claim

GOOD = """\
# Lanterns, watched since spring.
[inquiry]
id = "lanterns"  # never changes
question = "Do lanterns answer alike?"

[[claims]]
id = "lanterns-agree"
text = "A lantern that is asked twice gives the same colour."
as_of = "2024"  # the year of the fair
sources = [ { arxiv = "arXiv:2401.07115" } ]

# The second one is doubtful.
[[claims]]
id = "lanterns-drift"
text = "A lantern drifts towards amber."
as_of = 2025
quantities = [ { measure = "drift", low = 3, high = 9, unit = "%" } ]
"""


@contextmanager
def files_no_longer_than(n_bytes: int) -> Iterator[None]:
    """A limit of this process: writing beyond it fails as on a full disk, for root as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def written(folder: Path, text: str | bytes = GOOD, name: str = "lanterns.toml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refusal(file: Path) -> LibraryError:
    with pytest.raises(LibraryError) as caught:
        read_inquiry(file)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_file_is_read_with_its_claims_in_order(tmp_path: Path) -> None:
    inquiry = read_inquiry(written(tmp_path))
    assert [held.id for held in inquiry.claims] == ["lanterns-agree", "lanterns-drift"]
    assert [str(held.as_of) for held in inquiry.claims] == ["2024", "2025"]
    assert str(inquiry.claims[0].sources[0].arxiv) == "2401.07115"


def test_the_library_is_read_by_file_name(tmp_path: Path) -> None:
    written(tmp_path, '[inquiry]\nid = "b"\nquestion = "Why?"\n', "2.toml")
    written(tmp_path, '[inquiry]\nid = "c"\nquestion = "Why?"\n', "1.toml")
    written(tmp_path, "not read", "notes.txt")
    assert [inquiry.id for inquiry in read_library(tmp_path)] == ["c", "b"]


def test_the_starter_library_reads() -> None:
    with resources.as_file(resources.files("claims") / "starter") as folder:
        (inquiry,) = read_library(folder)
    assert inquiry.claims
    assert find_claim([inquiry], inquiry.claims[-1].id) == (inquiry, inquiry.claims[-1])
    assert find_claim([inquiry], "no-such-claim") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ('question = "Do', 'question = "Do\n', 4, "not valid TOML"),
        ('as_of = 2025\n', 'as_of = 2025\nas_of = 2026\n', 17, "not valid TOML"),
        ('as_of = "2024"', 'as_off = "2024"', 6, "claims[1].as_of: field required"),
        ('as_of = 2025', 'as_of = 2025\ncolour = "red"', 17, "claims[2].colour: unknown key"),
        ('as_of = "2024"', 'as_of = "June 2024"', 9, "claims[1].as_of: 'June 2024' is not an EDTF"),
        ('as_of = 2025', 'as_of = "2025/.."', 16, "claims[2].as_of: '2025/..' has an open end"),
        ('low = 3, high = 9', 'low = 9, high = 3', 17, "upside down: low 9 is above 3"),
        ('low = 3, ', '', 17, "low: field required"),
        ("arXiv:2401.07115", "2413.07115", 10, "sources[1].arxiv: '2413.07115' is not an arXiv id"),
        ('id = "lanterns-drift"', 'id = "2301-00010"', 14, "needs at least one letter"),
        ('id = "lanterns"', 'id = "Lanterns"', 3, "id: 'Lanterns' is not an id"),
        ('text = "A lantern drifts towards amber."', 'text = " "', 15, "the text is empty"),
        ('question = "Do', 'qestion = "Do', 2, "question: field required"),
        ("[inquiry]", "[enquiry]", 1, "no [inquiry] table"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, problem: str
) -> None:
    assert GOOD.count(old) == 1
    file = written(tmp_path, GOOD.replace(old, new))
    error = refusal(file)
    assert error.file == str(file)
    assert problem in error.problem
    assert error.line == line


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, GOOD.replace("amber", "ämber").encode("latin-1")))
    assert error.line == 15
    assert "not UTF-8" in error.problem


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "cannot be read" in refusal(tmp_path / "folder.toml").problem
    assert "cannot be read" in refusal(tmp_path / "missing.toml").problem


def test_a_missing_or_empty_folder_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no such folder: make a workspace with `retest init`"):
        read_library(tmp_path / "claims")
    with pytest.raises(LibraryError, match=r"no \*\.toml file in here"):
        read_library(tmp_path)


def test_an_id_used_twice_is_told_where_it_stands_the_second_time(tmp_path: Path) -> None:
    written(tmp_path, name="a.toml")
    other = GOOD.replace('"lanterns"', '"lamps"').replace("lanterns-agree", "lamps-agree")
    file = written(tmp_path, other, "b.toml")
    with pytest.raises(LibraryError) as caught:
        read_library(tmp_path)
    assert (caught.value.file, caught.value.line) == (str(file), 14)
    assert caught.value.problem == "id: 'lanterns-drift' is already used in a.toml"


def test_an_added_claim_reads_back_and_everything_else_stays(tmp_path: Path) -> None:
    file = written(tmp_path)
    new = claim(
        "lanterns-sleep",
        'Lanterns "sleep" \\ at noon.',
        "2025-06~",
        sources=[{"arxiv": "2503.00001v2", "title": "Noon"}],
        quantities=[{"measure": "sleep", "value": 2, "unit": "h"}],
        queries=["lantern sleep"],
        replaces="lanterns-drift",
    )
    add_claim(file, new)
    assert file.read_text().startswith(GOOD)
    assert read_inquiry(file).claims[-1] == new
    assert [path.name for path in tmp_path.iterdir()] == ["lanterns.toml"]


def test_the_first_claim_of_an_inquiry_can_be_added(tmp_path: Path) -> None:
    head = '[inquiry]\nid = "lanterns"  # alone\nquestion = "Why?"\n'
    file = written(tmp_path, head)
    add_claim(file, claim())
    add_claim(file, claim("lanterns-second"))
    assert file.read_text().startswith(head)
    assert [held.id for held in read_inquiry(file).claims] == ["lanterns-agree", "lanterns-second"]


def test_a_taken_id_is_refused_and_the_file_stays_as_it_was(tmp_path: Path) -> None:
    file = written(tmp_path)
    with pytest.raises(LibraryError, match="'lanterns-agree' is taken"):
        add_claim(file, claim())
    assert file.read_text() == GOOD
    assert [path.name for path in tmp_path.iterdir()] == ["lanterns.toml"]


def test_nothing_is_lost_when_the_disk_is_full(tmp_path: Path) -> None:
    file = written(tmp_path)
    with (
        files_no_longer_than(len(GOOD) + 10),
        pytest.raises(LibraryError, match="cannot be written"),
    ):
        add_claim(file, claim("lanterns-sleep"))
    assert file.read_text() == GOOD
    assert [path.name for path in tmp_path.iterdir()] == ["lanterns.toml"]


def test_adding_to_a_broken_file_changes_nothing(tmp_path: Path) -> None:
    broken = GOOD.replace("as_of = 2025", "as_of = ")
    file = written(tmp_path, broken)
    with pytest.raises(LibraryError):
        add_claim(file, claim("lanterns-sleep"))
    assert file.read_text() == broken


def test_a_claim_that_was_read_can_be_written_into_another_inquiry(tmp_path: Path) -> None:
    drift = read_inquiry(written(tmp_path)).claims[1]
    other = written(tmp_path, '[inquiry]\nid = "other"\nquestion = "Why?"\n', "other.toml")
    add_claim(other, drift)
    assert read_inquiry(other).claims == (drift,)
    assert isinstance(drift, Claim)


HEAD = '[inquiry]\nid = "lanterns"\nquestion = "Why?"\n'
NESTED = '[[inquiry.claims]]\nid = "nested"\ntext = "It glows."\nas_of = "2024"\n'
BESIDE = '[[claims]]\nid = "beside"\ntext = "It glows."\nas_of = "2024"\n'


@pytest.mark.parametrize("after", ["", BESIDE])
def test_claims_inside_the_inquiry_table_are_refused_with_their_line(
    tmp_path: Path, after: str
) -> None:
    file = written(tmp_path, HEAD + NESTED + after)
    error = refusal(file)
    assert error.line == 4
    assert error.problem == "inquiry.claims: write [[claims]] beside [inquiry], not inside it"
    with pytest.raises(LibraryError):
        add_claim(file, claim())
    assert file.read_text() == HEAD + NESTED + after


def test_a_claim_is_not_added_to_an_inline_array_and_nothing_is_changed(tmp_path: Path) -> None:
    inline = 'claims = [ {id = "inline", text = "It glows.", as_of = "2024"} ]\n' + HEAD
    file = written(tmp_path, inline)
    with pytest.raises(LibraryError, match=r"write each claim as a \[\[claims\]\] table"):
        add_claim(file, claim())
    assert file.read_text() == inline


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    head = HEAD.replace("\n", "\r\n").encode()
    file = written(tmp_path, head)
    add_claim(file, claim())
    assert file.read_bytes().startswith(head)
    assert read_inquiry(file).claims == (claim(),)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    file = written(tmp_path, b"\xef\xbb\xbf" + HEAD.encode())
    add_claim(file, claim())
    assert read_inquiry(file).claims == (claim(),)


def test_a_link_stays_a_link_and_the_mode_stays(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD, "kept.txt")
    file.chmod(0o600)
    link = tmp_path / "lanterns.toml"
    link.symlink_to(file)
    add_claim(link, claim())
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_inquiry(link).claims == (claim(),)


def test_a_folder_with_the_name_of_a_draft_is_no_obstacle(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD)
    obstacle = tmp_path / ".lanterns.toml.draft"
    obstacle.mkdir()
    add_claim(file, claim())
    assert read_inquiry(file).claims == (claim(),)
    assert set(tmp_path.iterdir()) == {file, obstacle}
