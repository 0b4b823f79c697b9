"""Puts the evidence of the decisions about one document in one file that checks itself."""

import hashlib
import inspect
import io
import json
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from mailbot.compose import evidence_check
from mailbot.domain.events import Event, Link
from mailbot.domain.mail import Language

_CHECK = "check.py"
#: the same evidence makes the same bytes
_MOMENT = (1980, 1, 1, 0, 0, 0)


def write_evidence(
    events: Sequence[Event],
    links: Sequence[Link],
    files: Mapping[str, bytes],
    *,
    language: Language,
) -> bytes:
    """Return a zip: what happened, the chain around it, the files, and a program that checks them.

    `events` are those about one document and its mails; `links` the whole chain from the first of
    them to the last, without what other events say. `files` by name: mails, forms, documents.
    Raises ValueError without links.
    """
    if not links:
        raise ValueError("evidence needs the chain")
    last = links[-1]
    manifest = {
        "head": {"number": last.number, "hash": last.hash},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    members = {
        "README.txt": _readme(language).encode(),
        _CHECK: inspect.getsource(evidence_check).encode(),
        "manifest.json": json.dumps(manifest, indent=1, ensure_ascii=False).encode(),
        "events.jsonl": _lines(_event(event) for event in events),
        "chain.jsonl": _lines(vars(link) for link in links),
        **files,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _event(event: Event) -> dict[str, object]:
    """Return an event with its data as the text that was hashed."""
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "kind": event.kind.value,
        "actor": event.actor,
        "subject": event.subject,
        "data": json.dumps(event.data, sort_keys=True, ensure_ascii=False),
    }


def _lines(rows: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _readme(language: Language) -> str:
    file = resources.files("templates") / language / "evidence.toml"
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["readme"])
