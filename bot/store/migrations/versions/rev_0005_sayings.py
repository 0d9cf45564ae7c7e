"""What the answer to a mention says whose receipt was lost; and verdicts found by when they were posted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them. There is no way back: a backup is."""
    op.add_column("mention", sa.Column("saying", sa.Text))
    op.create_index("own_post_of_kind", "own_post", ["kind", "posted_at"])
