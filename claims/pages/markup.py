"""Lines of HTML, as a browser would show them. The door to lxml.

Menus, footers and buttons are kept as furniture and hidden elements as hidden, so that nothing
that stood on the page is lost without a word; scripts, styles and page metadata are no text.
Takes time in proportion to the page, however deep its markup is nested.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from claims.errors import LibraryError
from claims.pages.grammar import word_set
from claims.pages.lines import Line, Shape, clean, says_something
from claims.pages.plain import plain_lines, shaped, with_id

_IS_HTML: Final = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*|<!--(?:(?!-->).){0,5000}-->\s*){0,9}<(?:!doctype\s+html|"
    r"(?:html|head|body|main|article|section|div|h[1-6]|p|ul|ol|dl|table|meta|title)[\s>/])",
    re.IGNORECASE | re.DOTALL,
)


_NO_TEXT: Final = word_set(
    "script style template noscript svg math iframe object canvas audio video"
)
_BLOCKS: Final = word_set(
    "address article aside blockquote body button caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li "
    "main menu nav ol option p pre search section select summary table tbody textarea tfoot thead "
    "title tr ul"
)
_AROUND: Final = word_set("nav footer aside menu select dialog search option title")
_TITLE_WORDS: Final = 4
"""A button with a question of so many words is the title of what it unfolds."""
_HEADINGS: Final = word_set("h1 h2 h3 h4 h5 h6")
_STRESSED: Final = word_set("b strong em i summary")
_VERBATIM: Final = word_set("pre textarea")
_VOID: Final = word_set("area base br col embed hr img input link meta source track wbr")
_ROLES: Final = word_set("navigation banner contentinfo search complementary menu dialog alert")
_AROUND_CLASSES: Final = word_set(
    "nav navbar navigation menu sidebar breadcrumb breadcrumbs cookie cookies footer share social "
    "toc banner advert ads promo related newsletter subscribe pagination toolbar comments "
    "properties metadata infobox"
)
_NOTES_AT_THE_END: Final = word_set("footnote footnotes endnotes")
_MARK_PIECES: Final = 8
"""A longer superscript is no mark of a footnote."""

_HIDING_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether `text` begins as an HTML page does."""
    return bool(_IS_HTML.match(text))


