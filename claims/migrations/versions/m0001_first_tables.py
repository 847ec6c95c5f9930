"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "assessments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("claim_id", sa.String(400), nullable=False),
        sa.Column("claim_revision", sa.String(64), nullable=False),
        sa.Column("paper", sa.String(400), nullable=False),
        sa.Column("relation", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("assessments_by_claim", "assessments", ["claim_id"])
    op.create_index("assessments_by_run", "assessments", ["run_id"])
    op.create_table(
        "claim_work",
        sa.Column("run_id", sa.String(400), primary_key=True),
        sa.Column("claim_id", sa.String(400), primary_key=True),
        sa.Column("n_judge_calls", sa.Integer, nullable=False),
        sa.Column("n_known", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("record", sa.String(64), nullable=False, unique=True),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("claim_id", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("claims_by_id", "claims", ["claim_id"])
    op.create_table(
        "cursors",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
    )
    op.create_index("cursors_by_source", "cursors", ["source", "request", "run_id"], unique=True)
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("claim_id", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("decisions_by_claim", "decisions", ["claim_id"])
    op.create_table(
        "failures",
        sa.Column("run_id", sa.String(400), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("claim_id", sa.String(400), nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "judgements",
        sa.Column("claim_revision", sa.String(64), primary_key=True),
        sa.Column("content", sa.String(64), primary_key=True),
        sa.Column("signature", sa.String(64), primary_key=True),
        sa.Column("paper", sa.String(400), nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("judgements_by_run", "judgements", ["run_id"])
    op.create_table(
        "libraries",
        sa.Column("record", sa.String(64), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "papers",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("record", sa.String(64), nullable=False, unique=True),
        sa.Column("number", sa.String(400), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("revised_at", sa.String(27), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("papers_by_number", "papers", ["number", "version"])
    op.create_index("papers_by_revision", "papers", ["revised_at"])
    op.create_table(
        "passages",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("paper", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "run_ends",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(400), nullable=False, unique=True),
        sa.Column("library", sa.String(64), nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("finished_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(400), nullable=False, unique=True),
        sa.Column("kind", sa.String(400), nullable=False),
        sa.Column("claim_id", sa.String(400), nullable=True),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
    )
    op.create_table(
        "standings",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("claim_id", sa.String(400), nullable=False),
        sa.Column("state", sa.String(400), nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("standings_by_claim", "standings", ["claim_id"])
    op.create_index("standings_by_run", "standings", ["run_id", "claim_id"], unique=True)
