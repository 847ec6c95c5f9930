"""The back-test: old claims against newer papers, records against what beats them."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.backtest import ELSEWHERE, alarms, chains, held, withdrawn
from agents.rules_judge import RulesJudge
from claims.claim import Claim
from claims.dates import ClaimDate
from claims.errors import LibraryError, SettingsError
from claims.evidence import Paper
from claims.ids import ArxivId

DIARY = "A written diary keeps the tone of dialogue agents stable."


def claim(as_of: str) -> Claim:
    return Claim(id="diary", text=DIARY, as_of=ClaimDate(as_of))


def paper(abstract: str, day: datetime) -> Paper:
    return Paper(
        id=ArxivId("2506.00001", 1),
        title="On agents",
        authors=("R. Example",),
        abstract=abstract,
        submitted_at=day,
        revised_at=day,
    )


def written(folder: Path, *rows: object) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_only_papers_newer_than_a_claim_are_read() -> None:
    papers = [
        paper(DIARY, datetime(2023, 5, 1, tzinfo=UTC)),
        paper(DIARY, datetime(2025, 5, 1, tzinfo=UTC)),
    ]
    told = asyncio.run(held(RulesJudge(), [claim("2024")], papers))
    assert (told["pairs"], told["admitted"], told["relations"]) == (1, 1, {"SUPPORTS": 1})
    assert told["told"][0]["quote"] == DIARY


def test_a_claim_that_no_paper_bears_on_gives_no_alarm() -> None:
    papers = [paper(DIARY, datetime(2025, 5, 1, tzinfo=UTC))]
    told = asyncio.run(alarms(RulesJudge(), ELSEWHERE, papers))
    assert (told["pairs"], told["admitted"]) == (5, 0)


def test_a_record_is_superseded_by_what_beats_it_and_not_by_what_does_not(tmp_path: Path) -> None:
    chain = [
        {"year": 2019, "model": "A", "score": 61.5},
        {"year": 2021, "model": "B", "score": 80.25},
        {"year": 2021, "model": "C", "score": 81.5},
    ]
    row = {"section": "Lamps > LampBank", "metric": "Accuracy", "lower_better": False}
    slower = {**row, "lower_better": True}
    file = written(tmp_path, {**row, "chain": chain}, {**slower, "chain": chain})
    told = asyncio.run(chains(RulesJudge(), file))
    assert (told["steps"], told["left_out"]) == (1, 1)
    assert "SUPERSEDES" not in told["said_of_worse"]


def test_a_chain_that_is_none_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"rows.jsonl:1: not a chain"):
        asyncio.run(chains(RulesJudge(), written(tmp_path, {"chain": [{"year": "soon"}]})))
    with pytest.raises(SettingsError, match="no chain of results"):
        asyncio.run(chains(RulesJudge(), written(tmp_path)))


def test_a_notice_of_withdrawal_is_seen_where_it_is_said(tmp_path: Path) -> None:
    rows = (
        {"retraction_comment": "This paper has been withdrawn by the author: Lemma 2 is wrong"},
        {"retraction_comment": "Lemma 2 is wrong"},
    )
    told = withdrawn(written(tmp_path, *rows))
    assert told == {"notices": 2, "seen": 1, "that_name_it": 1, "seen_of_these": 1.0}
