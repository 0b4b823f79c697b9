"""What machines tell one another: which workers live, and values that all must agree on."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "executor",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("beat_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executor")),
    )
    op.create_table(
        "shared_value",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shared_value")),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("shared_value")
    op.drop_table("executor")
