"""Pictures of evidence: the page that a quote stands on, with its place marked."""

from functools import lru_cache

from claims.errors import PaperUnavailable
from claims.verify import VerifiedCitation
from papers.pdf.reader import PdfReader
from papers.shelf import Shelf
from review.views.room import Room


class Pictures:
    """Draws pages from the PDFs on the shelf; fetches nothing. Close it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._reader = PdfReader()
        self._kept = lru_cache(maxsize=32)(self._drawn)

    def png(self, assessment_id: str, n_quote: int) -> bytes:
        """The page of quote `n_quote`, from 0. Raises PaperUnavailable, UnreadablePdf."""
        return self._kept(assessment_id, n_quote)

    def close(self) -> None:
        """End the worker that draws."""
        self._reader.close()

    def _drawn(self, assessment_id: str, n_quote: int) -> bytes:
        cited = self._cited(assessment_id, n_quote)
        page = cited.passage.page
        path = Shelf(self._room.workspace.state / "shelf").get(cited.paper.id)
        if page is None or path is None:
            raise PaperUnavailable(f"there is no page of {cited.paper.id} to show")
        return self._reader.page_picture(path, page, cited.passage.boxes)

    def _cited(self, assessment_id: str, n_quote: int) -> VerifiedCitation:
        found = self._room.ledger.work.assessments(ids=[assessment_id])
        for assessment, _ in found.values():
            if 0 <= n_quote < len(assessment.evidence):
                return assessment.evidence[n_quote]
        raise PaperUnavailable("there is no such quote")
