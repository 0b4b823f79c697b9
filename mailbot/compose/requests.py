"""Writes the mails that ask somebody to decide: approval, review, inbox, sender, confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.compose.answers import offer
from mailbot.compose.facts import (
    DocumentView,
    delivered,
    enclosures,
    heading,
    summary,
    this_document,
    warnings,
)
from mailbot.compose.fields import (
    as_before,
    booking_lines,
    booking_rows,
    changed_rows,
    changes_since,
    field_rows,
    missing_fields,
    template_lines,
    vat_lines,
)
from mailbot.compose.render import Button, Letterhead, buttons, write
from mailbot.compose.sentences import field_name
from mailbot.compose.thread import Thread, thread_enclosures, thread_facts, thread_of
from mailbot.compose.wording import listed, moment, shortened
from mailbot.domain.command import Context
from mailbot.domain.document import Document
from mailbot.domain.letter import Letter
from mailbot.domain.mail import MailAddress


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why somebody is asked to confirm, and what may be typed."""

    #: id in table `confirming`: unproved, level, second
    id: str = "unproved"
    #: name of who asked, when the reader is the second person
    asked_by: str = ""
    #: until when the code holds, None when there is none
    until: datetime | None = None
    #: whether the code of an authenticator app spares a second person
    takes_authenticator: bool = False


PLAIN = Reason()


#: documents of one sender that a mail lists
_MOST_OTHERS = 20


def write_approval_request(
    head: Letterhead,
    view: DocumentView,
    *,
    rules: tuple[str, ...] = (),
    together_with: tuple[str, ...] = (),
    in_place_of: tuple[str, ...] = (),
    is_reminder: bool = False,
) -> Letter:
    """Return the mail that asks an approver to decide; again, when it is a reminder.

    `rules` are the names of the approval rules that matched (CF-APPR-08), `together_with` the
    names of the other people who are asked, `in_place_of` those for whom the reader stands in.
    What changed since it was first asked stands there, old and new.
    """
    asked = view.document.asked_before
    facts = {
        **_document_facts(view, head),
        "rules": listed([f'"{shortened(rule, 60)}"' for rule in rules], head.language),
        "together": listed([shortened(name, 40) for name in together_with], head.language),
        "absent": listed([shortened(name, 60) for name in in_place_of], head.language),
        "is_reminder": is_reminder,
        "changes": changes_since(asked, view.document, head) if asked else (),
        "rows": summary(view, head),
        "answer_options": offer(head, Context.APPROVAL),
        "buttons": buttons(head, "approve", "reject", "document"),
    }
    return write("approver.ask.approval", head, facts, enclosures(view))


def write_review_request(
    head: Letterhead, view: DocumentView, *, choices: Sequence[tuple[Sequence[str], int]] = ()
) -> Letter:
    """Return the mail that asks to check fields and booking proposal, and for what is missing.

    `choices` are the ways in which the counterparty was booked before: ledger accounts, how often.
    """
    booking = view.document.booking
    recognition = view.document.recognition_status
    facts = {
        **_document_facts(view, head),
        "recognition": head.say("recognition", recognition) if recognition else "",
        "missing": [f"{name}: …" for name in _names(missing_fields(view.document), head)],
        "rows": (*field_rows(view.document, head), delivered(view.document, head)),
        "vat_lines": vat_lines(view.document, head),
        "booking_rows": booking_rows(booking, head) if booking else (),
        "booking_lines": booking_lines(booking, head) if booking else (),
        "as_before": as_before(booking, head) if booking else "",
        "templates": template_lines(choices, head) if booking else (),
        "answer_options": offer(head, Context.REVIEW),
        "buttons": buttons(head, "approve", "correct", "reject", "document"),
    }
    return write("reviewer.ask.review", head, facts, enclosures(view))


def write_inbox_notice(head: Letterhead, view: DocumentView) -> Letter:
    """Return the mail that says that a document waits in the inbox (postbus) to be sent."""
    facts = {
        **_document_facts(view, head),
        "rows": (*summary(view, head), delivered(view.document, head)),
        "answer_options": offer(head, Context.INBOX),
        "buttons": buttons(head, "document"),
    }
    return write("client.ask.inbox", head, facts, enclosures(view))


