"""Who has sent mails to an office before."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    moment = storage.tables.UtcDateTime(timezone=True)
    op.create_table(
        "sender_seen",
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("proved", sa.Integer(), nullable=False),
        sa.Column("first_mail", sa.String(), nullable=False),
        sa.Column("first_at", moment, nullable=False),
        sa.Column("last_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("office", "address", "name", name=op.f("pk_sender_seen")),
    )
    op.create_index("ix_sender_seen_name", "sender_seen", ["office", "name"])
    op.create_index("ix_sender_seen_domain", "sender_seen", ["office", "domain", "proved"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("sender_seen")
