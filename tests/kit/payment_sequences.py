"""Random sequences of what people do about invoices and payments, over the real handlers.

A machine of hypothesis does it; beside it stands a small model of who has approved what, made from
what was asked alone, so that it does not repeat the mistakes of the rules.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handlers.accounts import account_of, note_account
from handlers.context import Unit
from handlers.executing import bound
from handlers.freezing import freeze, thaw
from handlers.progress import advance
from handlers.turns import carry_out
from mailbot.domain.account import AccountState
from mailbot.domain.command import Command, Outcome, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Evidence, Invoice, Source
from mailbot.domain.money import total
from mailbot.domain.payment import IN_BASKET, Payment, PaymentStatus
from mailbot.domain.people import (
    DebitAccount,
    JournalKind,
    PaymentRule,
    Payments,
    Person,
    PersonRole,
)
from mailbot.domain.token import ShownItem, Token
from mailbot.rules.access import Authority
from storage.audit import broken_links
from storage.definitions import get_dossier
from storage.documents import get_document, record_document
from storage.payments import (
    payment_files_of,
    payments_in,
    payments_in_file,
    payments_of_document,
)
from tests.kit.browser import House, open_house
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)

DIRECTOR = "mia@bakkerij.example"
SUPPLIER = "facturen@drukkerij.example"
_MIA = Person(
    email=DIRECTOR, first_name="Mia", last_name="Claes", roles=(PersonRole.FULL_FEEDBACK,)
)
_IBANS = ("BE68539007547034", "BE71096123456769", "BE62510007547061")
_DEBIT = "BE43068999999501"
_AMOUNTS = ("100.00", "250.00", "999.99")
_PEOPLE = (OWNER, APPROVER, MANAGER)
_APPROVED = frozenset({"approve", "approved_waits_for", "payment_approved"})
#: what may be left out of the usual way: the rest of it must stop there
_LEFT_OUT = ("", "", "part", "approval", "trust", "payment_approval")
#: one of what there is, counted round: what is drawn must not depend on what happened
_NUMBERS = st.integers(0, 11)
#: of one sequence
_MOST_DOCUMENTS = 3


class Crash(Exception):  # noqa: N818 - what happens, not an error of ours
    """The process dies here."""


class _Fuse(list[EventKind]):
    """What was noted in a transaction; it burns through after so many events."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self._left = left

    def append(self, kind: EventKind) -> None:
        self._left -= 1
        if self._left < 0:
            raise Crash
        super().append(kind)


@dataclass
class Known:
    """What the model knows of one invoice: who approved it as it is now, who has a hand in it."""

    document_id: str
    delivered_by: str
    approved_by: set[str] = field(default_factory=set)
    iban_changed_by: str = ""


@dataclass
class Asked:
    """One command of one person, as it can be delivered again."""

    token: Token
    command: Command
    authority: Authority
    cause: dict[str, str]


