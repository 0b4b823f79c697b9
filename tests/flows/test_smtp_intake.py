"""Mail comes in over SMTP: what is answered, and that what was answered 250 is on disk."""

import smtplib
import ssl
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email.policy import SMTP
from pathlib import Path

import pytest

from mailbot.domain.clock import StoppedClock
from mailbot.domain.errors import Permanent, Temporary
from mailbot.domain.mail import Channel, Envelope
from mailbot.domain.treatment import SenderLists
from mailbot.entrypoints import smtp_listeners, smtp_reception, smtp_stream
from storage.spool import Draft, Spool, SpoolFailed
from tests.kit.smtp import (
    DIRECTORY,
    DOMAIN,
    NOON,
    PURCHASE,
    SUPPLIER,
    RawClient,
    RunningIntake,
    eventually,
    mail,
    run,
    running_intake,
    token,
    write_facts,
)


@pytest.fixture
def intake(tmp_path: Path):
    with running_intake(tmp_path) as running:
        yield running


def deliver(intake: RunningIntake, *recipients: str, sender: str = SUPPLIER) -> bytes:
    with smtplib.SMTP("127.0.0.1", intake.smtp_port) as client:
        client.sendmail(sender, recipients or (PURCHASE,), mail().as_bytes(policy=SMTP))
    return intake.only_kept().raw


@pytest.mark.feature("CF-IN-02", "CF-IN-08", "CF-IN-09")
def test_a_mail_to_a_dossier_is_kept_with_its_envelope(intake: RunningIntake) -> None:
    raw = deliver(intake)
    kept = intake.only_kept()
    assert raw == mail().as_bytes(policy=SMTP)
    assert kept.envelope.channel is Channel.SMTP
    assert kept.envelope.envelope_sender == SUPPLIER
    assert kept.envelope.envelope_recipients == (PURCHASE,)
    assert kept.envelope.client_address == "127.0.0.1"
    assert kept.envelope.client_name
    assert intake.woken == ["mail"]


