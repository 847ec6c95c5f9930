"""`retest check-answer`: an answer that some assistant wrote, verified statement by statement."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from review.import_cli import page_of
from review.options import JsonOption, SourceOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.answer_check import Checked


def check_answer(
    answer: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Text, Markdown or HTML; - reads from a pipe.")
    ],
    workspace: WorkspaceOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
) -> None:
    """Verify every arXiv id, title, date and quotation in an answer that an assistant wrote.

    Says of each: real and right; real, but another paper, of another date, or without the quoted
    words; not found; could not check. Needs no workspace: without one arXiv is asked. Exit 1 when
    something is wrong.
    """
    from claims.pages.stated import read_answer
    from flows.answer_check import Verdict
    from flows.answer_check import check_answer as check
    from flows.settings import Environment
    from flows.wiring import source_of
    from flows.workspace import Workspace
    from review import shown

    statements = read_answer(page_of(answer), "the answer" if answer == "-" else answer)
    opened = Workspace.anywhere(workspace, Environment.read())
    found = check(statements, source_of(opened, source))
    counts = Counter(one.verdict for one in found)
    if json:
        shown.as_json({
            "counts": {verdict.value: counts[verdict] for verdict in Verdict},
            "statements": [_row(one) for one in found],
        })  # fmt: skip
    else:
        _print(found)
        told = [f"{n} {verdict.value}" for verdict in Verdict if (n := counts[verdict])]
        shown.out("; ".join(told) or "no arXiv id and no quotation in this answer")
    if any(counts[verdict] for verdict in set(Verdict) - {Verdict.RIGHT, Verdict.UNCHECKED}):
        raise typer.Exit(1)


def _row(one: "Checked") -> dict[str, object]:
    return {
        "kind": one.kind,
        "stated": one.stated,
        "arxiv": str(one.arxiv) if one.arxiv else None,
        "verdict": one.verdict.value,
        "why": one.why,
        "lines": list(one.lines),
    }


def _print(found: "tuple[Checked, ...]") -> None:
    from review import shown

    if not found:
        return
    rows = [
        [", ".join(map(str, one.lines[:1])), one.kind, one.stated, one.verdict.value, one.why]
        for one in found
    ]
    shown.table(["line", "", "stated", "verdict", "why"], rows)
