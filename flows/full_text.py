"""One paper read whole: from the shelf or from arXiv, in a worker that can be killed, and checked.

A paper whose full text cannot be had is judged from its abstract, and the report says why. What
will not change by itself (no PDF, an unreadable one, that of another paper) is a failure of that
paper, remembered on the shelf for some days; what may go well another time leaves the claim to be
checked again the next night. No paper that failed is tried twice in a run.
"""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from claims.errors import (
    LedgerError,
    PaperUnavailable,
    QuoteNotFound,
    RateLimited,
    RetestError,
    UnreadablePdf,
)
from claims.evidence import Failure, Paper, Passage, Remark, RemarkKind, Sought
from claims.ids import ArxivId
from claims.ledger import Ledger
from claims.naming import same_title
from flows.runner import Runner
from flows.watch import Watch
from papers.downloads import Downloads
from papers.nearest import beside_abstract
from papers.pdf.reader import PdfReader
from papers.quoting import Finder
from papers.reading import FullText, StampCheck
from papers.shelf import Shelf

FULL_TEXTS: Final = "full texts"
"""The item of a failure by which no full text could be fetched any more."""

_REMEMBERED: Final = 100
"""Papers whose passages are kept for the next claim: about 300 KB each."""

_ENOUGH_FAILED: Final = 3
"""After so many papers in a row that failed for no fault of theirs, arXiv is left alone."""

_MOST_REMARKS: Final = 20
"""Of one kind for one paper; a hostile file could hold thousands."""

_FINAL: Final = (PaperUnavailable, UnreadablePdf)
"""What will be the same tomorrow."""