def test_the_250_names_the_id_under_which_the_mail_is_kept(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.begin()
        reply = client.say("Subject: x\r\n\r\ntext\r\n.")
        assert reply == f"250 2.0.0 {intake.spool.entries()[0]} kept"


def test_one_mail_to_two_addresses_is_one_entry_for_both(intake: RunningIntake) -> None:
    question = f"vraag-0400000185@{DOMAIN}"
    deliver(intake, PURCHASE, question, PURCHASE.upper())
    assert intake.only_kept().envelope.envelope_recipients == (PURCHASE, question)


@pytest.mark.parametrize(
    ("recipient", "sender", "answer"),
    [
        (f"aankoop-0999999999@{DOMAIN}", SUPPLIER, "550 5.1.1 No dossier has this address here"),
        (f"aankoop-0999999999@{DOMAIN}", "a@b.fr", "550 5.1.1 Aucun dossier n'a cette adresse"),
        (f"aankoop-0999999999@{DOMAIN}", "a@b.de", "550 5.1.1 Kein Dossier hat hier diese"),
        (f"r.{'a' * 32}@{DOMAIN}", "a@b.be", "550 5.1.1 Dit antwoordadres bestaat niet"),
        (f"achat-0400000284@{DOMAIN}", "a@b.be", "550 5.2.1 Ce dossier est clos"),
        (PURCHASE, "spam@winst.example", "550 5.7.1 Mail van deze afzender"),
        (PURCHASE, "iedereen@reclame.example", "550 5.7.1 "),
        ("iemand@elders.example", SUPPLIER, "550 5.7.1 "),
        ("", SUPPLIER, "550 5.7.1 "),
        (f"vraag-bakker@{DOMAIN}", SUPPLIER, "250 2.1.5 "),
        (f"Achat.A1-0400.000.185+restaurant@{DOMAIN.upper()}", SUPPLIER, "250 2.1.5 "),
        (f"mailbot@{DOMAIN}", SUPPLIER, "250 2.1.5 "),
        ("postmaster", SUPPLIER, "250 2.1.5 "),
        (f"abuse@{DOMAIN}", "spam@winst.example", "250 2.1.5 "),
        (PURCHASE, "", "250 2.1.5 "),
        (f"B.<TOKEN>@{DOMAIN}", "", "250 2.1.5 "),
        (f"<bad\x07{PURCHASE}", SUPPLIER, "553 5.1.3 "),
        (f"a b@{DOMAIN}", SUPPLIER, "553 5.1.3 "),
        (f"=?utf-8?q?aankoop-0400000185=40{DOMAIN}=3e?=@elders.example", SUPPLIER, "550 5.7.1 "),
    ],
)
def test_answers_to_rcpt(intake: RunningIntake, recipient: str, sender: str, answer: str) -> None:
    with RawClient(intake.smtp_port) as client:
        client.reply()
        client.say("EHLO client.example")
        assert client.say(f"MAIL FROM:<{sender}>") == "250 2.1.0 ok"
        address = recipient.replace("<TOKEN>", token().upper())
        reply = client.say(f"RCPT TO:<{address}>")
        assert reply.startswith(answer)
        assert reply.isascii()


def test_in_a_flood_a_stranger_is_told_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_reception, "is_loopback", lambda _address: False)
    known = replace(DIRECTORY.dossiers[0], senders=SenderLists(inbox=("@vast.example",)))
    write_facts(tmp_path, replace(DIRECTORY, dossiers=(known,)))
    clock = StoppedClock(NOON)
    limits = {"min_free_disk": 0, "flood_per_minute": 2}

    def ask(intake: RunningIntake, sender: str, to: str = PURCHASE) -> str:
        with RawClient(intake.smtp_port) as client:
            client.reply()
            client.say("EHLO client.example")
            client.say(f"MAIL FROM:<{sender}>")
            return client.say(f"RCPT TO:<{to}>")

    def flood(intake: RunningIntake) -> None:
        for n in range(3):
            with smtplib.SMTP("127.0.0.1", intake.smtp_port) as client:
                client.sendmail(f"{n}@vast.example", (PURCHASE,), mail().as_bytes(policy=SMTP))

    with running_intake(tmp_path, clock=clock, limits=limits) as intake:
        assert ask(intake, "a@vreemd.be").startswith("250")
        flood(intake)
        assert ask(intake, "a@vreemd.be").startswith("451 4.7.1 Er komt nu te veel mail")
        assert ask(intake, "facturen@vast.example").startswith("250"), "a list speaks for him"
        assert ask(intake, "a@vreemd.be", f"r.{token()}@{DOMAIN}").startswith("250")
        clock.move(timedelta(seconds=61))
        flood(intake)
        assert ask(intake, "a@vreemd.be").startswith("250"), "he tried again"


def test_ehlo_offers_what_is_there_and_nothing_else(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        assert client.reply() == f"220 {DOMAIN} ESMTP mailbot"
        offered = client.say("EHLO client.example").splitlines()
        assert [line[4:] for line in offered] == [
            DOMAIN, f"SIZE {50 * 1024 * 1024}", "8BITMIME", "SMTPUTF8", "PIPELINING",
            "CHUNKING", "ENHANCEDSTATUSCODES", "HELP",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("HELO client.example", f"250 {DOMAIN}"),
        ("NOOP", "250 2.0.0 OK"),
        ("RSET", "250 2.0.0 OK"),
        ("RCPT TO:<a@b.be>", "503 5.5.1 "),
        ("DATA", "503 5.5.1 "),
        ("MAIL FROM:<a b>", "553 5.1.3 "),
        ("MAIL FROM:<a@b.be> SIZE=999999999999", "552 5.3.4 "),
        ("MAIL FROM:<a@b.be> BODY=BINARYMIME", "501 5.5.4 "),
        ("MAIL FROM:<a@b.be>SIZE=10 BODY=8BITMIME SMTPUTF8", "250 2.1.0 ok"),
        ("MAIL FROM:<@relay.example:a@b.be>", "250 2.1.0 ok"),
        ('MAIL FROM:<"a > b"@b.be>', "250 2.1.0 ok"),
        ("MAIL FROM:a@b.be", "250 2.1.0 ok"),
        ("AUTH PLAIN AGEAYg==", "502 5.5.1 "),
        ("STARTTLS", "454 4.7.0 "),
        ("VRFY bakker", "252 2.5.0 "),
        ("EXPN bakker", "502 5.5.1 "),
        ("XYZZY", "500 5.5.2 "),
        ("MAIL FROM:<" + "a" * 3000 + "@b.be>", "500 5.5.2 "),
        ("QUIT", "221 2.0.0 "),
    ],
)
def test_replies_have_enhanced_status_codes(
    intake: RunningIntake, command: str, answer: str
) -> None:
    with RawClient(intake.smtp_port) as client:
        client.reply()
        client.say("EHLO client.example")
        assert client.say(command).startswith(answer)


