"""Looks at what waits and what is wrong, and tells an operator by mail.

It waits in no queue: a queue that stands still could not tell of itself (decision 24).
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from handlers.context import Context, Unit
from handlers.correspondence import Post, post, reader_of
from mailbot.compose.alarms import write_alarm, write_all_clear
from mailbot.compose.render import Letterhead
from mailbot.domain.letter import Letter, Reader
from mailbot.domain.people import EmployeeRole, Office
from mailbot.domain.watching import KnownTrouble, Standing, Trouble
from mailbot.rules.troubles import is_over, must_tell
from storage.audit import broken_links, find_event, last_event
from storage.definitions import first_office
from storage.one_at_a_time import only_one
from storage.watching import (
    began_at,
    failed_counts,
    find_checkpoint,
    forget_trouble,
    forget_unseen_troubles,
    gone_workers,
    known_troubles,
    record_checkpoint,
    record_trouble,
    waiting_documents,
    waiting_jobs,
    waiting_letters,
)

log = structlog.get_logger(__name__)

#: names of checkpoints: how far the audit log was found whole, when the last backup ended
AUDIT, BACKUP = "audit", "backup"
#: events that are checked at a time: some seconds
_MOST_EVENTS = 50_000
_NOTHING_CHECKED = {"number": 0, "hash": "0" * 64, "broken": None}
#: what a machine saw that is not there any more
_FORGOTTEN_AFTER = timedelta(days=2)


def look(context: Context) -> Standing:
    """Return what waits in the database, counted over what waits alone. Raises Temporary."""
    with context.database.reading() as session:
        backup = find_checkpoint(session, BACKUP)
        audit = find_checkpoint(session, AUDIT)
        newest = last_event(session)
        return Standing(
            queues=waiting_jobs(session),
            outbox=waiting_letters(session),
            documents=waiting_documents(session),
            failed=failed_counts(session),
            backed_up_at=backup[0] if backup else None,
            began_at=began_at(session),
            newest_at=newest.at if newest else None,
            workers_gone=gone_workers(session),
            broken_event=json.loads(audit[1])["broken"] if audit else None,
        )


def check_audit(context: Context) -> None:
    """Check the events since the last check; old ones that are changed later, `audit verify` sees.

    Raises Temporary.
    """
    with context.database.reading() as session:
        found = find_checkpoint(session, AUDIT)
        known = json.loads(found[1]) if found else _NOTHING_CHECKED
        learned = _check_events(session, known)
    if learned != known:
        with context.transaction() as unit:
            record_checkpoint(unit.session, AUDIT, context.now(), json.dumps(learned))


def _check_events(session: Session, known: dict[str, Any]) -> dict[str, Any]:
    """Return how far the log is whole, and the number of the first event that is not right."""
    number = known["number"]
    anchor, newest = find_event(session, number), last_event(session)
    if number and (anchor is None or anchor.hash != known["hash"]):
        # what had been found right was changed, or cut off
        return {**known, "broken": number}
    links = broken_links(session, after=(number, known["hash"]), limit=_MOST_EVENTS)
    broken = next(links, None)
    end = min(newest.number if newest else 0, number + _MOST_EVENTS)
    reached = find_event(session, end) if broken is None else None
    whole = {"number": reached.number, "hash": reached.hash} if reached else known
    return {**whole, "broken": broken}


def settle_troubles(context: Context, found: Sequence[Trouble], judged: Collection[str]) -> None:
    """Write down what is wrong and what is not any more, and put a mail about it in the outbox.

    `judged` are the keys of every trouble that was looked for. While another process does the
    same, this one leaves it until the next look. Raises Temporary.
    """
    for trouble in found:
        log.error("trouble", trouble=trouble.id, place=trouble.place, **trouble.values)
    with only_one(context.database, "troubles") as is_ours:
        if is_ours:
            _settle(context, found, judged)


def _settle(context: Context, found: Sequence[Trouble], judged: Collection[str]) -> None:
    now = context.now()
    with context.transaction() as unit:
        readers = list(_readers(unit))
        known = {each.trouble.key: each for each in known_troubles(unit.session, judged)}
        lasting = [_seen(known.get(trouble.key), trouble, now) for trouble in found]
        # before an office was applied there is nobody to tell
        due = [each for each in lasting if readers and must_tell(each, now)]
        for each in lasting:
            told_at = now if each in due else each.told_at
            record_trouble(unit.session, replace(each, told_at=told_at))
        over = list(_ended(unit, known, {trouble.key for trouble in found}))
        forget_unseen_troubles(unit.session, now - _FORGOTTEN_AFTER)
        _tell(unit, readers, [each.trouble for each in due], write_alarm)
        told = [each.trouble for each in over if each.told_at]
        _tell(unit, readers, told, write_all_clear)


def _seen(before: KnownTrouble | None, trouble: Trouble, now: datetime) -> KnownTrouble:
    if before is None:
        return KnownTrouble(trouble=trouble, since=now, seen_at=now)
    return replace(before, trouble=trouble, seen_at=now, over_since=None)


def _ended(
    unit: Unit, known: dict[str, KnownTrouble], found: Collection[str]
) -> Iterator[KnownTrouble]:
    """Yield what is over, and take it off the list; what may come back stays on it for a while."""
    now = unit.context.now()
    for key, before in known.items():
        if key in found:
            continue
        calm = replace(before, seen_at=now, over_since=before.over_since or now)
        if is_over(calm, now):
            forget_trouble(unit.session, calm)
            yield calm
        else:
            record_trouble(unit.session, calm)


def _tell(
    unit: Unit,
    readers: Sequence[tuple[Reader, Office]],
    troubles: Sequence[Trouble],
    write: Callable[[Letterhead, Sequence[Trouble]], Letter],
) -> None:
    """Write one letter about all these troubles to each reader."""
    if not troubles:
        return
    moment = unit.context.now().isoformat()
    for reader, office in readers:
        letter = Post(
            key=f"{write.__name__}:{moment}:{troubles[0].key}:{reader.email}",
            reader=reader,
            office=office,
            write=lambda head: write(head, troubles),
        )
        post(unit, letter)


def _readers(unit: Unit) -> Iterator[tuple[Reader, Office]]:
    """Yield whom `monitoring.mail_to` names, else the admins of the first office, which writes."""
    service, named = unit.context.settings.service, unit.context.settings.monitoring.mail_to
    found = first_office(unit.session)
    if found is None:
        return
    office, employees = found
    for email in named:
        yield (
            Reader(
                email=email.lower(),
                first_name="",
                name="",
                language=service.language,
                time_zone=service.time_zone,
            ),
            office,
        )
    admins = [e for e in employees if e.role is EmployeeRole.ADMIN and not e.frozen]
    for admin in () if named else admins:
        yield reader_of(admin, office), office
