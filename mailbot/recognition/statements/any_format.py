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

_MT940 = re.compile(r"^(?:\{4:\s*)?:(?:20|25P?|28C?|60[FM]|61):", re.MULTILINE)
#: header record: zeros, and a creation date
_CODA = re.compile(r"^0000\d", re.MULTILINE)
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def read_statements(content: bytes) -> StatementFile:
    """Return the statements in `content`; a file that is none says so among its problems."""
    if len(content) > MAX_STATEMENT:
        return _nothing(
            ProblemKind.TOO_LARGE, expected=str(MAX_STATEMENT), found=str(len(content))
        )
    kind = find_kind(content)
    if kind is FileKind.EMPTY:
        return _nothing(ProblemKind.EMPTY)
    if kind is FileKind.XML:
        return _read_xml(content)
    if b"\x00" in content and not content.startswith(_WIDE):
        is_binary = kind is FileKind.UNKNOWN
        return _nothing(ProblemKind.UNREADABLE if is_binary else ProblemKind.UNKNOWN_FORMAT)
    text = read_text(content)
    if _MT940.search(text):
        return read_mt940(text)
    return read_coda(text) if _CODA.search(text) else _nothing(ProblemKind.UNKNOWN_FORMAT)


def _read_xml(content: bytes) -> StatementFile:
    try:
        root = read_xml(content).root
    except XmlError as error:
        kind = ProblemKind.TOO_LARGE if error.reason == "too_large" else ProblemKind.UNREADABLE
        return _nothing(kind, found=str(error))
    return read_camt(root) if is_camt(root) else _nothing(ProblemKind.UNKNOWN_FORMAT)


def _nothing(kind: ProblemKind, *, expected: str = "", found: str = "") -> StatementFile:
    problem = StatementProblem(kind=kind, expected=expected, found=found)
    return StatementFile(format=StatementFormat.UNKNOWN, problems=(problem,))
