"""The command line: every command, its help, and how trouble is told.

Exit codes as diff(1): 0 fine, 1 changes or faults found (`retest diff`, `retest check-answer`),
2 trouble. A RetestError is
one line on stderr; anything else is a fault of ours and keeps its traceback. Whatever is slow to
import is imported inside the command that needs it.
"""

import errno
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claims.errors import RetestError, SourceError
from review import claims_cli, export_cli
from review.answer_cli import answer, check_answer, prompt
from review.backtest_cli import backtest
from review.decide_cli import decide, review
from review.eval_cli import evaluate
from review.export_cli import site
from review.ground_cli import ground
from review.import_cli import import_page
from review.options import (
    BudgetOption,
    DryRunOption,
    JsonOption,
    JudgeOption,
    SourceOption,
    UntilOption,
    WorkspaceOption,
    opened_workspace,
)

if TYPE_CHECKING:
    from flows.workspace import Workspace

app = typer.Typer(
    name="retest",
    no_args_is_help=True,
    # Plain help: rich would read [default: ...] as markup and leave it out.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Holds dated research claims, retests them nightly against new arXiv papers, and says "
    "what changed. Start with `retest demo`, then `retest init` in a folder of your own.",
)
app.add_typer(claims_cli.app, name="claims")
app.add_typer(export_cli.app, name="export")

TROUBLE = 2
CHANGES = 1


