"""A machine is lost: what was before the backup is whole, and nothing is sent or booked twice."""

from pathlib import Path

from handlers.held_letters import held_letters, release_letters
from mailbot.domain.document import Status
from mailbot.domain.outbox import OutboxState
from mailbot.entrypoints.app import open_empty, open_installation
from mailbot.settings import Settings
from storage.backup.making import make_backup
from storage.backup.restoring import restore
from storage.backup.sets import BackupFolder
from storage.outbox import recent_entries
from tests.kit.office import APPROVER, MANAGER, make_definition, make_dossier, needs_approval
from tests.kit.story import Received, Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"


def bring(story: Story, number: str) -> Received:
    """Mail an invoice; return what asks the approver."""
    content = build_ubl(Sample(customer_vat="BE0400000185", number=number))
    story.say(SUPPLIER, PURCHASE, files=[(f"{number}.xml", "application/xml", content)])
    return story.expect(APPROVER, number)


def approve(story: Story, asked: Received, number: str) -> None:
    """Approve and validate an invoice, which is then booked."""
    story.reply(asked, "ok")
    story.expect(APPROVER, number)
    story.reply(story.expect(MANAGER, number), "ok")
    story.expect(MANAGER, number)
    story.settle()


def statuses(story: Story) -> dict[str, Status]:
    return {
        str(document.invoice.invoice_number): document.status
        for document in story.documents("bakkerij")
        if document.invoice
    }


def test_what_was_before_the_backup_is_whole(tmp_path: Path) -> None:
    definition = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))
    backups = BackupFolder(tmp_path / "backups")
    with Story(tmp_path / "lost", definition) as before:
        first, second = bring(before, "2026-1"), bring(before, "2026-2")
        approve(before, first, "2026-1")
        # one letter is on its way when the backup is made
        before.postbox.refuse[APPROVER] = "451 4.3.0 later"
        content = build_ubl(Sample(customer_vat="BE0400000185", number="2026-3"))
        before.say(SUPPLIER, PURCHASE, files=[("3.xml", "application/xml", content)])
        before.expect_document("bakkerij", Status.TO_APPROVE)
        before.settle()
        context = before.service.context
        kept = make_backup(open_installation(context, None), backups, now=context.now())
        # and what happens after it is lost
        before.postbox.refuse.clear()
        before.reply(second, "ok")
        before.expect(APPROVER, "2026-2")

    after = Story(tmp_path / "new", definition)
    target, jobs = open_empty(Settings(**{"service": {"data": after.data}, **after.stores}))
    restored = restore(backups, kept.name, target, jobs, now=context.now())
    assert restored.n_held == 1
    jobs.close()
    target.database.close()

    with after as story:
        assert statuses(story) == {
            "2026-1": Status.EXPORTED,
            "2026-2": Status.TO_APPROVE,
            "2026-3": Status.TO_APPROVE,
        }
        story.expect_nothing_new()
        # the mail of before is answered again: its token is known
        story.reply(second, "ok")
        story.expect(APPROVER, "2026-2")
        story.expect(MANAGER, "2026-2")
        release(story)
        story.expect(APPROVER, "2026-3")
        story.expect_nothing_new()


def release(story: Story) -> None:
    """Send what was held, with the Message-ID that it had."""
    context = story.service.context
    with context.database.reading() as session:
        (letter,) = held_letters(session)
    release_letters(context, [letter.id])
    story.settle()
    with context.database.reading() as session:
        sent = next(entry for entry in recent_entries(session) if entry.id == letter.id)
    assert (sent.state, sent.message_id) == (OutboxState.SENT, letter.message_id)
