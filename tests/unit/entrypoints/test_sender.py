"""Each mail is sent, deferred or failed by itself; its bounces and answers are known again."""

import asyncio
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import dkim
import pytest

from mailbot.domain.errors import Temporary
from mailbot.domain.outbox import OutboxEntry, OutboxState
from mailbot.entrypoints.dkim_signer import DkimSigner
from mailbot.entrypoints.outgoing import (
    Delivered,
    FolderTransport,
    Outcome,
    SmtpTransport,
    Transport,
)
from mailbot.entrypoints.sender import RETRY_MINUTES, Sender
from mailbot.mail.address import read_recipient
from mailbot.settings import Outbound
from storage.addresses import find_reach
from storage.audit import events_about
from storage.reply_tokens import token_hash
from storage.tokens import find_token_of
from tests.kit.browser import House, open_house
from tests.kit.keys import make_key
from tests.kit.office import APPROVER, MANAGER
from tests.kit.ports import free_port
from tests.kit.story import Postbox

PRIVATE, RECORD = make_key(1024)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    opened = Postbox()
    opened.start()
    yield opened
    opened.stop()


class Says:
    """A transport that says what it is told to."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[str] = []

    async def send(self, entry: OutboxEntry, raw: bytes) -> Delivered:
        self.sent.append(entry.id)
        return Delivered(self.outcomes.pop(0), "the answer")


def sender(house: House, transport: Transport) -> Sender:
    return Sender(house.context, transport, DkimSigner())


def smtp(port: int, **outbound: object) -> SmtpTransport:
    values = {"host": "127.0.0.1", "port": port, "security": "none", **outbound}
    return SmtpTransport(Outbound.model_validate(values))


def run(one: Sender) -> int:
    return asyncio.run(one.send_waiting())


def states(house: House) -> list[OutboxState]:
    """Return how the letters of the test stand, in the order they were written."""
    return [entry.state for entry in letters(house)]


def letters(house: House) -> list[OutboxEntry]:
    found = [entry for entry in house.mails() if entry.key.startswith("test:")]
    return sorted(found, key=lambda entry: entry.key)


def parsed(raw: bytes) -> EmailMessage:
    return BytesParser(policy=email.policy.default).parsebytes(raw)


def test_a_sent_mail_is_signed_threaded_and_answerable(house: House, postbox: Postbox) -> None:
    document = house.invoice()
    house.letter(document)
    signer = DkimSigner(b"mail", PRIVATE)
    assert run(Sender(house.context, smtp(postbox.port), signer)) == 1
    (mail,) = postbox.mails
    assert dkim.verify(mail.raw, dnsfunc=lambda _name, timeout=5: RECORD.encode())
    message = parsed(mail.raw)
    (entry,) = house.mails()
    assert (entry.state, entry.tries, entry.sent_at) == (
        OutboxState.SENT,
        1,
        house.context.now(),
    )
    assert message["Message-ID"] == entry.message_id
    assert message["References"] == f"<document.{document.id}@mailbot.localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert postbox.mails[0].recipient == APPROVER
    with house.context.database.reading() as session:
        token = find_token_of(session, entry.id)
    assert token is not None
    bounces = read_recipient(entry.envelope_sender)
    answers = read_recipient(str(message["Reply-To"]))
    assert (bounces.kind.value, answers.kind.value) == ("bounce", "reply")
    assert token_hash(answers.token) == token.hash
    # who was shown the mail knows where answers go, and not where bounces return
    assert bounces.token != answers.token


def test_the_envelope_says_where_bounces_return(house: House) -> None:
    seen: list[str] = []

    class Listens(Postbox):
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            seen.append(envelope.mail_from)
            return await super().handle_DATA(_server, _session, envelope)

    listening = Listens()
    listening.start()
    try:
        house.letter(house.invoice())
        run(sender(house, smtp(listening.port)))
    finally:
        listening.stop()
    assert seen == [house.mails()[0].envelope_sender]
    assert seen[0].startswith("b.")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("250 OK", OutboxState.SENT),
        ("450 4.2.1 mailbox busy", OutboxState.DEFERRED),
        ("451 4.7.1 greylisted", OutboxState.DEFERRED),
        ("550 5.1.1 no such user", OutboxState.FAILED),
        ("552 5.2.2 mailbox full", OutboxState.FAILED),
    ],
)
def test_what_the_smarthost_answers(
    house: House, postbox: Postbox, answer: str, state: OutboxState
) -> None:
    postbox.refuse[APPROVER] = answer
    house.letter(house.invoice())
    run(sender(house, smtp(postbox.port)))
    (entry,) = letters(house)
    assert entry.state is state
    assert answer[4:] in entry.last_answer
    if state is OutboxState.DEFERRED:
        assert entry.not_before == house.context.now() + timedelta(minutes=RETRY_MINUTES[0])


def test_a_mail_that_cannot_arrive_is_told_to_the_manager(house: House, postbox: Postbox) -> None:
    postbox.refuse[APPROVER] = "550 5.1.1 no such user"
    document = house.invoice()
    house.letter(document)
    run(sender(house, smtp(postbox.port)))
    (told,) = set(house.mails()) - set(letters(house))
    assert told.recipient == MANAGER
    with house.context.database.reading() as session:
        reach = find_reach(session, APPROVER)
        assert reach is not None
        assert reach.given_up_at is not None
        assert "no such user" in reach.diagnostic
        kinds = [event.kind.value for event in events_about(session, document.id)]
    assert "letter_failed" in kinds
    assert "address_bounced" in kinds
    postbox.refuse[MANAGER] = "550 5.1.1 gone too"
    for _ in range(4):
        run(sender(house, smtp(postbox.port)))
    assert len(house.mails()) < 5, "a notice that cannot arrive makes no endless chain"


def test_a_bad_address_holds_up_no_other_mail(house: House, postbox: Postbox) -> None:
    postbox.refuse[APPROVER] = "550 5.1.1 no such user"
    document = house.invoice()
    house.letter(document)
    house.letter(document, to=MANAGER)
    assert run(sender(house, smtp(postbox.port))) == 2
    assert states(house) == [OutboxState.FAILED, OutboxState.SENT]


@pytest.mark.parametrize("outbound", [{}, {"security": "tls"}, {"security": "starttls"}])
def test_a_smarthost_that_is_away_or_speaks_no_tls_defers(
    house: House, postbox: Postbox, outbound: dict[str, object]
) -> None:
    port = postbox.port if outbound else free_port()
    house.letter(house.invoice())
    run(sender(house, smtp(port, **outbound)))
    assert states(house) == [OutboxState.DEFERRED]
    assert postbox.mails == []


def test_a_lost_password_file_defers(house: House, postbox: Postbox, tmp_path: Path) -> None:
    house.letter(house.invoice())
    gone = tmp_path / "gone"
    run(sender(house, smtp(postbox.port, user="mailbot", password_file=gone)))
    assert states(house) == [OutboxState.DEFERRED]


def test_the_timetable_is_kept_and_then_given_up(house: House) -> None:
    house.letter(house.invoice())
    transport = Says(*[Outcome.DEFERRED] * (len(RETRY_MINUTES) + 1))
    one = sender(house, transport)
    for minutes in RETRY_MINUTES:
        assert run(one) == 1
        assert states(house) == [OutboxState.DEFERRED]
        house.clock.move(timedelta(minutes=minutes, seconds=-1))
        assert run(one) == 0
        house.clock.move(timedelta(seconds=1))
    assert run(one) == 1
    assert states(house) == [OutboxState.FAILED]
    assert sum(RETRY_MINUTES) / 60 / 24 == pytest.approx(5, abs=0.5)


def test_it_is_sent_when_the_smarthost_returns(house: House) -> None:
    house.letter(house.invoice())
    transport = Says(Outcome.DEFERRED, Outcome.SENT)
    run(sender(house, transport))
    house.clock.move(timedelta(minutes=1))
    run(sender(house, transport))
    assert states(house) == [OutboxState.SENT]
    assert house.mails()[0].tries == 2


def test_a_mail_whose_file_is_lost_fails_alone(house: House) -> None:
    document = house.invoice()
    house.letter(document)
    house.context.blobs.path(house.mails()[0].sha256).unlink()
    house.letter(document, to=MANAGER)
    transport = Says(Outcome.SENT)
    run(sender(house, transport))
    assert states(house) == [OutboxState.FAILED, OutboxState.SENT]


def test_a_mail_whose_file_cannot_be_read_now_is_sent_later_and_keeps_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = house.invoice()
    house.letter(document)
    house.letter(document, to=MANAGER)
    away, get = house.mails()[0].sha256, house.context.blobs.get

    def ill(sha256: str) -> bytes:
        if sha256 == away:
            raise Temporary("the bucket does not answer")
        return get(sha256)

    with monkeypatch.context() as patched:
        patched.setattr(house.context.blobs, "get", ill)
        run(sender(house, Says(Outcome.SENT)))
    assert sorted(states(house)) == [OutboxState.DEFERRED, OutboxState.SENT]
    house.clock.move(timedelta(minutes=1))
    run(sender(house, Says(Outcome.SENT)))
    assert states(house) == [OutboxState.SENT, OutboxState.SENT]


def test_without_a_smarthost_mails_are_files(house: House, tmp_path: Path) -> None:
    house.letter(house.invoice())
    run(sender(house, FolderTransport(tmp_path / "outbox")))
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == f"{house.mails()[0].id}.eml"
    assert parsed(file.read_bytes())["To"]


def test_it_runs_until_it_is_stopped(house: House) -> None:
    house.letter(house.invoice())
    transport = Says(Outcome.SENT)
    one = sender(house, transport)
    one.start()
    try:
        for _ in range(100):
            if states(house) == [OutboxState.SENT]:
                break
            one._stopping.wait(0.05)
    finally:
        one.stop()
    assert states(house) == [OutboxState.SENT]
    assert len(transport.sent) == 1


def test_a_sender_that_was_paused_since_its_claim_sends_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.letter(house.invoice())
    monkeypatch.setattr("mailbot.entrypoints.sender._LEASE", timedelta(0))
    paused = Says()
    run(sender(house, paused))
    assert paused.sent == []
    monkeypatch.undo()
    run(sender(house, Says(Outcome.SENT)))
    assert [entry.state for entry in house.mails()] == [OutboxState.SENT]


def test_a_mail_that_left_is_kept_as_sent_once_the_database_answers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.letter(house.invoice())
    one = sender(house, Says(Outcome.SENT))
    settle, downs = one._settle, iter([Temporary("down")])

    def down_once(*words: Any) -> None:
        for down in downs:
            raise down
        settle(*words)

    monkeypatch.setattr(one, "_settle", down_once)
    monkeypatch.setattr("mailbot.entrypoints.sender._TROUBLE_SECONDS", 0.01)
    run(one)
    assert [entry.state for entry in house.mails()] == [OutboxState.SENT]
