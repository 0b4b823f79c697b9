"""Authenticator apps, frozen people, days of absence, and who decided in whose place."""

import sqlalchemy as sa
from alembic import op

import storage.tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "authenticator",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("created_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "frozen",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", "office", name=op.f("pk_frozen")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("stand_in", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_dossier"), "absence", ["dossier"])
    with op.batch_alter_table("approval") as batch:
        batch.add_column(sa.Column("decided_by", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("approval") as batch:
        batch.drop_column("decided_by")
    op.drop_table("absence")
    op.drop_table("frozen")
    op.drop_table("authenticator")
