"""One story as an operator sees it: in the log, in the counts, and step by step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from structlog.typing import EventDict, WrappedLogger

from handlers.tracing import trace_of_document, trace_of_mail
from mailbot import measures
from mailbot.domain.document import Status
from mailbot.domain.trace import Step, WaitedFor, seconds_of
from mailbot.entrypoints.smtp_process import Orders, _leave_counts
from mailbot.entrypoints.watcher import Watcher
from mailbot.settings import Settings
from storage.mails import find_mail
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

UBL = ("f.xml", "application/xml", build_ubl(Sample(customer_vat="BE0400000185")))
#: of what a job is about, what a line names
ABOUT = {"mail", "document", "batch"}


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """Collect what is logged, with what is bound to it."""
    logged: list[EventDict] = []

    def collect(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        logged.append(dict(line))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, collect])
    yield logged
    structlog.reset_defaults()


def counted(name: str) -> dict[tuple[str, ...], float]:
    """Return the counts of one name by their labels."""
    return {
        tuple(sample.labels.values()): sample.value
        for metric in measures.COUNTED.collect()
        for sample in metric.samples
        if sample.name == name
    }


def more(before: dict[tuple[str, ...], float], after: dict[tuple[str, ...], float]) -> set[object]:
    """Return the labels whose counts grew."""
    return {labels for labels, count in after.items() if count > before.get(labels, 0)}


def names_of(taken: list[Step]) -> list[str]:
    return [step.what for step in taken]


def test_an_approval_as_the_operator_sees_it(tmp_path: Path, lines: list[EventDict]) -> None:
    names = ("mails", "events", "jobs", "documents_read", "letters")
    before = {name: counted(f"mailbot_{name}_total") for name in names}
    dossier = make_dossier(approval_rules=needs_approval())
    with Story(tmp_path, make_definition(dossier)) as story:
        story.say(OWNER, "aankoop-0400000185@in.example", files=[UBL])
        story.settle()  # the letter reached its reader before that is written down
        story.reply(story.expect(APPROVER), "goedgekeurd")
        story.reply(story.expect(MANAGER), "ok")
        document = story.expect_document("bakkerij", Status.EXPORTED)
        story.settle()
        context = story.service.context
        with context.database.reading() as session:
            mail = find_mail(session, document.mail_id)
            assert mail
            of_mail = trace_of_mail(session, mail)
            taken = trace_of_document(session, document, context.now())
    _lines_name_what_they_are_about(lines)
    grown = {name: more(before[name], counted(f"mailbot_{name}_total")) for name in names}
    assert ("smtp", "250") in grown["mails"]
    assert {("exported",), ("approved",), ("mail_accepted",)} <= grown["events"]
    assert {("incoming_mail", "done"), ("export_booking", "done")} <= grown["jobs"]
    assert grown["documents_read"] == {("ok",)}
    assert ("sent",) in grown["letters"]
    _steps_tell_who_was_waited_for(of_mail, taken)


def _lines_name_what_they_are_about(lines: list[EventDict]) -> None:
    of_jobs = [line for line in lines if "job" in line]
    assert {line["event"] for line in of_jobs} >= {"job"}
    assert all(ABOUT & line.keys() for line in of_jobs), of_jobs
    of_letters = [line for line in lines if line["event"] == "letter"]
    assert of_letters
    assert all("outbox" in line for line in of_letters)
    assert all("spool_id" in line for line in lines if line["event"] == "mail kept")
    assert not [line for line in lines if "@" in str({**line, "job": ""}) and "job" in line]


def _steps_tell_who_was_waited_for(of_mail: list[Step], taken: list[Step]) -> None:
    assert names_of(of_mail)[:2] == ["accepted", "mail_accepted"]
    assert of_mail[0].waited_for is WaitedFor.NOBODY
    wanted = ["document_received", "document_recognised", "letter_sent", "answered", "approved"]
    places = [names_of(taken).index(name) for name in wanted]
    assert places == sorted(places)
    assert names_of(taken).index("exported") > places[-1]
    by_people = [step.what for step in taken if step.waited_for is WaitedFor.PEOPLE]
    assert by_people == ["answered", "answered"]
    assert taken[-1].at >= taken[0].at
    total = sum(step.after for step in taken)
    assert total == pytest.approx(
        seconds_of(taken, WaitedFor.US) + seconds_of(taken, WaitedFor.PEOPLE)
    )


def test_an_operator_gets_a_mail_about_a_part_that_ended(tmp_path: Path) -> None:
    settings = {"monitoring": {"min_free_disk": 0}}
    with Story(tmp_path, make_definition(make_dossier()), overrides=settings) as story:
        watcher = Watcher(story.service.context, lambda: {"imap": False}, sees_all=True)
        watcher.watch()
        watcher.watch()
        told = story.expect(ADMIN, "imap")
        assert "mailbot" in told.text
        story.expect_nothing_new()


def test_a_process_that_takes_mail_leaves_its_counts(tmp_path: Path) -> None:
    measures.MAILS.labels("lmtp", "250").inc()
    orders = Orders(
        settings=Settings(), listeners=(), memory=0, place=0, processes=1, counts=tmp_path
    )
    _leave_counts(orders)
    (file,) = tmp_path.glob("*.prom")
    assert 'mailbot_mails_total{channel="lmtp",code="250"}' in file.read_text()
