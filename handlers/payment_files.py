"""Makes the files for the bank, keeps them for ever, and sends one to who may have it (CF-PAY-18).

Shared by handlers.
"""

from dataclasses import dataclass
from functools import partial

from connectors.sepa import CreditTransferFile, write_credit_transfer
from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.payment_facts import account_name, note_payment
from mailbot.compose.payment_notices import write_payment_file
from mailbot.domain.booking import ExportFile
from mailbot.domain.errors import Permanent
from mailbot.domain.events import EventKind
from mailbot.domain.execution import PlannedFile
from mailbot.domain.mail import StoredMail
from mailbot.domain.payment import PaymentFile, PaymentStatus, moved
from mailbot.domain.people import Dossier, Employee, Person
from storage.definitions import get_office
from storage.payments import (
    next_file_number,
    payments_in_file,
    record_payment_file,
    record_payments,
)

MEDIA_TYPE = "application/xml"


def make_file(unit: Unit, planned: PlannedFile, dossier: Dossier, *, by: str) -> PaymentFile:
    """Make one file, and let its payments leave the basket; the payments are locked before.

    Raises Permanent when the file does not say just what was planned: then nothing is kept.
    """
    context, file_id = unit.context, unit.context.new_id()
    account = next((a for a in dossier.debit_accounts if a.iban == planned.debit_iban), None)
    content = write_credit_transfer(
        CreditTransferFile(
            # the same id for ever: a bank that gets the file twice refuses the second
            message_id=file_id,
            created_at=context.now(),
            debtor_name=dossier.name,
            debtor_iban=planned.debit_iban,
            debtor_bic=account.bic if account else "",
            execution_date=planned.execution_date,
            format=dossier.payments.format,
            payments=planned.payments,
            count=len(planned.payments),
            total=planned.total,
        )
    )
    file = PaymentFile(
        id=file_id,
        dossier=dossier.code,
        number=next_file_number(unit.session, dossier.code),
        debit_iban=planned.debit_iban,
        execution_date=planned.execution_date,
        format=dossier.payments.format,
        count=len(planned.payments),
        total=planned.total,
        sha256=context.blobs.put(content),
        payment_ids=tuple(payment.id for payment in planned.payments),
        created_at=context.now(),
        created_by=by,
    )
    record_payment_file(unit.session, file)
    _let_leave(unit, file, planned, by=by)
    return file


def _let_leave(unit: Unit, file: PaymentFile, planned: PlannedFile, *, by: str) -> None:
    """Move the payments of a file out of the basket, with the day and account of the file."""
    gone = [
        moved(
            payment,
            PaymentStatus.IN_FILE,
            file_id=file.id,
            execution_date=file.execution_date,
            debit_iban=file.debit_iban,
        )
        for payment in planned.payments
    ]
    record_payments(unit.session, gone)
    for payment, left in zip(planned.payments, gone, strict=True):
        facts = {"from_status": payment.status.value, "to_status": left.status.value}
        note_payment(unit, EventKind.PAYMENT_MOVED, left, by, file=file.id, **facts)
    _check_sum(unit, file)
    facts = {
        "number": str(file.number),
        "count": str(file.count),
        "total": str(file.total),
        "sha256": file.sha256,
        "account": file.debit_iban,
        "day": file.execution_date.isoformat(),
        "dossier": file.dossier,
    }
    unit.note(EventKind.PAYMENT_FILE_MADE, file.id, by, **unit.cause, **facts)


def _check_sum(unit: Unit, file: PaymentFile) -> None:
    """Raise Permanent unless what was kept adds up to the file, before anything is committed."""
    kept = payments_in_file(unit.session, file.id)
    sum_ = sum(payment.amount for payment in kept)
    if sum_ != file.total or len(kept) != file.count:
        raise Permanent(f"file {file.id}: {len(kept)} payments of {sum_}, not {file.total}")


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One sending of a file: to whom, and why."""

    to: Person | Employee
    #: the mail or form that brought it
    cause: str
    #: the mail that it answers
    answers: StoredMail | None = None
    #: it was made, and sent, before
    is_again: bool = False


def send_file(unit: Unit, file: PaymentFile, dossier: Dossier, sending: Sending) -> None:
    """Mail somebody a file that is kept; each sending is in the audit log (CF-PAY-35)."""
    office, _employees = get_office(unit.session, dossier.office)
    content = ExportFile(
        name=file_name(file, dossier),
        media_type=MEDIA_TYPE,
        content=unit.context.blobs.get(file.sha256),
    )
    letter = Post(
        key=f"payment-file:{file.id}:{sending.cause}",
        reader=reader_of(sending.to, office),
        office=office,
        dossier=dossier.code,
        answers=sending.answers,
        write=partial(
            write_payment_file,
            file=file,
            content=content,
            account=account_name(dossier, file.debit_iban),
            dossier=dossier.name,
            is_again=sending.is_again,
        ),
    )
    post(unit, letter)
    to = sending.to.email.lower()
    facts = {"to": to, "number": str(file.number), "sha256": file.sha256}
    unit.note(EventKind.PAYMENT_FILE_SENT, file.id, to, **unit.cause, **facts)


def file_name(file: PaymentFile, dossier: Dossier) -> str:
    """Return what the file is called: dossier, number and day, so that two are never mixed up."""
    return f"sepa-{dossier.code}-{file.number}-{file.execution_date:%Y%m%d}.xml"
