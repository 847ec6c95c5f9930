"""What was remarkable in the papers that a run read, and how many it read whole."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "remarks",
        sa.Column("run_id", sa.String(400), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("paper", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.add_column(
        "claim_work", sa.Column("n_whole", sa.Integer, nullable=False, server_default="0")
    )
