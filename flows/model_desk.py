"""The model judge put together: its endpoint, what it remembers, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from claims.errors import SettingsError
from claims.ledger import Ledger
from claims.model_call import ModelBatch, ModelCall, ModelPrompt
from claims.run import Counts, Spent
from flows.settings import BudgetSettings
from flows.workspace import Workspace

if TYPE_CHECKING:
    from agents.access import Access
    from agents.budget import Ceilings
    from agents.endpoint import Endpoint
    from agents.openai_judge import OpenAiJudge
    from agents.pricing import Tariff

_IN_A_BATCH: Final = 1_000
"""Branches of the graph that wait together for a batch."""


class LedgerMemory:
    """What was asked and answered, in the ledger, under the run that asks."""

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        self._calls = ledger.model_calls
        self.run_id = run_id

    def add(self, call: ModelCall) -> None:
        """Keep a request that has ended."""
        self._calls.add(call, self.run_id)

    def keep_prompt(self, prompt: ModelPrompt) -> None:
        """Keep the instructions that calls name by hash."""
        self._calls.keep_prompt(prompt)

    def answer(self, key: str) -> ModelCall | None:
        """The newest request of this key that was answered, in any run."""
        return self._calls.answer(key)

    def spent(self) -> Mapping[str, Spent]:
        """What the run has spent, by claim."""
        return self._calls.by_claim(self.run_id)

    def note_batch(self, batch: ModelBatch) -> None:
        """Keep a batch that was handed over."""
        self._calls.note_batch(batch, self.run_id)

    def open_batches(self) -> tuple[ModelBatch, ...]:
        """Batches of the last days with those keys whose answers were never read."""
        return self._calls.open_batches()


@dataclass(frozen=True, kw_only=True)
class ModelDesk:
    """The model judge with all that a run has to know beside the port."""

    judge: "OpenAiJudge"
    endpoint: "Endpoint"
    memory: LedgerMemory
    is_batch: bool
    left_unread: dict[str, int]
    """Claim id to the number of candidate papers that the triage left unread in this run."""

    @property
    def n_parallel(self) -> int | None:
        """Branches at a time where it is not for the settings to say."""
        return _IN_A_BATCH if self.is_batch else None

    def begin(self, run_id: str) -> None:
        """Count what is asked from here on for this run, on top of what it spent before a kill."""
        self.memory.run_id = run_id
        self.judge.asking.begin()
        self.left_unread.clear()

    def counts(self) -> Mapping[str, Any]:
        """What the run asked and spent, as fields of `claims.run.Counts`."""
        by_claim = dict(self.memory.spent())
        return Counts(
            n_model_calls=sum(spent.n_model_calls for spent in by_claim.values()),
            n_tokens=sum(spent.n_tokens for spent in by_claim.values()),
            cost_usd=sum(spent.cost_usd for spent in by_claim.values()),
            by_claim=by_claim,
        ).model_dump(include={"n_model_calls", "n_tokens", "cost_usd", "by_claim"})

    def notes(self, ledger: Ledger) -> tuple[str, ...]:
        """What a reader of the run should know, one line each."""
        outcomes = ledger.model_calls.outcomes(self.memory.run_id)
        told = []
        if outcomes:
            ends = ", ".join(f"{n:,} {outcome}" for outcome, n in outcomes.items())
            told.append(f"requests to the model: {ends}; {self.judge.asking.tariff.told}")
        if n_left := sum(self.left_unread.values()):
            told.append(
                f"{n_left:,} candidate papers, counted for each claim, were not put before the "
                "model: the judge of rules found nothing near the claim in them"
            )
        return tuple(told)


def model_desk_of(workspace: Workspace, ledger: Ledger, run_id: str = "outside a run") -> ModelDesk:
    """The model judge that the settings name. Raises SettingsError."""
    from agents.asking import Asking
    from agents.batching import Batches
    from agents.budget import Budget
    from agents.endpoint import Endpoint
    from agents.openai_judge import OpenAiJudge
    from agents.pool import Pool
    from agents.rules_judge import RulesJudge

    settings = workspace.settings.judge
    access = access_of(workspace)
    if access.is_hosted and not access.key:
        raise SettingsError("the judge openai needs a key: set OPENAI_API_KEY")
    tariff = prices_of(workspace, access)
    ceilings = _ceilings(settings.budget)
    models = tuple(dict.fromkeys((settings.model, settings.second_model or settings.model)))
    if ceilings.in_usd and (unpriced := [name for name in models if tariff.of(name) is None]):
        raise SettingsError(
            f"no price of the model {unpriced[0]} at {access.address} is known, so a budget in USD "
            "cannot be kept: name a file with it as [judge] prices, or limit tokens instead"
        )
    endpoint = Endpoint(access)
    memory = LedgerMemory(ledger, run_id)
    budget = Budget(ceilings)
    batches = Batches(endpoint, memory, poll_s=settings.batch_poll_s) if settings.batch else None
    pool = Pool(settings.parallel, first_wait_s=settings.retry_wait_s)
    asking = Asking(
        ask=endpoint.ask,
        line=batches or pool,
        way=lambda: endpoint.way,
        budget=budget,
        tariff=tariff,
        memory=memory,
        address=access.address,
        settings=_decisive(settings.max_output_tokens, access),
    )
    if batches:
        asking.ask = batches.asker(asking.key)
    judge = OpenAiJudge(
        asking,
        triage=RulesJudge(),
        model=settings.model,
        second_model=settings.second_model,
        max_output=settings.max_output_tokens,
        n_compared=settings.compared_per_paper,
    )
    return ModelDesk(
        judge=judge,
        endpoint=endpoint,
        memory=memory,
        is_batch=settings.batch,
        left_unread={},
    )


def access_of(workspace: Workspace) -> "Access":
    """Where the endpoint is and how it is asked; the environment comes before the file."""
    from agents.access import Access

    settings, environment = workspace.settings.judge, workspace.environment
    options = {
        name: value
        for name in ("temperature", "reasoning_effort")
        if (value := getattr(settings, name)) is not None
    }
    return Access(
        base_url=environment.openai_base_url or settings.base_url,
        key=environment.openai_api_key or settings.api_key or "",
        api=settings.api,
        timeout_s=settings.timeout_s,
        options=options,
    )


def prices_of(workspace: Workspace, access: "Access") -> "Tariff":
    """What the models of the endpoint cost. Raises SettingsError, LibraryError."""
    from agents.pricing import tariff_of

    named = workspace.settings.judge.prices
    return tariff_of(access, workspace.folder / Path(named).expanduser() if named else None)


def _ceilings(budget: BudgetSettings) -> "Ceilings":
    from agents.budget import Ceilings

    return Ceilings(**budget.model_dump())


def _decisive(max_output: int, access: "Access") -> dict[str, str]:
    """The settings that decide an answer beside model and prompt."""
    return {
        "max_output_tokens": str(max_output),
        **{name: str(value) for name, value in sorted(access.options.items())},
    }
