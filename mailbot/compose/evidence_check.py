"""Checks a file of evidence with nothing but Python: `python3 check.py` in the unpacked folder.

mailbot puts a copy of this module in every such file, so that an auditor needs no mailbot.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

#: what a decision rests on, by the name of its SHA-256 in the event
WITNESSES = ("mail_sha256", "post_sha256", "letter_sha256", "document_sha256")


def find_faults(read: Callable[[str], bytes]) -> Iterator[str]:
    """Yield a sentence for everything that is not as it was; `read` gives a file by its name."""
    manifest = json.loads(read("manifest.json"))
    events = [json.loads(line) for line in read("events.jsonl").splitlines()]
    links = [json.loads(line) for line in read("chain.jsonl").splitlines()]
    yield from _changed_files(manifest["files"], read)
    yield from _changed_links(links)
    yield from _changed_events(events, {link["number"]: link for link in links})
    yield from _missing_witnesses(events, set(manifest["files"].values()))
    if not links or links[-1]["hash"] != manifest["head"]["hash"]:
        yield "the chain does not end where the manifest says"


def _changed_files(files: dict[str, str], read: Callable[[str], bytes]) -> Iterator[str]:
    for name, sha256 in files.items():
        try:
            content = read(name)
        except (OSError, KeyError):
            yield f"{name} is missing"
            continue
        if hashlib.sha256(content).hexdigest() != sha256:
            yield f"{name} is not what it was"


def _changed_links(links: list[dict[str, Any]]) -> Iterator[str]:
    for before, link in pairwise(links):
        if link["number"] != before["number"] + 1 or link["previous_hash"] != before["hash"]:
            yield f"the chain is broken before event {link['number']}"
    for link in links:
        text = f"{link['previous_hash']}\n{link['content_hash']}"
        # events of old installations have no hash of their own: they are only linked
        if link["content_hash"] and hashlib.sha256(text.encode()).hexdigest() != link["hash"]:
            yield f"the hash of event {link['number']} is not right"


def _changed_events(
    events: list[dict[str, Any]], links: dict[int, dict[str, Any]]
) -> Iterator[str]:
    for event in events:
        said = [event["at"], event["kind"], event["actor"], event["subject"], event["data"]]
        text = json.dumps(said, ensure_ascii=False)
        link = links.get(event["number"])
        if link is None:
            yield f"event {event['number']} is not in the chain"
        elif link["content_hash"] not in ("", hashlib.sha256(text.encode()).hexdigest()):
            yield f"event {event['number']} does not say what it said"


def _missing_witnesses(events: list[dict[str, Any]], known: set[str]) -> Iterator[str]:
    for event in events:
        if event["kind"] != "command_done":
            continue
        try:
            facts = json.loads(event["data"])
        except ValueError:
            yield f"event {event['number']} cannot be read"
            continue
        for name in WITNESSES:
            if facts.get(name) and facts[name] not in known:
                yield f"{name} of event {event['number']} is not in this file"


def main() -> int:
    """Check the folder that this module lies in; returns 0 when everything is as it was."""
    folder = Path(__file__).resolve().parent
    faults = list(find_faults(lambda name: (folder / name).read_bytes()))
    head = json.loads((folder / "manifest.json").read_bytes())["head"]
    for fault in faults:
        sys.stdout.write(f"WRONG: {fault}\n")
    if not faults:
        sys.stdout.write("Everything is as it was.\n")
    sys.stdout.write(f"Last event of this chain: {head['number']} {head['hash']}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
