"""Text as Markdown that shows that very text, whatever it holds.

Marks, HTML, links, tables, entities, autolinks and block openings are escaped with backslashes,
as CommonMark (section 2.4) allows for any ASCII punctuation; line breaks become spaces first.
"""

import re
from typing import Final

from markupsafe import Markup

from reports.words import visible

_INLINE: Final = re.compile(r"[\\`*_{}\[\]<>&|~#$^@]|:(?=[^\s\d])|\.(?=[^\W\d_])")
"""What acts inside a line; a colon or point only where it could start a link or an emoji."""

_OPENING: Final = re.compile(r"^(?:(?=[-+=:])|(\d{1,9})(?=[.)](?:\s|$)))")
"""What acts at the start of a line: lists, rules, underlines of headings, numbers of lists."""


def md(value: object) -> Markup:
    r"""`value` as escaped Markdown on one line; what is `Markup` already is left as it is.

    >>> print(md("# [x](javascript:1) <b>*2.5 %*"))
    \# \[x\](javascript:1) \<b\>\*2.5 %\*
    """
    if isinstance(value, Markup):
        return value
    escaped = _INLINE.sub(r"\\\g<0>", visible(str(value)))
    return Markup(_OPENING.sub(r"\1\\", escaped))  # noqa: S704 - escaped above for its format
