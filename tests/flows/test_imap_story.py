"""A mail that lies in a mailbox becomes a mail to whoever must decide, and never two."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.domain.mail import Channel, MailState
from storage.mails import recent_mails
from tests.kit.dovecot import Dovecot, dovecot
from tests.kit.mails import build_mail
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "Drukkerij <facturen@drukkerij.example>"
PURCHASE = "aankoop-0400000185@in.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def begin(server: Dovecot, data: Path) -> Story:
    account = server.account(default_recipient=PURCHASE, folder="Facturen")
    definition = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))
    return Story(data, definition, overrides={"imap": [account.model_dump()]})


@pytest.fixture
def box(server: Dovecot) -> Iterator[Dovecot]:
    """Give the server with an empty folder for invoices."""
    make_folder(server)
    yield server
    with server.mailbox() as client:
        client.delete_folder("Facturen")


def make_folder(server: Dovecot) -> None:
    with server.mailbox() as client:
        if client.folder_exists("Facturen"):
            client.delete_folder("Facturen")
        client.create_folder("Facturen")


def uidvalidity(server: Dovecot) -> int:
    with server.mailbox() as client:
        return int(client.folder_status("Facturen", ["UIDVALIDITY"])[b"UIDVALIDITY"])


def invoice(number: str) -> bytes:
    content = build_ubl(Sample(customer_vat="BE0400000185", number=number))
    headers = {"X-Number": number}
    raw = build_mail(sender=SUPPLIER, files=((f"{number}.xml", content),), headers=headers)
    return raw.replace(b"<m1@", f"<{number}@".encode())


@pytest.mark.feature("CF-IN-02")
def test_a_mail_in_the_mailbox_becomes_a_request_for_approval(
    box: Dovecot, tmp_path: Path
) -> None:
    box.append(invoice("2026-114"), "Facturen")
    with begin(box, tmp_path) as story:
        request = story.expect(APPROVER, "2026-114")
        story.reply(request, "goedgekeurd")
        story.expect(APPROVER, "2026-114")
        with story.service.context.database.reading() as session:
            (fetched,) = [m for m in recent_mails(session) if m.envelope.channel is Channel.IMAP]
        assert fetched.envelope_recipient == PURCHASE


def test_new_uids_double_no_document(box: Dovecot, tmp_path: Path) -> None:
    """A provider moved the mailbox: every mail is there again, under other numbers."""
    box.append(invoice("2026-114"), "Facturen")
    with begin(box, tmp_path) as story:
        story.expect(APPROVER, "2026-114")
        story.settle()
    before = uidvalidity(box)
    while uidvalidity(box) == before:
        time.sleep(0.2)  # Dovecot takes the clock for it, in seconds
        make_folder(box)
    box.append(invoice("2026-114"), "Facturen")
    box.append(invoice("2026-115"), "Facturen")
    again = begin(box, tmp_path)
    again.stores = story.stores
    with again as story:
        story.expect(APPROVER, "2026-115")
        story.expect_nothing_new()
        assert len(story.documents("bakkerij")) == 2
        with story.service.context.database.reading() as session:
            states = [mail.state for mail in recent_mails(session)]
        assert sorted(states) == [MailState.READ, MailState.READ, MailState.REPEATED]
