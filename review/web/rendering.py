"""Templates of the page: everything printed is escaped, and what would act or hide is shown."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from claims.assessment import Ruling, StandingState
from claims.deciding import COMMON_REASONS, MAX_NAME_CHARS, MAX_WHY_CHARS, STANDING_REASONS
from claims.evidence import Relation
from reports import words
from reports.summary import telling

_TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def rendered(template: str, values: Mapping[str, object]) -> str:
    """The page that `template` makes of `values`."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(path=_path, minute=_minute)
    environment.globals.update(
        symbols=words.SYMBOLS,
        standings=words.STANDING_MEANS,
        flags=words.FLAG_MEANS,
        tiers=words.TIER_MEANS,
        count=words.count,
        seconds=words.seconds,
        confidence_note=words.CONFIDENCE_NOTE,
        grounding_note=words.GROUNDING_NOTE,
        telling=telling,
        relations=tuple(Relation),
        states=tuple(StandingState),
        reject_reasons=COMMON_REASONS[Ruling.REJECT],
        standing_reasons=STANDING_REASONS,
        max_why=MAX_WHY_CHARS,
        max_name=MAX_NAME_CHARS,
    )
    return environment


def _shown(value: object) -> str:
    return value if isinstance(value, Markup) else words.visible(str(value))


def _path(value: object) -> str:
    """`value` as one segment of an address."""
    return quote(str(value), safe="")


def _minute(moment: datetime) -> str:
    return f"{words.utc(moment):%Y-%m-%d %H:%M}"
