"""`mailbot import` brings files in the same way as a mail would."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.domain.mail import Channel
from mailbot.entrypoints.app import Places, open_spool
from mailbot.entrypoints.cli import app
from mailbot.mail.attachments import unpack
from mailbot.mail.parse import parse_mail
from mailbot.settings import Settings
from storage.spool import Spool, SpooledMail
from tests.kit.mails import build_mail
from tests.kit.smtp import DOMAIN, PURCHASE, write_facts


class Desk:
    """A command line with a data folder of its own."""

    def __init__(self, folder: Path, *, has_directory: bool = True) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self.config = folder / "mailbot.toml"
        self.config.write_text(f'[service]\ndata = "{self.data}"\ndomain = "{DOMAIN}"\n')
        if has_directory:
            write_facts(self.data)
        settings = Settings(service={"data": self.data})  # type: ignore[arg-type]
        self.spool: Spool = open_spool(settings)

    def file(self, name: str, content: bytes = b"%PDF-1.7 x") -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *words: str, code: int = 0) -> tuple[list[str], str]:
        arguments = ["import", *words, "--config", str(self.config)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout.splitlines(), result.stderr

    def kept(self) -> list[SpooledMail]:
        return [self.spool.read(one) for one in self.spool.entries()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_files_become_mails_in_the_spool(desk: Desk) -> None:
    names = ["één factuur.pdf", "f.xml", "zonder_soort"]
    lines, _ = desk.run(*(desk.file(name) for name in names), "--to", PURCHASE)
    assert len(lines) == 3
    kept = desk.kept()
    assert lines[0].endswith(f"kept as {kept[0].envelope.spool_id}")
    found = []
    for mail in kept:
        assert mail.envelope.channel is Channel.IMPORT
        assert mail.envelope.envelope_recipients == (PURCHASE,)
        assert mail.envelope.authentication.aligned
        parsed = parse_mail(mail.raw)
        assert parsed.sender.address == f"import@{DOMAIN}"
        found += [part.name for part in unpack(parsed).documents]
    assert found[0] == names[0]


def test_a_mail_is_taken_as_it_is(desk: Desk) -> None:
    raw = build_mail()
    desk.run(desk.file("mail.eml", raw), "--to", PURCHASE, "--sender", "an@b.example")
    (mail,) = desk.kept()
    assert mail.raw == raw
    assert mail.envelope.envelope_sender == "an@b.example"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (f"aankoop-0999999999@{DOMAIN}", "5.1.1"),
        ("aankoop-0400000185@elders.example", "550"),
        ("geen adres", "550"),
        (f"r.{'a' * 32}@{DOMAIN}", "550"),
    ],
)
def test_an_address_that_is_none_is_refused_as_at_the_door(desk: Desk, to: str, said: str) -> None:
    lines, wrong = desk.run(desk.file("f.pdf"), "--to", to, code=1)
    assert lines == []
    assert said in wrong
    assert desk.kept() == []


def test_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    good, gone = desk.file("f.pdf"), str(desk.folder / "weg.pdf")
    _lines, wrong = desk.run(good, gone, "--to", PURCHASE, code=1)
    assert "weg.pdf" in wrong
    assert len(desk.kept()) == 1


def test_before_the_first_apply_it_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, has_directory=False)
    assert not Places(desk.data).directory.exists()
    _lines, wrong = desk.run(desk.file("f.pdf"), "--to", PURCHASE, code=1)
    assert "mailbot apply" in wrong
