"""What a house of many offices holds after ten years: which number has which id, day and dossier.

Everything follows from the number of a document, so that both databases hold the same and fill
themselves with SQL: from Python it would take hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.domain.search import dossier_mark, office_mark

#: milliseconds: the first mail came in 2017, the last on 20 November 2026
_FIRST, _LAST = 1_483_228_800_000, 1_795_176_000_000
DOSSIERS = 100_000
#: the dossiers whose documents hold all that recognition says of one; others, for room, hold less
WHOLE = 2_000


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How a database spells what the other spells in another way."""

    numbers: str
    hexed: str
    moment: str
    day: str
    month: str
    year: str
    is_true: str
    cents: str

    def hex(self, value: str, width: int) -> str:
        """Return SQL for a number in hexadecimal digits."""
        return self.hexed.format(value, width)


SQLITE = Spelling(
    numbers="WITH RECURSIVE n(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM n WHERE i < {1})",
    hexed="printf('%0{1}x', {0})",
    moment="strftime('%Y-%m-%d %H:%M:%S.000000', f.ms / 1000, 'unixepoch')",
    day="strftime('%Y-%m-%d', f.ms / 1000, 'unixepoch')",
    month="strftime('%Y%m', f.ms / 1000, 'unixepoch')",
    year="strftime('%Y', f.ms / 1000, 'unixepoch')",
    is_true="1",
    cents="f.cents / 100.0",
)
POSTGRESQL = Spelling(
    numbers="WITH n AS (SELECT i FROM generate_series({0}::bigint, {1}::bigint) AS t(i))",
    hexed="lpad(to_hex(({0})::bigint), {1}, '0')",
    moment="to_timestamp(f.ms / 1000.0)",
    day="to_timestamp(f.ms / 1000.0)::date",
    month="to_char(to_timestamp(f.ms / 1000.0), 'YYYYMM')",
    year="to_char(to_timestamp(f.ms / 1000.0), 'YYYY')",
    is_true="true",
    cents="f.cents::numeric / 100",
)


def facts(lo: int, hi: int, documents: int, say: Spelling) -> str:
    """Return SQL that gives, as `f`, what follows from these numbers, of so many in all.

    Of 500 documents one goes to the same giant dossier, half of the others to a tenth of the
    dossiers. In the last twentieth of the years one of ten still waits for somebody.
    """
    step = _step(documents)
    ms, first = f"({_FIRST} + n.i * {step})", f"({_FIRST} + (n.i - n.i % 2) * {step})"
    digits = "substr(cast(1000000000 + (m.d * 7 + m.i % 40) % 20000 AS text), 2)"
    return f"""{say.numbers.format(lo, hi)}, m AS (
      SELECT n.i, {ms} AS ms,
        {say.hex(ms, 12)} || '7' || {say.hex("n.i", 19)} AS id,
        {say.hex(first, 12)} || '8' || {say.hex("n.i - n.i % 2", 19)} AS mail,
        {say.hex("n.i * 2654435761 % 4294967296", 8)} || {say.hex("n.i", 56)} AS sha,
        1000 + n.i * 37 % 500000 AS cents,
        CASE WHEN n.i % 500 = 0 THEN 0 WHEN n.i % 2 = 0 THEN (n.i / 2 * 7919) % {DOSSIERS}
          ELSE (n.i / 2 * 104729) % {DOSSIERS // 10} END AS d,
        CASE WHEN n.i > {documents} * 95 / 100 AND n.i % 10 = 1 THEN
            CASE n.i / 10 % 3 WHEN 0 THEN 'to_review' WHEN 1 THEN 'to_approve' ELSE 'inbox' END
          WHEN n.i % 100 = 3 THEN 'rejected' ELSE 'exported' END AS status
      FROM n
    ), f AS (
      SELECT m.*, g.code, g.office, g.marks, 'F' || m.i AS number, 'BE0' || {digits} AS supplier,
        (m.d * 7 + m.i % 40) % 20000 AS supplier_number
      FROM m JOIN growth_dossier g ON g.d = m.d
    )"""


def document_id(number: int, documents: int) -> str:
    """Return the id of a document, of so many in all."""
    return f"{_FIRST + number * _step(documents):012x}7{number:019x}"


def mail_id(number: int, documents: int) -> str:
    """Return the id of the mail that brought a document: each brings two."""
    first = number - number % 2
    return f"{_FIRST + first * _step(documents):012x}8{first:019x}"


def sha_of(number: int) -> str:
    """Return the SHA-256 of a document, and of its token."""
    return f"{number * 2654435761 % 4294967296:08x}{number:056x}"


def dossier_rows(offices: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield number, code, office and marks of each dossier."""
    for number in range(DOSSIERS):
        code, office = f"d{number:06}", f"kantoor{number * offices // DOSSIERS:03}"
        yield number, code, office, f"{office_mark(office)} {dossier_mark(code)}"


def _step(documents: int) -> int:
    return (_LAST - _FIRST) // documents
