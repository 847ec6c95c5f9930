"""Papers as pages cite them: an arXiv id with a year, a title and perhaps an author around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from claims.claim import SourceRef
from claims.errors import CitationError
from claims.ids import ADDRESS, ArxivId
from claims.naming import is_coined
from claims.pages.formal import bibtex, formal_entry
from claims.pages.years import dates_in, year_of

_ID: Final = re.compile(
    rf"(?:[\[(<]\s?)?(?:(?:https?://)?{ADDRESS}|"
    r"(?:https?://)?(?:dx\.)?(?:doi\.org/)?10\.48550/arxiv\.|arxiv(?:\s?id)?[\s:]{0,3})?"
    r"(?P<id>\d{4}\.\d{4,5}(?!\d)(?:v[1-9]\d?)?|(?:[a-z-]{2,9}(?:\.[A-Z]{2})?/\d{7}(?!\d)(?:v[1-9]\d?)?))"
    r"(?:\.pdf)?(?:\s?\[[a-z-]+(?:\.[A-Za-z-]+)?\])?[\])>]?",
    re.IGNORECASE,
)
_YEAR_MARK: Final = re.compile(r"[(\[][^()\[\]]{0,40}\b(?:19|20)\d\d[^()\[\]]{0,12}[)\]]")
_QUOTED: Final = re.compile(r"[“\"«„]([^“”\"«»„]{6,400})[”\"»“]")
_AUTHOR: Final = re.compile(
    r"^(?:by\s+)?(?P<name>[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,3}?)"
    r"(?:,? et al\.?(?:\W.{0,200})?|(?:,| and| &)\s.{2,200})?$"
)
_SPLIT: Final = re.compile(r"\s+[–—|·-]\s+|\s*[:;]\s+(?=[“\"«])|\n")
_EDGES: Final = " \t,;:.–—|·-*_"
_INITIALS: Final = re.compile(r"(?:^|[\s,])[A-Z]\.(?=$|[,\s])|,\s[A-Z]{1,2}$")
_INVERTED: Final = re.compile(r"([^\W\d_][\w'’ -]{1,30}), ((?:[A-Z]\.? ?){1,3})(?=$|,| and| &)")
_CITED_SHORT: Final = re.compile(
    r"([A-Z][\w'’-]+)(?: et al\.?,? (?:19|20)\d\d[a-z]?(?:[.,:]\s+|$)|"
    r"(?: (?:and|&) [A-Z][\w'’-]+)?,? (?:19|20)\d\d[a-z]?$)"
)
"""People and a year, as running text cites: "Kim and Osei 2023", "Kim et al. 2023. Title"."""

_AND_OTHERS: Final = re.compile(r"((?:\S+ ){2,}\S+), ((?:[A-Z][\w'’-]+ ){1,3}et al\.?)")
_MOST_NAME_WORDS: Final = 14
_FEWEST_TITLE_WORDS: Final = 2
_MAX_TITLE_CHARS: Final = 400


@dataclass(frozen=True, kw_only=True)
class Mention:
    """An arXiv id in running text; half-open `[start, end)` covers all that names it."""

    arxiv: ArxivId
    start: int
    end: int


def mentions_in(text: str) -> tuple[Mention, ...]:
    """Every arXiv id that `text` writes, marked as one or bare, in order."""
    return tuple(_mentions(text))


def references_in(text: str) -> tuple[SourceRef, ...]:
    """The papers that one entry of a list cites, each with the title, author and year beside it."""
    mentions = mentions_in(text)
    if not mentions:
        return ()
    if len(mentions) == 1 and (found := _formal(text, mentions[0])):
        return (found,)
    begins_with_id = mentions[0].start <= len(text) - len(text.lstrip(_EDGES + "[("))
    refs: dict[ArxivId, SourceRef] = {}
    for piece, mention in _pieces(text, mentions, ids_first=begins_with_id):
        refs.setdefault(mention.arxiv, _reference(piece, mention.arxiv))
    return tuple(refs.values())


def _formal(text: str, only: Mention) -> SourceRef | None:
    before, after = text[: only.start], text[only.end :]
    return bibtex(text, only.arxiv) or formal_entry(before, after, only.arxiv, listed=False)


def is_bibliographic(text: str) -> bool:
    """Whether `text` is an entry about one paper and no sentence that mentions it.

    Its title stands in quotation marks, or most of its longer words are capitalised.
    """
    refs = references_in(text)
    if len(refs) != 1:
        return False
    return bool(_QUOTED.search(text)) or is_title_case(refs[0].title or "")


def is_title(text: str) -> bool:
    """Whether `text` can only be a title: in its case, neither quoted, nor people, nor dated."""
    is_other = _QUOTED.search(text) or _is_author(text) or _may_be_authors(text) or dates_in(text)
    return is_title_case(text) and not is_other


def is_title_case(text: str) -> bool:
    """Whether most of its longer words are capitalised; a single sentence's are not."""
    long = re.findall(r"[^\W\d_]{4,}", text)
    return len(long) > 1 and sum(word[0].isupper() for word in long) > len(long) / 2


