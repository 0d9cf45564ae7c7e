"""When an author's account was made: a report of a new one does not count in full."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it. There is no way back: a backup is."""
    op.add_column("mention", sa.Column("author_created_at", sa.BigInteger))