def test_commands_sent_ahead_are_answered_in_order(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.reply()
        client.send(
            b"EHLO client.example\r\n"
            b"MAIL FROM:<" + SUPPLIER.encode() + b">\r\nRCPT TO:<" + PURCHASE.encode() + b">\r\n"
            b"DATA\r\nSubject: een\r\n\r\n..een\r\n.\r\n"
            b"MAIL FROM:<>\r\nRCPT TO:<" + PURCHASE.encode() + b">\r\nDATA\r\n.\r\nQUIT\r\n"
        )
        codes = [client.reply()[:3] for _ in range(9)]
        assert codes == ["250", "250", "250", "354", "250", "250", "250", "354", "250"]
        assert client.reply().startswith("221")
    assert [one.raw for one in intake.kept()] == [b"Subject: een\r\n\r\n.een\r\n", b""]


@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r.\n",
        b"\r\n\x00.\r\n", b"\r\n.\x00\r\n", b"\r\n. \r\n", b"\r\n.\r\r\n", b"\n\n.\r\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_no_other_end_of_data_smuggles_a_second_mail(
    intake: RunningIntake, end: bytes, piece: int
) -> None:
    """All of it is one mail, whatever a laxer server would have seen (CVE-2023-51764)."""
    smuggled = b"MAIL FROM:<baas@kantoor.example>\r\nRCPT TO:<r@x>\r\nDATA\r\nakkoord\r\n"
    content = b"Subject: x\r\n\r\ntext" + end + smuggled
    with RawClient(intake.smtp_port) as client:
        client.begin()
        whole = content + b".\r\n"
        for at in range(0, len(whole), piece):
            client.send(whole[at : at + piece])
        assert client.reply().startswith("250 2.0.0 ")
        assert client.say("NOOP") == "250 2.0.0 OK"
    expected = content.replace(b"\r\n.", b"\r\n") if b"\r\n." in end else content
    assert intake.only_kept().raw == expected


def test_every_byte_is_kept(intake: RunningIntake) -> None:
    """NUL, 8 bits, bare CR and LF, spaces at line ends, lines far over 1000 octets."""
    content = (
        b"Subject: \xe9\xff\x00\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"
        b"bare\nlf\rcr  \t\r\n" + bytes(range(256)) + b"\r\n" + b"z" * 1_000_000 + b"\r\n"
    )
    with RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert client.reply().startswith("250 2.0.0 ")
    assert intake.only_kept().raw == content


def test_smtputf8_addresses_arrive_whole(intake: RunningIntake) -> None:
    with smtplib.SMTP("127.0.0.1", intake.smtp_port) as client:
        client.ehlo()
        client.send_message(
            mail(), "zoë@drukkerij.example", [PURCHASE], mail_options=["SMTPUTF8", "BODY=8BITMIME"]
        )
    assert intake.only_kept().envelope.envelope_sender == "zoë@drukkerij.example"


