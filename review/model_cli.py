"""What a judge would cost, what an assessment of its rests on, and what waits for a person."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from claims.assessment import Assessment, in_force
from claims.errors import LedgerError
from claims.ledger import Ledger
from claims.model_call import ModelCall
from flows.estimate import ClaimEstimate, Estimate
from flows.workspace import Workspace
from review import shown

_ALGORITHM: Final = "sha256:"
_ID_CHARS: Final = 12
"""Of an id in a table: enough for `--explain`."""


def show_estimate(estimate: Estimate, *, json_wanted: bool) -> None:
    """Print what a run would ask a model, at most."""
    rows = [*estimate.claims, estimate.total]
    if json_wanted:
        claims, total = [vars(one) for one in estimate.claims], vars(estimate.total)
        told = {"budget": estimate.budget, "prices": estimate.prices}
        shown.as_json({"run": estimate.run_id, "claims": claims, "total": total, **told})
        return
    head = ("claim", "papers", "left unread", "known answers", "requests", "tokens", "USD")
    shown.table(head, [_row(one) for one in rows])
    shown.out(
        f"at most, if no answer has to be asked for again; {estimate.prices}; "
        f"budget: {estimate.budget}"
    )
    shown.out("nothing was asked; what was fetched is kept, and the next run goes on from there")


def explain(workspace: Workspace, named: str, *, json_wanted: bool) -> None:
    """Print an assessment and every request behind it. Raises LedgerError."""
    with closing(Ledger.open(workspace.ledger_url)) as ledger:
        assessment = _named(ledger, named)
        calls = ledger.model_calls.behind(assessment)
        prompts = {call.prompt: ledger.model_calls.prompt(call.prompt) for call in calls}
    if json_wanted:
        told = {name: prompt and prompt.model_dump(mode="json") for name, prompt in prompts.items()}
        shown.as_json(
            {
                "assessment": _written(assessment),
                "calls": [call.model_dump(mode="json") for call in calls],
                "prompts": told,
            }
        )
        return
    shown.facts(_facts(assessment))
    for number, call in enumerate(calls, start=1):
        control = " (control: a claim on which nothing bears)" if call.is_control else ""
        shown.out(f"\n== request {number}: {call.step}{control}, {call.outcome}")
        shown.facts(_call_facts(call))
        prompt = prompts[call.prompt]
        for name, text in (
            ("instructions", prompt and prompt.instructions),
            ("schema of the answer", prompt and prompt.answer_schema),
            ("shown", call.shown),
            ("answer", call.answer),
        ):
            shown.out(f"-- {name}")
            for line in (text or "(none)").splitlines():
                shown.out(f"   {line}")
    if not calls:
        shown.out(
            "\nno model was asked: this judge works by rules, or answered before calls were kept"
        )


def list_disputed(workspace: Workspace, *, json_wanted: bool) -> None:
    """Print the assessments whose two looks disagree, and on which nobody has ruled."""
    with closing(Ledger.open(workspace.ledger_url)) as ledger:
        waiting = list(_disputed(ledger))
    if json_wanted:
        shown.as_json([_written(one) for one in waiting])
        return
    shown.table(
        ("assessment", "claim", "paper", "first look", "reason"),
        [
            (
                one.id.removeprefix(_ALGORITHM)[:_ID_CHARS],
                one.claim_id,
                str(one.finding.paper),
                str(one.verdict.disputed),
                one.verdict.reason,
            )
            for one in waiting
        ],
    )


def _row(one: ClaimEstimate) -> tuple[str, ...]:
    numbers = (one.n_papers, one.n_left_unread, one.n_answered, one.n_calls, one.n_tokens)
    usd = "unknown" if one.cost_usd is None else f"{one.cost_usd:.4f}"
    return (one.claim_id, *(f"{n:,}" for n in numbers), usd)


def _named(ledger: Ledger, named: str) -> Assessment:
    found = [one for one, _ in ledger.work.assessments(beginning=named).values()]
    if len(found) != 1:
        many = "several assessments begin" if found else "no assessment begins"
        raise LedgerError(
            f"{many} with {named!r}: `retest report --json` tells their ids (assessment_id)"
        )
    return found[0]


def _disputed(ledger: Ledger) -> Iterator[Assessment]:
    for claim_id, ids in ledger.board.disputed().items():
        ruled = in_force(ledger.work.decisions(claim_id))
        for assessment, _ in ledger.work.assessments(ids=ids).values():
            if assessment.id not in ruled:
                yield assessment


def _written(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.id,
        "claim_id": assessment.claim_id,
        "claim_revision": assessment.claim_revision,
        "finding": assessment.finding.model_dump(mode="json"),
        "verdict": assessment.verdict.model_dump(mode="json"),
        "signature": assessment.signature.model_dump(mode="json"),
        "quotes": [cited.quote for cited in assessment.evidence],
    }


def _facts(assessment: Assessment) -> dict[str, str]:
    verdict, signed = assessment.verdict, assessment.signature
    disputed = {"first look": str(verdict.disputed)} if verdict.disputed else {}
    return {
        "assessment": assessment.id,
        "claim": assessment.claim_id,
        "paper": str(assessment.finding.paper),
        "finding": assessment.finding.statement,
        **{f"quote {n}": cited.quote for n, cited in enumerate(assessment.evidence, start=1)},
        "relation": f"{verdict.relation} ({verdict.confidence:.2f})",
        **disputed,
        "reason": verdict.reason,
        "judge": f"{signed.judge}, {signed.model}",
        "prompt version": signed.prompt_version,
    }


def _call_facts(call: ModelCall) -> dict[str, str]:
    cost = "unknown" if call.cost_usd is None else f"{call.cost_usd:.6f} USD"
    estimated = ", estimated" if call.is_estimated else ""
    tokens = f"{call.n_input:,} in ({call.n_cached:,} cached), {call.n_output:,} out{estimated}"
    return {
        "model": f"{call.model}, answered as {call.model_reported or 'not told'}",
        "endpoint": f"{call.address}, {call.api} API, {call.form}",
        "settings": ", ".join(f"{name} = {value}" for name, value in call.settings.items()),
        "prompt": call.prompt,
        "request id": call.request_id or "not told",
        "tokens": f"{tokens}; {cost}",
        **({"problem": call.problem} if call.problem else {}),
    }
