"""Which file handles which job."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from handlers import (
    bank_statement,
    batch,
    bounce,
    confirm_account,
    conversation,
    digest,
    export_booking,
    forwarding,
    inbox,
    incoming_mail,
    learn_supplier,
    new_documents,
    quarantine,
    recognise_document,
    reminders,
    reply,
    request_approval,
    retention,
    review,
    standing_in,
    write_directory,
)
from handlers.context import Context
from mailbot.domain.job import Job, JobKind

Handler = Callable[[Context, Job], None]

HANDLERS: Mapping[JobKind, Handler] = MappingProxyType(
    {
        JobKind.INCOMING_MAIL: incoming_mail.handle,
        JobKind.NEW_DOCUMENTS: new_documents.handle,
        JobKind.RECOGNISE_DOCUMENT: recognise_document.handle,
        JobKind.BANK_STATEMENT: bank_statement.handle,
        JobKind.QUARANTINE: quarantine.handle,
        JobKind.INBOX: inbox.handle,
        JobKind.REQUEST_APPROVAL: request_approval.handle,
        JobKind.REVIEW: review.handle,
        JobKind.REPLY: reply.handle,
        JobKind.CONVERSATION: conversation.handle,
        JobKind.BATCH: batch.handle,
        JobKind.BOUNCE: bounce.handle,
        JobKind.FORWARDING: forwarding.handle,
        JobKind.EXPORT_BOOKING: export_booking.handle,
        JobKind.LEARN_SUPPLIER: learn_supplier.handle,
        JobKind.CONFIRM_ACCOUNT: confirm_account.handle,
        JobKind.DIGEST: digest.handle,
        JobKind.REMINDERS: reminders.handle,
        JobKind.STANDING_IN: standing_in.handle,
        JobKind.RETENTION: retention.handle,
        JobKind.WRITE_DIRECTORY: write_directory.handle,
    }
)
