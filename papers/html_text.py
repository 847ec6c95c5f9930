"""The visible text of arXiv's HTML rendition, for papers whose PDF has no text.

Reads what a browser would show: no scripts, no attributes, nothing that the markup itself hides.
The text has no pages. Style sheets are not evaluated, so words that only a style sheet hides are
not noticed; arXiv writes the sheets itself, not the authors.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from claims.errors import UnreadablePdf
from claims.evidence import PassageKind, TextSource
from claims.ids import ArxivId
from papers.hidden import smuggled, visible
from papers.instructions import instructions_in
from papers.pdf.limits import Limits
from papers.reading import FullText, HiddenRun, Instruction, Part, Trick

MAX_BYTES: Final = 30_000_000
_DEEPEST: Final = 1_000
_FEWEST_LETTERS: Final = 20
_SHOWN_CHARS: Final = 500


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID: Final = _words("area base br col embed hr img input link meta source track wbr")
_NEVER_SHOWN: Final = _words(
    "annotation annotation-xml button dialog head iframe nav noscript object script style svg "
    "template title"
)
_BLOCKS: Final = _words(
    "address article blockquote dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr "
    "li main ol p pre section table tr ul"
)
_HIDING_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?(?![\d.])"
    r"|font-size\s*:\s*0|color\s*:\s*(?:white\b|#fff(?:fff)?\b|transparent)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_KINDS: Final = (
    ("ltx_bibliography", PassageKind.REFERENCES),
    ("ltx_note_content", PassageKind.FOOTNOTE),
    ("ltx_caption", PassageKind.CAPTION),
    ("ltx_tabular", PassageKind.TABLE),
)
_HEADING: Final = "ltx_title_document"
"""The class that LaTeXML gives to the heading with the title of the paper."""

_TITLES: Final = 2
_ORDER: Final = (
    PassageKind.BODY,
    PassageKind.CAPTION,
    PassageKind.TABLE,
    PassageKind.FOOTNOTE,
    PassageKind.REFERENCES,
)


@dataclass(frozen=True, kw_only=True)
class _Open:
    """An element that was opened and not yet closed."""

    tag: str
    kind: PassageKind
    hidden: bool
    told: bool
    """Whether its hidden words are reported: those of scripts and menus are not."""
    title: list[str] | None
    """Gathers its words, where it is a title of the page or stands in one."""


@dataclass(kw_only=True)
class _Paragraph:
    """Text that is all of one kind."""

    kind: PassageKind
    pieces: list[str] = field(default_factory=list)
    goes_on: bool = False
    """Whether it continues the last paragraph of its kind: a note stood in the middle of it."""


class _Reader(HTMLParser):
    """Collects the text as paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs = [_Paragraph(kind=PassageKind.BODY)]
        self.hidden: list[str] = []
        self.titles: list[list[str]] = []
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        above = self._open[-1] if self._open else None
        kind = _kind(tag, given) or (above.kind if above else PassageKind.BODY)
        hides = "hidden" in given or bool(_HIDING_STYLE.search(given.get("style", "")))
        if tag in _BLOCKS or (above and kind is not above.kind):
            self._paragraph(kind)
        elif tag in {"td", "th"} and self.paragraphs[-1].pieces:
            self.paragraphs[-1].pieces.append(" | ")
        elif tag == "br":
            self.paragraphs[-1].pieces.append("\n")
        if tag in _VOID:
            return
        if len(self._open) >= _DEEPEST:
            raise UnreadablePdf(f"the HTML is nested more than {_DEEPEST} deep")
        hidden = hides or tag in _NEVER_SHOWN or (above is not None and above.hidden)
        told = hides or (above is not None and above.told)
        title = self._title(tag, given, kind, above)
        self._open.append(_Open(tag=tag, kind=kind, hidden=hidden, told=told, title=title))

    def handle_endtag(self, tag: str) -> None:
        if all(element.tag != tag for element in self._open):
            return
        while self._open.pop().tag != tag:
            pass
        kind = self._open[-1].kind if self._open else PassageKind.BODY
        if tag in _BLOCKS:
            self._paragraph(kind)
        elif kind is not self.paragraphs[-1].kind:
            self._paragraph(kind, goes_on=True)

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else None
        if inside and inside.title is not None and (inside.tag == "title" or not inside.hidden):
            inside.title.append(data)
        if inside is None or not inside.hidden:
            self.paragraphs[-1].pieces.append(re.sub(r"\s+", " ", data))
        elif inside.told and data.strip():
            self.hidden.append(" ".join(data.split()))

    def _title(
        self, tag: str, given: dict[str, str], kind: PassageKind, above: _Open | None
    ) -> list[str] | None:
        """Where the words of this element belong if they are of a title; a note in it is not."""
        in_head = tag == "title" and (above is None or above.tag in {"head", "html"})
        if (in_head or _HEADING in given.get("class", "").split()) and len(self.titles) < _TITLES:
            self.titles.append([])
            return self.titles[-1]
        return above.title if above and kind is above.kind else None

    def _paragraph(self, kind: PassageKind, *, goes_on: bool = False) -> None:
        if not self.paragraphs[-1].pieces:
            self.paragraphs.pop()
        self.paragraphs.append(_Paragraph(kind=kind, goes_on=goes_on))