@contextmanager
def open_paying_house() -> Iterator[House]:
    """Give an office with one dossier that pays: Karim approves invoices, Mia payments."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:  # noqa: SIM117
        with open_house(Path(folder)) as house:
            dossier = make_dossier(
                people=(*PEOPLE, _MIA),
                approval_rules=needs_approval(APPROVER),
                payments=Payments(active=True, approval=True, office_executes=True),
                payment_rules=(PaymentRule(name="directie", approvers=(DIRECTOR,)),),
                debit_accounts=(DebitAccount(alias="kbc", iban=_DEBIT),),
            )
            house.change_office(make_definition(dossier))
            yield house


class PaymentMachine(RuleBasedStateMachine):
    """Does what people might do, in any order, twice, and with crashes in between."""

    house: House
    #: sequences that were begun, for names that no other sequence has
    n_begun = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).n_begun += 1
        self._supplier = f"Leverancier {self.n_begun}"
        self._known: list[Known] = []
        #: (payment, version) -> who approved it
        self._payment_approved: dict[tuple[str, int], set[str]] = {}
        self._frozen: set[str] = set()
        self._left: set[str] = set()
        self._last: Asked | None = None
        # what left on another day is no concern of this one
        self.house.clock.move(timedelta(days=1))

    # --- what happens ---

    @precondition(lambda self: len(self._known) < _MOST_DOCUMENTS)
    @rule(
        amount=st.sampled_from(_AMOUNTS),
        iban=st.sampled_from(_IBANS),
        by=st.sampled_from((SUPPLIER, OWNER, APPROVER)),
    )
    def deliver(self, amount: str, iban: str, by: str) -> None:
        """An invoice comes in."""
        document = self._invoice(Decimal(amount), iban, by)
        with self.house.context.transaction() as unit:
            dossier = get_dossier(unit.session, "bakkerij")
            record_document(unit.session, document)
            unit.note(EventKind.DOCUMENT_RECEIVED, document.id)
            advance(unit, document, dossier)
            note_account(unit, dossier, document, by=by)
        self._known.append(Known(document_id=document.id, delivered_by=by))

    @precondition(lambda self: len(self._known) < _MOST_DOCUMENTS)
    @rule(
        data=st.data(),
        amount=st.sampled_from(_AMOUNTS),
        iban=st.sampled_from(_IBANS),
        left_out=st.sampled_from(_LEFT_OUT),
        is_executed=st.booleans(),
    )
    def go_as_usual(  # noqa: PLR0917 - hypothesis gives them by name
        self, data: st.DataObject, amount: str, iban: str, left_out: str, is_executed: bool
    ) -> None:
        """All goes as it mostly does, but for one step: else few sequences came so far."""
        self.deliver(amount, iban, SUPPLIER)
        known = self._known[-1]
        if left_out != "approval":
            approved = self._do(known, APPROVER, Command(verb=Verb.APPROVE), shown=Shown.APPROVAL)
            if _is_done(approved, _APPROVED):
                known.approved_by.add(APPROVER)
        if left_out != "trust":
            trust = Command(verb=Verb.TRUST_ACCOUNT)
            self._do(known, OWNER, trust, second=MANAGER, authority=Authority.SECONDED)
        args = {"amount": "60.00"} if left_out == "part" else {}
        self._do(known, OWNER, Command(verb=Verb.PAY, args=args))
        if is_executed and left_out == "payment_approval":
            self.execute(data, OWNER, Authority.SECONDED, 99)
        elif is_executed:
            self.approve_and_execute(data, OWNER, 99)

    @rule(data=st.data(), who=st.sampled_from((OWNER, MANAGER)), crash=st.integers(0, 20))
    def approve_and_execute(self, data: st.DataObject, who: str, crash: int) -> None:
        """The director approves what waits, and somebody makes the files."""
        for payment in self._basket():
            outcomes = self._do_line(payment, DIRECTOR, Command(verb=Verb.APPROVE), crash=99)
            self._note_approval(payment, DIRECTOR, outcomes)
        self.execute(data, who, Authority.SECONDED, crash)

    @precondition(lambda self: bool(self._known))
    @rule(data=st.data(), who=st.sampled_from(_PEOPLE), crash=st.integers(0, 12))
    def approve(self, data: st.DataObject, who: str, crash: int) -> None:
        """Somebody approves, or says OK to a booking."""
        known = self._pick(data)
        shown = Shown.REVIEW if self._status(known) is Status.TO_REVIEW else Shown.APPROVAL
        outcomes = self._do(known, who, Command(verb=Verb.APPROVE), shown=shown, crash=crash)
        if shown is Shown.APPROVAL and _is_done(outcomes, _APPROVED):
            known.approved_by.add(who)

    @precondition(lambda self: bool(self._known))
    @rule(
        data=st.data(),
        who=st.sampled_from(_PEOPLE),
        verb=st.sampled_from((Verb.REJECT, Verb.REOPEN)),
    )
    def reject(self, data: st.DataObject, who: str, verb: Verb) -> None:
        """Somebody rejects it, or takes it up again: what was approved before counts no more."""
        known = self._pick(data)
        if _is_done(self._do(known, who, Command(verb=verb, args={"reason": "te duur"}))):
            known.approved_by.clear()

    @precondition(lambda self: bool(self._known))
    @rule(data=st.data(), who=st.sampled_from(_PEOPLE), amount=st.sampled_from(_AMOUNTS))
    def change_amount(self, data: st.DataObject, who: str, amount: str) -> None:
        """Somebody corrects the amount."""
        self._correct(self._pick(data), who, "total", amount)

    @precondition(lambda self: bool(self._known))
    @rule(
        data=st.data(),
        who=st.sampled_from(_PEOPLE),
        second=st.sampled_from(("", *_PEOPLE)),
        iban=st.sampled_from(_IBANS),
    )
    def change_account(self, data: st.DataObject, who: str, second: str, iban: str) -> None:
        """Somebody types another account; a second person, or an app, confirmed it."""
        known = self._pick(data)
        if second != who and self._correct(known, who, "iban", iban, second=second):
            known.iban_changed_by = who

    @precondition(lambda self: bool(self._known))
    @rule(
        data=st.data(),
        who=st.sampled_from(_PEOPLE),
        second=st.sampled_from(("", *_PEOPLE)),
        is_right=st.booleans(),
        crash=st.integers(0, 12),
    )
    def judge_account(  # noqa: PLR0917 - hypothesis gives them by name
        self, data: st.DataObject, who: str, second: str, is_right: bool, crash: int
    ) -> None:
        """Somebody says that the account is right, or that it is not."""
        if second == who:
            return
        verb = Verb.TRUST_ACCOUNT if is_right else Verb.REFUSE_ACCOUNT
        known = self._pick(data)
        authority = Authority.SECONDED if is_right else Authority.PROVED
        outcomes = self._do(
            known, who, Command(verb=verb), second=second, authority=authority, crash=crash
        )
        if is_right and _is_done(outcomes):
            hands = {known.delivered_by, known.iban_changed_by}
            assert not {who, second} - {""} <= hands, "a party alone made an account trusted"

    @precondition(lambda self: bool(self._known))
    @rule(
        data=st.data(),
        who=st.sampled_from(_PEOPLE),
        amount=st.sampled_from(("", "40.00", "100.00", "250.00", "1000.00")),
        crash=st.integers(0, 12),
    )
    def prepare(self, data: st.DataObject, who: str, amount: str, crash: int) -> None:
        """Somebody puts it in the basket, or a part of it."""
        args = {"amount": amount} if amount else {}
        known = self._pick(data)
        self._do(known, who, Command(verb=Verb.PAY, args=args), crash=crash)

    @precondition(lambda self: bool(self._known))
    @rule(
        data=st.data(),
        who=st.sampled_from(_PEOPLE),
        verb=st.sampled_from((Verb.PAID, Verb.NOT_PAID)),
        amount=st.sampled_from(("", "40.00")),
    )
    def pay_elsewhere(self, data: st.DataObject, who: str, verb: Verb, amount: str) -> None:
        """Somebody says that it was paid without us, or that it was not."""
        args = {"amount": amount} if amount and verb is Verb.PAID else {}
        self._do(self._pick(data), who, Command(verb=verb, args=args))

    @rule(
        data=st.data(),
        who=st.sampled_from((DIRECTOR, OWNER)),
        verb=st.sampled_from((Verb.APPROVE, Verb.APPROVE, Verb.APPROVE, Verb.REJECT)),
        crash=st.integers(0, 12),
    )
    def approve_payment(self, data: st.DataObject, who: str, verb: Verb, crash: int) -> None:
        """Somebody approves or refuses a payment."""
        payment = self._pick_payment(data)
        if payment is None:
            return
        outcomes = self._do_line(payment, who, Command(verb=verb), crash=crash)
        if verb is Verb.APPROVE:
            self._note_approval(payment, who, outcomes)

    @rule(
        data=st.data(),
        who=st.sampled_from(_PEOPLE),
        order=st.sampled_from(
            (("amount", "60.00"), ("amount", "5000.00"), ("date", "2027-03-01"), ("", ""))
        ),
        crash=st.integers(0, 12),
    )
    def change_payment(
        self, data: st.DataObject, who: str, order: tuple[str, str], crash: int
    ) -> None:
        """Somebody changes a payment in the basket, or cancels it."""
        payment = self._pick_payment(data)
        if payment is None:
            return
        name, value = order
        command = Command(verb=Verb.PAY, args={name: value}) if name else Command(verb=Verb.CANCEL)
        self._do_line(payment, who, command, crash=crash)

    @rule(
        data=st.data(),
        who=st.sampled_from((OWNER, MANAGER)),
        authority=st.sampled_from((Authority.CONFIRMED, Authority.SECONDED, Authority.SECONDED)),
        crash=st.integers(0, 20),
    )
    def execute(self, data: st.DataObject, who: str, authority: Authority, crash: int) -> None:
        """Somebody makes the files of some of what is in the basket."""
        waiting = self._basket()
        numbers = data.draw(st.lists(_NUMBERS, min_size=1, max_size=4))
        if not waiting:
            return
        chosen = {waiting[n % len(waiting)].id: waiting[n % len(waiting)] for n in numbers}
        token = self.token(who, Shown.BASKET, [_line(payment) for payment in chosen.values()])
        with self.house.context.transaction() as unit:
            command, _plan = bound(unit, token, Command(verb=Verb.EXECUTE))
        self._carry_out(Asked(token, command, authority, {}), crash)

    @precondition(lambda self: self._last is not None)
    @rule()
    def deliver_again(self) -> None:
        """The same mail arrives a second time."""
        assert self._last is not None
        self.transact(self._last)

    @rule(who=st.sampled_from((OWNER, APPROVER)))
    def freeze(self, who: str) -> None:
        """Somebody's mailbox is taken over."""
        if who not in self._frozen:
            with self.house.context.transaction() as unit:
                freeze(unit, who, by="operator")
            self._frozen.add(who)

    # --- what must hold ---

    @invariant()
    def nothing_leaves_that_may_not(self) -> None:
        """Look at every file of this sequence that was not looked at."""
        with self.house.context.database.reading() as session:
            dossier = get_dossier(session, "bakkerij")
            for file in payment_files_of(session, "bakkerij"):
                if file.created_at.date() != self.house.clock.now().date():
                    break
                if file.id in self._left:
                    continue
                self._left.add(file.id)
                payments = payments_in_file(session, file.id)
                content = self.house.context.blobs.get(file.sha256).decode()
                assert file.total == total(payment.amount for payment in payments)
                lines = re.findall(r"<InstdAmt[^>]*>([\d.]+)<", content)
                assert file.total == total(Decimal(line) for line in lines)
                assert set(re.findall(r"<CtrlSum>([\d.]+)<", content)) == {str(file.total)}
                for payment in payments:
                    document = get_document(session, payment.document_id)
                    account = account_of(session, dossier, document)
                    assert account is not None
                    assert account.state is AccountState.TRUSTED, "an untrusted account in a file"
                    assert account.iban == payment.creditor_iban
                    assert document.status is not Status.REJECTED
                    self._check_approvals(payment)

    @invariant()
    def no_invoice_is_paid_above_its_amount(self) -> None:
        """Look at every invoice of this sequence."""
        with self.house.context.database.reading() as session:
            for known in self._known:
                document = get_document(session, known.document_id)
                due = document.invoice.amount_due if document.invoice else None
                payments = payments_of_document(session, known.document_id)
                taken = [p for p in payments if p.counts]
                # what left before somebody corrected the amount cannot be called back
                waiting = [p for p in taken if p.status in IN_BASKET]
                as_prepared = [p for p in taken if p.document_version == document.version]
                assert due is not None
                if len(as_prepared) == len(taken) or waiting:
                    assert total(p.amount for p in taken) <= due, "paid above its amount"

    def teardown(self) -> None:
        """Leave an empty basket and people who may act, for the next sequence."""
        for payment in self._basket():
            self._do_line(payment, MANAGER, Command(verb=Verb.CANCEL), crash=99)
        if self._frozen:
            with self.house.context.transaction() as unit:
                for who in self._frozen:
                    thaw(unit, who, by="operator")
            self._frozen.clear()
            for payment in self._basket():
                self._do_line(payment, OWNER, Command(verb=Verb.CANCEL), crash=99)

    def _check_approvals(self, payment: Payment) -> None:
        known = next(k for k in self._known if k.document_id == payment.document_id)
        hands = {known.delivered_by, known.iban_changed_by}
        assert known.approved_by - hands, "paid without an approval of somebody else"
        if APPROVER not in self._frozen:
            assert APPROVER in known.approved_by, "paid without its approver"
        given = self._payment_approved.get((payment.id, payment.version), set())
        assert DIRECTOR in given, "left without the approval of its rule"

    # --- how it is asked ---

    def _note_approval(self, payment: Payment, who: str, outcomes: Sequence[Outcome]) -> None:
        if _is_done(outcomes, _APPROVED):
            key = (payment.id, payment.version)
            self._payment_approved.setdefault(key, set()).add(who)

    def _invoice(self, amount: Decimal, iban: str, by: str) -> Document:
        now = self.house.clock.now()
        number = f"{self.n_begun}-{len(self._known)}"
        sure = Evidence(confidence=1.0, source=Source.UBL)
        values: dict[str, Any] = {
            "supplier_name": self._supplier,
            "invoice_number": number,
            "invoice_date": date(2026, 11, 13),
            "currency": "EUR",
            "total_incl": amount,
            "amount_due": amount,
            "total_excl": amount,
            "vat_total": Decimal("0.00"),
            "iban": iban,
        }
        pdf = b"%PDF-1.4 sequence"
        original = StoredFile(
            role="original",
            name=f"{number}.pdf",
            media_type="application/pdf",
            sha256=self.house.context.blobs.put(pdf),
            size=len(pdf),
        )
        return Document(
            id=self.house.context.new_id(),
            dossier="bakkerij",
            kind=JournalKind.PURCHASE,
            status=Status.RECEIVED,
            received_at=now,
            mail_id="0198beef",
            delivered_by=by,
            files=(original,),
            invoice=Invoice(**values, evidence=dict.fromkeys(values, sure)),
            welcome=True,
            sent=True,
        )

    def _pick(self, data: st.DataObject) -> Known:
        return self._known[data.draw(_NUMBERS) % len(self._known)]

    def _pick_payment(self, data: st.DataObject) -> Payment | None:
        waiting, number = self._basket(), data.draw(_NUMBERS)
        return waiting[number % len(waiting)] if waiting else None

    def _basket(self) -> Sequence[Payment]:
        with self.house.context.database.reading() as session:
            return payments_in(session, "bakkerij", IN_BASKET)

    def _document(self, known: Known) -> Document:
        with self.house.context.database.reading() as session:
            return get_document(session, known.document_id)

    def _status(self, known: Known) -> Status:
        return self._document(known).status

    def _correct(self, known: Known, who: str, name: str, value: str, *, second: str = "") -> bool:
        before = self._document(known).invoice
        command = Command(verb=Verb.CORRECT, args={"field": name, "value": value})
        self._do(known, who, command, second=second, authority=Authority.SECONDED, crash=99)
        after = self._document(known).invoice
        assert before is not None
        assert after is not None
        is_other = (before.total_incl, before.iban) != (after.total_incl, after.iban)
        if is_other:
            known.approved_by.clear()
        return is_other

    def _do(
        self,
        known: Known,
        who: str,
        command: Command,
        *,
        shown: Shown = Shown.REVIEW,
        second: str = "",
        authority: Authority = Authority.PROVED,
        crash: int = 99,
    ) -> tuple[Outcome, ...]:
        document = self._document(known)
        item = ShownItem(document_id=document.id, version=document.version, context=shown)
        token = self.token(who, shown, [item])
        cause = {"seconded_by": second} if second else {}
        return self._carry_out(Asked(token, command, authority, cause), crash)

    def _do_line(
        self, payment: Payment, who: str, command: Command, *, crash: int
    ) -> tuple[Outcome, ...]:
        asks = command.verb in (Verb.APPROVE, Verb.REJECT)
        shown = Shown.PAYMENT_APPROVAL if asks else Shown.BASKET
        token = self.token(who, shown, [_line(payment, shown)])
        single = replace(command, items=() if asks else (1,))
        return self._carry_out(Asked(token, single, Authority.CONFIRMED, {}), crash)

    def token(self, who: str, shown: Shown, items: Sequence[ShownItem]) -> Token:
        """Return what somebody's answer to one mail may decide on."""
        now = self.house.clock.now()
        return Token(
            hash=self.house.context.new_id(),
            person=who,
            context=shown,
            office="kantoor",
            dossier="bakkerij",
            items=tuple(items),
            outbox_id="",
            created_at=now,
            expires_at=now + timedelta(days=30),
        )

    def _carry_out(self, asked: Asked, crash: int) -> tuple[Outcome, ...]:
        """Do it; when it crashed half way, the queue does it again."""
        self._last = asked
        try:
            return self.transact(asked, crash)
        except Crash:
            return self.transact(asked)

    def transact(self, asked: Asked, crash: int = 99) -> tuple[Outcome, ...]:
        """Carry it out in one transaction, which dies after `crash` audit events."""
        context = self.house.context
        with context.database.transaction() as session:
            unit = Unit(context=context, session=session, cause=asked.cause, noted=_Fuse(crash))
            acted = carry_out(
                unit,
                asked.token,
                [asked.command],
                cause=asked.token.hash,
                authority=asked.authority,
            )
        return acted.outcomes


