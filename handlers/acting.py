"""Carries out what a person asked, whichever way it came: reply, page or command line.

Every command is checked first and done after, so that a refusal has changed nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from handlers.context import Unit
from handlers.evidence import shown_to
from handlers.progress import advance, ask
from handlers.stand_ins import places
from mailbot.domain.change import Change
from mailbot.domain.command import HARMLESS, Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.mail import StoredMail
from mailbot.domain.payment import Payment
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import ShownItem, Token
from mailbot.rules.access import FIRST_ONCE, Authority, may_decide
from storage.approvals import approvals_of
from storage.changes import record_change
from storage.definitions import get_dossier
from storage.documents import get_document
from storage.people import find_verdict
from storage.tokens import spend_token


@dataclass(frozen=True, kw_only=True)
class Act:
    """One command of one person about one document."""

    unit: Unit
    command: Command
    person: Person | Employee
    document: Document
    dossier: Dossier
    #: what the mail or page asked about this document
    shown: Shown
    token: Token
    #: the mail that brought the command, None for a page
    mail: StoredMail | None = None
    #: how much is known about who speaks
    authority: Authority = Authority.PROVED
    #: addresses in whose place the person may approve or reject, too
    places: frozenset[str] = frozenset()

    @property
    def email(self) -> str:
        """The address of who acts."""
        return self.person.email.lower()

    def arg(self, name: str) -> str:
        """Return an argument of the command, "" when it was not given."""
        return self.command.args.get(name, "").strip()


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command did: the document as it is now, and what to say."""

    document: Document
    #: id of a sentence in table `outcomes`
    sentence: str
    values: dict[str, str] = field(default_factory=dict)


Action = Callable[[Act], Result]


@dataclass(frozen=True, kw_only=True)
class Acted:
    """What came of a whole answer."""

    outcomes: tuple[Outcome, ...]
    #: documents that had changed since they were shown: their new version must be sent
    stale: tuple[tuple[Document, Shown], ...] = ()
    #: every document that was touched, as it is now
    documents: tuple[Document, ...] = ()
    #: every payment that was touched as a line of a list, as it is now
    payments: tuple[Payment, ...] = ()


#: these end what the token was made for
_DECISIONS = frozenset(
    {Verb.APPROVE, Verb.REJECT, Verb.SEND, Verb.ALLOW, Verb.BLOCK, Verb.ALLOW_ONCE}
)


