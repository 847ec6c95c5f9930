"""`retest ground`: which paper a claim may come from, proposed; adopted by a person alone."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from review.options import JsonOption, SourceOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from claims.grounding import Grounding, Proposal
    from flows.workspace import Workspace


def ground(
    claim: Annotated[
        str | None,
        typer.Argument(
            help="The id of a claim, or of a note [default: list what nights have proposed].",
            show_default=False,
        ),
    ] = None,
    adopt: Annotated[
        str | None,
        typer.Option(
            metavar="ARXIV_ID",
            help="Write this paper into the file as a source of the claim: your decision.",
            show_default=False,
        ),
    ] = None,
    dismiss: Annotated[
        str | None,
        typer.Option(
            metavar="ARXIV_ID",
            help="The claim does not come from this paper: it is not proposed again.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Who decides; needed with --adopt and --dismiss.", show_default=False),
    ] = None,
    why: Annotated[
        str, typer.Option(help="Why it is dismissed, in a few words.", show_default=False)
    ] = "",
    workspace: WorkspaceOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Look for the paper that a claim came from, and show verified words of each candidate.

    Searches the index and the source for papers from before the claim's date ended. Nothing is
    adopted by itself: until you do, the claim stays UNGROUNDED and every report says so. Nights do
    the same in their spare time ([grounding] settings); what they propose waits in the queue.
    """
    from claims.clock import utc_now
    from claims.errors import SettingsError
    from claims.ids import ArxivId
    from flows import grounding
    from flows.wiring import opened
    from review import shown

    now = utc_now()
    decided = adopt or dismiss
    if decided is not None and not by:
        raise SettingsError("--adopt and --dismiss need --by: whose decision it was is kept")
    if adopt and dismiss:
        raise SettingsError("--adopt and --dismiss are two decisions: give one at a time")
    place = opened_workspace(workspace)
    if claim is None:
        if decided:
            raise SettingsError("name the claim or note that the decision is about")
        _list(place, json=json)
        return
    with opened(place, source) as bench:
        if adopt and by:
            paper = ArxivId.parse(adopt)
            adopted = grounding.adopt(bench, claim, paper, by=by, today=now.date())
            _tell(claim, {"adopted": _row(adopted), "by": by}, json=json)
        elif dismiss and by:
            paper = ArxivId.parse(dismiss)
            grounding.dismiss(bench.ledger, bench.inquiries, claim, paper, by=by, at=now, why=why)
            _tell(claim, {"dismissed": paper.number, "by": by}, json=json)
        else:
            found = grounding.propose(bench, claim, today=now.date())
            if json:
                proposals = [_row(one) for one in found.proposals]
                shown.as_json(
                    {"claim": claim, "proposals": proposals, "not_searched": found.unsearched}
                )
            else:
                _show(found)


def _list(place: "Workspace", *, json: bool) -> None:
    from claims.ledger import Ledger
    from flows.grounding import waiting_sources
    from reports.contract import grounding_values
    from review import shown

    ledger = Ledger.open(place.ledger_url)
    try:
        waiting = waiting_sources(ledger, place.inquiries())
    finally:
        ledger.close()
    if json:
        shown.as_json([grounding_values(one) for one in waiting])
        return
    for found in waiting:
        shown.out(f"for {found.holder_id}:")
        _show(found)
    if not waiting:
        shown.out("no proposed source waits")


def _tell(claim: str, done: dict[str, object], *, json: bool) -> None:
    from review import shown

    if json:
        shown.as_json({"claim": claim, **done})
    elif "dismissed" in done:
        shown.out(f"dismissed for {claim} by {done['by']}: {done['dismissed']}")
    else:
        paper = cast("dict[str, object]", done["adopted"])
        shown.out(f"adopted for {claim} by {done['by']}: {paper['arxiv']}, {paper['title']}")
        shown.out("the next night checks it like any other source")


def _show(found: "Grounding") -> None:
    from review import shown

    claim = found.holder_id
    for proposal in found.proposals:
        _print(proposal)
    if found.unsearched:
        shown.out(f"the index alone was searched: {found.unsearched}")
    if found.proposals:
        shown.out(f"adopt one with `retest ground {claim} --adopt ID --by NAME`; {claim} stays as")
        shown.out("it is until then")
    else:
        shown.out(f"nothing found that {claim} may come from")


def _print(proposal: "Proposal") -> None:
    from reports.summary import telling
    from review import shown

    paper = proposal.paper
    shown.out(f"{paper.id}  {paper.title}, submitted {paper.submitted_on}")
    shown.page(f"  “{proposal.cited.quote}”")
    shown.page(f"  {telling(proposal)}")


def _row(proposal: "Proposal") -> dict[str, object]:
    from reports.contract import proposal_values

    return {"arxiv": str(proposal.paper.id), **proposal_values(proposal)}
