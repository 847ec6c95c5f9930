"""Pieces of evidence as a report tells them, ordered by strength and grouped by side.

Only assessments get in, and an assessment carries verified citations alone: what is quoted here
was found in the source by `claims.verify`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote

from claims.assessment import Assessment
from claims.evidence import Attribution, Paper, PassageKind, Relation, TextSource
from claims.standing import Standing
from claims.verify import VerifiedCitation, unbroken
from reports.words import OUR_WORDS, SIDES, SOURCE_NAMES, Side, confidence

MAX_SHOWN_PER_SIDE: Final = 5
"""More quotes than this are not read; the JSON form lists every one."""

_STRENGTH: Final = {relation: i for i, relation in enumerate(SIDES)}


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """Words of a source, and where they stand."""

    cited: VerifiedCitation

    @property
    def start(self) -> int:
        """Start in the text of its kind, in characters."""
        return self.cited.passage.start + self.cited.start

    @property
    def end(self) -> int:
        """End in the text of its kind, in characters, exclusive."""
        return self.cited.passage.start + self.cited.end

    @property
    def is_ours(self) -> bool:
        """Whether these are the sample's words rather than the authors'."""
        return self.cited.passage.source is TextSource.SAMPLE

    @property
    def words(self) -> str:
        """The source's own words on one line, words that its lines divide whole again."""
        return unbroken(self.cited.quote)

    @property
    def page(self) -> int | None:
        """The page where the quote begins, from 1; None where the text has no pages."""
        return self.cited.passage.page_at(self.cited.start)

    @property
    def where(self) -> str:
        """Such as "abstract, characters 40-93" or "paper, page 3, table, characters 9120-9200"."""
        passage = self.cited.passage
        page = f", page {self.page}" if self.page is not None else ""
        kind = "" if passage.kind is PassageKind.BODY else f", {passage.kind}"
        return f"{SOURCE_NAMES[passage.source]}{page}{kind}, characters {self.start}-{self.end}"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One assessment with the relation that counts, which a person may have amended."""

    assessment: Assessment
    relation: Relation
    news: str = ""
    """"new" or "amended" when it counts otherwise than before the run; "withdrawn since" or
    "revised since" when it does not count any more."""

    @property
    def side(self) -> Side:
        """Against, with conditions, or for."""
        return SIDES[self.relation]

    @property
    def paper(self) -> Paper:
        """The paper that was judged."""
        return self.assessment.evidence[0].paper

    @property
    def url(self) -> str:
        """The page of this very version on arXiv."""
        return quote(self.paper.id.url, safe=":/")

    @property
    def quotes(self) -> tuple[Quoted, ...]:
        """Every verified quote, in the order of the finding."""
        return tuple(Quoted(cited=cited) for cited in self.assessment.evidence)

    @property
    def confidence(self) -> str:
        """A word and a number."""
        return confidence(self.assessment.verdict.confidence)

    @property
    def dated(self) -> str:
        """The day of the first version, and of this one when it is a later version."""
        paper = self.paper
        if (paper.id.version or 1) == 1:
            return f"submitted {paper.submitted_on}"
        revised = f"v{paper.id.version} of {paper.revised_on}"
        return f"submitted {paper.submitted_on}, {revised}"

    @property
    def marks(self) -> tuple[str, ...]:
        """What a reader must know of this piece before believing it."""
        judged = self.assessment.relation
        told = {
            OUR_WORDS: self.assessment.in_our_words,
            "this version is a withdrawal notice": self.paper.withdrawn,
            "reports what others hold": (
                self.assessment.finding.attribution is Attribution.REPORTED
            ),
            f"amended by a person, judged {judged}": judged is not self.relation,
        }
        return tuple(mark for mark, holds in told.items() if holds)

    @property
    def strength(self) -> tuple[int, float, str]:
        """Sorts strongest first, and the same on every machine."""
        verdict = self.assessment.verdict
        return _STRENGTH[self.relation], -verdict.confidence, self.assessment.id


class Balance(NamedTuple):
    """How many pieces of evidence stand on each side."""

    n_against: int
    n_conditions: int
    n_for: int

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> "Balance":
        """The balance of `pieces`."""
        sides = [piece.side for piece in pieces]
        return cls(*(sides.count(side) for side in Side))

    def __str__(self) -> str:
        told = [f"{n} {side}" for n, side in zip(self, Side, strict=True) if n]
        if self.n_against and not self.n_for:
            told.append(f"0 {Side.FOR}")
        return ", ".join(told)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The pieces on one side: the `shown` are those to print, new ones first, `n_more` the rest."""

    side: Side
    shown: tuple[Piece, ...]
    n_more: int

    @property
    def n_pieces(self) -> int:
        """How many pieces stand on this side, shown or not."""
        return len(self.shown) + self.n_more


def pieces_of(standing: Standing, news: Mapping[str, str]) -> tuple[Piece, ...]:
    """What `standing` rests on, strongest first; `news` maps assessment ids to what is new."""
    pieces = (
        Piece(assessment=a, relation=standing.relation_of(a), news=news.get(a.id, ""))
        for a in standing.admitted
    )
    return tuple(sorted(pieces, key=lambda piece: piece.strength))


def grouped(pieces: Iterable[Piece]) -> tuple[Group, ...]:
    """The sides that have evidence, against first, each capped at MAX_SHOWN_PER_SIDE."""
    by_side: dict[Side, list[Piece]] = {side: [] for side in Side}
    for piece in sorted(pieces, key=lambda piece: (not piece.news, piece.strength)):
        by_side[piece.side].append(piece)
    return tuple(
        Group(
            side=side,
            shown=tuple(found[:MAX_SHOWN_PER_SIDE]),
            n_more=max(0, len(found) - MAX_SHOWN_PER_SIDE),
        )
        for side, found in by_side.items()
        if found
    )
