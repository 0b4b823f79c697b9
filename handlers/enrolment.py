"""Sets up a person's authenticator app: a mail with a link, whose page shows the key once.

Nothing is made when the page is opened: the key is there since the invitation. An earlier app of
the person counts until the first code of the new one came.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import quote, urlencode

from handlers.context import Context, Unit
from handlers.correspondence import Post, post, reader_of
from handlers.turns import find_holder
from mailbot.compose.enrolment import write_enrolled_notice, write_enrolment_invitation
from mailbot.domain.code import CodeVerdict
from mailbot.domain.events import EventKind
from mailbot.domain.people import Definition, Employee, Office, Person
from mailbot.domain.token import Token
from mailbot.domain.totp import key_text
from storage.definitions import all_definitions, find_definition, get_office
from storage.reply_tokens import is_well_formed, token_hash
from storage.tokens import find_token, spend_token
from storage.totp import confirm_authenticator, new_authenticator, pending_key

#: `subject` of a token whose page sets up an app
ENROLMENT = "enrolment"


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What the page shows: the key in letters, and as the QR code holds it."""

    person: Person | Employee
    office: Office
    key_text: str
    key_uri: str


def invite(unit: Unit, email: str) -> bool:
    """Mail a person the link to set up an app; False when they are unknown or frozen."""
    found = _known(unit, email)
    if found is None or found[1].frozen:
        return False
    definition, person = found
    now, secret = unit.context.now(), unit.context.token_secret
    new_authenticator(unit.session, secret, person=email, at=now)
    letter = Post(
        key=f"enrolment:{unit.context.new_id()}",
        reader=reader_of(person, definition.office),
        office=definition.office,
        subject=ENROLMENT,
        write=partial(write_enrolment_invitation, until=now + _life(unit.context)),
    )
    post(unit, letter)
    return True


def open_enrolment(context: Context, token: str) -> Enrolment | None:
    """Return what the page of an invitation shows, without changing anything; None when it ended.

    Show it only in a browser that proved whose it is: who sees the key has the app.
    Raises Temporary.
    """
    if not is_well_formed(token, context.token_secret):
        return None
    with context.database.reading() as session:
        unit = Unit(context=context, session=session)
        found = _open_token(unit, token)
        person = find_holder(session, found) if found else None
        if found is None or person is None or person.frozen:
            return None
        key = pending_key(session, context.token_secret, found.person)
        if key is None:
            return None
        office, _employees = get_office(session, found.office)
        return Enrolment(
            person=person,
            office=office,
            key_text=key_text(key),
            key_uri=key_uri(key, account=found.person, issuer=office.name),
        )


def finish_enrolment(context: Context, token: str, code: str) -> CodeVerdict:
    """Take the first code of the app; the right one makes it count. Raises Temporary."""
    with context.transaction() as unit:
        found = _open_token(unit, token)
        person = find_holder(unit.session, found) if found else None
        if found is None or person is None or person.frozen:
            return CodeVerdict.EXPIRED
        now, secret = context.now(), context.token_secret
        verdict = confirm_authenticator(
            unit.session, secret, person=found.person, code=code, at=now
        )
        if verdict is CodeVerdict.RIGHT:
            spend_token(unit.session, found.hash, now)
            unit.note(EventKind.AUTHENTICATOR_SET_UP, found.person, found.person)
            _tell(unit, found, person)
        return verdict


def key_uri(key: bytes, *, account: str, issuer: str) -> str:
    """Return what the QR code holds that an app reads (otpauth, the Key URI Format)."""
    label = f"{quote(issuer)}:{quote(account)}"
    return f"otpauth://totp/{label}?{urlencode({'secret': key_text(key), 'issuer': issuer})}"


def _tell(unit: Unit, token: Token, person: Person | Employee) -> None:
    """Tell the person: who did not do this must know at once."""
    office, _employees = get_office(unit.session, token.office)
    letter = Post(
        key=f"enrolled:{token.hash}",
        reader=reader_of(person, office),
        office=office,
        write=write_enrolled_notice,
    )
    post(unit, letter)


def _open_token(unit: Unit, token: str) -> Token | None:
    """Return the token of an invitation that still can be used."""
    found = find_token(unit.session, token_hash(token))
    if found is None or found.subject != ENROLMENT or found.spent_at is not None:
        return None
    ends = min(found.expires_at, found.created_at + _life(unit.context))
    return found if ends > unit.context.now() else None


def _life(context: Context) -> timedelta:
    return timedelta(hours=context.settings.proof.code_hours)


def _known(unit: Unit, email: str) -> tuple[Definition, Person | Employee] | None:
    """Return the first office that knows an address, and who it is there."""
    for each in all_definitions(unit.session):
        definition = find_definition(unit.session, each.office.code)
        if definition is None:
            continue
        people: list[Person | Employee] = [*definition.employees]
        people += [person for dossier in definition.dossiers for person in dossier.people]
        for person in people:
            if person.email.lower() == email.lower():
                return definition, person
    return None
