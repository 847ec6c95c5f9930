import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.clock import Window, parse_moment
from claims.errors import SourceError
from claims.evidence import Failure, Paper, TextSource
from claims.ids import ArxivId
from papers.dump import DumpSource, paper_of
from papers.sources import Request

ALWAYS = Window(parse_moment("1991-01-01"), parse_moment("2100-01-01"))


def record(id_: str = "2606.00001", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "id": id_,
        "authors": "Ada Example, Bo Sample",
        "title": "Masks and\n  Voices",
        "comments": None,
        "doi": None,
        "categories": "cs.CL cs.AI",
        "abstract": "  We ask whether a played\ncharacter answers as a person would.\n",
        "versions": [{"version": "v1", "created": "Wed, 10 Jun 2026 12:00:00 GMT"}],
        "authors_parsed": [["Example", "Ada", ""], ["Sample", "Bo", "Jr."]],
        **changes,
    }


def versions(*created: str) -> list[dict[str, str]]:
    return [{"version": f"v{n}", "created": text} for n, text in enumerate(created, 1)]


def dump(folder: Path, *lines: Mapping[str, Any] | bytes, name: str = "dump.jsonl") -> DumpSource:
    body = b"\n".join(x if isinstance(x, bytes) else orjson.dumps(x) for x in lines)
    path = folder / name
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return DumpSource(path)


def fetched(
    source: DumpSource, window: Window = ALWAYS, categories: tuple[str, ...] = ()
) -> list[Paper | Failure]:
    return list(source.fetch(Request(window=window, categories=categories)))


def ids(found: list[Paper | Failure]) -> list[str]:
    return [str(p.id) for p in found if isinstance(p, Paper)]


def test_one_record_becomes_its_latest_version() -> None:
    paper = paper_of(
        record(versions=versions("Mon, 2 Apr 2007 19:18:42 GMT", "Tue, 24 Jul 2007 20:10:27 GMT"))
    )
    assert str(paper.id) == "2606.00001v2"
    assert paper.submitted_at == datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)
    assert paper.revised_at == datetime(2007, 7, 24, 20, 10, 27, tzinfo=UTC)


def test_line_breaks_are_layout_and_names_are_put_in_order() -> None:
    paper = paper_of(record())
    assert paper.title == "Masks and Voices"
    assert paper.abstract == "We ask whether a played character answers as a person would."
    assert paper.authors == ("Ada Example", "Bo Sample Jr.")


def test_authors_are_split_where_nothing_is_parsed() -> None:
    plain = record(authors="Ada Example (1),\n Bo Sample and Cy Third", authors_parsed=None)
    assert paper_of(plain).authors == ("Ada Example", "Bo Sample", "Cy Third")


def test_only_our_own_summaries_are_marked_as_sample() -> None:
    assert paper_of(record()).abstract_source is TextSource.ABSTRACT
    assert paper_of(record(abstract_source="summary")).abstract_source is TextSource.SAMPLE


def test_a_withdrawal_is_read_from_the_comment() -> None:
    paper = paper_of(record(comments="This paper has been\n withdrawn by the authors"))
    assert paper.withdrawn
    assert paper.comment == "This paper has been withdrawn by the authors"


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.jsonl.gz"])
def test_plain_and_packed_dumps_give_the_same(tmp_path: Path, name: str) -> None:
    source = dump(tmp_path, record("2606.00001"), record("2606.00002"), name=name)
    assert ids(fetched(source)) == ["2606.00001v1", "2606.00002v1"]
    assert source.name == f"dump:{name}"


def test_the_window_is_half_open_and_counts_the_version_not_the_paper(tmp_path: Path) -> None:
    window = Window(parse_moment("2026-06-01"), parse_moment("2026-06-02"))
    source = dump(
        tmp_path,
        record("2606.00001", versions=versions("Mon, 01 Jun 2026 00:00:00 GMT")),
        record("2606.00002", versions=versions("Tue, 02 Jun 2026 00:00:00 GMT")),
        record("2606.00003", versions=versions("Sun, 31 May 2026 23:59:59 GMT")),
        record("2001.00004", versions=versions("1 Jan 2020 01:00:00 GMT", "1 Jun 2026 9:00 GMT")),
        record("2606.00005", versions=versions("1 Jun 2026 23:00:00 -0200")),
    )
    assert ids(fetched(source, window)) == ["2606.00001v1", "2001.00004v2"]


def test_any_of_the_categories_is_enough(tmp_path: Path) -> None:
    source = dump(tmp_path, record("2606.00001"), record("2606.00002", categories="math.CO"))
    assert ids(fetched(source, categories=("cs.AI", "cs.LG"))) == ["2606.00001v1"]


