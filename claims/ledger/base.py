"""What the parts of the ledger share: one engine, transactions, and inserting only what is new."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from claims.ledger.engine import translated

BATCH: Final = 500
"""Rows a statement: SQLite takes at most 32,766 variables in one."""


class Store:
    """An engine with its address, giving transactions in which foreign errors are translated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.address = engine.url.render_as_string(hide_password=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, undone when it raises."""
        with translated(self.address), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for questions."""
        with translated(self.address), self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """The number of `rows` that were not there yet; those that were are left as they are."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    added = 0
    for start in range(0, len(rows), BATCH):
        part = [dict(row) for row in rows[start : start + BATCH]]
        insert = dialect.insert(table).values(part).on_conflict_do_nothing()
        # Counted by what comes back: psycopg does not count rows of one statement with many.
        added += len(connection.execute(insert.returning(literal_column("1"))).all())
    return added
