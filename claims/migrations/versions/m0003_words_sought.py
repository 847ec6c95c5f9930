"""Whether quoted words were found in the full text of a version."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "sought",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("paper", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("sought_by_paper", "sought", ["paper"])
