"""Lets a mail in that the virus scanner was wrong about."""

from typing import Annotated

import typer

from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.mail import MailState
from mailbot.entrypoints.cli.shared import ConfigOption, fail, opened
from storage.mails import find_mail


def release_mail(
    name: Annotated[str, typer.Argument(help="Our id, the id of the 250 answer, or Message-ID.")],
    config: ConfigOption = None,
) -> None:
    """Read a mail that was set aside because the virus scanner found something in it."""
    with opened(config) as context, context.transaction() as unit:
        mail = find_mail(unit.session, name)
        if mail is None or mail.state is not MailState.INFECTED:
            fail(f"there is no mail {name} that was set aside; see `mailbot mail list`")
        unit.note(EventKind.MAIL_RELEASED, mail.id, by="operator")
        key = f"{mail.id}:released"
        unit.put(JobKind.INCOMING_MAIL, key=key, mail=mail.id, released="yes")
    print(f"mail {mail.id} is read now")
