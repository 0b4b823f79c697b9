"""The hash of what each event says, so that a link can be checked without it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.add_column(
        "audit", sa.Column("content_hash", sa.String(), server_default="", nullable=False)
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_column("audit", "content_hash")