_BY_NAME: Final = {error.__name__: error for error in _FINAL}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What full texts are read with."""

    shelf: Shelf
    reader: PdfReader
    downloads: Downloads | None
    """None where only what is on the shelf is read."""


def read_whole(desk: Desk, paper: Paper) -> FullText | None:
    """The full text of this version; None where it is not on the shelf and not to be fetched.

    Where it was found to be unusable some days ago, that is raised again. Raises SourceError.
    """
    if desk.downloads is None:
        path = desk.shelf.get(paper.id)
        return _read(desk, path, paper) if path else None
    for known in desk.shelf.unusable():
        if known.paper == paper.id:
            raise _BY_NAME.get(known.error, PaperUnavailable)(known.why)
    try:
        path = desk.shelf.get(paper.id)
        return _read(desk, path or desk.shelf.put(paper.id, desk.downloads.pdf(paper.id)), paper)
    except _FINAL as error:
        desk.shelf.note_unusable(paper.id, type(error).__name__, str(error))
        raise


def _read(desk: Desk, path: Path, paper: Paper) -> FullText:
    id_ = paper.id
    try:
        full = desk.reader.read(path, id_)
    except UnreadablePdf as error:
        why = str(error).replace(path.name, f"the PDF of {id_}")
        if desk.downloads is None:
            raise UnreadablePdf(why) from None
        full = _rendition(desk.downloads, desk.reader, paper, why)
    if full.stamp.check in {StampCheck.ANOTHER_PAPER, StampCheck.ANOTHER_VERSION}:
        desk.shelf.drop(id_)
        raise PaperUnavailable(
            f"the PDF of {id_} bears the stamp of {full.stamp.check}, {full.stamp.id}: "
            "nothing of it is quoted"
        )
    return full


def _rendition(downloads: Downloads, reader: PdfReader, paper: Paper, why: str) -> FullText:
    """The full text of arXiv's HTML, because of `why` its PDF cannot be read.

    It has no stamp like that of a PDF: its title says whether it is this paper.
    """
    id_ = paper.id
    try:
        content = downloads.html(id_)
    except PaperUnavailable:
        raise UnreadablePdf(f"{why}; arXiv has no HTML of it either") from None
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(content)
        file.flush()
        try:
            full = reader.read_html(Path(file.name), id_)
        except UnreadablePdf as error:
            said = str(error).replace(Path(file.name).name, f"the HTML of {id_}")
            raise UnreadablePdf(f"{why}; {said}") from None
    if full.titles and not any(same_title(title, paper.title) for title in full.titles):
        raise PaperUnavailable(
            f"{why}; the HTML of {id_} is that of another paper, {full.titles[0]!r}: "
            "nothing of it is quoted"
        )
    return full.model_copy(update={"notes": (why, *full.notes)})


def remarks_of(full: FullText) -> tuple[Remark, ...]:
    """What people should know of the file: what is hidden in it, and how it was read."""
    return (*_hidden(full), *_to_a_model(full), *_reading(full))


def _hidden(full: FullText) -> Iterator[Remark]:
    to_a_model = {(i.page, i.words) for i in full.instructions if i.start is None}
    for run in full.hidden[:_MOST_REMARKS]:
        speaks = any(page == run.page and words in run.words for page, words in to_a_model)
        yield Remark(
            paper=full.paper,
            kind=RemarkKind.HIDDEN_TEXT,
            told=f"{run.trick}, and it speaks to a model" if speaks else run.trick,
            words=run.words,
            page=run.page,
        )
    yield from _more(full, RemarkKind.HIDDEN_TEXT, len(full.hidden))


def _to_a_model(full: FullText) -> Iterator[Remark]:
    seen = [i for i in full.instructions if i.start is not None]
    for spoken in seen[:_MOST_REMARKS]:
        yield Remark(
            paper=full.paper,
            kind=RemarkKind.TO_A_MODEL,
            told="on the page for everyone to read",
            words=spoken.words,
            page=spoken.page,
        )
    yield from _more(full, RemarkKind.TO_A_MODEL, len(seen))


def _reading(full: FullText) -> Iterator[Remark]:
    for note in full.notes[:_MOST_REMARKS]:
        yield Remark(paper=full.paper, kind=RemarkKind.READING, told=note)


def _more(full: FullText, kind: RemarkKind, n: int) -> Iterator[Remark]:
    if n > _MOST_REMARKS:
        yield Remark(paper=full.paper, kind=kind, told=f"{n - _MOST_REMARKS} more like these")


def _around(finder: Finder, full: FullText, words: str) -> Passage | None:
    try:
        located = finder.locate(words)
    except QuoteNotFound:
        return None
    return full.passage_around(located.start, located.end)


class WholePapers:
    """The candidate papers of one run, each read whole once, failures and remarks recorded."""

    def __init__(
        self, desk: Desk | None, ledger: Ledger, run_id: str, runner: Runner, watch: Watch
    ) -> None:
        """`desk` is None where no full text is to be read."""
        self._desk, self._ledger, self._run_id = desk, ledger, run_id
        self._runner, self._watch = runner, watch
        self._read: OrderedDict[ArxivId, tuple[Passage, ...] | RetestError | None] = OrderedDict()
        self._failed: dict[ArxivId, RetestError] = {}
        self._n_failed = 0
        self._gave_up: RetestError | None = None
        self._turn = asyncio.Lock()

    async def passages(self, paper: Paper, claim_id: str) -> tuple[Passage, ...] | None:
        """What of the full text may be evidence, beside the abstract; None where there is none.

        Why there is none is recorded, if it should not be so. Raises LedgerError.
        """
        if self._desk is None or paper.withdrawn:
            return None
        async with self._turn:
            if paper.id not in self._read:
                full = await self._attempt(paper, self._desk)
                self._read[paper.id] = (
                    beside_abstract(full, paper.abstract) if isinstance(full, FullText) else full
                )
                if len(self._read) > _REMEMBERED:
                    self._read.popitem(last=False)
            answer = self._read[paper.id]
        if isinstance(answer, RetestError):
            self._fail(answer, paper, claim_id)
            return None
        return answer

    async def seek(self, paper: Paper, words: Collection[str], claim_id: str) -> list[Sought]:
        """Where each of `words` stands in the full text; nothing where there is no full text.

        That words do not stand in it is said only of a PDF that was read without any fault. Why
        there is no full text is recorded, if it should not be so. Raises LedgerError.
        """
        if self._desk is None or paper.withdrawn:
            return []
        full = await self._attempt(paper, self._desk)
        if isinstance(full, RetestError):
            self._fail(full, paper, claim_id)
        if not isinstance(full, FullText):
            return []
        finder = Finder(full)
        found = [Sought(paper=paper.id, words=w, passage=_around(finder, full, w)) for w in words]
        return [answer for answer in found if answer.passage or not full.notes]

    async def _attempt(self, paper: Paper, desk: Desk) -> FullText | RetestError | None:
        """The full text, the error, or None where there is no full text to be had."""
        if paper.id in self._failed:
            return self._failed[paper.id]
        if self._gave_up:
            desk = replace(desk, downloads=None)

        async def step() -> FullText | None:
            return read_whole(desk, paper)

        try:
            # Not worth a step of its own: on a night over a dump it holds for nearly every paper.
            if desk.downloads is None and desk.shelf.get(paper.id) is None:
                return self._gave_up
            full = await self._runner(f"read {paper.id}", step)
        except LedgerError:
            raise
        except RetestError as error:
            self._failed[paper.id] = error
            self._count(error)
            return error
        if full is None:
            return self._gave_up
        self._n_failed = 0
        self._watch.step("read", f"{paper.id} · {full.n_pages} pages")
        self._ledger.work.remark(self._run_id, remarks_of(full))
        return full

    def _count(self, error: RetestError) -> None:
        """Nothing: where arXiv gives nothing at all, it is not asked for every paper in turn."""
        if isinstance(error, _FINAL):
            return
        self._n_failed += 1
        if isinstance(error, RateLimited) or self._n_failed >= _ENOUGH_FAILED:
            self._gave_up = self._gave_up or error

    def _fail(self, error: RetestError, paper: Paper, claim_id: str) -> None:
        final = isinstance(error, _FINAL)
        failure = Failure.of(
            error,
            stage="read",
            item_id=FULL_TEXTS if error is self._gave_up else str(paper.id),
            claim_id=None if final else claim_id,
        )
        self._ledger.work.fail(self._run_id, [failure])
