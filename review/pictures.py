"""`retest report --pictures`: the pages that a report quotes, with the quotes marked."""

from dataclasses import dataclass
from pathlib import Path

from claims.errors import LedgerError, RetestError
from claims.evidence import TextSource
from flows.workspace import Workspace
from papers.evidence_picture import evidence_picture
from papers.pdf.reader import PdfReader
from reports.evidence import Quoted
from reports.render import file_stem
from reports.report import Report


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One quote from a PDF, with the file of its picture or why there is none."""

    paper: str
    page: int | None
    assessment_id: str
    path: str | None
    why_not: str | None


def write_pictures(workspace: Workspace, report: Report) -> tuple[Picture, ...]:
    """A PNG for every quote from a PDF, in `<run id>-pictures` beside the report's files.

    Raises LedgerError where a file cannot be written; a quote without a picture says why.
    """
    shelf = workspace.shelf()
    folder = workspace.reports / f"{file_stem(report.run.id)}-pictures"
    made: list[Picture] = []
    with PdfReader() as reader:
        for assessment_id, quoted in _from_pdfs(report):
            path, why_not = None, None
            try:
                png = evidence_picture(shelf, reader, quoted.cited)
            except RetestError as error:
                why_not = str(error)
            else:
                path = str(_written(folder / _name(quoted, len(made) + 1), png))
            made.append(
                Picture(
                    paper=str(quoted.cited.paper.id),
                    page=quoted.page,
                    assessment_id=assessment_id,
                    path=path,
                    why_not=why_not,
                )
            )
    return tuple(made)


def _from_pdfs(report: Report) -> list[tuple[str, Quoted]]:
    return [
        (piece.assessment.id, quoted)
        for story in report.stories
        for piece in story.pieces
        for quoted in piece.quotes
        if quoted.cited.passage.source is TextSource.PAPER
    ]


def _name(quoted: Quoted, number: int) -> str:
    paper = str(quoted.cited.paper.id).replace("/", "_")
    return f"{number:03}-{paper}-page-{quoted.page}.png"


def _written(path: Path, png: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
    except OSError as error:
        raise LedgerError(f"cannot write {path}: {error.strerror or error}") from error
    return path
