"""The fixed words of a report: symbols, what each standing and flag means, how numbers are written.

Everything here is about form; no sentence here says anything about a paper.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from claims.assessment import StandingState
from claims.evidence import Relation, TextSource
from claims.standing import Flag
from claims.verify import Tier

SYMBOLS: Final = {
    StandingState.UNTESTED: "○",
    StandingState.CONFIRMED: "✓",
    StandingState.QUALIFIED: "◐",
    StandingState.CONTESTED: "≠",
    StandingState.SUPERSEDED: "⊘",
}
"""Told apart without colour, and in every common font."""

STANDING_MEANS: Final = {
    StandingState.UNTESTED: "nothing verified and newer than the claim bears on it",
    StandingState.CONFIRMED: "newer evidence supports it and none speaks against it",
    StandingState.QUALIFIED: "newer evidence holds it in part or under conditions only",
    StandingState.CONTESTED: "newer evidence contradicts it; both sides are shown",
    StandingState.SUPERSEDED: "a newer result replaces it, or its own source was withdrawn",
}

FLAG_MEANS: Final = {
    Flag.UNGROUNDED: (
        "No citation behind the claim has been shown to be real.",
        "Add to the claim a source whose quoted words stand in the paper.",
    ),
    Flag.SOURCE_WITHDRAWN: (
        "A paper that the claim rests on was withdrawn.",
        "Read the notice, then cite another source or write a new claim.",
    ),
    Flag.NO_SOURCE_LEFT: (
        "All the papers that the claim rests on were withdrawn, or lost the words it quotes.",
        "Cite a paper that stands, or write a new claim.",
    ),
    Flag.SOURCE_REVISED: (
        "A paper that the claim rests on has a newer version than the one cited.",
        "Read the newer version, and cite it if the words still stand.",
    ),
    Flag.SOURCE_MISMATCH: (
        "A cited id belongs to another paper, or the quoted words are not in it.",
        "Correct the id, the title or the quote of that source.",
    ),
    Flag.SOURCE_MISDATED: (
        "The year stated for a cited paper is not that of its first submission.",
        "Correct the year, or the id if another paper was meant.",
    ),
    Flag.NOT_CHECKED: (
        "Some of the work failed, or a cited paper could not be looked up: no evidence either way.",
        "See what failed, then retest the claim.",
    ),
    Flag.OUR_WORDS: (
        "Evidence is quoted from the sample's summaries, not from the authors.",
        "Read the paper itself before relying on it.",
    ),
    Flag.EVIDENCE_REVISED: (
        "Evidence is of a version that was revised, and the newer full text could not be read.",
        "Read the newer version, and reject the evidence if the words are gone.",
    ),
    Flag.REVIEW: (
        "Newer evidence arrived after a person's ruling, so the evidence decides again.",
        "Review the claim and rule again.",
    ),
}
"""What each flag means, and what to do about it."""

OUR_WORDS: Final = "summary in our words, not the authors'"
REMARKS_NOTE: Final = (
    "What to know of the papers' files before believing them. Hidden words are in no quote, and no "
    "judge was shown them."
)
GROUNDING_NOTE: Final = (
    "Papers that uncited claims and notes may come from, by words verified in their abstracts. A "
    "proposal grounds nothing: adopt or dismiss it in the queue or with `retest ground`."
)
CONFIDENCE_NOTE: Final = (
    "Confidence is an ordering within one judge, not a probability. "
    "Reasons are the judge's words, quotes are the source's."
)
TIER_MEANS: Final = {
    Tier.EXACT: "word for word",
    Tier.NORMALISED: "word for word apart from typography",
}
SOURCE_NAMES: Final = {
    TextSource.PAPER: "paper",
    TextSource.ABSTRACT: "abstract",
    TextSource.SAMPLE: "sample summary",
    TextSource.COMMENT: "authors' comment on arXiv",
    TextSource.HTML: "arXiv's HTML of the paper",
}
_CONFIDENCE_WORDS: Final = ((0.85, "strong"), (0.65, "fair"), (0.0, "weak"))
"""Cut points of our own choice, for reading at a glance; nothing is decided by them."""

_MINUTE_S: Final = 60
_UNSHOWN: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u061c\u200e\u200f"
    "\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, bidirectional overrides and tag characters: they act, or hide, when shown."""


class Side(StrEnum):
    """Where a piece of evidence stands towards the claim."""

    AGAINST = "against"
    CONDITIONS = "with conditions"
    FOR = "for"


SIDES: Final = {
    Relation.SUPERSEDES: Side.AGAINST,
    Relation.CONTRADICTS: Side.AGAINST,
    Relation.QUALIFIES: Side.CONDITIONS,
    Relation.SUPPORTS: Side.FOR,
}
"""In the order of the standing table, strongest bearing first."""


def visible(text: str) -> str:
    """`text` on one line, with every character that would act or hide shown as U+FFFD."""
    return " ".join(_UNSHOWN.sub("\ufffd", text).split())


def confidence(value: float) -> str:
    """A word and the number, such as "fair 0.72"."""
    word = next(word for least, word in _CONFIDENCE_WORDS if round(value, 2) >= least)
    return f"{word} {value:.2f}"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """`n` and the noun: "no paper", "1 paper", "1,204 papers"."""
    many = plural or f"{noun}s"
    return f"no {many}" if n == 0 else f"1 {noun}" if n == 1 else f"{n:,} {many}"


def listed(parts: Sequence[str]) -> str:
    """The parts as people write a list: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def utc(moment: datetime) -> datetime:
    """`moment` in UTC; one without a zone is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def seconds(value: float | None) -> str:
    """A duration for people: "8.4 s", "3 min 20 s"."""
    if value is None:
        return "not finished"
    if value < _MINUTE_S:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), _MINUTE_S)
    return f"{minutes} min {rest} s"
