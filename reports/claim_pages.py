"""One page a claim: Markdown that a diff reads well, and HTML for a static site.

No page says when it was made: it changes when the claim does, and then only in the lines that did.
"""

from collections.abc import Iterable
from pathlib import Path

from reports.holdings import Holding
from reports.render import file_stem, filled, write_file


def to_markdown(holding: Holding) -> str:
    """The claim as CommonMark, one statement a line."""
    return filled("claim.md.j2", held=holding)


def to_html(holding: Holding) -> str:
    """The claim as one HTML file without scripts, which loads nothing."""
    return filled("claim.html.j2", held=holding)


def write_markdown(held: Iterable[Holding], folder: Path) -> tuple[Path, ...]:
    """A file `<claim id>.md` in `folder` for every claim; others there are left alone.

    Raises LedgerError naming the file that could not be written.
    """
    made = []
    for holding in held:
        made.append(claim_page(folder, holding.claim.id))
        write_file(made[-1], to_markdown(holding))
    return tuple(made)


def claim_page(folder: Path, claim_id: str) -> Path:
    """Where `write_markdown` puts a claim's file."""
    return folder / f"{file_stem(claim_id)}.md"
