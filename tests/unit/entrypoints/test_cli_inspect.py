"""The commands that look: status, queue, mails, documents, the audit log; plain and as JSON."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from handlers.context import Context
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.job import FailedJob, Job, JobKind
from mailbot.domain.mail import Channel, Envelope
from mailbot.domain.watching import KnownTrouble, Trouble
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.cli import app
from mailbot.entrypoints.cli.status import in_words
from mailbot.entrypoints.intake import IntakeLoop
from storage.failed_jobs import find_failure, record_failure
from storage.mails import recent_mails
from storage.watching import record_trouble
from tests.kit.browser import House, open_house
from tests.kit.mails import build_mail

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
JOB = Job(key="m1:reply", kind=JobKind.REPLY, ids={"mail": "m1"})


class Office:
    """A command line with the data of a small office."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.context: Context = house.context
        self.config = folder / "mailbot.toml"
        data = self.context.settings.service.data
        self.config.write_text(f'[service]\ndata = "{data}"\n')

    def run(self, *words: str, code: int = 0) -> tuple[list[str], str]:
        """Run a command; return the lines it printed, and what it said was wrong."""
        arguments = [*words, "--config", str(self.config)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout.splitlines(), result.stderr

    def receive(self) -> str:
        """Keep a mail as intake does, and return its id."""
        spool = open_spool(self.context.settings)
        spool.put(build_mail(), envelope("s1"))
        IntakeLoop(self.context, spool).empty_spool()
        with self.context.database.reading() as session:
            return recent_mails(session)[0].id

    def fail_job(self, reason: str = "Temporary: the disk is full") -> None:
        failed = FailedJob(job=JOB, state="retry", tries=2, at=NOON, reason=reason)
        with self.context.transaction() as unit:
            record_failure(unit.session, failed)

    def failure(self) -> FailedJob | None:
        with self.context.database.reading() as session:
            return find_failure(session, JOB.key)


def envelope(spool_id: str) -> Envelope:
    return Envelope(
        spool_id=spool_id,
        received_at=NOON,
        channel=Channel.SMTP,
        envelope_sender="an@leverancier.example",
        envelope_recipients=("aankoop-0400000185@in.example",),
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_house(tmp_path / "data") as house:
        yield Office(house, tmp_path)


def test_status_counts_what_waits(office: Office) -> None:
    office.house.letter(office.house.invoice())
    office.fail_job()
    open_spool(office.context.settings).put(b"x", envelope("s9"))
    (line,), _ = office.run("status", "--json", code=1)
    facts = json.loads(line)
    assert [trouble["id"] for trouble in facts["troubles"]] == ["outbox_queued"]
    assert facts["spool"] == 1
    assert facts["documents"] == {"to_approve": 1}
    assert facts["outbox"] == {"queued": 1}
    assert facts["failed_jobs"] == 1
    assert facts["oldest_seconds"]["outbox"]["queued"] > 1000


def test_status_of_an_office_where_only_people_are_waited_for(office: Office) -> None:
    office.house.invoice()
    (line,), _ = office.run("status", "--json")
    assert json.loads(line)["well"]
    lines, _ = office.run("status")
    assert lines[0] == "All is well."
    assert any(line.startswith("people       to_approve 1 (oldest ") for line in lines)
    assert "approvers    karim@bakkerij.example 1" in lines


def test_status_says_what_is_wrong_first(office: Office) -> None:
    office.fail_job()
    office.run("queue", "bury", JOB.key)
    lines, _ = office.run("status", code=1)
    assert lines[0] == "! Jobs that could not be done: 1. Their mails and documents are kept."
    assert "mailbot queue show" in lines[1]
    (line,), _ = office.run("status", "--json", code=1)
    facts = json.loads(line)
    assert not facts["well"]
    assert [trouble["id"] for trouble in facts["troubles"]] == ["jobs_buried"]


def test_status_tells_what_another_process_saw(office: Office) -> None:
    ended = Trouble(id="part_ended", values={"part": "sender"})
    now = datetime.now(UTC)
    with office.context.transaction() as unit:
        record_trouble(unit.session, KnownTrouble(trouble=ended, since=now, seen_at=now))
    lines, _ = office.run("status", code=1)
    assert lines[0] == "! A part of mailbot has ended by itself: sender."


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=9), "9 d"),
    ],
)
def test_spans_of_time_are_said_in_one_unit(time: timedelta, said: str) -> None:
    assert in_words(time) == said


def test_the_queue_shows_one_line_for_each_failure(office: Office) -> None:
    assert office.run("queue", "show") == ([], "")
    office.fail_job("Traceback …\n  File …\nValueError: no such thing\n")
    (line,), _ = office.run("queue", "show")
    assert line == "retry   m1:reply  tries 2  ValueError: no such thing"
    (told,), _ = office.run("queue", "show", "--json")
    assert json.loads(told)["job"]["ids"] == {"mail": "m1"}


