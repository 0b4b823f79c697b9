"""Where a document goes next: every row of the table, in its order."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import ALLOWED_CHANGES, Document, Status, move
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import MANDATORY_FIELDS, Evidence, Source
from mailbot.domain.people import Dossier, JournalKind, Person, PersonRole, Validation
from mailbot.rules.flow import (
    is_doubtful,
    is_structured,
    mandatory_fields,
    missing_fields,
    next_status,
    reviewers,
)
from tests.kit.letters import INVOICE, a_document, certain
from tests.kit.office import APPROVER, MANAGER, OWNER, PEOPLE, make_dossier, needs_approval

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DELIVERER = Person(
    email="jan@bakkerij.example",
    first_name="Jan",
    last_name="Post",
    roles=(PersonRole.DOCUMENT_DELIVERY,),
)
UNSURE = replace(
    INVOICE,
    evidence={
        **certain(INVOICE).evidence,
        "total_incl": Evidence(confidence=0.79, source=Source.OCR),
    },
)


def purchase(**changes: object) -> Document:
    """Return a certain purchase that is welcome and was sent."""
    return a_document(**{"welcome": True, "sent": True, "delivered_by": OWNER, **changes})


def approved(approver: str = APPROVER, state: ApprovalState = ApprovalState.APPROVED) -> Approval:
    return Approval(
        document_id="0198c0ffee",
        rule="aankopen",
        approver=approver,
        mode="all",
        version=1,
        state=state,
        decided_at=NOON if state is ApprovalState.APPROVED else None,
    )


ASKED = make_dossier(approval_rules=needs_approval())
FREE = make_dossier()


@pytest.mark.feature("CF-APPR-02", "CF-BOX-22")
@pytest.mark.parametrize(
    ("document", "dossier", "approvals", "expected"),
    [
        (purchase(welcome=False, sent=False, invoice=None), ASKED, (), Status.QUARANTINED),
        (purchase(welcome=False), ASKED, (), Status.QUARANTINED),
        (purchase(sent=False, invoice=None), ASKED, (), Status.INBOX),
        (purchase(sent=False), FREE, (), Status.INBOX),
        (purchase(invoice=None), ASKED, (), Status.TO_REVIEW),
        (purchase(invoice=UNSURE), ASKED, (), Status.TO_REVIEW),
        (purchase(invoice=UNSURE), ASKED, (approved(),), Status.TO_REVIEW),
        (purchase(invoice=UNSURE, reviewed_by=(MANAGER,)), ASKED, (), Status.TO_APPROVE),
        (purchase(), ASKED, (), Status.TO_APPROVE),
        (purchase(), ASKED, (approved(state=ApprovalState.OPEN),), Status.TO_APPROVE),
        (purchase(), ASKED, (approved(state=ApprovalState.CANCELLED),), Status.TO_APPROVE),
        (purchase(), ASKED, (approved(),), Status.TO_REVIEW),
        (purchase(reviewed_by=(MANAGER,)), ASKED, (approved(),), Status.TO_EXPORT),
        (purchase(kind=JournalKind.SALES), ASKED, (), Status.TO_REVIEW),
        (purchase(), FREE, (), Status.TO_REVIEW),
        (purchase(reviewed_by=(MANAGER,)), FREE, (), Status.TO_EXPORT),
    ],
)
def test_the_first_row_that_holds_decides(
    document: Document, dossier: Dossier, approvals: tuple[Approval, ...], expected: Status
) -> None:
    assert next_status(document, dossier, approvals) is expected


@pytest.mark.feature("CF-VAL-02", "CF-VAL-03", "CF-VAL-04")
@pytest.mark.parametrize(
    ("validation", "reviewed_by", "expected"),
    [
        (Validation.OFFICE, (), Status.TO_REVIEW),
        (Validation.OFFICE, (OWNER,), Status.TO_REVIEW),
        (Validation.OFFICE, (MANAGER,), Status.TO_EXPORT),
        (Validation.HYBRID, (OWNER,), Status.TO_REVIEW),
        (Validation.HYBRID, (MANAGER,), Status.TO_REVIEW),
        (Validation.HYBRID, (OWNER, MANAGER), Status.TO_EXPORT),
        (Validation.CLIENT, (), Status.TO_REVIEW),
        (Validation.CLIENT, (OWNER,), Status.TO_EXPORT),
        (Validation.CLIENT, (MANAGER,), Status.TO_EXPORT),
    ],
)
def test_who_must_have_looked(
    validation: Validation, reviewed_by: tuple[str, ...], expected: Status
) -> None:
    dossier = make_dossier(validation=validation)
    assert next_status(purchase(reviewed_by=reviewed_by), dossier, ()) is expected


def test_an_approval_of_the_client_is_validation_enough_only_for_certain_values() -> None:
    dossier = make_dossier(validation=Validation.CLIENT, approval_rules=needs_approval())
    assert next_status(purchase(), dossier, (approved(),)) is Status.TO_EXPORT
    unsure = purchase(invoice=UNSURE, reviewed_by=())
    assert next_status(unsure, dossier, (approved(),)) is Status.TO_REVIEW


def frozen(*emails: str) -> tuple[Person, ...]:
    return tuple(replace(person, frozen=person.email in emails) for person in PEOPLE)


@pytest.mark.parametrize(
    ("validation", "people", "reviewed_by", "expected"),
    [
        (Validation.OFFICE, PEOPLE, (), (MANAGER,)),
        (Validation.HYBRID, PEOPLE, (), (OWNER, APPROVER)),
        (Validation.HYBRID, PEOPLE, (OWNER,), (MANAGER,)),
        (Validation.HYBRID, frozen(OWNER), (), (APPROVER,)),
        (Validation.HYBRID, frozen(OWNER, APPROVER), (), (MANAGER,)),
        (Validation.HYBRID, (), (), (MANAGER,)),
        (Validation.CLIENT, PEOPLE, (), (OWNER, APPROVER)),
        (Validation.CLIENT, (*PEOPLE, DELIVERER), (), (OWNER, APPROVER)),
        (Validation.CLIENT, frozen(APPROVER), (), (OWNER,)),
        (Validation.CLIENT, frozen(OWNER, APPROVER), (), (MANAGER,)),
        (Validation.CLIENT, (DELIVERER,), (), (MANAGER,)),
    ],
)
def test_who_is_asked_to_look(
    validation: Validation,
    people: tuple[Person, ...],
    reviewed_by: tuple[str, ...],
    expected: tuple[str, ...],
) -> None:
    dossier = make_dossier(validation=validation, people=people)
    assert reviewers(purchase(reviewed_by=reviewed_by), dossier) == expected


def test_a_client_without_reviewers_does_not_stop_a_hybrid_dossier() -> None:
    dossier = make_dossier(validation=Validation.HYBRID, people=frozen(OWNER, APPROVER))
    assert next_status(purchase(reviewed_by=(MANAGER,)), dossier, ()) is Status.TO_EXPORT


@pytest.mark.parametrize("name", MANDATORY_FIELDS)
@pytest.mark.parametrize("empty", [None, ""])
def test_a_purchase_needs_every_mandatory_field(name: str, empty: str | None) -> None:
    invoice = replace(certain(INVOICE), **{name: empty})  # type: ignore[arg-type]
    assert missing_fields(purchase(invoice=invoice)) == (name,)
    assert is_doubtful(purchase(invoice=invoice))


@pytest.mark.parametrize("name", MANDATORY_FIELDS)
@pytest.mark.parametrize(("confidence", "expected"), [(0.79, True), (0.8, False)])
def test_a_value_that_is_not_sure_is_a_doubt(name: str, confidence: float, expected: bool) -> None:
    invoice = certain(INVOICE)
    weak = {**invoice.evidence, name: Evidence(confidence=confidence, source=Source.OCR)}
    assert is_doubtful(purchase(invoice=replace(invoice, evidence=weak))) is expected


def test_a_sale_needs_its_customer_and_not_its_supplier() -> None:
    sale = purchase(kind=JournalKind.SALES)
    assert mandatory_fields(sale)[0] == "customer_name"
    without_us = replace(certain(INVOICE), supplier_name=None)
    assert not is_doubtful(replace(sale, invoice=without_us))
    without_them = replace(certain(INVOICE), customer_name=None)
    assert missing_fields(replace(sale, invoice=without_them)) == ("customer_name",)
    assert missing_fields(replace(sale, invoice=None))[0] == "customer_name"


@pytest.mark.parametrize(
    ("source", "expected"),
    [(Source.UBL, True), (Source.CII, True), (Source.OCR, False), (Source.PERSON, False)],
)
def test_an_e_invoice_is_told_from_a_page(source: Source, expected: bool) -> None:
    assert is_structured(purchase(invoice=certain(INVOICE, source))) is expected
    assert not is_structured(purchase(invoice=None))


@pytest.mark.feature("CF-APPR-15")
@pytest.mark.parametrize(("begin", "to"), list(product(Status, Status)))
def test_only_the_changes_of_the_table_happen(begin: Status, to: Status) -> None:
    document = purchase(status=begin)
    if to in ALLOWED_CHANGES[begin]:
        assert move(document, to).status is to
    else:
        with pytest.raises(Refused, match="status_forbids"):
            move(document, to)


def test_what_is_rejected_is_never_booked() -> None:
    reachable = {Status.REJECTED}
    seen: set[Status] = set()
    while reachable - seen:
        status = (reachable - seen).pop()
        seen.add(status)
        reachable |= ALLOWED_CHANGES[status]
    assert not reachable & {Status.TO_EXPORT, Status.EXPORTED}
