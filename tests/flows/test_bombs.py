"""A file that no reader survives is sent back; what comes behind it is read as ever."""

from pathlib import Path

import pytest

from benchmarks.bombs import pdfs
from handlers.readers import MODULES
from mailbot.domain.document import Status
from mailbot.entrypoints import app
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.pool import Sandbox
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"


def test_an_endless_pdf_is_told_and_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = Sandbox(MODULES, size=4, limits=Limits(cpu_seconds=1))
    monkeypatch.setattr(app, "open_sandbox", lambda _settings: sandbox)
    dossier = make_dossier(approval_rules=needs_approval(APPROVER))
    ubl = build_ubl(Sample(number="2026-114", customer_vat="BE0400000185"))
    try:
        with Story(tmp_path, make_definition(dossier)) as story:
            bomb = ("bom.pdf", "application/pdf", pdfs.forms_in_forms())
            story.say(SUPPLIER, PURCHASE, files=[bomb])
            story.say(SUPPLIER, PURCHASE, files=[("f.xml", "application/xml", ubl)])
            assert story.expect(APPROVER, "2026-114")
            refused = story.expect_document(dossier.code, Status.UNREADABLE)
            assert story.expect(dossier.admins[0].email, "bom.pdf")
            story.expect_nothing_new()
            kept = story.service.context.blobs.get(refused.original.sha256)
            assert kept == pdfs.forms_in_forms()
    finally:
        sandbox.close()
