"""A night as a commit, for libraries that are kept in Git: one readable change a night.

What is committed is what a night writes (`standings/` and `reports/`), nothing else that is about.
"""

import subprocess
from pathlib import Path
from typing import Final

from claims.errors import SettingsError
from claims.ledger import Ledger
from flows.workspace import Workspace
from reports.claim_pages import write_markdown
from reports.holdings import holdings
from reports.report import Report
from reports.summary import headline, title

STANDINGS: Final = "standings"
_GIT_S: Final = 60.0


def commit_night(workspace: Workspace, report: Report) -> str | None:
    """The commit's name, or None when nothing differs from the last one.

    Raises SettingsError when the workspace is not in a Git repository, or Git refuses.
    """
    _git(workspace.folder, "rev-parse", "--git-dir")
    ledger = Ledger.open(workspace.ledger_url)
    try:
        held = holdings(ledger, workspace.inquiries())
        write_markdown(held, workspace.folder / STANDINGS)
    finally:
        ledger.close()
    written = (STANDINGS, workspace.reports.name)
    _git(workspace.folder, "add", "--", *written)
    if not _git(workspace.folder, "diff", "--cached", "--name-only", "--", *written):
        return None
    message = f"{title(report)}: {headline(report)}"
    _git(workspace.folder, "commit", "--quiet", "--message", message, "--", *written)
    return _git(workspace.folder, "rev-parse", "--short", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own making, no shell
            command, capture_output=True, text=True, check=False, timeout=_GIT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"the night was not committed: git cannot be run ({error})") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"git {arguments[0]} failed"
        raise SettingsError(f"the night was not committed: {said}")
    return done.stdout.strip()
