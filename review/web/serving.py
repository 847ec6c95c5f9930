"""Serving the page: to this machine alone without ceremony, to anybody else with a token."""

import gc
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Final

import uvicorn

from claims.errors import RetestError, SettingsError
from claims.waiting import waiting
from flows.workspace import Workspace
from review.live import Retests
from review.views.answers import Answers
from review.views.pictures import Pictures
from review.views.room import Room
from review.views.tonight import newest_night, tonight
from review.web.application import application
from review.web.desk import Desk, user_name
from review.web.guard import LOOPBACK, Keys
from review.web.rendering import compile_templates

_SECRET_BYTES: Final = 32
_ANYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised here, not bound to


def serve_page(workspace: Workspace, *, host: str, port: int, by: str | None = None) -> None:
    """Nothing, when it is stopped. Raises SettingsError when it cannot listen there."""
    with _server(workspace, host, port, by) as (server, listening, address):
        print(f"the review page is at {address}", file=sys.stderr, flush=True)  # noqa: T201 - this is where people read the address
        if _is_shared(workspace, host):
            print(  # noqa: T201 - the same
                "whoever has this address can decide; put TLS in front of it where others listen",
                file=sys.stderr,
                flush=True,
            )
        server.run(sockets=[listening])


@contextmanager
def page_beside(workspace: Workspace, *, host: str, port: int) -> Iterator[str]:
    """The address of the page, served in this process while the block runs."""
    with _server(workspace, host, port, None) as (server, listening, address):
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield address
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextmanager
def _server(
    workspace: Workspace, host: str, port: int, by: str | None
) -> Iterator[tuple[uvicorn.Server, socket.socket, str]]:
    listening = _listening(host, port)
    is_shared = _is_shared(workspace, host)
    keys = Keys(_secret(workspace.state), token_needed=is_shared)
    # Alone it is the user's own browser; where others come, each one says who sits there.
    desk_by = by or (None if is_shared else user_name())
    room = Room(workspace)
    desk = Desk(
        room=room, keys=keys, retests=Retests(workspace), pictures=Pictures(room),
        answers=Answers(room), by=desk_by,
    )  # fmt: skip
    warming = Thread(target=_warm, args=(room,), daemon=True)
    warming.start()
    try:
        names = LOOPBACK | {host, *workspace.settings.review.hosts}
        if host in _ANYWHERE:
            names |= {socket.gethostname().lower()}
        config = uvicorn.Config(
            application(desk, names), log_level="warning", server_header=False,
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        query = f"?token={keys.token}" if keys.token_needed else ""
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}/{query}"
        yield uvicorn.Server(config), listening, address
    finally:
        warming.join()
        desk.close()
        listening.close()


def _is_shared(workspace: Workspace, host: str) -> bool:
    """Whether others can reach it: on this address, or through a proxy by a name of its own."""
    return host not in LOOPBACK or bool(set(workspace.settings.review.hosts) - LOOPBACK)


def _warm(room: Room) -> None:
    """Nothing: what the first pages need is read; what is wrong is told on the pages themselves."""
    import reports.timeline  # noqa: F401 - slow to import: the first picture need not wait for it

    compile_templates()
    with suppress(RetestError):
        waiting(room.ledger)
        if run := newest_night(room):
            tonight(room, run)
    # What stays for as long as the server runs is not looked through for garbage again and again:
    # that held up every few dozenth page by 0.2 s.
    gc.collect()
    gc.freeze()


def _listening(host: str, port: int) -> socket.socket:
    is_six = ":" in host
    family = socket.AF_INET6 if is_six else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, dualstack_ipv6=is_six)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"the review page cannot be served: {told}; choose another host or port under [review] "
            "in retest.toml"
        ) from error


def _secret(state: Path) -> bytes:
    """The secret of this workspace, made once and readable by its owner alone."""
    file = state / "review-secret"
    try:
        state.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), open(file, "xb", opener=_for_its_owner) as new:
            new.write(secrets.token_bytes(_SECRET_BYTES))
        secret = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be used: {error.strerror}") from error
    if len(secret) != _SECRET_BYTES:
        raise SettingsError(f"{file} is damaged: delete it, and a new token is made")
    return secret


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
