"""Whose account it is: a new one, a thief's, a contact who says no; invoices that come twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.domain.account import AccountState
from mailbot.domain.document import Document, Status
from mailbot.domain.people import Payments, Supplier
from storage.accounts import accounts_of
from tests.kit.office import MANAGER, OWNER, make_definition, make_dossier
from tests.kit.story import Story
from tests.kit.structured_builders import IBAN, Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
CONTACT = "boekhouding@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
FIRST = Sample(customer_vat="BE0400000185")
THIEF_IBAN = "LT121000011101001000"
PRINTER = Supplier(
    name="Drukkerij Voorbeeld BV",
    vat_number="BE0456123791",
    email=CONTACT,
    telephone="+32 3 555 01 23",
)
Tell = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begin a story about a dossier that pays."""
    stories: list[Story] = []

    def begin(**dossier: object) -> Story:
        values = {"payments": Payments(active=True), **dossier}
        story = Story(tmp_path, make_definition(make_dossier(**values)))  # type: ignore[arg-type]
        story.__enter__()
        stories.append(story)
        return story

    yield begin
    for story in stories:
        story.__exit__()


def deliver(story: Story, sample: Sample, sender: str = SUPPLIER, **options: bool) -> None:
    file = (
        f"{sample.number.replace('/', '-')}.xml",
        "application/xml",
        build_ubl(sample, **options),
    )
    story.say(sender, PURCHASE, "Onze factuur.", files=[file])


def known(story: Story) -> dict[str, AccountState]:
    with story.service.context.database.reading() as session:
        found = accounts_of(session, dossier="bakkerij", supplier="BE0456123791")
    return {account.iban: account.state for account in found}


def numbered(story: Story, number: str) -> Document:
    """Wait until an invoice is read."""

    def find() -> Document | None:
        read = [d for d in story.documents("bakkerij") if d.invoice]
        return next((d for d in read if d.invoice and d.invoice.invoice_number == number), None)

    return story.eventually(find, lambda: f"{number} to be read")


@pytest.mark.feature("CF-PAY-07")
def test_the_first_account_waits_until_two_people_say_that_it_is_right(tell: Tell) -> None:
    story = tell()
    deliver(story, FIRST)
    asked = story.expect(OWNER, "Rekening nagaan")
    assert "BE68 5390 0754 7034" in asked.text
    assert "nog geen" in asked.text
    assert known(story) == {IBAN: AccountState.PROPOSED}
    story.reply(asked, "rekening klopt")
    own = story.expect(OWNER, "Bevestigen")
    story.reply(own, f"bevestig {own.code}")
    second = story.expect(MANAGER, "Bevestigen")
    assert known(story) == {IBAN: AccountState.PROPOSED}
    story.reply(second, f"bevestig {second.code}")
    story.eventually(
        lambda: known(story) == {IBAN: AccountState.TRUSTED} or None, lambda: "a trusted account"
    )
    story.settle()
    # the next invoice with it is asked about no more
    deliver(story, replace(FIRST, number="2026-130", issue_date="2026-11-25", reference=""))
    numbered(story, "2026-130")
    story.settle()
    assert not [m for m in story.postbox.unread() if "Rekening nagaan" in m.subject]


@pytest.mark.feature("CF-PAY-12")
def test_a_thief_in_the_thread_names_another_account_and_the_contact_says_no(tell: Tell) -> None:
    story = tell(suppliers=(replace(PRINTER, ibans=(IBAN,)),))
    deliver(story, FIRST)
    story.expect(MANAGER, "Nakijken")
    stolen = replace(FIRST, number="2026-131", iban=THIEF_IBAN, bic="", reference="")
    deliver(story, stolen)
    review = story.expect(MANAGER, "Nakijken")
    assert "ander dan vroeger" in review.text
    assert "ander land (LT)" in " ".join(review.text.split())
    asked = story.expect(OWNER, "Rekening nagaan")
    assert "BE68 5390 0754 7034" in asked.text
    assert "anders: groep 1, 2, 3, 4 en 5" in asked.text
    assert "+32 3 555 01 23" in asked.text
    question = story.expect(CONTACT, "Is dit jullie rekening?")
    assert "1.263" not in question.text
    # whoever has the mail can only stop money; somebody else's answer does not count
    story.reply(question, "rekening klopt", sender="dief@drukkerij-voorbeeld.example")
    story.reply(question, "rekening klopt niet")
    told = story.expect(OWNER, "Rekening geweigerd")
    assert CONTACT in told.text
    assert known(story)[THIEF_IBAN] is AccountState.REFUSED
    document = numbered(story, "2026-131")
    assert document.warns("refused_iban")
    assert document.on_hold
    deliver(story, replace(stolen, number="2026-140", issue_date="2026-11-26"))
    assert numbered(story, "2026-140").warns("refused_iban")


def test_an_invoice_that_comes_again_under_another_number_is_told_and_freed(tell: Tell) -> None:
    story = tell(suppliers=(replace(PRINTER, ibans=(IBAN,)),))
    deliver(story, FIRST)
    story.expect(MANAGER, "Nakijken")
    deliver(story, replace(FIRST, number="F2026/0114", reference=""))
    review = story.expect(MANAGER, "Nakijken")
    assert "alleen anders geschreven" in " ".join(review.text.split())
    again = numbered(story, "F2026/0114")
    assert again.warns("duplicate_spelling")
    story.reply(review, "geen dubbel")
    assert "andere factuur" in story.expect(MANAGER, "Gedaan").text
    freed = numbered(story, "F2026/0114")
    assert not freed.warns("duplicate_spelling")
    assert not freed.possible_duplicate_of
    # a credit note of the same amount: there may be nothing to pay
    deliver(story, replace(FIRST, number="C-9", type_code="381", reference=""), credit_note=True)
    numbered(story, "C-9")
    warned = story.eventually(
        lambda: next((d for d in story.documents("bakkerij") if d.warns("credited")), None),
        lambda: "an invoice that was taken back",
    )
    assert warned.status is not Status.REJECTED


def test_a_supplier_that_looks_like_a_known_one_is_told(tell: Tell) -> None:
    story = tell(suppliers=(replace(PRINTER, ibans=(IBAN,)),))
    alike = replace(FIRST, supplier="Drukkerij Voorbeeid BV", supplier_vat="BE0712345630")
    deliver(story, replace(alike, iban=THIEF_IBAN, bic=""))
    review = story.expect(MANAGER, "Nakijken")
    assert "lijkt op dat van Drukkerij Voorbeeld BV" in " ".join(review.text.split())
    # nobody wrote down a contact of this one: only people of the dossier are asked
    assert "zelf opzoekt" in story.expect(OWNER, "Rekening nagaan").text
    story.settle()
    assert not [m for m in story.postbox.mails if m.recipient == CONTACT]
