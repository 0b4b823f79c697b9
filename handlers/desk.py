"""What a link page shows and does, without HTTP; page and answer make the same commands."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from handlers.acting import Acted
from handlers.context import Context, Unit
from handlers.correspondence import make_links, reader_of
from handlers.evidence import cause_of_post
from handlers.executing import bound, view_plan
from handlers.levels import stakes_of
from handlers.proving import is_proved
from handlers.sheets import sheets_of
from handlers.transcript import send_page_transcript
from handlers.turns import carry_out, confirm, find_holder, refused, send_new_versions
from mailbot.compose.basket import ExecutionView
from mailbot.compose.pages import Sheet
from mailbot.compose.render import Letterhead
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.events import EventKind
from mailbot.domain.letter import Reader
from mailbot.domain.people import Employee, Office, Person
from mailbot.domain.token import Token
from mailbot.domain.values import from_data, to_data
from mailbot.rules.access import Authority, needed_authority
from storage.audit import events_about
from storage.definitions import find_definition
from storage.outbox import find_entry_of
from storage.people import is_unsubscribed, record_unsubscribed
from storage.reply_tokens import is_well_formed, token_hash
from storage.tokens import find_token, find_token_of
from storage.totp import has_authenticator


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What one token opens for the one person whom it names."""

    token: Token
    #: how to write to the reader, with the links of this token
    head: Letterhead
    #: why nothing is shown and nothing can be done: token_expired, frozen_person, not_allowed
    why: str = ""
    #: the document of the mail, or the numbered lines of a list
    sheets: tuple[Sheet, ...] = ()
    #: what waits for a confirmation, () when it was confirmed or dropped
    to_confirm: tuple[Command, ...] = ()
    #: the payments that would leave when it is confirmed
    execution: ExecutionView | None = None
    #: the code of the person's authenticator app may stand for a second person
    takes_app: bool = False
    #: what was asked on this page and waits for the code of the mail that asks to confirm it
    waits_for_code: tuple[Command, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether the mail had numbered lines."""
        return self.token.context is Shown.DIGEST


@dataclass(frozen=True, kw_only=True)
class SentForm:
    """How a form was sent."""

    #: what the browser is known by; "" when it never proved whose it is
    browser: str = ""
    #: the form itself: sent twice it is done once, with the same answer
    form: str = ""
    #: which version of which document (by id) its page showed; without it the decision is bound to
    #: what the mail showed
    seen: Mapping[str, int] = field(default_factory=dict)
    #: its fields and what is known of the browser, for the audit log
    post: Mapping[str, str] = field(default_factory=dict)


def open_desk(context: Context, token: str) -> Desk | None:
    """Return what `token` opens, as it is now, without changing anything; None when it is unknown.

    Raises Temporary when the database does not answer.
    """
    if not is_well_formed(token, context.token_secret):
        return None
    with context.database.reading() as session:
        found = find_token(session, token_hash(token))
        definition = find_definition(session, found.office) if found else None
        if found is None or definition is None:
            return None
        unit = Unit(context=context, session=session)
        holder = find_holder(session, found)
        desk = Desk(
            token=found, head=_head(context, token, holder, definition.office, email=found.person)
        )
        if why := _closed(context, found, holder):
            return replace(desk, why=why)
        waits = found.context is Shown.CONFIRMATION and found.spent_at is None
        asked = _asked_here(unit, found)
        return replace(
            desk,
            sheets=tuple(sheets_of(unit, found)),
            to_confirm=found.commands if waits else (),
            execution=_execution(unit, found) if waits else None,
            takes_app=waits and _takes_app(unit, found, holder),
            waits_for_code=asked.commands if asked else (),
        )


def act(context: Context, token: str, commands: Sequence[Command], sent: SentForm) -> Acted | None:
    """Do what a person asked on a page, as if they had answered the mail with proof.

    Returns None, and does nothing, when the browser has not proved whose it is (handlers.proving).
    Raises Temporary.
    """
    with context.transaction() as unit:
        found = find_token(unit.session, token_hash(token))
        if found is None:
            return _refuse_all(commands, "token_unknown")
        holder = find_holder(unit.session, found)
        why = _closed(context, found, holder)
        if why or holder is None:
            unit.note(EventKind.COMMAND_REFUSED, found.hash, found.person, why=why, via="page")
            return _refuse_all(commands, why)
        key = _key(sent.form or context.new_id(), commands)
        before = _answer_of(unit.session, found, key)
        if before is not None:
            return Acted(outcomes=before)
        if not is_proved(unit, found.person, sent.browser):
            return None
        cause = f"{found.hash[:16]}:{key}"
        caused = replace(unit, cause=cause_of_post(context, cause, sent.post))
        acted = _do(caused, found, commands, sent.seen, cause=cause)
        send_new_versions(caused, found, acted, cause=cause)
        send_page_transcript(caused, acted, found, holder, cause=cause)
        _remember(caused, found, key, acted, cause=cause)
        return acted


def unsubscribe(context: Context, token: str) -> Desk | None:
    """End the daily list of the person whom a list's token names (RFC 8058); a second time too.

    Ending a list needs no fresh token. Returns whose it was, None when the token is of no list.
    """
    desk = open_desk(context, token)
    if desk is None or not desk.is_list:
        return None
    with context.transaction() as unit:
        if not is_unsubscribed(unit.session, desk.token.person):
            record_unsubscribed(unit.session, desk.token.person, at=context.now())
            verb = Verb.UNSUBSCRIBE.value
            person = desk.token.person
            unit.note(EventKind.COMMAND_DONE, person, person, verb=verb, via="page")
    return desk


def _takes_app(unit: Unit, token: Token, holder: Person | Employee | None) -> bool:
    """Whether something waits that takes a second person, or a code of this person's app."""
    if token.asked_by or not has_authenticator(unit.session, token.person):
        return False
    stakes = (stakes_of(unit, token, command, holder) for command in token.commands)
    levels = (needed_authority(c, s) for c, s in zip(token.commands, stakes, strict=True))
    return any(level is Authority.SECONDED for level in levels)


def _execution(unit: Unit, token: Token) -> ExecutionView | None:
    """Return the payments that wait for this confirmation, None when it is of something else."""
    plans = (bound(unit, token, command)[1] for command in token.commands)
    return next((view_plan(unit, plan) for plan in plans if plan), None)


def _head(
    context: Context,
    token: str,
    holder: Person | Employee | None,
    office: Office,
    *,
    email: str,
) -> Letterhead:
    nobody = Reader(email=email, first_name="", name="", language=office.language)
    return Letterhead(
        office=office,
        reader=reader_of(holder, office) if holder else nobody,
        today=local_date(context.now(), office.time_zone),
        links=make_links(context, token),
    )


def _closed(context: Context, token: Token, holder: Person | Employee | None) -> str:
    """Return why this token shows and does nothing (id in table `refusals`), "" when it does."""
    if holder is not None and holder.frozen:
        # a freeze ends tokens, too: who is frozen must read that, not that the link is old
        return "frozen_person"
    if token.expires_at < context.now():
        return "token_expired"
    return "not_allowed" if holder is None else ""


def _do(
    unit: Unit,
    token: Token,
    commands: Sequence[Command],
    seen: Mapping[str, int],
    *,
    cause: str,
) -> Acted:
    if any(command.verb is Verb.CONFIRM for command in commands):
        asked = _asked_here(unit, token)
        if asked is not None:
            confirmed = confirm(unit, asked, commands, cause=cause)
            return confirmed or _refuse_all(commands, "unsupported_verb")
    if token.context is Shown.CONFIRMATION:
        confirmed = confirm(unit, token, commands, cause=cause, is_known_browser=True)
        return confirmed or _refuse_all(commands, "unsupported_verb")
    # a payment is bound to what the mail showed: the page shows its document
    items = tuple(
        i if i.payment else replace(i, version=seen.get(i.document_id, i.version))
        for i in token.items
    )
    return carry_out(unit, replace(token, items=items), commands, cause=cause)


def _refuse_all(commands: Sequence[Command], why: str) -> Acted:
    said = {"unsupported_verb": "verb"}.get(why)
    outcomes = (refused(command, why) for command in commands)
    return Acted(
        outcomes=tuple(
            replace(each, values={said: each.command.verb.value} if said else {})
            for each in outcomes
        )
    )


def _key(form: str, commands: Sequence[Command]) -> str:
    """Return what makes a form the same one: where it stood, and what was filled in."""
    text = json.dumps([to_data(command) for command in commands], sort_keys=True)
    return f"{form}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _answer_of(session: Session, token: Token, form: str) -> tuple[Outcome, ...] | None:
    """Return what this form was answered when it was sent before."""
    for event in events_about(session, token.hash):
        if event.kind is EventKind.PAGE_ANSWERED and event.data.get("form") == form:
            return tuple(from_data(Outcome, o) for o in json.loads(event.data["outcomes"]))
    return None


def _remember(unit: Unit, token: Token, form: str, acted: Acted, *, cause: str) -> None:
    outcomes = json.dumps([to_data(outcome) for outcome in acted.outcomes])
    asks = find_entry_of(unit.session, f"confirmation:{cause}")
    facts = {"form": form, "outcomes": outcomes, **({"confirmation": asks.id} if asks else {})}
    unit.note(EventKind.PAGE_ANSWERED, token.hash, token.person, **facts)


def _asked_here(unit: Unit, token: Token) -> Token | None:
    """Return the token of the mail that asks to confirm what was asked last on this page.

    None when there is none, or it was confirmed, dropped or ended. Its code may be typed here.
    """
    asked = [e for e in events_about(unit.session, token.hash) if "confirmation" in e.data]
    found = find_token_of(unit.session, asked[-1].data["confirmation"]) if asked else None
    if found is None or found.spent_at is not None or found.person != token.person:
        return None
    return found if found.expires_at > unit.context.now() else None
