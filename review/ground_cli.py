"""`retest ground`: which paper a claim may come from, proposed; adopted by a person alone."""

from typing import TYPE_CHECKING, Annotated

import typer

from review.options import JsonOption, SourceOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from flows.grounding import Proposal


def ground(
    claim: Annotated[str, typer.Argument(help="The id of a claim, or of a note.")],
    adopt: Annotated[
        str | None,
        typer.Option(
            metavar="ARXIV_ID",
            help="Write this paper into the file as a source of the claim: your decision.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Who decides; needed with --adopt.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Look for the paper that a claim came from, and show verified words of each candidate.

    Searches the index and the source for papers from before the claim's date ended. Nothing is
    adopted by itself: until you do, the claim stays UNGROUNDED and every report says so.
    """
    from claims.clock import utc_now
    from claims.errors import SettingsError
    from claims.ids import ArxivId
    from flows.grounding import adopt as adopt_source
    from flows.grounding import propose
    from flows.wiring import opened
    from review import shown

    today = utc_now().date()
    if adopt is not None and not by:
        raise SettingsError("--adopt needs --by: the file says whose decision it was")
    with opened(opened_workspace(workspace), source) as bench:
        if adopt is not None and by:
            adopted = adopt_source(bench, claim, ArxivId.parse(adopt), by=by, today=today)
            if json:
                shown.as_json({"claim": claim, "adopted": _row(adopted), "by": by})
            else:
                shown.out(f"adopted for {claim} by {by}: {adopted.paper.id}, {adopted.paper.title}")
                shown.out("the next night checks it like any other source")
            return
        found = propose(bench, claim, today=today)
    if json:
        proposals = [_row(one) for one in found.proposals]
        shown.as_json({"claim": claim, "proposals": proposals, "not_searched": found.unsearched})
        return
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
    from review import shown

    paper = proposal.paper
    shown.out(f"{paper.id}  {paper.title}, submitted {paper.submitted_on}")
    shown.page(f"  “{proposal.cited.quote}”")
    numbers = f", its numbers {', '.join(proposal.numbers)}" if proposal.numbers else ""
    ours = "; summary in our words, not the authors'" if proposal.in_our_words else ""
    shown.page(f"  {proposal.share:.0%} of the claim's telling words{numbers}{ours}")


def _row(proposal: "Proposal") -> dict[str, object]:
    paper, cited = proposal.paper, proposal.cited
    return {
        "arxiv": str(paper.id),
        "title": paper.title,
        "first_author": paper.authors[0] if paper.authors else None,
        "submitted_on": str(paper.submitted_on),
        "quote": cited.quote,
        "tier": cited.tier.value,
        "source": cited.passage.source.value,
        "share": round(proposal.share, 3),
        "numbers": list(proposal.numbers),
        "url": paper.id.url,
    }
