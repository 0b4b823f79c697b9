"""Links to banks that are not built yet say so; nothing is swallowed."""

import pytest

from connectors.bank_link import LINKS, BankLink, find_link
from mailbot.domain.errors import UnsupportedFeature
from mailbot.domain.payment import PaymentFile
from tests.kit.payments import DEBTOR_IBAN, NOW, a_credit_transfer


def a_payment_file() -> PaymentFile:
    payment = a_credit_transfer()
    return PaymentFile(
        id="f", dossier="bakkerij", number=3, debit_iban=DEBTOR_IBAN, execution_date=NOW.date(),
        format="pain.001.001.03", count=1, total=payment.amount, sha256="",
        payment_ids=(payment.id,), created_at=NOW, created_by="els@bakkerij.example",
    )  # fmt: skip


@pytest.mark.parametrize("link", LINKS.values(), ids=list(LINKS))
def test_a_link_that_is_not_built_says_what_to_do_instead(link: BankLink) -> None:
    with pytest.raises(UnsupportedFeature, match=rf"{link.name} is not linked.*upload the file"):
        link.hand_over(a_payment_file(), b"<Document/>", [a_credit_transfer()])
    with pytest.raises(UnsupportedFeature):
        link.status("reference")
    assert link.capabilities.needs


def test_a_link_is_found_by_its_name() -> None:
    assert find_link("ponto").capabilities.bulk
    with pytest.raises(UnsupportedFeature, match="ponto, isabel"):
        find_link("swift")
