"""An operator hears of a trouble at once, once a day while it lasts, and once when it is over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from handlers.watching import BACKUP, check_audit, look, settle_troubles
from mailbot.domain.events import EventKind
from mailbot.domain.outbox import OutboxEntry
from mailbot.domain.watching import Trouble
from mailbot.settings import Monitoring
from storage.one_at_a_time import only_one
from storage.watching import all_troubles, record_checkpoint
from tests.kit.browser import House, open_house
from tests.kit.office import ADMIN

LOW = Trouble(id="disk_low", values={"free": "12"})
LATE = Trouble(id="queue_old", values={"count": "7", "minutes": "31"})
JUDGED = (LOW.key, LATE.key)


class Office:
    """What the people of an office hear while time goes by."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._heard = 0

    def see(self, *troubles: Trouble, after: timedelta = timedelta()) -> list[str]:
        """Look after a while, with these troubles; return the mails that were written."""
        self.house.clock.move(after)
        settle_troubles(self.house.context, troubles, JUDGED)
        mails = list(reversed(self.house.mails()))
        new, self._heard = mails[self._heard :], len(mails)
        return [mail.letter for mail in new]

    def newest(self) -> OutboxEntry:
        return self.house.mails()[0]

    def known(self) -> list[str]:
        with self.house.context.database.reading() as session:
            return [each.trouble.key for each in all_troubles(session)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_house(tmp_path) as house:
        yield Office(house)


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_a_trouble_is_told_once_a_day_and_when_it_is_over(office: Office) -> None:
    assert office.see() == []
    assert office.see(LOW, after=MINUTE) == ["alarm"]
    assert office.newest().recipient == ADMIN
    assert "12 MB" in office.newest().subject
    assert office.see(LOW, after=HOUR) == []
    assert office.see(LOW, after=DAY) == ["alarm"]
    assert office.see(after=MINUTE) == []
    assert office.see(after=HOUR) == ["all_clear"]
    assert office.see(after=DAY) == []
    assert office.see(LOW, after=MINUTE) == ["alarm"]


def test_what_comes_and_goes_is_one_trouble(office: Office) -> None:
    assert office.see(LOW) == ["alarm"]
    for _ in range(5):
        assert office.see(after=10 * MINUTE) == []
        assert office.see(LOW, after=10 * MINUTE) == []


def test_what_begins_together_is_one_mail(office: Office) -> None:
    assert office.see(LOW, LATE) == ["alarm"]
    text = office.house.text(office.newest())
    assert "12 MB" in text
    assert "31 minuten" in text
    assert "mailbot status" in text


def test_another_watcher_leaves_alone_what_it_did_not_look_for(office: Office) -> None:
    office.see(LOW, LATE)
    for _ in range(2):
        office.house.clock.move(HOUR)
        settle_troubles(office.house.context, [], [LATE.key])
    assert office.known() == [LOW.key]


def test_before_there_is_an_office_a_trouble_waits_for_its_readers(office: Office) -> None:
    context = office.house.context
    with context.database.transaction() as session:
        (row,) = session.execute(sa.text("SELECT code, data FROM office")).all()
        session.execute(sa.text("DELETE FROM office"))
    assert office.see(LOW) == []
    with context.database.transaction() as session:
        insert = "INSERT INTO office (code, data) VALUES (:code, :data)"
        session.execute(sa.text(insert), {"code": row.code, "data": row.data})
    assert office.see(LOW, after=MINUTE) == ["alarm"]


def test_two_watchers_at_a_time_tell_it_once(office: Office) -> None:
    context = office.house.context
    with only_one(context.database, "troubles"):
        settle_troubles(context, [LOW], JUDGED)
    assert office.known() == []
    assert office.see(LOW) == ["alarm"]


def test_what_a_machine_saw_that_is_gone_is_forgotten(office: Office) -> None:
    gone = Trouble(id="disk_low", place="mail3", values={"free": "1"})
    settle_troubles(office.house.context, [gone], [gone.key])
    office.see(after=3 * DAY)
    assert office.known() == []


def test_the_settings_say_who_hears(office: Office) -> None:
    context = office.house.context
    watch = Monitoring(mail_to=("Beheer@it.example", "wacht@it.example"))
    named = replace(context, settings=context.settings.model_copy(update={"monitoring": watch}))
    settle_troubles(named, [LOW], JUDGED)
    told = {mail.recipient for mail in office.house.mails()}
    assert told == {"beheer@it.example", "wacht@it.example"}


def test_backups_count_from_when_they_were_made(office: Office) -> None:
    context = office.house.context
    assert look(context).backed_up_at is None
    with context.transaction() as unit:
        record_checkpoint(unit.session, BACKUP, context.now())
    assert look(context).backed_up_at == context.now()


def note(office: Office, number: int) -> None:
    with office.house.context.transaction() as unit:
        for each in range(number):
            unit.note(EventKind.MESSAGE, f"m{each}")


def broken(office: Office) -> int | None:
    check_audit(office.house.context)
    return look(office.house.context).broken_event


def change(office: Office, statement: str) -> None:
    with office.house.context.database.transaction() as session:
        session.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit SET actor = 'an@b.example' WHERE number = 7", 7),
        ("DELETE FROM audit WHERE number = 7", 8),
        ("UPDATE audit SET hash = 'x' WHERE number = 5", 5),
        ("DELETE FROM audit WHERE number >= 5", 5),
    ],
    ids=["changed", "taken out", "checked before, and changed", "cut off"],
)
def test_a_break_in_the_newest_part_of_the_log_is_seen(
    office: Office, statement: str, first: int
) -> None:
    note(office, 5)
    assert broken(office) is None
    note(office, 4)
    change(office, statement)
    assert broken(office) == first
    assert broken(office) == first


def test_a_log_that_grows_is_checked_to_its_end(office: Office) -> None:
    for _ in range(3):
        note(office, 3)
        assert broken(office) is None
    note(office, 1)
    change(office, "UPDATE audit SET subject = 'x' WHERE number = 10")
    assert broken(office) == 10
