"""A mail of ours did not arrive: what is known of its address now, and who must know it."""

from functools import partial

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of, readers_at_office
from mailbot.compose.notices import write_bounce_notice
from mailbot.domain.events import EventKind
from mailbot.domain.outbox import Failure, OutboxEntry
from mailbot.domain.token import Token
from mailbot.rules.reach import after_failure
from storage.addresses import find_reach, record_reach
from storage.definitions import find_dossier, get_office
from storage.outbox import has_entry

#: letters that tell of a bounce: never a bounce of a bounce
_ABOUT_BOUNCES = frozenset({"bounce", "unreachable"})


def report_undeliverable(
    unit: Unit, entry: OutboxEntry, token: Token, *, why: Failure, said: str
) -> None:
    """Count that a mail did not arrive, and `why`; `said` is what the other server said.

    Tell the dossier manager, or the office's admin when it is his own.
    """
    if has_entry(unit.session, _key(entry)):
        return  # a mail comes back once, however many servers say so
    known = find_reach(unit.session, entry.recipient)
    at = unit.context.now()
    reach = after_failure(known, entry.recipient, why, at=at, diagnostic=said[:500])
    record_reach(unit.session, reach)
    unit.note(
        EventKind.ADDRESS_BOUNCED,
        entry.document_id or entry.id,
        address=entry.recipient,
        letter=entry.letter,
        failure=why.value,
        given_up="yes" if reach.given_up_at else "no",
        diagnostic=said[:500],
    )
    tell_office(unit, entry, token, said, is_given_up=reach.given_up_at is not None)


def tell_office(
    unit: Unit, entry: OutboxEntry, token: Token, diagnostic: str, *, is_given_up: bool
) -> None:
    """Tell who keeps the dossier that a mail came back; never to the address it came from."""
    office, employees = get_office(unit.session, token.office)
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    known = readers_at_office(unit.session, dossier, employees)
    readers = [one for one in known if one.email.lower() != entry.recipient]
    if not readers or entry.letter in _ABOUT_BOUNCES:
        return
    letter = Post(
        key=_key(entry),
        reader=reader_of(readers[0], office),
        office=office,
        dossier=token.dossier,
        write=partial(
            write_bounce_notice,
            address=entry.recipient,
            undelivered=entry.subject,
            diagnostic=diagnostic,
            is_given_up=is_given_up,
        ),
    )
    post(unit, letter)


def note_passing(unit: Unit, entry: OutboxEntry, diagnostic: str) -> None:
    """Count a mail that is late, or that a full mailbox did not take; nobody is told yet."""
    known = find_reach(unit.session, entry.recipient)
    at, said = unit.context.now(), diagnostic[:500]
    passing = Failure.PASSING
    record_reach(
        unit.session, after_failure(known, entry.recipient, passing, at=at, diagnostic=said)
    )


def _key(entry: OutboxEntry) -> str:
    return f"bounce:{entry.id}"
