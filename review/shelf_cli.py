"""`retest shelf`: the PDFs that were fetched, those that cannot be used, and making room."""

from datetime import datetime

from claims.clock import utc_now
from flows.workspace import Workspace
from papers.shelf import UNUSABLE_FOR
from reports.words import count
from review import shown


def show(workspace: Workspace, *, prune: bool, json_wanted: bool) -> None:
    """Print what is on the shelf, after dropping what is too old or too much, if that is wanted."""
    shelf = workspace.shelf()
    pruned = shelf.prune() if prune else None
    kept, unusable = shelf.listing(), shelf.unusable()
    n_bytes = sum({one.sha256: one.n_bytes for one in kept}.values())
    if json_wanted:
        shown.as_json(
            {
                "papers": [
                    {
                        "paper": str(one.paper),
                        "n_bytes": one.n_bytes,
                        "fetched_at": _utc(one.fetched_at),
                        "sha256": one.sha256,
                        "path": str(one.path),
                    }
                    for one in kept
                ],
                "unusable": [
                    {
                        "paper": str(one.paper),
                        "error": one.error,
                        "why": one.why,
                        "found_at": _utc(one.found_at),
                        "asked_again_from": _utc(one.found_at + UNUSABLE_FOR),
                    }
                    for one in unusable
                ],
                "n_bytes": n_bytes,
                "max_bytes": shelf.max_bytes,
                "pruned": pruned and {"n_papers": pruned.n_papers, "n_bytes": pruned.n_bytes},
            }
        )
        return
    if kept:
        now = utc_now()
        shown.table(
            ["paper", "MB", "days old", "fetched"],
            [
                [
                    str(one.paper),
                    f"{one.n_bytes / 1e6:.1f}",
                    f"{(now - one.fetched_at).days}",
                    f"{one.fetched_at:%Y-%m-%d}",
                ]
                for one in kept
            ],
        )
    shown.out(
        f"{count(len(kept), 'PDF')}, {n_bytes / 1e6:.1f} MB of {shelf.max_bytes / 1e6:,.0f} MB"
    )
    for one in unusable:
        again = one.found_at + UNUSABLE_FOR
        shown.out(
            f"{one.paper}: {one.why} (found {one.found_at:%Y-%m-%d}, asked again {again:%m-%d})"
        )
    if pruned:
        shown.out(
            f"taken off: {count(pruned.n_papers, 'PDF')}, {pruned.n_bytes / 1e6:.1f} MB given back"
        )


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
