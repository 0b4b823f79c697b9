"""What a page shows of each document, and what its reader can decide about it now."""

from collections.abc import Callable, Iterator

from sqlmodel import Session

from handlers.approving_payments import waits_for
from handlers.asking import view_of
from handlers.context import Context, Unit
from handlers.correspondence import find_person
from handlers.participants import read_messages
from handlers.stand_ins import places
from handlers.turns import find_holder
from mailbot.compose.facts import DocumentView
from mailbot.compose.pages import Said, Sheet
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import ALLOWED_CHANGES, Document, Status, StoredFile
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import ShownItem, Token
from mailbot.rules.access import may_decide
from mailbot.rules.approval import parts_for
from mailbot.rules.corrections import CORRECTABLE
from storage.approvals import approvals_of
from storage.blobs import BlobError
from storage.definitions import get_dossier
from storage.documents import find_document
from storage.payments import find_payment

#: what each kind of mail lets decide, in the order of the forms
_OFFERED: dict[Shown, tuple[Verb, ...]] = {
    Shown.APPROVAL: (
        Verb.APPROVE,
        Verb.REJECT,
        Verb.HOLD,
        Verb.RELEASE,
        Verb.QUESTION,
        Verb.CORRECT,
    ),
    Shown.REVIEW: (
        Verb.APPROVE,
        Verb.CORRECT,
        Verb.REJECT,
        Verb.HOLD,
        Verb.RELEASE,
        Verb.QUESTION,
    ),
    Shown.INBOX: (
        Verb.SEND,
        Verb.CORRECT,
        Verb.HOLD,
        Verb.RELEASE,
        Verb.QUESTION,
        Verb.DELETE,
    ),
    Shown.QUARANTINE: (Verb.ALLOW, Verb.ALLOW_ONCE, Verb.BLOCK),
    Shown.EXPORT: (Verb.CORRECT, Verb.RETRY, Verb.REJECT, Verb.QUESTION),
    Shown.QUESTION: (Verb.REMARK,),
    Shown.CONFIRMATION: (),
    Shown.PAYMENT: (),
    Shown.DIGEST: (),
    Shown.BASKET: (),
    Shown.PAYMENT_APPROVAL: (Verb.APPROVE, Verb.REJECT),
    Shown.PAY: (Verb.QR, Verb.PAID, Verb.NOT_PAID, Verb.QUESTION),
    # that an account is right is typed, after a call: no button to click by the way
    Shown.ACCOUNT: (Verb.QUESTION,),
    Shown.NONE: (Verb.QUESTION,),
}
_WAITING = frozenset({Status.INBOX, Status.TO_APPROVE, Status.TO_REVIEW, Status.QUARANTINED})
_OPEN = _WAITING | {Status.EXPORT_FAILED}

#: where a document must stand for a verb to make sense; the acts themselves check again
_MAKES_SENSE: dict[Verb, Callable[[Document], bool]] = {
    Verb.REJECT: lambda d: Status.REJECTED in ALLOWED_CHANGES[d.status],
    Verb.DELETE: lambda d: Status.DELETED in ALLOWED_CHANGES[d.status],
    Verb.HOLD: lambda d: d.status in _WAITING and not d.on_hold,
    Verb.RELEASE: lambda d: d.on_hold,
    Verb.SEND: lambda d: d.status is Status.INBOX,
    Verb.CORRECT: lambda d: d.status in _OPEN,
    Verb.RETRY: lambda d: d.status is Status.EXPORT_FAILED,
    Verb.ALLOW: lambda d: d.status is Status.QUARANTINED,
    Verb.ALLOW_ONCE: lambda d: d.status is Status.QUARANTINED,
    Verb.BLOCK: lambda d: d.status is Status.QUARANTINED,
}
#: what a spent token does not do again; see handlers.acting
_DECISIONS = frozenset(
    {Verb.APPROVE, Verb.REJECT, Verb.SEND, Verb.ALLOW, Verb.BLOCK, Verb.ALLOW_ONCE}
)


