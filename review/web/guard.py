"""What stands before every request: who may ask, from where, and how much.

Refused before any page is reached: a Host that is not ours (a name that was rebound to this
machine), a request without the token where one is needed, a form that another site sent, a body
that is too large. Every answer says that no script, frame or picture from elsewhere may act.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import MutableMapping
from http.cookies import SimpleCookie
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 64 * 1024
"""A reason of 2,000 characters needs 24 KB when every one of them is percent-encoded."""

MAX_URL_CHARS: Final = 2_000
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

SESSION: Final = "retest-session"
TOKEN: Final = "retest-token"  # noqa: S105 - the name of a cookie, not a secret

_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it a browser sends `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_TOLD: Final = {
    401: "open the address that `retest review` printed: it carries the token\n",
    403: "another site sent this form: it was not entered\n",
    413: "too large\n",
    414: "the address is too long\n",
    421: "this server does not go by that name\n",
}
_MONTH_S: Final = 30 * 86_400
_SESSION_BYTES: Final = 24
_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Keys:
    """What is derived from the secret of a workspace: the token, and the mark of our own forms."""

    def __init__(self, secret: bytes, *, token_needed: bool) -> None:
        self._secret = secret
        self.token_needed = token_needed

    @property
    def token(self) -> str:
        """What lets a browser in on a host other than loopback."""
        return self._derived("token", "")

    def form_mark(self, session: str) -> str:
        """What every form of this session carries and no other site can know."""
        return self._derived("form", session)

    def is_mark(self, session: str, mark: str) -> bool:
        """Whether `mark` is that of this session."""
        return _same(self.form_mark(session), mark)

    def is_token(self, said: str) -> bool:
        """Whether `said` is the token."""
        return _same(self.token, said)

    def _derived(self, use: str, text: str) -> str:
        return hmac.new(self._secret, f"{use}:{text}".encode(), hashlib.sha256).hexdigest()


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: frozenset[str]) -> None:
        """`hosts` are the names by which this server may be asked, without ports."""
        self._app = app
        self._keys = keys
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookies = _cookies(Headers(scope=scope))
        session = cookies.get(SESSION, "")
        is_new = not _is_session(session)
        scope.setdefault("state", {})["session"] = session = (
            secrets.token_urlsafe(_SESSION_BYTES) if is_new else session
        )

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(message, session if is_new else None, scope["scheme"] == "https")
            await send(message)

        answer = self._refusal(scope, cookies) or self._entry(scope)
        if answer is not None:
            await answer(scope, receive, sent)
            return
        await self._app(scope, _bounded(receive), sent)

    def _refusal(self, scope: Scope, cookies: dict[str, str]) -> Response | None:
        headers, n_chars = Headers(scope=scope), len(scope["path"]) + len(scope["query_string"])
        length = headers.get("content-length", "0")
        refused = {
            421: not self._is_our_name(_hostname(headers.get("host", ""))),
            414: n_chars > MAX_URL_CHARS,
            403: scope["method"] in _UNSAFE and not _is_ours(headers),
            413: not length.isdecimal() or int(length) > MAX_BODY_BYTES,
            401: not self._may_enter(scope, cookies),
        }
        status = next((status for status, holds in refused.items() if holds), None)
        return PlainTextResponse(_TOLD[status], status) if status else None

    def _is_our_name(self, name: str) -> bool:
        """Whether it is one of ours, or an address: only a name can be rebound to this machine."""
        try:
            return name in self._hosts or bool(ip_address(name))
        except ValueError:
            return False

    def _may_enter(self, scope: Scope, cookies: dict[str, str]) -> bool:
        """Whether the token is there where one is needed: in the cookie or in the address."""
        said = dict(_asked(scope)).get("token", "")
        is_token = self._keys.is_token
        return not self._keys.token_needed or is_token(cookies.get(TOKEN, "")) or is_token(said)

    def _entry(self, scope: Scope) -> Response | None:
        """The way in with a token in the address: into a cookie, and out of the address."""
        said = dict(_asked(scope)).get("token", "")
        if not self._keys.token_needed or not self._keys.is_token(said):
            return None
        rest = urlencode([(name, value) for name, value in _asked(scope) if name != "token"])
        answer = RedirectResponse(_local(scope["path"]) + (f"?{rest}" if rest else ""), 303)
        secure = scope["scheme"] == "https"
        answer.set_cookie(
            TOKEN, said, max_age=_MONTH_S, httponly=True, samesite="lax", secure=secure
        )
        return answer


def _bounded(receive: Receive) -> Receive:
    n_bytes = 0

    async def bounded() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    return bounded


def _harden(message: MutableMapping[str, Any], session: str | None, secure: bool) -> None:
    headers = MutableHeaders(raw=message["headers"])
    for name, value in _HEADERS.items():
        # A page may name a policy of its own, such as that of a document with its own style.
        headers.setdefault(name, value)
    headers.setdefault("cache-control", "private, no-cache")
    if session:
        # Strict would give whoever follows the link of a message another session, and with it make
        # every form void that is open beside.
        marks = "HttpOnly; SameSite=Lax; Path=/" + ("; Secure" if secure else "")
        headers.append("set-cookie", f"{SESSION}={session}; {marks}")


def _is_ours(headers: Headers) -> bool:
    """Whether the form was sent by a page of this very server, as far as the browser says."""
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: m.value for name, m in SimpleCookie(headers.get("cookie", "")).items()}
    except Exception:  # noqa: BLE001 - a cookie that does not read is no cookie
        return {}


def _is_session(text: str) -> bool:
    return re.fullmatch(r"[\w-]{32}", text, re.ASCII) is not None


def _asked(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"))


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _local(path: str) -> str:
    """`path` as one of this server: `//elsewhere` would be another one's."""
    return "/" + path.lstrip("/\\")


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