def html_lines(text: str, name: str) -> tuple[Line, ...]:
    """Every line that the page shows or hides, in its order. Raises LibraryError."""
    collector = _Collector()
    parser = etree.HTMLParser(target=collector, huge_tree=True, encoding="utf-8")
    try:
        etree.HTML(text.encode(errors="replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise LibraryError(name, None, f"cannot be read as HTML: {problem}") from error
    collector.flush()
    return tuple(collector.lines)


@dataclass(frozen=True, kw_only=True)
class _Open:
    """An element that was opened and not yet closed."""

    tag: str
    shape: Shape | None
    """What everything in it is, for furniture and hidden parts."""
    no_text: bool


@dataclass(kw_only=True)
class _Collector:
    """Takes the parser's events and makes lines of them."""

    lines: list[Line] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _n_open: Counter[str] = field(default_factory=Counter)
    _pieces: list[str] = field(default_factory=list)
    _lists: list[str] = field(default_factory=list)
    _entries: list[bool] = field(default_factory=list)
    """For each open list entry whether its first line is still to come."""
    _links: list[tuple[str, int]] = field(default_factory=list)
    """Address of each open link, and where its words begin in `_pieces`."""
    _raised: list[int] = field(default_factory=list)
    """Where the words of each open superscript begin."""
    _has_cells: bool = False
    """Whether the open row of a table holds more than the names of its columns."""
    _heading: int = 0
    _gap: bool = True
    _strong: bool = False
    """Whether the words that are gathered begin in bold or slanted."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        if tag in _BLOCKS:
            self.flush(gap=tag not in {"li", "tr"} or self._gap)
        if tag in {"ul", "ol"}:
            self._lists.append(tag)
        elif tag == "li":
            self._entries.append(True)
        elif tag in _HEADINGS:
            self._heading = int(tag[1])
        else:
            self._within_a_line(tag, attributes)
        if tag not in _VOID:
            self._open.append(self._opened(tag, attributes))
            self._n_open[tag] += 1

    def _within_a_line(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            self._broken()
        elif tag == "a":
            self._links.append((attributes.get("href", ""), len(self._pieces)))
        elif tag == "sup":
            self._raised.append(len(self._pieces))
        elif tag == "q":
            self._pieces.append("“")
        elif tag in {"td", "th"}:
            self._cell(tag)

    def end(self, tag: str) -> None:
        """An element closes."""
        if tag in _VOID or not self._n_open[tag]:
            return
        if tag == "a" and self._links:
            address, begin = self._links.pop()
            words = "".join(self._pieces[begin:])
            self._pieces[begin:] = [with_id(words, address)] if self._shown() else []
        elif tag == "sup":
            self._close_mark()
        elif tag == "q":
            self._pieces.append("”")
        if tag in _BLOCKS:
            self.flush(gap=tag not in {"li", "tr"})
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "li" and self._entries:
            self._entries.pop()
        elif tag in _HEADINGS:
            self._heading = 0
        closed = ""
        while closed != tag:
            closed = self._open.pop().tag
            self._n_open[closed] -= 1

    def data(self, text: str) -> None:
        """Text between elements."""
        if self._shown():
            if not says_something("".join(self._pieces[-_MARK_PIECES:])):
                self._strong = any(self._n_open[tag] for tag in _STRESSED)
            self._pieces.append(text if self._is_verbatim() else re.sub(r"\s+", " ", text))

    def comment(self, text: str) -> None:
        """Nothing: a comment is not shown."""

    def close(self) -> None:
        """Nothing more will come."""

    def flush(self, *, gap: bool = True) -> None:
        """What was gathered becomes lines."""
        raw = "".join(self._pieces)
        self._pieces.clear()
        self._links = [(address, 0) for address, _ in self._links]
        self._raised.clear()
        if self._is_verbatim():
            number = len(self.lines) + 1
            found = [line for line in plain_lines(raw) if line.shape is not Shape.RULE]
            inherited = self._inherited()
            for n, line in enumerate(found):
                shape = inherited or line.shape
                self.lines.append(replace(line, number=number + n, shape=shape))
        elif says_something(raw):
            self._add(clean(raw))
        self._gap = gap or self._gap

    def _cell(self, tag: str) -> None:
        """A cell of a table opens: a dash parts it from the one before."""
        if not self._pieces:
            self._has_cells = False
        else:
            self._pieces.append(" — ")
        self._has_cells |= tag == "td"

    def _broken(self) -> None:
        """A line break: what follows begins a line that belongs to the one before."""
        if self._is_verbatim():
            self._pieces.append("\n")
        else:
            self.flush(gap=False)

    def _add(self, text: str) -> None:
        quoted = bool(self._n_open["blockquote"])
        line = Line(
            number=len(self.lines) + 1,
            text=text,
            after_gap=self._gap,
            quoted=quoted,
            strong=self._strong,
            width=len(text),
        )
        inherited = self._inherited()
        unfolds = text.endswith("?") and len(text.split()) >= _TITLE_WORDS
        if self._n_open["button"] and not unfolds:
            inherited = Shape.FURNITURE
        if inherited is Shape.FOOTNOTE and not self._heading:
            line = self._footnote(line)
        elif inherited and inherited is not Shape.FOOTNOTE:
            line = replace(line, shape=inherited)
        elif self._heading:
            line = replace(line, shape=Shape.HEADING, depth=self._heading)
        elif self._n_open["tr"]:
            line = replace(line, shape=Shape.BULLET if self._has_cells else Shape.TABLE_HEAD)
        elif self._entries:
            line = self._entry(line)
        else:
            line = shaped(line)
        self.lines.append(line)
        self._gap = False

    def _entry(self, line: Line) -> Line:
        if not self._entries[-1]:
            again = shaped(line)
            return again if again.shape is not Shape.TEXT else replace(line, goes_on=True)
        self._entries[-1] = False
        ordered = self._lists[-1:] == ["ol"]
        shape = Shape.NUMBERED if ordered else Shape.BULLET
        return replace(line, shape=shape, depth=max(0, len(self._entries) - 1))

    def _footnote(self, line: Line) -> Line:
        """A note at the end of the page; one without a mark is counted."""
        if self._entries and not self._entries[-1]:
            return replace(line, goes_on=True)
        if self._entries:
            self._entries[-1] = False
        again = shaped(line)
        return replace(line, text=again.text, shape=Shape.FOOTNOTE, mark=again.mark)

    def _opened(self, tag: str, attributes: Mapping[str, str]) -> _Open:
        above = self._open[-1] if self._open else None
        shape = (above and above.shape) or _shape_of(tag, attributes)
        return _Open(tag=tag, shape=shape, no_text=tag in _NO_TEXT or bool(above and above.no_text))

    def _inherited(self) -> Shape | None:
        return self._open[-1].shape if self._open else None

    def _shown(self) -> bool:
        return not (self._open and self._open[-1].no_text)

    def _is_verbatim(self) -> bool:
        return any(self._n_open[tag] for tag in _VERBATIM)

    def _close_mark(self) -> None:
        """A superscript that is a number or letter becomes a reference such as [1]."""
        begin = self._raised.pop() if self._raised else len(self._pieces)
        if len(self._pieces) - begin > _MARK_PIECES:
            return
        words = "".join(self._pieces[begin:])
        bare = words.strip(" []()")
        is_mark = bool(re.fullmatch(r"[a-z]|\d{1,3}(?:\s*[,;]\s*\d{1,3}){0,9}", bare))
        self._pieces[begin:] = [f" [{bare}]" if is_mark else words]


def _shape_of(tag: str, attributes: Mapping[str, str]) -> Shape | None:
    hidden = "hidden" in attributes or bool(_HIDING_STYLE.search(attributes.get("style", "")))
    if hidden:
        return Shape.HIDDEN
    named = f"{attributes.get('class', '')} {attributes.get('id', '')}".lower().split()
    names = {name.removeprefix("site-").removeprefix("page-") for name in named}
    if names & _NOTES_AT_THE_END or attributes.get("role", "") in {"doc-endnotes", "doc-footnote"}:
        return Shape.FOOTNOTE
    around = tag in _AROUND or attributes.get("role", "") in _ROLES
    by_name = tag not in {"html", "body", "main", "article"} and names & _AROUND_CLASSES
    return Shape.FURNITURE if around or by_name else None


def shown_lines(content: bytes, name: str) -> Iterator[Line]:
    """The lines of a page in any form. Raises LibraryError."""
    text = _decoded(content)
    if is_html(text):
        yield from html_lines(text, name)
    else:
        yield from plain_lines(text)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What older editors and browsers save; every byte has a character there.
        return content.decode("cp1252", errors="replace")
