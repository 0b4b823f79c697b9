"""Reads a bank statement of any format: the content tells which one it is."""

import re

from mailbot.domain.bank import ProblemKind, StatementFile, StatementFormat, StatementProblem
from mailbot.recognition.file_kind import FileKind, find_kind
from mailbot.recognition.statements.camt import is_camt, read_camt
from mailbot.recognition.statements.coda import read_coda
from mailbot.recognition.statements.mt940 import read_mt940
from mailbot.recognition.statements.values import read_text
from mailbot.recognition.xml_safety import XmlError, read_xml

#: bytes; a busy account makes a few MB in a year
MAX_STATEMENT = 32 * 1024 * 1024
#: movements and their details, with statements and balances; more keep a worker for a minute
MAX_MOVEMENTS = 50_000
_MAX_LINES = 500_000
_MAX_ELEMENTS = 1_500_000

_MT940 = re.compile(r"(?:^|\{4:):(?:20|25P?|28C?|60[FM]|61):", re.MULTILINE)
#: header record: zeros, and a creation date
_CODA = re.compile(r"^0000\d", re.MULTILINE)
#: what costs time: movements and headers
_HEAVY_LINE = re.compile(r"^(?:0000|1|21|:20:|:61:)", re.MULTILINE)
_HEAVY_ELEMENTS = ("Ntry", "TxDtls", "Bal", "Stmt", "Rpt", "Ntfctn")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
#: bytes in which a file shows what it is
_START = 4096
#: a header record with its date, and the record of the account below it
_CODA_START = re.compile(rb"\A\s*0000\d\d{6}[^\r\n]{90,}\r?\n1")
_MT940_START = re.compile(
    rb"(?:^|\{4:\s*):20:[^\r\n]*\r?\n(?:[^\r\n]*\r?\n){0,3}:25P?:", re.MULTILINE
)
_CAMT_START = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.")


def is_statement(content: bytes) -> bool:
    """Tell whether a file says at its beginning that it is a bank statement; reads nothing else.

    One that says so and cannot be read is a statement all the same: no document to book.
    """
    start = content[:_START]
    return any(form.search(start) for form in (_CODA_START, _MT940_START, _CAMT_START))


def read_statements(content: bytes) -> StatementFile:
    """Return the statements in `content`; a file that is none says so among its problems."""
    if len(content) > MAX_STATEMENT:
        return _nothing(ProblemKind.TOO_LARGE, expected=f"{MAX_STATEMENT} bytes")
    kind = find_kind(content)
    if kind is FileKind.EMPTY:
        return _nothing(ProblemKind.EMPTY)
    if kind is FileKind.XML:
        return _read_xml(content)
    if b"\x00" in content and not content.startswith(_WIDE):
        is_binary = kind is FileKind.UNKNOWN
        return _nothing(ProblemKind.UNREADABLE if is_binary else ProblemKind.UNKNOWN_FORMAT)
    return _read_lines(read_text(content))


def _read_lines(text: str) -> StatementFile:
    if text.count("\n") > _MAX_LINES or len(_HEAVY_LINE.findall(text)) > MAX_MOVEMENTS:
        return _too_many()
    if _MT940.search(text):
        return read_mt940(text)
    return read_coda(text) if _CODA.search(text) else _nothing(ProblemKind.UNKNOWN_FORMAT)


def _read_xml(content: bytes) -> StatementFile:
    try:
        root = read_xml(content).root
    except XmlError as error:
        kind = ProblemKind.TOO_LARGE if error.reason == "too_large" else ProblemKind.UNREADABLE
        return _nothing(kind, found=str(error))
    if not is_camt(root):
        return _nothing(ProblemKind.UNKNOWN_FORMAT)
    heavy = sum(1 for _ in root.iter(*(f"{{*}}{name}" for name in _HEAVY_ELEMENTS)))
    if heavy > MAX_MOVEMENTS or sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        return _too_many()
    return read_camt(root)


def _too_many() -> StatementFile:
    return _nothing(ProblemKind.TOO_LARGE, expected=f"{MAX_MOVEMENTS} movements")


def _nothing(kind: ProblemKind, *, expected: str = "", found: str = "") -> StatementFile:
    problem = StatementProblem(kind=kind, expected=expected, found=found)
    return StatementFile(format=StatementFormat.UNKNOWN, problems=(problem,))