def test_a_sender_in_no_known_encoding_does_not_stop_the_mail(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.reply()
        client.say("HELO client.example")
        client.send(b"MAIL FROM:<zo\xeb@b.be>\r\n")
        assert client.reply() == "250 2.1.0 ok"
        client.say(f"RCPT TO:<{PURCHASE}>")
        client.say("DATA")
        assert client.say("x\r\n.").startswith("250 2.0.0")
    assert intake.only_kept().envelope.envelope_sender == "zo\ufffd@b.be"


def test_a_client_that_leaves_in_the_middle_of_a_mail_leaves_nothing(
    intake: RunningIntake,
) -> None:
    with RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(b"Subject: half\r\n\r\nhal")
    deliver(intake)
    assert b"half" not in intake.only_kept().raw


def test_a_mail_over_the_limit_gets_552_and_the_connection_goes_on(tmp_path: Path) -> None:
    with (
        running_intake(tmp_path, smtp={"max_size": 1024 * 1024}) as intake,
        RawClient(intake.smtp_port) as client,
    ):
        client.begin()
        client.send(b"x" * 3_000_000 + b"\r\n.\r\n")
        assert client.reply().startswith("552 5.3.4 The mail is larger than 1 MB")
        client.say(f"MAIL FROM:<{SUPPLIER}>")
        client.say(f"RCPT TO:<{PURCHASE}>")
        client.say("DATA")
        client.send(b"." * 10 + b"x" * (1024 * 1024 - 12) + b"\r\n.\r\n")
        assert client.reply().startswith("250 2.0.0")
        assert len(intake.only_kept().raw) == 1024 * 1024 - 1


def test_a_large_mail_goes_to_disk_while_it_comes(intake: RunningIntake) -> None:
    content = b"Subject: large\r\n\r\n" + b"y" * 3_000_000 + b"\r\n"
    with RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(content[:2_000_000])
        half = intake.spool.folder
        eventually(lambda: any(one.stat().st_size > 1_000_000 for one in half.glob(".*.new")))
        client.send(content[2_000_000:] + b".\r\n")
        assert client.reply().startswith("250 2.0.0")
    assert intake.only_kept().raw == content
    assert [one.suffix for one in half.iterdir()] == [".mail"]


def test_of_a_large_mail_that_was_given_up_nothing_stays(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(b"y" * 1_000_000)
        eventually(lambda: any(intake.spool.folder.glob(".*.new")))
    eventually(lambda: not any(intake.spool.folder.iterdir()))


def test_mails_of_one_moment_share_a_file(intake: RunningIntake) -> None:
    """And with it the wait for the disk; each has its own id and envelope."""
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(RawClient(intake.smtp_port)) for _ in range(5)]
        for number, client in enumerate(clients):
            client.begin(sender=f"{number}@b.example")
        for number, client in enumerate(clients):
            client.send(f"Subject: {number}\r\n\r\n.\r\n".encode())
        ids = {client.reply().split()[2] for client in clients}
    assert ids == set(intake.spool.entries())
    assert {
        (one.envelope.envelope_sender[0], one.raw[9:10].decode()) for one in intake.kept()
    } == {(str(n), str(n)) for n in range(5)}
    for one in ids:
        intake.spool.remove(one)
    assert list(intake.spool.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("seconds", "received"), [("_MAIL_SECONDS", 0), ("_PIECE_SECONDS", 0), ("_SLOWEST", 1 << 30)]
)
def test_a_mail_that_takes_too_long_is_cut_off_and_its_rest_is_no_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: str, received: int
) -> None:
    monkeypatch.setattr(smtp_listeners, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(smtp_stream, "_PIECE_SECONDS", 0.05 if received else 60)
    monkeypatch.setattr(smtp_stream, seconds, received or 0.05)
    with running_intake(tmp_path) as intake, RawClient(intake.smtp_port) as client:
        client.begin()
        client.send(b"Subject: slow\r\n")
        assert client.reply() == "421 4.4.2 That took too long"
        assert client.reply() == ""
        assert intake.kept() == []


def test_who_says_nothing_is_left_and_sooner_when_places_are_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_listeners, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(smtp_listeners, "CROWDED_SECONDS", 0.05)
    with running_intake(tmp_path, smtp={"max_connections": 3}) as intake, ExitStack() as open_ones:
        first, second = (open_ones.enter_context(RawClient(intake.smtp_port)) for _ in range(2))
        assert first.say("NOOP").startswith("220")
        with RawClient(intake.smtp_port) as third:
            third.begin()
            assert first.reply().startswith("250")
            assert first.reply() == second.reply()[:0] + "421 4.4.2 That took too long"
            assert third.say("a mail is no silence\r\n.").startswith("250 2.0.0")


def test_one_recipient_too_many_gets_452(tmp_path: Path) -> None:
    section = {"limits": {"recipients_per_mail": 2}}
    with running_intake(tmp_path, **section) as intake:
        with RawClient(intake.smtp_port) as client:
            client.reply()
            client.say("EHLO client.example")
            client.say(f"MAIL FROM:<{SUPPLIER}>")
            replies = [client.say(f"RCPT TO:<{PURCHASE}>")[:9] for _ in range(3)]
        assert replies == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]


