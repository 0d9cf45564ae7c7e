"""The first tables: mentions, cursors, platforms."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. There is no way back: a backup is."""
    op.create_table(
        "mention",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("author_handle", sa.Text, nullable=False),
        sa.Column("author_is_bot", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("posted_at", sa.BigInteger, nullable=False),
        sa.Column("listed_at", sa.BigInteger, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("content_warning", sa.Text),
        sa.Column("parent_text", sa.Text),
        sa.Column("reply_ref", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("post_id", sa.Text),
        sa.Column("post_url", sa.Text),
        sa.Column("settled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("network", "id"),
        sa.CheckConstraint("state IN ('owed', 'settled')", name="state_is_known"),
        sa.CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_has_an_outcome"),
    )
    op.create_index("mention_owed", "mention", ["network", "listed_at"], sqlite_where=sa.text("state = 'owed'"))
    op.create_table(
        "cursor",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("answer_since", sa.BigInteger, nullable=False),
        sa.Column("read_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("network"),
    )
    op.create_table(
        "platform",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("last_up_at", sa.BigInteger),
        sa.Column("first_down_at", sa.BigInteger),
        sa.Column("usual_status", sa.Integer),
        sa.Column("usual_title", sa.Text),
        sa.Column("usual_host", sa.Text),
        sa.Column("first_bytes", sa.Text, nullable=False),
        sa.Column("walled_as_usual", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
