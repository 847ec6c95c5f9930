"""Where the ports meet their parts: the only module that knows both sides.

Heavy libraries are imported inside the functions that need them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.judge import Judge
from claims.claim import Inquiry
from claims.ledger import Ledger
from flows.full_text import Desk
from flows.model_desk import ModelDesk, model_desk_of
from flows.workspace import Workspace
from papers.index import PassageIndex
from papers.pdf.reader import PdfReader
from papers.sources import Source

if TYPE_CHECKING:
    from papers.arxiv_source import ArxivSource

OnWait = Callable[[str, float], None]

_VERSIONED = ("retest", "arxiv", "chromadb", "langgraph", "pymupdf", "pydantic", "sqlalchemy")
"""The packages whose version can change what a run reads or judges."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Everything that a run works with, opened."""

    workspace: Workspace
    inquiries: tuple[Inquiry, ...]
    ledger: Ledger
    source: Source
    index: PassageIndex
    judge: Judge
    desk: Desk | None
    """Where candidate papers are read whole; None where abstracts alone are judged."""
    model: ModelDesk | None = None
    """What the model judge is put together of; None with the local judge."""
    notes: tuple[str, ...]
    """What was fallen back on, one line each."""

    @property
    def papers_per_claim(self) -> int:
        """How many candidates search proposes for one claim."""
        settings = self.workspace.settings
        screened = settings.judge.screened_per_claim if self.model else 1
        return max(settings.search.papers_per_claim, screened)

    @property
    def settings(self) -> dict[str, str]:
        """What would change the answer of a run, as it is stored with the run."""
        signature = self.judge.signature
        return {
            "source": self.source.name,
            "embedder": self.index.identity,
            "papers_per_claim": str(self.papers_per_claim),
            **self._full_text,
            "judge": signature.judge,
            "model": signature.model,
            "prompt_version": signature.prompt_version,
            **self._model,
        }

    @property
    def _model(self) -> dict[str, str]:
        if self.model is None:
            return {}
        access, triage = self.model.endpoint.access, self.model.judge.triage.signature
        return {"endpoint": access.address, "triage": f"{triage.model} {triage.prompt_version}"}

    @property
    def _full_text(self) -> dict[str, str]:
        if self.desk is None:
            return {"full_text": "not read"}
        n_passages = self.workspace.settings.search.passages_per_paper
        return {
            "full_text": "fetched" if self.desk.downloads else "from the shelf alone",
            "passages_per_paper": str(n_passages),
        }


@contextmanager
def opened(
    workspace: Workspace, papers: str | None = None, on_wait: OnWait = lambda _why, _wait_s: None
) -> Iterator[Bench]:
    """The bench of `workspace`; `papers` overrides where papers come from.

    `on_wait` is told why and for how many seconds a source is about to be waited for.

    Raises LibraryError, LedgerError, SourceError, SearchIndexError.
    """
    inquiries = workspace.inquiries()
    source = source_of(workspace, papers, on_wait)
    ledger = Ledger.open(workspace.ledger_url)
    try:
        ledger.claims.register(claim for inquiry in inquiries for claim in inquiry.claims)
        judge, model = judge_of(workspace, ledger)
        index, note = index_of(workspace)
        desk = desk_of(workspace, papers, on_wait)
        try:
            yield Bench(
                workspace=workspace,
                inquiries=inquiries,
                ledger=ledger,
                source=source,
                index=index,
                judge=judge,
                desk=desk,
                model=model,
                notes=(note,) if note else (),
            )
        finally:
            if desk:
                desk.reader.close()
            index.close()
    finally:
        ledger.close()


def source_of(
    workspace: Workspace, papers: str | None = None, on_wait: OnWait = lambda _why, _wait_s: None
) -> Source:
    """The source named by `papers` or the settings: `arxiv`, `sample` or the path of a dump."""
    settings = workspace.settings.source
    chosen = papers or settings.papers
    if chosen == "arxiv":
        return arxiv_of(workspace, on_wait)
    from papers.dump import DumpSource

    if chosen == "sample":
        return DumpSource(Path(str(resources.files("papers") / "sample" / "papers.jsonl")))
    path = Path(chosen).expanduser()
    base = Path() if papers else workspace.folder
    return DumpSource(path if path.is_absolute() else (base / path).resolve())


def arxiv_of(workspace: Workspace, on_wait: OnWait) -> "ArxivSource":
    """arXiv, or the mirrors of it that the settings name."""
    from papers.arxiv_api import ApiAccess, ArxivApi
    from papers.arxiv_source import ArxivSource
    from papers.feed import FeedAccess, Feeds
    from papers.guard import user_agent
    from papers.oai import OaiAccess, OaiSource

    settings = workspace.settings.source
    timeout_s = settings.timeout_s
    shared: dict[str, Any] = {
        "state_dir": workspace.state,
        "pace_s": settings.pace_s,
        "user_agent": user_agent(settings.contact),
        "on_wait": on_wait,
    }
    return ArxivSource(
        api=ArxivApi(ApiAccess(base_url=settings.base_url, timeout_s=timeout_s, **shared)),
        oai=OaiSource(OaiAccess(base_url=settings.oai_url, timeout_s=2 * timeout_s, **shared)),
        feeds=Feeds(FeedAccess(base_url=settings.feeds_url, timeout_s=timeout_s, **shared)),
    )


def desk_of(
    workspace: Workspace, papers: str | None = None, on_wait: OnWait = lambda _why, _wait_s: None
) -> Desk | None:
    """What full texts are read with, if the settings want them read. Raises SourceError.

    No worker process runs before the first paper is read.
    """
    settings = workspace.settings.source
    if settings.full_text is False:
        return None
    downloads = None
    if settings.full_text or (papers or settings.papers) == "arxiv":
        from papers.downloads import DownloadAccess, Downloads
        from papers.governor import Rates
        from papers.guard import user_agent

        downloads = Downloads(
            DownloadAccess(
                base_url=settings.pdf_url,
                rates=Rates(metadata_s=settings.pace_s, pdf_burst_s=settings.pdf_pause_s),
                timeout_s=settings.timeout_s,
                user_agent=user_agent(settings.contact),
                state_dir=workspace.state,
                on_wait=on_wait,
            )
        )
    return Desk(shelf=workspace.shelf(), reader=PdfReader(), downloads=downloads)


def index_of(workspace: Workspace) -> tuple[PassageIndex, str | None]:
    """The search index of the workspace, and what was fallen back on, if anything."""
    from papers.embed import choose

    search, environment = workspace.settings.search, workspace.environment
    embedder, note = choose(
        search.embedder,
        base_url=environment.openai_base_url or search.openai_url,
        model=search.openai_model,
        key=environment.openai_api_key or "",
        download=search.embedder == "minilm",
    )
    return PassageIndex(workspace.index, embedder, server_url=search.chroma_url), note


def judge_of(workspace: Workspace, ledger: Ledger) -> tuple[Judge, ModelDesk | None]:
    """The judge that the settings name, and what it is made of where it asks a model.

    Raises SettingsError.
    """
    if workspace.settings.judge.kind == "openai":
        model = model_desk_of(workspace, ledger)
        return model.judge, model
    from agents.local_judge import LocalJudge

    return LocalJudge(), None


def versions() -> dict[str, str]:
    """The installed versions of the packages that decide what a run reads and judges."""
    return {name: metadata.version(name) for name in _VERSIONED}
