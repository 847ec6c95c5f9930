"""`retest decide` and `retest review`: a person's rulings, in a terminal or on a page."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from claims.assessment import Ruling, StandingState
from claims.evidence import Relation
from review.options import JsonOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from claims.deciding import Ruled
    from claims.ledger import Ledger
    from review.views.room import Room

UNDO = "undo"

ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Who decides [default: your user name].", show_default=False),
]


def decide(
    claim_id: Annotated[str, typer.Argument(help="The claim's id, as in `retest claims list`.")],
    ruling: Annotated[str, typer.Argument(help="accept, reject, amend or undo.")],
    assessment: Annotated[
        str | None,
        typer.Argument(
            help="The assessment ruled on, or the beginning of its id (`retest claims show`) "
            "[default: the standing itself].",
            show_default=False,
        ),
    ] = None,
    relation: Annotated[
        Relation | None,
        typer.Option(help="With amend: what the relation really is.", show_default=False),
    ] = None,
    standing: Annotated[
        StandingState | None,
        typer.Option(help="With amend: what the claim is held to be.", show_default=False),
    ] = None,
    why: Annotated[
        str, typer.Option(help="The reason; kept with the ruling.", show_default=False)
    ] = "",
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Rule on an assessment or on a claim's standing; the standing follows at once.

    accept: it bears as judged, or the claim is held as it stands. reject: the evidence drops out
    and the paper does not come back, or the claim is held as it stood before. amend: say what it
    is. undo: take the last ruling back. Everything is appended, with who, when and why.
    """
    from claims.deciding import Wish, rule
    from claims.errors import DecisionRefused
    from claims.ledger import Ledger
    from review import shown
    from review.tty import tell

    rulings = {str(r): r for r in (Ruling.ACCEPT, Ruling.REJECT, Ruling.AMEND)}
    if ruling not in {*rulings, UNDO}:
        raise DecisionRefused(f"{ruling!r} is no ruling: one of accept, reject, amend, undo")
    who = by or getpass.getuser()
    ledger = Ledger.open(opened_workspace(workspace).ledger_url)
    try:
        target = _target(ledger, claim_id, assessment)
        if ruling == UNDO:
            done = _undo_last(ledger, claim_id, target, by=who, why=why)
        else:
            wish = Wish(
                claim_id=claim_id, assessment_id=target, ruling=rulings[ruling], relation=relation,
                standing=standing, by=who, why=why, seen=_last(ledger, claim_id, target),
            )  # fmt: skip
            done = rule(ledger, wish)
    finally:
        ledger.close()
    if json:
        shown.as_json(as_values(done))
    else:
        tell(done)


def review(
    tty: Annotated[
        bool, typer.Option("--tty", help="Walk the queue here instead of serving the page.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            help="Where to listen [default: 127.0.0.1, or retest.toml]; anything but loopback "
            "needs the token.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            show_default=False,
            help="The port [default: 4300, or retest.toml]; 0 takes any free one.",
        ),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the review page: what changed overnight and why, and deciding by mouse or keyboard.

    --json prints the queue instead. On a host other than loopback a token is asked for; the
    address that is printed carries it.
    """
    from review.views.room import Room

    opened = opened_workspace(workspace)
    if not (tty or json):
        from review.web.serving import serve_page

        listen = opened.settings.review
        serve_page(
            opened, host=host or listen.host, port=listen.port if port is None else port, by=by
        )
        return
    room = Room(opened)
    try:
        if json:
            _print_queue(room)
        else:
            from review.tty import walk

            walk(room, by or getpass.getuser())
    finally:
        room.close()


def as_values(done: "Ruled") -> dict[str, object]:
    """What came of a ruling as plain JSON values."""
    return {
        "decision": {"id": done.decision.id, **done.decision.model_dump(mode="json")},
        "before": done.before.state.value,
        "after": done.after.state.value,
        "counts": done.counts,
        "unseen": [{"id": d.id, **d.model_dump(mode="json")} for d in done.unseen],
    }


def _print_queue(room: "Room") -> None:
    from review import shown
    from review.views.queue import queue

    found = queue(room, limit=1000)
    shown.as_json(
        [
            {
                "claim_id": card.claim.id,
                "text": card.claim.text,
                "standing": card.stand.state.value,
                "flags": [flag.value for flag in card.stand.flags],
                "assessment_id": card.exhibit.id,
                "relation": card.exhibit.piece.relation.value,
                "confidence": card.exhibit.piece.assessment.verdict.confidence,
                "quotes": [quoted.cited.quote for quoted in card.exhibit.piece.quotes],
                "url": card.exhibit.piece.url,
            }
            for card in found.cards
        ]
    )


def _target(ledger: "Ledger", claim_id: str, beginning: str | None) -> str | None:
    """The assessment whose id begins so. Raises DecisionRefused when it is not just one."""
    from claims.errors import DecisionRefused

    if beginning is None:
        return None
    digits = beginning.removeprefix("sha256:")
    found = [
        id
        for id in ledger.work.assessments(claim_id)
        if id.removeprefix("sha256:").startswith(digits)
    ]
    if len(found) != 1:
        told = "no" if not found else f"{len(found)}"
        raise DecisionRefused(
            f"{told} assessments of claim {claim_id} begin with {beginning!r}: "
            f"see `retest claims show {claim_id}`"
        )
    return found[0]


def _last(ledger: "Ledger", claim_id: str, target: str | None) -> str | None:
    made = [d for d in ledger.work.decisions(claim_id) if d.assessment_id == target]
    return max(made, key=lambda d: (d.at, d.id)).id if made else None


def _undo_last(
    ledger: "Ledger", claim_id: str, target: str | None, *, by: str, why: str
) -> "Ruled":
    from claims.deciding import undo
    from claims.errors import DecisionRefused

    last = _last(ledger, claim_id, target)
    if last is None:
        raise DecisionRefused(f"nobody has ruled on that of claim {claim_id}: nothing to undo")
    return undo(ledger, claim_id, last, by=by, why=why)
