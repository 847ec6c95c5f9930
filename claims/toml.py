"""TOML files that people write: read strictly, with errors that name file, line and key."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from claims.errors import LibraryError

_PLACE_IN_MESSAGE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]")


def read_text(file: Path) -> str:
    """The text of `file`. Raises LibraryError."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LibraryError(str(file), line, "not UTF-8 text: save the file as UTF-8") from None
    except OSError as error:
        raise LibraryError(str(file), None, f"cannot be read: {error.strerror}") from error


def parse(file: Path, text: str) -> dict[str, Any]:
    """The tables that `text`, read from `file`, writes. Raises LibraryError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE_IN_MESSAGE.search(str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines())
        problem = _PLACE_IN_MESSAGE.sub("", str(error))
        raise LibraryError(
            str(file), line, f"not valid TOML: {problem[:1].lower()}{problem[1:]}"
        ) from None


def refusal(file: Path, text: str, error: ValidationError, table: str) -> LibraryError:
    """The first fault of `error` with its file, line and key.

    `table` is where keys stand that are in no table of their own name.
    """
    first = error.errors(include_url=False)[0]
    path = first["loc"]
    return LibraryError(
        str(file), line_of(text, path, table), f"{_key(path) or table}: {_plain(first['msg'])}"
    )


def line_of(text: str, path: tuple[int | str, ...], table: str) -> int:
    """The line, from 1, where the value at `path` is written, or that of its nearest table."""
    headers = {match[1] for line in text.splitlines() if (match := _HEADER.match(line))}
    own = str(path[0]) if path and path[0] in headers else table
    wanted = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    names = [part for part in path if isinstance(part, str) and part != own]
    inside, seen, best = False, -1, 1
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            starts = header[1] == own
            seen += starts
            inside = seen == wanted and (starts or header[1].startswith(f"{own}."))
            if inside and (starts or (names and header[1] == f"{own}.{names[0]}")):
                best = number
        elif inside and any(re.match(rf"""\s*["']?{re.escape(n)}["']?\s*=""", line) for n in names):
            best = number
    return best


def _key(path: tuple[int | str, ...]) -> str:
    """`("claims", 2, "as_of")` as a person counts: `claims[3].as_of`."""
    return "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _plain(message: str) -> str:
    message = message.removeprefix("Value error, ")
    if message == "Extra inputs are not permitted":
        return "unknown key: check its spelling"
    if message.startswith("Input should be a valid dictionary"):
        return "write it as a table of keys and values"
    return message[:1].lower() + message[1:]
