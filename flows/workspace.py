"""A workspace: a folder with `retest.toml`, `claims/`, `reports/` and an ignored `.retest/`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final, Self

import tomlkit
from filelock import FileLock, Timeout

from claims.claim import Inquiry
from claims.errors import LedgerConflict, SettingsError
from claims.library import read_library
from flows.settings import (
    FILE,
    Environment,
    Settings,
    budget_of,
    quiet_libraries,
    read_settings,
)
from papers.shelf import Shelf

_TEMPLATE: Final = """\
# Settings of this retest workspace: the most used ones, with their defaults.

[source]
# Where papers come from: "arxiv" (the search API), "sample" (the bundled papers), or the path of
# an arXiv metadata dump (JSON lines, plain or gzip).
papers = {papers}
# overlap_days = 7
# contact = "you@example.org"
# Candidate papers are read whole; their PDFs are fetched from arXiv, once. false: abstracts alone.
# Without this line, a dump and the sample fetch none.
# full_text = true

[search]
# "auto" takes MiniLM when its model is in the cache and lexical search otherwise.
embedder = "auto"
papers_per_claim = 30
# passages_per_paper = 6

[judge]
# "local", a small model with rules, costs nothing; "openai" asks a language model, through OpenAI
# (OPENAI_API_KEY) or any server that speaks its API (base_url). `retest doctor` tries it.
kind = "local"
# base_url = "http://localhost:11434/v1"
# model = "gpt-6-luna"

# [judge.budget]
# night_usd = 1.00

# [answer]
# How many months `retest answer` looks back for disagreement.
# window_months = 6

[schedule]
# When `retest serve` starts the night.
cron = "0 3 * * *"
timezone = "UTC"
# For a library that is kept in Git: each night is a commit.
# commit = true

# [ledger]
# url = "postgresql://user@host/retest"

# [prefect]
# api_url = "http://127.0.0.1:4200/api"
"""


def _written(papers: str) -> str:
    """The source as a TOML string, the path of a dump made absolute."""
    known = papers in {"arxiv", "sample"}
    return str(
        tomlkit.string(papers if known else str(Path(papers).expanduser().resolve())).as_string()
    )


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A folder, its settings and what the environment adds to them."""

    folder: Path
    settings: Settings
    environment: Environment

    @classmethod
    def open(cls, folder: Path | None, environment: Environment) -> Self:
        """The workspace named, or that of RETEST_WORKSPACE, or the current folder.

        Raises SettingsError when it is not one. Libraries are made quiet from here on.
        """
        chosen = (folder or environment.workspace or Path()).resolve()
        file = chosen / FILE
        if not file.is_file():
            raise SettingsError(
                f"{chosen} is not a workspace (no {FILE}): make one with `retest init`, "
                "or name one with --workspace"
            )
        quiet_libraries(chosen / ".retest")
        return cls(folder=chosen, settings=read_settings(file), environment=environment)

    @classmethod
    def anywhere(cls, folder: Path | None, environment: Environment) -> Self:
        """The workspace as `open` finds it, or one without a library for a command that needs none.

        Its state, such as the pace towards arXiv, is then in the user's cache.
        """
        named = folder or environment.workspace
        if named or (Path() / FILE).is_file():
            return cls.open(named, environment)
        place = Path.home() / ".cache" / "retest"
        quiet_libraries(place / ".retest")
        return cls(folder=place, settings=Settings(), environment=environment)

    @classmethod
    def create(cls, folder: Path, environment: Environment, *, papers: str = "arxiv") -> Self:
        """A new workspace in `folder` with the starter library. Raises SettingsError.

        Files that are there already are left as they are.
        """
        starter = resources.files("claims") / "starter"
        texts = {FILE: _TEMPLATE.format(papers=_written(papers)), ".gitignore": ".retest/\n"}
        if not list((folder / "claims").glob("*.toml")):
            texts |= {
                f"claims/{entry.name}": entry.read_text(encoding="utf-8")
                for entry in starter.iterdir()
                if entry.name.endswith(".toml")
            }
        try:
            for name, text in texts.items():
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                if not file.exists():
                    file.write_text(text, encoding="utf-8")
            (folder / "reports").mkdir(exist_ok=True)
        except OSError as error:
            raise SettingsError(f"cannot make a workspace in {folder}: {error.strerror}") from error
        return cls.open(folder, environment)

    def judged_by(self, kind: str | None = None, budget: str | None = None) -> Self:
        """The workspace with another judge or budget than its file says. Raises SettingsError."""
        judge = self.settings.judge
        if kind is not None:
            if kind not in {"local", "openai"}:
                raise SettingsError(f"no judge is called {kind!r}: choose local or openai")
            judge = judge.model_copy(update={"kind": kind})
        if budget is not None:
            judge = judge.model_copy(update={"budget": budget_of(budget, judge.budget)})
        return replace(self, settings=self.settings.model_copy(update={"judge": judge}))

    def at_once(self) -> Self:
        """The workspace whose model answers while somebody waits: batches are for nights."""
        judge = self.settings.judge.model_copy(update={"batch": False})
        return replace(self, settings=self.settings.model_copy(update={"judge": judge}))

    @property
    def state(self) -> Path:
        """The folder of everything that can be made again or must not be edited."""
        return self.folder / ".retest"

    @property
    def index(self) -> Path:
        """The folder of the search index."""
        return self.state / "index"

    @property
    def reports(self) -> Path:
        """Where reports are written."""
        return self.folder / "reports"

    @property
    def checkpoints(self) -> Path:
        """The file from which a killed run goes on."""
        return self.state / "graph.sqlite"

    def drop_checkpoints(self) -> None:
        """Nothing: what a finished run could have gone on from is gone."""
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.checkpoints}{ending}").unlink(missing_ok=True)

    @property
    def ledger_url(self) -> str:
        """The address of the ledger."""
        chosen = self.environment.ledger_url or self.settings.ledger.url
        return chosen or f"sqlite:///{self.state / 'ledger.sqlite'}"

    @property
    def prefect_api_url(self) -> str | None:
        """The Prefect server to run on; None to run without one."""
        return self.environment.prefect_api_url or self.settings.prefect.api_url

    def inquiries(self) -> tuple[Inquiry, ...]:
        """The library. Raises LibraryError."""
        return read_library(self.folder / "claims")

    def shelf(self) -> Shelf:
        """The PDFs that were fetched. Raises SourceError."""
        kept = self.settings.shelf
        return Shelf(self.state / "shelf", kept.max_mb * 1_000_000, kept.max_age_days)

    @contextmanager
    def only_run(self) -> Iterator[None]:
        """The block as the only run in this workspace. Raises LedgerConflict at once if it isn't.

        The lock dies with its process, so that a killed run blocks nobody.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.state / "run.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise LedgerConflict(
                f"another retest run is at work in {self.folder}: wait for it to end"
            ) from None
        try:
            yield
        finally:
            lock.release()
