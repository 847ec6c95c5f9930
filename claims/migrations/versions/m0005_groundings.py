"""What was searched to ground claims and notes, what was proposed, and what people dismissed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "groundings",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(400), nullable=False),
        sa.Column("holder_id", sa.String(400), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("is_whole", sa.Boolean, nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
    op.create_index("groundings_by_run", "groundings", ["run_id", "holder_id"], unique=True)
    op.create_index("groundings_by_question", "groundings", ["question"])
    op.create_table(
        "dismissals",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("holder_id", sa.String(400), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
    )
