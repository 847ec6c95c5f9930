"""Closes every socket but loopback, in the test process and in every Python that it starts.

Python imports a module of this name by itself when its folder is on PYTHONPATH; `conftest.py` puts
it there for child processes and imports it for the tests. An audit hook is used because it also
sees sockets that libraries open from C-level wrappers, and cannot be undone by a test.
"""

import ipaddress
import sys
from typing import Final

_LOOKED_UP: Final = frozenset({
    "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
})  # fmt: skip
_SPOKEN_TO: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class NetworkIsClosed(RuntimeError):
    """Something reached beyond loopback. Not an OSError: nobody may take it for a bad network."""


def is_loopback(host: object) -> bool:
    """Whether `host` is this machine: None, a name of loopback, or one of its addresses."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if text in {"", "localhost", "0.0.0.0", "::"}:  # noqa: S104 - what a server binds is here
        return True
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def refuse_the_network(event: str, args: tuple[object, ...]) -> None:
    """Raise NetworkIsClosed for a socket event that concerns another machine."""
    if event in _LOOKED_UP and not is_loopback(args[0]):
        raise NetworkIsClosed(f"a test asked for the address of {args[0]!r}: only loopback is open")
    if event in _SPOKEN_TO and isinstance(args[1], tuple) and not is_loopback(args[1][0]):
        raise NetworkIsClosed(f"a test spoke to {args[1]!r}: only loopback is open")


sys.addaudithook(refuse_the_network)