class Turn:
    """One answer of one person: its commands are done in order, in one transaction."""

    def __init__(
        self,
        unit: Unit,
        token: Token,
        person: Person | Employee,
        actions: Mapping[Verb, Action],
        *,
        mail: StoredMail | None = None,
        authority: Authority = Authority.PROVED,
    ) -> None:
        self._unit = unit
        self._token = token
        self._person = person
        self._actions = actions
        self._mail = mail
        self._authority = authority
        #: documents that earlier commands of this answer have touched
        self._now: dict[str, Document] = {}
        self._stale: dict[str, tuple[Document, Shown]] = {}

    @property
    def person(self) -> Person | Employee:
        """Who acts, in the role that they have here."""
        return self._person

    def carry_out(self, commands: Sequence[Command]) -> Acted:
        """Do the commands; each is done whole or refused."""
        outcomes = [outcome for command in commands for outcome in self._do(command)]
        if any(outcome.is_done and outcome.command.verb in _DECISIONS for outcome in outcomes):
            spend_token(self._unit.session, self._token.hash, self._unit.context.now())
        self._follow_up()
        return Acted(
            outcomes=tuple(outcomes),
            stale=tuple(self._stale.values()),
            documents=tuple(self._now.values()),
        )

    def _follow_up(self) -> None:
        """Ask anew about every document that changed and still waits for somebody.

        Other approval rules may hold for the new version; a reviewer stays with his document.
        """
        for document_id, document in self._now.items():
            if document.status is Status.TO_APPROVE:
                dossier = get_dossier(self._unit.session, document.dossier)
                self._now[document_id] = advance(self._unit, document, dossier)
            else:
                ask(self._unit, document)

    def _do(self, command: Command) -> list[Outcome]:
        try:
            targets = self._targets(command)
        except Refused as refused:
            return [_refused(command, None, refused)]
        return [self._do_one(command, number, item) for number, item in targets]

    def _targets(self, command: Command) -> list[tuple[int | None, ShownItem]]:
        """Return the items a command names; without numbers, the one document of the mail."""
        items = self._token.items
        if not command.items:
            if len(items) != 1:
                raise Refused("unknown_item", {"item": "?"})
            return [(None, items[0])]
        for number in command.items:
            if not 1 <= number <= len(items):
                raise Refused("unknown_item", {"item": str(number)})
        return [(number, items[number - 1]) for number in command.items]

    def _do_one(self, command: Command, number: int | None, item: ShownItem) -> Outcome:
        single = replace(command, items=(number,) if number else ())
        try:
            act = self._prepare(single, item)
            result = self._act(act)
        except Refused as refused:
            self._note_refused(single, item.document_id, refused.reason)
            return _refused(single, number, refused)
        self._now[item.document_id] = result.document
        self._note_done(act)
        return Outcome(
            command=single,
            is_done=True,
            sentence=result.sentence,
            values=result.values,
            item=number,
            can_be_undone=_can_be_undone(act, result),
        )

    def _prepare(self, command: Command, item: ShownItem) -> Act:
        document = self._current(item, command) if self._binds(command) else self._latest(item)
        dossier = get_dossier(self._unit.session, document.dossier)
        self._guard(command, dossier)
        return Act(
            unit=self._unit,
            command=command,
            person=self._person,
            document=document,
            dossier=dossier,
            shown=item.context,
            token=self._token,
            mail=self._mail,
            authority=self._authority,
            places=self._places(dossier),
        )

    def _act(self, act: Act) -> Result:
        """Do one command, and keep how the document was before, for `herstel`."""
        approvals = approvals_of(self._unit.session, act.document.id)
        listed = self._verdict(act)
        result = self._actions[act.command.verb](act)
        if not _changes(act):
            return result
        change = Change(
            at=self._unit.context.now(),
            actor=act.email,
            verb=act.command.verb,
            cause=self._unit.cause.get("cause", self._token.hash),
            before=act.document,
            approvals_before=approvals,
            version=result.document.version,
            verdict_before=listed or "" if self._verdict(act) != listed else None,
        )
        record_change(self._unit.session, change)
        return result

    def _verdict(self, act: Act) -> str | None:
        """Return what the dossier's list says of who delivered the document."""
        return find_verdict(self._unit.session, act.dossier.code, act.document.delivered_by)

    def _guard(self, command: Command, dossier: Dossier) -> None:
        if command.verb not in self._actions:
            raise Refused("unsupported_verb", {"verb": command.verb.value})
        if self._person.frozen:
            raise Refused("frozen_person")
        if not may_decide(self._person, dossier, command, self._places(dossier)):
            raise Refused("not_allowed")
        is_spent = self._token.spent_at is not None and len(self._token.items) == 1
        if is_spent and command.verb in _DECISIONS:
            raise Refused("already_done")

    def _places(self, dossier: Dossier) -> frozenset[str]:
        """Return in whose place the person may decide, beside their own."""
        now = self._unit.context.now()
        return places(self._unit.session, dossier, self._person.email, now)

    def _binds(self, command: Command) -> bool:
        """Whether a command is bound to the version that was shown; the list of senders is not."""
        return not (command.verb in FIRST_ONCE and self._authority >= Authority.CONFIRMED)

    def _latest(self, item: ShownItem) -> Document:
        return self._now.get(item.document_id) or get_document(
            self._unit.session, item.document_id
        )

    def _current(self, item: ShownItem, command: Command) -> Document:
        """Return the document if it still is what the mail showed (mail.md §4 rule 4)."""
        known = self._now.get(item.document_id)
        if known is not None:
            return known
        document = get_document(self._unit.session, item.document_id)
        is_bound = command.verb not in HARMLESS and command.verb is not Verb.RESTORE
        if document.version != item.version and is_bound:
            self._stale[document.id] = (document, item.context)
            raise Refused("stale_version")
        return document

    def _note_done(self, act: Act) -> None:
        """Write the decision with all that it rests on."""
        shown = shown_to(self._unit, self._token, act.document)
        facts = {**self._unit.cause, **shown, **_said(act.command)}
        self._unit.note(EventKind.COMMAND_DONE, act.document.id, act.email, **facts)

    def _note_refused(self, command: Command, document_id: str, why: str) -> None:
        facts = {**self._unit.cause, "token": self._token.hash, **_said(command), "why": why}
        actor = self._person.email.lower()
        self._unit.note(EventKind.COMMAND_REFUSED, document_id, actor, **facts)


def _changes(act: Act) -> bool:
    """Whether `herstel` takes back what was done to the document."""
    verb = act.command.verb
    is_of_money = verb in _OF_MONEY and act.dossier.payments.active
    return verb not in _NOT_UNDONE and not is_of_money


#: of a dossier that pays these are taken back by `niet betaald`: money may be on its way
_OF_MONEY = frozenset({Verb.QR, Verb.PAID, Verb.NOT_PAID})
#: `herstel` takes these back in no document: what is known of an account stands beside it
_NOT_UNDONE = HARMLESS | {Verb.RESTORE, Verb.TRUST_ACCOUNT, Verb.REFUSE_ACCOUNT}


def _can_be_undone(act: Act, result: Result) -> bool:
    """Whether `herstel` will still find the document in the house."""
    leaves_now = result.document.status is Status.TO_EXPORT and not act.dossier.export.wait_minutes
    is_gone = result.document.status in (Status.SPLIT, Status.EXPORTED)
    return _changes(act) and not leaves_now and not is_gone


def _said(command: Command) -> dict[str, str]:
    """Return a command for the audit log; its arguments keep their names."""
    return {"verb": command.verb.value, "args": json.dumps(command.args, ensure_ascii=False)}


def _refused(command: Command, item: int | None, refused: Refused) -> Outcome:
    return Outcome(
        command=command,
        is_done=False,
        sentence=refused.reason,
        values=refused.values,
        item=item,
    )
