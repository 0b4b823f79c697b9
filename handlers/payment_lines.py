"""What an answer asks about payments: the lines of a basket, and a dossier's payments as a whole.

A line is bound to the version of the payment that was shown; what has changed since is not done,
and is shown anew. Shared by handlers.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from handlers.approving_payments import ask_again, follow_basket
from handlers.basket import may_execute, send_basket, show_after_change
from handlers.context import Unit
from handlers.correspondence import find_person
from handlers.executing import HASH, execute, find_plan, troubles_of
from handlers.payment_changes import ACTS, PaymentAct
from handlers.payment_files import Sending, send_file
from handlers.payment_list import send_payments
from handlers.typed_payments import pay_manually
from mailbot.domain.command import HARMLESS, Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.mail import StoredMail
from mailbot.domain.payment import Payment
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import ShownItem, Token
from storage.definitions import find_definition, find_dossier, get_office
from storage.payments import find_payment, find_payment_file, lock_payments

#: what was done: outcomes in the order of the lines
Outcomes = tuple[Outcome, ...]


class PaymentTurn:
    """One answer of one person, as far as it is about payments: one transaction."""

    def __init__(
        self, unit: Unit, token: Token, *, cause: str, mail: StoredMail | None = None
    ) -> None:
        self._unit, self._token, self._cause, self._mail = unit, token, cause, mail
        #: payments that earlier commands of this answer have touched
        self._now: dict[str, Payment] = {}
        #: dossiers whose basket changed, and those of which an older basket was answered
        self._changed: set[str] = set()
        self._stale: dict[str, list[Payment]] = {}

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Every payment that was touched, as it is now."""
        return tuple(self._now.values())

    def takes(self, command: Command) -> bool:
        """Whether a command is about payments in lines, or about those of a dossier."""
        if command.verb in {*_OF_DOSSIER, Verb.EXECUTE, Verb.PAY_MANUALLY}:
            return True
        if command.verb is Verb.GROUP:
            return self._token.context is Shown.BASKET
        return payment_item(self._token, command) is not None and command.verb not in HARMLESS

    def carry_out(self, command: Command) -> Outcomes:
        """Do one command, whole or not at all."""
        try:
            if command.verb in _OF_DOSSIER:
                return (self._about_dossier(command),)
            if command.verb is Verb.EXECUTE:
                return self._execute(command)
            if command.verb is Verb.PAY_MANUALLY:
                return (self._typed(command),)
            return tuple(self._lines(command))
        except Refused as refused:
            self._note_refused(command, refused.reason)
            return (_refused(command, refused, _only(command)),)

    def end(self, put_in: Mapping[str, Person | Employee]) -> None:
        """Ask for approvals that are lacking, and show what had changed.

        `put_in` are the dossiers in whose basket a document was put, with who did.
        """
        for code in sorted(self._changed | set(put_in)):
            dossier = find_dossier(self._unit.session, code)
            if dossier is not None:
                follow_basket(self._unit, dossier, cause=self._cause)
        for code, person in put_in.items():
            dossier = find_dossier(self._unit.session, code)
            if dossier is not None and may_execute(person, dossier):
                show_after_change(self._unit, dossier, person)
        for code, payments in self._stale.items():
            self._show_anew(code, payments)

    def _lines(self, command: Command) -> Iterator[Outcome]:
        """Do what is asked of each line; GROUP without lines is about all of them."""
        items = command.items or tuple(range(1, len(self._token.items) + 1))
        if not items:
            raise Refused("empty_basket")
        for number in items:
            single = replace(command, items=(number,))
            shown = None if not command.items and len(self._token.items) == 1 else number
            try:
                yield self._line(single, self._item(number), shown)
            except Refused as refused:
                self._note_refused(single, refused.reason)
                yield _refused(single, refused, shown)

    def _line(self, command: Command, item: ShownItem, number: int | None) -> Outcome:
        payment = self._current(item)
        person, dossier = self._person_in(payment.dossier)
        if command.verb not in ACTS:
            raise Refused("unsupported_verb", {"verb": command.verb.value})
        act = PaymentAct(
            unit=self._unit, payment=payment, dossier=dossier, person=person, command=command
        )
        after, sentence = ACTS[command.verb](act)
        self._now[after.id] = after
        self._changed.add(dossier.code)
        self._note_done(command, payment.document_id or payment.id, person, payment=payment.id)
        return Outcome(command=command, is_done=True, sentence=sentence, item=number)

    def _item(self, number: int) -> ShownItem:
        item = self._token.items[number - 1] if 1 <= number <= len(self._token.items) else None
        if item is None or not item.payment:
            raise Refused("unknown_item", {"item": str(number)})
        return item

    def _current(self, item: ShownItem) -> Payment:
        """Return the payment if it still is what was shown (mail.md §4 rule 4), locked."""
        if item.payment in self._now:
            return self._now[item.payment]
        shown = find_payment(self._unit.session, item.payment)
        if shown is None:
            raise Refused("unknown_item", {"item": "?"})
        lock_payments(self._unit.session, shown.dossier)
        payment = find_payment(self._unit.session, item.payment) or shown
        if payment.version != item.version:
            self._stale.setdefault(payment.dossier, []).append(payment)
            raise Refused("basket_changed")
        return payment

    def _execute(self, command: Command) -> Outcomes:
        """Make the files of what was confirmed, or say of each line why it cannot leave."""
        person, dossier = self._person_in(self._token.dossier)
        if not may_execute(person, dossier):
            raise Refused("not_allowed")
        lock_payments(self._unit.session, dossier.code)
        try:
            troubles = troubles_of(self._unit, find_plan(self._unit, self._token, command), person)
        except Refused as refused:
            if refused.reason == "basket_changed":
                self._stale.setdefault(dossier.code, [])
            raise
        if troubles:
            self._note_refused(command, ", ".join(refused.reason for _n, refused in troubles))
            return tuple(_refused(_line_of(command, n), refused, n) for n, refused in troubles)
        try:
            plan, files = execute(self._unit, self._token, command, person)
        except Refused:
            self._stale.setdefault(dossier.code, [])
            raise
        for file in files:
            send_file(self._unit, file, dossier, Sending(to=person, cause=self._cause))
        self._note_done(command, self._token.hash, person, files=", ".join(f.id for f in files))
        shown = {k: v for k, v in command.args.items() if k != HASH}
        values = {"count": str(len(plan.chosen)), "files": str(len(files))}
        done = replace(command, args=shown)
        return (Outcome(command=done, is_done=True, sentence="execute", values=values),)

    def _typed(self, command: Command) -> Outcome:
        """Put a payment in the basket that somebody typed whole."""
        person, dossier = self._person_in(self._dossier_asked())
        payment = pay_manually(self._unit, dossier, person, command)
        self._changed.add(dossier.code)
        self._note_done(command, payment.id, person, payment=payment.id)
        return Outcome(command=command, is_done=True, sentence="pay_manually")

    def _about_dossier(self, command: Command) -> Outcome:
        person, dossier = self._person_in(self._dossier_asked())
        _OF_DOSSIER[command.verb](self, command, dossier, person)
        return Outcome(command=command, is_done=True, sentence=command.verb.value)

    def show_basket(self, _: Command, dossier: Dossier, person: Person | Employee) -> None:
        """Send the basket as it is now (CF-PAY-14)."""
        key = f"basket-asked:{self._cause}"
        send_basket(self._unit, dossier, person, key=key, answers=self._mail)

    def list_payments(self, command: Command, dossier: Dossier, person: Person | Employee) -> None:
        """Send what was executed (CF-PAY-19)."""
        send_payments(
            self._unit, dossier, person, command.args, key=self._cause, answers=self._mail
        )

    def send_again(self, command: Command, dossier: Dossier, person: Person | Employee) -> None:
        """Send a file for the bank once more (CF-PAY-35). Raises Refused."""
        if not may_execute(person, dossier):
            raise Refused("not_allowed")
        number = int(command.args.get("number", "0") or 0)
        file = find_payment_file(self._unit.session, dossier.code, number)
        if file is None:
            raise Refused("payment_file_unknown", {"number": command.args.get("number", "?")})
        sending = Sending(to=person, cause=self._cause, answers=self._mail, is_again=True)
        send_file(self._unit, file, dossier, sending)

    def _dossier_asked(self) -> str:
        """Return the dossier of the mail; of a list over dossiers the only one that pays."""
        if self._token.dossier:
            return self._token.dossier
        definition = find_definition(self._unit.session, self._token.office)
        session, email = self._unit.session, self._token.person
        paying = [d for d in (definition.dossiers if definition else ()) if d.payments.active]
        theirs = [d.code for d in paying if find_person(session, d, email) is not None]
        if len(theirs) != 1:
            raise Refused("which_dossier" if theirs else "payments_off")
        return theirs[0]

    def _person_in(self, code: str) -> tuple[Person | Employee, Dossier]:
        """Return the person with the role that they have in a dossier. Raises Refused."""
        dossier = find_dossier(self._unit.session, code) if code else None
        person = find_person(self._unit.session, dossier, self._token.person) if dossier else None
        if dossier is None or person is None:
            raise Refused("not_allowed")
        if person.frozen:
            raise Refused("frozen_person")
        office, _employees = get_office(self._unit.session, dossier.office)
        if not (dossier.payments.active and office.payments):
            raise Refused("payments_off")
        return person, dossier

    def _show_anew(self, code: str, payments: list[Payment]) -> None:
        """Send what holds now: to an approver what waits for them, else the basket."""
        person, dossier = self._person_in(code)
        key = f"basket-changed:{self._cause}"
        if self._token.context is not Shown.PAYMENT_APPROVAL:
            send_basket(self._unit, dossier, person, key=key, is_changed=True)
            return
        ask_again(self._unit, dossier, person.email.lower(), payments, cause=self._cause)

    def _note_done(
        self, command: Command, about: str, person: Person | Employee, **facts: str
    ) -> None:
        known = {"token": self._token.hash, **_said(command), **facts}
        who = person.email.lower()
        self._unit.note(EventKind.COMMAND_DONE, about, who, **{**self._unit.cause, **known})

    def _note_refused(self, command: Command, why: str) -> None:
        facts = {**self._unit.cause, "token": self._token.hash, **_said(command), "why": why}
        item = payment_item(self._token, command)
        about = (item.document_id or item.payment) if item else self._token.hash
        self._unit.note(EventKind.COMMAND_REFUSED, about, self._token.person, **facts)


