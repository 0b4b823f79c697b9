"""An invented office with dossiers that differ in what their stories need."""

from decimal import Decimal

from mailbot.domain.people import (
    ApprovalRule,
    Definition,
    Dossier,
    Employee,
    EmployeeRole,
    Export,
    Journal,
    JournalKind,
    Office,
    Person,
    PersonRole,
    Validation,
)

MANAGER = "lies@kantoor.example"
ADMIN = "office@kantoor.example"
OWNER = "an@bakkerij.example"
APPROVER = "karim@bakkerij.example"

OFFICE = Office(code="kantoor", name="Kantoor Vermeer", address="facturen@in.example")
EMPLOYEES = (
    Employee(
        office="kantoor",
        email=ADMIN,
        first_name="Olga",
        last_name="Admin",
        role=EmployeeRole.ADMIN,
    ),
    Employee(office="kantoor", email=MANAGER, first_name="Lies", last_name="Boekhouder"),
)
PEOPLE = (
    Person(email=OWNER, first_name="An", last_name="Peeters", roles=(PersonRole.ADMIN,)),
    Person(
        email=APPROVER,
        first_name="Karim",
        last_name="Haddad",
        roles=(PersonRole.DOCUMENT_PROCESSING,),
    ),
)
JOURNALS = (
    Journal(code="AK", kind=JournalKind.PURCHASE),
    Journal(code="VK", kind=JournalKind.SALES),
)


def make_dossier(
    code: str = "bakkerij", enterprise_number: str = "0400000185", **changes: object
) -> Dossier:
    """Return a dossier that auto-forwards purchases and asks the office to review."""
    values: dict[str, object] = {
        "code": code,
        "office": "kantoor",
        "name": "Bakkerij Peeters BV",
        "enterprise_number": enterprise_number,
        "vat_number": f"BE{enterprise_number}",
        "dossier_manager": MANAGER,
        "validation": Validation.OFFICE,
        "auto_forward": (JournalKind.PURCHASE,),
        "journals": JOURNALS,
        "people": PEOPLE,
        "export": Export(connector="csv", delivery="folder"),
    }
    return Dossier(**{**values, **changes})  # type: ignore[arg-type]


def make_definition(*dossiers: Dossier) -> Definition:
    """Return the office with these dossiers."""
    return Definition(office=OFFICE, employees=EMPLOYEES, dossiers=dossiers or (make_dossier(),))


def needs_approval(
    *approvers: str, amount_from: str | None = None, mode: str = "all"
) -> tuple[ApprovalRule, ...]:
    """Return one rule for these approvers."""
    rule = ApprovalRule(
        name="aankopen",
        approvers=approvers or (APPROVER,),
        amount_from=Decimal(amount_from) if amount_from else None,
        mode="one" if mode == "one" else "all",
    )
    return (rule,)
