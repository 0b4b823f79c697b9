"""PostgreSQL is killed or takes no writes in the middle of the work: what waited goes on."""

import time
from pathlib import Path

import pytest

from mailbot.domain.document import Status
from mailbot.entrypoints.app import open_spool
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.postgres import Postgres
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
APPROVED = make_definition(make_dossier(approval_rules=needs_approval(APPROVER)))


def ubl(number: str) -> tuple[str, str, bytes]:
    sample = Sample(customer_vat="BE0400000185", number=number)
    return f"{number}.xml", "application/xml", build_ubl(sample)


@pytest.mark.stores("postgresql")
def test_a_database_that_takes_no_writes_is_waited_for(tmp_path: Path, postgres: Postgres) -> None:
    """After a failover the old half of a pair answers, and refuses every write."""
    with Story(tmp_path, APPROVED) as story:
        story.settle()
        url = story.settings.database_url
        postgres.take_writes(url, yes=False)
        story.say(SUPPLIER, PURCHASE, files=[ubl("2026-114")])
        time.sleep(0.5)  # the intake tries in vain
        assert open_spool(story.settings).count() == 1
        postgres.take_writes(url, yes=True)
        request = story.expect(APPROVER, "2026-114")
        postgres.take_writes(url, yes=False)
        story.reply(request, "goedgekeurd")
        time.sleep(0.5)
        postgres.take_writes(url, yes=True)
        story.expect_document("bakkerij", Status.TO_REVIEW)


@pytest.mark.stores("postgresql")
def test_a_database_that_is_killed_loses_and_doubles_nothing(
    tmp_path: Path, postgres: Postgres
) -> None:
    with Story(tmp_path, APPROVED) as story:
        story.say(SUPPLIER, PURCHASE, files=[ubl("2026-114"), ubl("2026-115")])
        postgres.kill()
        postgres.start()
        for number in ("2026-114", "2026-115"):
            story.reply(story.expect(APPROVER, number), "goedgekeurd")
            story.expect(APPROVER, number)
        story.settle()
        found = [document.title for document in story.documents("bakkerij", [Status.TO_REVIEW])]
        assert sorted(found) == ["2026-114.xml", "2026-115.xml"]