_OF_DOSSIER: Mapping[Verb, Callable[[PaymentTurn, Command, Dossier, Person | Employee], None]] = (
    MappingProxyType(
        {
            Verb.BASKET: PaymentTurn.show_basket,
            Verb.PAYMENTS: PaymentTurn.list_payments,
            Verb.PAYMENT_FILE: PaymentTurn.send_again,
        }
    )
)


#: can be asked in answer to any mail, and in a mail to mailbot@
ANYWHERE = frozenset(_OF_DOSSIER)


def payment_item(token: Token, command: Command) -> ShownItem | None:
    """Return the payment that a command is about, None when it is about something else."""
    number = command.items[0] if command.items else 1
    is_clear = bool(command.items) or len(token.items) == 1
    item = token.items[number - 1] if is_clear and 1 <= number <= len(token.items) else None
    return item if item is not None and item.payment else None


def _only(command: Command) -> int | None:
    return command.items[0] if len(command.items) == 1 else None


def _line_of(command: Command, number: int | None) -> Command:
    return replace(command, items=(number,)) if number else command


def _refused(command: Command, refused: Refused, item: int | None) -> Outcome:
    args = {name: value for name, value in command.args.items() if name != HASH}
    return Outcome(
        command=replace(command, args=args),
        is_done=False,
        sentence=refused.reason,
        values=refused.values,
        item=item,
    )


def _said(command: Command) -> dict[str, str]:
    """Return a command for the audit log; its arguments keep their names."""
    return {"verb": command.verb.value, "args": json.dumps(command.args, ensure_ascii=False)}
