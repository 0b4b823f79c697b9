"""What is learned of counterparties."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "supplier",
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("updated_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("office", "dossier", "key", name=op.f("pk_supplier")),
    )


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("supplier")
