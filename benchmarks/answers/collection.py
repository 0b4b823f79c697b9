"""Makes a collection of answers in a folder: mails and a manifest with the truth."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.answers.answering import Made, make_answer
from benchmarks.answers.automatic import make_automatic
from benchmarks.answers.clients import Client, clients_for
from benchmarks.answers.phrases import LANGUAGES, Phrase, load_phrases


def make_answers(half: str, seed: int, times: int = 1) -> Iterator[Made]:
    """Yield every phrase of a half `times` times, and the machines' mails once.

    The clients of a language come in turn; the same seed makes the same bytes.
    """
    for language in LANGUAGES:
        clients = clients_for(half, language)
        Random(f"{seed} {half} {language}").shuffle(clients)
        phrases = load_phrases(half, language) * times
        for place, phrase in enumerate(phrases):
            rng = Random(f"{seed} {half} {language} {place}")
            yield make_answer(rng, phrase, _choose_client(clients, place, phrase))
    yield from make_automatic(half, seed)


def _choose_client(clients: list[Client], place: int, phrase: Phrase) -> Client:
    """Return the client whose turn it is, of those that can write such a mail."""
    able = [one for one in clients if _can_write(one, phrase)]
    return able[place % len(able)]


def _can_write(client: Client, phrase: Phrase) -> bool:
    if phrase.parts:
        return "inline" in client.places
    if phrase.shape == "below_marker":
        return "bottom" in client.places
    if phrase.shape in {"hidden", "parts_differ"}:
        return "html" in client.forms
    return True


def write_collection(folder: Path, answers: Iterator[Made]) -> int:
    """Write mails and manifest into `folder`; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, made in enumerate(answers, 1):
        path = f"a{number:04}-{made.truth['language']}.eml"
        (folder / path).write_bytes(made.raw)
        lines.append(json.dumps({"path": path} | made.truth, ensure_ascii=False))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)
