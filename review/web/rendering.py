"""Templates of the page: everything printed is escaped, and what would act or hide is shown."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment

from claims.assessment import Ruling, StandingState
from claims.deciding import COMMON_REASONS, MAX_NAME_CHARS, MAX_WHY_CHARS, STANDING_REASONS
from claims.evidence import Relation
from reports import words
from reports.render import environment, html

_TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def rendered(template: str, values: Mapping[str, object]) -> str:
    """The page that `template` makes of `values`."""
    return _environment().get_template(template).render(values)


def compile_templates() -> None:
    """Nothing: no page needs to wait for its template to be read."""
    for name in _environment().list_templates():
        _environment().get_template(name)


@cache
def _environment() -> Environment:
    made = environment(_TEMPLATES, html)
    made.filters.update(path=_path, minute=_minute)
    made.globals.update(
        count=words.count,
        relations=tuple(Relation),
        states=tuple(StandingState),
        reject_reasons=COMMON_REASONS[Ruling.REJECT],
        standing_reasons=STANDING_REASONS,
        max_why=MAX_WHY_CHARS,
        max_name=MAX_NAME_CHARS,
    )
    return made


def _path(value: object) -> str:
    """`value` as one segment of an address."""
    return quote(str(value), safe="")


def _minute(moment: datetime) -> str:
    return f"{words.utc(moment):%Y-%m-%d %H:%M}"
