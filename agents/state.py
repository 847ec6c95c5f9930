"""What the graph carries between its steps: plain JSON values, written and read here alone.

A checkpoint must be readable by any later version and must never hold an object, so the state
and every piece of work hold dicts and strings. Nodes see the typed values. A `VerifiedCitation`
is never written: it is made again by `claims.verify.verify` whenever a piece of work is read.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self, TypedDict

from agents.judge import Reading
from claims.evidence import Citation, Finding, Paper, Passage, Verdict

Json = dict[str, Any]


class RetestState(TypedDict, total=False):
    """The state that all branches share. Lists grow by `operator.add` in any order."""

    queries: list[str]
    papers: list[str]
    """Ids of the paper versions found, whether or not their branch has ended."""
    kept: Annotated[list[Json], operator.add]
    """Work that has come to its end: verified, and looked at twice where needed."""
    failures: Annotated[list[Json], operator.add]
    n_judge_calls: Annotated[int, operator.add]


@dataclass(frozen=True, kw_only=True)
class Work:
    """One finding on its way: with its paper and only those passages that it cites."""

    paper: Paper
    passages: tuple[Passage, ...]
    finding: Finding
    verdict: Verdict | None = None
    """None until compared."""

    @classmethod
    def begin(cls, reading: Reading, finding: Finding) -> Self:
        """The finding with what it needs of the reading; the rest of the text stays behind."""
        cited = {citation.passage_id for citation in finding.citations}
        return cls(
            paper=reading.paper,
            passages=tuple(passage for passage in reading.passages if passage.id in cited),
            finding=finding,
        )

    @property
    def bearing(self) -> Verdict:
        """The verdict, once there is one."""
        if self.verdict is None:
            raise ValueError(f"the finding {self.finding.id} was not compared yet")
        return self.verdict

    def passage_of(self, citation: Citation) -> Passage | None:
        """The passage that the citation names; None when it was not shown."""
        return next((p for p in self.passages if p.id == citation.passage_id), None)


def write_work(work: Work) -> Json:
    """The work as plain JSON values."""
    return {
        "paper": work.paper.model_dump(mode="json"),
        "passages": [passage.model_dump(mode="json") for passage in work.passages],
        "finding": work.finding.model_dump(mode="json"),
        "verdict": work.verdict and work.verdict.model_dump(mode="json"),
    }


def read_work(written: Mapping[str, Any]) -> Work:
    """The work that was written."""
    verdict = written["verdict"]
    return Work(
        paper=Paper.model_validate(written["paper"]),
        passages=tuple(Passage.model_validate(passage) for passage in written["passages"]),
        finding=Finding.model_validate(written["finding"]),
        verdict=verdict and Verdict.model_validate(verdict),
    )


def write_reading(reading: Reading) -> Json:
    """The reading as plain JSON values."""
    return {
        "paper": reading.paper.model_dump(mode="json"),
        "passages": [passage.model_dump(mode="json") for passage in reading.passages],
    }


def read_reading(written: Mapping[str, Any]) -> Reading:
    """The reading that was written."""
    return Reading(
        paper=Paper.model_validate(written["paper"]),
        passages=tuple(Passage.model_validate(passage) for passage in written["passages"]),
    )
