"""Requests to a model endpoint, their prompts, and batches that were handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "model_prompts",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "model_calls",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("step", sa.String(400), nullable=False),
        sa.Column("outcome", sa.String(400), nullable=False),
        sa.Column("claim_id", sa.String(400), nullable=False),
        sa.Column("claim_revision", sa.String(400), nullable=True),
        sa.Column("paper", sa.String(400), nullable=True),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("n_tokens", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("model_calls_by_key", "model_calls", ["key", "outcome"])
    op.create_index("model_calls_by_run", "model_calls", ["run_id", "claim_id"])
    op.create_index("model_calls_by_subject", "model_calls", ["paper", "claim_revision"])
    op.create_index("model_calls_by_about", "model_calls", ["about"])
    op.create_table(
        "model_batches",
        sa.Column("id", sa.String(400), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
