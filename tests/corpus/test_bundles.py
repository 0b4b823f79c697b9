"""Bundles and kinds of paper of the shared corpora: where documents begin, and what each is."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailbot.domain.invoice import DocumentClass
from mailbot.recognition.pdf_invoice import read_pdf

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPORA.exists(), reason="the shared corpora are not here"),
]


def entries(corpus: str, kind: str) -> list[tuple[Path, dict[str, Any]]]:
    folder = CORPORA / corpus
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    of_kind = [entry for entry in map(json.loads, lines) if entry["kind"] == kind]
    return [
        (folder / entry["path"], json.loads((folder / entry["truth"]).read_text("utf-8")))
        for entry in of_kind
    ]


def test_every_bundle_is_taken_apart_where_its_documents_begin() -> None:
    for path, truth in entries("benl", "bundle"):
        read = read_pdf(path.read_bytes())
        found = [(first, last, part.document_class) for first, last, part in read.parts]
        assert found == [(p["from"], p["to"], p["document_class"]) for p in truth["pages"]], path


@pytest.mark.parametrize("corpus", ["benl", "documents"])
def test_what_is_booked_is_told_from_credit_and_from_other_papers(corpus: str) -> None:
    wrong = []
    for path, truth in entries(corpus, "pdf"):
        if truth.get("kind_ambiguous") or truth.get("is_receipt"):
            continue
        expected = DocumentClass(truth.get("document_class") or truth["kind"])
        if read_pdf(path.read_bytes()).invoice.document_class is not expected:
            wrong.append(path.name)
    assert wrong == []
