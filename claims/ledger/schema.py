"""The tables, as SQLAlchemy Core sees them. `claims.migrations` makes them; a test compares both.

Content rows are one JSON `body` under its hash, with the columns that questions are asked of
beside it. Moments are UTC text in ISO 8601 with microseconds, so that they sort as they are read.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

HEAD: Final = "0005"
"""The migration that this code was written for."""

_HASH_CHARS, _NAME_CHARS, _MOMENT_CHARS = 64, 400, 27


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as `2026-06-30T03:00:00.000000Z`."""

    impl = String(_MOMENT_CHARS)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The text of `value`; naive datetimes are refused."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """The moment that `value` writes."""
        del dialect
        return None if value is None else datetime.fromisoformat(str(value))


def _hash(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(_HASH_CHARS), primary_key=key, nullable=False)


def _name(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, String(_NAME_CHARS), primary_key=key, nullable=null)


def _body() -> Column[str]:
    return Column("body", Text, nullable=False)


def _moment(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=null)


metadata = MetaData()

claims = Table(
    "claims",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("record", String(_HASH_CHARS), nullable=False, unique=True),
    _hash("revision"),
    _name("claim_id"),
    _body(),
    _moment("recorded_at"),
    Index("claims_by_id", "claim_id"),
)

papers = Table(
    "papers",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("record", String(_HASH_CHARS), nullable=False, unique=True),
    _name("number"),
    Column("version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    _moment("revised_at"),
    _body(),
    _name("run_id"),
    _moment("recorded_at"),
    Index("papers_by_number", "number", "version"),
    Index("papers_by_revision", "revised_at"),
)

passages = Table("passages", metadata, _hash("id", key=True), _name("paper"), _body())

judgements = Table(
    "judgements",
    metadata,
    _hash("claim_revision", key=True),
    _hash("content", key=True),
    _hash("signature", key=True),
    _name("paper"),
    _name("run_id"),
    _moment("recorded_at"),
    Index("judgements_by_run", "run_id"),
)

claim_work = Table(
    "claim_work",
    metadata,
    _name("run_id", key=True),
    _name("claim_id", key=True),
    Column("n_judge_calls", Integer, nullable=False),
    Column("n_known", Integer, nullable=False),
    Column("n_whole", Integer, nullable=False, server_default="0"),
    _moment("recorded_at"),
)

assessments = Table(
    "assessments",
    metadata,
    _hash("id", key=True),
    _name("claim_id"),
    _hash("claim_revision"),
    _name("paper"),
    _name("relation"),
    _body(),
    _name("run_id"),
    _moment("recorded_at"),
    Index("assessments_by_claim", "claim_id"),
    Index("assessments_by_run", "run_id"),
)

failures = Table(
    "failures",
    metadata,
    _name("run_id", key=True),
    _hash("id", key=True),
    _name("claim_id", null=True),
    _body(),
    _moment("recorded_at"),
)

remarks = Table(
    "remarks",
    metadata,
    _name("run_id", key=True),
    _hash("id", key=True),
    _name("paper"),
    _body(),
    _moment("recorded_at"),
)

sought = Table(
    "sought",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(_HASH_CHARS), nullable=False, unique=True),
    _name("paper"),
    _body(),
    _name("run_id"),
    _moment("recorded_at"),
    Index("sought_by_paper", "paper"),
)

decisions = Table(
    "decisions",
    metadata,
    _hash("id", key=True),
    _name("claim_id"),
    _body(),
    _moment("recorded_at"),
    Index("decisions_by_claim", "claim_id"),
)

runs = Table(
    "runs",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(_NAME_CHARS), nullable=False, unique=True),
    _name("kind"),
    _name("claim_id", null=True),
    _moment("since"),
    _moment("until"),
    _body(),
    _moment("started_at"),
)

libraries = Table("libraries", metadata, _hash("record", key=True), _body())

run_ends = Table(
    "run_ends",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(_NAME_CHARS), nullable=False, unique=True),
    _hash("library"),
    _hash("record"),
    _body(),
    _moment("finished_at"),
)

standings = Table(
    "standings",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _name("run_id"),
    _name("claim_id"),
    _name("state"),
    _hash("record"),
    _body(),
    Index("standings_by_run", "run_id", "claim_id", unique=True),
    Index("standings_by_claim", "claim_id"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _name("source"),
    _hash("request"),
    _moment("until"),
    _name("run_id"),
    Index("cursors_by_source", "source", "request", "run_id", unique=True),
)

model_prompts = Table("model_prompts", metadata, _hash("hash", key=True), _body())

model_calls = Table(
    "model_calls",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _hash("record"),
    _hash("key"),
    _name("step"),
    _name("outcome"),
    _name("claim_id"),
    _name("claim_revision", null=True),
    _name("paper", null=True),
    _hash("about"),
    Column("n_tokens", Integer, nullable=False),
    Column("cost_usd", Float, nullable=True),
    _body(),
    _name("run_id"),
    _moment("recorded_at"),
    Index("model_calls_by_key", "key", "outcome"),
    Index("model_calls_by_run", "run_id", "claim_id"),
    Index("model_calls_by_subject", "paper", "claim_revision"),
    Index("model_calls_by_about", "about"),
)

model_batches = Table(
    "model_batches",
    metadata,
    _name("id", key=True),
    _body(),
    _name("run_id"),
    _moment("recorded_at"),
)

groundings = Table(
    "groundings",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _name("run_id"),
    _name("holder_id"),
    _hash("question"),
    Column("is_whole", Boolean, nullable=False),
    _hash("record"),
    _body(),
    _moment("recorded_at"),
    Index("groundings_by_run", "run_id", "holder_id", unique=True),
    Index("groundings_by_question", "question"),
)

dismissals = Table(
    "dismissals",
    metadata,
    _hash("id", key=True),
    _name("holder_id"),
    _body(),
    _moment("recorded_at"),
)
