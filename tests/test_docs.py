"""What the documents say about the code is true, as far as a machine can tell."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from mailbot.settings import Imap, Settings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SHIPPED_FOLDERS = "mailbot|handlers|storage|connectors|templates|tests|docker|docs|benchmarks"
NAMED_FILE = re.compile(rf"`((?:{SHIPPED_FOLDERS})/[\w/-]*\.\w+)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def setting_names() -> set[str]:
    """Return every key, as "section.key"."""
    sections: dict[str, type[BaseModel]] = {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    sections["imap"] = Imap
    return {f"{name}.{key}" for name, model in sections.items() for key in model.model_fields}


def test_operations_lists_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {key for row in rows for key in re.findall(r"`([a-z_]+\.[a-z_]+)`", row)}
    assert named == setting_names()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_named_files_exist(document: Path) -> None:
    text = document.read_text()
    named = [ROOT / name for name in NAMED_FILE.findall(text)]
    linked = [document.parent / name for name in LINK.findall(text)]
    assert not [str(path.relative_to(ROOT)) for path in [*named, *linked] if not path.exists()]
