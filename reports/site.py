"""All reports and claims as a folder of plain HTML that any web server can hand out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from reports import claim_pages, render, summary
from reports.holdings import Holding
from reports.render import file_stem, filled, write_file
from reports.report import Report


def write_site(
    folder: Path, reports: Iterable[Report], held: Sequence[Holding], *, feed: str
) -> Path:
    """The site's `index.html`; beside it `runs/`, `claims/` and the feed `changes.atom`.

    Raises LedgerError naming the file that could not be written. Reports are taken one by one.
    """
    listed = []
    for report in reports:
        stem = file_stem(report.run.id)
        write_file(folder / "runs" / f"{stem}.html", render.to_html(report, home="../index.html"))
        told = summary.title(report), summary.headline(report)
        listed.append((f"runs/{stem}.html", *told))
    for holding in held:
        name = f"{file_stem(holding.claim.id)}.html"
        write_file(folder / "claims" / name, claim_pages.to_html(holding))
    pages = [(f"claims/{file_stem(h.claim.id)}.html", h) for h in held]
    write_file(folder / "changes.atom", feed)
    write_file(folder / "index.html", filled("site.html.j2", runs=listed, pages=pages))
    return folder / "index.html"
