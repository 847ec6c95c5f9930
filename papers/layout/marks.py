"""How captions, headings, footnotes and the reference list announce themselves."""

import re
from typing import Final

_NUMBER: Final = r"(?:[A-Z]{0,2}[.-]?\d{1,3}(?:\.\d+)?|[IVXL]{1,5})"
_CAPTION: Final = re.compile(
    r"(?:(?:Extended Data |Supplementary )?"
    r"(?:Fig(?:ure|\.)|Tab(?:le|\.)|Algorithm|Listing|Scheme|Box|Chart|Exhibit|Prompt)"
    rf"|FIG\.|FIGURE|TABLE)\s*{_NUMBER}\s*(?P<mark>[:.|]|\n)"
)
_REFERENCES: Final = re.compile(
    r"(?:[\dIVX]{1,4}\.?\s+)?"
    r"(?:References?(?: and Notes)?|Bibliography|Literature Cited|Works Cited)\s*:?",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(r"\s*(?:\d{1,2}\D|[∗*†‡§¶♠♣♡♢])")  # noqa: RUF001 - the asterisk of TeX
_HEADING: Final = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})*|[IVX]{1,4})\.?\s+[A-Z]")


def is_a_caption(text: str) -> bool:
    """Whether `text` begins as a caption does, with a stop or a line end after the number.

    >>> is_a_caption("Table 2. Scores."), is_a_caption("Table 2 shows the scores.")
    (True, False)
    """
    return _CAPTION.match(f"{text}\n") is not None


def must_be_a_caption(line: str) -> bool:
    """Whether `line` begins a caption even in the middle of a block: its number has a colon."""
    found = _CAPTION.match(f"{line}\n")
    return found is not None and found["mark"] in ":|"


def is_a_table_caption(text: str) -> bool:
    """Whether `text`, a caption, is that of a table."""
    return text.lstrip().lower().startswith("tab")


def is_the_references_heading(text: str) -> bool:
    """Whether `text` is the heading of a reference list and nothing else."""
    return _REFERENCES.fullmatch(text.strip()) is not None


def is_a_note(text: str) -> bool:
    """Whether `text` begins with the mark of a footnote."""
    return _NOTE.match(text) is not None


def is_a_heading(text: str) -> bool:
    """Whether `text` begins with the number or letter of a section."""
    return _HEADING.match(text) is not None
