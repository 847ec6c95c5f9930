"""`retest import`: a page becomes an inquiry file, and what was understood is shown."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from review.options import JsonOption, SourceOption, WorkspaceOption, opened_workspace

if TYPE_CHECKING:
    from claims.health import SourceCheck
    from claims.pages.page import Understood
    from flows.importing import Brought


def import_page(
    page: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Text, Markdown or HTML; - reads from a pipe.")
    ],
    into: Annotated[
        str | None,
        typer.Option(
            help="The inquiry to update [default: the one with the same question, or a new one].",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be understood; write nothing.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not look the cited papers up.")
    ] = False,
    workspace: WorkspaceOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Read an inquiry page into claims/: question, notes, dated claims, anchor papers, tasks.

    Shows what was understood, how surely, and every line that found no place. Importing a page
    again updates its inquiry; what you edited in the file stays, and is told where the page
    differs. The cited papers are looked up when the source can be reached.
    """
    from claims.clock import utc_now
    from flows.importing import bring
    from flows.wiring import source_of

    opened = opened_workspace(workspace)
    brought = bring(
        opened,
        page_of(page),
        "the page" if page == "-" else page,
        None if offline else source_of(opened, source),
        today=utc_now().date(),
        into=into,
        write=not dry_run,
    )
    if json:
        _print_json(brought)
    else:
        _print(brought)


_NOT_STATED = "not stated"
_UP_TO_DATE = "already up to date"


def page_of(name: str) -> bytes:
    """The bytes of the file, or of standard input for `-`. Raises LibraryError."""
    from claims.errors import LibraryError
    from claims.pages.lines import MAX_BYTES

    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LibraryError(name, None, f"cannot be read: {error.strerror}") from None


def check_row(check: "SourceCheck") -> dict[str, object]:
    """One cited paper and every answer on it, as JSON values."""
    newest = check.newest
    return {
        "arxiv": str(check.ref.arxiv),
        "title": check.ref.title or (newest.title if newest else None),
        "exists": check.resolves.value,
        "title_agrees": check.titled.value if check.ref.title else _NOT_STATED,
        "first_author_agrees": check.authored.value if check.ref.first_author else _NOT_STATED,
        "year_agrees": check.dated.value if check.ref.year else _NOT_STATED,
        "stands": check.stands.value,
        "latest": str(newest.id) if newest else None,
        "submitted_on": str(newest.submitted_on) if newest else None,
        "problems": list(check.problems),
    }


def print_checks(checks: "tuple[SourceCheck, ...]") -> None:
    """Print the cited papers, one a row, with what is wrong."""
    from review import shown

    if not checks:
        return
    rows = [
        [
            str(row["arxiv"]),
            str(row["exists"]),
            *(str(row[f"{name}_agrees"]) for name in ("title", "first_author", "year")),
            str(row["latest"] or ""),
            "; ".join(check.problems) or "fine",
        ]
        for check in checks
        for row in (check_row(check),)
    ]
    shown.table(["paper", "exists", "title", "author", "year", "latest", "what to mind"], rows)


def _print(brought: "Brought") -> None:
    from review import shown

    page, imported = brought.page, brought.imported
    rows = [
        [one.field, _short(one.value), _how_sure(one), _lines(one.lines)] for one in page.understood
    ]
    shown.table(["field", "understood as", "how sure", "lines"], rows)
    print_checks(brought.checks)
    if brought.unchecked:
        shown.out(f"papers not looked up: {brought.unchecked}")
    if page.unplaced:
        shown.out(f"not placed ({len(page.unplaced)}), and not in the file:")
        for line in page.unplaced:
            shown.out(f"line {_lines(line.lines)}: {_short(line.text)} ({line.why})")
    if imported is None:
        shown.out("nothing was written: this was a dry run")
        return
    for change in imported.changes:
        shown.out(f"{change.field}: {change.what.value}; the page says: {_short(change.page_says)}")
    done = "written" if imported.is_new else "updated" if imported.is_updated else _UP_TO_DATE
    shown.out(f"{done}: {imported.file} (inquiry {imported.inquiry.id}); it is yours to edit")


def _print_json(brought: "Brought") -> None:
    from review import shown

    page, imported = brought.page, brought.imported
    inquiry = imported.inquiry if imported else page.inquiry
    shown.as_json(
        {
            "file": str(imported.file) if imported else None,
            "new": imported.is_new if imported else None,
            "inquiry": inquiry.model_dump(mode="json"),
            "understood": [
                {
                    "field": one.field,
                    "value": one.value,
                    "sureness": one.sureness.value,
                    "because": one.because or None,
                    "lines": list(one.lines),
                }
                for one in page.understood
            ],
            "labels": [{"lines": list(one.lines), "text": one.text} for one in page.labels],
            "unplaced": [
                {"lines": list(one.lines), "text": one.text, "why": one.why}
                for one in page.unplaced
            ],
            "changes": [
                {"field": c.field, "what": c.what.value, "page_says": c.page_says}
                for c in (imported.changes if imported else ())
            ],
            "papers": [check_row(check) for check in brought.checks],
            "papers_not_looked_up": brought.unchecked,
        }
    )


_SHOWN_CHARS = 110


def _how_sure(one: "Understood") -> str:
    return f"{one.sureness.value}: {one.because}" if one.because else one.sureness.value


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN_CHARS else flat[: _SHOWN_CHARS - 1] + "…"


def _lines(numbers: tuple[int, ...]) -> str:
    """Such as "3", "3-5" or "3, 9"; none for what was derived."""
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}-{numbers[-1]}"
    return ", ".join(map(str, numbers))
