"""One execution over one window: what was asked, what was done, what it cost and what failed."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from claims.claim import Frozen
from claims.evidence import Failure, Remark, Signature
from claims.grounding import GROUND
from claims.outcomes import CategoryOutcome, SourceChange

WHOLE_INDEX: Final = "search index"
"""The item of a failure by which no paper could be found for any claim."""


LOOK_UP: Final = "look up"
"""The stage in which the papers that claims rest on are looked at."""


class RunKind(StrEnum):
    """What started the run's scope: every claim, or one."""

    NIGHTLY = "nightly"
    CLAIM = "claim"


class Spent(Frozen):
    """What was asked of a model, in numbers."""

    n_model_calls: int = 0
    n_tokens: int = 0
    cost_usd: float = 0.0


class Counts(Frozen):
    """What a run did, in numbers."""

    n_papers_seen: int = 0
    """Records that the source gave for the window, revisions included."""
    n_papers_new: int = 0
    """Records that the ledger did not hold, with those of sources that were looked up."""
    n_papers_read: int = 0
    """Pairs of claim and paper version put before the judge."""
    n_papers_whole: int = 0
    """Of the pairs read, those in which the judge was shown passages of the full text."""
    n_papers_known: int = 0
    """Pairs found again that were already judged, and not judged again."""
    n_assessments: int = 0
    n_judge_calls: int = 0
    n_model_calls: int = 0
    """Requests to a model endpoint, those that failed included; none with the local judge."""
    n_tokens: int = 0
    cost_usd: float = 0.0
    by_claim: dict[str, Spent] = Field(default_factory=dict, exclude_if=lambda spent: not spent)
    """The last three for each claim. What serves several counts for the one that asked first."""


class Run(Frozen):
    """The one value in which a run ends. It can be read, compared and run again."""

    id: str
    kind: RunKind
    claim_id: str | None = None
    """With CLAIM: the claim that was retested."""
    since: datetime
    until: datetime
    started_at: datetime
    finished_at: datetime | None = None
    """None while it runs, and for a run that was killed."""
    settings: dict[str, str] = Field(default_factory=dict)
    """What would change the answer: source, judge, model, prompt version, embedder, limits."""
    thresholds: dict[str, float] = Field(default_factory=dict)
    """A judge's name to the least confidence at which its verdicts were admitted."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Versions of retest and of the packages that read and judge."""
    counts: Counts = Counts()
    failures: tuple[Failure, ...] = ()
    harvest: tuple[CategoryOutcome, ...] = ()
    """How the night went in each category, where the source was harvested."""
    sources: tuple[SourceChange, ...] = ()
    """What has become of the papers that claims and evidence rest on."""
    remarks: tuple[Remark, ...] = ()
    """What was remarkable in the files of the papers that were read."""
    notes: tuple[str, ...] = ()
    """What a reader should know, such as a fallback that was taken."""

    @property
    def duration_s(self) -> float | None:
        """Wall-clock seconds from start to finish."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None

    @property
    def signature(self) -> Signature | None:
        """Who judged in this run; None when its settings do not say."""
        fields = {"judge", "model", "prompt_version"}
        said = {name: self.settings[name] for name in fields & self.settings.keys()}
        return Signature.model_validate(said) if len(said) == len(fields) else None

    def left_undone(self, claim_id: str) -> bool:
        """Whether work on this claim failed: its own, or that of the whole run.

        A single record that could not be read is told as a failure, but leaves no claim undone, and
        neither does a source of which nothing can be said, or a search for where it comes from: no
        paper was left unjudged.
        """
        whole = {self.settings.get("source"), WHOLE_INDEX}
        return any(
            (f.claim_id == claim_id and f.stage not in {LOOK_UP, GROUND}) or f.item_id in whole
            for f in self.failures
        )

    @property
    def source_failed(self) -> Failure | None:
        """The failure by which the whole source was out of reach, if it was."""
        source = self.settings.get("source")
        return next((f for f in self.failures if f.item_id == source), None)