@app.command()
def demo(
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            help="An empty folder to keep the workspace in.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Two nights over the bundled sample: no key, no network. The second night's diff is shown.

    The workspace is thrown away afterwards unless --workspace names one to keep.
    """
    from review.demo import show

    show(workspace, json_wanted=json)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to make the workspace.")] = Path(),
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Make a workspace with the starter library. What is there already is left as it is."""
    from flows.settings import Environment
    from flows.workspace import Workspace
    from review import shown

    made = Workspace.create(folder, Environment.read(), papers=source or "arxiv")
    if json:
        shown.as_json({"workspace": str(made.folder)})
        return
    shown.out(f"a workspace is in {made.folder}")
    shown.out("next: edit claims/*.toml, then `retest nightly`, and `retest serve` for every night")


@app.command()
def nightly(
    workspace: WorkspaceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    commit: Annotated[
        bool,
        typer.Option("--commit", help="Commit reports/ and a Markdown file a claim to Git."),
    ] = False,
    judge: JudgeOption = None,
    budget: BudgetOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Fetch new papers, retest every claim against them, and write the night's report.

    Each night starts where the last one ended. The same night twice judges nothing again. A model
    judge stops before a call would pass the budget; what is left is done on the next night.
    """
    chosen = opened_workspace(workspace).judged_by(judge, budget)
    _start(chosen, until, source, claim_id=None, commit=commit, dry_run=dry_run, json=json)


@app.command()
def claim(
    claim_id: Annotated[str, typer.Argument(help="The claim's id, as in `retest claims list`.")],
    workspace: WorkspaceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    judge: JudgeOption = None,
    budget: BudgetOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Retest one claim now, with its own targeted search, and show the steps as they happen."""
    chosen = opened_workspace(workspace).judged_by(judge, budget).at_once()
    _start(chosen, until, source, claim_id=claim_id, dry_run=dry_run, json=json)


@app.command()
def serve(
    workspace: WorkspaceOption = None,
    cron: Annotated[
        str | None,
        typer.Option(help="When the night is, this time, as a cron line.", show_default=False),
    ] = None,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Serve the review page beside it.")
    ] = True,
) -> None:
    """Run the night on its schedule (retest.toml) until stopped, with the review page beside it.

    Offers `retest-claim`, too. Uses the Prefect server of PREFECT_API_URL or retest.toml, or starts
    one on loopback.
    """
    from flows.serve import serve as serve_flows
    from review.progress import Watched

    opened = opened_workspace(workspace)
    with ExitStack() as beside, Watched() as watch:
        if page:
            from review.web.serving import page_beside

            listen = opened.settings.review
            served = page_beside(opened, host=listen.host, port=listen.port)
            watch.say(f"the review page is at {beside.enter_context(served)}")
        serve_flows(opened, watch, cron=cron)


@app.command()
def report(
    run_id: Annotated[
        str | None, typer.Argument(help="The run [default: the newest].", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
    listed: Annotated[bool, typer.Option("--list", help="List the runs instead.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write its files into reports/ again.")
    ] = False,
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="Write the quoted pages of PDFs into reports/ as PNG."),
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            help="Show everything that one assessment rests on; its id, or the beginning of it.",
            metavar="ASSESSMENT",
            show_default=False,
        ),
    ] = None,
    disputed: Annotated[
        bool,
        typer.Option("--disputed", help="List what waits for a person: two looks that disagree."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show a run's report, made again from the ledger without a model or the network."""
    from review import model_cli, reading

    if explain is not None:
        model_cli.explain(opened_workspace(workspace), explain, json_wanted=json)
    elif disputed:
        model_cli.list_disputed(opened_workspace(workspace), json_wanted=json)
    elif listed:
        reading.list_runs(opened_workspace(workspace), json_wanted=json)
    else:
        reading.show_report(
            opened_workspace(workspace),
            run_id,
            write_files=write,
            pictures_wanted=pictures,
            json_wanted=json,
        )


@app.command()
def diff(
    run_id: Annotated[
        str | None, typer.Argument(help="The run [default: the newest].", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List what a run changed, one line each. Exit 1 when something changed, 0 when nothing did."""
    from review import reading

    if reading.show_diff(opened_workspace(workspace), run_id, json_wanted=json):
        raise typer.Exit(CHANGES)


@app.command()
def verify(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Derive every hash, quote and standing in the ledger again. Exit 2 when one does not hold."""
    from review import reading

    if not reading.show_audit(opened_workspace(workspace), json_wanted=json):
        raise typer.Exit(TROUBLE)


@app.command()
def shelf(
    workspace: WorkspaceOption = None,
    prune: Annotated[
        bool,
        typer.Option("--prune", help="First drop what is too old or too much ([shelf] settings)."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the PDFs that were fetched to be read whole: paper, size, age. They are yours to read.

    What is dropped is fetched again when a claim needs it.
    """
    from review.shelf_cli import show

    show(opened_workspace(workspace), prune=prune, json_wanted=json)


@app.command()
def doctor(
    workspace: WorkspaceOption = None,
    source: SourceOption = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send a test to whoever is told after a night.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Check everything a night needs, say what is wrong and how to fix it. Exit 2 on trouble."""
    from review.doctor import show

    if not show(opened_workspace(workspace), source, send_test=notify, json_wanted=json):
        raise typer.Exit(TROUBLE)


app.command("import")(import_page)
app.command()(answer)
app.command()(prompt)
app.command()(ground)
app.command("check-answer")(check_answer)
app.command("eval")(evaluate)
app.command()(decide)
app.command()(review)
app.command()(site)
app.command()(backtest)


class _Stopped(BaseException):
    """Somebody pressed Ctrl-C. No Exception, so that no step takes it for a failure of its own."""


def main() -> None:
    """The `retest` program."""
    signal.signal(signal.SIGINT, _stop)
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    try:
        app()
    except RetestError as error:
        _trouble(str(error))
    except _Stopped:
        _trouble("stopped; what was committed is kept, and the same command goes on from there")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stdout = None
        _trouble("the output could not be written: the disk is full")


def _stop(*_: object) -> None:
    raise _Stopped


def _trouble(line: str) -> None:
    from reports.words import visible

    sys.stderr.write(f"retest: {visible(line)}\n")
    sys.exit(TROUBLE)


def _start(
    workspace: "Workspace",
    until: str | None,
    source: str | None,
    *,
    claim_id: str | None,
    commit: bool = False,
    dry_run: bool,
    json: bool,
) -> None:
    from claims.clock import parse_moment
    from flows.start import forecast, start
    from review import shown
    from review.progress import Watched

    moment = parse_moment(until) if until is not None else None
    with Watched(verbose=claim_id is not None) as watch:
        if dry_run:
            from review import model_cli

            asked = forecast(workspace, moment, watch, claim_id=claim_id, papers=source)
            model_cli.show_estimate(asked, json_wanted=json)
            return
        done = start(workspace, moment, watch, claim_id=claim_id, papers=source, commit=commit)
    shown.finished(done, json_wanted=json)
    if failed := done.run.source_failed:
        raise SourceError(
            f"no new papers could be fetched: {failed.message}; nothing is lost, the next run asks "
            "for the same window again"
        )
    if failures := done.run.failures:
        from reports.words import visible

        first = visible(failures[0].message)
        n_more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        sys.stderr.write(f"retest: some work failed: {first}{n_more}; all is in the report\n")
    if not done.report.stories:
        sys.stderr.write("retest: there is no claim to retest: add one with `retest claims add`\n")
