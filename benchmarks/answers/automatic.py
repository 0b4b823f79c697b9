"""What machines send back: out-of-office replies, bounces, receipts, calendars, lists."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.answers.answering import Made, invent_scene, write_truth
from benchmarks.answers.clients import Client, clients_for
from benchmarks.answers.phrases import Phrase
from benchmarks.answers.raw_mail import (
    Envelope,
    Part,
    passed,
    text_part,
    write_body,
    write_mail,
    write_mailbox,
    write_multipart,
    write_part,
)
from benchmarks.answers.scene import Scene

_SYSTEM = ("Mail Delivery System", "mailer-daemon@mail.example")


def make_automatic(half: str, seed: int) -> Iterator[Made]:
    """Yield the mails of machines of a half."""
    path = Path(__file__).with_name(f"automatic_{half}.toml")
    for place, entry in enumerate(tomllib.loads(path.read_text("utf-8"))["mail"]):
        rng = Random(f"{seed} {half} automatic {place}")
        clients = [c for c in clients_for(half, entry["language"]) if c.name != "HCL Verse"]
        yield _make_mail(rng, entry, rng.choice(clients), half)


def _make_mail(rng: Random, entry: dict[str, Any], client: Client, half: str) -> Made:
    scene = _scene(rng, entry, half)
    kind = entry.get("build", "")
    body = _REPORTS[kind](scene, rng) if kind else _ordinary(entry, client, scene, rng)
    machine = replace(client, headers=[*client.headers, *_headers(entry, scene)])
    raw = write_mail(machine, scene, body, rng, _envelope(entry, scene))
    truth = write_truth(scene, client) | {
        "client": "mail system" if kind == "report" else client.name,
        "written": "",
        "automatic": entry["kind"],
        "category": f"auto-{entry['kind']}",
        "why": "written by a machine",
    }
    return Made(raw=raw, truth=truth)


def _scene(rng: Random, entry: dict[str, Any], half: str) -> Scene:
    phrase = Phrase(half=half, language=entry["language"], context="approval",
                    says="", category="", parts={})  # fmt: skip
    scene = invent_scene(rng, phrase)
    until = scene.answered_at + timedelta(days=rng.randrange(3, 20))
    scene.facts.update(topic=scene.original.subject, mine=scene.person.address,
                       me=scene.person.name, until=f"{until:%d/%m/%Y}")  # fmt: skip
    return replace(scene, typed=scene.filled(entry["body"]), sign=(), disclaimer=(), banner="")


def _headers(entry: dict[str, Any], scene: Scene) -> list[str]:
    return [scene.filled(one).replace("$", "") for one in entry.get("headers", [])]


def _envelope(entry: dict[str, Any], scene: Scene) -> Envelope:
    is_system = entry.get("null_sender") or entry.get("build") == "report"
    name, address = _SYSTEM if is_system else (scene.person.name, scene.person.address)
    return Envelope(
        sender="" if is_system else address,
        from_lines=(write_mailbox(name, address),),
        results=(passed(address),),
        subject=scene.filled(entry["subject"]),
    )


def _ordinary(entry: dict[str, Any], client: Client, scene: Scene, rng: Random) -> bytes:
    form = rng.choice(client.forms)
    quoting = form == "text" or not entry.get("headers")
    shown = scene if quoting else replace(scene, typed=scene.typed + "\n")
    return write_body(replace(client, footer={}), shown, rng, form=form, place="top")


def _report(scene: Scene, rng: Random) -> bytes:
    mine = scene.person.address
    status = (f"Reporting-MTA: dns; mail.example\n\nFinal-Recipient: rfc822; {mine}\n"
              "Action: failed\nStatus: 5.1.1\n").encode()  # fmt: skip
    headers = f"Message-ID: <{scene.original.message_id}>\nSubject: x\n".encode()
    return write_multipart(
        "report",
        f"{rng.getrandbits(64):016X}/mail.example",
        [
            write_part(text_part(scene.typed, "plain", "utf-8", rng)),
            write_part(Part(headers=("Content-Type: message/delivery-status",), content=status)),
            write_part(Part(headers=("Content-Type: text/rfc822-headers",), content=headers)),
        ],
        "; report-type=delivery-status",
    )


def _receipt(scene: Scene, rng: Random) -> bytes:
    mine = scene.person.address
    how = "manual-action/MDN-sent-manually; displayed"
    parent = scene.original.message_id
    notice = (f"Final-Recipient: rfc822;{mine}\nOriginal-Message-ID: <{parent}>\n"
              f"Disposition: {how}\n").encode()  # fmt: skip
    kind = "Content-Type: message/disposition-notification"
    return write_multipart(
        "report",
        f"_{rng.getrandbits(64):016x}_",
        [
            write_part(text_part(scene.typed, "plain", "utf-8", rng)),
            write_part(Part(headers=(kind,), content=notice)),
        ],
        "; report-type=disposition-notification",
    )


def _calendar(scene: Scene, rng: Random) -> bytes:
    mine = scene.person.address
    event = ("BEGIN:VCALENDAR\nMETHOD:REPLY\nVERSION:2.0\nPRODID:-//example//EN\nBEGIN:VEVENT\n"
             f"UID:{rng.getrandbits(64):016x}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{mine}\n"
             "DTSTAMP:20261124T090000Z\nDTSTART:20261130T090000Z\nEND:VEVENT\n"
             "END:VCALENDAR\n").encode()  # fmt: skip
    kind = 'Content-Type: text/calendar; charset="utf-8"; method=REPLY'
    return write_multipart(
        "alternative",
        f"_{rng.getrandbits(64):016x}_",
        [
            write_part(text_part(scene.typed, "plain", "utf-8", rng)),
            write_part(Part(headers=(kind,), content=event, encoding="base64")),
        ],
    )


_REPORTS = {"report": _report, "receipt": _receipt, "calendar": _calendar}
