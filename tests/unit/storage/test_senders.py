"""Who sent mails to an office is remembered per office, address and name, in one statement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailbot.domain.seen_senders import SeenSender
from storage.database import Database
from storage.senders import proved_domains, record_sender, seen_with_address, seen_with_name

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADDRESS = "facturen@drukkerij.example"


def see(
    database: Database, mail: str, *, proved: bool = True, office: str = "kantoor", **more: str
) -> None:
    at = NOON + timedelta(days=int(mail.strip("m")))
    seen = SeenSender(
        address=ADDRESS, name="drukkerij", mails=1, proved=int(proved), first_at=at, last_at=at
    )
    seen = replace(seen, **more)
    domain = seen.address.rpartition("@")[2]
    with database.transaction() as session:
        record_sender(session, office, seen, domain=domain, mail=mail)


def test_mails_are_counted(database: Database) -> None:
    for mail, proved in (("m1", True), ("m2", False), ("m3", True)):
        see(database, mail, proved=proved)
    with database.reading() as session:
        (found,) = seen_with_address(session, "kantoor", ADDRESS, before_mail="m4")
        assert seen_with_address(session, "elders", ADDRESS, before_mail="m4") == []
    assert (found.mails, found.proved, found.name) == (3, 2, "drukkerij")
    assert (found.last_at - found.first_at).days == 2


def test_the_mail_that_is_judged_is_no_memory_of_itself(database: Database) -> None:
    see(database, "m1")
    with database.reading() as session:
        assert seen_with_address(session, "kantoor", ADDRESS, before_mail="m1") == []
        assert seen_with_name(session, "kantoor", "drukkerij", before_mail="m1") == []
        assert proved_domains(session, "kantoor", before_mail="m1") == []


def test_others_with_the_same_name_are_found_most_proved_first(database: Database) -> None:
    see(database, "m1", proved=False, address="x@boef.example")
    see(database, "m2")
    see(database, "m3", office="elders", address="y@ander.example")
    with database.reading() as session:
        found = seen_with_name(session, "kantoor", "drukkerij", before_mail="m9")
        assert [one.address for one in found] == [ADDRESS, "x@boef.example"]
        assert seen_with_name(session, "kantoor", "", before_mail="m9") == ()
        assert proved_domains(session, "kantoor", before_mail="m9") == ["drukkerij.example"]


def test_no_address_is_too_long_for_the_index(database: Database) -> None:
    see(database, "m1", address="a" * 5000 + "@lang.example")
    see(database, "m2", name="n" * 5000)
    with database.reading() as session:
        (found,) = seen_with_address(session, "kantoor", ADDRESS, before_mail="m9")
        assert len(found.name) == 200
        assert seen_with_name(session, "kantoor", "n" * 5000, before_mail="m9") == [found]