def _line(payment: Payment, shown: Shown = Shown.BASKET) -> ShownItem:
    return ShownItem(
        document_id=payment.document_id,
        version=payment.version,
        context=shown,
        payment=payment.id,
    )


def _is_done(outcomes: Sequence[Outcome], sentences: frozenset[str] = frozenset()) -> bool:
    """Whether it was done indeed; what waits for somebody is not."""
    waits = {"confirmation_sent", "second_asked"}
    return any(
        outcome.is_done
        and outcome.sentence not in waits
        and (not sentences or outcome.sentence in sentences)
        for outcome in outcomes
    )


def run_sequences(
    count: int, *, steps: int, is_repeatable: bool = True
) -> dict[PaymentStatus, int]:
    """Do so many random sequences in a house of their own; returns how payments ended.

    Raises AssertionError with the shortest sequence that breaks what must hold.
    """
    with open_paying_house() as house:
        machine = type("OneHouse", (PaymentMachine,), {"house": house, "n_begun": 0})
        chosen = settings(
            max_examples=count,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=is_repeatable,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=chosen)  # type: ignore[no-untyped-call]
        with house.context.database.reading() as session:
            assert list(broken_links(session)) == []
            ended = dict.fromkeys(PaymentStatus, 0)
            for payment in payments_in(session, "bakkerij", tuple(PaymentStatus), limit=10**6):
                ended[payment.status] += 1
        return ended
