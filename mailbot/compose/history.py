"""Writes where a document stands, for whom it waits, and what happened to it."""

from collections.abc import Mapping, Sequence

from mailbot.compose.facts import DocumentView, Row, heading, summary, this_document
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.sentences import table
from mailbot.compose.wording import day, listed, moment, money, shortened
from mailbot.domain.events import Event
from mailbot.domain.letter import Letter
from mailbot.domain.payment import Payment

#: of a long history the newest tell how it came to stand here
_MOST_EVENTS = 40
_LONGEST = 120


def write_history(
    head: Letterhead,
    view: DocumentView,
    events: Sequence[Event],
    *,
    waits_for: Sequence[str],
    names: Mapping[str, str],
    payments: Sequence[Payment] = (),
) -> Letter:
    """Return the mail about one document; without `events` it only says where it stands.

    `events` are those of the audit log, oldest first; `names` says what people are called, by
    address; `waits_for` are the names of those who must act; `payments` are all of the document.
    """
    document = view.document
    told = table(head.language, "history")
    happened = [_row(event, head, names) for event in events if event.kind.value in told]
    facts = {
        "heading": heading(document, head),
        "this": this_document(document, head).capitalize(),
        "dossier": view.dossier.name,
        "status": head.say("statuses", document.status),
        "waits": listed([shortened(name, 60) for name in waits_for], head.language),
        "rows": (*summary(view, head), *(_paid(each, head) for each in payments if each.counts)),
        "happened": happened[-_MOST_EVENTS:],
        "buttons": buttons(head, "document"),
    }
    return write("person.tell.history", head, facts)


def _paid(payment: Payment, head: Letterhead) -> Row:
    """Return how much of the document is paid, or on its way, since when."""
    state = head.say("payment_statuses", payment.status)
    since = f" ({day(payment.paid_on, head.language)})" if payment.paid_on else ""
    amount = money(payment.amount, "EUR", head.language)
    return Row(label=head.say("bank", "payment"), value=f"{amount}: {state}{since}")


def _row(event: Event, head: Letterhead, names: Mapping[str, str]) -> Row:
    said = {name: shortened(value, _LONGEST) for name, value in event.data.items()}
    what = head.say("history", event.kind, **{"field": "", "value": "", "to_status": "", **said})
    who = names.get(event.actor, event.actor)
    when = moment(event.at, head.language, head.reader.time_zone)
    return Row(label=when, value=f"{who}: {what}")
