"""Writes the mails that tell what happened to a document, and to whom it could not be told."""

from collections.abc import Sequence

from mailbot.compose.answers import offer
from mailbot.compose.facts import (
    DocumentView,
    Line,
    Row,
    heading,
    summary,
    this_document,
    warnings,
)
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.thread import Thread, thread_enclosures, thread_facts, thread_of
from mailbot.compose.wording import listed, shortened
from mailbot.domain.command import Context
from mailbot.domain.document import Document
from mailbot.domain.letter import Letter, Reader
from mailbot.domain.mail import Part
from mailbot.domain.people import Dossier

_NAME_LENGTH = 80
#: of a quoted diagnostic or a long list, enough to act on
_MOST_LEFT_OUT = 20


def write_receipt(
    head: Letterhead,
    dossier: Dossier,
    documents: Sequence[Document],
    *,
    mail_subject: str,
    left_out: Sequence[Part] = (),
    sender: str = "",
) -> Letter:
    """Return the receipt for one mail: each document and its status, and what was left out.

    `left_out` are the parts that are no documents (logos, tracking pixels, unsupported files);
    `sender` is given when the reader is not the one who sent the mail.
    """
    facts = {
        "dossier": dossier.name,
        "mail_subject": shortened(mail_subject, 100),
        "sender": shortened(sender, _NAME_LENGTH),
        "count": len(documents),
        "lines": [_received(n, each, dossier, head) for n, each in enumerate(documents, start=1)],
        "left_out": [_left_out(part, head) for part in left_out[:_MOST_LEFT_OUT]],
        "buttons": buttons(head, "document") if documents else (),
    }
    return write("deliverer.tell.receipt", head, facts)


def write_unreadable(
    head: Letterhead,
    document: Document,
    dossier: Dossier,
    *,
    reason: str,
    sender: str = "",
    deliver_to: str = "",
) -> Letter:
    """Return the mail that says that a file cannot be read and what to do.

    `reason` is an id of table `unreadable`: password_required, unreadable, empty, unsupported,
    too_large. `sender` is given when the reader is not the one who sent it, `deliver_to` when the
    address for a readable file is known.
    """
    facts = {
        "file_name": shortened(document.original.name, _NAME_LENGTH),
        "dossier": dossier.name,
        "sender": shortened(sender, _NAME_LENGTH),
        "why": head.say("unreadable", reason),
        "what_to_do": head.say("unreadable", f"{reason}_do"),
        "deliver_to": deliver_to,
    }
    return write("deliverer.ask.unreadable", head, facts)


def write_approved_notice(
    head: Letterhead, view: DocumentView, *, approved_by: tuple[str, ...]
) -> Letter:
    """Return the mail that says that a document is approved, by whom, and what comes next."""
    facts = {
        **_about(view, head),
        "by": listed([shortened(name, 60) for name in approved_by], head.language),
        "status": head.say("statuses", view.document.status),
    }
    return write("person.tell.approved", head, facts)


def write_rejected_notice(head: Letterhead, view: DocumentView, *, rejected_by: str) -> Letter:
    """Return the mail that says that a document was rejected, by whom and why."""
    facts = {
        **_about(view, head),
        "by": shortened(rejected_by, 60),
        "reason": view.document.rejected_reason.splitlines(),
    }
    return write("person.tell.rejected", head, facts)


def write_answer(
    head: Letterhead,
    about: DocumentView | Thread,
    *,
    question: str,
    answer: str,
    answered_by: str,
) -> Letter:
    """Return the mail that brings the answer to a question about a document or a topic."""
    thread = about if isinstance(about, Thread) else thread_of(about)
    facts = {
        **thread_facts(thread, head),
        "question": question.splitlines(),
        "answer": answer.splitlines(),
        "answered_by": shortened(answered_by, 60),
        "answer_options": offer(head, Context.QUESTION),
    }
    return write("person.tell.answer", head, facts, thread_enclosures(thread))


def write_bounce_notice(
    head: Letterhead,
    *,
    address: str,
    undelivered: str,
    diagnostic: str = "",
    is_given_up: bool = True,
) -> Letter:
    """Return the mail that says which address could not be reached, and with what.

    `undelivered` is the subject of the mail that came back, `diagnostic` what the other server
    said (RFC 3464 Diagnostic-Code), `is_given_up` whether nothing is written to it any more.
    """
    rows = _undelivered_rows(head, address, undelivered, diagnostic)
    facts = {"address": address, "rows": rows, "is_given_up": is_given_up}
    return write("employee.tell.bounce", head, facts)


