"""`mailbot read-mail`: prints how mails are understood, without a running service."""

import json
import re
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from mailbot.domain.command import Answer, Context
from mailbot.domain.mail import Authentication, Mail, MailAddress, Part, Unpacked
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.shared import ConfigOption, settings_of
from mailbot.entrypoints.sender_check import SenderCheck, judge_file, open_sender_check
from mailbot.mail.any_mail import read_any_mail
from mailbot.mail.attachments import UnpackLimits, unpack
from mailbot.mail.automatic import find_automatic
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_text import Written, read_reply
from mailbot.settings import Settings

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PROCESSES = 2
_SECONDS = 10
#: of a mail without a date: days without a year get no sensible one
_NO_DAY = date(1970, 1, 1)
_MEMORY = 500 * 1024 * 1024


def read_mail(
    files: Annotated[list[Path], typer.Argument(help="Mails: .eml, .msg, winmail.dat.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    root: Annotated[Path | None, typer.Option(help="Print paths relative to this.")] = None,
    check_sender: Annotated[
        bool | None,
        typer.Option(help="Ask DNS who signed; default: when a DNS server is set."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show how mails are read: who, what is attached, what was newly written, automatic or not."""
    failed = False
    check = _sender_check(settings_of(config), is_wanted=check_sender)
    for file, row in zip(files, _rows(files, root), strict=True):
        failed |= "error" in row
        if check and "error" not in row:
            row["authentication"] = to_data(judge_file(file.read_bytes(), check))
        print(json.dumps(row, ensure_ascii=False) if as_json else _in_words(row))
    raise typer.Exit(1 if failed else 0)


def _sender_check(settings: Settings, *, is_wanted: bool | None) -> SenderCheck | None:
    if is_wanted is None:
        is_wanted = bool(settings.dns.server)
    return open_sender_check(settings) if is_wanted else None


def _rows(files: list[Path], root: Path | None) -> Iterator[dict[str, Any]]:
    """Yield one row for each file, in order; one bad file never stops the rest."""
    with ProcessPoolExecutor(_PROCESSES, initializer=_limit_memory) as pool:
        for file, future in [(file, _submit(pool, file)) for file in files]:
            shown = file.relative_to(root) if root and file.is_relative_to(root) else file
            yield {"path": str(shown)} | _outcome(file, future)


def _submit(pool: ProcessPoolExecutor, file: Path) -> Future[dict[str, Any]] | None:
    try:
        return pool.submit(_read_in_time, file)
    except BrokenProcessPool:
        return None


def _outcome(file: Path, future: Future[dict[str, Any]] | None) -> dict[str, Any]:
    error = future.exception() if future else BrokenProcessPool()
    if isinstance(error, BrokenProcessPool):
        # a process died: only this file or its neighbour can be the reason
        with ProcessPoolExecutor(1, initializer=_limit_memory) as pool:
            future = pool.submit(_read_in_time, file)
            error = future.exception()
    if error or not future:
        return {"error": f"{type(error).__name__}: {error}"}
    return future.result()


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


def _read_in_time(file: Path) -> dict[str, Any]:
    signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        return describe(read_any_mail(file.read_bytes(), file.name))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"not read within {_SECONDS} s")


def describe(mail: Mail) -> dict[str, Any]:
    """Return `mail` as plain JSON types: who, what came with it, what was newly written."""
    unpacked = unpack(mail, UnpackLimits())
    automatic = find_automatic(mail)
    reply = read_reply(mail)
    answer = _answer(mail, reply, is_automatic=automatic is not None)
    return {
        "from": _address(mail.sender),
        "to": [_address(one) for one in mail.to],
        "subject": mail.subject,
        "attachments": _names(mail, unpacked),
        "documents": [_part(one) for one in unpacked.documents],
        "left_out": [_part(one) for one in unpacked.left_out],
        "problems": list(unpacked.problems),
        "written": reply.text,
        "automatic": automatic.value if automatic else None,
        "authentication": to_data(Authentication()),
        "commands": [to_data(command) for command in answer.commands],
        "ambiguous": answer.doubt or None,
        "defects": list(mail.defects),
    }


def _answer(mail: Mail, reply: Written, *, is_automatic: bool) -> Answer:
    """Read `reply` without knowing what it answers; automatic mail asks for nothing."""
    if is_automatic:
        return Answer(written=reply.text)
    return read_answer(
        reply,
        language="nl",
        context=Context.NONE,
        shown_items=0,
        sent_on=mail.sent_at.date() if mail.sent_at else _NO_DAY,
        subject=mail.subject,
    )


def _address(address: MailAddress) -> str:
    name, at = address.display_name, address.address
    return f"{name} <{at}>" if name and at else name or at


def _names(mail: Mail, unpacked: Unpacked) -> list[str]:
    """Return every file name at every depth, in order, each once."""
    found = (*unpacked.documents, *unpacked.left_out)
    inner = [name for part in found for name in (*part.inside, part.name)]
    return list(dict.fromkeys([*(part.name for part in mail.parts), *inner]))


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "media_type": part.media_type,
        "size": len(part.content),
        "role": part.role.value,
        "inside": list(part.inside),
    }


def _in_words(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['path']}: {row['error']}"
    lines = [
        row["path"],
        f"  from       {row['from']}",
        f"  subject    {row['subject']}",
        f"  automatic  {row['automatic'] or 'no'}",
        *(f"  document   {one['name']} ({one['media_type']})" for one in row["documents"]),
        *(f"  left out   {one['name']} ({one['role']})" for one in row["left_out"]),
        *(f"  problem    {one}" for one in row["problems"]),
    ]
    lines += [f"  | {line}" for line in row["written"].splitlines()]
    # a mail must not move the cursor of the terminal it is shown on
    return _CONTROL.sub("", "\n".join(lines))
