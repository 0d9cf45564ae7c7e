"""Posts that tell a provider of an outage: one an incident, whatever becomes of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. There is no way back: a backup is."""
    op.create_table(
        "notice",
        sa.Column("incident", sa.Text, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("settled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("incident"),
        sa.CheckConstraint("state IN ('owed', 'settled')", name="state_is_known"),
        sa.CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_has_an_outcome"),
    )
    op.create_index("notice_owed", "notice", ["network", "due_at"], sqlite_where=sa.text("state = 'owed'"))
