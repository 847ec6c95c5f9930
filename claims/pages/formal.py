"""Papers as bibliographies write them: formal entries, BibTeX, and people beside an id."""

import re
from typing import Final

from claims.claim import SourceRef
from claims.ids import ArxivId

_BIBTEX: Final = re.compile(
    r"\b(title|author|year)\s*=\s*(?:\{|\")?((?:[^{}\"]|\{[^{}]{0,80}\}){1,600}?)"
    r"(?:\}|\"|,\s*\w+\s*=|\s*\}$)",
    re.IGNORECASE,
)
BIBTEX_BEGINS: Final = re.compile(r"(?=@[A-Za-z]{3,20}\{)")
"""Where an entry of BibTeX begins."""
_PREPRINT: Final = re.compile(
    r"[.,:;]?\s*(?:in\s+)?(?:arxiv\s+)?(?:e-?print|preprint)\s*(?:arxiv)?[\s:,]*$", re.IGNORECASE
)
_AFTER_ENTRY: Final = re.compile(r"[\s.,;()\[\]]*(?:((?:19|20)\d\d)[a-z]?)?[\s.,;()\[\]]*")
_PIECES: Final = re.compile(
    r"\s*\((?:19|20)\d\d[a-z]?\)[.,:]?\s+|(?<=[\w)][\w)])\.\s+(?=[A-Z\d“\"])"
)
"""Between authors, title and the rest: a full stop that ends no initial, or the year."""
_NAMES: Final = re.compile(
    r"(?:[^\W\d_][\w.'’-]*,?\s+(?:(?:…|\.\.\.),?\s+)?(?:and\s+|&\s+|et al\.?,?\s*)?){1,30}"
    r"(?:[^\W\d_][\w.'’-]*|et al)\.?,?$"
)
_IN_BRACKETS: Final = re.compile(r"\(((?:19|20)\d\d)[a-z]?\)")
PEOPLE_BEFORE: Final = re.compile(
    r"((?:(?:[Vv][ao]n|[Dd][aei]|[Ll][ae]|[Ee]l|[Aa]l|bin) )?[A-Z][^\W\d_]+(?:[-'’]\w+)*)"
    r"(?:,? (?:&|and) [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?|,? et al\.?)"
    r"(?:,? [(\[]?(?:19|20)\d\d[a-z]?[)\]]?)?[\s,;:(\[–—-]*$"
)
"""People and perhaps a year right before an id: "La Cava & Tagarelli (2024) [arXiv:...]"."""
_PARTED: Final = re.compile(r"[“”\"«»„]|\s[—–|·]\s")
"""Marks by which less formal entries part title and people."""
_FEWEST_WORDS: Final = 3
_LONGEST: Final = 1_000
"""Characters on either side of the id in an entry; longer text is prose."""


def bibtex(text: str, arxiv: ArxivId) -> SourceRef | None:
    """The paper of a BibTeX entry."""
    fields = {name.lower(): told for name, told in _BIBTEX.findall(text)}
    if not fields:
        return None
    author = re.split(r"\s+and\s+", fields.get("author", ""))[0]
    family, _, given = author.partition(",")
    year = fields.get("year", "")
    return SourceRef(
        arxiv=arxiv,
        title=" ".join(re.sub(r"[{}]", "", fields.get("title", "")).split()) or None,
        first_author=f"{given} {family}".strip() or None,
        year=int(year) if re.fullmatch(r"(?:19|20)\d\d", year) else None,
    )


def formal_entry(before: str, after: str, arxiv: ArxivId, *, listed: bool) -> SourceRef | None:
    """The paper of "A. Author, B. Author. Title. arXiv preprint arXiv:ID, 2024.".

    `listed` says that the entry stands in a list of references; elsewhere "preprint" says it, for
    a sentence with its citation at the end looks the same.
    """
    if len(before) > _LONGEST or len(after) > _LONGEST:
        return None
    is_preprint = _PREPRINT.search(before)
    ends = _AFTER_ENTRY.fullmatch(after)
    if not ends or not (listed or is_preprint):
        return None
    if _PARTED.search(before):
        return None
    body = (before[: is_preprint.start()] if is_preprint else before).strip(" .,;(")
    pieces = [piece.strip(" .") for piece in _PIECES.split(body) if piece.strip(" .")]
    authors, titles = pieces[:1], pieces[1:]
    if not titles or not _NAMES.match(authors[0]):
        authors, titles = [], pieces
    if not titles or len(titles[0].split()) < _FEWEST_WORDS:
        return None
    year = ends[1] or (_IN_BRACKETS.search(body) or [None, None])[1]
    return SourceRef(
        arxiv=arxiv,
        title=titles[0],
        first_author=_first_of(authors[0]) if authors else None,
        year=int(year) if year else None,
    )


def _first_of(authors: str) -> str | None:
    """The first of several people: "Flint, A., & Wick, B." is A. Flint."""
    name = re.split(r",? et al|,? and |,? & |, (?=[A-Z][a-z])", authors)[0].strip(" ,")
    inverted = re.fullmatch(r"([^,]+), ((?:[A-Z]\.? ?-?)+)", name)
    return f"{inverted[2]} {inverted[1]}" if inverted else name or None
