"""Free text with every arXiv id in it vetted: what is not the paper meant is struck and flagged.

An id counts only when the ledger knows the paper, and knows it under the title that the text
gives it. What nobody could look up is not shown as real either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from claims.health import Records
from claims.naming import same_title
from claims.pages.stated import CitedPaper, papers_in
from reports.markdown import md
from reports.words import visible

NOT_GROUNDED: Final = "not grounded in a real paper"
"""The flag on every statement about the world that no verified words carry."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A piece of a text; `struck` says why it cannot stand, empty where it can."""

    text: str
    struck: str = ""


def vetted(text: str, records: Records) -> tuple[Span, ...]:
    """`text` in pieces, in order; joined they are the whole text again."""
    spans: list[Span] = []
    at = 0
    for cited in papers_in(text):
        if cited.start < at:
            continue
        if why := _fault(cited, records):
            spans.append(Span(text=text[at : cited.start]))
            spans.append(Span(text=text[cited.start : cited.end], struck=why))
            at = cited.end
    spans.append(Span(text=text[at:]))
    return tuple(span for span in spans if span.text)


def vetted_markdown(text: str, records: Records) -> Markup:
    """`text` as escaped Markdown, faults struck."""
    return Markup("").join(_markdown(text, records))


def vetted_html(text: str, records: Records) -> Markup:
    """`text` as escaped HTML, faults struck."""
    return Markup("").join(
        Markup("<del>{}</del> <strong>[{}]</strong>").format(visible(span.text), span.struck)
        if span.struck
        else escape(_kept(span.text))
        for span in vetted(text, records)
    )


def _markdown(text: str, records: Records) -> Iterator[Markup]:
    for span in vetted(text, records):
        if span.struck:
            yield Markup("~~{}~~ **[{}]**").format(md(span.text), md(span.struck))
        else:
            lead = " " if span.text[:1].isspace() else ""
            end = " " if span.text[-1:].isspace() else ""
            yield Markup("{}{}{}").format(lead, md(span.text), end if span.text.strip() else "")


def _kept(text: str) -> str:
    """One line, with the spaces at its ends that part it from its neighbours."""
    lead, end = text[:1].isspace() * " ", text[-1:].isspace() * " "
    return f"{lead}{visible(text)}{end if text.strip() else ''}"


def _fault(cited: CitedPaper, records: Records) -> str:
    if cited.arxiv is None:
        return f"no arXiv id, {NOT_GROUNDED}"
    versions = records.get(cited.arxiv.number)
    if not versions:
        return f"not known to any source asked, {NOT_GROUNDED}"
    titled = cited.title is None or any(same_title(cited.title, p.title) for p in versions)
    if not titled and not any(p.title.lower() in cited.around.lower() for p in versions):
        return f"another paper: its title is “{versions[-1].title}”"
    return ""
