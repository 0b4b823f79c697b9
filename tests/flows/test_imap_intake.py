"""Mail is fetched from a real Dovecot: spooled first, marked then, and never missed or lost."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientError

from mailbot.domain.errors import Temporary
from mailbot.domain.mail import Channel
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.imap_box import ImapBox
from mailbot.entrypoints.imap_fetcher import ImapFetcher
from mailbot.settings import SettingsError
from storage.spool import Spool, SpooledMail
from tests.kit.dns import dns_server
from tests.kit.dovecot import USER, Dovecot, dovecot
from tests.kit.smtp import DOMAIN, PURCHASE, SUPPLIER, settings, token, write_facts


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def box(server: Dovecot) -> Iterator[Dovecot]:
    """The server with an empty mailbox."""
    with server.mailbox() as client:
        client.delete_messages(client.search())
        client.expunge()
    yield server


class Fetching:
    """A fetcher with its spool; making another one is a restart."""

    def __init__(self, server: Dovecot, data: Path, dns: str, **account: object) -> None:
        self.settings = settings(
            data,
            dns={"server": dns},
            trusted_authserv={"ids": ("mx.kantoor.example",)},
            smtp={"max_size": 100_000},
        )
        self.spool = open_spool(self.settings)
        self.account = server.account(**account)
        self.fetcher = self.restart()

    def restart(self) -> ImapFetcher:
        self.fetcher = ImapFetcher(self.settings, self.account, self.spool, lambda: None)
        return self.fetcher

    def once(self) -> int:
        return self.fetcher.fetch_once()

    def kept(self) -> list[SpooledMail]:
        return [self.spool.read(one) for one in self.spool.entries()]

    def subjects(self) -> list[bytes]:
        return [one.raw.partition(b"\r\n")[0].removeprefix(b"Subject: ") for one in self.kept()]


@pytest.fixture
def fetching(box: Dovecot, tmp_path: Path) -> Iterator[Callable[..., Fetching]]:
    write_facts(tmp_path)
    with dns_server({}) as dns:
        yield lambda **account: Fetching(box, tmp_path, dns, **account)


def raw_mail(subject: str, *headers: str, to: str = PURCHASE) -> bytes:
    lines = [f"Subject: {subject}", f"Delivered-To: {to}", f"Return-Path: <{SUPPLIER}>", *headers]
    return "\r\n".join([*lines, f"From: {SUPPLIER}", "", "Onze factuur.", ""]).encode()


@pytest.mark.feature("CF-IN-02")
def test_a_mail_is_kept_byte_for_byte_and_marked(box: Dovecot, fetching: Callable) -> None:
    raw = raw_mail("een") + b"\xff 8 bits\r\n"
    box.append(raw)
    run = fetching()
    assert run.once() == 1
    (kept,) = run.kept()
    assert kept.raw == raw
    assert kept.envelope.channel is Channel.IMAP
    assert kept.envelope.envelope_sender == SUPPLIER
    assert kept.envelope.envelope_recipients == (PURCHASE,)
    with box.mailbox() as client:
        (uid,) = client.search()
        validity = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
        assert {b"\\Seen", b"MailbotKept"} <= set(client.get_flags([uid])[uid])
    assert kept.envelope.source_key == f"imap:{USER}@127.0.0.1/INBOX:{validity}:{uid}"
    assert run.once() == 0


def test_a_crash_between_spool_and_mark_gives_the_same_source_key(
    box: Dovecot, fetching: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.append(raw_mail("een"))
    run = fetching()
    with monkeypatch.context() as patch:
        patch.setattr(ImapBox, "mark", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run.once()
    run.restart()
    assert run.once() == 1
    first, second = run.kept()
    assert first.envelope.source_key == second.envelope.source_key
    assert first.envelope.spool_id != second.envelope.spool_id


def test_a_mail_that_somebody_read_before_us_is_not_missed(
    box: Dovecot, fetching: Callable
) -> None:
    run = fetching()
    run.once()
    box.append(raw_mail("gelezen"), flags=("\\Seen",))
    run.restart()
    assert run.once() == 1


def test_what_was_read_before_we_ever_came_is_not_imported(
    box: Dovecot, fetching: Callable
) -> None:
    box.append(raw_mail("oud"), flags=("\\Seen",))
    box.append(raw_mail("nieuw"))
    run = fetching()
    assert run.once() == 1
    assert run.subjects() == [b"nieuw"]
    run.restart()
    assert run.once() == 0


def test_a_kept_mail_marked_as_unread_is_not_fetched_again(
    box: Dovecot, fetching: Callable
) -> None:
    box.append(raw_mail("een"))
    run = fetching()
    run.once()
    with box.mailbox() as client:
        client.remove_flags(client.search(), ["\\Seen"])
    run.restart()
    assert run.once() == 0


def test_a_change_of_uidvalidity_loses_nothing(box: Dovecot, fetching: Callable) -> None:
    with box.mailbox() as client:
        client.create_folder("Facturen")
    try:
        box.append(raw_mail("een"), "Facturen")
        run = fetching(folder="Facturen")
        assert run.once() == 1
        with box.mailbox() as client:
            client.delete_folder("Facturen")
            client.create_folder("Facturen")
        box.append(raw_mail("twee"), "Facturen")
        run.restart()
        assert run.once() == 1
        first, second = (one.envelope.source_key for one in run.kept())
        assert first.rpartition(":")[2] == second.rpartition(":")[2] == "1"
        assert first != second
        assert run.once() == 0
    finally:
        with box.mailbox() as client:
            client.delete_folder("Facturen")


def test_kept_mails_move_to_the_done_folder(box: Dovecot, fetching: Callable) -> None:
    box.append(raw_mail("een"))
    run = fetching(done_folder="Verwerkt")
    assert run.once() == 1
    with box.mailbox() as client:
        assert client.search() == []
    with box.mailbox("Verwerkt") as client:
        assert len(client.search()) == 1


def test_a_server_without_move_idle_and_uidplus_is_served_too(
    tmp_path: Path, fetching: Callable
) -> None:
    with dovecot("IMAP4rev1") as plain, dns_server({}) as dns:
        run = Fetching(plain, tmp_path, dns, done_folder="Verwerkt")
        plain.append(raw_mail("een"))
        assert run.once() == 1
        with plain.mailbox("Verwerkt") as client:
            assert len(client.search()) == 1
        assert run.once() == 0


@pytest.mark.parametrize(
    ("headers", "recipient"),
    [
        (["Delivered-To: postbus@host.example", f"X-Original-To: VRAAG-bakker@{DOMAIN}"],
         f"vraag-bakker@{DOMAIN}"),
        ([f"Envelope-To: <{PURCHASE}>"], PURCHASE),
        (["Delivered-To: postbus@host.example"], f"divers-bakker@{DOMAIN}"),
        ([f"Delivered-To: aankoop-onbekend@{DOMAIN}"], f"divers-bakker@{DOMAIN}"),
        ([f"To: {PURCHASE}"], f"divers-bakker@{DOMAIN}"),
        ([f"Delivered-To: r.{'a' * 32}@{DOMAIN}"], f"divers-bakker@{DOMAIN}"),
    ],
)  # fmt: skip
def test_the_recipient_comes_from_who_delivered_it(
    box: Dovecot, fetching: Callable, headers: list[str], recipient: str
) -> None:
    box.append("\r\n".join([*headers, "Subject: x", "", ""]).encode())
    run = fetching(default_recipient=f"divers-bakker@{DOMAIN}")
    assert run.once() == 1
    assert run.kept()[0].envelope.envelope_recipients == (recipient,)


def test_a_reply_token_in_delivered_to_is_understood(box: Dovecot, fetching: Callable) -> None:
    address = f"r.{token()}@{DOMAIN}"
    box.append(raw_mail("x", to=address.upper()))
    run = fetching()
    run.once()
    assert run.kept()[0].envelope.envelope_recipients == (address,)


def test_what_nobody_can_place_goes_to_the_postmaster(box: Dovecot, fetching: Callable) -> None:
    box.append(b"Subject: x\r\nTo: iemand@elders.example\r\n\r\n")
    run = fetching()
    assert run.once() == 1
    assert run.kept()[0].envelope.envelope_recipients == (f"postmaster@{DOMAIN}",)


def test_a_blacklisted_sender_is_not_fetched(box: Dovecot, fetching: Callable) -> None:
    box.append(
        b"Return-Path: <x@reclame.example>\r\nDelivered-To: " + PURCHASE.encode() + b"\r\n\r\n"
    )
    run = fetching()
    assert run.once() == 0
    assert run.kept() == []


def test_the_word_of_the_trusted_server_is_kept_with_the_mail(
    box: Dovecot, fetching: Callable
) -> None:
    results = (
        "Authentication-Results: mx.kantoor.example; dmarc=pass header.from=drukkerij.example"
    )
    box.append(raw_mail("x", results))
    run = fetching()
    run.once()
    authentication = run.kept()[0].envelope.authentication
    assert authentication.aligned
    assert authentication.source == "mx.kantoor.example"


def test_one_bad_mail_does_not_hold_up_the_others(
    box: Dovecot, fetching: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("een", "slecht", "drie"):
        box.append(raw_mail(subject))
    run = fetching()
    whole = ImapBox.fetch

    def fetch(self: ImapBox, uid: int) -> bytes:
        raw = whole(self, uid)
        if b"slecht" in raw:
            raise IMAPClientError("FETCH failed")
        return raw

    with monkeypatch.context() as patch:
        patch.setattr(ImapBox, "fetch", fetch)
        assert [run.once() for _ in range(5)] == [2, 0, 0, 0, 0]
    assert run.subjects() == [b"een", b"drie"]
    run.restart()
    assert run.once() == 1
    assert run.subjects() == [b"een", b"drie", b"slecht"]


def test_a_mail_that_breaks_the_connection_is_passed_by_after_three_times(
    box: Dovecot, fetching: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("slecht", "twee"):
        box.append(raw_mail(subject))
    run = fetching()
    whole = ImapBox.fetch

    def fetch(self: ImapBox, uid: int) -> bytes:
        raw = whole(self, uid)
        if b"slecht" in raw:
            raise ConnectionResetError
        return raw

    monkeypatch.setattr(ImapBox, "fetch", fetch)
    for _ in range(3):
        with pytest.raises(ConnectionResetError):
            run.once()
    assert run.once() == 1
    assert run.subjects() == [b"twee"]


def test_a_mail_over_the_limit_stays_unread_in_the_mailbox_and_is_told_of(
    box: Dovecot, fetching: Callable
) -> None:
    box.append(raw_mail("groot") + b"x" * 200_000)
    box.append(raw_mail("klein"))
    run = fetching()
    assert run.once() == 1
    assert run.once() == 0
    with box.mailbox() as client:
        assert len(client.search("UNSEEN")) == 1
    told = [one for one in run.kept() if one.envelope.source_key.startswith("imap-too-large:")]
    (notice,) = told
    assert notice.envelope.envelope_recipients == (f"postmaster@{DOMAIN}",)
    assert b"Subject: groot" in notice.raw
    assert b"te groot om op te halen" in notice.raw
    assert len(notice.raw) < 2000
    run.restart().fetch_once()
    keys = {one.envelope.source_key for one in run.kept()}
    assert len(keys) == 2, "told again under the same key, which changes nothing"


def test_a_server_that_takes_no_marks_does_not_give_a_mail_twice(
    box: Dovecot, fetching: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mark(self: ImapBox, uid: int) -> None:
        raise IMAPClientError("STORE failed: read-only")

    monkeypatch.setattr(ImapBox, "mark", mark)
    box.append(raw_mail("een"))
    run = fetching()
    assert [run.once(), run.once()] == [1, 0]


@pytest.mark.feature("KA-MAIL-03")
def test_what_cannot_be_kept_now_stays_in_the_mailbox(
    box: Dovecot, fetching: Callable, tmp_path: Path
) -> None:
    box.append(raw_mail("een"))
    run = fetching()
    room, run.spool = run.spool, Spool(tmp_path / "full", min_free_disk=1 << 60)
    run.restart()
    for _ in range(4):
        with pytest.raises(Temporary):
            run.once()
    with box.mailbox() as client:
        assert len(client.search("UNSEEN")) == 1
    run.fetcher._way_in = run.fetcher._way_in.__class__(
        **{**vars(run.fetcher._way_in), "spool": room}
    )
    run.spool = room
    assert run.once() == 1


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within 15 seconds")


@pytest.mark.parametrize("capability", ["", "IMAP4rev1"])
def test_a_running_fetcher_sees_new_mail_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capability: str
) -> None:
    """By IDLE where the server can, by polling where it cannot."""
    monkeypatch.setattr("mailbot.entrypoints.imap_fetcher._POLL_SECONDS", 0.2)
    monkeypatch.setattr("mailbot.entrypoints.imap_fetcher._SLICE_SECONDS", 0.2)
    write_facts(tmp_path)
    with dovecot(capability) as own, dns_server({}) as dns:
        run = Fetching(own, tmp_path, dns)
        own.append(raw_mail("een"))
        run.fetcher.start()
        until(lambda: run.spool.count() == 1)
        own.append(raw_mail("twee"))
        until(lambda: run.spool.count() == 2)
        run.fetcher.stop()
    assert run.subjects() == [b"een", b"twee"]


def test_a_server_that_comes_back_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, box: Dovecot
) -> None:
    monkeypatch.setattr("mailbot.entrypoints.imap_fetcher._FIRST_PAUSE", 0.05)
    write_facts(tmp_path)
    with dns_server({}) as dns:
        run = Fetching(box, tmp_path, dns)
        password = box.folder / "password"
        password.rename(box.folder / "elsewhere")
        run.fetcher.start()
        box.append(raw_mail("een"))
        assert run.spool.count() == 0
        (box.folder / "elsewhere").rename(password)
        until(lambda: run.spool.count() == 1)
        run.fetcher.stop()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"password_file": None}, "give password_file or oauth"),
        ({"host": "imap.elders.example"}, "tls = false is for the loopback only"),
    ],
)
def test_an_account_that_cannot_be_right_is_refused_at_the_start(
    box: Dovecot, fetching: Callable, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(SettingsError, match=why):
        fetching(**changes)
