"""What a link page shows and does, without HTTP; page and answer make the same commands."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from handlers.acting import Acted
from handlers.asking import view_of
from handlers.context import Context, Unit
from handlers.correspondence import find_person, make_links, reader_of
from handlers.evidence import cause_of_post
from handlers.levels import stakes_of
from handlers.participants import read_messages
from handlers.proving import is_proved
from handlers.stand_ins import places
from handlers.transcript import send_page_transcript
from handlers.turns import carry_out, confirm, find_holder, refused, send_new_versions
from mailbot.compose.facts import DocumentView
from mailbot.compose.pages import Said, Sheet
from mailbot.compose.render import Letterhead
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import ALLOWED_CHANGES, Document, Status, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.letter import Reader
from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.domain.token import Token
from mailbot.domain.values import from_data, to_data
from mailbot.rules.access import Authority, may_decide, needed_authority
from mailbot.rules.approval import parts_for
from mailbot.rules.corrections import CORRECTABLE
from storage.approvals import approvals_of
from storage.audit import events_about
from storage.blobs import BlobError
from storage.definitions import find_definition, get_dossier
from storage.documents import find_document
from storage.people import is_unsubscribed, record_unsubscribed
from storage.reply_tokens import is_well_formed, token_hash
from storage.tokens import find_token
from storage.totp import has_authenticator

#: what each kind of mail lets decide, in the order of the forms
_OFFERED: dict[Shown, tuple[Verb, ...]] = {
    Shown.APPROVAL: (
        Verb.APPROVE,
        Verb.REJECT,
        Verb.HOLD,
        Verb.RELEASE,
        Verb.QUESTION,
        Verb.CORRECT,
    ),
    Shown.REVIEW: (
        Verb.APPROVE,
        Verb.CORRECT,
        Verb.REJECT,
        Verb.HOLD,
        Verb.RELEASE,
        Verb.QUESTION,
    ),
    Shown.INBOX: (
        Verb.SEND,
        Verb.CORRECT,
        Verb.HOLD,
        Verb.RELEASE,
        Verb.QUESTION,
        Verb.DELETE,
    ),
    Shown.QUARANTINE: (Verb.ALLOW, Verb.ALLOW_ONCE, Verb.BLOCK),
    Shown.EXPORT: (Verb.CORRECT, Verb.RETRY, Verb.REJECT, Verb.QUESTION),
    Shown.QUESTION: (Verb.REMARK,),
    Shown.CONFIRMATION: (),
    Shown.PAYMENT: (),
    Shown.DIGEST: (),
    Shown.NONE: (Verb.QUESTION,),
}
_WAITING = frozenset({Status.INBOX, Status.TO_APPROVE, Status.TO_REVIEW, Status.QUARANTINED})
_OPEN = _WAITING | {Status.EXPORT_FAILED}

#: where a document must stand for a verb to make sense; the acts themselves check again
_MAKES_SENSE: dict[Verb, Callable[[Document], bool]] = {
    Verb.REJECT: lambda d: Status.REJECTED in ALLOWED_CHANGES[d.status],
    Verb.DELETE: lambda d: Status.DELETED in ALLOWED_CHANGES[d.status],
    Verb.HOLD: lambda d: d.status in _WAITING and not d.on_hold,
    Verb.RELEASE: lambda d: d.on_hold,
    Verb.SEND: lambda d: d.status is Status.INBOX,
    Verb.CORRECT: lambda d: d.status in _OPEN,
    Verb.RETRY: lambda d: d.status is Status.EXPORT_FAILED,
    Verb.ALLOW: lambda d: d.status is Status.QUARANTINED,
    Verb.ALLOW_ONCE: lambda d: d.status is Status.QUARANTINED,
    Verb.BLOCK: lambda d: d.status is Status.QUARANTINED,
}


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
    #: the code of the person's authenticator app may stand for a second person
    takes_app: bool = False

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
        return replace(
            desk,
            sheets=tuple(_sheets(unit, found)),
            to_confirm=found.commands if waits else (),
            takes_app=waits and _takes_app(unit.session, found, holder),
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
        _remember(caused, found, key, acted)
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


def read_file(context: Context, sheet: Sheet, role: str) -> tuple[StoredFile, bytes] | None:
    """Return a file of a document: "visual" (what people look at) or "page_image".

    None when the document has none, or it is damaged.
    """
    document = sheet.view.document
    picture = next((f for f in document.files if f.role == "page_image"), None)
    file = document.visual if role == "visual" else picture
    try:
        return (file, context.blobs.get(file.sha256)) if file else None
    except BlobError:
        return None


def _takes_app(session: Session, token: Token, holder: Person | Employee | None) -> bool:
    """Whether something waits that takes a second person, or a code of this person's app."""
    if token.asked_by or not has_authenticator(session, token.person):
        return False
    stakes = (stakes_of(session, token, command, holder) for command in token.commands)
    levels = (needed_authority(c, s) for c, s in zip(token.commands, stakes, strict=True))
    return any(level is Authority.SECONDED for level in levels)


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
    if token.context is Shown.CONFIRMATION:
        confirmed = confirm(unit, token, commands, cause=cause, is_known_browser=True)
        return confirmed or _refuse_all(commands, "unsupported_verb")
    items = tuple(replace(i, version=seen.get(i.document_id, i.version)) for i in token.items)
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


