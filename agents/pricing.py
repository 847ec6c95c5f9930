"""What a model's tokens cost, from a dated table that a person can override.

A model that is in no table has no price, which is said and never taken for nothing. A server on
this machine costs nothing, unless the person's own table prices it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from agents.access import Access
from agents.question import Usage
from claims.claim import Frozen
from claims.errors import SettingsError
from claims.toml import parse, read_text, refusal

_MILLION: Final = 1_000_000
_SNAPSHOT: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")
"""A dated snapshot costs what its model costs."""


class Price(Frozen):
    """US dollars a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Input read from the provider's cache; as `input` where it is left out."""
    written: float | None = Field(default=None, ge=0)
    """Input written to it; as `input` where it is left out."""

    def usd(self, usage: Usage, share: float = 1.0) -> float:
        """What these tokens cost."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        plain = usage.n_input - usage.n_cached - usage.n_written
        parts = (
            plain * self.input,
            usage.n_cached * cached,
            usage.n_written * written,
            usage.n_output * self.output,
        )
        return share * sum(parts) / _MILLION


class PriceTable(Frozen):
    """A file of prices."""

    as_of: date
    source: str
    host: str | None = None
    """The host whose prices these are; None for any."""
    batch_share: float = Field(default=1.0, ge=0, le=1)
    models: dict[str, Price]


FREE: Final = Price(input=0, output=0)


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """The prices that hold for one endpoint."""

    prices: Mapping[str, Price]
    batch_share: float
    told: str
    """Where they are from, for a person."""

    def usd(self, model: str, usage: Usage, *, is_batch: bool = False) -> float | None:
        """What the tokens cost; None where no price is known."""
        price = self.of(model)
        if price is None:
            return None
        return price.usd(usage, self.batch_share if is_batch else 1.0)

    def of(self, model: str) -> Price | None:
        """The price of `model`, or of the model of which it is a dated snapshot."""
        plain = _SNAPSHOT.sub("", model)
        found = (self.prices.get(name) for name in (model, plain, "*"))
        return next((price for price in found if price), None)


def tariff_of(access: Access, override: Path | None = None) -> Tariff:
    """The prices for `access`: the person's own, then the bundled ones. Raises SettingsError."""
    ours = read_prices(Path(str(resources.files("agents") / "prices.toml")))
    tables = [read_prices(override)] if override else []
    tables = [table for table in (*tables, ours) if table.host in {None, access.host}]
    prices: dict[str, Price] = {"*": FREE} if access.is_here else {}
    for table in reversed(tables):
        prices |= table.models
    told = "; ".join(f"prices of {table.as_of} ({table.source})" for table in tables)
    if access.is_here:
        told = told or "a server on this machine costs nothing"
    share = tables[0].batch_share if tables else 1.0
    return Tariff(prices=prices, batch_share=share, told=told or "no prices are known")


def read_prices(file: Path) -> PriceTable:
    """The table in `file`. Raises SettingsError, LibraryError."""
    text = read_text(file)
    try:
        return PriceTable.model_validate(parse(file, text))
    except ValidationError as error:
        raise SettingsError(str(refusal(file, text, error, "models"))) from None
