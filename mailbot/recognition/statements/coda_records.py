"""The records of CODA: 128 columns each, told apart by their first one or two.

Columns as in Febelfin, "Coded statement of account" 2.6, annex I; version 1 where it differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.bank import ProblemKind, StatementProblem
from mailbot.recognition.statements.values import (
    read_ddmmyy,
    read_thousandths,
    squeezed,
)

_WIDTH = 128
#: characters of a file without line ends that is cut into records
_MAX_UNCUT = 1_000_000

HEADER, OPENING, CLOSING, MESSAGE, TRAILER = "0", "1", "8", "4", "9"
MOVEMENT = "21"
_PARTS = ("21", "22", "23", "31", "32", "33")

#: which record may follow which (chapter 2); a free message stands where banks put it
_FOLLOWS = {
    HEADER: (OPENING,),
    OPENING: ("21", CLOSING),
    "21": ("21", "22", "23", "31", CLOSING),
    "22": ("21", "23", "31", CLOSING),
    "23": ("21", "31", CLOSING),
    "31": ("21", "31", "32", CLOSING),
    "32": ("21", "31", "33", CLOSING),
    "33": ("21", "31", CLOSING),
    CLOSING: (TRAILER,),
    TRAILER: (HEADER,),
}

#: first and last column of amounts and of dates
_AMOUNTS = {
    OPENING: ((44, 58),),
    MOVEMENT: ((33, 47),),
    CLOSING: ((43, 57),),
    TRAILER: ((23, 37), (38, 52)),
}
_DATES = {OPENING: ((59, 64),), MOVEMENT: ((48, 53), (116, 121)), CLOSING: ((58, 63),)}
_NO_DATES = {"000000", "      ", "999999"}


@dataclass(frozen=True)
class Record:
    """One record and its line in the file (1-based)."""

    line: int
    text: str

    @property
    def kind(self) -> str:
        """Return "0", "1", "8", "4", "9", or two digits for movements and information."""
        return self.text[:2] if self.text[0] in "23" else self.text[0]

    def at(self, first: int, last: int) -> str:
        """Return columns `first` to `last`, 1-based and inclusive as the standard counts."""
        return self.text[first - 1 : last]

    def find(self, first: int, last: int) -> str | None:
        """Return the same with single spaces, None if blank."""
        return squeezed(self.at(first, last))

    def signed(self, sign: int, first: int, last: int) -> Decimal | None:
        """Return an amount whose sign stands in column `sign`: 0 credit, 1 debit."""
        amount = read_thousandths(self.at(first, last))
        return -amount if amount and self.at(sign, sign) == "1" else amount

    def day(self, first: int) -> date | None:
        """Return the date DDMMYY from column `first` on."""
        return read_ddmmyy(self.at(first, first + 5))


def read_records(text: str) -> list[Record]:
    """Return every line that is not blank, filled up to 128 columns.

    A file without line ends is cut every 128 characters.
    """
    lines = text.split("\n")
    if _WIDTH < len(text.strip()) < _MAX_UNCUT and sum(bool(line.strip()) for line in lines) == 1:
        text = text.strip()
        lines = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    return [
        Record(number, line.ljust(_WIDTH)) for number, line in enumerate(lines, 1) if line.strip()
    ]


def split_statements(records: Sequence[Record]) -> list[list[Record]]:
    """Return the records of each statement, from header to trailer.

    A second opening balance behind a closing one begins another statement, too. What stands
    before the first header belongs to none, nor does an opening balance behind a trailer.
    """
    sections: list[list[Record]] = []
    seen: set[str] = {TRAILER}
    for record in records:
        is_another = record.kind == OPENING and CLOSING in seen and TRAILER not in seen
        if record.kind == HEADER:
            sections.append([])
            seen = set()
        elif is_another:
            sections.append([r for r in sections[-1] if r.kind == HEADER])
            seen = set()
        elif not sections or (TRAILER in seen and record.kind == OPENING):
            continue
        sections[-1].append(record)
        seen.add(record.kind)
    return sections


def split_movements(records: Sequence[Record]) -> list[list[Record]]:
    """Return each movement record 2.1 with the records 2.2, 2.3 and 3.x that belong to it."""
    movements: list[list[Record]] = []
    for record in records:
        if record.kind == MOVEMENT:
            movements.append([record])
        elif record.kind in _PARTS and movements:
            movements[-1].append(record)
    return movements


def misplaced(records: Sequence[Record]) -> Iterator[StatementProblem]:
    """Tell which records stand where the standard has others."""
    before = TRAILER
    for record in records:
        if record.kind == MESSAGE:
            continue
        allowed = _FOLLOWS.get(before, ())
        if record.kind not in allowed:
            yield StatementProblem(
                kind=ProblemKind.RECORD_MISPLACED,
                expected=", ".join(allowed),
                found=record.kind.strip(),
                line=record.line,
            )
        before = record.kind if record.kind in _FOLLOWS else before


def unreadable_values(records: Sequence[Record]) -> Iterator[StatementProblem]:
    """Tell which amounts and dates are none."""
    for record in records:
        amounts = [record.at(*columns) for columns in _AMOUNTS.get(record.kind, ())]
        dates = [record.at(*columns) for columns in _DATES.get(record.kind, ())]
        wrong = [a for a in amounts if read_thousandths(a) is None]
        wrong += [d for d in dates if d not in _NO_DATES and read_ddmmyy(d) is None]
        for found in wrong:
            yield StatementProblem(
                kind=ProblemKind.VALUE_UNREADABLE, found=found.strip(), line=record.line
            )
