"""`retest claims`: the library as people and programs read it, checked and added to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from review.options import JsonOption, SourceOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from flows.workspace import Workspace
    from review.views.pieces import Exhibit

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show, add and check the claims of a library.",
)


@app.command("list")
def list_claims(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Every claim with its date and where it stands."""
    from claims.ledger import Ledger
    from claims.present import stands
    from review import shown

    opened = opened_workspace(workspace)
    inquiries = opened.inquiries()
    ledger = Ledger.open(opened.ledger_url)
    now = stands(ledger)
    rows = [
        {
            "id": claim.id,
            "inquiry": inquiry.id,
            "as_of": str(claim.as_of),
            "standing": now[claim.id].state.value if claim.id in now else "UNTESTED",
            "flags": list(now[claim.id].flags) if claim.id in now else [],
            "text": claim.text,
        }
        for inquiry in inquiries
        for claim in inquiry.claims
    ]
    ledger.close()
    if json:
        shown.as_json(rows)
        return
    cells = [
        [str(r["id"]), str(r["as_of"]), str(r["standing"]), ", ".join(r["flags"]), str(r["text"])]
        for r in rows
    ]
    shown.table(["claim", "as of", "standing", "flags", "text"], cells)


@app.command()
def show(claim_id: str, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """One claim as it is written, where it stands and on what, and its standing after each run."""
    from claims.ledger import Ledger
    from claims.library import held_claim
    from claims.present import present
    from review import shown
    from review.views.pieces import exhibits

    opened = opened_workspace(workspace)
    _, claim = held_claim(opened.inquiries(), claim_id)
    ledger = Ledger.open(opened.ledger_url)
    history = ledger.runs.history(claim_id)
    ledger.claims.register([claim])
    now = present(ledger, claim_id)
    decisions = ledger.work.decisions(claim_id)
    found = [a for a, _ in ledger.work.assessments(claim_id).values()]
    ledger.close()
    pieces = exhibits(now.claim, now.standing.relations, found, decisions)
    written = claim.model_dump(mode="json", exclude_defaults=True)
    past = [
        {"run": run.id, "standing": row.state.value, "reason": row.reason} for run, row in history
    ]
    if json:
        shown.as_json(
            {
                **written,
                "standing": now.standing.state.value,
                "reason": now.standing.reason,
                "flags": list(now.standing.flags),
                "evidence": [_evidence(e) for e in pieces],
                "decisions": [{"id": d.id, **d.model_dump(mode="json")} for d in decisions],
                "history": past,
            }
        )
        return
    shown.facts({
        "claim": claim.id,
        "text": claim.text,
        "as of": str(claim.as_of),
        "scope": ", ".join(f"{k}: {v}" for k, v in claim.scope.model_dump().items() if v),
        "quantities": ", ".join(map(str, claim.quantities)),
        "sources": ", ".join(str(source.arxiv) for source in claim.sources) or "none: UNGROUNDED",
    })  # fmt: skip
    shown.out(f"now: {now.standing.state}, {now.standing.reason}")
    for e in pieces:
        shown.out(
            f"{e.id.removeprefix('sha256:')[:12]}: {e.piece.relation}, {e.piece.confidence}, "
            f"{e.weight}, {e.piece.paper.id} “{e.piece.quotes[0].cited.quote}”"
        )
    for d in decisions:
        on = d.assessment_id.removeprefix("sha256:")[:12] if d.assessment_id else "the standing"
        shown.out(f"{d.at:%Y-%m-%d %H:%M} {d.by}: {d.ruling} {on}: {d.why}")
    for entry in past:
        shown.out(f"{entry['run']}: {entry['standing']}, {entry['reason']}")


@app.command()
def add(
    text: Annotated[str, typer.Argument(help="The claim, one sentence.")],
    claim_id: Annotated[str, typer.Option("--id", help="Its id: lower-case words and hyphens.")],
    as_of: Annotated[
        str, typer.Option(help="Held true as of: 2024, 2025~ (about), 2024/2025, 2025-06.")
    ],
    inquiry: Annotated[
        str | None,
        typer.Option(help="The inquiry it belongs to [default: the only one].", show_default=False),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help="An arXiv id that it rests on; may be given again.", show_default=False),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option(help="Extra search words; may be given again.", show_default=False),
    ] = None,
    replaces: Annotated[
        str | None, typer.Option(help="The claim that this one replaces.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Add a claim to an inquiry's file, keeping everything that stands there.

    Scope slots and quantities, which make comparisons sharper, are written into the file by hand:
    scope = { population = "open models" }, quantities = [{ measure = "accuracy", low = 76,
    high = 85, unit = "%" }].
    """
    from pydantic import ValidationError

    from claims.claim import Claim
    from claims.errors import LibraryError
    from claims.library import add_claim, find_claim
    from review import shown

    opened = opened_workspace(workspace)
    file = _file_of(opened, inquiry)
    try:
        claim = Claim.model_validate(
            {
                "id": claim_id,
                "text": text,
                "as_of": as_of,
                "sources": [{"arxiv": id} for id in source or ()],
                "queries": query or (),
                "replaces": replaces,
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        problem = f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}"
        raise LibraryError("the new claim", None, problem) from None
    inquiries = opened.inquiries()
    if find_claim(inquiries, claim.id):
        raise LibraryError(str(file), None, f"the claim id {claim.id!r} is taken: choose another")
    if replaces and not find_claim(inquiries, replaces):
        raise LibraryError(str(file), None, f"--replaces: there is no claim {replaces!r}")
    add_claim(file, claim)
    if json:
        shown.as_json({"id": claim.id, "file": str(file)})
    else:
        shown.out(f"added {claim.id} to {file}; retest it with `retest claim {claim.id}`")


@app.command()
def check(
    workspace: WorkspaceOption = None, source: SourceOption = None, json: JsonOption = False
) -> None:
    """Read every file of the library strictly, and check every paper that it names.

    Exists, title, first author, year of the first submission, latest version, withdrawn: from
    what the nights have looked up, or with --source asked anew.
    """
    from claims.ledger import Ledger
    from flows.importing import checked
    from review import shown
    from review.import_cli import check_row, print_checks

    opened = opened_workspace(workspace)
    inquiries = opened.inquiries()
    ledger = Ledger.open(opened.ledger_url)
    ledger.claims.register(claim for inquiry in inquiries for claim in inquiry.claims)
    checks = checked(opened, ledger, inquiries, source)
    ledger.close()
    n_claims = sum(len(inquiry.claims) for inquiry in inquiries)
    if json:
        papers = [check_row(check) for check in checks]
        shown.as_json(
            {"inquiries": len(inquiries), "claims": n_claims, "ok": True, "papers": papers}
        )
    else:
        n_inquiries = len(inquiries)
        print_checks(checks)
        shown.out(f"claims: {n_claims}, inquiries: {n_inquiries}; all read, none reworded")


def _evidence(shown: "Exhibit") -> dict[str, object]:
    return {
        "assessment_id": shown.id,
        "relation": shown.piece.relation.value,
        "weight": shown.weight.value,
        "confidence": shown.piece.assessment.verdict.confidence,
        "paper": str(shown.piece.paper.id),
        "quotes": [quoted.cited.quote for quoted in shown.piece.quotes],
    }


def _file_of(workspace: "Workspace", inquiry_id: str | None) -> Path:
    from claims.errors import LibraryError
    from claims.library import read_inquiry

    folder = workspace.folder / "claims"
    files = {read_inquiry(file).id: file for file in sorted(folder.glob("*.toml"))}
    if inquiry_id is None and len(files) == 1:
        return next(iter(files.values()))
    if inquiry_id not in files:
        asked = f"no inquiry {inquiry_id!r}" if inquiry_id else "name one with --inquiry"
        raise LibraryError(str(folder), None, f"{asked}; there is: {', '.join(files)}")
    return files[inquiry_id]
