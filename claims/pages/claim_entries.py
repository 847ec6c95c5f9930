"""Claims, made of the blocks of their part: text, date, quantities and the papers they cite."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from claims.claim import Quantity, SourceRef
from claims.dates import ClaimDate
from claims.pages.amounts import quantities_in
from claims.pages.cited import references_in, without_mentions
from claims.pages.entries import MAX_CLAIM_CHARS, Refused, bare_sources, beside
from claims.pages.footnotes import Footnotes, resolved
from claims.pages.kinds import is_question
from claims.pages.lines import Block, says_something
from claims.pages.own import read_claim_line
from claims.pages.placed import Placed, Sureness
from claims.pages.years import DateInText, Stated, date_of

_EMPTY: Final = re.compile(r"\s*[(\[]\s*(?:[,;:]*|undated|no date|n\. ?d\.)\s*[)\]]", re.IGNORECASE)

_PREFIX: Final = re.compile(
    r"^(?:(?:dated )?(?:claim|assertion|hypothesis)|c)\s?#?\d{0,2}\s?[:.–—-]\s+", re.IGNORECASE
)

_OPENING: Final = re.compile(
    r"\s?[(\[](?:\s|[,;]|as of|~|≈|∼|c\.|ca\.?|circa|about|around|dated?:?|in|of|since|from|"
    r"spanning|held|claimed)*$",
    re.IGNORECASE,
)

_CLOSING: Final = re.compile(r"(?:\s|[,;])*[)\]]")
"""A bracket that holds a date and nothing else."""

_LEAD: Final = re.compile(
    r"[\s.,;–—|-]*(?:\b(?:dated?|as of|claimed|held|spanning)\b:?\s*)?[~≈∼]?$",
    re.IGNORECASE,
)
"""What leads to a date at the end of a claim and says nothing without it."""

_HEAD: Final = re.compile(r"(?:[~≈∼\s*_]|\b(?:spanning|as of|dated?|held)\b:?)*", re.IGNORECASE)
"""What may stand before a date at the beginning of a claim and says nothing without it."""

_OPEN_END: Final = re.compile(r"\s?(?:–|—|-|to)\s?(?:present|now|today|date)\b")

_SEVERAL: Final = re.compile(r"(?<=[)\]])\s*;\s+")
"""Between claims on one line: "a (2024); b (2025)"."""

_COUNTED: Final = re.compile(r"^\(?(?:[ivx]{1,4}|[a-h]|\d{1,2})[.)]\s+")

_EDGES: Final = " \t,;:–—|·-"


@dataclass(frozen=True, kw_only=True)
class ClaimEntry:
    """A claim as a page states it."""

    text: str
    as_of: ClaimDate
    dated: Sureness
    quantities: tuple[Quantity, ...]
    measured: Sureness
    """Whether each quantity has what it measures beside it."""
    sources: tuple[SourceRef, ...]
    note: str | None
    sureness: Sureness
    lines: tuple[int, ...]


def claims_of(
    placed: Iterable[Placed], footnotes: Footnotes, today: date, refused: Refused
) -> tuple[ClaimEntry, ...]:
    """The claims among the blocks; nested entries go with the claim above them."""
    found: list[ClaimEntry] = []
    blocks = [piece for one in placed for piece in _split(one)]
    has_entries = any(one.block.is_entry for one in blocks)
    all_begin_large = not any(date_of(b.block.text) and b.block.text[0].islower() for b in blocks)
    top = min((one.block.depth for one in blocks if one.block.is_entry), default=0)
    for one in blocks:
        block = one.block
        dated = date_of(block.text) or read_claim_line(block.text)
        goes_on = not dated and block.text[:1].islower() and all_begin_large
        nested = block.is_entry and bool(found) and (block.depth > top or goes_on)
        if len(block.text) > MAX_CLAIM_CHARS:
            refused.add(block, "too long for a claim: write it as one sentence")
        elif nested and not (dated and not references_in(block.text)):
            found[-1] = _completed(found[-1], block)
        elif block.is_entry or dated or not has_entries:
            refusal = _claim_refusal(block, dated=bool(dated), has_entries=has_entries)
            entry = None if refusal else _claim(one, footnotes, today)
            if entry is None:
                refused.add(block, refusal or "says nothing beside its date")
            else:
                found.append(entry)
        else:
            refused.add(block, "no entry of the list of claims")
    return tuple(found)


def _split(one: Placed) -> list[Placed]:
    """The block, or its claims where one line holds several, each with its date."""
    pieces = [_COUNTED.sub("", piece.strip(_EDGES)) for piece in _SEVERAL.split(one.block.text)]
    found = [date_of(piece) for piece in pieces]
    if one.block.is_entry or not all(d and d.stated is Stated.BRACKETED for d in found):
        return [one]
    return [replace(one, block=replace(one.block, text=piece)) for piece in pieces]


def _claim_refusal(block: Block, *, dated: bool, has_entries: bool) -> str | None:
    if is_question(block.text):
        return "a question, not a claim"
    if block.text.endswith(":") and not dated:
        return "introduces the list of claims"
    if not block.is_entry and not dated and has_entries:
        return "no entry of the list of claims"
    return None


def _claim(one: Placed, footnotes: Footnotes, today: date) -> ClaimEntry | None:
    own = read_claim_line(one.block.text)
    if own:
        text, as_of, sources = own
        return _entry(one, text, as_of, Sureness.LABELLED, sources)
    text, noted = resolved(one.block.text, footnotes)
    refs = [ref for block in noted for ref in references_in(block.text)]
    refs += references_in(text)
    text = _EMPTY.sub("", without_mentions(text) if refs else text)
    text = _PREFIX.sub("", text).strip(_EDGES)
    found = date_of(text)
    bare = _without_date(text, found) if found else text
    bare = " ".join(bare.split()).strip(_EDGES)
    if not says_something(bare):
        return None
    as_of, dated = _dated(found, noted, refs, date_of(one.label)) or _of_today(today)
    return _entry(one, _sentence(bare), as_of, dated, bare_sources(refs))


def _entry(
    one: Placed, text: str, as_of: ClaimDate, dated: Sureness, sources: tuple[SourceRef, ...]
) -> ClaimEntry:
    stated = quantities_in(text)
    return ClaimEntry(
        text=text,
        as_of=as_of,
        dated=dated,
        quantities=tuple(one.quantity for one in stated),
        measured=Sureness.SHAPED if all(one.is_named for one in stated) else Sureness.GUESSED,
        sources=sources,
        note=None,
        sureness=one.sureness,
        lines=one.block.lines,
    )


def _dated(
    found: DateInText | None,
    noted: Iterable[Block],
    refs: Iterable[SourceRef],
    label: DateInText | None,
) -> tuple[ClaimDate, Sureness] | None:
    """The date of a claim: as stated, of its footnote, of the label above it, or of its paper."""
    if found:
        plain = found.stated is not Stated.IN_PASSING
        return found.date, Sureness.LABELLED if plain else Sureness.SHAPED
    for block in noted:
        if beside := date_of(block.text):
            return beside.date, Sureness.SHAPED
    if label:
        return label.date, Sureness.SHAPED
    for ref in refs:
        stamp = ref.arxiv.number.rpartition("/")[2][:2]
        century = "19" if stamp > "90" else "20"
        return ClaimDate(f"{century}{stamp}"), Sureness.GUESSED
    return None


def _of_today(today: date) -> tuple[ClaimDate, Sureness]:
    return ClaimDate(f"{today.year}~"), Sureness.GUESSED


def _without_date(text: str, found: DateInText) -> str:
    """`text` without a date that stands beside the sentence; one inside it stays."""
    before, after = text[: found.start], text[found.end :]
    opening = _OPENING.search(before)
    closing = _CLOSING.match(after)
    if opening and closing:
        return before[: opening.start()] + after[closing.end() :]
    if found.stated is not Stated.PLAIN:
        return text
    if _HEAD.fullmatch(before):
        return _OPEN_END.sub("", after, count=1) if _OPEN_END.match(after) else after
    lead = _LEAD.search(before)
    if lead and not re.sub(r"[.\s]", "", after):
        return before[: lead.start()] + after
    return text


def _sentence(text: str) -> str:
    """Space before its end and stray marks at its edges gone."""
    return re.sub(r"\s+([.,;:!])", r"\1", text)


def _completed(entry: ClaimEntry, block: Block) -> ClaimEntry:
    """The claim with what stands nested under it: papers as sources, words as a note."""
    refs = bare_sources(references_in(block.text))
    says_more = not refs or beside(block.text, refs)
    note = " ".join(filter(None, (entry.note, block.text))) if says_more else entry.note
    held = {source.arxiv for source in entry.sources}
    return replace(
        entry,
        sources=(*entry.sources, *(ref for ref in refs if ref.arxiv not in held)),
        note=note,
        lines=(*entry.lines, *block.lines),
    )
