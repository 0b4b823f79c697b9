"""Payments, their approvals and files, and the accounts of suppliers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "payment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("creditor_iban", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("execution_date", sa.Date(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index("ix_payment_of_dossier", "payment", ["dossier", "status", "id"])
    op.create_index(op.f("ix_payment_document_id"), "payment", ["document_id"])
    op.create_index(op.f("ix_payment_creditor_iban"), "payment", ["creditor_iban"])
    op.create_index(op.f("ix_payment_file_id"), "payment", ["file_id"])
    op.create_table(
        "payment_approval",
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "payment_id", "rule", "approver", "version", name=op.f("pk_payment_approval")
        ),
    )
    op.create_index("ix_payment_approval_of_approver", "payment_approval", ["approver", "state"])
    op.create_table(
        "payment_file",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_file")),
        sa.UniqueConstraint("dossier", "number", name="uq_payment_file_number"),
    )
    op.create_index(op.f("ix_payment_file_sha256"), "payment_file", ["sha256"])
    op.create_table(
        "supplier_account",
        sa.Column("dossier", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dossier", "supplier", "iban", name=op.f("pk_supplier_account")),
    )


def downgrade() -> None:
    """Go back to the version before."""
    for table in ("supplier_account", "payment_file", "payment_approval", "payment"):
        op.drop_table(table)
