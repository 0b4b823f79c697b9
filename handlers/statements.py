"""Keeps the bank statements that a mail brought; they are no documents to book; shared."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.context import Unit
from mailbot.domain.job import JobKind
from mailbot.domain.mail import Part, PartRole, StoredMail, Unpacked
from mailbot.domain.movement import KeptStatement
from mailbot.domain.people import Dossier
from mailbot.recognition.statements.any_format import is_statement
from storage.statements import record_statement

#: text files of banks have endings of their own, and are nothing that a mail is known to bring
_ROLES = (PartRole.DOCUMENT, PartRole.UNSUPPORTED)


def without_statements(unpacked: Unpacked) -> tuple[Unpacked, tuple[Part, ...]]:
    """Return what a mail brought without its bank statements, and these."""
    parts = (*unpacked.documents, *unpacked.left_out)
    found = tuple(part for part in parts if part.role in _ROLES and is_statement(part.content))
    rest = replace(
        unpacked,
        documents=tuple(part for part in unpacked.documents if part not in found),
        left_out=tuple(part for part in unpacked.left_out if part not in found),
    )
    return rest, found


def keep_statements(
    unit: Unit, stored: StoredMail, dossier: Dossier, parts: Sequence[Part]
) -> None:
    """Keep each file, and put its reading in the queue."""
    for part in parts:
        kept = KeptStatement(
            id=unit.context.new_id(),
            dossier=dossier.code,
            mail_id=stored.id,
            name=part.name,
            sha256=unit.context.blobs.put(part.content),
            at=stored.envelope.received_at,
        )
        record_statement(unit.session, kept)
        unit.put(JobKind.BANK_STATEMENT, key=kept.id, statement=kept.id)
