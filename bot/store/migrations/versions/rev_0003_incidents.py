"""Incidents and their looks; what a post of ours said of each platform; where a report comes from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. There is no way back: a backup is."""
    op.create_table(
        "incident",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("worst", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("first_down_at", sa.BigInteger, nullable=False),
        sa.Column("last_up_at", sa.BigInteger),
        sa.Column("last_down_at", sa.BigInteger, nullable=False),
        sa.Column("last_look_at", sa.BigInteger, nullable=False),
        sa.Column("next_look_at", sa.BigInteger, nullable=False),
        sa.Column("good_since", sa.BigInteger),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("incident_of_platform", "incident", ["platform", "opened_at"])
    op.create_index("incident_open", "incident", ["next_look_at"], sqlite_where=sa.text("closed_at IS NULL"))
    op.create_table(
        "look_taken",
        sa.Column("incident", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("incident", "at"),
    )
    op.add_column("own_post", sa.Column("told", sa.Text, server_default=sa.text("'[]'"), nullable=False))
    op.add_column("report", sa.Column("server", sa.Text, server_default=sa.text("''"), nullable=False))
    op.add_column("report", sa.Column("is_new_account", sa.Boolean, server_default=sa.text("0"), nullable=False))
