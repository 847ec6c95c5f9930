"""The answers to an inquiry's tasks, worked out anew once a night or a ruling changed something.

That reads all evidence of the inquiry's claims: a minute for a thousand of them. It is done in a
process of its own, which holds up no other page and gives its memory back, and what was worked out
last is shown until then.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from markupsafe import Markup

from claims.claim import Inquiry
from claims.errors import RetestError
from flows.answering import answered, held_inquiry, known
from flows.settings import Environment, child_environment
from flows.workspace import Workspace
from reports.answer import AnswerReport, html_pages
from review.views.room import Room

PER_PAGE: Final = 10
"""Questions a page: each with up to four quotes, some 3 KB."""

_NICENESS: Final = 10
"""Whoever reads a page goes first."""

_LOOK_S: Final = 0.5
"""How long it may outlive a server that was killed, and could not say so."""


@dataclass(frozen=True, kw_only=True)
class Sheets:
    """The answers as the insides of pages; none before they were first worked out."""

    inquiry: Inquiry
    pages: tuple[Markup, ...]
    is_current: bool
    """Whether nothing has changed since they were worked out, or could not be."""
    trouble: str = ""
    """Why they could not be."""


@dataclass(frozen=True, kw_only=True)
class _Worked:
    state: object
    pages: tuple[Markup, ...] = ()
    trouble: str = ""


class Answers:
    """The answers to every inquiry of a room, as they were worked out last. Close it."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._lock = Lock()
        self._kept: dict[str, _Worked] = {}
        self._at_work: dict[str, subprocess.Popen[str]] = {}

    def of(self, inquiry_id: str) -> Sheets:
        """What is known by now; what is not is begun to be worked out. Raises ClaimNotFound."""
        library = self._room.library
        inquiry = held_inquiry(library.inquiries, inquiry_id)
        state = library, self._room.ledger.board.state()
        kept = self._kept.get(inquiry_id, _Worked(state=None))
        if kept.state != state:
            self._begin(inquiry_id, state)
        return Sheets(
            inquiry=inquiry,
            pages=kept.pages,
            is_current=kept.state == state,
            trouble=kept.trouble,
        )

    def close(self) -> None:
        """End what is being worked out."""
        with self._lock:
            for process in self._at_work.values():
                process.kill()

    def _begin(self, inquiry_id: str, state: object) -> None:
        with self._lock:
            if inquiry_id in self._at_work:
                return
            workspace = self._room.workspace
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell, an id as argument
                [sys.executable, "-m", __name__, str(workspace.folder), inquiry_id],
                env=child_environment(workspace.ledger_url),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            self._at_work[inquiry_id] = process
        Thread(target=self._keep, args=(inquiry_id, state, process), daemon=True).start()

    def _keep(self, inquiry_id: str, state: object, process: "subprocess.Popen[str]") -> None:
        said, told = process.communicate()
        if process.returncode:
            last = (told.strip().splitlines() or [f"it ended with {process.returncode}"])[-1]
            worked = _Worked(state=state, trouble=last)
        else:
            pages = tuple(map(Markup, json.loads(said)))
            worked = _Worked(state=state, pages=pages)
        with self._lock:
            self._kept[inquiry_id] = worked
            del self._at_work[inquiry_id]


def _main(folder: str, inquiry_id: str) -> None:
    """Print the pages of the answers as JSON; nothing when whoever asked for them is gone."""
    os.nice(_NICENESS)
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    try:
        workspace = Workspace.open(Path(folder), Environment.read())
        found = known(workspace, inquiry_id)
        answer = asyncio.run(answered(workspace, found, may_ask=False))
    except RetestError as error:
        sys.exit(str(error))
    pages = html_pages(AnswerReport(answer=answer, records=found.records), PER_PAGE)
    json.dump(pages, sys.stdout)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


if __name__ == "__main__":
    _main(*sys.argv[1:])
