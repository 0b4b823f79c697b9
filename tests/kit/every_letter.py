"""Writes one of every letter, for tests that hold for all of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from mailbot.compose.alarms import write_alarm, write_all_clear
from mailbot.compose.codes import write_browser_code
from mailbot.compose.digest import (
    DigestLine,
    DigestSection,
    write_digest_approver,
    write_digest_employee,
)
from mailbot.compose.enrolment import write_enrolled_notice, write_enrolment_invitation
from mailbot.compose.exports import write_export_mail, write_export_problem
from mailbot.compose.found import FoundLine, write_found
from mailbot.compose.freezes import write_frozen_notice
from mailbot.compose.history import write_history
from mailbot.compose.notices import (
    write_answer,
    write_approved_notice,
    write_bounce_notice,
    write_forwarding_notice,
    write_infected_notice,
    write_receipt,
    write_rejected_notice,
    write_unreachable_notice,
    write_unreadable,
)
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import (
    Reason,
    write_approval_request,
    write_confirmation_request,
    write_inbox_notice,
    write_new_version,
    write_quarantine_request,
    write_question,
    write_review_request,
)
from mailbot.compose.transcript import write_doubt, write_help, write_transcript
from mailbot.domain.booking import ExportFile, Problem
from mailbot.domain.command import Answer, Command, Context, Outcome, Verb
from mailbot.domain.document import Asked, Document, Status
from mailbot.domain.events import Event, EventKind
from mailbot.domain.invoice import RecognitionStatus
from mailbot.domain.letter import Letter, Reader
from mailbot.domain.mail import MailAddress, Part, PartRole
from mailbot.domain.people import JournalKind
from mailbot.domain.watching import Trouble
from tests.kit.account_letters import ACCOUNT_LETTERS
from tests.kit.basket_letters import BASKET_LETTERS
from tests.kit.conversation_letters import CONVERSATION_LETTERS
from tests.kit.letters import (
    BOOKING,
    DOSSIER,
    INVOICE,
    PAGE,
    a_document,
    a_view,
    an_unsure_invoice,
    certain,
)
from tests.kit.pay_letters import PAY_LETTERS
from tests.kit.statement_letters import STATEMENT_LETTERS

STOP = f"{PAGE}/stop"
UNTIL = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
CSV = ExportFile(name="boekingen.csv", media_type="text/csv", content=b"a;b\r\n1;2\r\n")


def unsure_document() -> Document:
    """Return a document to review: a number missing, an amount in doubt, another account."""
    return a_document(
        status=Status.TO_REVIEW,
        invoice=an_unsure_invoice(),
        recognition_status=RecognitionStatus.NOK,
        warnings=("changed_iban", "low_confidence"),
    )


def other_document() -> Document:
    """Return a second document: another supplier, on hold."""
    invoice = replace(
        INVOICE,
        supplier_name="Garage Snel NV",
        invoice_number="F-88",
        total_incl=Decimal("1210.00"),
        amount_due=Decimal("1210.00"),
        due_date=date(2027, 6, 30),
    )
    return a_document(id="0198cafe", invoice=certain(invoice), on_hold=True, title="")


def _approval_again(head: Letterhead) -> Letter:
    """Remind who decides in another's place of a document that changed since it was asked."""
    asked = Asked(kind=JournalKind.SALES, invoice=an_unsure_invoice())
    view = a_view(a_document(asked_before=asked))
    return write_approval_request(head, view, in_place_of=("Karim Haddad",), is_reminder=True)


def _transcript(head: Letterhead) -> Letter:
    outcomes = (
        Outcome(
            command=Command(verb=Verb.HOLD, items=(1,), args={"until": "2026-12-15"}),
            is_done=True,
            sentence="hold_until",
            values={"until": "2026-12-15"},
            item=1,
            can_be_undone=True,
        ),
        Outcome(
            command=Command(verb=Verb.CORRECT, args={"field": "total", "value": "1210.00"}),
            is_done=True,
            sentence="correct",
            values={"field": "total", "value": "1210.00"},
            can_be_undone=True,
        ),
        Outcome(
            command=Command(verb=Verb.QUESTION, items=(2,), args={"text": "welke werf?"}),
            is_done=True,
            sentence="question",
            item=2,
        ),
        Outcome(
            command=Command(verb=Verb.APPROVE, items=(3,)),
            is_done=False,
            sentence="status_forbids",
            values={"status": "rejected"},
            item=3,
        ),
    )
    return write_transcript(head, outcomes, about="Drukkerij Voorbeeld BV")