def test_a_client_that_sends_too_fast_gets_451_until_a_minute_has_passed(tmp_path: Path) -> None:
    clock = StoppedClock(NOON)
    section = {"limits": {"mails_per_minute": 2}}
    with (
        running_intake(tmp_path, **section, clock=clock) as intake,
        RawClient(intake.smtp_port) as client,
    ):
        client.reply()
        client.say("EHLO client.example")
        replies = []
        for _ in range(3):
            replies.append(client.say(f"MAIL FROM:<{SUPPLIER}>")[:9])
            client.say("RSET")
        assert replies == ["250 2.1.0", "250 2.1.0", "451 4.7.0"]


def test_one_connection_too_many_gets_421(tmp_path: Path) -> None:
    section = {"smtp": {"max_connections": 2}}
    with (
        running_intake(tmp_path, **section) as intake,
        RawClient(intake.smtp_port) as first,
        RawClient(intake.smtp_port) as second,
    ):
        assert first.reply()[:3] == second.reply()[:3] == "220"
        with RawClient(intake.smtp_port) as third:
            assert third.reply().startswith("421 4.7.0 ")
            assert third.reply() == ""
        assert first.say("QUIT")[:3] == "221"
        assert first.reply() == ""
        with RawClient(intake.smtp_port) as fourth:
            assert fourth.reply()[:3] == "220"


