"""How often mail came back from an address, and which mails of ours are answers."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.add_column("address", sa.Column("n_refused", sa.Integer(), nullable=True))
    op.add_column("address", sa.Column("n_passing", sa.Integer(), nullable=True))
    given_up_at = storage.tables.UtcDateTime(timezone=True)
    op.add_column("address", sa.Column("given_up_at", given_up_at, nullable=True))
    op.add_column("outbox", sa.Column("is_answer", sa.Boolean(), nullable=True))
    op.create_index(op.f("ix_outbox_envelope_sender"), "outbox", ["envelope_sender"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_index(op.f("ix_outbox_envelope_sender"), "outbox")
    op.drop_column("outbox", "is_answer")
    for name in ("given_up_at", "n_passing", "n_refused"):
        op.drop_column("address", name)