def _history(head: Letterhead) -> Letter:
    document = a_document(status=Status.TO_APPROVE)
    happened = (
        (EventKind.DOCUMENT_RECEIVED, "mailbot", {}),
        (EventKind.DOCUMENT_CORRECTED, "an@b.example", {"field": "total", "value": "605.00"}),
        (EventKind.LETTER_WRITTEN, "mailbot", {"letter": "approval"}),
        (EventKind.DOCUMENT_MOVED, "mailbot", {"to_status": "to_approve"}),
        (EventKind.APPROVED, "an@b.example", {}),
    )
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    events = [
        Event(at=noon, kind=kind, actor=actor, subject=document.id, data=data)
        for kind, actor, data in happened
    ]
    names = {"an@b.example": "An Peeters"}
    return write_history(head, a_view(document), events, waits_for=["Karim"], names=names)


def _found(head: Letterhead) -> Letter:
    on = date(2026, 11, 18)
    lines = (
        FoundLine(document=a_document(status=Status.TO_APPROVE), dossier=DOSSIER.name, on=on),
        FoundLine(document=other_document(), dossier=DOSSIER.name, on=date(2025, 3, 2)),
        FoundLine(is_conversation=True, subject="Leasing", dossier="Slagerij Bos NV", on=on),
    )
    return write_found(head, lines, asked="drukkerij maart 2026", has_more=True)


def _receipt(head: Letterhead) -> Letter:
    left_out = (
        Part(name="logo.png", media_type="image/png", content=b"", role=PartRole.LOGO),
        Part(name="", media_type="application/x-dwg", content=b"", role=PartRole.UNSUPPORTED),
    )
    fresh = a_document(status=Status.RECEIVED, invoice=None, title="factuur 2026-114.pdf")
    documents = (fresh, a_document(status=Status.TO_REVIEW))
    return write_receipt(head, DOSSIER, documents, mail_subject="Facturen", left_out=left_out)


def _employee_digest(head: Letterhead) -> Letter:
    sections = (
        DigestSection(
            id="to_review", lines=(DigestLine(document=unsure_document(), dossier=DOSSIER.name),)
        ),
        DigestSection(id="inbox", lines=()),
        DigestSection(
            id="export_failed",
            lines=(
                DigestLine(document=a_document(), dossier=DOSSIER.name),
                DigestLine(document=other_document(), dossier=DOSSIER.name),
            ),
        ),
    )
    return write_digest_employee(head, sections, unsubscribe_url=STOP)


def _approver_digest(head: Letterhead) -> Letter:
    documents = (a_document(), other_document(), unsure_document())
    lines = [DigestLine(document=each, dossier=DOSSIER.name) for each in documents]
    return write_digest_approver(head, lines, unsubscribe_url=STOP)


_PROBLEMS = (
    Problem(field="account", reason="unknown_ledger_account", value="613400"),
    Problem(field="invoice_number", reason="missing_field"),
)

