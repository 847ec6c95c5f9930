"""What a person does: rule, undo, adopt a source, retest, say a name.

POST alone, and always answered by a page.
"""

from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from claims.assessment import Ruling, StandingState
from claims.clock import utc_now
from claims.deciding import (
    COMMON_REASONS,
    MAX_NAME_CHARS,
    STANDING_REASONS,
    Ruled,
    Wish,
    rule,
    undo,
)
from claims.errors import DecisionRefused
from claims.evidence import Relation
from claims.ids import ArxivId
from flows.grounding import adopt_proposed, dismiss
from review.web.desk import NAME, AtDesk, Sent, who

E = TypeVar("E", bound=StrEnum)

router = APIRouter()

_YEAR_S = 365 * 86_400


@router.post("/decide")
def decide(request: Request, desk: AtDesk, sent: Sent) -> Response:
    """Enter a ruling; back to where it was made."""
    ruling, choice = _act(sent.get("act"))
    assessment_id = sent.get("assessment") or None
    amends = ruling is Ruling.AMEND
    wish = Wish(
        claim_id=sent.get("claim"),
        assessment_id=assessment_id,
        ruling=ruling,
        relation=_one_of(Relation, choice) if amends and assessment_id else None,
        standing=_one_of(StandingState, choice) if amends and not assessment_id else None,
        by=who(request),
        why=sent.get("why") or _common(ruling, choice, assessment_id),
        seen=sent.get("seen") or None,
    )
    done = rule(desk.room.ledger, wish)
    return _back(sent.get("back"), done, sent.get("seen"))


@router.post("/undo")
def undo_ruling(request: Request, desk: AtDesk, sent: Sent) -> Response:
    """Take a ruling back by another one."""
    done = undo(desk.room.ledger, sent.get("claim"), sent.get("decision"), by=who(request))
    return _back(sent.get("back"), done, sent.get("decision"))


@router.post("/sources")
def source(request: Request, desk: AtDesk, sent: Sent) -> Response:
    """Adopt or dismiss a proposed source; back to where it was decided."""
    room, holder, paper, by = desk.room, sent.get("holder"), sent.get("paper"), who(request)
    now = utc_now()
    match sent.get("act"):
        case "adopt":
            adopt_proposed(room.workspace, room.ledger, holder, paper, by=by, today=now.date())
        case "dismiss":
            arxiv = ArxivId.parse(paper)
            dismiss(room.ledger, room.library.inquiries, holder, arxiv, by=by, at=now)
        case other:
            raise DecisionRefused(f"{other!r} is no decision on a source")
    return RedirectResponse(_place(sent.get("back")), 303)


@router.post("/claims/{claim_id}/retest")
def retest(desk: AtDesk, claim_id: str, sent: Sent) -> Response:
    """Start retesting one claim; its page shows how it goes."""
    del sent
    desk.room.claim(claim_id)
    desk.retests.begin(claim_id)
    return RedirectResponse(f"/claims/{quote(claim_id)}#retest", 303)


@router.post("/name")
def name(request: Request, sent: Sent) -> Response:
    """Say who decides at this browser."""
    said = " ".join(sent.get("name").split())
    if not said or len(said) > MAX_NAME_CHARS or not said.isprintable():
        raise DecisionRefused(f"a name has 1 to {MAX_NAME_CHARS} characters, without controls")
    answer = RedirectResponse(_place(sent.get("back")), 303)
    answer.set_cookie(
        NAME, quote(said), max_age=_YEAR_S, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


def _act(text: str) -> tuple[Ruling, str]:
    """The ruling that a button says and what it chooses: `reject:2`, `amend:QUALIFIES`."""
    said, _, choice = text.partition(":")
    try:
        return Ruling(said), choice
    except ValueError:
        raise DecisionRefused(f"{said!r} is no ruling") from None


def _one_of(kind: type[E], choice: str) -> E:
    try:
        return kind(choice)
    except ValueError:
        raise DecisionRefused(f"{choice!r} is none of {', '.join(kind)}") from None


def _common(ruling: Ruling, choice: str, assessment_id: str | None) -> str:
    reasons = COMMON_REASONS.get(ruling, ())
    if ruling is Ruling.REJECT and assessment_id is None:
        reasons = STANDING_REASONS
    if ruling is Ruling.AMEND:
        return reasons[0]
    wanted = int(choice) if choice.isdecimal() else 0
    return reasons[wanted - 1] if 1 <= wanted <= len(reasons) else ""


def _back(place: str, done: Ruled, seen: str) -> Response:
    path, _, anchor = _place(place).partition("#")
    told = (
        f"on={quote(done.decision.claim_id)}&decided={quote(done.decision.id)}&seen={quote(seen)}"
    )
    joined = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joined}{told}" + (f"#{anchor}" if anchor else ""), 303)


def _place(text: str) -> str:
    """`text` as a place on this server; the start for anything else."""
    parts = urlsplit(text)
    local = not parts.scheme and not parts.netloc and text.startswith("/")
    return text if local and not text.startswith(("//", "/\\")) and text.isprintable() else "/"
