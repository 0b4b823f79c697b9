"""Mails are shown to a real clamd before anything in them is opened."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handlers.context import Context
from mailbot.domain.errors import Temporary
from mailbot.domain.mail import MailState
from mailbot.entrypoints.clamd import ClamdScanner, read_clamd_address
from mailbot.entrypoints.cli import app
from mailbot.settings import Clamd, SettingsError
from storage.mails import get_mail
from tests.kit.browser import open_house
from tests.kit.clamd import HARMFUL, MAX_STREAM, NAME, running_clamd
from tests.kit.mailroom import PROVED, Mailroom
from tests.kit.mails import build_mail, build_zip
from tests.kit.office import MANAGER, OWNER
from tests.kit.ports import free_port
from tests.kit.structured_builders import Sample, build_ubl

PURCHASE = "aankoop-0400000185@mailbot.localhost"
SUPPLIER = "facturen@drukkerij.example"
UBL = ("factuur.xml", build_ubl(Sample(customer_vat="BE0400000185")))


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_clamd(tmp_path_factory.mktemp("clamd")) as path:
        yield path


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    with open_house(tmp_path) as house:
        yield house.context


def scanner(address: object) -> ClamdScanner:
    return ClamdScanner(Clamd(address=str(address), seconds=10))


def state(room: Mailroom, mail_id: str) -> MailState:
    with room.context.database.reading() as session:
        return get_mail(session, mail_id).state


def test_clamd_finds_what_is_wrapped_and_passes_the_rest(socket: Path) -> None:
    scan = scanner(f"unix:{socket}")
    assert scan(build_mail(files=(UBL,))) == ""
    assert scan(build_mail(files=(("a.zip", build_zip(("b.bin", b"xx " + HARMFUL))),))) == NAME
    with pytest.raises(Temporary, match="StreamMaxLength"):
        scan(b"x" * (3 * MAX_STREAM))


def test_an_infected_mail_is_kept_unopened_and_told_of(
    socket: Path, context: Context, tmp_path: Path
) -> None:
    room = Mailroom(replace(context, find_virus=scanner(f"unix:{socket}")))
    bad = build_mail(files=(UBL, ("b.bin", HARMFUL)))
    mail_id = room.receive(bad, PURCHASE, envelope_sender=SUPPLIER)
    assert state(room, mail_id) is MailState.INFECTED
    assert room.documents() == []
    (told,) = room.letters()
    assert (told.recipient, told.letter) == (MANAGER, "infected")
    assert NAME in room.text(told)
    assert mail_id in room.text(told)
    known = build_mail(sender=OWNER, files=(("b.bin", HARMFUL),))
    room.receive(known.replace(b"<m1@", b"<m2@"), PURCHASE, envelope_sender=OWNER, proof=PROVED)
    assert {entry.recipient for entry in room.letters()} == {MANAGER, OWNER}
    (tmp_path / "mailbot.toml").write_text(f'[service]\ndata = "{tmp_path}"\n')
    arguments = ["mail", "release", mail_id, "--config", str(tmp_path / "mailbot.toml")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


def test_without_a_verdict_the_mail_waits_and_is_never_passed(
    socket: Path, context: Context
) -> None:
    away = scanner(f"127.0.0.1:{free_port()}")
    room = Mailroom(replace(context, find_virus=away))
    mail_id = room.receive(build_mail(files=(UBL,)), PURCHASE, envelope_sender=SUPPLIER)
    assert state(room, mail_id) is MailState.ACCEPTED
    assert len(room.put_off) == 1
    assert room.documents() == []
    room.outside = replace(context, find_virus=scanner(f"unix:{socket}"))
    room.run_again()
    assert len(room.documents()) == 1


@pytest.mark.parametrize("address", ["", "clamd", "unix", "host:", ":3310"])
def test_an_address_that_is_none_stops_the_start(address: str) -> None:
    with pytest.raises(SettingsError, match="write"):
        read_clamd_address(address)


def test_addresses_that_are_some() -> None:
    assert read_clamd_address("unix:/run/clamav/clamd.ctl") == Path("/run/clamav/clamd.ctl")
    assert read_clamd_address("[::1]:3310") == ("::1", 3310)
