"""The OAI-PMH set of an arXiv category.

Source: arXiv's ListSets answer. A set is `group:archive:SUBJECT`; the archives of physics share
one group, every other archive is a group of its own, and an archive without subjects ends there.
"""

import re
from typing import Final

from claims.errors import SettingsError

EVERYTHING: Final = ""
"""In place of a category: all of arXiv."""

_CATEGORY: Final = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:\.([A-Za-z-]+))?")
_PHYSICS: Final = frozenset({
    "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin",
    "nucl-ex", "nucl-th", "physics", "quant-ph",
})  # fmt: skip


def set_of(category: str) -> str:
    """The set of `category`. Raises SettingsError.

    >>> set_of("cs.CL"), set_of("hep-th"), set_of("physics.optics"), set_of("stat")
    ('cs:cs:CL', 'physics:hep-th', 'physics:physics:optics', 'stat')
    """
    match = _CATEGORY.fullmatch(category)
    if not match:
        raise SettingsError(f"{category!r} is not an arXiv category: write it as cs.CL or hep-th")
    archive, subject = match.groups()
    if archive in _PHYSICS:
        return ":".join(filter(None, ("physics", archive, subject)))
    return f"{archive}:{archive}:{subject}" if subject else archive
