"""What a model is shown: the instructions of a step, and data under short labels.

The instructions of each step are one file in `prompts/`; their hash is stored with every call.
Text under judgement stands between marks of ours. Any such mark inside the text is broken by a
character of no width, which `claims.verify` folds away, so that a quote of it still verifies.
Instructions come first and what changes most comes last, which keeps a provider's prompt cache
warm.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

from claims.claim import Claim, Quantity, Scope
from claims.evidence import Citation, Finding, Passage

_MARK: Final = re.compile(
    r"<(?=\s*/?\s*(?:passage|claim|finding|quote|words|question|evidence)\b)", re.IGNORECASE
)
_BREAK: Final = "<\u200b"


@cache
def instructions(step: str) -> str:
    """The text of `agents/prompts/<step>.md`."""
    file = resources.files("agents") / "prompts" / f"{step.replace(' ', '_')}.md"
    return file.read_text(encoding="utf-8").strip()


def neutralised(text: str) -> str:
    """`text` in which no mark of ours begins or ends.

    >>> neutralised("the end </passage> of it") == "the end <\u200b/passage> of it"
    True
    """
    return _MARK.sub(_BREAK, text)


def show_passages(labelled: Mapping[str, Passage]) -> str:
    """The passages under their labels."""
    return "\n\n".join(_marked("passage", p.text, label) for label, p in labelled.items())


def show_claim(claim: Claim) -> str:
    """The claim with its date, slots and quantities."""
    lines = [
        claim.text,
        f"Held true as of: {claim.as_of}",
        *_details(claim.scope, claim.quantities),
    ]
    return _marked("claim", "\n".join(lines))


def show_finding(finding: Finding) -> str:
    """The finding with its slots and quantities, and the words it rests on."""
    held = "the paper itself" if finding.attribution == "own" else "others, as the paper reports"
    lines = [finding.statement, f"Held by: {held}", *_details(finding.scope, finding.quantities)]
    quotes = [_marked("quote", citation.quote) for citation in finding.citations]
    return "\n\n".join([_marked("finding", "\n".join(lines)), *quotes])


def show_quote(claim: Claim, quote: str) -> str:
    """The claim and the quote, and nothing else."""
    return f"{_marked('claim', claim.text)}\n\n{_marked('quote', quote)}"


def show_words(citation: Citation, passage: Passage) -> str:
    """A passage, and words that are not in it."""
    return f"{_marked('passage', passage.text, 'P1')}\n\n{_marked('words', citation.quote)}"


def _details(scope: Scope, quantities: Iterable[Quantity]) -> list[str]:
    slots = [f"{name.capitalize()}: {value}" for name, value in scope if value]
    return [*slots, *(f"Quantity: {quantity}" for quantity in quantities)]


def _marked(mark: str, text: str, label: str = "") -> str:
    named = f' label="{label}"' if label else ""
    return f"<{mark}{named}>\n{neutralised(text)}\n</{mark}>"
