"""What people say about a supplier's account: it is theirs, or it is not; shared by handlers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from handlers.accounts import account_of, iban_of, note_account, refuse, trust
from handlers.acting import Act, Result
from handlers.asking import Showing, show
from handlers.context import Unit
from handlers.correspondence import dossier_manager
from mailbot.compose.accounts import write_account_answer
from mailbot.domain.account import AccountState
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.payment import IN_BASKET, PaymentStatus, moved
from mailbot.domain.payment_blocks import ACCOUNT, SETTLED_BY_FIELD, without
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.access import Authority
from mailbot.rules.accounts import parties
from mailbot.rules.second import second_people
from storage.definitions import get_office
from storage.documents import look_alikes, record_document, supplier_key
from storage.payments import lock_payments, payments_in, record_payment

#: what `rekening klopt` settles
_SETTLED = ACCOUNT | SETTLED_BY_FIELD["iban"]
#: in these a document can be held
_WAITS = frozenset({Status.INBOX, Status.TO_APPROVE, Status.TO_REVIEW})
_ENDED = frozenset({Status.REJECTED, Status.SPLIT, Status.DELETED})


def confirm_account(act: Act) -> Result:
    """Trust the account on the document: level 4, and nobody of it is a party to the account.

    Raises Refused: pay_no_account, own_account, already_done.
    """
    account = note_account(act.unit, act.dossier, act.document, by=act.document.delivered_by)
    if account is None:
        raise Refused("pay_no_account")
    people = tuple(filter(None, (act.email, seconded_by(act.unit))))
    if parties(act.document, account) & set(people):
        raise Refused("own_account")
    if act.authority < Authority.SECONDED:
        raise Refused("not_allowed")
    cleared = without(act.document, _SETTLED)
    if account.state is AccountState.TRUSTED and cleared == act.document:
        raise Refused("already_done")
    if account.state is not AccountState.TRUSTED:
        trust(act.unit, act.dossier, act.document, by=act.email, people=people)
    record_document(act.unit.session, cleared)
    for other in _with_same_account(act.unit, act.document):
        record_document(act.unit.session, without(other, ACCOUNT))
    return Result(document=cleared, sentence="trust_account")


def seconded_by(unit: Unit) -> str:
    """Return the address of the second person who confirmed what is being done, "" if none."""
    return unit.cause.get("seconded_by", "")


def deny_account(act: Act) -> Result:
    """Refuse the account on the document at once: level 2, whoever says it.

    Raises Refused: pay_no_account, already_done.
    """
    account = note_account(act.unit, act.dossier, act.document, by=act.document.delivered_by)
    if account is None:
        raise Refused("pay_no_account")
    if account.state is AccountState.REFUSED:
        raise Refused("already_done")
    held = refuse_account(act.unit, act.dossier, act.document, by=act.email)
    n_stopped = stop_payments(act.unit, act.dossier, account.iban, by=act.email)
    telling = Telling(said="account_refused_by", by=act.person.name, n_stopped=n_stopped)
    tell_settlers(
        act.unit, act.dossier, held, telling, key=act.unit.context.new_id(), but=act.email
    )
    return Result(document=held, sentence="refuse_account")


def refuse_account(unit: Unit, dossier: Dossier, document: Document, *, by: str) -> Document:
    """Refuse the account, hold the document, and say so on top of every mail about it."""
    refuse(unit, dossier, document, by=by)
    for other in _with_same_account(unit, document):
        record_document(unit.session, _warned(other))
    held = replace(_warned(document), on_hold=document.on_hold or document.status in _WAITS)
    record_document(unit.session, held)
    return held


def _warned(document: Document) -> Document:
    bare = without(document, ACCOUNT)
    return replace(bare, warnings=("refused_iban", *bare.warnings))


def _with_same_account(unit: Unit, document: Document) -> Iterable[Document]:
    """Yield the supplier's other documents that name this account and may still be paid."""
    key, iban = supplier_key(document), iban_of(document)
    for other in look_alikes(unit.session, document):
        is_same = supplier_key(other) == key and iban_of(other) == iban
        if is_same and other.status not in _ENDED:
            yield other


def stop_payments(unit: Unit, dossier: Dossier, iban: str, *, by: str) -> int:
    """Take every payment to an account out of the basket, and return how many there were."""
    lock_payments(unit.session, dossier.code)
    found = payments_in(unit.session, dossier.code, IN_BASKET)
    gone = [payment for payment in found if payment.creditor_iban == iban]
    for payment in gone:
        cancelled = moved(payment, PaymentStatus.CANCELLED, reason="refused_iban")
        record_payment(unit.session, cancelled)
        facts = {
            "payment": payment.id,
            "from_status": payment.status.value,
            "to_status": cancelled.status.value,
            "amount": str(payment.amount),
            "iban": iban,
            "why": "refused_iban",
        }
        unit.note(EventKind.PAYMENT_MOVED, payment.document_id or payment.id, by, **facts)
    return len(gone)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What somebody said about an account, for those who settle it."""

    #: id in table `phrases`
    said: str
    #: name or address of who said it
    by: str
    is_refused: bool = True
    quoted: str = ""
    n_stopped: int = 0


def settlers(unit: Unit, dossier: Dossier, document: Document) -> tuple[Person | Employee, ...]:
    """Return who may settle whether an account is right: the client's admins, else the office.

    Never who delivered the document, or brought or changed the account.
    """
    beside = parties(document, account_of(unit.session, dossier, document))
    clients = tuple(p for p in dossier.admins if p.email.lower() not in beside)
    if clients:
        return clients
    _office, employees = get_office(unit.session, dossier.office)
    return second_people(dossier, employees, beside)


def tell_settlers(
    unit: Unit,
    dossier: Dossier,
    document: Document,
    telling: Telling,
    *,
    key: str,
    but: str = "",
) -> None:
    """Tell those who settle the account, and the dossier manager, what somebody said of it."""
    people = (*settlers(unit, dossier, document), dossier_manager(unit.session, dossier))
    told = {p.email.lower(): p for p in people if p.email.lower() != but}
    for person in told.values():
        showing = Showing(
            to=person,
            key=f"account-answer:{key}",
            write=partial(
                write_account_answer,
                said=telling.said,
                account=iban_of(document),
                by=telling.by,
                is_refused=telling.is_refused,
                quoted=telling.quoted,
                n_stopped=telling.n_stopped,
            ),
        )
        show(unit, document, dossier, showing)
