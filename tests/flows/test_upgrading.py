"""Mail comes in while a machine brings the tables to a new version."""

from pathlib import Path

import psycopg
import pytest

from mailbot.entrypoints.places import open_spool
from tests.kit.office import MANAGER, make_definition
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"


@pytest.mark.stores("postgresql")
def test_mail_waits_in_the_spool_for_tables_that_are_being_changed(tmp_path: Path) -> None:
    ubl = build_ubl(Sample(customer_vat="BE0400000185", number="2026-114"))
    with Story(tmp_path, make_definition()) as story:
        with psycopg.connect(story.settings.database_url) as migration:
            migration.execute("ALTER TABLE mail ADD COLUMN of_tomorrow text")
            story.say(SUPPLIER, PURCHASE, files=[("f.xml", "application/xml", ubl)])
            assert len(open_spool(story.settings).entries()) == 1
            migration.commit()
        story.expect(MANAGER, "2026-114")
        story.settle()
        assert open_spool(story.settings).entries() == []
