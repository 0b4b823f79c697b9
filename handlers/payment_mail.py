"""A mail to mailbot@ that asks for the basket, the list of payments or a file; for handlers.

An answer to any mail of ours asks the same (handlers/turns.py).
"""

from functools import partial

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.evidence import cause_of_mail
from handlers.payment_lines import ANYWHERE, PaymentTurn
from mailbot.compose.transcript import write_transcript
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.mail import Mail, StoredMail
from mailbot.domain.people import Employee, Office, Person
from mailbot.domain.token import Token
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_text import read_reply


def answer_about_payments(
    unit: Unit, stored: StoredMail, mail: Mail, *, person: Person | Employee, office: Office
) -> bool:
    """Send what a proved person asks of their dossier's payments, with a transcript, once.

    Returns whether the mail asks for that and nothing else.
    """
    asked = read_answer(
        read_reply(mail),
        language=person.language,
        context=Shown.NONE,
        shown_items=0,
        sent_on=local_date(unit.context.now(), office.time_zone),
    )
    is_asked = asked.commands and all(command.verb in ANYWHERE for command in asked.commands)
    if asked.doubt or not is_asked or person.frozen:
        return False
    caused = Unit(
        context=unit.context, session=unit.session, cause=cause_of_mail(stored), noted=unit.noted
    )
    turn = PaymentTurn(caused, _as_token(unit, person, office), cause=stored.id, mail=stored)
    outcomes = [outcome for command in asked.commands for outcome in turn.carry_out(command)]
    letter = Post(
        key=f"transcript:{stored.id}",
        reader=reader_of(person, office),
        office=office,
        answers=stored,
        write=partial(write_transcript, outcomes=outcomes, about=stored.subject),
    )
    post(unit, letter)
    return True


def _as_token(unit: Unit, person: Person | Employee, office: Office) -> Token:
    """Return who asks as the token of a mail that showed nothing."""
    now = unit.context.now()
    return Token(
        hash="",
        person=person.email.lower(),
        context=Shown.NONE,
        office=office.code,
        outbox_id="",
        created_at=now,
        expires_at=now,
    )
