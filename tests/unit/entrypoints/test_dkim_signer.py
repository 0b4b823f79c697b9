"""What we sign verifies with what DNS says, and a key that is no use is told at the start."""

from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization

from mailbot.entrypoints.dkim_signer import DkimSigner
from mailbot.settings import Outbound, SettingsError
from tests.kit.keys import make_key

PRIVATE, RECORD = make_key(1024)


def mail(sender: str = "Kantoor Vermeer <facturen@in.example>") -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "an@bakkerij.example"
    message["Subject"] = "Goedkeuren: Café, 1 210,00 €"
    message["Message-ID"] = "<1@in.example>"
    message["Reply-To"] = "r.token@in.example"
    message.set_content("Van: facturen@elders.example\nFrom: nobody@elders.example\n")
    return message.as_bytes().replace(b"\n", b"\r\n")


def verify(raw: bytes, record: str = RECORD, names: list[bytes] | None = None) -> bool:
    def look_up(name: bytes, timeout: int = 5) -> bytes:
        if names is not None:
            names.append(name)
        return record.encode()

    return bool(dkim.verify(raw, dnsfunc=look_up))


def signer(key: bytes = PRIVATE) -> DkimSigner:
    return DkimSigner(b"mail", key)


def test_a_signed_mail_verifies_with_the_record_of_its_selector() -> None:
    asked: list[bytes] = []
    assert verify(signer().sign(mail()), names=asked)
    assert asked == [b"mail._domainkey.in.example."]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"an@bakkerij.example", b"eve@elders.example"),
        (b"r.token@", b"r.other@"),
        (b"nobody@", b"somebody@"),
        (b"Kantoor Vermeer", b"Kantoor Anders"),
    ],
)
def test_what_is_changed_on_the_way_no_longer_verifies(old: bytes, new: bytes) -> None:
    signed = signer().sign(mail())
    assert old in signed
    assert not verify(signed.replace(old, new))


def test_a_header_that_is_added_later_is_not_covered_twice() -> None:
    """A relay may add its own trace headers."""
    assert verify(b"Received: from a by b\r\n" + signer().sign(mail()))


@pytest.mark.parametrize(
    "sender", ["facturen@in.example", "<facturen@in.example>", '"a@b.example" <x@in.example>']
)
def test_the_domain_is_that_of_from(sender: str) -> None:
    signed = signer().sign(mail(sender))
    assert b"d=in.example;" in signed.replace(b"\r\n ", b" ")
    assert verify(signed)


def test_a_long_name_folds_from_over_lines() -> None:
    signed = signer().sign(mail(f"{'Accountantskantoor ' * 5} <facturen@in.example>"))
    assert b"d=in.example;" in signed
    assert verify(signed)


def test_without_a_key_mails_leave_as_they_are() -> None:
    assert DkimSigner.from_settings(Outbound()).sign(mail()) == mail()


@pytest.mark.parametrize(
    "form",
    [serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8],
)
def test_a_key_file_may_be_what_openssl_writes(
    tmp_path: Path, form: serialization.PrivateFormat
) -> None:
    key = serialization.load_pem_private_key(PRIVATE, None)
    file = tmp_path / "key.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    )
    made = DkimSigner.from_settings(Outbound(dkim_key=file, dkim_selector="mail"))
    assert verify(made.sign(mail()))


@pytest.mark.parametrize("content", [b"", b"-----BEGIN RSA PRIVATE KEY-----\nx\n", b"not base64!"])
def test_a_key_that_is_none_is_told_at_the_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"key\.pem"):
        DkimSigner.from_settings(Outbound(dkim_key=file, dkim_selector="mail"))


def test_a_key_without_a_selector_is_told_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(PRIVATE)
    with pytest.raises(SettingsError, match="dkim_selector"):
        DkimSigner.from_settings(Outbound(dkim_key=file))
