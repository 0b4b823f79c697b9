"""Conversations, and what is written to many at once."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("last_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("remind_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    for column in ("mark", "dossier", "document_id", "state", "batch", "remind_at"):
        op.create_index(op.f(f"ix_conversation_{column}"), "conversation", [column])
    op.create_table(
        "batch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_office"), "batch", ["office"])
    op.add_column("message", sa.Column("conversation_id", sa.String(), nullable=True))
    op.add_column("message", sa.Column("only_for", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("files", sa.Text(), nullable=True))
    op.create_index(op.f("ix_message_conversation_id"), "message", ["conversation_id"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_index(op.f("ix_message_conversation_id"), "message")
    for column in ("files", "only_for", "conversation_id"):
        op.drop_column("message", column)
    op.drop_table("batch")
    op.drop_table("conversation")
