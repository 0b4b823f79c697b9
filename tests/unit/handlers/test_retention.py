"""Every night what was kept long enough goes, as settings and definitions say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.retention import handle, what_would_go
from mailbot.domain.document import Document, Status
from mailbot.domain.events import Event, EventKind
from mailbot.domain.identifiers import new_id
from mailbot.domain.job import Job, JobKind
from mailbot.entrypoints.scheduler import Scheduler
from mailbot.settings import Retention
from storage.audit import broken_links, events_about
from storage.audit_witnesses import unwitnessed
from storage.definitions import all_definitions, save_definition
from storage.documents import find_document
from tests.kit.browser import House, open_house

JOB = Job(key="retention", kind=JobKind.RETENTION, ids={})
LONG_AGO = datetime(2016, 12, 31, 22, 0, tzinfo=UTC)
THAT_YEAR = datetime(2017, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def keep(house: House, **limits: int) -> House:
    """Return the house with other settings."""
    retention = Retention(**{"mail_months": 0, **limits})
    settings = house.context.settings.model_copy(update={"retention": retention})
    return replace(house, context=replace(house.context, settings=settings))


def define(house: House, *, years: int | None = None, **dossier: object) -> None:
    """Change the definition."""
    with house.context.transaction() as unit:
        (definition,) = all_definitions(unit.session)
        office = replace(definition.office, document_years=years)
        dossiers = tuple(replace(d, **dossier) for d in definition.dossiers)  # type: ignore[arg-type]
        save_definition(unit.session, replace(definition, office=office, dossiers=dossiers))


def old_invoice(house: House, at: datetime = LONG_AGO, number: str = "7") -> Document:
    return house.invoice(id=new_id(at), received_at=at, status=Status.EXPORTED, number=number)


def is_kept(house: House, document: Document) -> bool:
    with house.context.database.reading() as session:
        return find_document(session, document.id, is_locked=False) is not None


def told(house: House, subject: str = "mailbot") -> list[Event]:
    with house.context.database.reading() as session:
        found = events_about(session, subject)
    return [event for event in found if event.kind is EventKind.RETENTION]


def test_documents_go_after_calendar_years(house: House) -> None:
    """House of 2026, nine years: what came in 2017 is kept through 2026."""
    house = keep(house, document_years=9)
    gone, stays = old_invoice(house), old_invoice(house, THAT_YEAR, number="8")
    assert dict(what_would_go(house.context))["documents"] == 1
    assert is_kept(house, gone)
    handle(house.context, JOB)
    assert (is_kept(house, gone), is_kept(house, stays)) == (False, True)
    assert [event.data for event in told(house)] == [{"what": "documents", "count": "1"}]
    handle(house.context, JOB)
    assert len(told(house)) == 1
    with house.context.database.reading() as session:
        assert list(broken_links(session)) == []
        assert list(unwitnessed(session)) == []


@pytest.mark.parametrize(
    ("setting", "office", "goes"), [(0, None, False), (0, 9, True), (9, 0, False), (9, 20, False)]
)
def test_an_office_has_years_of_its_own(
    house: House, setting: int, office: int | None, goes: bool
) -> None:
    house = keep(house, document_years=setting)
    document = old_invoice(house)
    define(house, years=office)
    handle(house.context, JOB)
    assert is_kept(house, document) is not goes


def test_a_legal_hold_keeps_everything(house: House) -> None:
    house = keep(house, document_years=1, mail_months=1)
    document = old_invoice(house)
    define(house, legal_hold=True)
    assert sum(count for _name, count in what_would_go(house.context)) == 0
    handle(house.context, JOB)
    assert is_kept(house, document)


def test_the_files_of_a_document_follow_it_months_later(house: House) -> None:
    house = keep(house, document_years=9)
    gone, stays = old_invoice(house), old_invoice(house, THAT_YEAR, number="8")
    blobs = house.context.blobs
    handle(house.context, JOB)
    assert gone.original.sha256 in set(blobs.names_aside())
    house.clock.move(timedelta(days=20))
    handle(house.context, JOB)
    assert blobs.get(gone.original.sha256)
    house.clock.move(timedelta(days=20))
    handle(house.context, JOB)
    assert list(blobs.names_aside()) == []
    assert not blobs.has(gone.original.sha256)
    assert all(blobs.has(file.sha256) for file in stays.files)
    swept = [event.data for event in told(house, "files") if event.data["what"] == "swept"]
    assert [int(facts["deleted"]) > 0 for facts in swept] == [False, True]


def test_every_night_it_is_put_once(house: House) -> None:
    for _ in range(2):
        Scheduler(house.context).tick()
    house.clock.move(timedelta(days=1))
    Scheduler(house.context).tick()
    with house.context.database.reading() as session:
        found = session.connection().exec_driver_sql(
            "SELECT workflow_uuid FROM workflow_status WHERE workflow_uuid LIKE 'retention:%'"
        )
        assert sorted(row[0] for row in found) == [
            "retention:2026-11-20:retention",
            "retention:2026-11-21:retention",
        ]
