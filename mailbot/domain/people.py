"""The office, its employees, its dossiers and the people of a dossier."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from mailbot.domain.invoice import DocumentClass
from mailbot.domain.mail import Language
from mailbot.domain.treatment import Treatment


class JournalKind(StrEnum):
    """The kinds of journal (dagboek)."""

    PURCHASE = "purchase"
    SALES = "sales"
    FINANCIAL = "financial"
    MISCELLANEOUS = "miscellaneous"


class EmployeeRole(StrEnum):
    """What an employee of the office may do (CF-EMP-08…10)."""

    ADMIN = "admin"
    EMPLOYEE = "employee"
    SUPPORT = "support"


class PersonRole(StrEnum):
    """What a person of a dossier may do (CF-USR-02…07)."""

    ADMIN = "admin"
    FULL_ACCESS = "full_access"
    DOCUMENT_PROCESSING = "document_processing"
    DOCUMENT_PROCESSING_ARCHIVE = "document_processing_archive"
    FULL_FEEDBACK = "full_feedback"
    DOCUMENT_DELIVERY = "document_delivery"


class Validation(StrEnum):
    """Who looks at a booking proposal before it is booked (CF-VAL-02…04)."""

    OFFICE = "office"
    HYBRID = "hybrid"
    CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class Office:
    """An accounting office: the owner of dossiers."""

    code: str
    name: str
    #: From of every mail the office sends, e.g. "facturen@kantoor.example"
    address: str
    language: Language = "nl"
    time_zone: str = "Europe/Brussels"
    #: senders (address, @domain, .domain and all below) that are refused with 550 5.7.1
    blacklist: tuple[str, ...] = ()
    #: senders whose documents wait until the dossier's admin allows them
    quarantine_list: tuple[str, ...] = ()
    #: senders whose documents go to the client's inbox, whatever is forwarded
    inbox_list: tuple[str, ...] = ()
    #: senders whose documents may be auto-forwarded, in every dossier
    whitelist: tuple[str, ...] = ()
    #: of senders in no list, where the dossier says nothing
    other_senders: Treatment | None = None
    #: hour of the daily digest, local time
    digest_hour: int = 7
    #: whether its dossiers may prepare payments at all (CF-PAY-01)
    payments: bool = True
    #: as the setting retention.document_years, for this office; None: as set there
    document_years: int | None = None


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Days on which somebody may decide in another's place, both included."""

    #: e-mail addresses
    person: str
    stand_in: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class Employee:
    """Somebody who works at the office."""

    office: str
    email: str
    first_name: str
    last_name: str
    role: EmployeeRole = EmployeeRole.EMPLOYEE
    language: Language = "nl"
    #: a frozen person has no authority at all
    frozen: bool = False
    #: a total above it takes a confirmation (approving) or a second person (paying)
    limit: Decimal | None = None
    #: who may decide in this person's place, and on which days; without days always
    stand_in: str = ""
    away_from: date | None = None
    away_until: date | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the client: owner, approver, secretary, deliverer of documents."""

    email: str
    first_name: str
    last_name: str
    roles: tuple[PersonRole, ...] = (PersonRole.DOCUMENT_PROCESSING,)
    language: Language = "nl"
    frozen: bool = False
    #: as of an employee
    limit: Decimal | None = None
    stand_in: str = ""
    away_from: date | None = None
    away_until: date | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, kw_only=True)
class Journal:
    """A journal of the dossier in its accounting package."""

    code: str
    kind: JournalKind
    name: str = ""
    credit_notes_only: bool = False


#: how many approvers of one rule must approve
ApprovalMode = Literal["all", "one", "in_order"]


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """When and by whom a purchase document must be approved (CF-APPR-03…11)."""

    name: str
    #: VAT numbers or parts of names; empty: every supplier
    suppliers: tuple[str, ...] = ()
    #: empty: whatever the labels
    labels: tuple[str, ...] = ()
    #: total including VAT from which the rule holds
    amount_from: Decimal | None = None
    #: empty: whatever the document is
    document_classes: tuple[DocumentClass, ...] = ()
    #: names of documents and files, `*` for any letters; empty: whatever the name
    titles: tuple[str, ...] = ()
    #: e-mail addresses of people of the dossier or employees of the office
    approvers: tuple[str, ...]
    #: "all": everyone must approve; "one": the first answer counts; "in_order": everyone, and
    #: each is asked when the one before has approved
    mode: ApprovalMode = "all"
    #: holds only when no other rule does
    catch_all: bool = False
    active: bool = True
    #: working days after which who has not answered is reminded, each time anew; None: never
    remind_after: int | None = None
    #: working days after which somebody else may decide, too; None: never
    escalate_after: int | None = None
    #: who that is; "": a second person of the dossier, as in `rules/second.py`
    escalate_to: str = ""


@dataclass(frozen=True, kw_only=True)
class DebitAccount:
    """An account of the dossier from which payments leave (CF-PAY-05)."""

    #: what people type, e.g. "kbc"
    alias: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentRule:
    """Who may approve payments, and up to which amount (CF-PAPP-02…05)."""

    name: str
    #: e-mail addresses; "*": everyone of the dossier who may process documents
    approvers: tuple[str, ...]
    #: of one payment; None: unlimited
    max_amount: Decimal | None = None
    #: "all": everyone named must approve; "one": the first answer counts
    mode: Literal["all", "one"] = "all"
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Payments:
    """How a dossier pays (CF-PAY-01)."""

    active: bool = False
    #: payments take an approval of their own; rules are in `Dossier.payment_rules` (CF-PAPP-01)
    approval: bool = False
    #: employees of the office may prepare payments, too (CF-PAY-36)
    office_prepares: bool = True
    #: employees of the office may execute payments, too; else only the client's people do
    office_executes: bool = False
    #: what may leave on one day, None: no limit
    daily_limit: Decimal | None = None
    #: so long nothing is paid to an account after it was confirmed
    wait_hours: int = 0
    #: the version of the file that the bank takes
    format: Literal["pain.001.001.03", "pain.001.001.09"] = "pain.001.001.09"
    #: banks whose apps the mail with a QR code names (CF-PAY-23)
    qr_banks: tuple[str, ...] = ("Belfius", "ING", "KBC")


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """A supplier whom somebody wrote down: its contact on file, its accounts."""

    name: str
    vat_number: str = ""
    #: who is asked whether an account is theirs; never taken from a document
    email: str = ""
    telephone: str = ""
    #: accounts that are trusted because the definition says so
    ibans: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Export:
    """Where bookings go when they are complete."""

    #: name of a connector: "ubl", "csv", "winbooks"
    connector: str
    #: "mail" or "folder"
    delivery: Literal["mail", "folder"] = "folder"
    #: e-mail address (mail) or folder relative to the data folder (folder)
    target: str = ""
    #: minutes between the last decision and the export: so long `herstel` takes it back
    wait_minutes: int = 0
    #: connector's own options, e.g. ledger accounts and VAT codes
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """The administration of one client."""

    code: str
    office: str
    name: str
    #: 10 digits for Belgium, KvK or the VAT digits elsewhere; part of the dossier's addresses
    enterprise_number: str
    vat_number: str = ""
    language: Language = "nl"
    active: bool = True
    #: e-mail address of the employee who keeps the dossier
    dossier_manager: str
    validation: Validation = Validation.OFFICE
    #: kinds of document that skip the inbox (postbus)
    auto_forward: tuple[JournalKind, ...] = ()
    #: senders whose documents may be auto-forwarded; empty: everyone (CF-IN-16)
    whitelist: tuple[str, ...] = ()
    #: senders in no list wait until the admin allows them; the same as other_senders "quarantine"
    use_whitelist: bool = False
    #: as those of the office, for this dossier
    blacklist: tuple[str, ...] = ()
    quarantine_list: tuple[str, ...] = ()
    inbox_list: tuple[str, ...] = ()
    other_senders: Treatment | None = None
    journals: tuple[Journal, ...] = ()
    people: tuple[Person, ...] = ()
    approval_rules: tuple[ApprovalRule, ...] = ()
    payments: Payments = field(default_factory=Payments)
    #: the first is used where nobody names one
    debit_accounts: tuple[DebitAccount, ...] = ()
    payment_rules: tuple[PaymentRule, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    #: as people said since; no part of a definition
    absences: tuple[Absence, ...] = ()
    #: total including VAT from which an approval takes a one-time code; None: none does
    confirm_from: Decimal | None = None
    #: nothing of it is deleted, however old (a dispute, an audit)
    legal_hold: bool = False
    export: Export = field(default_factory=lambda: Export(connector="csv"))

    @property
    def admins(self) -> tuple[Person, ...]:
        """The people of the client who may settle the dossier's affairs."""
        return tuple(p for p in self.people if PersonRole.ADMIN in p.roles and not p.frozen)


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One office with everything that belongs to it, as `mailbot apply` knows it."""

    office: Office
    employees: tuple[Employee, ...] = ()
    dossiers: tuple[Dossier, ...] = ()
