"""A story: somebody takes his answer back by mail, and what both answers rest on can be shown."""

import io
import json
import zipfile
from pathlib import Path

from handlers.audit_evidence import evidence_of
from mailbot.compose.evidence_check import find_faults
from mailbot.domain.document import Status
from tests.kit.office import APPROVER, OWNER, make_definition, make_dossier, needs_approval
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
UBL = ("factuur.xml", "application/xml", build_ubl(Sample(customer_vat="BE0400000185")))


def test_a_rejection_is_taken_back_by_mail(tmp_path: Path) -> None:
    office = make_definition(make_dossier(approval_rules=needs_approval(APPROVER, OWNER)))
    with Story(tmp_path, office) as story:
        story.say(SUPPLIER, PURCHASE, files=[UBL])
        asked = story.expect(APPROVER, "Goedkeuren?")
        story.expect(OWNER, "Goedkeuren?")
        story.reply(asked, "verworpen: dubbel besteld")
        transcript = story.expect(APPROVER, "edaan")
        assert "Ongedaan maken: antwoord herstel" in transcript.text
        document = story.expect_document("bakkerij", Status.REJECTED)
        story.reply(transcript, "herstel")
        undone = story.expect(APPROVER, "edaan")
        assert "weer zoals voor je vorige antwoord" in " ".join(undone.text.split())
        again = story.expect(APPROVER, "Goedkeuren?")
        story.expect(OWNER, "Goedkeuren?")
        story.reply(again, "goedgekeurd")
        story.expect(APPROVER, "edaan")
        story.expect_document("bakkerij", Status.TO_APPROVE)
        packed = evidence_of(story.service.context, document.id)
    assert packed is not None
    archive = zipfile.ZipFile(io.BytesIO(packed))
    assert list(find_faults(archive.read)) == []
    answers = [name for name in archive.namelist() if name.endswith("answer.eml")]
    written = [b"dubbel besteld", b"herstel", b"goedgekeurd"]
    for word, name in zip(written, answers, strict=True):
        assert word in archive.read(name)
    events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
    decision = next(json.loads(e["data"]) for e in events if e["kind"] == "command_done")
    assert json.loads(decision["authentication"])["aligned"]
    assert json.loads(decision["shown"])["invoice"]["total_incl"] == "1263.00"
