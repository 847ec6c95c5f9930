"""The settings of a workspace: `retest.toml`, and the few environment variables that count.

Nothing else in retest reads the environment. Variables: RETEST_WORKSPACE (the folder),
RETEST_LEDGER (its address), OPENAI_API_KEY and OPENAI_BASE_URL (the endpoint of judge and
embedder), PREFECT_API_URL (a Prefect server to run on), RETEST_NOTIFY (whom to tell after a night).
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field, ValidationError

from claims.claim import Frozen
from claims.clock import utc_now
from claims.errors import SettingsError
from claims.toml import parse, read_text, refusal

FILE: Final = "retest.toml"

_BUDGET: Final = re.compile(
    r"\$?(?P<number>\d[\d_,]*(?:\.\d+)?)\s*"
    r"(?:(?P<scale>[km])?\s*(?P<tokens>t|tok|tokens?)|usd|dollars?|)"
)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone: write it as Europe/Vienna or UTC") from None
    return name


def _web(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"{address!r} is not a web address: it begins with http:// or https://")
    parts = urlsplit(address)
    if parts.password or parts.username or parts.query:
        shown = f"{parts.scheme}://{parts.hostname}"
        raise ValueError(f"the address of {shown} holds a name, password or key: leave it out")
    if not parts.hostname or parts.port == 0:
        raise ValueError(f"{address!r} is not a web address: it names no host, or port 0")
    return address


def _key(key: str) -> str:
    """The key without white space around it; it is never shown.

    What a header does not take, or JSON writes otherwise, would stand in errors unrecognised.
    """
    if not re.fullmatch(r"[!-~]*", key.strip()) or '"' in key or "\\" in key:
        raise ValueError("the key holds spaces, line breaks or signs that no key has")
    return key.strip()


def _cron(line: str) -> str:
    try:
        CronSim(line, utc_now())
    except CronSimError as error:
        raise ValueError(f"{line!r} is not a cron line ({error}): write it as 0 3 * * *") from None
    return line


WebAddress = Annotated[str, AfterValidator(_web)]


class SourceSettings(Frozen):
    """Where papers come from."""

    papers: str = "arxiv"
    """`arxiv`, `sample` (bundled), or the path of an arXiv metadata dump."""
    base_url: WebAddress = "https://export.arxiv.org/api/query"
    """The search API: questions, and single papers. A mirror can stand here, as below."""
    oai_url: WebAddress = "https://oaipmh.arxiv.org/oai"
    """OAI-PMH: everything that changed since the last night."""
    feeds_url: WebAddress = "https://rss.arxiv.org/atom"
    """The feeds of announcements: what the harvest is checked against."""
    history: Literal["search", "harvest"] = "search"
    """How papers from before the first night are found: by the inquiry's watch phrases, or whole
    categories since the oldest claim, which takes hours."""
    pace_s: float = Field(default=3.0, ge=0)
    """Seconds between two requests, over all processes of the workspace. arXiv's terms ask 3."""
    timeout_s: float = Field(default=30.0, gt=0)
    overlap_days: int = Field(default=7, ge=0)
    """How far each night looks back: moderation holds papers for days."""
    contact: str | None = None
    """A mail address for the User-Agent, so that arXiv can write instead of blocking."""
    full_text: bool | None = None
    """Whether candidate papers are read whole. Unset: PDFs are fetched where `papers` is `arxiv`;
    for the sample and dumps, those that are on the shelf already are read. `true` fetches them for
    any source, `false` judges abstracts alone."""
    pdf_url: WebAddress = "https://export.arxiv.org"
    """Where `/pdf/ID` and `/html/ID` are fetched. A mirror can stand here."""
    pdf_pause_s: float = Field(default=2.0, ge=0)
    """No more than four PDFs in any span of so many seconds: arXiv's rule for bursts."""


class ShelfSettings(Frozen):
    """How long fetched PDFs are kept in the workspace; what is dropped can be fetched again."""

    max_mb: int = Field(default=2_000, ge=1)
    max_age_days: float = Field(default=90.0, gt=0)


