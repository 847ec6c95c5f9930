"""What goes out and what comes back: answers and prompts of an inquiry, and answers checked."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from review.import_cli import page_of
from review.options import (
    BudgetOption,
    JsonOption,
    JudgeOption,
    SourceOption,
    WorkspaceOption,
    opened_workspace,
)

if TYPE_CHECKING:
    from flows.answer_check import Checked


InquiryArgument = Annotated[
    str, typer.Argument(metavar="INQUIRY", help="The inquiry's id, as in its file.")
]


def answer(
    inquiry: InquiryArgument,
    workspace: WorkspaceOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write .md, .html and .json into reports/.")
    ] = False,
    judge: JudgeOption = None,
    budget: BudgetOption = None,
    json: JsonOption = False,
) -> None:
    """Answer an inquiry's three tasks from the ledger, with what to ask next.

    Every statement about the world shows the verified words that carry it, or is flagged. Nothing
    is fetched or read: run `retest nightly` before. With a model as judge the model puts it into
    words, under the same checks; the same answer again asks it nothing.
    """
    import asyncio

    from flows.answering import answered, known
    from reports import answer as told
    from review import shown

    opened = opened_workspace(workspace).judged_by(judge, budget)
    found = known(opened, inquiry)
    report = told.AnswerReport(answer=asyncio.run(answered(opened, found)), records=found.records)
    files = told.write(report, opened.reports).named() if write else {}
    if json:
        shown.as_json({**told.contract(report), "report": files})
        return
    shown.page(told.to_markdown(report))
    for path in filter(None, files.values()):
        shown.out(f"written: {path}")


def prompt(
    inquiry: InquiryArgument,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write an inquiry's research prompt anew, with today's standings, for any assistant.

    `retest import` reads it back; `retest check-answer` verifies what the assistant wrote.
    """
    from flows.answering import known
    from reports.prompt import prompt_of
    from review import shown

    found = known(opened_workspace(workspace), inquiry)
    text = prompt_of(found.inquiry, found.held, found.until, found.records)
    if json:
        shown.as_json({"inquiry": found.inquiry.id, "prompt": text})
    else:
        shown.page(text)


def check_answer(
    answer: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Text, Markdown or HTML; - reads from a pipe.")
    ],
    full_text: Annotated[
        bool,
        typer.Option(
            "--full-text/--abstracts", help="Look for quotations in whole papers where possible."
        ),
    ] = True,
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
    from flows.answer_check import Verdict, abstract_of, whole_texts
    from flows.answer_check import check_answer as check
    from flows.settings import Environment
    from flows.wiring import desk_of, source_of
    from flows.workspace import Workspace
    from review import shown

    statements = read_answer(page_of(answer), "the answer" if answer == "-" else answer)
    opened = Workspace.anywhere(workspace, Environment.read())
    desk = desk_of(opened, source) if full_text else None
    try:
        texts = whole_texts(desk) if desk else abstract_of
        found = check(statements, source_of(opened, source), texts)
    finally:
        if desk:
            desk.reader.close()
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
