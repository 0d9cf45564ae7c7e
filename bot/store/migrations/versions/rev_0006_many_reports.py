"""What keeps counting and pruning as quick with a hundred thousand reports as with a thousand."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them. There is no way back: a backup is."""
    op.drop_index("report_of_platform", "report")
    op.create_index("report_of_platform", "report", ["platform", "works", "reported_at"])
    op.create_index("report_by_age", "report", ["reported_at"])
    op.create_index("mention_by_age", "mention", ["settled_at", "listed_at"])
