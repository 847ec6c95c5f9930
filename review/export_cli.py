"""`retest export` and `retest site`: what is held, for other programs and other people."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from review.options import JsonOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from claims.evidence import Paper
    from claims.ledger import Ledger
    from flows.workspace import Workspace
    from reports.holdings import Holding

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Export claims, evidence and changes as JSON, CSV, BibTeX, RIS, Atom or Markdown.",
)

OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Write this file [default: print it].", show_default=False),
]
ClaimOption = Annotated[
    str | None, typer.Option("--claim", help="Of this claim alone.", show_default=False)
]

_RUNS_IN_FEED: Final = 50
"""Readers keep what they have seen; the whole history is in the JSON export."""


@app.command("json")
def as_json(
    claim: ClaimOption = None,
    schema: Annotated[bool, typer.Option("--schema", help="The JSON schema instead.")] = False,
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Everything that is held: claims, standings, evidence with quotes, rulings, history."""
    del json  # It is JSON anyway.
    from reports import export

    if schema:
        from review import shown

        shown.as_json(export.Export.model_json_schema())
        return
    with _held(workspace, claim) as held:
        _give(export.to_json(held), out)


def _command(form: Callable[[Iterable["Holding"]], str]) -> Callable[..., None]:
    """A command that gives what `form` makes of what is held."""

    def give(
        claim: ClaimOption = None,
        out: OutOption = None,
        workspace: WorkspaceOption = None,
        json: JsonOption = False,
    ) -> None:
        with _held(workspace, claim) as held:
            _give(form(held), out, json=json)

    return give


def _csv(held: Iterable["Holding"]) -> str:
    from reports import export

    return export.to_csv(held)


def _bibtex(held: Iterable["Holding"]) -> str:
    from reports import bibliography

    return bibliography.bibtex(_papers(held))


def _ris(held: Iterable["Holding"]) -> str:
    from reports import bibliography

    return bibliography.ris(_papers(held))


def _papers(held: Iterable["Holding"]) -> list["Paper"]:
    return [paper for holding in held for paper in holding.papers]


app.command(
    "csv", help="A row for every quote; what would run in a spreadsheet as a formula is defused."
)(_command(_csv))
app.command("bibtex", help="The papers that the evidence which counts is quoted from, as BibTeX.")(
    _command(_bibtex)
)
app.command("ris", help="The same papers as RIS, for Zotero, EndNote and the rest.")(_command(_ris))


@app.command()
def atom(
    out: OutOption = None, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """The changes of the newest runs as an Atom feed, linked to the review page where it is set."""
    opened = opened_workspace(workspace)
    with _ledger(opened) as ledger:
        url = opened.settings.review.url
        _give(_feed(opened, ledger, url=url), out, json=json)


@app.command()
def markdown(
    folder: Annotated[Path, typer.Argument(help="Where the files go: one a claim.")],
    claim: ClaimOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """A Markdown file for every claim, whose lines change only when the claim does."""
    from reports.claim_pages import write_markdown
    from review import shown

    with _held(workspace, claim) as held:
        made = write_markdown(held, folder)
    if json:
        shown.as_json([str(path) for path in made])
    else:
        shown.out(f"{len(made)} files are in {folder}")


def site(
    folder: Annotated[Path, typer.Argument(help="Where the site goes.")],
    url: Annotated[
        str | None,
        typer.Option(help="Where it will be served: links in its feed.", show_default=False),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write every report and claim as a static site for any web server: no scripts, no server."""
    from flows.steps import report_of
    from reports.holdings import holdings
    from reports.site import write_site
    from review import shown

    opened = opened_workspace(workspace)
    with _ledger(opened) as ledger:
        held = tuple(holdings(ledger, opened.inquiries()))
        reports = (report_of(ledger, run.id) for run in ledger.runs.newest())
        feed = _feed(opened, ledger, url=url, ending=".html")
        index = write_site(folder, reports, held, feed=feed)
    if json:
        shown.as_json({"index": str(index), "n_claims": len(held)})
    else:
        shown.out(f"the site is in {folder}: open {index}")


def _feed(workspace: "Workspace", ledger: "Ledger", *, url: str | None, ending: str = "") -> str:
    from reports.atom import feed
    from reports.overnight import changes_of

    texts = {c.id: c.text for inquiry in workspace.inquiries() for c in inquiry.claims}
    runs = ledger.runs.newest(limit=_RUNS_IN_FEED)
    told = ((run, changes_of(ledger, run.id)) for run in runs)
    return feed(told, lambda id: texts.get(id) or ledger.claims.latest(id).text, url=url,
                ending=ending)  # fmt: skip


@contextmanager
def _ledger(workspace: "Workspace") -> Iterator["Ledger"]:
    from claims.ledger import Ledger

    ledger = Ledger.open(workspace.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def _held(folder: Path | None, claim_id: str | None) -> Iterator[Iterator["Holding"]]:
    from claims.library import held_claim
    from reports.holdings import holdings

    opened = opened_workspace(folder)
    inquiries = opened.inquiries()
    if claim_id is not None:
        held_claim(inquiries, claim_id)
    with _ledger(opened) as ledger:
        yield holdings(ledger, inquiries, claim_id)


def _give(text: str, out: Path | None, *, json: bool = False) -> None:
    from reports.render import write_file
    from review import shown

    if out is not None:
        write_file(out, text)
    if json:
        shown.as_json({"file": str(out) if out else None, "text": None if out else text})
    elif out is None:
        sys.stdout.write(text)
    else:
        shown.out(f"written: {out}")
