"""`mailbot read-answers`: reads answers in their context, as the running service would."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from mailbot.domain.command import HARMLESS, Answer, Command, Context, Verb
from mailbot.domain.mail import Authentication, Mail
from mailbot.mail.authentication_results import read_authentication_results
from mailbot.mail.automatic import find_automatic
from mailbot.mail.parse import parse_mail
from mailbot.mail.repeated import NOTHING_SHOWN, ShownFacts
from mailbot.mail.reply_command import read_answer, would_act
from mailbot.mail.reply_html import html_lines
from mailbot.mail.reply_text import read_reply
from mailbot.mail.typed_values import read_amount

_AMOUNT = re.compile(r"(?:EUR|\u20ac)\s?\d[\d.,\s]*\d|\d[\d.,\s]*\d\s?(?:EUR|\u20ac)")


def read_answers(
    manifest: Annotated[Path, typer.Argument(help="JSON lines: path, language, context, …")],
    *,
    trusted_authserv: Annotated[
        list[str] | None,
        typer.Option(help="Server whose Authentication-Results are believed; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show how answers are read and whether they would be acted on."""
    for line in manifest.read_text("utf-8").splitlines():
        if line.strip():
            row = read_row(json.loads(line), manifest.parent, trusted_authserv or [])
            print(json.dumps(row, ensure_ascii=False) if as_json else _in_words(row))


def read_row(asked: dict[str, Any], folder: Path, trusted: list[str]) -> dict[str, Any]:
    """Return how one mail of the manifest is read, and whether it would be acted on."""
    raw = (folder / asked["path"]).read_bytes()
    mail = parse_mail(raw)
    automatic = find_automatic(mail)
    if automatic:
        return _row(asked, automatic=automatic.value, why="automatic")
    reply = read_reply(mail)
    answer = read_answer(
        reply,
        language=asked["language"],
        context=Context(asked["context"]),
        shown_items=asked.get("shown_items", 0),
        sent_on=date.fromisoformat(asked["date"][:10]),
        subject=mail.subject,
        shown=_shown_facts(mail, asked.get("shown_items", 0)),
    )
    authentication = read_authentication_results(raw, trusted)
    why = answer.doubt or _why_not(answer, mail, asked, authentication)
    acted = would_act(answer) and not why
    shown = answer.commands if acted else [c for c in answer.commands if c.verb in HARMLESS]
    row = _row(asked, written=reply.text, commands=[_shown(one) for one in shown], why=why)
    return row | {"acted": acted}


def _row(
    asked: dict[str, Any],
    *,
    written: str = "",
    automatic: str | None = None,
    commands: list[dict[str, Any]] | None = None,
    why: str = "",
) -> dict[str, Any]:
    return {
        "path": asked["path"],
        "written": written,
        "automatic": automatic,
        "commands": commands or [],
        "acted": False,
        "why": why,
    }


def _why_not(
    answer: Answer, mail: Mail, asked: dict[str, Any], authentication: Authentication | None
) -> str:
    """Return why a clear answer is not carried out: who says it, or what it touches."""
    if not any(command.verb not in HARMLESS for command in answer.commands):
        return ""
    wanted = str(asked["asked"]).lower()
    if mail.sender.address.lower() != wanted or len(mail.senders) > 1:
        return "spoofed_sender"
    if authentication is None or not authentication.aligned:
        return "spoofed_sender"
    return next((why for one in answer.commands if (why := _refusal(one, mail, wanted))), "")


def _refusal(command: Command, mail: Mail, asked: str) -> str:
    if command.verb is Verb.CORRECT and command.args.get("field") == "iban":
        return "new_iban"
    if command.verb is Verb.FORWARD:
        domain = command.args["to"].rpartition("@")[2]
        return "" if domain == asked.rpartition("@")[2] else "forward_unknown_person"
    if command.verb is Verb.CONFIRM and "code" in command.args:
        return "" if command.args["code"] in _codes(mail) else "bad_value"
    return ""


def _codes(mail: Mail) -> set[str]:
    """Return the codes in the quote of the mail that was answered."""
    typed = set(read_reply(mail).text.split("\n"))
    lines = [*mail.text.split("\n"), *html_lines(mail.html).split("\n")]
    quoted = "\n".join(line for line in lines if line.strip() not in typed)
    found = re.findall(r"(?<![\d.,])\d{3} ?\d{1,5}(?![\d.,]*\d)", quoted)
    return {one.replace(" ", "") for one in found}


def _shown_facts(mail: Mail, shown_items: int) -> ShownFacts:
    """Return what the subject and the quote say of the one document that was asked about."""
    if shown_items:
        return NOTHING_SHOWN
    typed = set(read_reply(mail).text.split("\n"))
    lines = [*mail.text.split("\n"), *html_lines(mail.html).split("\n")]
    quoted = "\n".join(line for line in lines if line.strip() not in typed)
    told = _AMOUNT.findall(mail.subject) or _AMOUNT.findall(quoted)
    amounts = (read_amount(one) for one in told)
    parts = re.split(r"[:?,]\s+", mail.subject)
    return ShownFacts(
        totals=frozenset(one for one in amounts if one),
        numbers=frozenset(re.findall(r"[\w/.-]*\d[\w/.-]*\w", f"{mail.subject}\n{quoted}")),
        names=frozenset(part for part in parts if part in quoted and part[:1].isupper()),
    )


def _shown(command: Command) -> dict[str, Any]:
    args = dict(command.args)
    items = list(command.items)
    if command.verb in {Verb.BOOK, Verb.REMOVE_LINE} and "line" in args:
        items = [int(args.pop("line"))]
    if "vat_code" in args:
        args["vat"] = args.pop("vat_code")
    return {"verb": command.verb.value, "items": items, "args": args}


def _in_words(row: dict[str, Any]) -> str:
    asked = ", ".join(
        " ".join([*map(str, one["items"]), one["verb"], *one["args"].values()])
        for one in row["commands"]
    )
    done = "would act" if row["acted"] else f"would not act ({row['why'] or 'talk'})"
    return f"{row['path']}: {asked or 'nothing'}: {done}"
