"""The library of inquiries: `claims/*.toml` in a workspace, one inquiry a file.

Reading is strict: an unknown key, a bad date or a duplicate id is a LibraryError that names file,
line and key. Writing keeps every comment and the order of the file. Nothing here is rewritten
except by adding a claim.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import tomlkit
from pydantic import ValidationError
from tomlkit.items import AoT

from claims.claim import Claim, Inquiry
from claims.errors import LibraryError

_PLACE_IN_MESSAGE = re.compile(r" \(at line (\d+), column \d+\)$")
_HEADER = re.compile(r"^\s*\[(\[)?\s*([A-Za-z0-9_.-]+)\s*\]")


def read_library(folder: Path) -> tuple[Inquiry, ...]:
    """The inquiries of `folder`, by file name. Raises LibraryError."""
    if not folder.is_dir():
        raise LibraryError(
            str(folder), None, "there is no such folder: make a workspace with `retest init`"
        )
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise LibraryError(
            str(folder), None, "no *.toml file in here: add an inquiry, or run `retest init`"
        )
    inquiries = tuple(read_inquiry(file) for file in files)
    _refuse_duplicates(zip(files, inquiries, strict=True))
    return inquiries


def read_inquiry(file: Path) -> Inquiry:
    """The inquiry that `file` holds. Raises LibraryError."""
    text = _text_of(file)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE_IN_MESSAGE.search(str(error))
        raise LibraryError(
            str(file),
            int(place[1]) if place else len(text.splitlines()),
            "not valid TOML: " + _PLACE_IN_MESSAGE.sub("", str(error)).lower(),
        ) from None
    head = table.pop("inquiry", None)
    if not isinstance(head, dict):
        raise LibraryError(str(file), 1, "no [inquiry] table: start the file with one")
    try:
        return Inquiry.model_validate({**head, **table})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = first["loc"]
        raise LibraryError(
            str(file), _line_of(text, path), f"{_key(path)}: {_plain(first['msg'])}"
        ) from None


def add_claim(file: Path, claim: Claim) -> None:
    """Append `claim` to the inquiry in `file`, keeping everything that stands there.

    Raises LibraryError, and leaves the file as it was, when the id is taken or the result would
    not read.
    """
    inquiry = read_inquiry(file)
    if any(held.id == claim.id for held in inquiry.claims):
        raise LibraryError(str(file), None, f"the claim id {claim.id!r} is taken: choose another")
    document = tomlkit.parse(_text_of(file))
    table = tomlkit.table()
    for key, value in claim.model_dump(mode="json", exclude_defaults=True).items():
        table.add(key, value)
    existing = document.get("claims")
    if isinstance(existing, AoT):
        existing.append(table)
    else:
        document.append("claims", tomlkit.aot())
        document["claims"].append(table)
    draft = file.with_name(f".{file.name}.draft")
    try:
        draft.write_text(tomlkit.dumps(document), encoding="utf-8")
        read_inquiry(draft)
        draft.replace(file)
    except OSError as error:
        raise LibraryError(str(file), None, f"cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def find_claim(inquiries: Iterable[Inquiry], claim_id: str) -> tuple[Inquiry, Claim] | None:
    """The claim with this id and its inquiry, or None."""
    return next(
        ((i, claim) for i in inquiries for claim in i.claims if claim.id == claim_id),
        None,
    )


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LibraryError(str(file), line, "not UTF-8 text: save the file as UTF-8") from None
    except OSError as error:
        raise LibraryError(str(file), None, f"cannot be read: {error.strerror}") from error


def _refuse_duplicates(read: Iterable[tuple[Path, Inquiry]]) -> None:
    seen: dict[str, Path] = {}
    for file, inquiry in read:
        for n, id in enumerate((inquiry.id, *(claim.id for claim in inquiry.claims))):
            if id in seen:
                path = ("inquiry", "id") if n == 0 else ("claims", n - 1, "id")
                raise LibraryError(
                    str(file),
                    _line_of(_text_of(file), path),
                    f"id: {id!r} is already used in {seen[id].name}",
                )
            seen[id] = file


def _key(path: tuple[int | str, ...]) -> str:
    """`("claims", 2, "as_of")` as a person counts: `claims[3].as_of`."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).lstrip(".") or "inquiry"


def _plain(message: str) -> str:
    message = message.removeprefix("Value error, ")
    if message == "Extra inputs are not permitted":
        return "unknown key: check its spelling"
    return message[:1].lower() + message[1:]


def _line_of(text: str, path: tuple[int | str, ...]) -> int:
    """The line, from 1, where the value at `path` is written, or that of its nearest table."""
    table = path[0] if path and path[0] in {"claims", "anchors"} else "inquiry"
    wanted = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    names = [part for part in path if isinstance(part, str) and part != table]
    inside, seen, best = False, -1, 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            starts = header[2] == table
            seen += starts
            inside = seen == wanted and (starts or header[2].startswith(f"{table}."))
            if starts and inside:
                best = number
            if inside and names and header[2] == f"{table}.{names[0]}":
                best = number
        elif inside and any(re.match(rf"""\s*["']?{re.escape(n)}["']?\s*=""", line) for n in names):
            best = number
    return best
