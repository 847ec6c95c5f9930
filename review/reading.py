"""Commands that read the ledger: reports made again, diffs, and the audit."""

from typing import TYPE_CHECKING

from claims.errors import RunNotFound
from claims.ledger import Ledger
from flows.steps import report_of
from flows.workspace import Workspace
from review import shown

if TYPE_CHECKING:
    from reports.report import Report


def list_runs(workspace: Workspace, *, json_wanted: bool) -> None:
    """Print the finished runs, newest first."""
    ledger = Ledger.open(workspace.ledger_url)
    runs = ledger.runs.newest()
    ledger.close()
    if json_wanted:
        shown.as_json([run.model_dump(mode="json") for run in runs])
        return
    shown.table(
        ["run", "window", "papers new", "judged", "failed"],
        [
            [
                run.id,
                f"{run.since:%Y-%m-%d} to {run.until:%Y-%m-%d}",
                str(run.counts.n_papers_new),
                str(run.counts.n_papers_read),
                str(len(run.failures)),
            ]
            for run in runs
        ],
    )


def show_report(
    workspace: Workspace,
    run_id: str | None,
    *,
    write_files: bool,
    pictures_wanted: bool,
    json_wanted: bool,
) -> None:
    """Print a run's report, and write its files and the pages it quotes where that is wanted."""
    from reports.contract import contract
    from reports.render import write
    from review.pictures import write_pictures

    report = _report(workspace, run_id)
    files = write(report, workspace.reports).named() if write_files else {}
    pictures = write_pictures(workspace, report) if pictures_wanted else ()
    if json_wanted:
        asked = {"pictures": [vars(picture) for picture in pictures]} if pictures_wanted else {}
        shown.as_json(contract(report, files) | asked)
        return
    shown.report(report)
    for path in filter(None, files.values()):
        shown.out(f"written: {path}")
    for picture in pictures:
        shown.out(f"written: {picture.path}" if picture.path else f"no picture: {picture.why_not}")
    if pictures_wanted and not pictures:
        shown.out("no picture: nothing in this report is quoted from a PDF")


def show_diff(workspace: Workspace, run_id: str | None, *, json_wanted: bool) -> bool:
    """Print what a run changed; whether it changed anything."""
    report = _report(workspace, run_id)
    if json_wanted:
        shown.as_json(report.diff.to_json())
    else:
        for line in report.diff.lines():
            shown.out(line)
        if not report.diff:
            shown.out(f"{report.run.id} changed nothing")
    return bool(report.diff)


def show_audit(workspace: Workspace, *, json_wanted: bool) -> bool:
    """Print what was derived again and every fault; whether there is none."""
    ledger = Ledger.open(workspace.ledger_url)
    audit = ledger.audit()
    ledger.close()
    if json_wanted:
        shown.as_json(
            {
                "n_rows": audit.n_rows,
                "n_quotes": audit.n_quotes,
                "n_standings": audit.n_standings,
                "faults": [vars(fault) for fault in audit.faults],
            }
        )
        return not audit.faults
    for fault in audit.faults:
        shown.out(f"DOES NOT HOLD  {fault}")
    shown.out(
        f"derived again: {audit.n_rows} hashes, {audit.n_quotes} quotes, {audit.n_standings} "
        f"standings; faults: {len(audit.faults)}"
    )
    return not audit.faults


def _report(workspace: Workspace, run_id: str | None) -> "Report":
    ledger = Ledger.open(workspace.ledger_url)
    try:
        if run_id is None:
            newest = ledger.runs.newest(limit=1)
            if not newest:
                raise RunNotFound("no run has finished yet: start one with `retest nightly`")
            run_id = newest[0].id
        return report_of(ledger, run_id)
    finally:
        ledger.close()
