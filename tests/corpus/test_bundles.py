"""Bundles of the shared corpora: where documents begin, and what each is."""

import json
from pathlib import Path
from typing import Any

import pytest

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
