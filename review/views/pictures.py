"""Pictures of evidence: the page that a quote stands on, with its place marked."""

from functools import lru_cache

from claims.errors import PaperUnavailable
from claims.ids import ArxivId
from claims.verify import VerifiedCitation
from papers.evidence_picture import evidence_picture
from papers.pdf.reader import PdfReader
from review.views.room import Room


class Pictures:
    """Draws pages from the PDFs on the shelf; fetches nothing. Close it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._reader = PdfReader()
        self._kept = lru_cache(maxsize=32)(self._drawn)

    def png(self, assessment_id: str, n_quote: int) -> bytes:
        """The page of quote `n_quote`, from 0, as a PNG.

        Raises PaperUnavailable, UnreadablePdf, QuoteNotFound.
        """
        return self._kept(assessment_id, n_quote)

    def is_on_shelf(self, paper: ArxivId) -> bool:
        """Whether there are pages of this version to draw."""
        return paper in self._room.workspace.shelf()

    def close(self) -> None:
        """End the worker that draws."""
        self._reader.close()

    def _drawn(self, assessment_id: str, n_quote: int) -> bytes:
        shelf = self._room.workspace.shelf()
        return evidence_picture(shelf, self._reader, self._cited(assessment_id, n_quote))

    def _cited(self, assessment_id: str, n_quote: int) -> VerifiedCitation:
        found = self._room.ledger.work.assessments(ids=[assessment_id])
        for assessment, _ in found.values():
            if 0 <= n_quote < len(assessment.evidence):
                return assessment.evidence[n_quote]
        raise PaperUnavailable("there is no such quote")