def test_of_a_sentence_the_first_line_is_shown(office: Office) -> None:
    office.fail_job("Temporary: the database did not answer\n\tIs the server running?")
    (line,), _ = office.run("queue", "show")
    assert line.endswith("  Temporary: the database did not answer")


def test_a_failure_without_a_reason_is_shown_too(office: Office) -> None:
    office.fail_job("")
    (line,), _ = office.run("queue", "show")
    assert line.startswith("retry   m1:reply  tries 2")


def test_a_failed_job_runs_again(office: Office) -> None:
    office.fail_job()
    (line,), _ = office.run("queue", "retry", JOB.key)
    assert line == "m1:reply runs again."
    assert office.failure() is None
    assert office.context.jobs.counts() == {"ENQUEUED": 1}


def test_a_failed_job_is_buried(office: Office) -> None:
    office.fail_job()
    office.run("queue", "bury", JOB.key)
    failure = office.failure()
    assert failure is not None
    assert failure.state == "buried"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("queue", "retry", "x"), "There is no failed job x"),
        (("queue", "bury", "x"), "There is no failed job x"),
        (("mail", "show", "x"), "There is no mail x"),
        (("mail", "show", "%"), "There is no mail %"),
        (("document", "show", "x"), "There is no document x"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(
    office: Office, words: tuple[str, ...], said: str
) -> None:
    office.receive()
    lines, wrong = office.run(*words, code=1)
    assert lines == []
    assert wrong.startswith(said)
    assert len(wrong.splitlines()) == 1


def test_a_mail_is_shown_by_our_id_and_by_that_of_the_250(office: Office) -> None:
    mail_id = office.receive()
    for name in (mail_id, "s1"):
        lines, _ = office.run("mail", "show", name)
        assert lines[0] == f"mail      {mail_id} (accepted)"
        assert any("mail_accepted" in line for line in lines)
    (told,), _ = office.run("mail", "show", mail_id, "--json")
    facts = json.loads(told)
    assert (facts["id"], facts["documents"]) == (mail_id, [])
    assert [event["kind"] for event in facts["events"]] == ["mail_accepted"]
    (listed,), _ = office.run("mail", "list")
    assert listed.startswith(mail_id)


def test_a_mail_that_still_lies_in_the_spool_is_said(office: Office) -> None:
    open_spool(office.context.settings).put(b"x", envelope("s9"))
    (line,), _ = office.run("mail", "show", "s9")
    assert "lies in the spool" in line


def noted(office: Office) -> Document:
    document = office.house.invoice()
    office.house.letter(document)
    with office.context.transaction() as unit:
        unit.note(EventKind.DOCUMENT_RECEIVED, document.id, "an@b.example", file="f.pdf")
    return document


def test_a_document_is_shown_with_who_must_act(office: Office) -> None:
    document = noted(office)
    lines, _ = office.run("document", "show", document.id)
    text = "\n".join(lines)
    assert lines[0] == f"document  {document.id} version 1 (to_approve)"
    assert "approval  aankopen: karim@bakkerij.example open" in lines
    assert "to karim@bakkerij.example: queued" in text
    assert "invoice_number" in text
    assert "document_received" in text
    (told,), _ = office.run("document", "show", document.id, "--json")
    facts = json.loads(told)
    assert (facts["id"], facts["invoice"]["total_incl"]) == (document.id, "605.00")
    assert facts["events"]


def test_what_nobody_touched_is_what_it_was(office: Office) -> None:
    noted(office)
    lines, _ = office.run("audit", "verify")
    assert lines[0] == "Every event and every file is what it was."
    assert re.fullmatch(r"Last event: \d+ [0-9a-f]{64}", lines[1])


def test_a_changed_event_and_a_damaged_file_are_found(office: Office) -> None:
    document = noted(office)
    with office.context.database.transaction() as session:
        session.execute(sa.text("UPDATE audit SET actor = 'eve@x.example' WHERE number = 2"))
    office.context.blobs.path(document.original.sha256).write_bytes(b"other")
    lines, wrong = office.run("audit", "verify", code=1)
    assert lines == [
        "audit event 2 does not fit its hash",
        f"file {document.original.sha256} is not what it was",
    ]
    assert wrong.strip() == "2 things are not what they were; nothing was changed."


def test_a_document_is_found_by_its_number_and_says_for_whom_it_waits(office: Office) -> None:
    document = noted(office)
    lines, _ = office.run("document", "show", "2026/114")
    assert lines[0].startswith(f"document  {document.id} ")
    assert " people waits " in lines[-2]
    assert lines[-1].startswith("waited    ")
    assert lines[-1].endswith("for people")
    office.house.invoice()
    _, wrong = office.run("document", "show", "2026-114", code=1)
    assert "number of several documents" in wrong
