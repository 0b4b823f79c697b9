"""Passwords of files are found for their sender and dossier, and never stand in the clear."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.passwords import known_passwords, record_password

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET, OTHER_SECRET = b"s" * 32, b"t" * 32
SENDER = "facturen@drukkerij.example"


def keep(database: Database, password: str, hours: int = 0, **where: str) -> None:
    place = {"dossier": "bakkerij", "sender": SENDER, **where}
    with database.transaction() as session:
        at = NOON + timedelta(hours=hours)
        record_password(session, SECRET, password=password, at=at, **place)


def known(database: Database, secret: bytes = SECRET, **where: str) -> tuple[str, ...]:
    place = {"dossier": "bakkerij", "sender": SENDER, **where}
    with database.reading() as session:
        return known_passwords(session, secret, **place)


def test_the_newest_is_tried_first_and_once(database: Database) -> None:
    for hours, password in enumerate(("zomer", "wïnter", "zomer")):
        keep(database, password, hours)
    assert known(database) == ("zomer", "wïnter")


@pytest.mark.parametrize("where", [{"dossier": "garage"}, {"sender": "ander@drukkerij.example"}])
def test_other_senders_and_dossiers_do_not_have_it(
    database: Database, where: dict[str, str]
) -> None:
    keep(database, "zomer")
    assert known(database, **where) == ()
    assert known(database, sender=SENDER.upper()) == ("zomer",)


def test_it_is_sealed_with_the_services_secret(database: Database) -> None:
    keep(database, "zomer")
    with database.reading() as session:
        (row,) = session.execute(sa.text("select * from password")).all()
    assert "zomer" not in str(row)
    assert known(database, OTHER_SECRET) == ()
