"""The doctor sees what is wrong, says what to do, and survives what hangs or fails."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from typer.testing import CliRunner

from mailbot.domain.clock import StoppedClock, SystemClock
from mailbot.domain.errors import Temporary
from mailbot.domain.finding import Finding, Health, ok
from mailbot.entrypoints.cli import app
from mailbot.entrypoints.cli.doctor import LOOKS, findings
from mailbot.entrypoints.doctor_dns import look_at_dns
from mailbot.entrypoints.doctor_machine import (
    look_at_certificate,
    look_at_clock,
    look_at_disk,
    look_at_ports,
    look_at_secrets,
)
from mailbot.entrypoints.doctor_services import (
    look_at_database,
    look_at_files,
    look_at_pages,
    look_at_smarthost,
)
from mailbot.settings import Settings
from storage.database import Database
from tests.kit.databases import lay_database
from tests.kit.dns import Zone, dns_server, txt
from tests.kit.keys import make_certificate, make_key
from tests.kit.ports import free_port
from tests.unit.entrypoints.test_time_server import NOON, time_server

CLOCK = StoppedClock(NOON)
KEY, RECORD = make_key(1024)
_OTHER_KEY, OTHER_RECORD = make_key(1024)
WELL: dict[tuple[str, str], list[str] | str] = {
    ("in.office.test", "MX"): ["10 mx.office.test."],
    ("mx.office.test", "A"): ["192.0.2.1"],
    ("in.office.test", "TXT"): [txt("v=spf1 ip4:192.0.2.9 -all"), txt("other=1")],
    ("mb._domainkey.in.office.test", "TXT"): [txt(RECORD)],
    ("_dmarc.in.office.test", "TXT"): [txt("v=DMARC1; p=reject")],
}


def found(looked: Iterator[Finding], about: str = "") -> list[Health]:
    """Return how everything is, or what is called `about`."""
    all_of_it = list(looked)
    assert all(bool(f.advice) is (f.health is not Health.OK) for f in all_of_it)
    return [f.health for f in all_of_it if about in ("", f.about)]


OK, WARNING, WRONG = [Health.OK], [Health.WARNING], [Health.WRONG]


def look_in(zone: Zone, tmp_path: Path) -> Iterator[Finding]:
    key = tmp_path / "dkim.pem"
    key.write_bytes(KEY)
    with dns_server(zone) as server:
        settings = Settings(
            service={"domain": "in.office.test"},  # type: ignore[arg-type]
            dns={"server": server},  # type: ignore[arg-type]
            outbound={"dkim_selector": "mb", "dkim_key": key},  # type: ignore[arg-type]
        )
        yield from look_at_dns(settings, SystemClock())


def test_dns_is_well(tmp_path: Path) -> None:
    assert found(look_in(WELL, tmp_path)) == 4 * OK


@pytest.mark.parametrize(
    ("name", "kind", "records", "about", "health"),
    [
        ("in.office.test", "MX", [], "MX", WRONG),
        ("mx.office.test", "A", [], "MX", WRONG),
        ("in.office.test", "TXT", [txt("v=spf10 -all")], "SPF", WRONG),
        ("in.office.test", "TXT", 2 * [txt("v=spf1 -all")], "SPF", OK),
        ("in.office.test", "TXT", [txt("v=spf1 -all"), txt("v=spf1 ~all")], "SPF", WRONG),
        ("in.office.test", "TXT", [txt("v=spf1 +all")], "SPF", WRONG),
        ("in.office.test", "TXT", [txt("v=spf1 mx ?all")], "SPF", WARNING),
        ("mb._domainkey.in.office.test", "TXT", [], "DKIM", WRONG),
        ("mb._domainkey.in.office.test", "TXT", [txt(OTHER_RECORD)], "DKIM", WRONG),
        ("_dmarc.in.office.test", "TXT", [], "DMARC", WARNING),
        ("_dmarc.in.office.test", "TXT", [txt("v=DMARC1; p=none")], "DMARC", WARNING),
        ("in.office.test", "MX", "SERVFAIL", "DNS", WRONG),
    ],
)
def test_dns_is_not_well(  # noqa: PLR0917 - a table
    tmp_path: Path, name: str, kind: str, records: Any, about: str, health: list[Health]
) -> None:
    zone = {**WELL, (name, kind): records}
    assert found(look_in(zone, tmp_path), about) == health


def test_a_domain_for_trying_out_is_not_asked_for() -> None:
    assert found(look_at_dns(Settings(), CLOCK)) == WARNING


@pytest.mark.parametrize(
    ("days", "names", "health"),
    [
        (90, ["mx.office.test"], OK),
        (9, ["mx.office.test"], WARNING),
        (-2, ["mx.office.test"], WRONG),
        (90, ["other.test"], [*OK, *WARNING]),
    ],
)
def test_certificates(tmp_path: Path, days: int, names: list[str], health: list[Health]) -> None:
    now = datetime.now(UTC)
    cert, key = make_certificate(tmp_path, names, ends=now + timedelta(days=days))
    settings = Settings(
        service={"domain": "office.test"},  # type: ignore[arg-type]
        smtp={"tls_cert": cert, "tls_key": key},  # type: ignore[arg-type]
    )
    assert found(look_at_certificate(settings, StoppedClock(now))) == health


def test_who_may_read_secrets(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("x")
    settings = Settings(
        service={"data": tmp_path / "data"},  # type: ignore[arg-type]
        outbound={"password_file": password},  # type: ignore[arg-type]
    )
    for mode, health in ((0o600, OK), (0o640, OK), (0o660, WRONG), (0o644, WRONG)):
        password.chmod(mode)
        assert found(look_at_secrets(settings, CLOCK)) == health


def test_the_clock() -> None:
    assert found(look_at_clock(Settings(), CLOCK)) == WARNING
    for ahead, health in ((3, OK), (300, WRONG)):
        with time_server(ahead) as server:
            asked = Settings(monitoring={"ntp_server": server})  # type: ignore[arg-type]
            assert found(look_at_clock(asked, CLOCK)) == health


def test_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(service={"data": tmp_path / "data"})  # type: ignore[arg-type]
    for kind, health in (("ext4", OK), ("tmpfs", WRONG), ("nfs4", WARNING)):
        monkeypatch.setattr(
            "mailbot.entrypoints.doctor_machine._file_system", lambda _path, kind=kind: kind
        )
        assert max(found(look_at_disk(settings, CLOCK)), key=list(Health).index) == health[0]


@contextmanager
def listener(greeting: bytes) -> Iterator[int]:
    """Listen, and say something to one who comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with closing(server.accept()[0]) as connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def at(port: int) -> Settings:
    return Settings(
        smtp={"listen": f"127.0.0.1:{port}"},  # type: ignore[arg-type]
        web={"listen": ""},  # type: ignore[arg-type]
    )