def without_mentions(text: str) -> str:
    """`text` without its arXiv ids."""
    for mention in reversed(mentions_in(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return text


def _mentions(text: str) -> Iterator[Mention]:
    for match in _ID.finditer(text):
        before = text[: match.start("id")][-1:]
        marked = match.start("id") > match.start()
        if not marked and (before.isalnum() or before in {".", "/", "-", ","}):
            continue
        try:
            found = ArxivId.parse(match["id"].lower() if match["id"][0].isdigit() else match["id"])
        except CitationError:
            continue
        opened = sum(match[0].count(c) for c in "([<") - sum(match[0].count(c) for c in ")]>")
        # A bracket is part of the mention only when it closes there too.
        start = match.start() + (opened > 0)
        end = match.end() - (opened < 0)
        yield Mention(arxiv=found, start=start, end=end)


def _pieces(
    text: str, mentions: tuple[Mention, ...], *, ids_first: bool
) -> Iterator[tuple[str, Mention]]:
    """The part of `text` that belongs to each mention, the mention itself left out."""
    if len(mentions) == 1:
        (only,) = mentions
        yield f"{text[: only.start]} — {text[only.end :]}", only
        return
    for n, mention in enumerate(mentions):
        if ids_first:
            until = mentions[n + 1].start if n + 1 < len(mentions) else len(text)
            yield text[mention.end : until], mention
        else:
            since = mentions[n - 1].end if n else 0
            yield text[since : mention.start], mention


def _reference(piece: str, arxiv: ArxivId) -> SourceRef:
    marks = [mark[0] for mark in _YEAR_MARK.finditer(piece)]
    title, author = _title_and_author(_YEAR_MARK.sub(" — ", piece))
    people = (found[1] for mark in marks if (found := _people(mark[1:-1])))
    return SourceRef(
        arxiv=arxiv,
        title=title,
        first_author=author or next(people, None),
        year=year_of("".join(marks) or piece),
    )


def _title_and_author(text: str) -> tuple[str | None, str | None]:
    if quoted := _QUOTED.search(text):
        rest = (text[: quoted.start()], text[quoted.end() :])
        author = next(filter(None, map(_author, rest)), None)
        beside = _title_and_author(" — ".join(rest))
        is_quote = is_title_case(beside[0] or "") and not is_title_case(quoted[1])
        return beside if is_quote else (_tidy(quoted[1]), author)
    parts = [part for piece in _SPLIT.split(text) for part in _sentences(_tidy(piece)) if part]
    titles = [p for p in parts if _may_be_title(p) and not _is_author(p)]
    # "Moths and Lamps" may be two people or a title: people only beside a better title.
    titles = [p for p in titles if not _may_be_authors(p)] or titles
    if not titles:
        return None, next(filter(None, map(_author, parts)), None)
    authors = [_author(part) for part in parts if part != titles[0]]
    return titles[0][:_MAX_TITLE_CHARS], next(filter(None, authors), None)


def _sentences(part: str) -> list[str]:
    """The sentences of a reference where one of them is its authors; else the whole."""
    if others := _AND_OTHERS.fullmatch(part):
        return [others[1], others[2]]
    if people := _people(part):
        return list(filter(None, (f"{people[1]} et al.", part[people.end() :])))
    pieces = [_tidy(piece) for piece in re.split(r"(?<=[\w)?!])\.\s+(?=[A-Z])", part)]
    return pieces if any(map(_is_author, pieces)) else [part]


def _may_be_title(part: str) -> bool:
    return len(part.split()) >= _FEWEST_TITLE_WORDS or is_coined(part)


def _people(part: str) -> re.Match[str] | None:
    """People and a year at the beginning of `part`; "May 2024" is a date."""
    is_date = any(found.start == 0 for found in dates_in(part))
    return None if is_date else _CITED_SHORT.match(part)


def _is_author(part: str) -> bool:
    """Whether `part` can only be names: it says so, or is capitals with initials."""
    said = part.lower().startswith("by ") or "et al" in part
    return said or (_are_capitals(part) and bool(_INITIALS.search(part)))


def _may_be_authors(part: str) -> bool:
    return _are_capitals(part) and bool(re.search(r" and | & ", part))


def _are_capitals(part: str) -> bool:
    words = [word for word in re.split(r"[\s,]+", part) if word not in {"", "and", "&"}]
    return 0 < len(words) <= _MOST_NAME_WORDS and all(word[0].isupper() for word in words)


def _author(text: str) -> str | None:
    tidy = _tidy(text)
    if inverted := _INVERTED.match(tidy):
        return f"{inverted[2]} {inverted[1]}"
    found = _AUTHOR.match(tidy)
    is_name = found and (_is_author(tidy) or (_are_capitals(tidy) and " " in tidy))
    return found["name"] if found and is_name else None


def _tidy(text: str) -> str:
    """`text` without marks at its edges, nor brackets there that its own words do not pair."""
    before, bare = "", text.strip(_EDGES)
    while bare != before:
        before, bare = bare, _without_a_bracket(bare).strip(_EDGES)
    return " ".join(bare.split())


def _without_a_bracket(text: str) -> str:
    for opens, closes in ("()", "[]"):
        if text[:1] == closes or (text[:1] == opens and closes not in text):
            return text[1:]
        if text[-1:] == opens or (text[-1:] == closes and text.count(closes) > text.count(opens)):
            return text[:-1]
        if text[:1] == opens and text.find(closes) == len(text) - 1:
            return text[1:-1]
    return text
