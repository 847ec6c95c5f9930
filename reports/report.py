"""The report: one run's diff told to people, as one value that every form is rendered from.

It is a pure function of the run, the library and the standings before and after: no clock, no
environment, no model, no network. Every statement about a paper is a verified quote or a judge's
reason beside one; failures are listed as failures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from claims.assessment import StandingState
from claims.claim import Claim, Inquiry
from claims.evidence import Failure
from claims.grounding import Grounding
from claims.outcomes import SourceChange
from claims.run import Run, RunKind
from claims.standing import Flag, Standing
from reports.diff import (
    Change,
    ClaimAdded,
    ClaimRemoved,
    ClaimRevised,
    Diff,
    EvidenceAdded,
    EvidenceAmended,
    EvidenceDropped,
    FlagCleared,
    FlagRaised,
    diff,
)
from reports.evidence import Balance, Group, Piece, grouped, pieces_of


@dataclass(frozen=True, kw_only=True)
class Story:
    """One claim of the run's scope: where it stood, where it stands, and on what."""

    claim: Claim
    inquiry: Inquiry
    before: StandingState
    standing: Standing
    changes: tuple[Change, ...]
    pieces: tuple[Piece, ...]
    """All admitted evidence, strongest first."""
    dropped: tuple[Piece, ...]
    """What counted before and no longer does, strongest first."""

    @property
    def after(self) -> StandingState:
        """The standing after the run."""
        return self.standing.state

    @property
    def moved(self) -> bool:
        """Whether the standing itself changed."""
        return self.before is not self.after

    @property
    def is_new(self) -> bool:
        """Whether the claim was not there before."""
        return any(isinstance(change, ClaimAdded) for change in self.changes)

    @property
    def changed(self) -> bool:
        """Whether standing, evidence or the claim's own revision changed; flags are told apart."""
        aside = ClaimAdded | FlagRaised | FlagCleared
        return any(not isinstance(change, aside) for change in self.changes)

    @property
    def revised(self) -> bool:
        """Whether the claim's own statement of scope, date or quantities changed."""
        return any(isinstance(change, ClaimRevised) for change in self.changes)

    @property
    def raised(self) -> frozenset[Flag]:
        """The flags that it did not carry before."""
        return frozenset(c.flag for c in self.changes if isinstance(c, FlagRaised))

    @property
    def cleared(self) -> tuple[Flag, ...]:
        """The flags that it no longer carries."""
        return tuple(c.flag for c in self.changes if isinstance(c, FlagCleared))

    @property
    def balance(self) -> Balance:
        """How many pieces of evidence stand on each side."""
        return Balance.of(self.pieces)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The evidence to print, side by side."""
        return grouped(self.pieces)

    @property
    def rests_on(self) -> frozenset[str]:
        """The numbers of the papers that it cites, and of those behind evidence then and now."""
        evidence = frozenset(piece.paper.id.number for piece in (*self.pieces, *self.dropped))
        return evidence | {source.arxiv.number for source in self.claim.sources}

    @property
    def n_new(self) -> int:
        """How many pieces count that did not count before."""
        return sum(piece.news == "new" for piece in self.pieces)


@dataclass(frozen=True, kw_only=True)
class Flagged:
    """One flag, the claims that carry it, and for NOT_CHECKED the failures behind it."""

    flag: Flag
    stories: tuple[Story, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangedPaper:
    """A paper that was withdrawn, revised or retitled, and the claims that rest on it."""

    change: SourceChange
    stories: tuple[Story, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run changed and what it cost. `stories` are in library order, the whole scope."""

    run: Run
    diff: Diff
    stories: tuple[Story, ...]
    groundings: tuple[Grounding, ...] = ()
    """What was proposed for claims and notes that cite nothing."""

    @cached_property
    def changed(self) -> tuple[Story, ...]:
        """Claims to tell of in full: moved standings first, then those with other evidence."""
        told = [story for story in self.stories if story.changed]
        return tuple(sorted(told, key=lambda story: not story.moved))

    @cached_property
    def unchanged(self) -> tuple[Story, ...]:
        """Claims of the scope whose standing and evidence are as before."""
        return tuple(story for story in self.stories if not story.changed)

    @cached_property
    def papers(self) -> tuple[ChangedPaper, ...]:
        """What has become of the papers behind the claims, withdrawals first."""
        ordered = sorted(self.run.sources, key=lambda change: not change.withdrawn)
        return tuple(
            ChangedPaper(
                change=change,
                stories=tuple(s for s in self.stories if change.after.number in s.rests_on),
            )
            for change in ordered
        )

    @property
    def removed(self) -> tuple[ClaimRemoved, ...]:
        """Claims that were there before and are no longer."""
        return tuple(c for c in self.diff.changes if isinstance(c, ClaimRemoved))

    @cached_property
    def flagged(self) -> tuple[Flagged, ...]:
        """The flags in force, each with its claims."""
        groups = (
            (flag, tuple(story for story in self.stories if flag in story.standing.flags))
            for flag in Flag
        )
        return tuple(
            Flagged(
                flag=flag,
                stories=stories,
                failures=self._failures_behind(stories) if flag is Flag.NOT_CHECKED else (),
            )
            for flag, stories in groups
            if stories
        )

    @property
    def proposed(self) -> tuple[Grounding, ...]:
        """Claims and notes for which a paper was found that they may come from."""
        return tuple(one for one in self.groundings if one.proposals)

    @property
    def unfound(self) -> tuple[Grounding, ...]:
        """Those for which none was found."""
        return tuple(one for one in self.groundings if not one.proposals)

    @property
    def cleared(self) -> tuple[Story, ...]:
        """Claims that lost a flag."""
        return tuple(story for story in self.stories if story.cleared)

    @cached_property
    def failures_by_stage(self) -> tuple[tuple[str, tuple[Failure, ...]], ...]:
        """Every failure of the run, stages and failures in alphabetical order."""
        ordered = sorted(
            self.run.failures, key=lambda f: (f.stage, f.claim_id or "", f.item_id, f.id)
        )
        stages = dict.fromkeys(failure.stage for failure in ordered)
        return tuple((stage, tuple(f for f in ordered if f.stage == stage)) for stage in stages)

    def _failures_behind(self, stories: tuple[Story, ...]) -> tuple[Failure, ...]:
        """The failures of these claims, and those that touch every claim."""
        concerned = {None, *(story.claim.id for story in stories)}
        failures = (failure for _, stage in self.failures_by_stage for failure in stage)
        return tuple(failure for failure in failures if failure.claim_id in concerned)


