"""A night as a commit, for libraries that are kept in Git: one readable change a night.

What is committed is what a night writes (`standings/` and `reports/`), nothing else that is about.
"""

import asyncio
import subprocess
from collections.abc import Awaitable, Collection, Iterable
from pathlib import Path
from typing import Final

from claims.errors import SettingsError
from claims.ledger import Ledger
from flows.nightly import Finished
from flows.watch import Watch
from flows.workspace import Workspace
from reports.claim_pages import claim_page, write_markdown
from reports.holdings import holdings
from reports.report import Report
from reports.summary import headline, title

STANDINGS: Final = "standings"
_GIT_S: Final = 60.0


async def committing(workspace: Workspace, watch: Watch, night: Awaitable[Finished]) -> Finished:
    """The finished `night`, once it is committed. Raises what it raised, and SettingsError."""
    finished = await night
    name = await asyncio.to_thread(commit_night, workspace, finished.report)
    watch.say(f"committed: {name}" if name else "nothing to commit")
    return finished


def commit_night(workspace: Workspace, report: Report) -> str | None:
    """The commit's name, or None when nothing differs from the last one.

    Raises SettingsError when the workspace is not in a Git repository, or Git refuses.
    """
    check_repository(workspace)
    ledger = Ledger.open(workspace.ledger_url)
    try:
        held = holdings(ledger, workspace.inquiries())
        made = write_markdown(held, workspace.folder / STANDINGS)
        _drop_gone(workspace.folder / STANDINGS, made, ledger.runs.claim_ids())
    finally:
        ledger.close()
    written = (STANDINGS, workspace.reports.name)
    _git(workspace.folder, "add", "--", *written)
    if not _git(workspace.folder, "diff", "--cached", "--name-only", "--", *written):
        return None
    message = f"{title(report)}: {headline(report)}"
    _git(workspace.folder, "commit", "--quiet", "--message", message, "--", *written)
    return _git(workspace.folder, "rev-parse", "--short", "HEAD")


def check_repository(workspace: Workspace) -> None:
    """Nothing. Raises SettingsError when the workspace is not in a Git repository."""
    _git(workspace.folder, "rev-parse", "--git-dir")


def _drop_gone(folder: Path, made: Collection[Path], claim_ids: Iterable[str]) -> None:
    """Nothing: claims that left the library have no file any more; Git keeps what they were."""
    for gone in {claim_page(folder, id) for id in claim_ids} - set(made):
        gone.unlink(missing_ok=True)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own making, no shell
            command, capture_output=True, text=True, check=False, timeout=_GIT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"nothing can be committed: git cannot be run ({error})") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"git {arguments[0]} failed"
        raise SettingsError(
            f"nothing can be committed: {said}; the ledger has the nights, see `retest report`"
        )
    return done.stdout.strip()