class SearchSettings(Frozen):
    """How candidate papers are found."""

    embedder: Literal["auto", "lexical", "minilm", "openai"] = "auto"
    papers_per_claim: int = Field(default=30, ge=1, le=1000)
    """At most so many papers are put before the judge for one claim in one run."""
    passages_per_paper: int = Field(default=6, ge=1, le=100)
    """Beside its abstract, at most so many passages of a paper's full text are put before the judge
    for one claim: those nearest to it."""
    chroma_url: WebAddress | None = None
    """A Chroma server; empty for the folder in the workspace."""
    openai_url: WebAddress = "https://api.openai.com/v1"
    openai_model: str = "text-embedding-3-small"


class BudgetSettings(Frozen):
    """What a model may cost; checked before each call, what is under way counted at its most."""

    night_usd: float | None = Field(default=None, ge=0)
    night_tokens: int | None = Field(default=2_000_000, ge=0)
    """Bounded even where nobody thought of it: two million tokens are some 700 judgements."""
    claim_usd: float | None = Field(default=None, ge=0)
    """In one night."""
    claim_tokens: int | None = Field(default=None, ge=0)


class JudgeSettings(Frozen):
    """Who judges."""

    kind: Literal["local", "openai"] = "local"
    """`local` needs nothing; `openai` asks any endpoint that speaks OpenAI's API."""
    parallel: int = Field(default=4, ge=1, le=64)
    """Requests at a time at most; fewer when the endpoint asks to slow down."""
    base_url: WebAddress = "https://api.openai.com/v1"
    """OpenAI, or a server of vLLM, Ollama or llama.cpp. OPENAI_BASE_URL comes before it."""
    api_key: Annotated[str, AfterValidator(_key)] | None = Field(default=None, repr=False)
    """Better kept in OPENAI_API_KEY, which comes before it."""
    model: str = Field(default="gpt-6-luna", min_length=1)
    second_model: str | None = None
    """Who looks twice; the same model where it is left out."""
    api: Literal["auto", "responses", "chat"] = "auto"
    """`auto` finds out which of OpenAI's two APIs the endpoint speaks."""
    timeout_s: float = Field(default=120.0, gt=0)
    retry_wait_s: float = Field(default=1.0, gt=0)
    """Before the second of four tries; longer before each further one."""
    max_output_tokens: int = Field(default=4_000, ge=200)
    """The longest answer, a model's reasoning included."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """0 suits servers of your own; OpenAI's reasoning models refuse it."""
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
    screened_per_claim: int = Field(default=130, ge=1, le=1000)
    """With a model, at least so many papers nearest by search are screened for a claim; most are
    left unread. A fifth of the papers that the funnel was measured on, see docs/model-judge.md."""
    always_read: int = Field(default=10, ge=0)
    """So many of them, the nearest, a model reads whatever the rules find in their
    abstracts; of the others those in which they find something near the claim."""
    compared_per_paper: int = Field(default=3, ge=1)
    """So many findings of one paper, the nearest, a model compares with one claim."""
    batch: bool = False
    """Nights through the Batch API: half the price, and up to a day for each step."""
    batch_poll_s: float = Field(default=30.0, gt=0)
    prices: str | None = None
    """A file of prices of your own, in the form of `agents/prices.toml`."""
    budget: BudgetSettings = BudgetSettings()


class AnswerSettings(Frozen):
    """How inquiries are answered."""

    window_months: int = Field(default=6, ge=1, le=120)
    """How far the second task, disagreement and superseding work, looks back."""


class GroundingSettings(Frozen):
    """How nights spend their spare time: they look for the papers that uncited claims came from."""

    per_night: int = Field(default=5, ge=0, le=1000)
    """So many claims and notes a night at most; 0: none."""
    seconds_per_night: float = Field(default=120.0, ge=0)
    """No search begins later than so long after the judging."""


class ScheduleSettings(Frozen):
    """When the night is."""

    cron: Annotated[str, AfterValidator(_cron)] = "0 3 * * *"
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    commit: bool = False
    """Whether each of these nights is committed to Git, as `retest nightly --commit` does it."""


class ReviewSettings(Frozen):
    """The review page."""

    host: str = "127.0.0.1"
    """Anything but loopback asks for a token."""
    port: int = Field(default=4300, ge=0, le=65535)
    hosts: tuple[str, ...] = ()
    """Further names by which a browser may ask for it, such as a proxy's: they ask for it, too."""
    url: WebAddress | None = None
    """Where people reach it: the link in notifications."""


