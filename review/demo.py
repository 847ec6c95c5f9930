"""`retest demo`: two nights over the bundled sample, the second night's diff shown."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from claims.clock import parse_moment
from claims.errors import SettingsError
from flows.settings import FILE, Environment
from flows.start import start
from flows.workspace import Workspace
from reports.contract import contract
from review import shown
from review.progress import Watched

NIGHTS: Final = ("2026-01-01", "2026-07-01")
"""The first night reads what was published up to the end of 2025, the second up to mid-2026."""


def show(folder: Path | None, *, json_wanted: bool) -> None:
    """Run both nights in `folder`, or in one that is thrown away, and print the second."""
    with ExitStack() as stack:
        if folder is None:
            kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retest-demo-")))
        elif (folder / FILE).exists():
            raise SettingsError(f"{folder} is a workspace already: name an empty folder")
        else:
            kept = folder
        # Nobody is told of a demonstration.
        environment = Environment.read().model_copy(update={"notify": ()})
        workspace = Workspace.create(kept, environment, papers="sample")
        watch = stack.enter_context(Watched())
        for night in NIGHTS:
            watch.say(f"the night of {night}, over the bundled sample")
            done = start(workspace, parse_moment(night), watch)
        if folder is not None:
            shown.finished(done, json_wanted=json_wanted)
        elif json_wanted:
            shown.as_json(contract(done.report, {}))
        else:
            shown.report(done.report)
            shown.out("this workspace is thrown away; keep one with `retest demo --workspace DIR`")
