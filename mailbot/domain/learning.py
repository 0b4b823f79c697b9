"""What is learned of one counterparty: where its values stand, how it writes, how it is booked.

Only documents that people confirmed teach anything (docs/decisions/0011). What is learned says
where to look and how sure that is; it never says what an account (IBAN) is.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mailbot.domain.booking import BookingLine
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.people import JournalKind

#: no habit is surer than this
MOST_SURE = 0.97
#: how unsure a habit is that one document has confirmed
_FIRST_DOUBT = 0.15
#: values of one field that stand in different places (invoice, credit note, second layout)
MAX_PLACES = 3
_LONGEST_KEY = 80


class Relation(StrEnum):
    """Where the words stand that lead to a value."""

    #: before it in its own run of text
    INSIDE = "inside"
    #: in a run of text to its left
    LEFT = "left"
    #: in a run of text above it
    ABOVE = "above"


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Words that lead to a value."""

    relation: Relation
    #: folded, without blanks, digits and currencies
    words: str
    #: other values between the words and the value
    steps: int = 0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a value stands: the words beside it, and its position as shares of the page."""

    #: 1-based
    page: int
    #: pages that follow
    pages_after: int
    x0: float
    x1: float
    y: float
    anchors: tuple[Anchor, ...] = ()
    #: which of the values with the same words it is, counted from the last; and of how many
    nth_from_last: int = 1
    of: int = 1


@dataclass(frozen=True, kw_only=True)
class FieldHabit:
    """Where one field of one counterparty stands, and how often that was right."""

    place: Place
    #: people had corrected what was read without it: then it is believed more than the reading
    overrules: bool
    #: documents on which this place held the confirmed value
    confirmed: int = 1
    #: documents on which it held another one
    failed: int = 0

    @property
    def confidence(self) -> float:
        """How sure a value in this place is, 0.0 to 0.97."""
        return round(sureness(self.confirmed) * self.confirmed / (self.confirmed + self.failed), 3)

    @property
    def is_worn_out(self) -> bool:
        """Whether it has failed too often to be kept."""
        return 2 * self.failed >= self.confirmed

    def judged(self, *, was_right: bool) -> "FieldHabit":
        """Return it after one more document."""
        if was_right:
            return replace(self, confirmed=self.confirmed + 1)
        return replace(self, failed=self.failed + 1)


@dataclass(frozen=True, kw_only=True)
class ClassHabit:
    """What a paper is that reads as no invoice, known by its tallest words."""

    headings: tuple[str, ...]
    document_class: DocumentClass
    confirmed: int = 1


@dataclass(frozen=True, kw_only=True)
class PastBooking:
    """How one document was booked in the end."""

    document_id: str
    kind: JournalKind
    is_credit_note: bool
    journal: str
    #: VAT codes of the lines that would have been proposed without any habit
    read_codes: tuple[str, ...]
    lines: tuple[BookingLine, ...]


@dataclass(frozen=True, kw_only=True)
class SupplierHabits:
    """Everything that is known of one counterparty in one office, or in one of its dossiers."""

    #: as people confirmed it last, "" when only its VAT number is known
    name: str
    #: VAT number with country, "" when unknown
    vat: str = ""
    #: documents in a row on which people confirmed this name
    named: int = 0
    #: `name_key`s of every name that people confirmed, the newest first
    called: tuple[str, ...] = ()
    #: `name_key`s and VAT numbers that were read where people then put this counterparty
    read_as: tuple[str, ...] = ()
    #: documents that taught
    confirmed: int = 0
    #: field of `Invoice` -> its places, the newest first
    fields: dict[str, tuple[FieldHabit, ...]] = field(default_factory=dict)
    #: how its invoice numbers look: A for a letter, 9 for a digit; the newest first
    number_shapes: tuple[str, ...] = ()
    #: whether 03/04/2026 is the fourth of March; None while no date has shown it
    month_first: bool | None = None
    #: "," or ".", "" while no amount has shown it
    decimal_mark: str = ""
    class_habit: ClassHabit | None = None
    #: the last ones, the newest first
    bookings: tuple[PastBooking, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every key by which it can be found besides its VAT number."""
        every = (name_key(self.name), *self.called, *self.read_as)
        return tuple(dict.fromkeys(key for key in every if key))


#: finds what is known of the issuer of an invoice as it was read at first
HabitsOf = Callable[[Invoice], SupplierHabits | None]


def knows_nobody(_invoice: Invoice) -> None:
    """Find no habits: what is read without a dossier knows no counterparty."""


def sureness(confirmed: int) -> float:
    """Return how sure something is that so many documents confirmed and none denied."""
    return min(MOST_SURE, 1.0 - _FIRST_DOUBT / confirmed) if confirmed else 0.0


def name_key(name: str | None) -> str:
    """Return a name without case, accents and punctuation, cut for the index."""
    plain = unicodedata.normalize("NFKD", (name or "").casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", letters)[:_LONGEST_KEY]


def combined(of_office: SupplierHabits, of_dossier: SupplierHabits) -> SupplierHabits:
    """Return what both know: the office's places are tried first, bookings are the dossier's."""
    fields = {
        name: (*of_office.fields.get(name, ()), *of_dossier.fields.get(name, ()))
        for name in {**of_office.fields, **of_dossier.fields}
    }
    return SupplierHabits(
        name=of_office.name or of_dossier.name,
        named=of_office.named if of_office.name else of_dossier.named,
        vat=of_office.vat or of_dossier.vat,
        called=tuple(dict.fromkeys((*of_office.called, *of_dossier.called))),
        read_as=tuple(dict.fromkeys((*of_office.read_as, *of_dossier.read_as))),
        confirmed=max(of_office.confirmed, of_dossier.confirmed),
        fields=fields,
        number_shapes=tuple(dict.fromkeys((*of_office.number_shapes, *of_dossier.number_shapes))),
        month_first=of_office.month_first
        if of_office.month_first is not None
        else of_dossier.month_first,
        decimal_mark=of_office.decimal_mark or of_dossier.decimal_mark,
        class_habit=of_office.class_habit or of_dossier.class_habit,
        bookings=of_dossier.bookings,
    )
