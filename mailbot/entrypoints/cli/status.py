"""`mailbot status`: what is wrong first, then what waits, how long, and for whom."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import typer

from handlers.context import Context
from handlers.watching import look
from mailbot.compose.alarms import say_trouble, say_what_to_do
from mailbot.domain.watching import Here, Standing, Trouble, Waiting
from mailbot.entrypoints.cli.shared import REFUSED, ConfigOption, JsonOption, opened
from mailbot.entrypoints.here import look_here
from mailbot.rules.troubles import find_troubles, find_troubles_here
from storage.watching import all_troubles, busiest_approvers

#: what another machine saw so long ago, it would have seen again
_FRESH = timedelta(minutes=5)
_MOST_PEOPLE = 5
#: what waits for us, and what for people
_PEOPLE = ("quarantined", "inbox", "to_review", "to_approve", "export_failed", "unreadable")


def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show what is wrong, what waits and for how long; exit code 1 when something is wrong."""
    with opened(config) as context:
        here, standing = look_here(context), look(context)
        troubles = list(_troubles(context, here, standing))
        with context.database.reading() as session:
            approvers = busiest_approvers(session, limit=_MOST_PEOPLE)
        now = context.now()
    if as_json:
        print(json.dumps(_facts(here, standing, troubles, now)))
    else:
        lines = (*_wrong(troubles), *_of_us(here, standing, now))
        for line in (*lines, *_of_people(standing, approvers, now)):
            print(line)
    if troubles:
        raise typer.Exit(REFUSED)


def _troubles(context: Context, here: Here, standing: Standing) -> Iterator[Trouble]:
    """Yield what is wrong here and now, and what other machines and processes have seen."""
    limits, now = context.settings.monitoring, context.now()
    found = [
        *find_troubles(standing, limits, now),
        *find_troubles_here(here, limits, now),
    ]
    yield from found
    with context.database.reading() as session:
        known = all_troubles(session)
    for each in known:
        is_elsewhere = each.trouble.place != here.place or "part" in each.trouble.values
        if is_elsewhere and now - each.seen_at < _FRESH:
            yield each.trouble


def _wrong(troubles: list[Trouble]) -> Iterator[str]:
    if not troubles:
        yield "All is well."
    for trouble in troubles:
        yield f"! {say_trouble('en', trouble)}"
        yield f"  {say_what_to_do('en', trouble)}"


def _of_us(here: Here, standing: Standing, now: datetime) -> Iterator[str]:
    """Yield a line for everything that mailbot itself must do."""
    yield ""
    yield _line("spool", {"mails": here.spool}, now)
    yield _line("jobs", standing.queues, now)
    yield _line("outbox", standing.outbox, now)
    yield _line("failed_jobs", standing.failed, now)
    received = standing.documents.get("received", Waiting())
    yield _line("documents", {"to read": received}, now)


def _of_people(standing: Standing, approvers: Mapping[str, int], now: datetime) -> Iterator[str]:
    """Yield a line for what waits for somebody."""
    waiting = {name: standing.documents.get(name, Waiting()) for name in _PEOPLE}
    yield _line("people", waiting, now)
    if approvers:
        asked = ", ".join(f"{email} {count}" for email, count in approvers.items())
        yield f"{'approvers':12} {asked}"


def _line(name: str, waiting: Mapping[str, Waiting], now: datetime) -> str:
    parts = [
        f"{what} {each.count}{_since(each, now)}" for what, each in waiting.items() if each.count
    ]
    return f"{name:12} {', '.join(parts) or '-'}"


def _since(waiting: Waiting, now: datetime) -> str:
    if waiting.since is None:
        return ""
    return f" (oldest {in_words(now - waiting.since)})"


def in_words(time: timedelta) -> str:
    """Return a span of time in the one unit that counts, e.g. "3 min"."""
    seconds = max(0, int(time.total_seconds()))
    units = ((86400, "d"), (3600, "h"), (60, "min"))
    size, unit = next(((s, u) for s, u in units if seconds >= 2 * s), (1, "s"))
    return f"{seconds // size} {unit}"


def _facts(
    here: Here, standing: Standing, troubles: list[Trouble], now: datetime
) -> dict[str, Any]:
    groups = {"jobs": standing.queues, "outbox": standing.outbox, "documents": standing.documents}
    counts = {
        name: {part: each.count for part, each in group.items() if each.count}
        for name, group in groups.items()
    }
    everything = {"spool": {"mails": here.spool}, "failed_jobs": standing.failed, **groups}
    return {
        "well": not troubles,
        "troubles": [
            {"id": each.id, "place": each.place, **each.values, "what": say_trouble("en", each)}
            for each in troubles
        ],
        "spool": here.spool.count,
        **counts,
        "failed_jobs": sum(each.count for each in standing.failed.values()),
        "oldest_seconds": {
            name: _oldest(group, now) for name, group in everything.items() if _oldest(group, now)
        },
        "disk_free_bytes": here.disk_free,
        "backed_up_at": standing.backed_up_at.isoformat() if standing.backed_up_at else None,
    }


def _oldest(group: Mapping[str, Waiting], now: datetime) -> dict[str, int]:
    return {
        part: int((now - each.since).total_seconds()) for part, each in group.items() if each.since
    }
