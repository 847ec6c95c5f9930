"""What every request works with: the room, the keys, and whoever sits at the browser."""

import getpass
from dataclasses import dataclass
from typing import Annotated, Final, cast
from urllib.parse import parse_qs, quote, unquote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from claims.deciding import MAX_NAME_CHARS, Ruled, recalled
from claims.errors import DecisionRefused
from review.live import Retests
from review.views.answers import Answers
from review.views.pictures import Pictures
from review.views.room import Room
from review.web.guard import Keys
from review.web.rendering import rendered

NAME: Final = "retest-name"
_MAX_FIELDS: Final = 20


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the server holds for as long as it runs."""

    room: Room
    keys: Keys
    retests: Retests
    pictures: Pictures
    answers: Answers
    by: str | None
    """Who decides when the browser does not say; None where it must."""

    def close(self) -> None:
        """Let go of the ledger and of the workers that draw pages and work answers out."""
        self.answers.close()
        self.pictures.close()
        self.room.close()


def desk_of(request: Request) -> Desk:
    """The server's desk."""
    return cast("Desk", request.app.state.desk)


AtDesk = Annotated[Desk, Depends(desk_of)]


def user_name() -> str | None:
    """The name under which this process runs, where it has one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def who(request: Request) -> str:
    """Who sits at this browser, or nothing when it is not known."""
    said = unquote(request.cookies.get(NAME, ""))[:MAX_NAME_CHARS]
    return said if said.strip() and said.isprintable() else desk_of(request).by or ""


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """`template` with what every page needs."""
    desk = desk_of(request)
    session = request.state.session
    asked = request.query_params
    told = {
        "mark": desk.keys.form_mark(session),
        "by": who(request),
        "here": _here(request),
        "words": "",
        "is_on_shelf": desk.pictures.is_on_shelf,
        "decided": _decided(desk, asked.get("on"), asked.get("decided"), asked.get("seen")),
    }
    return HTMLResponse(rendered(template, told | values), status)


def _here(request: Request) -> str:
    """This page's own address, without the word of what was last decided."""
    aside = {"decided", "on", "seen"}
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in aside]
    query = "&".join(f"{quote(k)}={quote(v)}" for k, v in kept)
    return quote(request.url.path) + (f"?{query}" if query else "")


def _decided(
    desk: Desk, claim_id: str | None, decision_id: str | None, seen: str | None
) -> Ruled | None:
    if not claim_id or not decision_id:
        return None
    return recalled(desk.room.ledger, claim_id, decision_id, seen)


@dataclass(frozen=True, kw_only=True)
class Form:
    """The fields of a form that one of our own pages sent."""

    fields: dict[str, list[str]]

    def get(self, name: str) -> str:
        """The field, or nothing."""
        return self.fields.get(name, [""])[0]


async def form_of(request: Request, desk: AtDesk) -> Form:
    """The form sent. Raises DecisionRefused when it is not one of ours."""
    content = await request.body()
    try:
        fields = parse_qs(content.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise DecisionRefused("the form does not read: nothing was entered") from None
    form = Form(fields=fields)
    if not desk.keys.is_mark(request.state.session, form.get("mark")):
        raise DecisionRefused(
            "this form was not made for this browser, or is older than its session: nothing was "
            "entered; load the page again"
        )
    return form


Sent = Annotated[Form, Depends(form_of)]
"""Async, so that the body is read before the page's own work goes to a thread."""
