"""Makes a posting template of a counterparty's last bookings, and fills booking lines by it.

Three bookings in a row with the same accounts and VAT codes make a template (CF-ANN-28). Lines
are split by what they were of the whole, VAT included, since a VAT code may differ from the one
that was read: half of a car's VAT is deducted, the other half is a cost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile

from mailbot.domain.booking import BookingLine, BookingProposal
from mailbot.domain.learning import PastBooking
from mailbot.domain.money import ZERO, cents
from mailbot.domain.people import JournalKind

#: bookings that must agree
NEEDED = 3
#: bookings that agree, from which on a person can choose their way again
_CHOOSABLE = 2
#: bookings that are remembered
_KEPT = 12
#: shares of the whole that differ by less are the same: rounding of small invoices
_SAME_SHARE = Decimal("0.005")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class PostingPart:
    """One line of a template: a share of the whole, a fixed amount, or (neither) the rest."""

    ledger_account: str
    vat_code: str
    vat_rate: Decimal
    #: of the whole with VAT, 0 to 1
    share: Decimal | None = None
    #: without VAT
    amount: Decimal | None = None
    #: "" when it was another one each time
    text: str = ""

    @property
    def charged_rate(self) -> Decimal:
        """The rate that the supplier is paid: none with reverse charge or exemption."""
        return self.vat_rate if self.vat_code.startswith("S") else ZERO


@dataclass(frozen=True, kw_only=True)
class PostingTemplate:
    """How the last documents of a counterparty were booked, alike."""

    #: "" when they stood in different journals
    journal: str
    #: VAT codes as they are read, without a template
    read_codes: tuple[str, ...]
    parts: tuple[PostingPart, ...]
    #: how many bookings in a row it comes from
    n_bookings: int


def remembered(
    bookings: Sequence[PastBooking], booking: BookingProposal, read_codes: Iterable[str]
) -> tuple[PastBooking, ...]:
    """Return the bookings of a counterparty after one more, the newest first; once per document.

    `read_codes` are the VAT codes of the lines as they are proposed without a template.
    """
    new = PastBooking(
        document_id=booking.key,
        kind=booking.kind,
        is_credit_note=booking.is_credit_note,
        journal=booking.journal,
        read_codes=tuple(read_codes),
        lines=booking.lines,
    )
    others = (old for old in bookings if old.document_id != booking.key)
    return (new, *others)[:_KEPT]


def find_template(
    bookings: Sequence[PastBooking], kind: JournalKind, *, is_credit_note: bool
) -> PostingTemplate | None:
    """Return how the last three bookings of this kind were made alike, None if they were not."""
    alike = _of_kind(bookings, kind, is_credit_note=is_credit_note)
    run = list(takewhile(lambda b: _outline(b) == _outline(alike[0]), alike))
    return _template(run) if len(run) >= NEEDED else None


def list_templates(
    bookings: Sequence[PastBooking], kind: JournalKind, *, is_credit_note: bool
) -> tuple[PostingTemplate, ...]:
    """Return every way in which documents of this kind were booked more than once (CF-ANN-29).

    The way of the last booking comes first; people choose one by its place, from 1.
    """
    alike = _of_kind(bookings, kind, is_credit_note=is_credit_note)
    ways: list[list[PastBooking]] = []
    for booking in alike:
        way = next((w for w in ways if _outline(w[0]) == _outline(booking)), None)
        if way is None:
            ways.append([booking])
        else:
            way.append(booking)
    found = (_template(way) for way in ways if len(way) >= _CHOOSABLE)
    return tuple(template for template in found if template)


def _of_kind(
    bookings: Sequence[PastBooking], kind: JournalKind, *, is_credit_note: bool
) -> list[PastBooking]:
    return [b for b in bookings if b.kind is kind and b.is_credit_note is is_credit_note]


def _template(alike: Sequence[PastBooking]) -> PostingTemplate | None:
    """Return what bookings with the same outline have in common, None if their split differs."""
    latest = alike[:NEEDED]
    journals = {booking.journal for booking in latest}
    template = PostingTemplate(
        journal=journals.pop() if len(journals) == 1 else "",
        read_codes=latest[0].read_codes,
        parts=tuple(_part(latest, number) for number in range(len(latest[0].lines))),
        n_bookings=len(alike),
    )
    groups = _groups(template).values()
    return template if template.parts and all(_is_clear(group) for group in groups) else None


def fill(template: PostingTemplate, lines: Sequence[BookingLine]) -> tuple[BookingLine, ...]:
    """Return booking lines by `template` for `lines`, one per VAT code as it was read.

    () when the template does not fit them.
    """
    groups = _groups(template)
    if sorted(line.vat_code for line in lines) != sorted(template.read_codes) or not groups:
        return ()
    made: dict[int, BookingLine] = {}
    for line in lines:
        numbers = list(groups[line.vat_code])
        pieces = _split(line, [template.parts[number] for number in numbers])
        made.update(zip(numbers, pieces, strict=False))
    return tuple(made[n] for n in sorted(made)) if len(made) == len(template.parts) else ()


def _outline(booking: PastBooking) -> object:
    """Return what two bookings must have in common."""
    lines = [(line.ledger_account, line.vat_code, line.vat_rate) for line in booking.lines]
    return booking.read_codes, lines


def _groups(template: PostingTemplate) -> dict[str, dict[int, PostingPart]]:
    """Return, per VAT code as it is read, the parts that its line is split into; {} if unclear."""
    codes, numbered = template.read_codes, dict(enumerate(template.parts))
    if len(codes) == 1:
        return {codes[0]: numbered}
    if {part.vat_code for part in template.parts} != set(codes) or len(set(codes)) < len(codes):
        return {}
    return {c: {n: part for n, part in numbered.items() if part.vat_code == c} for c in codes}


def _part(bookings: Sequence[PastBooking], number: int) -> PostingPart:
    lines = [booking.lines[number] for booking in bookings]
    shares = [_share(booking, number) for booking in bookings]
    is_share = max(shares) - min(shares) <= _SAME_SHARE
    is_fixed = not is_share and len({line.amount for line in lines}) == 1
    texts = {line.text for line in lines}
    return PostingPart(
        ledger_account=lines[0].ledger_account,
        vat_code=lines[0].vat_code,
        vat_rate=lines[0].vat_rate,
        share=shares[0] if is_share else None,
        amount=lines[0].amount if is_fixed else None,
        text=texts.pop() if len(texts) == 1 else "",
    )


def _share(booking: PastBooking, number: int) -> Decimal:
    """Return what a line is, with its VAT, of all that was read with its VAT code."""
    line = booking.lines[number]
    is_one = len(booking.read_codes) == 1
    group = [o for o in booking.lines if is_one or o.vat_code == line.vat_code]
    whole = sum((_gross(other) for other in group), ZERO)
    return _gross(line) / whole if whole else ZERO


def _gross(line: BookingLine) -> Decimal:
    """Return what the supplier is paid for a line."""
    return line.amount + (line.vat_amount if line.vat_code.startswith("S") else ZERO)


def _is_clear(parts: dict[int, PostingPart]) -> bool:
    """Whether it is clear what each part gets: all are shares, or one takes the rest."""
    rests = [p for p in parts.values() if p.share is None and p.amount is None]
    return len(rests) == 1 or (not rests and all(p.share is not None for p in parts.values()))


def _split(line: BookingLine, parts: Sequence[PostingPart]) -> list[BookingLine]:
    """Return the line split into parts, [] when a fixed amount is more than there is."""
    if len(parts) == 1 and parts[0].vat_code == line.vat_code:
        return [_named(line, parts[0], line)]
    grosses = _shared_out(_gross(line), parts)
    if any(gross * _gross(line) < 0 for gross in grosses):
        return []
    pieces = [_piece(line, part, gross) for part, gross in zip(parts, grosses, strict=True)]
    if any(part.vat_code != line.vat_code for part in parts):
        return pieces
    # with one VAT code the sums stay those that are printed, to the cent
    rest = {
        name: getattr(line, name) - sum((getattr(p, name) for p in pieces[:-1]), ZERO)
        for name in ("amount", "vat_amount")
    }
    return [*pieces[:-1], replace(pieces[-1], **rest)]


def _shared_out(whole: Decimal, parts: Sequence[PostingPart]) -> list[Decimal]:
    """Return what each part gets, VAT included; the rest goes to the last one without amount."""
    grosses = [_fixed_gross(whole, part) for part in parts]
    rests = [n for n, p in enumerate(parts) if p.share is None and p.amount is None]
    taker = rests[0] if rests else len(parts) - 1
    grosses[taker] = whole - sum((g for n, g in enumerate(grosses) if n != taker), ZERO)
    return grosses


def _fixed_gross(whole: Decimal, part: PostingPart) -> Decimal:
    if part.share is not None:
        return cents(whole * part.share)
    amount = part.amount or ZERO
    return cents(amount * (1 + part.charged_rate / _HUNDRED))


def _piece(line: BookingLine, part: PostingPart, gross: Decimal) -> BookingLine:
    amount = cents(gross / (1 + part.charged_rate / _HUNDRED))
    vat = gross - amount if part.charged_rate else cents(amount * part.vat_rate / _HUNDRED)
    piece = replace(
        line, amount=amount, vat_amount=vat, vat_code=part.vat_code, vat_rate=part.vat_rate
    )
    return _named(piece, part, line)


def _named(piece: BookingLine, part: PostingPart, line: BookingLine) -> BookingLine:
    return replace(piece, ledger_account=part.ledger_account, text=part.text or line.text)
