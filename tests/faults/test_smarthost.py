"""A smarthost takes a mail and never says so: it is sent again, and is the same mail."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from mailbot.domain.outbox import OutboxState
from storage.outbox import recent_entries, update_entry
from tests.kit.office import APPROVER, MANAGER, make_definition, make_dossier, needs_approval
from tests.kit.story import Postbox, Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
UBL = ("f.xml", "application/xml", build_ubl(Sample(customer_vat="BE0400000185")))
APPROVED = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))


class MuteOnce(Postbox):
    """Keeps the first mail and hangs up before it says so."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.mails) == 1:
            server.transport.abort()
        return answer


def test_a_mail_that_was_taken_without_a_word_comes_again_as_the_same(tmp_path: Path) -> None:
    with Story(tmp_path, APPROVED, postbox=MuteOnce()) as story:
        story.say(SUPPLIER, PURCHASE, files=[UBL])

        def deferred() -> bool:
            with story.service.context.transaction() as unit:
                entries = recent_entries(unit.session)
                for entry in entries:
                    # the minute of the timetable is over
                    soon = replace(entry, not_before=entry.not_before - timedelta(minutes=2))
                    if entry.state is OutboxState.DEFERRED:
                        update_entry(unit.session, soon)
            return bool(entries) and entries[0].state is OutboxState.DEFERRED

        story.eventually(deferred, lambda: "the mail to be deferred")
        first, second = story.expect(APPROVER, "2026-114"), story.expect(APPROVER, "2026-114")
        assert first.message["Message-ID"] == second.message["Message-ID"]
        # whoever answers both has decided once
        story.reply(first, "goedgekeurd")
        story.expect(APPROVER)
        story.reply(second, "goedgekeurd")
        story.expect(APPROVER)
        story.expect(MANAGER, "2026-114")
        story.expect_nothing_new()
