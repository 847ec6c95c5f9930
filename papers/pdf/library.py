"""The only import of PyMuPDF, and names for what it hands out.

PyMuPDF says that it has types, and most of its functions have none: here they are given up
knowingly, at one place.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import pymupdf

mupdf: Final[Any] = pymupdf
"""The library."""

Document: TypeAlias = Any
Page: TypeAlias = Any
Pixmap: TypeAlias = Any
Matrix: TypeAlias = Any
Point: TypeAlias = Any
Raw: TypeAlias = Mapping[str, Any]
"""A block, line, span or letter (PyMuPDF, "Structure of Dictionary Outputs")."""

_OUT_OF_MEMORY: Final = re.compile(r"\b[mc]alloc|realloc|out of memory", re.IGNORECASE)
_LONGEST: Final = 120


def said_by(error: Exception) -> str:
    """What the library says is wrong, on one line. Raises MemoryError if that is what it says."""
    said = " ".join(str(error).split()) or type(error).__name__
    if _OUT_OF_MEMORY.search(said):
        raise MemoryError from error
    return said[:_LONGEST]
