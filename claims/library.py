"""The library of inquiries: `claims/*.toml` in a workspace, one inquiry a file.

Reading is strict: an unknown key, a bad date or a duplicate id is a LibraryError that names file,
line and key. Writing keeps every comment and the order of the file.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import tomlkit
from pydantic import ValidationError
from tomlkit.items import AoT

from claims.claim import Claim, Inquiry, SourceRef
from claims.errors import ClaimNotFound, LibraryError
from claims.toml import line_of, parse, read_text, refusal


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
    held = {claim.id for inquiry in inquiries for claim in inquiry.claims}
    for file, inquiry in zip(files, inquiries, strict=True):
        for n, claim in enumerate(inquiry.claims):
            if claim.replaces and claim.replaces not in held:
                line = line_of(read_text(file), ("claims", n, "replaces"), "inquiry")
                raise LibraryError(str(file), line, f"replaces: no claim {claim.replaces!r}")
    return inquiries


def read_inquiry(file: Path) -> Inquiry:
    """The inquiry that `file` holds. Raises LibraryError."""
    text = read_text(file)
    table = parse(file, text)
    head = table.pop("inquiry", None)
    if not isinstance(head, dict):
        raise LibraryError(str(file), 1, "no [inquiry] table: start the file with one")
    if misplaced := {"claims", "anchors", "notes"} & head.keys():
        name = min(misplaced)
        raise LibraryError(
            str(file),
            line_of(text, (f"inquiry.{name}",), "inquiry"),
            f"inquiry.{name}: write [[{name}]] beside [inquiry], not inside it",
        )
    try:
        return Inquiry.model_validate({**head, **table})
    except ValidationError as error:
        raise refusal(file, text, error, "inquiry") from None


def add_claim(file: Path, claim: Claim) -> None:
    """Append `claim` to the inquiry in `file`, keeping everything that stands there.

    Raises LibraryError, and leaves the file as it was, when the id is taken or the result would
    not read.
    """
    inquiry = read_inquiry(file)
    if any(held.id == claim.id for held in inquiry.claims):
        raise LibraryError(str(file), None, f"the claim id {claim.id!r} is taken: choose another")
    document = tomlkit.parse(file.read_bytes().decode("utf-8-sig"))
    table = tomlkit.table()
    for key, value in claim.model_dump(mode="json", exclude_defaults=True).items():
        table.add(key, value)
    existing = document.get("claims")
    if existing is None:
        existing = tomlkit.aot()
        document.append("claims", existing)
    if not isinstance(existing, AoT):
        raise LibraryError(
            str(file),
            line_of(read_text(file), ("claims",), "inquiry"),
            "claims: write each claim as a [[claims]] table, then more can be added",
        )
    existing.append(table)
    write_inquiry(file, tomlkit.dumps(document))


def add_source(file: Path, holder_id: str, source: SourceRef, remark: str) -> None:
    """Append `source` to the claim or note `holder_id` in `file`, with `remark` as a comment.

    Raises ClaimNotFound, and LibraryError when the result would not read.
    """
    document = tomlkit.parse(read_text(file))
    entries = [*document.get("claims", ()), *document.get("notes", ())]
    holder = next((entry for entry in entries if entry.get("id") == holder_id), None)
    if holder is None:
        raise ClaimNotFound(f"{file} holds no claim and no note {holder_id!r}")
    table = tomlkit.table()
    table.add(tomlkit.comment(remark))
    for key, value in source.model_dump(mode="json", exclude_defaults=True).items():
        table.add(key, value)
    existing = holder.get("sources")
    if existing is None:
        existing = tomlkit.aot()
        holder["sources"] = existing
    if isinstance(existing, AoT):
        table.add(tomlkit.nl())
        # Taken again from its holder: tomlkit copies what is put into a table.
        holder["sources"].append(table)
    else:
        inline = tomlkit.inline_table()
        inline.update(table.unwrap())
        existing.append(inline)
    write_inquiry(file, tomlkit.dumps(document))


def write_inquiry(file: Path, text: str) -> None:
    """Write `text` as `file`, whole or not at all. Raises LibraryError when it does not read."""
    file = file.resolve()
    try:
        with TemporaryDirectory(dir=file.parent, prefix=".draft-") as folder:
            draft = Path(folder) / file.name
            draft.write_bytes(text.encode())
            read_inquiry(draft)
            if file.exists():
                shutil.copymode(file, draft)
            draft.replace(file)
    except OSError as error:
        raise LibraryError(str(file), None, f"cannot be written: {error.strerror}") from error


def find_claim(inquiries: Iterable[Inquiry], claim_id: str) -> tuple[Inquiry, Claim] | None:
    """The claim with this id and its inquiry, or None."""
    return next(
        ((i, claim) for i in inquiries for claim in i.claims if claim.id == claim_id),
        None,
    )


def held_claim(inquiries: Iterable[Inquiry], claim_id: str) -> tuple[Inquiry, Claim]:
    """The claim with this id and its inquiry. Raises ClaimNotFound, naming those there are."""
    held = tuple(inquiries)
    found = find_claim(held, claim_id)
    if found is None:
        known = ", ".join(claim.id for inquiry in held for claim in inquiry.claims)
        raise ClaimNotFound(f"no claim {claim_id!r} in the library; it holds: {known}")
    return found


def _refuse_duplicates(read: Iterable[tuple[Path, Inquiry]]) -> None:
    seen: dict[str, Path] = {}
    for file, inquiry in read:
        for n, id in enumerate((inquiry.id, *(claim.id for claim in inquiry.claims))):
            if id in seen:
                path = ("inquiry", "id") if n == 0 else ("claims", n - 1, "id")
                raise LibraryError(
                    str(file),
                    line_of(read_text(file), path, "inquiry"),
                    f"id: {id!r} is already used in {seen[id].name}",
                )
            seen[id] = file
