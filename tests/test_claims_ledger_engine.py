"""Opening a ledger, its tables, and what is said when the database refuses."""

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import Engine

from claims.errors import LedgerError, LedgerTooNew
from claims.ledger import Ledger
from claims.ledger.schema import HEAD, metadata
from tests.fakes import paper

ROOT = Path(__file__).parent.parent
OPEN = "import sys; from claims.ledger import Ledger; Ledger.open(sys.argv[1]).close()"
FULL = """
import resource, sys
from claims.ledger import Ledger
from tests.test_claims_ledger_engine import filled
ledger = Ledger.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
print(*filled(ledger))
"""


def engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address)


@contextmanager
def pages_at_most(n: int) -> Iterator[None]:
    """SQLite's own limit on every connection that is opened meanwhile: then it is full."""

    def limit(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.execute(f"PRAGMA max_page_count = {n}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def filled(ledger: Ledger) -> tuple[int, str]:
    """How many long papers went in, one a transaction, before the ledger refused, and its words."""
    n = 0
    try:
        while True:
            ledger.papers.add([paper(f"2503.{n + 1:05}v1", abstract="glow " * 2000)], "night")
            n += 1
    except LedgerError as error:
        return n, str(error)


def test_migrating_makes_the_tables_that_the_code_sees(ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    opened = engine(ledger_url)
    with opened.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    opened.dispose()
    assert found == HEAD


def test_a_ledger_of_the_first_step_is_brought_up_and_loses_nothing(ledger_url: str) -> None:
    opened = engine(ledger_url)
    config = Config()
    config.set_main_option("script_location", "claims:migrations")
    with opened.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        at = "2026-01-01T00:00:00.000000Z"
        connection.execute(
            text(f"INSERT INTO claim_work VALUES ('night', 'lanterns-agree', 3, 2, '{at}')")  # noqa: S608 - constants
        )
    opened.dispose()
    ledger = Ledger.open(ledger_url)
    counts = ledger.work.counts("night")
    asked = ("n_judge_calls", "n_papers_known", "n_papers_whole")
    assert [counts[name] for name in asked] == [3, 2, 0]
    assert ledger.work.remarks("night") == ()
    assert ledger.audit().faults == ()
    ledger.close()


def test_a_ledger_opened_again_holds_what_it_held(ledger_url: str) -> None:
    first = Ledger.open(ledger_url)
    first.papers.add([paper()], "night")
    first.close()
    second = Ledger.open(ledger_url)
    assert second.papers.get() == (paper(),)
    second.close()


def test_a_ledger_from_the_future_is_left_alone(ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    opened = engine(ledger_url)
    with opened.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerTooNew, match="is at step 9999 and this retest knows steps up to"):
        Ledger.open(ledger_url)
    # A connection that was left open warns when it is collected, and a warning is an error.
    gc.collect()
    with opened.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    opened.dispose()
    assert found == "9999"


def test_processes_that_open_a_new_ledger_at_once_all_get_it(ledger_url: str) -> None:
    opens = [sys.executable, "-c", OPEN, ledger_url]
    opening = [
        subprocess.Popen(opens, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [process.communicate()[1] for process in opening] == [""] * 4
    assert [process.returncode for process in opening] == [0] * 4


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    Ledger.open(f"sqlite:///{tmp_path}/a/b/ledger.sqlite").close()
    assert (tmp_path / "a" / "b" / "ledger.sqlite").is_file()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "lamp").touch()
    with pytest.raises(LedgerError, match="cannot be made: Not a directory"):
        Ledger.open(f"sqlite:///{tmp_path}/lamp/a/ledger.sqlite")


@pytest.mark.parametrize(
    "address", ["my ledger", "lamp://x", "mysql://x/y", "postgresql://u@127.0.0.1:xx/y"]
)
def test_what_is_no_address_is_refused_with_a_way_to_write_it(address: str) -> None:
    with pytest.raises(
        LedgerError, match=r"not a ledger address: write sqlite:///PATH or postgres"
    ):
        Ledger.open(address)


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Lanterns, mostly. " * 300)
    with pytest.raises(LedgerError, match="file is not a database") as caught:
        Ledger.open(f"sqlite:///{tmp_path / 'notes.txt'}")
    assert "\n" not in str(caught.value)


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(LedgerError, match="Connection refused") as caught:
        Ledger.open("postgresql://reader:sesame@127.0.0.1:1/lanterns")
    assert "\n" not in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_the_address_of_a_ledger_hides_its_password(postgres_url: str) -> None:
    opened = Ledger.open(postgres_url.replace("postgres:@", "postgres:sesame@"))
    assert "postgres:***@" in opened.address
    assert "sesame" not in opened.address
    opened.close()


def test_a_full_database_says_so_and_loses_nothing_committed(sqlite_url: str) -> None:
    with pages_at_most(120):
        ledger = Ledger.open(sqlite_url)
        n, message = filled(ledger)
        ledger.close()
    assert n > 1
    assert re.search(r"cannot grow: .* is full; free some space", message)
    assert "\n" not in message
    again = Ledger.open(sqlite_url)
    assert len(again.papers.get()) == n
    assert again.audit().faults == ()
    again.close()


def test_a_disk_that_refuses_to_write_loses_nothing_committed(sqlite_url: str) -> None:
    Ledger.open(sqlite_url).close()
    done = subprocess.run(
        [sys.executable, "-c", FULL, sqlite_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    n, _, message = done.stdout.strip().partition(" ")
    assert message.startswith(f"the ledger {sqlite_url} cannot")
    assert "\n" not in message
    again = Ledger.open(sqlite_url)
    assert len(again.papers.get()) == int(n) > 1
    assert again.audit().faults == ()
    again.close()
