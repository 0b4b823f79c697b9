"""`mailbot import`: bring files in the same way as a mail would."""

import mimetypes
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Annotated

import typer

from mailbot.domain.clock import SystemClock
from mailbot.domain.errors import MailbotError
from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import Authentication, Channel, Envelope
from mailbot.entrypoints.app import open_spool, places
from mailbot.entrypoints.cli.shared import ConfigOption, fail, settings_of
from mailbot.mail.address import read_recipient
from mailbot.rules.intake import answer_recipient
from mailbot.settings import Settings
from storage.directory_file import DirectoryFile


def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="Documents; .eml files are taken as they are.")
    ],
    to: Annotated[str, typer.Option(help="The address, e.g. aankoop-0400000185@…")],
    sender: Annotated[str, typer.Option(help="In whose name.")] = "",
    config: ConfigOption = None,
) -> None:
    """Put files into the spool, as mails to an address; the service takes them from there."""
    settings = settings_of(config)
    sender = sender or f"import@{settings.service.domain}"
    _check(settings, to, sender)
    spool = open_spool(settings)
    for file in files:
        try:
            raw = _as_mail(file, to, sender)
            spool_id = spool.put(raw, _envelope(to, sender))
        except (OSError, MailbotError) as error:
            fail(f"{file}: {error}")
        print(f"{file}: kept as {spool_id}")


def _check(settings: Settings, to: str, sender: str) -> None:
    try:
        directory = DirectoryFile(places(settings).directory).read()
    except MailbotError as error:
        fail(str(error))
    answer = answer_recipient(
        read_recipient(to), directory, envelope_sender=sender, is_token_known=lambda _token: False
    )
    if not answer.is_accepted:
        fail(str(answer))


def _as_mail(file: Path, to: str, sender: str) -> bytes:
    content = file.read_bytes()
    if file.suffix.lower() == ".eml":
        return content
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, file.name
    mail["Message-ID"] = make_msgid(domain=to.rpartition("@")[2])
    mail.set_content("")
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    main, _, sub = media_type.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=file.name)
    return mail.as_bytes()


def _envelope(to: str, sender: str) -> Envelope:
    now = SystemClock().now()
    return Envelope(
        spool_id=new_id(now),
        received_at=now,
        channel=Channel.IMPORT,
        envelope_sender=sender,
        envelope_recipients=(to,),
        # who can write our spool is the operator
        authentication=Authentication(aligned=True, source="import"),
    )