def test_a_bad_line_is_reported_with_its_place_and_reading_goes_on(tmp_path: Path) -> None:
    source = dump(
        tmp_path,
        record("2606.00001"),
        b"{not json",
        b"[1, 2]",
        {"id": "2606.00009"},
        record("not-an-id"),
        record("2606.00003", versions=versions("the day before yesterday")),
        record("2606.00004", versions=versions("31 Feb 2026 00:00:00 GMT")),
        record("2606.00005", versions=[]),
        record("2606.00006", versions=[{"version": "vX", "created": "1 Jun 2026 00:00:00 GMT"}]),
        record("2606.00007", authors=None, authors_parsed=None),
        b"",
        record("2606.00002"),
    )
    found = fetched(source)
    assert ids(found) == ["2606.00001v1", "2606.00002v1"]
    failures = [f for f in found if isinstance(f, Failure)]
    assert [f.item_id for f in failures] == [f"dump.jsonl:{n}" for n in range(2, 11)]
    assert {f.stage for f in failures} == {"fetch"}
    assert all("\n" not in f.message and f.item_id in f.message for f in failures)


def test_a_record_that_comes_twice_is_given_twice(tmp_path: Path) -> None:
    assert ids(fetched(dump(tmp_path, record(), record()))) == ["2606.00001v1"] * 2


def test_a_file_that_is_missing_or_a_folder_is_named_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(SourceError) as caught:
            fetched(DumpSource(path))
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_cut_off_file_gives_what_it_has_and_then_says_so(tmp_path: Path) -> None:
    lines = [record(f"2606.{n:05d}", title=f"{n * 7919}") for n in range(1, 400)]
    path = dump(tmp_path, *lines, name="dump.jsonl.gz").path
    path.write_bytes(path.read_bytes()[:-2000])
    found: list[Paper | Failure] = []
    with pytest.raises(SourceError, match=r"cut off after line \d+"):
        found.extend(DumpSource(path).fetch(Request(window=ALWAYS)))
    reading = DumpSource(path).fetch(Request(window=ALWAYS))
    assert isinstance(next(reading), Paper)


def test_damaged_bytes_are_a_source_error(tmp_path: Path) -> None:
    path = dump(tmp_path, *[record(f"2606.{n:05d}") for n in range(1, 400)], name="d.gz").path
    body = bytearray(path.read_bytes())
    body[len(body) // 2 :] = b"\xff" * (len(body) - len(body) // 2)
    path.write_bytes(bytes(body))
    with pytest.raises(SourceError, match=r"damaged|cut off"):
        fetched(DumpSource(path))


@pytest.mark.parametrize("lines", [[], [b"# a read-me"], [b"a,b,c"] * 200, [b"{}"] * 200])
def test_a_file_that_is_no_dump_is_told_what_a_dump_is(tmp_path: Path, lines: list[bytes]) -> None:
    with pytest.raises(SourceError, match="one JSON object a line"):
        fetched(dump(tmp_path, *lines))


def test_a_line_longer_than_any_record_is_reported_and_skipped(tmp_path: Path) -> None:
    huge = b'{"id": "' + b"x" * 17_000_000 + b'"}'
    found = fetched(dump(tmp_path, record("2606.00001"), huge, record("2606.00002")))
    assert ids(found) == ["2606.00001v1", "2606.00002v1"]
    assert [f.item_id for f in found if isinstance(f, Failure)] == ["dump.jsonl:2"]


def test_lookup_gives_what_the_dump_holds_and_is_silent_on_the_rest(tmp_path: Path) -> None:
    later = versions("1 Jun 2026 00:00:00 GMT", "2 Jun 2026 00:00:00 GMT")
    source = dump(tmp_path, record("2606.00001"), record("2606.00001", versions=later))
    written = ("2606.00001", "2606.00001v1", "2606.00001v3", "2606.00007")
    asked = [ArxivId.parse(text) for text in written]
    said = source.lookup(asked)
    assert {str(id_): str(p.id) for id_, p in said.items() if p} == {
        "2606.00001": "2606.00001v2",
        "2606.00001v1": "2606.00001v1",
    }
    assert None not in said.values()


@given(st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_no_bytes_make_the_reader_fail_in_an_unforeseen_way(
    tmp_path_factory: pytest.TempPathFactory, line: bytes
) -> None:
    source = dump(tmp_path_factory.mktemp("dump"), record("2606.00001"), line)
    assert ids(fetched(source)) == ["2606.00001v1"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(record())), json_values)
def test_a_record_with_any_value_anywhere_is_a_paper_or_a_failure(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    source = dump(tmp_path_factory.mktemp("dump"), record(), {**record(), key: value})
    assert len(fetched(source)) <= 2
