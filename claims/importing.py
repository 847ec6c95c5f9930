"""A page's inquiry put into the library: a new file, or an update of the one that is there.

Importing again duplicates nothing. What a person edited in the file since the last import stays,
and where the page now says otherwise too, that is told. The last import is kept beside the file in
`.imported/`, so that a person's edits can be told from an older page. A claim's text never
changes: a new wording becomes a new claim that `replaces` the old one. Nothing is removed.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

import tomlkit
from pydantic import ValidationError
from rapidfuzz import fuzz
from tomlkit.items import AoT, Table

from claims.claim import Claim, Inquiry
from claims.errors import LibraryError
from claims.library import read_inquiry, write_inquiry

REWORDED: Final = 80.0
"""Least token-sort ratio, in percent, at which a claim is a new wording of one that is gone."""

_SCALARS: Final = (
    "question", "restated", "framing", "narrative", "categories", "watch", "tasks", "orders"
)  # fmt: skip
_FIELDS: Final = {
    "claims": ("as_of", "quantities", "sources", "note"),
    "anchors": ("title", "first_author", "year"),
    "notes": ("text", "sources"),
}
"""What of an entry a page may change, by table; the rest names it or is a person's own."""

_MEMORY: Final = ".imported"

Json = dict[str, Any]


class What(StrEnum):
    """What became of one field."""

    ADDED = "added"
    UPDATED = "updated"
    KEPT = "kept as you edited it"
    GONE = "no longer on the page, kept"
    REWORDED = "reworded: a new claim that replaces the old one"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that importing did, or left alone though the page says otherwise."""

    what: What
    field: str
    page_says: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """An inquiry as it now stands in the library."""

    file: Path
    inquiry: Inquiry
    changes: tuple[Change, ...]
    is_new: bool

    @property
    def is_updated(self) -> bool:
        """Whether the file is another than before; what is only told leaves it as it was."""
        return any(change.what not in {What.KEPT, What.GONE} for change in self.changes)


def place(
    folder: Path, page: Inquiry, *, into: str | None = None, derived: Collection[str] = ()
) -> Imported:
    """The inquiry of a page, written into the library in `folder`.

    It goes into the inquiry `into`, or the one that asks the same question, or a new file. Fields
    that are `derived`, not said by the page, fill what is empty and change nothing else.
    Raises LibraryError; then every file is as it was.
    """
    library = {file: read_inquiry(file) for file in sorted(folder.glob("*.toml"))}
    file = _file_of(library, page, into)
    if file is None:
        return _begun(folder, library, page, into)
    others = _ids(inquiry for other, inquiry in library.items() if other != file)
    held = library[file]
    own = {key: getattr(held, key) for key in derived if getattr(held, key)}
    return _renewed(file, held, page.model_copy(update=own), others)


def _begun(
    folder: Path, library: Mapping[Path, Inquiry], page: Inquiry, into: str | None
) -> Imported:
    taken = _ids(library.values())
    inquiry_id = free_id(into or page.id, taken | {claim.id for claim in page.claims})
    claims = tuple(_with_free_ids(page.claims, taken | {inquiry_id}))
    try:
        inquiry = Inquiry.model_validate(
            {**page.model_dump(), "id": inquiry_id, "claims": [c.model_dump() for c in claims]}
        )
    except ValidationError as error:
        problem = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
        raise LibraryError(f"inquiry {inquiry_id}", None, problem) from None
    document = tomlkit.document()
    document.add(
        tomlkit.comment("Imported from a page. Yours to edit: an import keeps your edits.")
    )
    dumped = inquiry.model_dump(mode="json", exclude_defaults=True)
    head = tomlkit.table()
    for key in ("id", *_SCALARS):
        if dumped.get(key):
            head.add(key, _toml(dumped[key]))
    document.add("inquiry", head)
    for table in _FIELDS:
        for entry in dumped.get(table, ()):
            _append(document, table, entry)
    file = folder / f"{inquiry_id}.toml"
    write_inquiry(file, tomlkit.dumps(document))
    _remember(file, inquiry)
    return Imported(file=file, inquiry=read_inquiry(file), changes=(), is_new=True)


def _renewed(file: Path, held: Inquiry, page: Inquiry, others: set[str]) -> Imported:
    merge = _Merge(file=file, held=held, page=page, base=_remembered(file), taken=others)
    merge.head()
    for table in _FIELDS:
        merge.table(table)
    if any(change.what not in {What.KEPT, What.GONE} for change in merge.changes):
        write_inquiry(file, tomlkit.dumps(merge.document))
    _remember(file, _with_what_it_lacks(page, merge.base))
    return Imported(
        file=file, inquiry=read_inquiry(file), changes=tuple(merge.changes), is_new=False
    )


class _Three(NamedTuple):
    """One field in the file, on the page, and as the page had it last (None: not known)."""

    held: object
    page: object
    base: tuple[object] | None


@dataclass(kw_only=True)
class _Merge:
    """What stands in the file, what the page says now, and what it said last."""

    file: Path
    held: Inquiry
    page: Inquiry
    base: Inquiry | None
    taken: set[str]
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.document = tomlkit.parse(self.file.read_bytes().decode("utf-8-sig"))
        self._held, self._page = _dumped(self.held), _dumped(self.page)
        self._base = _dumped(self.base) if self.base else None
        self.taken |= _ids([self.held])

    def head(self) -> None:
        """Nothing: question, framing and the lists beside them are settled."""
        table = self.document["inquiry"]
        for key in _SCALARS:
            base = None if self._base is None else (self._base.get(key),)
            self._settle(table, key, _Three(self._held.get(key), self._page.get(key), base), key)

    def table(self, name: str) -> None:
        """Nothing: every entry of one table is settled."""
        held = {_name(name, entry): n for n, entry in enumerate(self._held.get(name, ()))}
        said = {_name(name, entry): entry for entry in (self._base or {}).get(name, ())}
        for key, entry in {_name(name, e): e for e in self._page.get(name, ())}.items():
            if key in held:
                self._entry(name, held[key], entry, said.get(key))
            elif key in said:
                self._tell(What.KEPT, f"{name}: removed by you", _told(entry))
            else:
                self._add(name, entry, gone=set(held) & set(said))
        on_page = {_name(name, entry) for entry in self._page.get(name, ())}
        for key, n in held.items():
            if key in said and key not in on_page:
                self._tell(What.GONE, f"{name}[{n + 1}]", key)

    def _entry(self, name: str, n: int, entry: Json, said: Json | None) -> None:
        table = self.document[name][n]
        held = self._held[name][n]
        for key in _FIELDS[name]:
            base = None if said is None else (said.get(key),)
            three = _Three(held.get(key), entry.get(key), base)
            self._settle(table, key, three, f"{name}[{n + 1}].{key}")

    def _settle(
        self,
        table: Any,  # noqa: ANN401 - tomlkit's tables share no type
        key: str,
        three: "_Three",
        path: str,
    ) -> None:
        """One field: the page's word counts where nobody edited the file since the last import."""
        held, page, base = three
        if _same(held, page) or (base and page and _same(base[0], page)):
            return
        unedited = _same(held, base[0]) if base else not held
        if not page:
            if unedited and held:
                self._tell(What.GONE, path, "nothing")
        elif unedited:
            table[key] = _toml(page)
            self._tell(What.UPDATED if held else What.ADDED, path, _told(page))
        else:
            self._tell(What.KEPT, path, _told(page))

    def _add(self, name: str, entry: Json, gone: set[str]) -> None:
        what, path = What.ADDED, f"{name}[+]"
        if name in {"claims", "notes"}:
            entry = {**entry, "id": free_id(entry["id"], self.taken)}
            self.taken.add(entry["id"])
            path = entry["id"]
        if name == "claims" and (old := self._reworded(entry["text"], gone)):
            entry = {**entry, "replaces": old}
            what = What.REWORDED
        _append(self.document, name, entry)
        self._tell(what, path, _told(entry))

    def _reworded(self, text: str, gone: Iterable[str]) -> str | None:
        """The id of the claim that `text` says in other words, among those not on the page."""
        on_page = {_name("claims", entry) for entry in self._page.get("claims", ())}
        replaced = {claim.replaces for claim in self.held.claims}
        near = [
            (fuzz.token_sort_ratio(_folded(text), _folded(claim.text)), claim.id)
            for claim in self.held.claims
            if _folded(claim.text) in gone
            if _folded(claim.text) not in on_page and claim.id not in replaced
        ]
        ratio, claim_id = max(near, default=(0.0, ""))
        return claim_id if ratio >= REWORDED else None

    def _tell(self, what: What, path: str, page_says: str) -> None:
        self.changes.append(Change(what=what, field=path, page_says=page_says))


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with a number where it is taken."""
    held = set(taken)
    names = (wanted if n == 1 else f"{wanted[:58]}-{n}" for n in range(1, len(held) + 2))
    return next(name for name in names if name not in held)


def _with_free_ids(claims: Sequence[Claim], taken: set[str]) -> Iterable[Claim]:
    for claim in claims:
        claim_id = free_id(claim.id, taken)
        taken.add(claim_id)
        yield claim.model_copy(update={"id": claim_id})


def _file_of(library: Mapping[Path, Inquiry], page: Inquiry, into: str | None) -> Path | None:
    if into is not None:
        return next((file for file, inquiry in library.items() if inquiry.id == into), None)
    asked = _folded(page.question)
    for file, inquiry in library.items():
        said = _remembered(file)
        if asked in {_folded(inquiry.question), said and _folded(said.question)}:
            return file
    return None


def _ids(inquiries: Iterable[Inquiry]) -> set[str]:
    return {id for i in inquiries for id in (i.id, *(claim.id for claim in i.claims))}


def _dumped(inquiry: Inquiry) -> Json:
    return inquiry.model_dump(mode="json", exclude_defaults=True)


def _name(table: str, entry: Json) -> str:
    """What makes an entry the same one: the words of a claim, the number of a paper."""
    match table:
        case "claims":
            return _folded(entry["text"])
        case "anchors":
            return re.sub(r"v\d+$", "", str(entry["arxiv"]))
        case _:
            return _folded(entry["title"])


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _same(a: object, b: object) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return a.split() == b.split()
    return (a or None) == (b or None)


def _told(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("text") or value.get("title") or value.get("arxiv"))
    if isinstance(value, list):
        return "; ".join(_told(one) for one in value)
    return str(value)


def _toml(value: object) -> Any:  # noqa: ANN401 - tomlkit's values share no type
    """The value as TOML, paragraphs as a text of several lines."""
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    if isinstance(value, list) and any(isinstance(one, str) for one in value):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(multiline=len(value) > 1)
    return value


def _append(document: tomlkit.TOMLDocument, name: str, entry: Json) -> None:
    table = tomlkit.table()
    for key, value in entry.items():
        if value not in (None, [], ""):
            table.add(key, _toml(value))
    tables = document.get(name)
    if tables is None:
        tables = tomlkit.aot()
        document.add(tomlkit.nl())
        document.append(name, tables)
    if isinstance(tables, AoT):
        tables.append(table)
    else:
        tables.append(_inline(table))


def _inline(table: Table) -> Any:  # noqa: ANN401 - tomlkit's values share no type
    inline = tomlkit.inline_table()
    inline.update(table.unwrap())
    return inline


def _memory(file: Path) -> Path:
    return file.parent / _MEMORY / f"{file.stem}.json"


def _remembered(file: Path) -> Inquiry | None:
    """What the page said at the last import; None where that is not known."""
    try:
        return Inquiry.model_validate_json(_memory(file).read_bytes())
    except (OSError, ValidationError):
        # Without it every edit counts as a person's: nothing can be overwritten.
        return None


def _with_what_it_lacks(page: Inquiry, base: Inquiry | None) -> Inquiry:
    """The page with what it said in earlier imports and leaves out now."""
    if base is None:
        return page
    now, before = _dumped(page), _dumped(base)
    for table in _FIELDS:
        here = {_name(table, entry) for entry in now.get(table, ())}
        earlier = [e for e in before.get(table, ()) if _name(table, e) not in here]
        now[table] = [*now.get(table, ()), *earlier]
    return Inquiry.model_validate({**before, **now})


def _remember(file: Path, page: Inquiry) -> None:
    memory = _memory(file)
    try:
        memory.parent.mkdir(exist_ok=True)
        memory.write_text(page.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise LibraryError(str(memory), None, f"cannot be written: {error.strerror}") from error
