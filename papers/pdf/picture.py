"""A picture of a page with words marked, for a person to see where they stand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from claims.errors import UnreadablePdf
from claims.evidence import Box
from papers.pdf.document import content_of, opened
from papers.pdf.library import mupdf
from papers.pdf.limits import Limits

_MOST_PIXELS: Final = 12_000_000
"""A poster is shown smaller than asked for."""

_MARK: Final = (1.0, 0.85, 0.1)
_POINTS_AN_INCH: Final = 72


def picture(path: Path, page: int, boxes: Sequence[Box], dpi: int, limits: Limits) -> bytes:
    """A PNG of `page` (from 1) with `boxes` marked, smaller than asked for where it would be huge.

    Raises UnreadablePdf.
    """
    content = content_of(path, limits.max_bytes)
    with opened(content, path.name, limits) as document:
        if not 1 <= page <= document.page_count:
            raise UnreadablePdf(f"{path.name} has no page {page}")
        sheet = document[page - 1]
        for box in boxes:
            shape = sheet.new_shape()
            shape.draw_rect(mupdf.Rect(box) * sheet.derotation_matrix)
            shape.finish(color=None, fill=_MARK, fill_opacity=0.4, width=0)
            shape.commit()
        zoom = min(
            dpi / _POINTS_AN_INCH,
            (_MOST_PIXELS / max(sheet.rect.width * sheet.rect.height, 1)) ** 0.5,
        )
        png: bytes = sheet.get_pixmap(matrix=mupdf.Matrix(zoom, zoom), alpha=False).tobytes("png")
        return png
