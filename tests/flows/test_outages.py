"""What we depend on is away, slow or full: mail is accepted all the same, and nothing is lost."""

import smtplib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mailbot.domain.document import Status
from mailbot.domain.outbox import OutboxEntry, OutboxState
from mailbot.entrypoints.app import open_spool
from mailbot.entrypoints.cli import app
from mailbot.recognition.ocr_engine import ask_tesseract
from mailbot.sandbox.outside import _OUTSIDE
from storage.failed_jobs import failed_jobs
from storage.outbox import recent_entries, update_entry
from tests.kit.office import APPROVER, MANAGER, make_definition, make_dossier, needs_approval
from tests.kit.pdf_builder import scan_pdf
from tests.kit.postgres import Postgres
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
UBL = ("f.xml", "application/xml", build_ubl(Sample(customer_vat="BE0400000185")))
APPROVED = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the write lock of a SQLite file, as another process does."""
    other = sqlite3.connect(database, isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.mark.stores("sqlite")
def test_mail_is_accepted_while_the_database_is_locked(tmp_path: Path) -> None:
    with Story(tmp_path, APPROVED) as story:
        with locked(tmp_path / "mailbot.db"):
            story.say(SUPPLIER, PURCHASE, files=[UBL])
            assert open_spool(story.settings).count() == 1
            assert story.refusal(SUPPLIER, "aankoop-0999999999@in.example").startswith("550")
        story.expect(APPROVER, "2026-114")
        story.expect_nothing_new()
        assert len(story.documents("bakkerij")) == 1


@pytest.mark.stores("postgresql")
def test_mail_is_accepted_while_postgresql_is_down(tmp_path: Path, postgres: Postgres) -> None:
    with Story(tmp_path, APPROVED) as story:
        story.settle()
        postgres.stop()
        try:
            story.say(SUPPLIER, PURCHASE, files=[UBL])
            assert open_spool(story.settings).count() == 1
        finally:
            postgres.start()
        request = story.expect(APPROVER, "2026-114")
        story.reply(request, "goedgekeurd")
        story.expect_document("bakkerij", Status.TO_REVIEW)


def test_no_mail_is_accepted_that_the_disk_cannot_keep(tmp_path: Path) -> None:
    limits = {"limits": {"min_free_disk": 1 << 60}}
    with Story(tmp_path, APPROVED, overrides=limits) as story:
        with pytest.raises(smtplib.SMTPException) as refused:
            story.say(SUPPLIER, PURCHASE, files=[UBL])
        assert "452" in str(refused.value)
        assert open_spool(story.settings).count() == 0


def letters(story: Story) -> list[OutboxEntry]:
    with story.service.context.database.reading() as session:
        return list(recent_entries(session))


def wait_for(story: Story, state: OutboxState) -> OutboxEntry:
    """Wait until a mail of ours stands in this state."""
    return story.eventually(
        lambda: next((each for each in letters(story) if each.state is state), None),
        lambda: f"a mail that is {state}; there are {[e.state for e in letters(story)]}",
    )


def test_mail_leaves_when_the_smarthost_returns(tmp_path: Path) -> None:
    story = Story(tmp_path, APPROVED)
    story.__enter__()
    try:
        story.postbox.stop()
        story.say(SUPPLIER, PURCHASE, files=[UBL])
        waiting = wait_for(story, OutboxState.DEFERRED)
        assert waiting.tries == 1
        story.postbox.start()
        with story.service.context.transaction() as unit:
            # the minute of the timetable is over
            soon = waiting.not_before - timedelta(minutes=2)
            update_entry(unit.session, replace(waiting, not_before=soon))
        story.expect(APPROVER, "2026-114")
        assert wait_for(story, OutboxState.SENT).tries == 2
    finally:
        story.__exit__()


@pytest.mark.parametrize(
    ("answer", "state"),
    [("451 4.7.1 greylisted", OutboxState.DEFERRED), ("550 5.1.1 gone", OutboxState.FAILED)],
)
def test_what_the_smarthost_refuses(tmp_path: Path, answer: str, state: OutboxState) -> None:
    with Story(tmp_path, APPROVED) as story:
        story.postbox.refuse[APPROVER] = answer
        story.say(SUPPLIER, PURCHASE, files=[UBL])
        assert answer[4:] in wait_for(story, state).last_answer
        if state is OutboxState.FAILED:
            assert APPROVER in story.expect(MANAGER).text
        story.settle()
        assert story.documents("bakkerij")[0].status is Status.TO_APPROVE


def test_a_missing_language_of_tesseract_is_a_passing_trouble_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacks(request: dict[str, Any], pixels: bytes, width: int, height: int) -> dict[str, Any]:
        return {"missing": ["nld"]}

    with Story(tmp_path / "data", make_definition()) as story:
        with monkeypatch.context() as patched:
            # a reader asks the worker for Tesseract
            patched.setitem(_OUTSIDE, f"{ask_tesseract.__module__}.ask_tesseract", lacks)
            scan = ("scan.pdf", "application/pdf", scan_pdf())
            story.say(SUPPLIER, PURCHASE, files=[scan])
            story.eventually(lambda: _failed(story), lambda: "a failed job")
            words = ["queue", "show", "--config", str(story.config_file())]
            shown = CliRunner().invoke(app, words)
        assert shown.exit_code == 0, shown.output
        (line,) = shown.stdout.splitlines()
        assert line.startswith("retry ")
        assert "apt install tesseract-ocr-nld" in line
        story.expect(MANAGER)
        story.eventually(lambda: not _failed(story), lambda: "nothing on the list of failed jobs")
        assert len(story.documents("bakkerij")) == 1


def _failed(story: Story) -> list[str]:
    with story.service.context.database.reading() as session:
        return [failed.state for failed in failed_jobs(session)]
