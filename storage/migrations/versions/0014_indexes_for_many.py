"""Indexes for millions of rows, and in which dossiers somebody is known."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: name, table, columns, condition
_NEW = (
    ("ix_mail_of_bytes", "mail", ["sha256", "envelope_recipient"], None),
    ("ix_mail_of_message", "mail", ["message_id", "envelope_recipient"], None),
    ("ix_document_worklist", "document", ["dossier", "status", "id"], None),
    ("ix_document_of_supplier", "document", ["dossier", "supplier_key", "id"], None),
    ("ix_document_of_number", "document", ["dossier", "number_key", "id"], None),
    ("ix_approval_of_approver", "approval", ["approver", "state"], None),
    ("ix_outbox_waiting", "outbox", ["id"], "state IN ('queued', 'deferred')"),
    ("ix_outbox_answers", "outbox", ["recipient", "created_at"], None),
    ("ix_conversation_of_dossier", "conversation", ["dossier", "state"], None),
    ("ix_sender_seen_last", "sender_seen", ["last_at"], None),
    ("ix_dossier_code_lower", "dossier", [sa.text("lower(code)")], None),
)
#: what the new ones do, too; name, table, column
_OLD = (
    ("ix_mail_sha256", "mail", "sha256"),
    ("ix_mail_message_id", "mail", "message_id"),
    ("ix_document_dossier", "document", "dossier"),
    ("ix_document_supplier_key", "document", "supplier_key"),
    ("ix_document_number_key", "document", "number_key"),
    ("ix_outbox_recipient", "outbox", "recipient"),
    ("ix_outbox_not_before", "outbox", "not_before"),
    ("ix_conversation_dossier", "conversation", "dossier"),
)


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "dossier_person",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("email", "dossier", name=op.f("pk_dossier_person")),
    )
    op.create_index("ix_dossier_person_dossier", "dossier_person", ["dossier"])
    if people := list(_people()):
        known = sa.table("dossier_person", sa.column("email"), sa.column("dossier"))
        op.bulk_insert(known, people)
    # CONCURRENTLY: rows go on being written meanwhile
    with op.get_context().autocommit_block():
        for name, table, columns, condition in _NEW:
            where = sa.text(condition) if condition else None
            op.create_index(
                name,
                table,
                columns,
                if_not_exists=True,
                postgresql_concurrently=True,
                postgresql_where=where,
                sqlite_where=where,
            )
        for name, table, _column in _OLD:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    """Go back to the version before."""
    for name, table, column in _OLD:
        op.create_index(name, table, [column])
    for name, table, _columns, _condition in _NEW:
        op.drop_index(name, table)
    op.drop_table("dossier_person")


def _people() -> Iterator[dict[str, str]]:
    """Yield who is known in which dossier now."""
    rows = op.get_bind().execute(sa.text("SELECT code, data FROM dossier"))
    for code, data in rows:
        found = {person["email"].lower() for person in json.loads(data).get("people", ())}
        yield from ({"email": email, "dossier": code} for email in sorted(found))
