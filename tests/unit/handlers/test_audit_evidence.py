"""What decisions rest on comes in one file; any change in it, and in what is kept, is found."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from handlers.audit_evidence import evidence_of
from handlers.evidence import cause_of_post
from handlers.turns import carry_out
from mailbot.compose.evidence_check import find_faults
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document
from mailbot.domain.mail import Channel, Envelope, StoredMail
from storage.audit_witnesses import unwitnessed
from storage.mails import record_mail
from tests.kit.browser import NOW, House, open_house

REJECT = Command(verb=Verb.REJECT, args={"reason": "te duur, volgens Zoë"})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(house: House) -> Document:
    """An invoice that somebody rejected on a page."""
    keep_mail(house, "0198beef")
    return rejected(house)


def keep_mail(house: House, mail_id: str) -> None:
    sha256 = house.context.blobs.put(b"From: facturen@drukkerij.example\r\n\r\n")
    envelope = Envelope(
        spool_id="s1",
        received_at=NOW,
        channel=Channel.SMTP,
        envelope_sender="facturen@drukkerij.example",
        envelope_recipients=("aankoop-0400000185@mailbot.localhost",),
    )
    mail = StoredMail(
        id=mail_id,
        envelope=envelope,
        envelope_recipient=envelope.envelope_recipients[0],
        sha256=sha256,
    )
    with house.context.transaction() as unit:
        record_mail(unit.session, mail, delivery_key=mail_id)


def rejected(house: House) -> Document:
    document = house.invoice()
    token = house.letter(document)
    with house.context.transaction() as unit:
        post = cause_of_post(house.context, "f1", {"field_reason": "te duur"})
        caused = replace(unit, cause=post)
        acted = carry_out(caused, house.token(token), [REJECT], cause="f1")
    assert [outcome.is_done for outcome in acted.outcomes] == [True]
    return document


def exported(house: House, name: str) -> dict[str, bytes]:
    packed = evidence_of(house.context, name)
    assert packed is not None
    archive = zipfile.ZipFile(io.BytesIO(packed))
    return {member: archive.read(member) for member in archive.namelist()}


def faults(members: dict[str, bytes]) -> list[str]:
    return list(find_faults(members.__getitem__))


def test_it_holds_what_was_shown_and_what_was_answered(house: House, document: Document) -> None:
    members = exported(house, document.id)
    assert faults(members) == []
    events = [json.loads(line) for line in members["events.jsonl"].splitlines()]
    decision = json.loads(next(e for e in events if e["kind"] == "command_done")["data"])
    assert decision["verb"] == "reject"
    assert "605.00" in decision["shown"]
    names = " ".join(members)
    assert "asked.eml" in names
    assert "form.json" in names
    assert "files/original-" in names
    assert "files/brought-by.eml" in names
    form = next(content for name, content in members.items() if name.endswith("form.json"))
    assert json.loads(form)["field_reason"] == "te duur"


def test_the_number_of_an_event_finds_the_same(house: House, document: Document) -> None:
    events = exported(house, document.id)["events.jsonl"].splitlines()
    number = json.loads(events[-1])["number"]
    assert evidence_of(house.context, str(number)) == evidence_of(house.context, document.id)
    assert evidence_of(house.context, "no-such-document") is None
    assert evidence_of(house.context, "999999") is None


def test_an_auditor_needs_only_python(house: House, document: Document, tmp_path: Path) -> None:
    packed = evidence_of(house.context, document.id)
    assert packed is not None
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    check = [sys.executable, "-I", "check.py"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603 -- our own file
    assert done.stdout.startswith("Everything is as it was.\nLast event of this chain: ")
    (tmp_path / "files" / "brought-by.eml").write_bytes(b"From: eve@x.example\r\n\r\n")
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 -- our own file
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        1,
        "WRONG: files/brought-by.eml is not what it was",
    )


def test_other_documents_stay_secret(house: House, document: Document) -> None:
    rejected(house)
    last = rejected(house)
    members = exported(house, last.id)
    chain = [json.loads(line) for line in members["chain.jsonl"].splitlines()]
    events = [json.loads(line) for line in members["events.jsonl"].splitlines()]
    assert {event["subject"] for event in events} <= {last.id, last.mail_id}
    assert len(chain) >= len(events)


@pytest.mark.parametrize("member", ["events.jsonl", "chain.jsonl"])
def test_any_changed_value_is_found(house: House, document: Document, member: str) -> None:
    members = exported(house, document.id)
    rows = [json.loads(line) for line in members[member].splitlines()]
    for number, row in enumerate(rows):
        for key, value in row.items():
            other = value + 1 if isinstance(value, int) else f"{value}x"
            changed = [*rows[:number], {**row, key: other}, *rows[number + 1 :]]
            lines = "\n".join(json.dumps(each) for each in changed).encode()
            assert faults({**members, member: lines}), (member, number, key)
        left_out = "\n".join(json.dumps(r) for r in rows if r is not row).encode()
        if member == "chain.jsonl":
            assert faults({**members, member: left_out}), number


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM audit WHERE event = 'letter_written'", "was not written with these bytes"),
        ("DELETE FROM audit WHERE event = 'rejected'", "was never rejected by"),
        ("UPDATE document SET status = 'to_approve'", "and no event says so"),
        ("UPDATE outbox SET sha256 = 'x'", "was not written with these bytes"),
    ],
)
def test_what_no_event_tells_of_is_found(tmp_path: Path, statement: str, found: str) -> None:
    with open_house(tmp_path) as house:
        rejected(house)
        with house.context.database.reading() as session:
            assert list(unwitnessed(session)) == []
        with house.context.transaction() as unit:
            unit.session.execute(sa.text(statement))
        with house.context.database.reading() as session:
            told = list(unwitnessed(session))
    assert found in " ".join(told)


def test_a_lost_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        keep_mail(house, "0198beef")
        document = rejected(house)
        house.context.blobs.path(document.original.sha256).unlink()
        told = faults(exported(house, document.id))
    assert told
    assert all("document_sha256" in fault for fault in told)