def test_ports() -> None:
    for greeting, health in ((b"220 mx.office.test\r\n", OK), (b"SSH-2.0-x\r\n", WRONG)):
        with listener(greeting) as port:
            assert found(look_at_ports(at(port), CLOCK)) == health
    assert found(look_at_ports(at(free_port()), CLOCK)) == WARNING


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_the_smarthost_is_tried_without_a_mail(tmp_path: Path) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any) -> Any:
        return AuthResult(success=data.password == b"right", handled=False)

    sent: list[object] = []
    server = Controller(
        sent, hostname="127.0.0.1", port=free_port(), authenticator=check,
        auth_require_tls=False, auth_required=True,
    )  # fmt: skip
    server.start()
    password = tmp_path / "password"
    outbound = {"host": "127.0.0.1", "port": server.port, "user": "mailbot"}
    outbound |= {"password_file": password, "security": "none"}
    try:
        for word, health in (("right", OK), ("wrong", WRONG)):
            password.write_text(word)
            settings = Settings(outbound=outbound)  # type: ignore[arg-type]
            assert found(look_at_smarthost(settings, CLOCK)) == health
    finally:
        server.stop()
    assert sent == []
    assert found(look_at_smarthost(settings, CLOCK)) == WRONG
    assert found(look_at_smarthost(Settings(), CLOCK)) == WARNING


def test_databases(database: Database) -> None:
    settings = Settings(database={"url": database.url})  # type: ignore[arg-type]
    looked = found(look_at_database(settings, CLOCK))
    # the server of tests syncs nothing
    assert looked == ([*OK, *OK, *OK] if database.is_sqlite else [*OK, *OK, *WRONG])


def test_files_and_pages(tmp_path: Path) -> None:
    settings = Settings(
        service={"data": tmp_path, "public_url": f"http://127.0.0.1:{free_port()}"}  # type: ignore[arg-type]
    )
    assert found(look_at_files(settings, CLOCK)) == OK
    assert found(look_at_pages(settings, CLOCK)) == WARNING


def test_what_fails_or_hangs_is_a_finding_too() -> None:
    hangs = threading.Event()

    def fail(_settings: Settings, _clock: object) -> Iterator[Finding]:
        raise Temporary("the database did not answer")

    def hang(_settings: Settings, _clock: object) -> Iterator[Finding]:
        hangs.wait()
        return iter(())

    def go_on(_settings: Settings, _clock: object) -> Iterator[Finding]:
        yield ok("c", "well")

    looks = {"a": fail, "b": hang, "c": go_on}
    told = [f.health for f in findings(Settings(), CLOCK, looks, seconds=0.5)]
    assert told == [*WRONG, *WRONG, *OK]
    hangs.set()


def test_the_command_ends_with_1_when_something_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_database(tmp_path)
    config = tmp_path / "mailbot.toml"
    config.write_text(f'[service]\ndata = "{tmp_path}"\n[outbound]\npassword_file = "none"\n')
    few = {name: LOOKS[name] for name in ("database", "secrets")}
    monkeypatch.setattr(sys.modules[findings.__module__], "LOOKS", few)
    told = CliRunner().invoke(app, ["doctor", "--config", str(config), "--json"])
    assert told.exit_code == 1
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["health"] for line in lines] == ["ok", "ok", "ok", "wrong"]
    said = CliRunner().invoke(app, ["doctor", "--config", str(config)])
    assert said.stdout.startswith("ok       database     SQLite")
    assert "→" in said.stdout