def read_html_file(path: Path, paper: ArxivId, limits: Limits) -> FullText:
    """The full text of the file at `path`. Raises UnreadablePdf."""
    try:
        with path.open("rb") as file:
            content = file.read(min(limits.max_bytes, MAX_BYTES) + 1)
    except OSError as error:
        raise UnreadablePdf(f"{path.name} cannot be read: {error.strerror}") from error
    return read_html(content, paper)


def read_html(content: bytes, paper: ArxivId) -> FullText:
    """The full text of `content`, without pages or boxes. Raises UnreadablePdf.

    Takes time that grows with the square of some malformed inputs: `papers.pdf.reader` limits it.
    """
    if len(content) > MAX_BYTES:
        raise UnreadablePdf(f"the HTML of {paper} is larger than {MAX_BYTES / 1e6:.0f} MB")
    reader = _Reader()
    reader.feed(content.decode("utf-8", errors="replace"))
    reader.close()
    text, parts = _assembled(reader.paragraphs)
    if sum(char.isalpha() for char in text[: parts[0].end]) < _FEWEST_LETTERS:
        raise UnreadablePdf(f"the HTML of {paper} has no text")
    words = [*reader.hidden, *smuggled("".join(s for p in reader.paragraphs for s in p.pieces))]
    hidden = tuple(
        HiddenRun(page=None, words=visible(told)[:_SHOWN_CHARS], trick=Trick.INVISIBLE)
        for told in words
    )
    return FullText(
        paper=paper,
        sha256=hashlib.sha256(content).hexdigest(),
        n_pages=0,
        text=text,
        lines=(),
        parts=parts,
        source=TextSource.HTML,
        hidden=hidden,
        instructions=(*_spoken(text), *_whispered(hidden)),
        titles=tuple(title[:_SHOWN_CHARS] for title in map(_line, reader.titles) if title),
        notes=("read from arXiv's HTML rendition: quotes have no page",),
    )


def _kind(tag: str, given: dict[str, str]) -> PassageKind | None:
    classes = given.get("class", "")
    if tag == "figcaption":
        return PassageKind.CAPTION
    return next((kind for name, kind in _KINDS if name in classes), None)


def _assembled(paragraphs: Sequence[_Paragraph]) -> tuple[str, tuple[Part, ...]]:
    """The text with the body first, and its parts: each kept-apart paragraph is one."""
    written: list[str] = []
    parts: list[Part] = []
    at = 0
    for kind in _ORDER:
        start = at
        for words in _whole([p for p in paragraphs if p.kind is kind]):
            written.append(f"{words}\n\n")
            at += len(written[-1])
            if kind not in {PassageKind.BODY, PassageKind.REFERENCES}:
                parts.append(Part(kind, start, at))
                start = at
        if at > start or kind is PassageKind.BODY:
            parts.append(Part(kind, start, at))
    return "".join(written), tuple(parts)


def _whole(paragraphs: Sequence[_Paragraph]) -> list[str]:
    """The words of each paragraph, joined with what goes on after an interruption."""
    pieces: list[list[str]] = []
    for paragraph in paragraphs:
        if paragraph.goes_on and pieces:
            pieces[-1] += paragraph.pieces
        else:
            pieces.append(list(paragraph.pieces))
    return [words for words in map(_tidy, pieces) if words]


def _tidy(pieces: Sequence[str]) -> str:
    text = visible("".join(pieces))
    return re.sub(r" *\n *", "\n", re.sub(r" +", " ", text)).strip(" \n|")


def _line(pieces: Sequence[str]) -> str:
    return " ".join(visible("".join(pieces)).split())


def _spoken(text: str) -> list[Instruction]:
    return [
        Instruction(words=text[start:end], page=None, start=start, end=end)
        for start, end in instructions_in(text)
    ]


def _whispered(hidden: Sequence[HiddenRun]) -> list[Instruction]:
    return [
        Instruction(words=run.words[start:end], page=None, start=None, end=None)
        for run in hidden
        for start, end in instructions_in(run.words)
    ]