#: name of the golden file -> what writes it
LETTERS: dict[str, Callable[[Letterhead], Letter]] = {
    "approval": lambda head: write_approval_request(
        head, a_view(with_image=True), rules=("boven € 500",), together_with=("Karim",)
    ),
    "approval_changed": _approval_again,
    "review": lambda head: write_review_request(head, a_view(unsure_document())),
    "inbox": lambda head: write_inbox_notice(head, a_view(a_document(status=Status.INBOX))),
    "quarantine": lambda head: write_quarantine_request(
        head,
        a_view(a_document(status=Status.QUARANTINED, warnings=("new_supplier",))),
        sender=MailAddress(address="info@onbekend.example", display_name="Iemand"),
        is_authenticated=False,
        others=(other_document(),),
    ),
    "new_version": lambda head: write_new_version(
        head, a_view(), context=Context.APPROVAL, shown=unsure_document()
    ),
    "second_person": lambda head: write_confirmation_request(
        head,
        asked=("BE05 7333 0001 1122",),
        about="F-88",
        code="447109",
        reason=Reason(id="second", asked_by="An Peeters", until=UNTIL),
    ),
    "frozen": lambda head: write_frozen_notice(
        head,
        address="karim@goudenaar.example",
        by="operator",
        handed=[(a_document(), "Lies Boekhouder"), (a_document(), "")],
    ),
    "enrolment": lambda head: write_enrolment_invitation(head, until=UNTIL),
    "enrolled": write_enrolled_notice,
    "confirmation": lambda head: write_confirmation_request(
        head,
        asked=("goedkeuren",),
        about="F-88",
        code="447109",
        confirm_url=f"{PAGE}/confirm",
        reason=Reason(id="level", until=UNTIL, takes_authenticator=True),
    ),
    "code": lambda head: write_browser_code(
        head,
        code="482913",
        until=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        asked=(Command(verb=Verb.APPROVE),),
        about="Drukkerij Voorbeeld BV, factuur 2026-114",
    ),
    "question": lambda head: write_question(
        head, a_view(), question="Welke werf?\n\nEn wie bestelde dit?", asked_by="Karim Peeters"
    ),
    "answer": lambda head: write_answer(
        head, a_view(), question="Welke werf?", answer="Werf Noord.", answered_by="Sofie Maes"
    ),
    "doubt": lambda head: write_doubt(
        head,
        Answer(written="ok maar te duur?", doubt="hedged", because="maar"),
        context=Context.APPROVAL,
        view=a_view(),
    ),
    "transcript": _transcript,
    "page_transcript": lambda head: write_transcript(
        head,
        (Outcome(command=Command(verb=Verb.APPROVE), is_done=True, sentence="approve"),),
        about="Drukkerij Voorbeeld BV, factuur 2026-114",
        on_page=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    ),
    "help": lambda head: write_help(head, Context.REVIEW),
    "found": _found,
    "found_nothing": lambda head: write_found(head, (), asked="drukkerij", has_more=False),
    "receipt": _receipt,
    "receipt_of_nothing": lambda head: write_receipt(
        head, DOSSIER, (), mail_subject="Hallo", sender="karim@korenaar.example"
    ),
    "unreadable": lambda head: write_unreadable(
        head,
        a_document(),
        DOSSIER,
        reason="password_required",
        deliver_to="aankoop-0400000185@mail.kantoor.example",
    ),
    "approved": lambda head: write_approved_notice(
        head, a_view(a_document(status=Status.TO_EXPORT)), approved_by=("An Peeters", "Karim")
    ),
    "history": _history,
    "rejected": lambda head: write_rejected_notice(
        head,
        a_view(a_document(status=Status.REJECTED, rejected_reason="te duur\nniet besteld")),
        rejected_by="An Peeters",
    ),
    "export": lambda head: write_export_mail(head, (BOOKING,), (CSV,), dossier=DOSSIER.name),
    "export_problem": lambda head: write_export_problem(
        head, a_view(a_document(status=Status.EXPORT_FAILED)), _PROBLEMS
    ),
    "bounce": lambda head: write_bounce_notice(
        head,
        address="weg@korenaar.example",
        undelivered="Goedkeuren? Drukkerij Voorbeeld BV",
        diagnostic="550 5.1.1 no such user",
    ),
    "unreachable": lambda head: write_unreachable_notice(
        head,
        person=Reader(email="weg@korenaar.example", first_name="Wim", name="Wim De Wit"),
        undelivered="Goedkeuren? Drukkerij Voorbeeld BV",
        diagnostic="550 5.1.1 no such user",
    ),
    "forwarding": lambda head: write_forwarding_notice(
        head,
        provider="Gmail",
        mailbox="an.peeters@provider.example",
        address="aankoop-0400000185@mail.kantoor.example",
        code="304298959",
        link="https://provider.example/mail/vf-abc",
        is_genuine=True,
    ),
    "forwarding_unproved": lambda head: write_forwarding_notice(
        head,
        provider="Gmail",
        mailbox="",
        address="aankoop-0400000185@mail.kantoor.example",
        code="304298959",
        link="",
        is_genuine=False,
    ),
    "infected": lambda head: write_infected_notice(
        head,
        mail_subject="Factuur 2026-114",
        virus="Win.Test.Voorbeeld",
        sender="info@onbekend.example",
        mail_id="0198c0ffee",
    ),
    "infected_sender": lambda head: write_infected_notice(
        head, mail_subject="Factuur 2026-114", virus="Win.Test.Voorbeeld"
    ),
    "alarm": lambda head: write_alarm(
        head,
        (
            Trouble(id="disk_low", place="mail3", values={"free": "312"}),
            Trouble(id="outbox_deferred", values={"count": "7", "minutes": "260"}),
        ),
    ),
    "all_clear": lambda head: write_all_clear(
        head, (Trouble(id="backup_old", values={"until": "2026-11-12"}),)
    ),
    "digest_employee": _employee_digest,
    "digest_approver": _approver_digest,
    **CONVERSATION_LETTERS,
    **STATEMENT_LETTERS,
    **ACCOUNT_LETTERS,
    **PAY_LETTERS,
    **BASKET_LETTERS,
}
