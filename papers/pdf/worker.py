"""The process that reads PDFs: asked and answering in frames of JSON, within limits it sets itself.

Started by `papers.pdf.reader` as `python -m papers.pdf.worker`. It writes no file and keeps nothing
between two PDFs. What it was asked comes on standard input; whatever a library prints goes nowhere.
"""

import os
import resource
import sys
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import TypeAdapter

from claims.claim import Frozen
from claims.errors import UnreadablePdf
from claims.evidence import Box
from claims.ids import ArxivId
from papers.pdf.limits import Limits

LENGTH_BYTES: Final = 8
HEAD_BYTES: Final = 2 + LENGTH_BYTES
"""Every frame is a letter, whether its sender is worn out, the length, and the content."""

_WORN: Final = 0.4
"""A worker that has needed this share of its memory should be replaced: some stays taken."""

_RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""In bytes (getrusage(2))."""


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


_INHERITED_BYTES: Final = _peak_bytes()
"""The peak begins at that of the process that started this one."""

TEXT, PICTURE, UNREADABLE, MEMORY = b"T", b"P", b"U", b"M"
"""What an answer is."""


class Question(Frozen):
    """One thing to do with one file."""

    path: Path
    limits: Limits
    paper: ArxivId | None = None
    """To read the text, the paper that it is thought to be; otherwise a picture is wanted."""
    is_html: bool = False
    page: int = 1
    boxes: tuple[Box, ...] = ()
    dpi: int = 110


def frame(kind: bytes, content: bytes, *, worn: bool = False) -> bytes:
    """`content` as it goes over the pipe."""
    return kind + bytes([worn]) + len(content).to_bytes(LENGTH_BYTES, "big") + content


def main() -> None:
    """Answer questions until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    reader = TypeAdapter(Question)
    questions = sys.stdin.buffer
    while (head := questions.read(HEAD_BYTES)) and len(head) == HEAD_BYTES:
        content = questions.read(int.from_bytes(head[2:], "big"))
        _answer(reader.validate_json(content), answers)


def _answer(question: Question, answers: BinaryIO) -> None:
    _confine(question.limits)
    try:
        kind, content = _done(question)
    except UnreadablePdf as error:
        kind, content = UNREADABLE, str(error).encode()
    except MemoryError:
        kind, content = MEMORY, b""
    peak_bytes = _peak_bytes()
    worn = peak_bytes > max(_INHERITED_BYTES, _WORN * question.limits.memory_bytes)
    answers.write(frame(kind, content, worn=worn))
    answers.flush()


def _done(question: Question) -> tuple[bytes, bytes]:
    # Imported here, under the limits: importing is not free either.
    from papers.html_text import read_html_file
    from papers.pdf.document import read
    from papers.pdf.picture import picture

    limits = question.limits
    if question.paper is None:
        png = picture(question.path, question.page, question.boxes, question.dpi, limits)
        return PICTURE, png
    reads = read_html_file if question.is_html else read
    text = reads(question.path, question.paper, limits)
    return TEXT, text.model_dump_json().encode("utf-8", "replace")


def _confine(limits: Limits) -> None:
    """Let the kernel refuse memory and processor time beyond the limits, and any file or core."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime) + limits.cpu_s + 1
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


if __name__ == "__main__":
    main()