def write_quarantine_request(
    head: Letterhead,
    view: DocumentView,
    *,
    sender: MailAddress,
    is_authenticated: bool,
    others: Sequence[Document] = (),
) -> Letter:
    """Return the mail that asks the dossier's admin whether an unknown sender is welcome.

    `others` are the documents that wait for the same answer.
    """
    facts = {
        **_document_facts(view, head),
        "sender": _address(sender),
        "proof": head.say("phrases", "authenticated" if is_authenticated else "unauthenticated"),
        "others": [_other(each, head) for each in others[:_MOST_OTHERS]],
        "n_more": max(0, len(others) - _MOST_OTHERS),
        "rows": (*summary(view, head), delivered(view.document, head)),
        "answer_options": offer(head, Context.QUARANTINE),
        "buttons": buttons(head, "document"),
    }
    return write("admin.ask.quarantine", head, facts, enclosures(view))


def write_new_version(
    head: Letterhead, view: DocumentView, *, context: Context, shown: Document | None = None
) -> Letter:
    """Return the mail that says: nothing was done, what you saw has changed, here is the new one.

    `shown` is the version that was answered, when it is still known; `context` is what the first
    mail asked (approval or review), which this one asks again.
    """
    wanted = ("approve", "reject", "document")
    facts = {
        **_document_facts(view, head),
        "changes": changed_rows(shown, view.document, head) if shown else (),
        "rows": summary(view, head),
        "answer_options": offer(head, context),
        "buttons": buttons(head, *(("document",) if context is Context.INBOX else wanted)),
    }
    return write("person.ask.new_version", head, facts, enclosures(view))


def write_confirmation_request(
    head: Letterhead,
    *,
    asked: tuple[str, ...],
    about: str,
    code: str,
    confirm_url: str = "",
    reason: Reason = PLAIN,
) -> Letter:
    """Return the mail that asks the person on file whether a command is really theirs.

    `asked` are the commands in words (`transcript.command_words`), `about` the heading of the
    document; `code` are the digits of the one-time code, "" when a bare `bevestig` is enough.
    """
    facts = {
        **confirmation_facts(head, reason, code=code, confirm_url=confirm_url),
        "asked": asked,
        "about": about,
    }
    return write("person.ask.confirmation", head, facts)


def confirmation_facts(
    head: Letterhead, reason: Reason, *, code: str, confirm_url: str = ""
) -> dict[str, object]:
    """Return what every mail that asks to confirm says: why, with which code, until when."""
    confirm = Button(label=head.say("buttons", "confirm"), url=confirm_url, is_main=True)
    return {
        "lead": head.say(
            "confirming",
            reason.id,
            cancel=head.say("verbs", "cancel"),
            asked_by=shortened(reason.asked_by, 60),
        ),
        "answer_options": offer(head, Context.CONFIRMATION, code=_in_threes(code)),
        "notes": _notes(reason, head),
        "buttons": (confirm,) if confirm_url else (),
    }


def _notes(reason: Reason, head: Letterhead) -> list[str]:
    """Return how long the code holds, and what else may be typed."""
    notes = []
    if reason.until:
        notes.append(head.say("confirming", "until", moment=_moment(reason.until, head)))
    if reason.takes_authenticator:
        notes.append(head.say("confirming", "authenticator"))
    return notes


def _moment(at: datetime, head: Letterhead) -> str:
    return moment(at, head.language, head.reader.time_zone)


def _in_threes(code: str) -> str:
    """Return six digits as they are read aloud: 482 913."""
    return f"{code[:3]} {code[3:]}" if len(code) == 6 and code.isdigit() else code


def write_question(
    head: Letterhead, about: DocumentView | Thread, *, question: str, asked_by: str
) -> Letter:
    """Return the mail that puts somebody's question about a document or a topic."""
    thread = about if isinstance(about, Thread) else thread_of(about)
    facts = {
        **thread_facts(thread, head),
        "asked_by": shortened(asked_by, 60),
        "question": question.splitlines(),
        "answer_options": offer(head, Context.QUESTION),
    }
    return write("person.ask.question", head, facts, thread_enclosures(thread))


def _document_facts(view: DocumentView, head: Letterhead) -> dict[str, object]:
    return {
        "heading": heading(view.document, head),
        "this": this_document(view.document, head),
        "dossier": view.dossier.name,
        "warnings": warnings(view.document, head),
    }


def _other(document: Document, head: Letterhead) -> str:
    title = heading(document, head)
    is_forged = document.warns("failed_authentication")
    return f"{title}: {head.say('phrases', 'unauthenticated')}" if is_forged else title


def _names(fields: tuple[str, ...], head: Letterhead) -> list[str]:
    return [field_name(head.language, name) for name in fields]


def _address(who: MailAddress) -> str:
    if not who.display_name:
        return who.address
    return f"{shortened(who.display_name, 60)} <{who.address}>"
