"""Reads PDFs in a process of its own that can be killed, so that no file can harm a run.

`PdfReader` keeps one worker for many PDFs and starts another when it was killed, has run out of
memory or has read enough. Whatever goes wrong with a file is an UnreadablePdf with one line, and
the next file is read as if nothing had been. For work side by side make several readers.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import ValidationError

from claims.errors import UnreadablePdf
from claims.evidence import Box
from claims.ids import ArxivId
from papers.pdf.limits import Limits
from papers.pdf.worker import (
    HEAD_BYTES,
    MEMORY,
    PICTURE,
    TEXT,
    Question,
    frame,
)
from papers.reading import FullText

_READS_A_WORKER: Final = 200
"""Then a fresh one: memory that the library scattered is given back."""

_MOST_ANSWER_BYTES: Final = 200_000_000
_CHUNK: Final = 1 << 20
_ROOT: Final = Path(__file__).resolve().parent.parent.parent


class PdfReader:
    """A worker process for the PDFs of one night. Close it, or use it with `with`.

    Safe to share between threads, which then take turns.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._turn = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._n_read = 0

    def read(self, path: Path, paper: ArxivId) -> FullText:
        """The full text of the PDF at `path`, thought to be `paper`. Raises UnreadablePdf."""
        return self._text(Question(path=path.absolute(), limits=self.limits, paper=paper))

    def read_html(self, path: Path, paper: ArxivId) -> FullText:
        """The full text of arXiv's HTML rendition at `path`, without pages.

        Raises UnreadablePdf. In the worker because the parser of the standard library takes
        minutes over a page that is made for it.
        """
        return self._text(
            Question(path=path.absolute(), limits=self.limits, paper=paper, is_html=True)
        )

    def page_picture(
        self, path: Path, page: int, boxes: Sequence[Box] = (), *, dpi: int = 110
    ) -> bytes:
        """A PNG of `page` (from 1) with `boxes` marked. Raises UnreadablePdf."""
        return self._ask(
            Question(
                path=path.absolute(), limits=self.limits, page=page, boxes=tuple(boxes), dpi=dpi
            ),
            PICTURE,
        )

    @property
    def worker_pid(self) -> int | None:
        """The worker's process number, or None where none runs."""
        return self._worker.pid if self._worker else None

    def close(self) -> None:
        """End the worker."""
        with self._turn:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()

    def _text(self, question: Question) -> FullText:
        content = self._ask(question, TEXT)
        try:
            return FullText.model_validate_json(content)
        except ValidationError as error:
            raise UnreadablePdf(f"{question.path.name}: the worker answered nonsense") from error

    def _ask(self, question: Question, wanted: bytes) -> bytes:
        name = question.path.name
        with self._turn:
            if self._n_read >= _READS_A_WORKER:
                self._end()
            reusable = False
            try:
                kind, content, worn = self._exchange(question)
                reusable = not worn and kind != MEMORY
            except TimeoutError:
                raise UnreadablePdf(
                    f"{name} took longer than {self.limits.wall_s:g} s to read"
                ) from None
            except OSError:
                raise UnreadablePdf(f"{name} cannot be read: {self._how_it_ended()}") from None
            finally:
                # Also after an interrupt: half an answer in the pipe would be the next one's.
                if not reusable:
                    self._end()
        if kind == MEMORY:
            raise UnreadablePdf(f"{name} needs more memory than {_megabytes(self.limits)}")
        if kind != wanted:
            raise UnreadablePdf(content.decode(errors="replace"))
        return content

    def _exchange(self, question: Question) -> tuple[bytes, bytes, bool]:
        """The worker's answer: what it is, its content, whether the worker is worn out.

        Raises TimeoutError, or OSError if it ended.
        """
        worker = self._worker or self._start()
        until = time.monotonic() + self.limits.wall_s
        if worker.stdin is None or worker.stdout is None:
            raise OSError
        worker.stdin.write(frame(b"Q", question.model_dump_json().encode()))
        worker.stdin.flush()
        self._n_read += 1
        head = _take(worker.stdout.fileno(), HEAD_BYTES, until)
        n_bytes = int.from_bytes(head[2:], "big")
        if n_bytes > _MOST_ANSWER_BYTES:
            raise OSError
        return head[:1], _take(worker.stdout.fileno(), n_bytes, until), bool(head[1])

    def _start(self) -> subprocess.Popen[bytes]:
        self._n_read = 0
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "papers.pdf.worker"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._worker

    def _how_it_ended(self) -> str:
        """Why the worker is gone, for a person."""
        if self._worker is None:
            return "no worker could be started"
        try:
            status = self._worker.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "its worker closed the pipe"
        if status == -signal.SIGXCPU:
            return f"it took more than {self.limits.cpu_s} s of processor time"
        return f"its worker ended with status {status}"

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        worker.wait()
        if worker.stdout:
            worker.stdout.close()
        if worker.stdin:
            # What was left in its buffer has no reader any more.
            with suppress(OSError):
                worker.stdin.close()


def read_pdf(path: Path, paper: ArxivId, *, limits: Limits | None = None) -> FullText:
    """The full text of one PDF, read in a worker of its own. Raises UnreadablePdf."""
    with PdfReader(limits) as reader:
        return reader.read(path, paper)


def page_picture(
    path: Path,
    page: int,
    boxes: Sequence[Box] = (),
    *,
    dpi: int = 110,
    limits: Limits | None = None,
) -> bytes:
    """A PNG of `page` (from 1) with `boxes` marked. Raises UnreadablePdf."""
    with PdfReader(limits) as reader:
        return reader.page_picture(path, page, boxes, dpi=dpi)


def _megabytes(limits: Limits) -> str:
    return f"{limits.memory_bytes / 1e6:.0f} MB"


def _take(pipe: int, n_bytes: int, until: float) -> bytes:
    """Exactly so many bytes from `pipe`. Raises TimeoutError, or BrokenPipeError at its end."""
    taken = bytearray()
    while len(taken) < n_bytes:
        left_s = until - time.monotonic()
        if left_s <= 0 or not select.select([pipe], [], [], left_s)[0]:
            raise TimeoutError
        more = os.read(pipe, min(_CHUNK, n_bytes - len(taken)))
        if not more:
            raise BrokenPipeError
        taken += more
    return bytes(taken)
