"""The scene of one answer: who answers what, when, and with which program."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.answers.phrases import DIGEST_LINES, Phrase
from benchmarks.answers.wording import date_marks

#: the office that asked, and its mail server
OFFICE = "Kantoor Verhelst"
DOMAIN = "post.verhelst.example"
AUTHSERV = "mx.post.verhelst.example"
#: codes that payment mails show
CODES = ("4471", "902 318")
_SUPPLIERS = (
    "Brouwerij Zwartbeek", "Electro Lievens", "Papeterie Colson", "Hendriks Koeltechniek",
    "Atelier Dubreuil", "Northgate Supplies", "Weber Werkzeuge", "Tuincentrum De Kastanje",
    "Cafés Moulin Rouge", "Hartmann Spedition",
)  # fmt: skip
_ZONE = timezone(timedelta(hours=1))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is asked."""

    half: str
    language: str
    name: str
    address: str
    signature: list[str]
    #: what stands below a quick answer
    short: str
    disclaimer: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        """The first name."""
        return self.name.split()[0]

    @property
    def domain(self) -> str:
        """Where the person's mail comes from."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True)
class Original:
    """The mail that was answered."""

    subject: str
    lines: tuple[str, ...]
    sent_at: datetime
    message_id: str
    reply_to: str


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a program needs to write the answer."""

    phrase: Phrase
    person: Person
    original: Original
    answered_at: datetime
    #: what was typed, marks filled in
    typed: str
    #: number of a shown line -> what was typed below it
    parts: dict[int, str]
    #: greeting and signature below it
    sign: tuple[str, ...]
    #: what the firm's server puts at the end
    disclaimer: tuple[str, ...]
    #: what a server puts at the top of the answer
    banner: str
    #: what the mail showed: number, supplier, amount, …
    facts: dict[str, str]

    def filled(self, text: str) -> str:
        """Return a text of a phrase with the marks that stand for what the mail showed."""
        return fill_facts(text, self.facts)


def fill_facts(text: str, facts: dict[str, str]) -> str:
    """Return `text` with its {marks} filled in."""
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text


@cache
def load_people() -> tuple[Person, ...]:
    """Return everybody who answers."""
    return tuple(Person(**one) for one in _load("people.toml")["person"])


@cache
def load_originals() -> dict[str, Any]:
    """Return the mails that are answered, as they stand in the file."""
    return _load("originals.toml")


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))


def invent_person(rng: Random, half: str, language: str) -> Person:
    """Return somebody of a half who speaks the language."""
    return rng.choice([p for p in load_people() if (p.half, p.language) == (half, language)])


def invent_facts(rng: Random, person: Person, sent_at: datetime) -> dict[str, str]:
    """Return what the mail shows."""
    cents = rng.randrange(8_000, 900_000)
    due = sent_at + timedelta(days=rng.randrange(10, 40))
    numbers = (f"2026-{rng.randrange(100, 9999)}", f"VF26/{rng.randrange(1000, 9999)}",
               f"F{rng.randrange(10000, 99999)}")  # fmt: skip
    suppliers = rng.sample(_SUPPLIERS, DIGEST_LINES)
    shown = [f"{at}. {who}, {write_amount(rng.randrange(4_000, 700_000), person.language)} EUR"
             for at, who in enumerate(suppliers, 1)]  # fmt: skip
    return {
        "first": person.first, "domain": person.domain, "number": rng.choice(numbers),
        "supplier": suppliers[0], "amount": write_amount(cents, person.language),
        "due": f"{due:%d/%m/%Y}", "period": f"{sent_at:%Y-%m}", "code": rng.choice(CODES),
        "unknown": f"facturen@{rng.choice(('zwartbeek', 'colson', 'northgate'))}-nieuw.example",
        "list": "\n".join(shown),
    }  # fmt: skip


def write_amount(cents: int, language: str) -> str:
    """Return an amount as the language writes it."""
    english = f"{cents / 100:,.2f}"
    if language == "en":
        return english
    swapped = english.translate(str.maketrans(",.", ".,"))
    return swapped.replace(".", " ") if language == "fr" else swapped


def invent_original(
    rng: Random, phrase: Phrase, facts: dict[str, str], sent_at: datetime
) -> Original:
    """Return the mail that is answered; where the shape needs one, with a marker at its top."""
    found = load_originals()
    one = rng.choice(
        [
            o
            for o in found["original"]
            if (o["language"], o["context"]) == (phrase.language, phrase.context)
        ]
    )
    lines = fill_facts(one["body"].strip("\n"), facts).split("\n")
    if phrase.shape.endswith("_marker"):
        lines = [found["markers"][phrase.language], "", *lines]
    return Original(
        subject=fill_facts(one["subject"], facts),
        lines=(*lines, "", OFFICE),
        sent_at=sent_at,
        message_id=f"mb.{rng.getrandbits(64):016x}@{DOMAIN}",
        reply_to=f"r.{rng.getrandbits(60):015x}@{DOMAIN}",
    )


def invent_time(rng: Random) -> datetime:
    """Return a moment of an autumn, in winter time."""
    return datetime(2026, 10, 26, tzinfo=_ZONE) + timedelta(minutes=rng.randrange(40_000))


def scene_marks(scene: Scene, rng: Random, charset: str) -> dict[str, str]:
    """Return the marks for the templates of a client."""
    hexes = {f"hex{size}": f"{rng.getrandbits(4 * size):0{size}x}" for size in (4, 8, 16, 20)}
    guid = "-".join(f"{rng.getrandbits(4 * size):0{size}X}" for size in (8, 4, 4, 4, 12))
    person = scene.person
    countries = {"nl": "nl-BE", "fr": "fr-BE", "en": "en-GB", "de": "de-DE"}
    return {
        **hexes, "guid": guid, "thread": "AQHcXT" + hexes["hex8"] + "==", "charset": charset,
        "lang": countries[person.language], "domain": person.domain, "who": OFFICE,
        "addr": scene.original.reply_to, "me": person.name, "mine": person.address,
        "topic": scene.original.subject, "parent": scene.original.message_id,
        **date_marks(scene.original.sent_at, person.language),
    }  # fmt: skip