def make_report(
    *,
    run: Run,
    inquiries: tuple[Inquiry, ...],
    before: tuple[Standing, ...],
    after: tuple[Standing, ...],
    groundings: tuple[Grounding, ...] = (),
) -> Report:
    """The report of `run`; standings may come in any order, claims follow the library's.

    The scope is the claims that have a standing in `after`; for a run over one claim, that one.
    Raises ValueError when a standing has no claim in `inquiries`,
    or a run over one claim left none.
    """
    if run.kind is RunKind.CLAIM:
        before, after = _only(before, run.claim_id), _only(after, run.claim_id)
        if not after:
            raise ValueError(f"the run is of claim {run.claim_id}, which has no standing after it")
    library = {claim.id: (claim, inquiry) for inquiry in inquiries for claim in inquiry.claims}
    standings = {standing.claim_id: standing for standing in after}
    if stray := standings.keys() - library.keys():
        raise ValueError(f"standings of claims that no inquiry holds: {', '.join(sorted(stray))}")
    differences = diff(before, after)
    earlier = {standing.claim_id: standing.state for standing in before}
    return Report(
        run=run,
        diff=differences,
        groundings=groundings,
        stories=tuple(
            _story(
                claim,
                inquiry,
                before=earlier.get(claim.id, StandingState.UNTESTED),
                standing=standings[claim.id],
                changes=differences.of(claim.id),
                sources={change.after.number: change for change in run.sources},
            )
            for claim, inquiry in library.values()
            if claim.id in standings
        ),
    )


def _only(standings: Iterable[Standing], claim_id: str | None) -> tuple[Standing, ...]:
    return tuple(standing for standing in standings if standing.claim_id == claim_id)


def _story(
    claim: Claim,
    inquiry: Inquiry,
    *,
    before: StandingState,
    standing: Standing,
    changes: tuple[Change, ...],
    sources: Mapping[str, SourceChange],
) -> Story:
    news = {c.assessment.id: "new" for c in changes if isinstance(c, EvidenceAdded)}
    news |= {c.assessment.id: "amended" for c in changes if isinstance(c, EvidenceAmended)}
    dropped = (
        Piece(
            assessment=c.assessment,
            relation=c.relation,
            news=_since(sources.get(c.assessment.finding.paper.number)),
        )
        for c in changes
        if isinstance(c, EvidenceDropped)
    )
    return Story(
        claim=claim,
        inquiry=inquiry,
        before=before,
        standing=standing,
        changes=changes,
        pieces=pieces_of(standing, news),
        dropped=tuple(sorted(dropped, key=lambda piece: piece.strength)),
    )


def _since(change: SourceChange | None) -> str:
    """What happened to the paper of evidence that no longer counts, if anything did."""
    if change is None or not (change.withdrawn or change.revised):
        return ""
    return "withdrawn since" if change.withdrawn else "revised since"
