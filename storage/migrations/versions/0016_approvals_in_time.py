"""Approvals in order, when each was asked, and who may decide when nobody answers."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    moment = storage.tables.UtcDateTime(timezone=True)
    with op.batch_alter_table("approval") as batch:
        batch.add_column(sa.Column("turn", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("asked_at", moment, nullable=True))
        batch.add_column(sa.Column("reminded_at", moment, nullable=True))
        batch.add_column(sa.Column("escalated_to", sa.String(), nullable=True))
        batch.create_index(op.f("ix_approval_escalated_to"), ["escalated_to"])


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("approval") as batch:
        batch.drop_index(op.f("ix_approval_escalated_to"))
        for name in ("escalated_to", "reminded_at", "asked_at", "turn"):
            batch.drop_column(name)