class NotifySettings(Frozen):
    """Who is told after a night."""

    urls: tuple[str, ...] = ()
    """Addresses as Apprise writes them (`mailto://`, `slack://`, ...); none: nobody is told.

    They hold passwords: RETEST_NOTIFY may name them instead, separated by spaces.
    """
    quiet_nights: bool = False
    """Whether to tell of nights in which nothing changed and nothing failed."""


class PrefectSettings(Frozen):
    """The Prefect server, if there is one."""

    api_url: WebAddress | None = None


class LedgerSettings(Frozen):
    """Where the ledger is."""

    url: str | None = None
    """`postgresql://...`; empty for SQLite in the workspace."""


class Settings(Frozen):
    """Everything in `retest.toml`, with its defaults."""

    source: SourceSettings = SourceSettings()
    shelf: ShelfSettings = ShelfSettings()
    search: SearchSettings = SearchSettings()
    judge: JudgeSettings = JudgeSettings()
    answer: AnswerSettings = AnswerSettings()
    grounding: GroundingSettings = GroundingSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    prefect: PrefectSettings = PrefectSettings()
    ledger: LedgerSettings = LedgerSettings()
    review: ReviewSettings = ReviewSettings()
    notify: NotifySettings = NotifySettings()


class Environment(Frozen):
    """What the environment says."""

    workspace: Path | None = None
    ledger_url: str | None = None
    prefect_api_url: str | None = None
    openai_api_key: str | None = Field(default=None, repr=False)
    openai_base_url: str | None = None
    notify: tuple[str, ...] = Field(default=(), repr=False)

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> "Environment":
        """The environment of this process. Raises SettingsError."""
        folder = variables.get("RETEST_WORKSPACE")
        return cls(
            workspace=Path(folder) if folder else None,
            ledger_url=variables.get("RETEST_LEDGER") or None,
            prefect_api_url=variables.get("PREFECT_API_URL") or None,
            openai_api_key=_checked(variables, "OPENAI_API_KEY", _key),
            openai_base_url=_checked(variables, "OPENAI_BASE_URL", _web),
            notify=tuple(variables.get("RETEST_NOTIFY", "").split()),
        )


def _checked(variables: Mapping[str, str], name: str, check: Callable[[str], str]) -> str | None:
    """The variable as `check` lets it pass; None where it is empty."""
    try:
        return check(variables.get(name, "")) if variables.get(name) else None
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from None


def budget_of(text: str, before: BudgetSettings) -> BudgetSettings:
    """The budget with the night's ceiling that `text` writes: `2.50` (US dollars), `500k tokens`.

    Raises SettingsError.
    """
    written = _BUDGET.fullmatch(text.strip().lower())
    if written is None:
        raise SettingsError(f"{text!r} is no budget: write 2.50 (US dollars) or 500000 tokens")
    number = float(written["number"].replace("_", "").replace(",", ""))
    if written["tokens"]:
        scale = {"k": 1_000, "m": 1_000_000}.get(written["scale"] or "", 1)
        return before.model_copy(update={"night_tokens": int(number * scale)})
    return before.model_copy(update={"night_usd": number})


def read_settings(file: Path) -> Settings:
    """The settings in `file`. Raises SettingsError, LibraryError."""
    text = read_text(file)
    try:
        return Settings.model_validate(parse(file, text))
    except ValidationError as error:
        raise SettingsError(str(refusal(file, text, error, "source"))) from None


def cron_line(line: str) -> str:
    """`line`, if it is a cron line. Raises SettingsError."""
    try:
        return _cron(line)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def quiet_libraries(state: Path) -> None:
    """Nothing: libraries that are imported from now on keep to `state` and do not call home.

    A variable that the user has set is left alone. Thread counts are 1 because on busy cores
    more threads collapse (measured: 24 embeddings a second against 1.2).
    """
    defaults = {
        "ORT_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "ANONYMIZED_TELEMETRY": "False",
        "HF_HUB_OFFLINE": "1",
        "LANGSMITH_TRACING": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_HOME": str(state / "prefect"),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def run_on_prefect(api_url: str) -> None:
    """Nothing: Prefect, imported from now on here and in processes started here, uses `api_url`."""
    os.environ["PREFECT_API_URL"] = api_url


def child_environment(ledger_url: str) -> dict[str, str]:
    """The environment for a process of ours that works on this ledger."""
    return {**os.environ, "RETEST_LEDGER": ledger_url, "PYTHONIOENCODING": "utf-8"}
