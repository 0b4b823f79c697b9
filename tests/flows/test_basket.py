"""From the basket to the file for the bank by answering mails: changed, approved, confirmed."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from handlers.desk import SentForm, act, open_desk
from handlers.payment_switches import find_cut_off
from mailbot.compose.pages import Around, write_desk
from mailbot.domain.command import Command, Verb
from mailbot.domain.job import JobKind
from mailbot.domain.payment import Payment, PaymentFile, PaymentStatus
from mailbot.domain.people import (
    DebitAccount,
    Definition,
    Dossier,
    PaymentRule,
    Payments,
    Person,
    PersonRole,
    Supplier,
)
from storage.codes import record_browser
from storage.payments import payment_files_of, payments_in
from tests.kit.office import (
    APPROVER,
    MANAGER,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.structured_builders import IBAN, Sample, build_ubl
from tests.kit.talks import PURCHASE, SUPPLIER, UBL, Got, Talks, open_talks

DIRECTOR = "mia@bakkerij.example"
KBC, BNP = "BE71096123456769", "BE62510007547061"
SUPPLIERS = (Supplier(name="Drukkerij Voorbeeld BV", vat_number="BE0456123791", ibans=(IBAN,)),)
MIA = Person(
    email=DIRECTOR, first_name="Mia", last_name="Claes", roles=(PersonRole.FULL_FEEDBACK,)
)


def paying(*, rules: tuple[PaymentRule, ...] = (), **changes: object) -> Dossier:
    """Return a dossier that pays: Karim approves invoices, An executes."""
    values: dict[str, object] = {
        "people": (*PEOPLE, MIA),
        "approval_rules": needs_approval(APPROVER),
        "payments": Payments(active=True, approval=bool(rules)),
        "payment_rules": rules,
        "debit_accounts": (
            DebitAccount(alias="kbc", iban=KBC, bic="KREDBEBB"),
            DebitAccount(alias="bnp", iban=BNP),
        ),
        "suppliers": SUPPLIERS,
    }
    return make_dossier(**{**values, **changes})


@contextmanager
def told(folder: Path, dossier: Dossier | None = None) -> Iterator[Talks]:
    definition: Definition = make_definition(dossier or paying())
    with open_talks(folder, definition) as talks:
        yield talks


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Talks]:
    with told(tmp_path) as opened:
        yield opened


#: an invoice of the same amount within days could be the same once more
TOTALS = {"2026-1": "1263.00", "2026-2": "840.00", "2026-3": "420.00"}


def prepare(talks: Talks, number: str, order: str = "betaal nu") -> None:
    """Let an invoice come, Karim approve it, and put it in the basket."""
    talks.forget()
    total = TOTALS[number]
    sample = Sample(
        number=number,
        customer_vat="BE0400000185",
        reference="",
        rows=(("0", total, "0.00", "Z"),),
        total_excl=total,
        vat_total="0.00",
        total_incl=total,
        amount_due=total,
    )
    file = (f"{number}.xml", "application/xml", build_ubl(sample))
    talks.say(SUPPLIER, PURCHASE, subject="Factuur", files=[file])
    talks.reply(talks.got(APPROVER, "Goedkeuren"), "goedgekeurd")
    talks.reply(talks.got(APPROVER), order)


def basket(talks: Talks, to: str = OWNER) -> Got:
    """Let somebody who may execute get the basket of the day."""
    talks.inbox.clear()
    talks.clock.move(timedelta(days=1))
    day = talks.clock.now().date().isoformat()
    talks.tick(timedelta(minutes=1), JobKind.DIGEST, office="kantoor", person=to, day=day)
    return talks.got(to, "Betaalmand")


def code_of(mail: Got) -> str:
    found = re.search(r"\b(\d{3}) (\d{3})\b", mail.text)
    assert found, mail.text
    return f"{found[1]}{found[2]}"


def waiting(talks: Talks, *statuses: PaymentStatus) -> tuple[Payment, ...]:
    with talks.room.context.database.reading() as session:
        return payments_in(session, "bakkerij", statuses or tuple(PaymentStatus))


def made(talks: Talks) -> list[PaymentFile]:
    with talks.room.context.database.reading() as session:
        return payment_files_of(session, "bakkerij")


@pytest.mark.feature("CF-PAY-14", "CF-PAY-15", "CF-PAY-30", "CF-PAY-33")
def test_the_basket_lists_by_day_and_account_what_waits(talks: Talks) -> None:
    prepare(talks, "2026-1")
    prepare(talks, "2026-2", "betaal bedrag 100 op 15/12 van bnp")
    mail = basket(talks)
    assert "2 betalingen" in mail.subject
    text = " ".join(mail.text.split())
    assert (
        "van kbc, zodra het bestand gemaakt is: 1 \u00d7 samen € 1.263,00".upper() in text.upper()
    )
    assert "van bnp, op 15/12/2026: 1 \u00d7 samen € 100,00".upper() in text.upper()
    assert "factuur 2026-1 van 13/11, € 1.263,00 tegen 13/12, volledig" in text
    assert "factuur 2026-2 van 13/11, € 840,00 tegen 13/12, gedeeltelijk" in text
    assert "naar BE68 5390 0754 7034, mededeling 2026-1" in text
    assert text.count("(nog niet geboekt)") == 2
    assert "Tip:" in text
    talks.reply(mail, "groepeer op 16/12")
    assert {p.execution_date for p in waiting(talks)} == {date(2026, 12, 16)}


@pytest.mark.feature("CF-PAY-13", "CF-PAY-16", "CF-PAY-17", "CF-PAY-18", "CF-PAY-34", "CF-PAY-35")
def test_executing_shows_count_total_and_hash_and_one_code_makes_one_file(talks: Talks) -> None:
    prepare(talks, "2026-1")
    prepare(talks, "2026-2", "betaal bedrag 100,50 op 18/11")
    mail = basket(talks)
    talks.reply(mail, "voer uit 1-2")
    asked = talks.got(OWNER, "Uitvoeren? 2 betalingen, € 1.363,50")
    assert made(talks) == [], "nothing leaves before the code"
    assert "controlegetal" in asked.text
    assert "vergelijkt de naam" in " ".join(asked.text.split())
    code = code_of(asked)
    talks.reply(asked, f"bevestig {code}")
    sent = talks.got(OWNER, "Bestand 1 voor de bank: 2 betalingen, € 1.363,50")
    (file,) = made(talks)
    (content,) = [p.get_payload(decode=True) for p in sent.message.iter_attachments()]
    assert isinstance(content, bytes)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert file.sha256 in sent.text.replace(" ", "").replace("\n", "")
    assert sent.files == [f"sepa-bakkerij-1-{file.execution_date:%Y%m%d}.xml"]
    assert file.execution_date == talks.clock.now().date(), "a day that has passed is today"
    amounts = [Decimal(e.text or "") for e in etree.fromstring(content).iter("{*}InstdAmt")]
    assert sum(amounts) == file.total == Decimal("1363.50")
    assert {p.status for p in waiting(talks)} == {PaymentStatus.IN_FILE}
    talks.reply(asked, f"bevestig {code}")
    talks.reply(mail, "voer uit 1-2")
    assert len(made(talks)) == 1, "what left is not made again"
    talks.forget()
    talks.reply(mail, "sepa-bestand 1")
    again = talks.got(OWNER, "Bestand 1 voor de bank")
    assert [p.get_payload(decode=True) for p in again.message.iter_attachments()] == [content]
    talks.reply(mail, "betalingen november")
    listed = talks.got(OWNER, "Uitgevoerde betalingen")
    assert "in bestand 1 voor de bank" in listed.text
    talks.forget()
    talks.say(OWNER, "mailbot@in.example", "sepa-bestand 1", subject="Archief")
    assert talks.got(OWNER, "Bestand 1 voor de bank").files == sent.files


@pytest.mark.feature("CF-PAY-19", "CF-PAY-35")
def test_only_who_may_execute_gets_a_file(talks: Talks) -> None:
    prepare(talks, "2026-1")
    mail = basket(talks)
    talks.reply(mail, "voer uit 1")
    asked = talks.got(OWNER, "Uitvoeren?")
    talks.reply(asked, f"bevestig {code_of(asked)}")
    talks.forget()
    for other in (APPROVER, MANAGER):
        talks.say(other, "mailbot@in.example", "sepa-bestand 1", subject="Bestand")
        assert "het recht niet" in talks.got(other).text
    talks.say(MANAGER, "mailbot@in.example", "betalingen", subject="Betalingen")
    assert "in bestand 1" in talks.got(MANAGER, "Uitgevoerde betalingen").text


@pytest.mark.feature("CF-PAY-30", "CF-PAY-31")
def test_lines_are_changed_by_number_and_a_stale_basket_does_nothing(talks: Talks) -> None:
    for number in ("2026-1", "2026-2", "2026-3"):
        prepare(talks, number)
    mail = basket(talks)
    talks.reply(mail, "1 bedrag: 250\n2 van bnp\n3 annuleer")
    first, second, third = sorted(waiting(talks), key=lambda p: p.id)
    assert (first.amount, second.debit_iban) == (Decimal("250.00"), BNP)
    assert third.status is PaymentStatus.CANCELLED
    talks.forget()
    talks.reply(mail, "1 bedrag 300")
    assert "intussen veranderd" in talks.got(OWNER, "Niet gedaan").text
    fresh = talks.got(OWNER, "Betaalmand")
    assert "€ 250,00" in fresh.text
    # what leaves from bnp comes first now
    talks.reply(fresh, "2 bedrag 1500")
    assert "1263,00" in talks.got(OWNER, "Niet gedaan").text
    talks.reply(fresh, "2 mededeling levering november")
    assert "levering november" in min(waiting(talks), key=lambda p: p.id).communication


@pytest.mark.feature("CF-PAY-27", "CF-PAY-29")
def test_one_day_and_one_account_for_what_is_executed(talks: Talks) -> None:
    prepare(talks, "2026-1")
    prepare(talks, "2026-2", "betaal van bnp op 30/11")
    mail = basket(talks)
    talks.reply(mail, "voer uit 1-2")
    asked = talks.got(OWNER, "Uitvoeren?")
    text = " ".join(asked.text.split())
    assert "2 verschillende rekeningen" in text
    assert "voer uit 1-2 van kbc" in text
    talks.reply(asked, "annuleer")
    talks.forget()
    talks.reply(mail, "voer uit 1-2 op 1/12 van kbc")
    asked = talks.got(OWNER, "Uitvoeren?")
    assert "verschillende rekeningen" not in asked.text
    talks.reply(asked, f"bevestig {code_of(asked)}")
    (file,) = made(talks)
    assert (file.debit_iban, file.execution_date, file.count) == (KBC, date(2026, 12, 1), 2)


def test_what_changes_between_asking_and_confirming_is_not_done(talks: Talks) -> None:
    prepare(talks, "2026-1")
    prepare(talks, "2026-2")
    mail = basket(talks)
    talks.reply(mail, "voer uit 1-2")
    asked = talks.got(OWNER, "Uitvoeren?")
    talks.reply(mail, "2 bedrag 99")
    talks.forget()
    talks.reply(asked, f"bevestig {code_of(asked)}")
    assert "intussen veranderd" in talks.got(OWNER, "Niet gedaan").text
    assert "€ 99,00" in talks.got(OWNER, "Betaalmand").text
    assert made(talks) == []
    talks.reply(mail, "1 wacht")
    talks.forget()
    talks.reply(mail, "voer uit 1")
    assert "tot iemand vrij zegt" in talks.got(OWNER, "Niet gedaan").text
    assert [to for to, _subject in talks.waiting()] == [], "no code for what cannot leave"


LARGE = PaymentRule(name="groot", approvers=(APPROVER, DIRECTOR), max_amount=Decimal(1000))
SMALL = PaymentRule(name="klein", approvers=("*",), max_amount=Decimal(500))
BOARD = PaymentRule(name="directie", approvers=(DIRECTOR,), mode="one")


@pytest.mark.feature(
    "CF-PAPP-01",
    "CF-PAPP-02",
    "CF-PAPP-03",
    "CF-PAPP-04",
    "CF-PAPP-05",
    "CF-PAPP-08",
    "CF-PAPP-09",
)
def test_approvers_are_asked_at_once_and_nothing_leaves_without_them(tmp_path: Path) -> None:
    with told(tmp_path, paying(rules=(LARGE, SMALL, BOARD))) as talks:
        prepare(talks, "2026-2")
        # 840 euro: both of "groot" must, the one who prepared it too
        mia = talks.got(DIRECTOR, "Betaling goedkeuren? Drukkerij Voorbeeld BV, € 840,00")
        assert 'regel "groot", samen met Karim' in " ".join(mia.text.split())
        karim = talks.got(APPROVER, "Betaling goedkeuren?")
        talks.reply(mia, "goedgekeurd")
        mail = basket(talks)
        assert "Wacht nog op goedkeuring van Karim Haddad" in " ".join(mail.text.split())
        talks.forget()
        talks.reply(mail, "voer uit 1")
        assert "goedkeuring van Karim" in talks.got(OWNER, "Niet gedaan").text
        assert [to for to, _subject in talks.waiting()] == [], "no code before the approvals"
        prepare(talks, "2026-3", "betaal bedrag 400")
        asked = talks.got(OWNER, "Betaling goedkeuren? Drukkerij Voorbeeld BV, € 400,00")
        assert not [to for to, _ in talks.waiting() if to == APPROVER and "Betaling" in _]
        talks.reply(asked, "verwerpen, te vroeg")
        told_ = talks.got(APPROVER, "Betaling geweigerd: Drukkerij Voorbeeld BV, € 400,00")
        assert "te vroeg" in told_.text
        talks.reply(karim, "ok")
        assert {p.status for p in waiting(talks)} == {
            PaymentStatus.APPROVED, PaymentStatus.REFUSED
        }  # fmt: skip
        talks.reply(mail, "voer uit 1")
        confirm = talks.got(OWNER, "Uitvoeren? 1 betaling, € 840,00")
        talks.reply(confirm, f"bevestig {code_of(confirm)}")
        assert [file.total for file in made(talks)] == [Decimal("840.00")]


@pytest.mark.feature("CF-PAPP-07", "CF-PAPP-09")
def test_a_rule_is_chosen_and_a_change_asks_again(tmp_path: Path) -> None:
    with told(tmp_path, paying(rules=(LARGE, SMALL, BOARD))) as talks:
        prepare(talks, "2026-3", "betaal bedrag 300 regel directie")
        first = talks.got(DIRECTOR, "Betaling goedkeuren?")
        prepare(talks, "2026-1")
        talks.got(DIRECTOR, "Betaling goedkeuren? Drukkerij Voorbeeld BV, € 1.263,00")
        talks.clock.move(timedelta(days=1))
        listed = talks.digest(DIRECTOR)
        assert "GOED TE KEUREN BETALINGEN (2)" in listed.text
        mail = basket(talks)
        assert "Wacht nog op goedkeuring van Mia Claes" in " ".join(mail.text.split())
        others = talks.got(OWNER, "2 betalingen wachten")
        assert "BETALINGEN DIE OP ANDEREN WACHTEN (2)" in others.text
        talks.forget()
        talks.reply(mail, "1 bedrag 299")
        again = talks.got(DIRECTOR, "Betaling goedkeuren? Drukkerij Voorbeeld BV, € 299,00")
        talks.reply(first, "goedgekeurd")
        assert "intussen veranderd" in talks.got(DIRECTOR, "Niet gedaan").text
        talks.reply(again, "goedgekeurd")
        talks.reply(listed, "2 ok")
        assert {p.status for p in waiting(talks)} == {PaymentStatus.APPROVED}


@pytest.mark.feature("CF-PAPP-06")
def test_nothing_is_switched_off_for_which_payments_wait(tmp_path: Path) -> None:
    on = paying(rules=(BOARD,))
    with told(tmp_path, on) as talks:
        prepare(talks, "2026-3")
        before = make_definition(on)
        changes: list[dict[str, object]] = [
            {"payments": Payments(active=True)},
            {"payments": Payments(active=False, approval=True)},
            {"payment_rules": (replace(BOARD, active=False),)},
        ]
        with talks.room.context.transaction() as unit:
            found = [
                find_cut_off(unit, before, make_definition(replace(on, **each)))  # type: ignore[arg-type]
                for each in changes
            ]
            assert find_cut_off(unit, before, before) == []
        assert [len(each) for each in found] == [1, 1, 1]
        assert "1 payment waits for approval" in found[0][0]
        assert "1 payment waits for rule 'directie'" in found[2][0]


@pytest.mark.feature("CF-PAY-16")
def test_who_did_all_of_it_alone_needs_somebody_else(tmp_path: Path) -> None:
    alone = paying(approval_rules=needs_approval(OWNER))
    with told(tmp_path, alone) as talks:
        talks.say(SUPPLIER, PURCHASE, files=[UBL])
        talks.reply(talks.got(OWNER, "Goedkeuren"), "goedgekeurd")
        talks.reply(talks.got(OWNER), "betaal nu")
        mail = basket(talks)
        talks.reply(mail, "voer uit 1")
        asked = talks.got(OWNER, "Uitvoeren?")
        talks.reply(asked, f"bevestig {code_of(asked)}")
        assert made(talks) == []
        second = talks.got(MANAGER, "Uitvoeren? 1 betaling, € 1.263,00")
        assert "An Peeters vroeg" in second.text
        talks.reply(second, f"bevestig {code_of(second)}")
        assert [file.created_by for file in made(talks)] == [OWNER]
        assert talks.got(OWNER, "Bestand 1 voor de bank").files


@pytest.mark.feature("CF-PAY-16", "CF-PAY-17")
def test_the_page_of_the_confirmation_shows_the_payments_and_only_a_post_makes_the_file(
    talks: Talks,
) -> None:
    prepare(talks, "2026-1")
    mail = basket(talks)
    talks.reply(mail, "voer uit 1")
    asked = talks.got(OWNER, "Uitvoeren?")
    (token,) = set(re.findall(r"/d/([a-z0-9]+)", asked.text))
    desk = open_desk(talks.room.context, token)
    assert desk is not None
    assert desk.execution is not None
    page = write_desk(
        desk.head,
        desk.sheets,
        Around(path="/d/x", stamp=lambda _sheet: "", execution=desk.execution),
        to_confirm=desk.to_confirm,
    )
    assert "controlegetal" in page
    assert "Drukkerij Voorbeeld BV, \u20ac\u00a01.263,00" in page
    assert made(talks) == [], "looking changes nothing"
    confirm = [Command(verb=Verb.CONFIRM)]
    assert act(talks.room.context, token, confirm, SentForm(browser="nobody")) is None
    assert made(talks) == []
    with talks.room.context.transaction() as unit:
        until = talks.clock.now() + timedelta(days=1)
        now = talks.clock.now()
        browser = record_browser(unit.session, person=OWNER, at=now, expires_at=until)
    for _ in range(2):
        acted = act(talks.room.context, token, confirm, SentForm(browser=browser, form="1"))
        assert acted is not None
        assert acted.outcomes[0].is_done
    assert [file.total for file in made(talks)] == [Decimal("1263.00")]
