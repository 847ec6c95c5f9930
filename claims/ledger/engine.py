"""Opening a ledger: the address, the connection's settings, migrations, and foreign errors."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from claims.errors import LedgerConflict, LedgerError, LedgerTooNew
from claims.ledger.schema import HEAD

_BUSY_S: Final = 30
"""How long a writer waits for another one in SQLite, in seconds."""

_PAUSE_S: Final = 0.05
"""Between two looks at whether another process is done."""


def connect(url: str) -> Engine:
    """An engine on a ledger with today's tables. Raises LedgerError."""
    address = _address(url)
    is_file = address.get_backend_name() == "sqlite" and address.database
    shown = address.render_as_string(hide_password=True)
    try:
        if is_file and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": _BUSY_S} if is_file else {})
    except OSError as error:
        raise LedgerError(f"the ledger {shown} cannot be made: {error.strerror}") from error
    if is_file:
        event.listen(engine, "connect", _set_up_sqlite)
    try:
        with translated(shown), engine.connect() as connection:
            _migrate(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = URL.create("unknown")
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in {"sqlite", "postgresql+psycopg"}:
        shown = re.sub(r"//.*@", "//***@", url)
        raise LedgerError(
            f"{shown!r} is not a ledger address: write sqlite:///PATH or postgresql://HOST/NAME"
        )
    return address


@contextmanager
def translated(ledger: str) -> Iterator[None]:
    """Database errors of the block as LedgerErrors of one line that name `ledger`."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig or error).strip().splitlines()[0]
        if "locked" in cause or "could not serialize" in cause or "deadlock" in cause:
            raise LedgerConflict(f"the ledger {ledger} is busy: {cause}; try again") from error
        if "full" in cause or "disk I/O error" in cause:
            raise LedgerError(
                f"the ledger {ledger} cannot grow: {cause}; free some space and run the same "
                "command again, nothing that was committed is lost"
            ) from error
        raise LedgerError(f"the ledger {ledger} cannot be used: {cause}") from error
    except SQLAlchemyError as error:
        raise LedgerError(f"the ledger {ledger} cannot be used: {error}") from error


def _set_up_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
    cursor = connection.cursor()
    _wait_for_wal(cursor)
    # FULL, not NORMAL: a commit that was reported survives a power cut.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _wait_for_wal(cursor: sqlite3.Cursor) -> None:
    """SQLite's own waiting does not cover the change to WAL: of two that make it one is refused."""
    deadline = time.monotonic() + _BUSY_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _migrate(connection: Connection) -> None:
    if _revision(connection) == HEAD:
        return
    found = _revision(connection)
    if found not in {None, *_known_steps()}:
        raise LedgerTooNew(
            f"the ledger is at step {found} and this retest knows steps up to {HEAD}: "
            "use the newer retest that wrote it"
        )
    try:
        _upgrade(connection)
    except DBAPIError:
        connection.rollback()
        if not _made_by_another(connection):
            raise


def _made_by_another(connection: Connection) -> bool:
    """Whether another process, which opened the same new ledger at once, makes its tables."""
    deadline = time.monotonic() + _BUSY_S
    while time.monotonic() < deadline:
        if _revision(connection) == HEAD:
            return True
        time.sleep(_PAUSE_S)
    return False


def _known_steps() -> Iterator[str]:
    for entry in resources.files("claims.migrations.versions").iterdir():
        if match := re.match(r"m(\d{4})_\w+\.py$", entry.name):
            yield match[1]


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "claims:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    connection.rollback()
    return str(found) if found else None