def write_unreachable_notice(
    head: Letterhead, *, person: Reader, undelivered: str, diagnostic: str = ""
) -> Letter:
    """Return the mail that says what was not sent to somebody whom mail does not reach.

    `undelivered` is the subject of the mail that was not sent.
    """
    facts = {
        "name": shortened(person.name or person.email, _NAME_LENGTH),
        "undelivered": shortened(undelivered, 200),
        "rows": _undelivered_rows(head, person.email, undelivered, diagnostic),
        "buttons": buttons(head, "document"),
    }
    return write("employee.tell.unreachable", head, facts)


def write_infected_notice(
    head: Letterhead, *, mail_subject: str, virus: str, sender: str = "", mail_id: str = ""
) -> Letter:
    """Return the mail that says that a mail was set aside because something harmful is in it.

    `virus` is what the scanner calls it; `sender` is given when the reader is not the one who
    sent it, and then `mail_id` says how an operator finds it.
    """
    rows = (
        Row(label=head.say("labels", "sender"), value=shortened(sender, 200)),
        Row(label=head.say("labels", "mail"), value=shortened(mail_subject, 200)),
        Row(label=head.say("labels", "found"), value=shortened(virus, 200)),
    )
    facts = {
        "sender": shortened(sender, _NAME_LENGTH),
        "mail_id": mail_id,
        "rows": [row for row in rows if row.value],
    }
    return write("person.tell.infected", head, facts)


def write_forwarding_notice(  # noqa: PLR0913 - what stands in such a mail
    head: Letterhead,
    *,
    provider: str,
    mailbox: str,
    address: str,
    code: str,
    link: str,
    is_genuine: bool,
) -> Letter:
    """Return the mail that passes on what a provider asks before it forwards mail to us.

    `mailbox` forwards to `address`, which is ours; `link` is shown and is nothing to click;
    `is_genuine` says whether the mail really came from the provider.
    """
    rows = (
        Row(label=head.say("labels", "mailbox"), value=shortened(mailbox, 200)),
        Row(label=head.say("labels", "address"), value=shortened(address, 200)),
        Row(label=head.say("labels", "code"), value=code),
    )
    facts = {
        "provider": provider,
        "mailbox": shortened(mailbox, _NAME_LENGTH),
        "rows": [row for row in rows if row.value],
        "link": link,
        "unproved": []
        if is_genuine
        else [head.say("phrases", "forwarding_unproved", provider=provider)],
    }
    return write("admin.tell.forwarding", head, facts)


def _undelivered_rows(
    head: Letterhead, address: str, undelivered: str, diagnostic: str
) -> list[Row]:
    rows = (
        Row(label=head.say("labels", "address"), value=shortened(address, 200)),
        Row(label=head.say("labels", "mail"), value=shortened(undelivered, 200)),
        Row(label=head.say("labels", "server_said"), value=shortened(diagnostic, 400)),
    )
    return [row for row in rows if row.value]


def _about(view: DocumentView, head: Letterhead) -> dict[str, object]:
    return {
        "heading": heading(view.document, head),
        "this": this_document(view.document, head),
        "dossier": view.dossier.name,
        "warnings": warnings(view.document, head),
        "rows": summary(view, head),
        "buttons": buttons(head, "document"),
    }


def _received(number: int, document: Document, dossier: Dossier, head: Letterhead) -> Line:
    status = head.say("statuses", document.status)
    where = head.say("phrases", "in_dossier", dossier=dossier.name, status=status)
    file = shortened(document.original.name, _NAME_LENGTH)
    title = heading(document, head)
    # a document that is not read yet has only its file name
    text = title if document.invoice is None else f"{file}: {title}"
    return Line(number=number, text=text, notes=(where,), alerts=warnings(document, head))


def _left_out(part: Part, head: Letterhead) -> str:
    name = shortened(part.name, _NAME_LENGTH) or part.media_type
    return f"{name}: {head.say('left_out', part.role)}"