def _remember(unit: Unit, token: Token, form: str, acted: Acted) -> None:
    outcomes = json.dumps([to_data(outcome) for outcome in acted.outcomes])
    unit.note(EventKind.PAGE_ANSWERED, token.hash, token.person, form=form, outcomes=outcomes)


def _sheets(unit: Unit, token: Token) -> Iterator[Sheet]:
    """Yield the documents that the person may still see, with what they can decide."""
    is_spent = token.spent_at is not None and len(token.items) == 1
    for number, item in enumerate(token.items, start=1):
        document = find_document(unit.session, item.document_id, is_locked=False)
        holder = find_holder(unit.session, token, document.dossier) if document else None
        if document is None or holder is None or holder.frozen:
            continue
        dossier = get_dossier(unit.session, document.dossier)
        asks = token.context is not Shown.CONFIRMATION
        verbs = _verbs(unit, document, dossier, holder, shown=item.context) if asks else ()
        yield Sheet(
            number=number if token.context is Shown.DIGEST or len(token.items) > 1 else None,
            view=_view(unit, document, dossier),
            conversation=_conversation(unit.session, document, dossier, holder),
            verbs=tuple(v for v in verbs if not (is_spent and v in _DECISIONS)),
            fields=tuple(sorted(CORRECTABLE)),
            is_changed=document.version != item.version,
        )


#: what a spent token does not do again; see handlers.acting
_DECISIONS = frozenset(
    {Verb.APPROVE, Verb.REJECT, Verb.SEND, Verb.ALLOW, Verb.BLOCK, Verb.ALLOW_ONCE}
)


def _verbs(
    unit: Unit,
    document: Document,
    dossier: Dossier,
    holder: Person | Employee,
    *,
    shown: Shown,
) -> Iterator[Verb]:
    email = holder.email.lower()
    taken = places(unit.session, dossier, email, unit.context.now())
    for verb in _OFFERED[shown]:
        if not may_decide(holder, dossier, Command(verb=verb), taken):
            continue
        if verb is Verb.APPROVE:
            makes_sense = _waits_for(unit.session, document, shown, email, taken=taken)
        else:
            makes_sense = verb not in _MAKES_SENSE or _MAKES_SENSE[verb](document)
        if makes_sense:
            yield verb


def _waits_for(
    session: Session, document: Document, shown: Shown, email: str, *, taken: frozenset[str]
) -> bool:
    """Whether the document waits for the OK of this person, or of whom they stand in for."""
    if shown is Shown.REVIEW:
        return document.status is Status.TO_REVIEW and email not in document.reviewed_by
    if document.status is not Status.TO_APPROVE:
        return False
    return bool(parts_for(approvals_of(session, document.id), email, taken, document))


def _view(unit: Unit, document: Document, dossier: Dossier) -> DocumentView:
    try:
        return view_of(unit, document, dossier)
    except BlobError:
        # a lost file must not hide what is known, nor the way to decide on it
        return DocumentView(document=document, dossier=dossier)


def _conversation(
    session: Session, document: Document, dossier: Dossier, holder: Person | Employee
) -> tuple[Said, ...]:
    """Return what was said about a document, as far as the reader may read it."""
    said: list[Said] = []
    for message in read_messages(session, document.id, holder):
        author = find_person(session, dossier, message.author)
        name = author.name if author else message.author
        said.append(Said(name=name, at=message.at, text=message.text))
    return tuple(said)
