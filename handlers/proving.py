"""Makes a browser prove, once, that it belongs to the person whose page it shows.

Whoever holds a link sees the page; only who also reads the mailbox of the person on file decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.context import Context, Unit
from handlers.correspondence import Post, post, reader_of
from handlers.turns import find_holder
from mailbot.compose.codes import write_browser_code
from mailbot.domain.code import CodePurpose, CodeUse, CodeVerdict
from mailbot.domain.command import Command
from mailbot.domain.events import EventKind
from mailbot.domain.token import Token
from storage.codes import count_codes, find_browser, new_code, record_browser, spend_code
from storage.definitions import get_office
from storage.reply_tokens import token_hash
from storage.tokens import find_token

#: how long a code can be typed
CODE_LIFE = timedelta(minutes=30)
#: how long a browser stays known
BROWSER_LIFE = timedelta(days=90)
#: between two code mails to one person
_PAUSE = timedelta(minutes=1)
#: code mails to one person in a day: with five tries each, a guess has a chance of one in 20 000
_MOST_A_DAY = 10
_DAY = timedelta(days=1)
_CODE = re.compile(r"[0-9]{6}")
_BETWEEN_DIGITS = re.compile(r"[\s.\-\u00a0\u202f]")


@dataclass(frozen=True, kw_only=True)
class Proved:
    """What came of a code that was typed."""

    verdict: CodeVerdict
    #: what the browser is known by from now on; "" unless the code was right
    browser: str = ""


def send_code(context: Context, token: str, asked: Sequence[Command], about: str) -> bool:
    """Mail the person on file the code that an unknown browser must bring.

    `asked` and `about` say in that mail what is waiting: commands, and in the words of the person
    the document or the page. Asked again at once, the code that was
    mailed last stays good. Returns False when too many were asked today. Raises Temporary.
    """
    with context.transaction() as unit:
        found = find_token(unit.session, token_hash(token))
        if found is None or _made_since(unit, found.person, _PAUSE):
            return True
        if _made_since(unit, found.person, _DAY) >= _MOST_A_DAY:
            return False
        _mail_code(unit, found, asked, about)
        return True


def prove_browser(context: Context, token: str, typed: str) -> Proved:
    """Say what a typed code is worth; the right one makes the browser known.

    What cannot be a code is no try: a scanner that fills in anything uses none up.
    Raises Temporary.
    """
    code = _BETWEEN_DIGITS.sub("", typed)
    if not code:
        return Proved(verdict=CodeVerdict.MISSING)
    if not _CODE.fullmatch(code):
        return Proved(verdict=CodeVerdict.WRONG)
    with context.transaction() as unit:
        found = find_token(unit.session, token_hash(token))
        if found is None:
            return Proved(verdict=CodeVerdict.MISSING)
        now, person = context.now(), found.person
        verdict = spend_code(unit.session, context.token_secret, _use(person), code, at=now)
        if verdict is not CodeVerdict.RIGHT:
            unit.note(EventKind.COMMAND_REFUSED, found.hash, person, why=verdict.value, via="page")
            return Proved(verdict=verdict)
        expires_at = now + BROWSER_LIFE
        browser = record_browser(unit.session, person=person, at=now, expires_at=expires_at)
        unit.note(EventKind.BROWSER_PROVED, person, person, token=found.hash)
        return Proved(verdict=verdict, browser=browser)


def is_proved(unit: Unit, person: str, browser: str) -> bool:
    """Whether this browser has proved that it is this person's."""
    if not browser:
        return False
    return find_browser(unit.session, browser, at=unit.context.now()) == person.lower()


def _use(person: str) -> CodeUse:
    """Return what these codes are good for: any page of the person."""
    return CodeUse(purpose=CodePurpose.BROWSER, subject=person, person=person)


def _made_since(unit: Unit, person: str, ago: timedelta) -> int:
    since = unit.context.now() - ago
    return count_codes(unit.session, purpose=CodePurpose.BROWSER, person=person, since=since)


def _mail_code(unit: Unit, token: Token, asked: Sequence[Command], about: str) -> None:
    context, now = unit.context, unit.context.now()
    holder = find_holder(unit.session, token)
    if holder is None:
        return
    office, _employees = get_office(unit.session, token.office)
    expires_at = now + CODE_LIFE
    use = _use(token.person)
    code = new_code(unit.session, context.token_secret, use, at=now, expires_at=expires_at)
    letter = Post(
        key=f"browser-code:{context.new_id()}",
        reader=reader_of(holder, office),
        office=office,
        write=lambda head: write_browser_code(
            head,
            code=code,
            until=expires_at,
            asked=asked,
            about=about,
        ),
    )
    post(unit, letter)
    unit.note(EventKind.BROWSER_CODE_SENT, token.hash, token.person)
