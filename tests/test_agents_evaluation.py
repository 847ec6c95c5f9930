"""The evaluation: what it counts, on judges whose answers are known."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.evaluation import answered, retrieved, scored, stood
from agents.judge import Reading
from agents.labelled import Pair, pairs_in, reading_of
from claims.claim import Claim
from claims.errors import LibraryError, SettingsError
from claims.evidence import Citation, Finding, Passage, Relation, Signature, Verdict

SAYS = {
    "yes": (Relation.SUPPORTS, 0.9),
    "no": (Relation.CONTRADICTS, 0.8),
    "hardly": (Relation.CONTRADICTS, 0.3),
    "partly": (Relation.QUALIFIES, 0.7),
}


class WordJudge:
    """Answers by the first word of the evidence; doubts whatever holds "doubt"."""

    signature = Signature(judge="word", model="none", prompt_version="1")
    threshold = 0.5

    async def extract(self, claim: Claim, reading: Reading) -> tuple[Finding, ...]:
        del claim
        return tuple(
            Finding(
                paper=reading.paper.id,
                statement=sentence,
                citations=(Citation(passage_id=passage.id, quote=sentence),),
            )
            for passage in reading.passages
            for sentence in passage.text.split(". ")
        )

    async def repair(self, claim: Claim, citation: Citation, passage: Passage) -> Citation:
        del claim, passage
        return citation

    async def compare(self, claim: Claim, finding: Finding) -> Verdict:
        del claim
        relation, sure = SAYS.get(finding.statement.split()[0], (Relation.NO_BEARING, 1.0))
        return Verdict(relation=relation, reason="its first word", confidence=sure)

    async def second_look(self, claim: Claim, quote: str, proposed: Relation) -> Verdict:
        del claim
        relation = Relation.NOT_COMPARABLE if "doubt" in quote else proposed
        return Verdict(relation=relation, reason="looked again", confidence=1.0)


def pair(evidence: str, label: str, group: str = "") -> Pair:
    return Pair(claim="Diaries keep the tone.", evidence=evidence, label=label, group=group)


def figures(*pairs: Pair) -> dict[str, object]:
    return asyncio.run(scored(WordJudge(), pairs))


def written(folder: Path, *rows: object, name: str = "rows.jsonl") -> Path:
    file = folder / name
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if name.endswith(".gz"):
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("evidence", "forced", "admitted"),
    [
        ("yes it does", "SUPPORT", "SUPPORT"),
        ("hardly ever", "REFUTE", "NEI"),
        ("no doubt", "REFUTE", "NEI"),
        ("bees dance", "NEI", "NEI"),
        ("hardly ever. yes it does", "SUPPORT", "SUPPORT"),
        ("yes doubt. no never", "SUPPORT", "REFUTE"),
        ("", "NEI", "NEI"),
    ],
)
def test_an_answer_is_admitted_above_the_threshold_when_the_second_look_carries_it(
    evidence: str, forced: str, admitted: str
) -> None:
    answer = asyncio.run(answered(WordJudge(), pair(evidence, "NEI")))
    assert (answer.forced, answer.admitted) == (forced, admitted)


def test_precision_recall_and_confusion_are_counted_by_class() -> None:
    told = figures(
        pair("yes", "SUPPORT"), pair("yes", "REFUTE"), pair("no", "REFUTE"), pair("bees", "NEI")
    )
    admitted = told["admitted"]
    assert isinstance(admitted, dict)
    assert admitted["accuracy"] == 0.75
    support = admitted["classes"]["SUPPORT"]
    told_of = {name: support[name] for name in ("precision", "recall", "gold", "told")}
    assert told_of == {"precision": 0.5, "recall": 1.0, "gold": 1, "told": 2}
    assert admitted["confusion"]["REFUTE"] == {"SUPPORT": 1, "REFUTE": 1, "NEI": 0}
    assert admitted["abstained"] == 0.25


def test_a_class_that_was_never_told_has_no_precision() -> None:
    told = figures(pair("bees", "SUPPORT"))
    admitted = told["admitted"]
    assert isinstance(admitted, dict)
    assert admitted["classes"]["SUPPORT"]["precision"] is None


def test_qualifies_is_mixed_only_where_mixed_is_a_label() -> None:
    def told(*pairs: Pair) -> object:
        admitted = figures(*pairs)["admitted"]
        assert isinstance(admitted, dict)
        return admitted["accuracy"]

    assert told(pair("partly", "MIXED")) == 1.0
    assert told(pair("partly", "NEI")) == 1.0


def test_calibration_compares_what_was_said_with_what_was_right() -> None:
    forced = figures(pair("yes", "SUPPORT"), pair("yes", "REFUTE"))["forced"]
    assert isinstance(forced, dict)
    assert forced["reliability"] == [{"from": 0.9, "pairs": 2, "said": 0.9, "right": 0.5}]
    assert forced["calibration_error"] == 0.4


def test_groups_have_figures_of_their_own() -> None:
    groups = figures(pair("yes", "SUPPORT", "a"), pair("no", "SUPPORT", "b"))["groups"]
    assert isinstance(groups, dict)
    assert {name: one["admitted"]["accuracy"] for name, one in groups.items()} == {"a": 1, "b": 0}


@given(st.lists(st.tuples(st.sampled_from(["yes", "no", "bees"]), st.sampled_from("SRN"))))
def test_the_interval_holds_the_figure(said: list[tuple[str, str]]) -> None:
    names = {"S": "SUPPORT", "R": "REFUTE", "N": "NEI"}
    forced = figures(pair("yes", "SUPPORT"), *(pair(e, names[x]) for e, x in said))["forced"]
    assert isinstance(forced, dict)
    low, high = forced["macro_f1_95"]
    assert 0 <= low <= high <= 1


def test_retrieval_counts_claims_with_a_whole_rationale_among_three(tmp_path: Path) -> None:
    rows = (
        {"claim": "c", "abstract": ["yes one", "two"], "rationales": [[0]], "label": "SUPPORT"},
        {"claim": "c", "abstract": ["a", "b", "c", "yes d"], "rationales": [[3]], "label": "X"},
        {"claim": "c", "abstract": ["a"], "rationales": [], "label": "NEI"},
    )
    told = asyncio.run(retrieved(WordJudge(), written(tmp_path, *rows)))
    assert told["claims"] == 2
    assert 0 < told["recall@3"] <= 1


def test_a_standing_is_contested_when_admitted_evidence_disagrees(tmp_path: Path) -> None:
    rows = (
        {"claim": "a", "verdict": "contested", "evidence": ["yes", "no"]},
        {"claim": "b", "verdict": "confirmed", "evidence": ["yes", "bees"]},
        {"claim": "c", "verdict": "untested"},
        {"claim": "d", "verdict": "refuted"},
    )
    told = asyncio.run(stood(WordJudge(), written(tmp_path, *rows), {"c": ["bees"]}))
    assert (told["claims"], told["left_out"], told["accuracy"]) == (3, 1, 1.0)


def test_pairs_are_read_from_plain_and_gzipped_files(tmp_path: Path) -> None:
    row = {"claim": "c", "evidence": "e", "label": "NEI", "dataset": "d"}
    for name in ("rows.jsonl", "rows.jsonl.gz"):
        (read,) = pairs_in(written(tmp_path, row, name=name), "dataset")
        assert read == Pair(claim="c", evidence="e", label="NEI", group="d")


def test_a_whole_abstract_can_stand_in_the_place_of_evidence(tmp_path: Path) -> None:
    row = {"claim": "c", "abstract": ["Yes. ", "It is\nso."], "label": "SUPPORT"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (pair,) = pairs_in(tmp_path / "rows.jsonl")
    assert pair.evidence == "Yes. It is so."


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "rows.jsonl:1: not JSON"),
        ("[]", "rows.jsonl:1: not a JSON object"),
        ('{"claim": "c", "evidence": "e", "label": "MAYBE"}', "`label` is not SUPPORT"),
        ('{"claim": 1, "evidence": "e", "label": "NEI"}', "`claim` is not a text"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(LibraryError, match=told):
        pairs_in(file)


def test_a_file_that_is_missing_or_empty_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        pairs_in(tmp_path / "none.jsonl")
    with pytest.raises(SettingsError, match="has no pair"):
        pairs_in(written(tmp_path))


def test_a_reading_of_nothing_has_no_passage() -> None:
    assert reading_of("  ").passages == ()
