"""What people answer, written by hand, each with what it asks for (phrases_HALF_LANGUAGE*.toml).

A file has a table per context. Its `lines` and `sentences` hold [says, does]: decisions that any
careful clerk carries out. `ask` holds [says, why] or [says, why, tolerated]: nothing may happen.
`talk` holds [says, does]: questions, remarks and calls for help. `hostile` holds [says, why].
`[[shaped]]` are mails whose trouble is not in the words, `[[inline]]` answers between lines of the
quote.

`does` is a list of commands, with semicolons: `approve 1-4; reject 5 reason=te duur`. The marks
{number}, {supplier}, {amount}, {domain} and {code} stand for what the mail showed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("nl", "fr", "en", "de")
HALVES = ("train", "test")
CONTEXTS = ("approval", "review", "digest", "question", "payment", "quarantine")
#: array of a table -> category of the answers in it
CATEGORIES = {
    "lines": "decision", "sentences": "decision", "ask": "ask", "talk": "conversation",
    "hostile": "hostile",
}  # fmt: skip
#: shape of a mail -> category; those left out are "ask"
SHAPE_CATEGORIES = {
    "subject": "subject_only", "attachment": "attachment_only", "empty": "empty",
    "colleague": "sender", "supplier": "sender", "lookalike": "sender", "display": "sender",
    "failed": "sender", "unproved": "sender", "forged_results": "sender", "two_from": "sender",
    "above_marker": "decision",
}  # fmt: skip
#: how many numbered lines a digest shows
DIGEST_LINES = 6
_KEYS = "reason|until|to|field|value|account|amount|vat|text|code"
_ARGUMENT = re.compile(rf"\s*\b({_KEYS})=(.*?)(?=\s+(?:{_KEYS})=|$)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One command that an answer holds."""

    verb: str
    #: numbers of lines; none is the document of the mail
    items: tuple[int, ...] = ()
    args: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as a manifest writes it."""
        return {"verb": self.verb, "items": list(self.items), "args": dict(self.args)}


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One answer and its truth."""

    half: str
    language: str
    context: str
    says: str
    does: tuple[Asked, ...] = ()
    tolerated: tuple[Asked, ...] = ()
    category: str
    #: "line" or "sentence", for decisions
    form: str = ""
    why: str = ""
    #: what is odd about the mail; "" for an ordinary one
    shape: str = ""
    #: the second text of a shape that needs one
    also: str = ""
    #: number of a quoted line -> what stands below it
    parts: Mapping[int, str]

    @property
    def is_decision(self) -> bool:
        """Tell whether any careful clerk would act on it."""
        return self.category == "decision"


def read_commands(text: str, says: str = "") -> tuple[Asked, ...]:
    """Return the commands of a `does`; a question or remark without text is what was said."""
    return tuple(_read_command(one.strip(), says) for one in text.split(";") if one.strip())


def _read_command(text: str, says: str) -> Asked:
    verb, _, rest = text.partition(" ")
    args = {key: value.strip() for key, value in _ARGUMENT.findall(" " + rest)}
    if verb in {"question", "remark"}:
        args.setdefault("text", says)
    return Asked(verb=verb, items=_read_items(_ARGUMENT.sub("", " " + rest)), args=args)


def _read_items(text: str) -> tuple[int, ...]:
    items: list[int] = []
    for piece in text.replace(" ", "").split(","):
        first, _, last = piece.partition("-")
        if first:
            items += range(int(first), int(last or first) + 1)
    return tuple(items)


@cache
def load_phrases(half: str, language: str) -> tuple[Phrase, ...]:
    """Return the phrases of a half in a language, as they stand in the files."""
    files = sorted(Path(__file__).parent.glob(f"phrases_{half}_{language}*.toml"))
    return tuple(one for path in files for one in _read_file(path, half, language))


def _read_file(path: Path, half: str, language: str) -> list[Phrase]:
    content = tomllib.loads(path.read_text("utf-8"))
    found = [
        _read_entry(entry, array, half=half, language=language, context=context)
        for context in CONTEXTS
        for array, entries in content.get(context, {}).items()
        for entry in entries
    ]
    shaped = content.get("shaped", []) + content.get("inline", [])
    return found + [_read_shaped(entry, half, language) for entry in shaped]


def _read_entry(entry: list[str], array: str, **place: Any) -> Phrase:
    says, said_of_it, *more = entry
    if array in {"ask", "hostile"}:
        tolerated = read_commands(more[0], says) if more else ()
        truth: dict[str, Any] = {"why": said_of_it, "tolerated": tolerated}
    else:
        truth = {"does": read_commands(said_of_it, says), "why": more[0] if more else ""}
    form = {"lines": "line", "sentences": "sentence"}.get(array, "")
    category = CATEGORIES[array]
    return Phrase(says=says, category=category, form=form, parts={}, **truth, **place)


def _read_shaped(entry: dict[str, Any], half: str, language: str) -> Phrase:
    shape = entry.get("shape", "inline")
    parts = {int(number): text for number, text in entry.get("parts", {}).items()}
    does = read_commands(entry.get("does", ""))
    category = "decision" if shape == "inline" and does else SHAPE_CATEGORIES.get(shape, "ask")
    return Phrase(
        half=half,
        language=language,
        context=entry.get("context", "digest" if parts else "approval"),
        says=entry.get("says", "\n".join(parts.values())),
        does=does,
        tolerated=read_commands(entry.get("tolerated", "")),
        category=category,
        form="line" if category == "decision" else "",
        why=entry.get("why", shape),
        shape=shape,
        also=entry.get("also", ""),
        parts=parts,
    )


def all_phrases(half: str) -> Iterator[Phrase]:
    """Yield the phrases of a half, language by language."""
    for language in LANGUAGES:
        yield from load_phrases(half, language)
