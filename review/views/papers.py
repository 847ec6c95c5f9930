"""One paper: its versions and health, what it says, and about which claims."""

from dataclasses import dataclass
from typing import Final

from claims.claim import Claim
from claims.errors import PaperUnavailable
from claims.evidence import Paper
from claims.ids import ArxivId
from claims.present import present
from review.views.pieces import Exhibit, exhibits
from review.views.room import Room

MAX_CLAIMS: Final = 20


@dataclass(frozen=True, kw_only=True)
class About:
    """What the paper says about one claim."""

    claim: Claim
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, kw_only=True)
class PaperPage:
    """One paper; `versions` are those that the ledger holds, newest first."""

    number: str
    versions: tuple[Paper, ...]
    about: tuple[About, ...]
    n_claims: int
    cited_by: tuple[Claim, ...]
    """The claims that rest on it."""

    @property
    def newest(self) -> Paper:
        """The newest version held."""
        return self.versions[0]


def paper_page(room: Room, number: str) -> PaperPage:
    """The paper of this number. Raises PaperUnavailable, CitationError, LedgerError."""
    id_ = ArxivId.parse(number).unversioned
    records = {paper.id: paper for paper in room.ledger.papers.get(ids=[id_])}
    if not records:
        raise PaperUnavailable(f"no version of {id_} is in the ledger: see {id_.url}")
    found = room.ledger.board.assessed(records)
    return PaperPage(
        number=id_.number,
        versions=tuple(sorted(records.values(), key=lambda p: -(p.id.version or 0))),
        about=tuple(_about(room, id, ids) for id, ids in list(found.items())[:MAX_CLAIMS]),
        n_claims=len(found),
        cited_by=tuple(
            claim
            for _, claim in room.library.claims.values()
            if any(source.arxiv.number == id_.number for source in claim.sources)
        ),
    )


def _about(room: Room, claim_id: str, assessment_ids: list[str]) -> About:
    now = present(room.ledger, claim_id)
    about = [a for a in now.assessments if a.id in assessment_ids]
    shown = exhibits(now.claim, now.standing.relations, about, now.decisions)
    return About(claim=now.claim, exhibits=shown)
