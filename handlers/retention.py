"""Once a night: what was kept long enough goes, and files that nothing names follow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from handlers.context import MAILBOT, Context
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.people import Definition
from storage.audit import events_about
from storage.backup.tables import snapshot
from storage.definitions import all_definitions
from storage.retention import RULES, Limits, Rule
from storage.unnamed_files import Swept, named_files, sweep

#: what events about files are about
_FILES = "files"
#: what was set aside may be needed by what is under way: it stays at least so long
_BETWEEN_SWEEPS = timedelta(days=28)
_MONTH = timedelta(days=30.5)


def handle(context: Context, _job: Job) -> None:
    """Do what the night brings."""
    remove_old(context)


def remove_old(context: Context) -> None:
    """Remove what is old enough, and once a month sweep files; a second time finds nothing."""
    with context.database.reading() as session:
        limits = limits_now(context, session)
    for rule in RULES:
        _apply(context, rule, limits)
    sweep_files(context)


def what_would_go(context: Context) -> Iterator[tuple[str, int]]:
    """Yield what would go now: the name of each kind, and how many."""
    with context.database.reading() as session:
        limits = limits_now(context, session)
        for rule in RULES:
            yield rule.name, sum(len(keys) for keys in _steps(session, rule, limits))


def limits_now(context: Context, session: Session) -> Limits:
    """Return before which moment what is old enough, as settings and definitions say."""
    retention, now = context.settings.retention, context.now()
    definitions = all_definitions(session)
    dossiers = [dossier for each in definitions for dossier in each.dossiers]
    return Limits(
        now=now,
        mails_before=now - retention.mail_months * _MONTH if retention.mail_months else None,
        documents_before={
            dossier.code: _years_ago(now, _years(each, retention.document_years))
            for each in definitions
            for dossier in each.dossiers
        },
        others_before=_years_ago(now, retention.document_years),
        on_legal_hold=frozenset(d.code for d in dossiers if d.legal_hold),
    )


def sweep_files(context: Context) -> None:
    """Set aside what nothing names, and delete what was set aside a month ago."""
    now = context.now()
    with snapshot(context.database) as session:
        earlier = events_about(session, _FILES)
        if earlier and now - earlier[-1].at < _BETWEEN_SWEEPS:
            return
        known = named_files(session)
    # told first: after a crash the rest waits a month, and nothing is deleted a day too early
    with context.transaction() as unit:
        unit.note(EventKind.RETENTION, _FILES, what="sweep")
    swept = sweep(context.blobs, known)
    with context.transaction() as unit:
        unit.note(EventKind.RETENTION, _FILES, what="swept", **_told(swept))


def _told(swept: Swept) -> dict[str, str]:
    return {name: str(count) for name, count in vars(swept).items()}


def _apply(context: Context, rule: Rule, limits: Limits) -> None:
    """Remove all that one rule finds, some at a time, each told in its own transaction."""
    after = None
    while True:
        with context.transaction() as unit:
            step = rule.find(unit.session, limits, after)
            if step.keys:
                rule.remove(unit.session, step.keys)
                unit.note(EventKind.RETENTION, MAILBOT, what=rule.name, count=str(len(step.keys)))
        after = step.last
        if after is None:
            return


def _steps(session: Session, rule: Rule, limits: Limits) -> Iterator[tuple[object, ...]]:
    after = None
    while True:
        step = rule.find(session, limits, after)
        yield step.keys
        after = step.last
        if after is None:
            return


def _years(definition: Definition, default: int) -> int:
    years = definition.office.document_years
    return default if years is None else years


def _years_ago(now: datetime, years: int) -> datetime | None:
    """Return the beginning of the first calendar year that is still kept; None for 0 years."""
    return datetime(now.year - years, 1, 1, tzinfo=UTC) if years else None