def test_who_guesses_addresses_is_hung_up_on(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as client:
        client.reply()
        client.say("EHLO client.example")
        client.say(f"MAIL FROM:<{SUPPLIER}>")
        replies = [client.say(f"RCPT TO:<guess-{n}@{DOMAIN}>")[:3] for n in range(20)]
        assert replies == ["550"] * 19 + ["421"]
        assert client.reply() == ""


class BrokenSpool(Spool):
    """A spool whose disk breaks after the room was checked."""

    def put_all(self, mails: Sequence[tuple[Draft, Envelope]]) -> list[Temporary | None]:
        return [SpoolFailed("input/output error") for _ in mails]


@pytest.mark.feature("KA-MAIL-03")
def test_a_disk_that_cannot_write_puts_the_mail_off(tmp_path: Path) -> None:
    with running_intake(tmp_path, spool=BrokenSpool(tmp_path / "spool")) as intake:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            deliver(intake)
        assert refused.value.smtp_code == 451
        assert refused.value.smtp_error.startswith(b"4.3.0 ")
        assert intake.kept() == []


def test_a_full_disk_puts_mails_off_before_they_are_sent(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", min_free_disk=1 << 60)
    with (
        running_intake(tmp_path, spool=spool) as intake,
        pytest.raises(smtplib.SMTPSenderRefused) as refused,
    ):
        deliver(intake)
    assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (452, b"4.3.1")


def test_without_a_directory_recipients_are_put_off_not_refused(tmp_path: Path) -> None:
    (tmp_path / "directory.json").write_text("{}")
    with running_intake(tmp_path) as intake:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            deliver(intake)
        assert refused.value.recipients[PURCHASE][0] == 451


def test_a_mistake_of_our_own_is_answered_451_so_that_nothing_is_lost(
    intake: RunningIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.entrypoints.smtp_reception.read_recipient", lambda _: 1 / 0)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        deliver(intake)
    code, text = refused.value.recipients[PURCHASE]
    assert (code, text[:5]) == (451, b"4.3.0")
    assert b"ZeroDivision" not in text


def test_a_port_in_use_is_one_clear_sentence(intake: RunningIntake, tmp_path: Path) -> None:
    section = {"smtp": {"listen": f"127.0.0.1:{intake.smtp_port}"}}
    with (
        pytest.raises(
            Permanent, match=rf"cannot listen on 127.0.0.1:{intake.smtp_port}: .*in use"
        ),
        running_intake(tmp_path, **section),
    ):
        pass


def test_stopping_lets_a_mail_that_is_coming_in_end(intake: RunningIntake) -> None:
    with RawClient(intake.smtp_port) as busy, RawClient(intake.smtp_port) as idle:
        busy.begin()
        idle.reply()
        busy.send(b"Subject: last\r\n\r\n")
        assert intake.spool.entries() == []
        stopping = threading.Thread(target=intake.server.stop)
        stopping.start()
        assert idle.reply().startswith("421 4.3.2 ")
        assert idle.reply() == ""
        assert busy.say("text\r\n.").startswith("250 2.0.0")
        stopping.join()
    assert b"last" in intake.only_kept().raw


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def make_certificate(folder: Path) -> dict[str, Path]:
    cert, key = folder / "cert.pem", folder / "key.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}",
        "-keyout", key, "-out", cert,
    )  # fmt: skip
    return {"tls_cert": cert, "tls_key": key}


def test_starttls(tmp_path: Path, certificate: dict[str, Path]) -> None:
    with running_intake(tmp_path, smtp=dict(certificate)) as intake:
        with smtplib.SMTP("127.0.0.1", intake.smtp_port) as client:
            client.starttls()
            client.ehlo()
            assert not client.has_extn("starttls")
            assert not client.has_extn("auth")
            client.send_message(mail(), SUPPLIER, [PURCHASE])
        assert intake.only_kept().envelope.envelope_sender == SUPPLIER


def test_commands_sent_ahead_of_starttls_are_thrown_away(
    tmp_path: Path, certificate: dict[str, Path]
) -> None:
    """Else who sits on the line could put words into an encrypted session (RFC 3207 §5)."""
    trusting = ssl.create_default_context(cafile=certificate["tls_cert"])
    with (
        running_intake(tmp_path, smtp=dict(certificate)) as intake,
        smtplib.SMTP("127.0.0.1", intake.smtp_port) as client,
    ):
        client.ehlo()
        client.sock.sendall(b"STARTTLS\r\nMAIL FROM:<baas@kantoor.example>\r\n")
        assert client.getreply()[0] == 220
        client.sock = trusting.wrap_socket(client.sock, server_hostname=DOMAIN)
        client.file = None
        client.ehlo()
        assert client.docmd("RCPT", f"TO:<{PURCHASE}>")[0] == 503


def test_a_renewed_certificate_is_used_and_a_spoilt_one_is_not(
    tmp_path: Path, certificate: dict[str, Path], other_certificate: dict[str, Path]
) -> None:
    files = {name: tmp_path / path.name for name, path in certificate.items()}
    for name, path in files.items():
        path.write_bytes(certificate[name].read_bytes())
    with running_intake(tmp_path, smtp=dict(files)) as intake:
        for renewed in (certificate, other_certificate):
            for name, path in files.items():
                path.write_bytes(renewed[name].read_bytes())
            assert_encrypts(intake, renewed)
        files["tls_cert"].write_text("spoilt")
        assert_encrypts(intake, other_certificate)


def assert_encrypts(intake: RunningIntake, certificate: dict[str, Path]) -> None:
    trusting = ssl.create_default_context(cafile=certificate["tls_cert"])
    with smtplib.SMTP("127.0.0.1", intake.smtp_port) as client:
        client._host = DOMAIN
        assert client.starttls(context=trusting)[0] == 220


def test_a_bad_certificate_is_one_clear_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "cert.pem"
    bad.write_text("no certificate")
    section = {"smtp": {"tls_cert": bad, "tls_key": bad}}
    with (
        pytest.raises(Permanent, match=r"the certificate .*cert\.pem is no good"),
        running_intake(tmp_path, **section),
    ):
        pass


def test_lmtp_answers_for_each_recipient(intake: RunningIntake) -> None:
    question = f"vraag-0400000185@{DOMAIN}"
    with RawClient(intake.lmtp_port, greeting="LHLO mta.example") as client:
        client.begin(PURCHASE, question)
        client.send(b"Subject: x\r\n\r\ntext\r\n.\r\n")
        first, second = client.reply(), client.reply()
        assert first == second == f"250 2.0.0 {intake.spool.entries()[0]} kept"
        assert client.say("EHLO client.example").startswith("500 5.5.2")
        assert client.say("QUIT").startswith("221")
    assert intake.only_kept().envelope.channel is Channel.LMTP


@pytest.mark.parametrize("protocol", ["SMTP", "LMTP"])
def test_swaks_delivers(intake: RunningIntake, protocol: str) -> None:
    port = intake.smtp_port if protocol == "SMTP" else intake.lmtp_port
    run(
        "swaks", "--server", f"127.0.0.1:{port}", "--protocol", protocol, "--from", SUPPLIER,
        "--to", PURCHASE, "--header", "Subject: swaks", "--body", "@-", "--silent", "3",
        typed=b"een\n.\n..\ntwee\n",
    )  # fmt: skip
    raw = intake.only_kept().raw
    assert b"Subject: swaks" in raw
    assert b"een\r\n.\r\n..\r\ntwee\r\n" in raw
