"""Bank statements and their movements."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("mail_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
    )
    op.create_index("ix_bank_statement_of_dossier", "bank_statement", ["dossier", "id"])
    op.create_index(op.f("ix_bank_statement_mail_id"), "bank_statement", ["mail_id"])
    op.create_index(op.f("ix_bank_statement_sha256"), "bank_statement", ["sha256"])
    op.create_table(
        "bank_movement",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("statement_id", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entry_date", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bank_movement")),
    )
    op.create_index(
        "ix_bank_movement_of_dossier", "bank_movement", ["dossier", "state", "entry_date"]
    )
    op.create_index(op.f("ix_bank_movement_statement_id"), "bank_movement", ["statement_id"])
    op.create_index(op.f("ix_bank_movement_document_id"), "bank_movement", ["document_id"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("bank_movement")
    op.drop_table("bank_statement")
