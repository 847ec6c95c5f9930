"""What comes after a night, however it was started: a commit where wanted, then word of it."""

from collections.abc import Awaitable

from flows.commit import committing
from flows.nightly import Finished
from flows.notify import telling
from flows.watch import Watch
from flows.workspace import Workspace


async def concluding(
    workspace: Workspace, watch: Watch, night: Awaitable[Finished], *, commit: bool
) -> Finished:
    """The finished `night`; people are told, too, when it could not be committed.

    Raises what the night raised, and SettingsError when Git refuses.
    """
    done = committing(workspace, watch, night) if commit else night
    return await telling(workspace, watch, done)