def sheets_of(unit: Unit, token: Token) -> Iterator[Sheet]:
    """Yield the documents that the person may still see, with what they can decide."""
    is_spent = token.spent_at is not None and len(token.items) == 1
    if any(command.verb is Verb.EXECUTE for command in token.commands):
        return  # what is confirmed are payments, in their own list
    for number, item in enumerate(token.items, start=1):
        document = find_document(unit.session, item.document_id, is_locked=False)
        holder = find_holder(unit.session, token, document.dossier) if document else None
        if document is None or holder is None or holder.frozen:
            continue
        dossier = get_dossier(unit.session, document.dossier)
        asks = token.context is not Shown.CONFIRMATION
        if item.payment:
            verbs = _payment_verbs(unit, item, holder)
        else:
            verbs = _verbs(unit, document, dossier, holder, shown=item.context)
        yield Sheet(
            number=number if token.context is Shown.DIGEST or len(token.items) > 1 else None,
            view=_view(unit, document, dossier),
            conversation=_conversation(unit.session, document, dossier, holder),
            verbs=tuple(v for v in verbs if asks and not (is_spent and v in _DECISIONS)),
            fields=tuple(sorted(CORRECTABLE)),
            is_changed=_is_changed(unit, item, document),
        )


def _is_changed(unit: Unit, item: ShownItem, document: Document) -> bool:
    """Whether it is not any more what the mail showed: the document, or its payment."""
    if not item.payment:
        return document.version != item.version
    payment = find_payment(unit.session, item.payment)
    return payment is None or payment.version != item.version


def read_file(context: Context, sheet: Sheet, role: str) -> tuple[StoredFile, bytes] | None:
    """Return a file of a document: "visual" (what people look at) or "page_image".

    None when the document has none, or it is damaged.
    """
    document = sheet.view.document
    picture = next((f for f in document.files if f.role == "page_image"), None)
    file = document.visual if role == "visual" else picture
    try:
        return (file, context.blobs.get(file.sha256)) if file else None
    except BlobError:
        return None


def _verbs(
    unit: Unit,
    document: Document,
    dossier: Dossier,
    holder: Person | Employee,
    *,
    shown: Shown,
) -> Iterator[Verb]:
    email = holder.email.lower()
    taken = places(unit.session, dossier, email, unit.context.now())
    for verb in _OFFERED[shown]:
        if not may_decide(holder, dossier, Command(verb=verb), taken):
            continue
        if verb is Verb.APPROVE:
            makes_sense = _waits_for(unit.session, document, shown, email, taken=taken)
        else:
            makes_sense = verb not in _MAKES_SENSE or _MAKES_SENSE[verb](document)
        if makes_sense:
            yield verb


def _payment_verbs(unit: Unit, item: ShownItem, holder: Person | Employee) -> Iterator[Verb]:
    """Yield what somebody can decide about a payment: who was asked approves it or refuses."""
    payment = find_payment(unit.session, item.payment)
    if payment is not None and waits_for(unit, payment, holder.email.lower()):
        yield from _OFFERED[Shown.PAYMENT_APPROVAL]


def _waits_for(
    session: Session, document: Document, shown: Shown, email: str, *, taken: frozenset[str]
) -> bool:
    """Whether the document waits for the OK of this person, or of whom they stand in for."""
    if shown is Shown.REVIEW:
        return document.status is Status.TO_REVIEW and email not in document.reviewed_by
    if document.status is not Status.TO_APPROVE:
        return False
    return bool(parts_for(approvals_of(session, document.id), email, taken, document))


def _view(unit: Unit, document: Document, dossier: Dossier) -> DocumentView:
    try:
        return view_of(unit, document, dossier)
    except BlobError:
        # a lost file must not hide what is known, nor the way to decide on it
        return DocumentView(document=document, dossier=dossier)


def _conversation(
    session: Session, document: Document, dossier: Dossier, holder: Person | Employee
) -> tuple[Said, ...]:
    """Return what was said about a document, as far as the reader may read it."""
    said: list[Said] = []
    for message in read_messages(session, document.id, holder):
        author = find_person(session, dossier, message.author)
        name = author.name if author else message.author
        said.append(Said(name=name, at=message.at, text=message.text))
    return tuple(said)
