"""Lines of plain text and Markdown. The door to markdown-it-py, which reads what is inside a line.

The shape of a line is read by our own rules, because pages are seldom clean Markdown: bullets of
any kind, dashes as bullets, indentation that means nothing. What Markdown would swallow, such as
link definitions and HTML, stays a line here.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from claims.ids import ArxivId
from claims.pages.cited import is_title, mentions_in
from claims.pages.lines import Line, Shape, clean, says_something

_BULLETS: Final = r"(?:--|[-*+•‣◦▪▫·–—●○■□►▸→➤➢∙⁃★✓])"
_BULLET: Final = re.compile(rf"(\s*){_BULLETS}\s+(?:\[[ xX]\]\s+)?(?=\S)")
_NUMBERED: Final = re.compile(
    r"(\s*)\(?(?P<mark>\d{1,2}|[a-hA-H]|[ivx]{1,4}|[IVX]{1,4})(?:[.)]|\s[–—-](?=\s[A-Z]))\s+(?=\S)"
)
_FOOTNOTE: Final = re.compile(
    r"\s*\[(?!(?:19|20)\d\d(?:-\d{2,4})?\])\^?([\w-]{1,12}|[^\W\d_][^\[\]\d]{1,40}\d{4}[a-z]?)\]:?\s+(?=\S)"
)
"""Its mark is short, or a name with a year; a year alone is a date."""
_SUPERSCRIPT: Final = re.compile(r"\s*([¹²³⁴-⁹]+)\s*(?=\S)")
_HEADING: Final = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_QUOTED: Final = re.compile(r"\s*(?:>\s?)+")
_FENCE: Final = re.compile(r"\s*(?:`{3,}|~{3,})\s*[\w+-]{0,20}\s*$")
_STRONG: Final = re.compile(r"\s*(?:>\s?)*(?:[-*+•]\s+)?(?:\*{1,3}|_{1,3})\w")
_UNDERLINE: Final = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s*$")
_TABLE_RULE: Final = re.compile(r"\s*\|?\s*:?-{2,}[\s:|-]*$")
_TABLE_ROW: Final = re.compile(r"\s*\|(.+)\|\s*$")
_SETTING: Final = re.compile(r"[\w-]+:(?:\s|$)|\s+\S|-\s|$")
_TITLE: Final = re.compile(r"(?:title|question):\s*[\"'“]?(.+?)[\"'”]?", re.IGNORECASE)
_MOST_FRONT_MATTER: Final = 60
_MAX_UNDERLINED: Final = 200
_COLUMNS_A_LEVEL: Final = 2
_DEEPEST: Final = 40
"""Columns of indentation beyond which a line is not nested deeper."""

_MAX_INLINE_CHARS: Final = 20_000
"""A longer line has its marks left in place: reading them would take long."""

_POINTS: Final = re.compile(
    r"\W*(?:paper|pdf|link|source|abs|arxiv|here|preprint|doi)\W*", re.IGNORECASE
)
"""Words of a link that only point to the paper."""

_DIGITS: Final = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹", "1230456789")


LINKED: Final = " (link to "
"""Stands before the id that a link leads to, where its words name another."""


def plain_lines(text: str, first: int = 1) -> Iterator[Line]:
    """Every line of `text` that is not blank, numbered from `first`."""
    gap = True
    held: Line | None = None
    raws = _split(text)
    n_front = _front_matter(raws)
    for number, raw in enumerate(raws, start=first):
        if not raw.strip():
            gap = True
            continue
        indent = len(raw) - len(raw.lstrip(" "))
        line = _line(number, raw[max(0, indent - _DEEPEST) :])
        line = replace(
            line,
            after_gap=gap,
            quoted=bool(_QUOTED.match(raw[indent:])),
            strong=bool(_STRONG.match(raw)),
            width=len(raw.rstrip()),
            indent=indent,
        )
        gap = False
        if number - first < n_front and line.shape is not Shape.RULE:
            yield _setting(line)
            continue
        if held and _UNDERLINE.match(raw) and _can_be_underlined(held):
            held = replace(held, shape=Shape.HEADING, depth=1 if "=" in raw else 2)
        elif held and "|" in raw and _TABLE_RULE.match(raw):
            held = replace(held, shape=Shape.TABLE_HEAD)
        if held:
            yield held
        held = line
    if held:
        yield held


def shaped(line: Line) -> Line:
    """The line with the shape that marks in its text give it, the marks removed."""
    written = _line(line.number, line.text, markdown=False)
    if written.shape not in {Shape.BULLET, Shape.NUMBERED, Shape.FOOTNOTE}:
        return line
    return replace(line, text=written.text, shape=written.shape, mark=written.mark)


def with_id(words: str, address: str) -> str:
    """The words of a link, with the arXiv id of its address where they do not say it."""
    found = ArxivId.in_text(address)
    if not found:
        return words
    if named := mentions_in(words):
        agrees = found[0].number in {mention.arxiv.number for mention in named}
        return words if agrees else f"{words}{LINKED}arXiv:{found[0]})"
    if _POINTS.fullmatch(words) or not says_something(words):
        return f"(arXiv:{found[0]})"
    return f"“{words}” (arXiv:{found[0]})" if is_title(words) else f"{words} (arXiv:{found[0]})"


def _front_matter(raws: list[str]) -> int:
    """How many lines of `raws` are settings of the program that keeps the page."""
    if raws[0].strip() != "---":
        return 0
    for n, raw in enumerate(raws[1:_MOST_FRONT_MATTER], start=1):
        if raw.strip() == "---":
            return n + 1
        if not _SETTING.match(raw):
            return 0
    return 0


def _setting(line: Line) -> Line:
    """A line of the front matter: the title is one, and the rest is around the page."""
    title = _TITLE.fullmatch(line.text)
    return Line(
        number=line.number,
        text=title[1] if title else line.text,
        shape=Shape.HEADING if title else Shape.FURNITURE,
        depth=1 if title else 0,
    )


def _split(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n|\f|\v|\x85|\u2028|\u2029", text.expandtabs(4))


def _line(number: int, raw: str, *, markdown: bool = True) -> Line:
    if _FENCE.fullmatch(raw) or not says_something(raw):
        return Line(number=number, text=clean(raw), shape=Shape.RULE)
    quoted = markdown and _QUOTED.match(raw)
    body = raw[quoted.end() :] if quoted else raw
    read = _inline if markdown else clean
    if heading := markdown and _HEADING.match(body):
        level, words = len(heading[1]), read(heading[2])
        return Line(number=number, text=words or clean(raw), shape=Shape.HEADING, depth=level)
    if row := _TABLE_ROW.match(body):
        cells = [read(cell) for cell in row[1].split("|")]
        told = " — ".join(cell for cell in cells if cell)
        return Line(number=number, text=told or clean(raw), shape=Shape.BULLET)
    for pattern, shape in ((_BULLET, Shape.BULLET), (_NUMBERED, Shape.NUMBERED)):
        if mark := pattern.match(body):
            rest, depth = body[mark.end() :], len(mark[1]) // _COLUMNS_A_LEVEL
            if says_something(rest):
                label = mark["mark"] if shape is Shape.NUMBERED else ""
                return Line(number=number, text=read(rest), shape=shape, depth=depth, mark=label)
    if note := _FOOTNOTE.match(body) or _SUPERSCRIPT.match(body):
        rest = body[note.end() :]
        if says_something(rest):
            mark_of = note[1].translate(_DIGITS)
            return Line(number=number, text=read(rest), shape=Shape.FOOTNOTE, mark=mark_of)
    return Line(number=number, text=read(body) or clean(raw))


def _can_be_underlined(line: Line) -> bool:
    return line.shape is Shape.TEXT and line.after_gap and len(line.text) <= _MAX_UNDERLINED


def _inline(text: str) -> str:
    """The words of one line of Markdown, links to arXiv told by their id."""
    if len(text) > _MAX_INLINE_CHARS:
        return clean(text)
    (inline,) = _markdown().parseInline(text.strip())
    return clean("".join(_words(inline.children or [])))


def _words(tokens: list[Token]) -> Iterator[str]:
    address, linked = "", list[str]()
    for token in tokens:
        match token.type:
            case "link_open":
                address, linked = str(token.attrs.get("href", "")), []
            case "link_close":
                yield with_id("".join(linked), address)
                address = ""
            case "text" | "code_inline" | "image" | "html_inline" | "text_special":
                words = "" if token.type == "html_inline" else token.content
                linked.append(words)
                yield "" if address else words
            case "softbreak" | "hardbreak":
                yield " "


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark")
