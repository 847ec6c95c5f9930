"""A report as Markdown, as one self-contained HTML file, as JSON, and as files.

The same report gives the same bytes. All text is escaped by default for its format: a template
cannot forget it, because escaping happens where an expression is printed, not where it is written.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from claims.errors import LedgerError
from claims.hashing import content_hash
from reports import summary, words
from reports.contract import contract
from reports.evidence import MAX_SHOWN_PER_SIDE
from reports.markdown import md
from reports.report import Report

_TEMPLATES: Final = Path(__file__).parent / "templates"
STYLE: Final = _TEMPLATES / "report.css"
"""How standings, evidence and balances look; pages that show them share it."""

_MAX_STEM_CHARS: Final = 100
"""Leaves room for the ending within the 255 bytes that file systems give a name."""


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the three forms of a report were written."""

    markdown: Path
    html: Path
    json: Path

    def named(self) -> dict[str, str | None]:
        """The paths by form, as `reports.contract.contract` takes them."""
        return {"markdown": str(self.markdown), "html": str(self.html), "json": str(self.json)}


def to_markdown(report: Report) -> str:
    """The report as CommonMark with tables."""
    return _rendered("report.md.j2", report)


def to_html(report: Report, *, home: str | None = None) -> str:
    """The report as one HTML file without scripts, which loads nothing.

    As a page of a site it leads back to `home`.
    """
    return _rendered("report.html.j2", report, home=home)


def to_json(report: Report, files: Mapping[str, str | None] | None = None) -> str:
    """The report as JSON text by the contract in `reports.contract`."""
    return json.dumps(contract(report, files or {}), indent=2, ensure_ascii=False) + "\n"


def write(report: Report, folder: Path) -> Files:
    """The files `<run id>.md`, `.html` and `.json` in `folder`, each written whole or not at all.

    The JSON file names the others by file name alone, so that the folder can be moved.
    Raises LedgerError naming the file that could not be written.
    """
    stem = file_stem(report.run.id)
    files = Files(
        markdown=folder / f"{stem}.md", html=folder / f"{stem}.html", json=folder / f"{stem}.json"
    )
    names = {form: Path(path).name for form, path in files.named().items() if path}
    write_file(files.markdown, to_markdown(report))
    write_file(files.html, to_html(report))
    write_file(files.json, to_json(report, names))
    return files


def _rendered(template: str, report: Report, **more: object) -> str:
    return filled(
        template,
        report=report,
        title=summary.title(report),
        headline=summary.headline(report),
        basis=summary.basis(report),
        harvest=summary.harvest(report.run),
        costs=summary.costs(report.run),
        settings=summary.settings(report.run),
        remarks=summary.remarks(report),
        **more,
    )


def filled(template: str, **values: object) -> str:
    """The template of this name with `values`, each escaped for the format that its name says."""
    is_html = template.endswith(".html.j2")
    return _environment(is_html=is_html).get_template(template).render(**values)


@cache
def _environment(*, is_html: bool) -> Environment:
    """Templates of reports, escaped for HTML or for Markdown."""
    made = environment(_TEMPLATES, html if is_html else md)
    made.globals.update(
        line=summary.line,
        news=summary.news,
        our_words=words.OUR_WORDS,
        remarks_note=words.REMARKS_NOTE,
        max_shown=MAX_SHOWN_PER_SIDE,
    )
    return made


def environment(folder: Path, shown: Callable[[object], str]) -> Environment:
    """The templates in `folder`, with the fixed words of reports at hand.

    Every printed value goes through `shown` and is escaped, unless it is Markup of this format.
    """
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(
        symbols=words.SYMBOLS,
        standings=words.STANDING_MEANS,
        flags=words.FLAG_MEANS,
        tiers=words.TIER_MEANS,
        confidence_note=words.CONFIDENCE_NOTE,
        grounding_note=words.GROUNDING_NOTE,
        telling=summary.telling,
    )
    return made


def html(value: object) -> str:
    """Text for autoescape to escape, what would act or hide made visible; Markup as it is."""
    return value if isinstance(value, Markup) else words.visible(str(value))


def file_stem(run_id: str) -> str:
    """A file name for any run id, in one folder, distinct for distinct ids."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", run_id)[:_MAX_STEM_CHARS].lstrip(".")
    if stem and stem == run_id:
        return stem
    return f"{stem}-{content_hash('run', {'id': run_id}).removeprefix('sha256:')[:12]}"


def write_file(path: Path, text: str) -> None:
    """Nothing: `text` is in `path`, whole or not at all. Raises LedgerError."""
    partial = path.with_name(f".{uuid4().hex}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise LedgerError(
            f"cannot write {path}: {error.strerror or error}: free the disk or name another folder"
        ) from error
