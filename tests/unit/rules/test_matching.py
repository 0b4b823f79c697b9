"""What a movement was for: what is certain, what is asked, what comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.movement import Movement
from mailbot.domain.payment import HANDED_OUT, CommunicationKind, PaymentFile, PaymentStatus
from mailbot.rules.matching import Books, Match, MatchKind, Owed, find_match
from tests.kit.payments import CREDITOR_IBAN, DEBTOR_IBAN, OGM, a_credit_transfer

OTHER_IBAN = "FR7630006000011234567890189"
DAY = date(2026, 11, 27)
PAYMENT = a_credit_transfer(1, document_id="d1", status=PaymentStatus.IN_FILE)
TWIN = a_credit_transfer(2, document_id="d2", status=PaymentStatus.QR_MADE)
FREE = replace(PAYMENT, communication_kind=CommunicationKind.FREE, communication="Factuur 2026/88")
DECLARED = a_credit_transfer(
    3, document_id="d1", status=PaymentStatus.DECLARED, creditor_iban="",
    communication_kind=CommunicationKind.NONE, communication="",
)  # fmt: skip
PAID = replace(PAYMENT, status=PaymentStatus.PAID)
FILE = PaymentFile(
    id="f1", dossier="bakkerij", number=1, debit_iban=DEBTOR_IBAN, execution_date=DAY,
    format="pain.001.001.09", count=2, total=Decimal("25.00"), sha256="",
    payment_ids=(PAYMENT.id, TWIN.id), created_at=datetime(2026, 11, 26, tzinfo=UTC),
    created_by="els@bakkerij.example",
)  # fmt: skip
INVOICE = Owed(
    document_id="d1", open=Decimal("12.50"), number="2026-114", ogm=OGM, iban=CREDITOR_IBAN,
    supplier="Drukkerij Lefevre",
)  # fmt: skip


def movement(amount: str = "-12.50", **changes: object) -> Movement:
    values: dict[str, object] = {
        "key": "k",
        "dossier": "bakkerij",
        "statement_id": "s",
        "iban": DEBTOR_IBAN,
        "amount": Decimal(amount),
        "entry_date": DAY,
    }
    return Movement(**{**values, **changes})  # type: ignore[arg-type]


def books(*payments: object, **changes: object) -> Books:
    return Books(payments=payments, **changes)  # type: ignore[arg-type]


def told(match: Match) -> tuple[str, str, tuple[str, ...]]:
    about = match.payment_ids or ((match.document_id,) if match.document_id else match.candidates)
    return match.kind.value, match.reason, about


@pytest.mark.parametrize(
    ("made", "known", "expected"),
    [
        # our id
        (movement(end_to_end_id=PAYMENT.id), books(PAYMENT), ("payment", "end_to_end_id", "1")),
        (
            movement("-9.00", end_to_end_id=PAYMENT.id),
            books(PAYMENT),
            ("doubt", "other_amount", "d1"),
        ),
        (movement(end_to_end_id=PAYMENT.id), books(PAID), ("known", "end_to_end_id", "")),
        (
            movement(end_to_end_id=PAYMENT.id),
            books(replace(PAYMENT, status=PaymentStatus.APPROVED)),
            ("doubt", "not_handed_out", "d1"),
        ),
        # a whole file
        (
            movement("-25.00", text="BATCH f1"),
            books(PAYMENT, TWIN, files=[FILE]),
            ("payment", "file_id", "12"),
        ),
        (movement("-25.00"), books(PAYMENT, TWIN, files=[FILE]), ("payment", "file_sum", "12")),
        (
            movement("-25.00"),
            books(files=[FILE, replace(FILE, id="f2")]),
            ("doubt", "several", "f1f2"),
        ),
        (movement("-25.00", account=OTHER_IBAN), books(files=[FILE]), ("none", "unknown", "")),
        (
            movement("-25.00", entry_date=date(2026, 12, 27)),
            books(files=[FILE]),
            ("none", "unknown", ""),
        ),
        (movement("-25.00", iban=OTHER_IBAN), books(files=[FILE]), ("none", "unknown", "")),
        # the structured communication
        (movement(ogm=OGM), books(PAYMENT), ("payment", "ogm", "1")),
        (movement(ogm=OGM, account=OTHER_IBAN), books(PAYMENT), ("none", "unknown", "")),
        (movement(ogm=OGM), books(PAYMENT, TWIN), ("doubt", "several", "d1d2")),
        (movement(ogm=OGM), books(owed=[INVOICE]), ("invoice", "ogm", "d1")),
        (movement("-5.00", ogm=OGM), books(owed=[INVOICE]), ("invoice", "ogm", "d1")),
        (movement("-12.51", ogm=OGM), books(owed=[INVOICE]), ("doubt", "other_amount", "d1")),
        (
            movement(ogm=OGM, account=OTHER_IBAN),
            books(owed=[INVOICE]),
            ("doubt", "other_account", "d1"),
        ),
        (
            movement(ogm=OGM),
            books(owed=[replace(INVOICE, open=Decimal(0))]),
            ("doubt", "paid_already", "d1"),
        ),
        (
            movement(ogm=OGM),
            books(DECLARED, owed=[replace(INVOICE, open=Decimal(0))]),
            ("payment", "ogm", "3"),
        ),
        # the account
        (movement(account=CREDITOR_IBAN), books(PAYMENT), ("payment", "account", "1")),
        (movement(account=CREDITOR_IBAN), books(PAYMENT, TWIN), ("doubt", "several", "d1d2")),
        (
            movement(account=CREDITOR_IBAN, text="FACTUUR 2026/88"),
            books(FREE, replace(TWIN, communication="")),
            ("payment", "account", "1"),
        ),
        (
            movement(account=CREDITOR_IBAN, entry_date=date(2026, 11, 1)),
            books(PAYMENT),
            ("none", "unknown", ""),
        ),
        (
            movement(account=CREDITOR_IBAN, text="betaling fact. 2026 114, dank"),
            books(owed=[INVOICE]),
            ("invoice", "number", "d1"),
        ),
        (
            movement(account=CREDITOR_IBAN, text="12026-1145"),
            books(owed=[INVOICE]),
            ("doubt", "likely", "d1"),
        ),
        (movement(account=CREDITOR_IBAN), books(owed=[INVOICE]), ("doubt", "likely", "d1")),
        (
            movement("-12.00", account=CREDITOR_IBAN),
            books(owed=[INVOICE]),
            ("none", "unknown", ""),
        ),
        # the name
        (movement(name="DRUKKERIJ LEFEVRE"), books(owed=[INVOICE]), ("doubt", "likely", "d1")),
        (
            movement(name="drukkerij lefèvre zonen"),
            books(replace(DECLARED, creditor_name="Drukkerij Lefèvre & Zonen")),
            ("payment", "name", "3"),
        ),
        (movement(name="Drukkerij Lefèvre & Zonen"), books(PAYMENT), ("none", "unknown", "")),
        # what comes in
        (
            movement("12.50", end_to_end_id=PAYMENT.id),
            books(PAID),
            ("returned", "end_to_end_id", "1"),
        ),
        (
            movement("12.50", end_to_end_id=PAYMENT.id),
            books(PAYMENT),
            ("returned", "end_to_end_id", "1"),
        ),
        (
            movement("12.00", end_to_end_id=PAYMENT.id),
            books(PAID),
            ("doubt", "other_amount", "d1"),
        ),
        (
            movement("12.50", is_reversal=True, account=CREDITOR_IBAN, ogm=OGM),
            books(PAID),
            ("returned", "reversal", "1"),
        ),
        (movement("12.50", account=CREDITOR_IBAN, ogm=OGM), books(PAID), ("none", "unknown", "")),
        (movement("12.50", is_reversal=True), books(PAID), ("none", "unknown", "")),
        (movement("12.50", ogm=OGM), books(PAYMENT, owed=[INVOICE]), ("none", "unknown", "")),
    ],
)
def test_each_way(made: Movement, known: Books, expected: tuple[str, str, str]) -> None:
    kind, reason, about = told(find_match(made, known))
    names = "".join(str(int(one, 16)) if len(one) == 32 else one for one in about)
    assert (kind, reason, names) == expected


def test_what_is_done_without_asking_is_surer_than_what_is_asked() -> None:
    certain = find_match(movement(account=CREDITOR_IBAN), books(PAYMENT))
    doubtful = find_match(movement(account=CREDITOR_IBAN), books(owed=[INVOICE]))
    assert doubtful.score < 80 <= certain.score


_movements = st.builds(
    movement,
    st.sampled_from(["-12.50", "-25.00", "-5.00", "12.50"]),
    end_to_end_id=st.sampled_from(["", PAYMENT.id, "elders"]),
    ogm=st.sampled_from(["", OGM]),
    account=st.sampled_from(["", CREDITOR_IBAN, OTHER_IBAN]),
    text=st.sampled_from(["", "factuur 2026-114", "f1"]),
    name=st.sampled_from(["", "Drukkerij Lefevre"]),
    is_reversal=st.booleans(),
)
_known = st.lists(st.sampled_from([PAYMENT, TWIN, DECLARED]), unique=True, max_size=3)


@given(_movements, _known, st.booleans(), st.sampled_from(["0.00", "5.00", "12.50"]))
def test_no_more_and_nothing_else_is_marked_than_what_left(
    made: Movement, payments: list[object], has_file: bool, still_open: str
) -> None:
    files = [FILE] if has_file and {PAYMENT, TWIN} <= set(payments) else []
    owed = [replace(INVOICE, open=Decimal(still_open))]
    match = find_match(made, books(*payments, files=files, owed=owed))
    by_id = {p.id: p for p in (PAYMENT, TWIN, DECLARED)}
    given_to = [by_id[payment_id] for payment_id in match.payment_ids]
    if match.kind is MatchKind.PAYMENT:
        assert sum(p.amount for p in given_to) == -made.amount
        assert all(p.status in HANDED_OUT for p in given_to)
    if match.kind is MatchKind.INVOICE:
        assert made.amount < 0 <= Decimal(still_open) + made.amount
        assert made.account in ("", CREDITOR_IBAN)
    if match.kind is MatchKind.RETURNED:
        assert [p.amount for p in given_to] == [made.amount]
