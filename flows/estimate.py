"""What the model judge would be asked, claim by claim, at most: `--dry-run`."""

from dataclasses import dataclass

from claims.run import Run
from flows.full_text import WholePapers
from flows.judging import prepared
from flows.steps import Scope
from flows.watch import Watch
from flows.wiring import Bench


@dataclass(frozen=True, kw_only=True)
class ClaimEstimate:
    """One claim's share. What serves several claims counts for the first that asks."""

    claim_id: str
    n_papers: int
    """Put before the judge."""
    n_left_unread: int
    """Left by the triage."""
    n_calls: int
    n_answered: int
    """Questions whose answers are known already."""
    n_tokens: int
    cost_usd: float | None
    """None where no price is known."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A night's requests to a model, at most."""

    run_id: str
    claims: tuple[ClaimEstimate, ...]
    budget: str
    prices: str

    @property
    def total(self) -> ClaimEstimate:
        """All claims together."""
        known = [one.cost_usd for one in self.claims if one.cost_usd is not None]
        return ClaimEstimate(
            claim_id="all",
            n_papers=sum(one.n_papers for one in self.claims),
            n_left_unread=sum(one.n_left_unread for one in self.claims),
            n_calls=sum(one.n_calls for one in self.claims),
            n_answered=sum(one.n_answered for one in self.claims),
            n_tokens=sum(one.n_tokens for one in self.claims),
            cost_usd=sum(known) if len(known) == len(self.claims) else None,
        )


async def estimated(
    bench: Bench, run: Run, scope: Scope, whole: WholePapers, watch: Watch
) -> Estimate:
    """What every claim of `scope` would take; nothing is asked. Raises LedgerError."""
    model = bench.model
    if model is None:
        return Estimate(run_id=run.id, claims=(), budget="none", prices="the local judge is free")
    from agents.forecast import Forecast

    forecast, before, told = Forecast(judge=model.judge), (0, 0, 0, 0.0), []
    names = {model.judge.model, model.judge.second_model}
    is_priced = all(model.judge.asking.tariff.of(name) for name in names)
    for inquiry, claim in scope.claims:
        work = await prepared(bench, run, inquiry, claim, whole=whole, watch=watch)
        forecast.add(claim, work.readings)
        amount = forecast.amount
        now = (forecast.n_calls, forecast.n_answered, amount.n_tokens, amount.usd)
        n_calls, n_answered, n_tokens, usd = (b - a for a, b in zip(before, now, strict=True))
        told.append(
            ClaimEstimate(
                claim_id=claim.id,
                n_papers=len(work.readings),
                n_left_unread=work.n_left,
                n_calls=int(n_calls),
                n_answered=int(n_answered),
                n_tokens=int(n_tokens),
                cost_usd=usd if is_priced else None,
            )
        )
        before = now
        watch.advance(claim.id)
    tariff = model.judge.asking.tariff
    return Estimate(
        run_id=run.id,
        claims=tuple(told),
        budget=str(model.judge.asking.budget.ceilings),
        prices=tariff.told,
    )
