"""Who may say whose an account is, and what happens in the basket when they do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.accounts import note_account
from handlers.freezing import freeze, thaw
from handlers.payment_facts import account_to
from mailbot.domain.account import AccountState
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document
from mailbot.domain.payment import Payment, PaymentStatus
from mailbot.domain.people import Payments
from mailbot.domain.token import ShownItem
from mailbot.rules.access import Authority
from storage.accounts import accounts_of
from storage.definitions import get_dossier
from storage.documents import supplier_key
from storage.payments import find_payment, record_payment
from tests.kit.browser import House, open_house
from tests.kit.office import APPROVER, MANAGER, OWNER, make_definition, make_dossier
from tests.kit.payment_sequences import Asked, PaymentMachine
from tests.kit.payments import a_credit_transfer

_ITEM = ShownItem(document_id="", version=0, context=Shown.ACCOUNT)
TRUST, REFUSE = Command(verb=Verb.TRUST_ACCOUNT), Command(verb=Verb.REFUSE_ACCOUNT)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        opened.change_office(make_definition(make_dossier(payments=Payments(active=True))))
        yield opened


def say(
    house: House,
    document: Document,
    who: str,
    command: Command,
    *,
    second: str = "",
    authority: Authority = Authority.SECONDED,
) -> str:
    """Carry out one command about a document, and return what was said of it."""
    machine = type("Here", (PaymentMachine,), {"house": house})()
    now = house.now(document)
    item = replace(_ITEM, document_id=now.id, version=now.version)
    token = machine.token(who, Shown.ACCOUNT, [item])
    cause = {"seconded_by": second} if second else {}
    (outcome,) = machine.transact(Asked(token, command, authority, cause))
    return outcome.sentence


def state_of(house: House, document: Document) -> AccountState | None:
    with house.context.database.reading() as session:
        key = supplier_key(document)
        found = accounts_of(session, dossier="bakkerij", supplier=key)
    return found[0].state if found else None


def in_basket(house: House, document: Document, **changes: object) -> Payment:
    invoice = document.invoice
    assert invoice is not None
    values = {"document_id": document.id, "creditor_iban": invoice.iban, "prepared_by": OWNER}
    payment = a_credit_transfer(7, **{**values, **changes})
    with house.context.transaction() as unit:
        record_payment(unit.session, payment)
    return payment


def now(house: House, payment: Payment) -> Payment:
    with house.context.database.reading() as session:
        found = find_payment(session, payment.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("who", "second", "said"),
    [
        (OWNER, MANAGER, "trust_account"),
        (OWNER, "", "trust_account"),
        (APPROVER, MANAGER, "own_account"),
        (OWNER, APPROVER, "own_account"),
        (MANAGER, OWNER, "trust_account"),
    ],
)
def test_nobody_who_has_a_hand_in_it_confirms_an_account(
    house: House, who: str, second: str, said: str
) -> None:
    document = house.invoice(delivered_by=APPROVER)
    assert say(house, document, who, TRUST, second=second) == said
    is_trusted = state_of(house, document) is AccountState.TRUSTED
    assert is_trusted is (said == "trust_account")


def test_one_person_alone_only_asks(house: House) -> None:
    document = house.invoice()
    said = say(house, document, OWNER, TRUST, authority=Authority.PROVED)
    assert said == "confirmation_sent"
    assert state_of(house, document) is not AccountState.TRUSTED


def test_refusing_empties_the_basket_of_that_account_at_once(house: House) -> None:
    document = house.invoice()
    payment = in_basket(house, document)
    assert say(house, document, APPROVER, REFUSE, authority=Authority.PROVED) == "refuse_account"
    assert now(house, payment).status is PaymentStatus.CANCELLED
    held = house.now(document)
    assert held.on_hold
    assert held.warns("refused_iban")
    assert say(house, document, OWNER, REFUSE) == "already_done"
    # not by a payment that somebody types either
    with house.context.transaction() as unit:
        dossier = get_dossier(unit.session, "bakkerij")
        found = account_to(unit, payment, None, dossier)
        assert found is not None
        assert found.state is AccountState.REFUSED
        assert note_account(unit, dossier, held, by=OWNER) is not None
    # two people who know better may take it back
    assert say(house, document, OWNER, TRUST, second=MANAGER) == "trust_account"
    assert not house.now(document).warns("refused_iban")


def test_who_delivered_it_does_not_say_that_it_is_no_duplicate(house: House) -> None:
    warned = {"warnings": ("duplicate_amount", "low_confidence"), "possible_duplicate_of": "x"}
    document = house.invoice(delivered_by=APPROVER, **warned)
    command = Command(verb=Verb.NOT_DUPLICATE)
    assert say(house, document, APPROVER, command) == "own_duplicate"
    assert say(house, document, OWNER, command) == "not_duplicate"
    assert house.now(document).warnings == ("low_confidence",)
    assert say(house, document, OWNER, command) == "not_a_duplicate"


def test_what_a_frozen_person_prepared_waits_for_another_also_after_a_thaw(house: House) -> None:
    payment = in_basket(house, house.invoice())
    with house.context.transaction() as unit:
        freeze(unit, OWNER, by="operator")
    with house.context.transaction() as unit:
        thaw(unit, OWNER, by="operator")
    held = now(house, payment)
    assert held.waits_since_freeze
    assert held.version == payment.version + 1
