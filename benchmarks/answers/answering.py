"""Makes one answer of a phrase: the scene, what is odd about it, and its line of the manifest."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from benchmarks.answers.clients import Client
from benchmarks.answers.phrases import DIGEST_LINES, Phrase
from benchmarks.answers.raw_mail import (
    Envelope,
    Part,
    failed,
    passed,
    text_part,
    write_body,
    write_mail,
    write_mailbox,
    write_multipart,
    write_part,
)
from benchmarks.answers.scene import (
    AUTHSERV,
    Scene,
    fill_facts,
    invent_facts,
    invent_original,
    invent_person,
    invent_time,
)
from benchmarks.answers.wording import get_wording

#: shapes whose body holds nothing that was typed
_SILENT = {"subject", "attachment", "empty"}
_BELOW = {"below_marker"}
_PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True, kw_only=True)
class Made:
    """One mail of a collection."""

    raw: bytes
    #: its line of the manifest, without the path
    truth: dict[str, Any]


def invent_scene(rng: Random, phrase: Phrase) -> Scene:
    """Return who answers what, and when."""
    person = invent_person(rng, phrase.half, phrase.language)
    sent_at = invent_time(rng)
    facts = invent_facts(rng, person, sent_at)
    typed = "" if phrase.shape in _SILENT else fill_facts(phrase.says, facts)
    return Scene(
        phrase=phrase,
        person=person,
        original=invent_original(rng, phrase, facts, sent_at),
        answered_at=sent_at + timedelta(minutes=rng.randrange(3, 4000)),
        typed=typed,
        parts={at: fill_facts(text, facts) for at, text in phrase.parts.items()},
        sign=_invent_sign(rng, phrase.language, person.short, person.signature),
        disclaimer=tuple(person.disclaimer) if rng.random() < 0.5 else (),
        banner=get_wording(phrase.language)["banner"] if rng.random() < 0.07 else "",
        facts=facts,
    )


def _invent_sign(rng: Random, language: str, short: str, signature: list[str]) -> tuple[str, ...]:
    greeting = rng.choice(get_wording(language)["sign_offs"])
    ways: list[tuple[str, ...]] = [
        (), (short,), (greeting, short), (greeting, "", *signature), tuple(signature),
    ]  # fmt: skip
    return rng.choice(ways)


def make_answer(rng: Random, phrase: Phrase, client: Client) -> Made:
    """Return the mail of one phrase as one client writes it."""
    scene = invent_scene(rng, phrase)
    body = _write_body(client, scene, rng)
    raw = write_mail(client, scene, body, rng, invent_envelope(scene, rng))
    return Made(raw=raw, truth=write_truth(scene, client))


def _choose_place(rng: Random, phrase: Phrase, client: Client) -> str:
    if phrase.parts:
        return "inline"
    if phrase.shape in _BELOW:
        return "bottom"
    if phrase.shape:
        return "top"
    return rng.choice([place for place in client.places if place != "inline"])


def _write_body(client: Client, scene: Scene, rng: Random) -> bytes:
    shape = scene.phrase.shape
    if shape == "parts_differ":
        return _parts_that_differ(client, scene, rng)
    if shape == "hidden":
        return _with_hidden(scene, rng)
    place = _choose_place(rng, scene.phrase, client)
    form = rng.choice(client.forms)
    body = write_body(client, scene, rng, form=form, place=place)
    return _with_attachment(body, scene, rng) if shape == "attachment" else body


def _parts_that_differ(client: Client, scene: Scene, rng: Random) -> bytes:
    other = replace(scene, typed=scene.filled(scene.phrase.also))
    plain = write_body(client, other, rng, form="text", place="top")
    web = write_body(client, scene, rng, form="html", place="top")
    return write_multipart("alternative", f"=_{rng.getrandbits(64):016x}", [plain, web])


def _with_hidden(scene: Scene, rng: Random) -> bytes:
    """Return an HTML body with a text in front that no reader sees."""
    hidden = scene.filled(scene.phrase.also)
    style = rng.choice(("display:none", "font-size:0;color:#ffffff", "visibility:hidden;height:0"))
    content = f'<div style="{style}">{hidden}</div><div>{scene.typed}</div>'
    return write_part(text_part(f"<html><body>{content}</body></html>", "html", "utf-8", rng))


def _with_attachment(body: bytes, scene: Scene, rng: Random) -> bytes:
    name = scene.phrase.also or get_wording(scene.phrase.language)["attachment"]
    headers = (
        "Content-Type: application/pdf",
        f'Content-Disposition: attachment; filename="{name}"',
    )
    pdf = write_part(Part(headers=headers, content=_PDF, encoding="base64"))
    return write_multipart("mixed", f"=_m{rng.getrandbits(64):016x}", [body, pdf])


def invent_envelope(scene: Scene, rng: Random) -> Envelope:
    """Return who really sends the answer; the shapes about senders are forged here."""
    person, shape = scene.person, scene.phrase.shape
    honest = Envelope(
        sender=person.address,
        from_lines=(write_mailbox(person.name, person.address),),
        results=(passed(person.address),),
        subject=_subject(scene, rng),
    )
    forge = _FORGERS.get(shape)
    return forge(honest, scene) if forge else honest


def _subject(scene: Scene, rng: Random) -> str:
    if scene.phrase.shape == "subject":
        return scene.filled(scene.phrase.says)
    return rng.choice(("Re: ", "Re: ", "RE: ", "Antw: ", "AW: ")) + scene.original.subject


def _sent_by(honest: Envelope, address: str, name: str) -> Envelope:
    """Return a mail whose sender is proved, but is somebody else."""
    return replace(
        honest, sender=address, from_lines=(write_mailbox(name, address),),
        results=(passed(address),),
    )  # fmt: skip


def _by_colleague(honest: Envelope, scene: Scene) -> Envelope:
    return _sent_by(honest, f"boekhouding@{scene.person.domain}", "Boekhouding")


def _by_supplier(honest: Envelope, scene: Scene) -> Envelope:
    domain = scene.facts["unknown"].rpartition("@")[2]
    return _sent_by(honest, f"invoices@{domain}", scene.facts["supplier"])


def _by_lookalike(honest: Envelope, scene: Scene) -> Envelope:
    name, _, domain = scene.person.address.partition("@")
    twin = domain.replace("l", "1", 1) if "l" in domain else domain.replace("o", "0", 1)
    return _sent_by(honest, f"{name}@{twin}", scene.person.name)


def _by_display_name(honest: Envelope, scene: Scene) -> Envelope:
    shown = f'"{scene.person.address}"'
    return _sent_by(honest, "office.manager@freemail.example", shown)


def _failed(honest: Envelope, scene: Scene) -> Envelope:
    return replace(honest, results=(failed(scene.person.address),))


def _unproved(honest: Envelope, _scene: Scene) -> Envelope:
    return replace(honest, results=())


def _forged_results(honest: Envelope, scene: Scene) -> Envelope:
    forged = passed(scene.person.address).replace(AUTHSERV, f"mx.{scene.person.domain}")
    return replace(honest, results=(failed(scene.person.address), forged))


def _two_from(honest: Envelope, scene: Scene) -> Envelope:
    other = write_mailbox(scene.person.name, "office.manager@freemail.example")
    return replace(honest, from_lines=(other, *honest.from_lines))


_FORGERS = {
    "colleague": _by_colleague, "supplier": _by_supplier, "lookalike": _by_lookalike,
    "display": _by_display_name, "failed": _failed, "unproved": _unproved,
    "forged_results": _forged_results, "two_from": _two_from,
}  # fmt: skip


def write_truth(scene: Scene, client: Client) -> dict[str, Any]:
    """Return the line of the manifest, without the path."""
    phrase = scene.phrase

    def filled(commands: Any) -> list[dict[str, Any]]:
        shown = [one.as_json() for one in commands]
        return [c | {"args": {k: scene.filled(v) for k, v in c["args"].items()}} for c in shown]

    parts = {"written_parts": list(scene.parts.values())} if scene.parts else {}
    subject = {"subject_text": scene.filled(phrase.says)} if phrase.shape == "subject" else {}
    form = {"form": phrase.form} if phrase.is_decision else {}
    tolerated = {"tolerated": filled(phrase.tolerated)} if phrase.tolerated else {}
    return {
        "language": phrase.language, "client": client.name, "context": phrase.context,
        "date": scene.answered_at.isoformat(), "asked": scene.person.address,
        "shown_items": DIGEST_LINES if phrase.context == "digest" else 0,
        "written": scene.typed, **parts, **subject, "automatic": None,
        "commands": filled(phrase.does), "decision_allowed": phrase.is_decision,
        **tolerated, "category": phrase.category,
        "why": phrase.why or "clear", **form,
    }  # fmt: skip
