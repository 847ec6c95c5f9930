"""Telling people after a night: mail, Slack and the rest, through Apprise.

Off until `[notify] urls` or RETEST_NOTIFY names where to. A quiet night is quiet unless
`quiet_nights` asks for it; a failed night always speaks. What could not be sent is told, and fails
nothing: the night is in the ledger.
"""

import asyncio
from collections.abc import Awaitable
from typing import Final

from claims.errors import NotificationFailed
from flows.nightly import Finished
from flows.watch import Watch
from flows.workspace import Workspace
from reports.report import Report
from reports.summary import headline, title
from reports.words import count, listed, visible

_URLS: Final = "[notify] urls or RETEST_NOTIFY"
_FAILED: Final = "The night failed"
_LINES: Final = 3
_LONGEST_LINE: Final = 200
"""A phone shows about so much of a message."""


def wanted(workspace: Workspace) -> tuple[str, ...]:
    """The addresses to tell, as Apprise writes them; none when notifying is off."""
    return workspace.environment.notify or workspace.settings.notify.urls


async def telling(workspace: Workspace, watch: Watch, night: Awaitable[Finished]) -> Finished:
    """The finished `night`, once people were told of it, or of how it failed.

    Raises what the night raised. That people could not be told fails no night: `watch` says so.
    """
    try:
        finished = await night
    except Exception as error:
        await _tell(workspace, watch, _FAILED, _line(f"{error}; what was committed is kept"))
        raise
    report = finished.report
    quiet = not report.changed and not report.run.failures
    if not quiet or workspace.settings.notify.quiet_nights:
        head = _FAILED if report.run.source_failed else title(report)
        await _tell(workspace, watch, head, "\n".join(lines(workspace, report)))
    return finished


async def _tell(workspace: Workspace, watch: Watch, head: str, body: str) -> None:
    if not wanted(workspace):
        return
    try:
        await asyncio.to_thread(_send, workspace, head, body)
    except NotificationFailed as error:
        watch.say(str(error))


def send_test(workspace: Workspace) -> int:
    """To how many addresses a test was sent. Raises NotificationFailed."""
    _send(workspace, "retest: a test", "Notifications after a night arrive here.")
    return len(wanted(workspace))


def lines(workspace: Workspace, report: Report) -> tuple[str, ...]:
    """What changed in three lines at most, then a link where there is one."""
    moved = [
        f"{story.before} → {story.after}: {story.claim.text}"
        for story in report.changed
        if story.moved
    ]
    run, told = report.run, [headline(report)]
    if run.failures:
        worst = run.source_failed or run.failures[0]
        place = 0 if run.source_failed else 1
        told.insert(place, f"{count(len(run.failures), 'failure')}: {worst.message}")
    told = [*told, *moved][:_LINES]
    url = workspace.settings.review.url
    return (*map(_line, told), *([f"{url.rstrip('/')}/tonight"] if url else []))


def _line(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST_LINE else f"{shown[: _LONGEST_LINE - 1]}…"


def _send(workspace: Workspace, head: str, body: str) -> None:
    import apprise

    urls = wanted(workspace)
    senders = [apprise.Apprise() for _ in urls]
    if not urls:
        raise NotificationFailed(
            "nobody is to be told: name addresses under [notify] urls in retest.toml, such as "
            '"mailto://user:password@example.org"'
        )
    # An address may hold a password: it is told by its number alone.
    for n, (sender, url) in enumerate(zip(senders, urls, strict=True), start=1):
        if not sender.add(url):
            raise NotificationFailed(f"number {n} of {_URLS} is no address of Apprise")
    text = apprise.NotifyFormat.TEXT
    sent = [sender.notify(title=head, body=body, body_format=text) for sender in senders]
    if not all(sent):
        failed = listed([str(n) for n, was_sent in enumerate(sent, start=1) if not was_sent])
        raise NotificationFailed(
            f"the message could not be delivered to number {failed} of {_URLS}: "
            "`retest doctor --notify` tries again"
        )
