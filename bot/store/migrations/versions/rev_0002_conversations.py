"""Conversations: our own posts, follow-ups, people who said « stop », reports; the thread of each mention.

What was posted before is taken over as verdicts on nothing we remember: enough to take them back when asked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them, and move the posts into a table of their own. There is no way back: a backup is."""
    _our_own_posts()
    _follow_ups()
    _people()
    op.add_column("mention", sa.Column("author_wants_no_bots", sa.Boolean, server_default=sa.text("0"), nullable=False))
    op.add_column("mention", sa.Column("answers", sa.Text))
    op.add_column("mention", sa.Column("thread", sa.Text))
    op.add_column("mention", sa.Column("late_at", sa.BigInteger))
    op.add_column("cursor", sa.Column("read_at", sa.BigInteger))
    op.drop_column("mention", "post_id")
    op.drop_column("mention", "post_url")


def _our_own_posts() -> None:
    op.create_table(
        "own_post",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("mention_id", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("thread", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("platforms", sa.Text, nullable=False),
        sa.Column("posted_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("network", "id"),
    )
    op.create_index("own_post_in_thread", "own_post", ["network", "thread"])
    op.create_index("own_post_to_author", "own_post", ["network", "author_id", "posted_at"])
    op.create_index("own_post_under_mention", "own_post", ["network", "mention_id"])
    op.execute(
        "INSERT INTO own_post (network, id, url, mention_id, author_id, thread, kind, language, visibility, platforms, "
        "posted_at) SELECT network, post_id, post_url, id, author_id, id, 'verdict', 'fr', 'unlisted', '[]', "
        "settled_at FROM mention WHERE post_id IS NOT NULL ON CONFLICT DO NOTHING"
    )


def _follow_ups() -> None:
    op.create_table(
        "follow_up",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("mention_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("platforms", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("settled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("network", "mention_id", "kind"),
        sa.CheckConstraint("state IN ('owed', 'settled')", name="state_is_known"),
        sa.CheckConstraint("(state = 'settled') = (outcome IS NOT NULL)", name="settled_has_an_outcome"),
    )
    op.create_index("follow_up_owed", "follow_up", ["network", "due_at"], sqlite_where=sa.text("state = 'owed'"))


def _people() -> None:
    op.create_table(
        "stopped",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("mention_id", sa.Text, nullable=False),
        sa.Column("stopped_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("network", "author_id"),
    )
    op.create_table(
        "report",
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("author_id", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("works", sa.Boolean, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("reported_at", sa.BigInteger, nullable=False),
        sa.Column("mention_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("network", "author_id", "platform"),
    )
    op.create_index("report_of_platform", "report", ["platform", "reported_at"])
