"""Strangers' files are read in the sandbox; here stands what follows when no reader survives one.

People are told what they are told of any file that cannot be read, and the original is kept.
"""

from collections.abc import Sequence

import structlog

from mailbot.domain.bank import ProblemKind, StatementFile, StatementFormat, StatementProblem
from mailbot.domain.invoice import Invoice, Recognition
from mailbot.domain.learning import HabitsOf
from mailbot.domain.mail import Mail, PartRole, Unpacked
from mailbot.mail.attachments import unpack
from mailbot.recognition.layout import Page
from mailbot.recognition.page_cut import CutError, count_pages, cut_pages
from mailbot.recognition.pdf import render_page
from mailbot.recognition.pdf_lock import find_password, unlock
from mailbot.recognition.pipeline import read_paper, recognise, unreadable
from mailbot.recognition.statements.any_format import read_statements
from mailbot.recognition.validation import check_named_rules
from mailbot.recognition.validation_verdict import Verdict
from mailbot.sandbox.pool import ReaderDiedError, Sandbox

log = structlog.get_logger(__name__)

#: what a reader must have read to read files
MODULES = (
    "mailbot.mail.attachments",
    "mailbot.recognition.page_cut",
    "mailbot.recognition.pdf_lock",
    "mailbot.recognition.pipeline",
    "mailbot.recognition.statements.any_format",
    "mailbot.recognition.validation",
)


def recognised(
    sandbox: Sandbox, content: bytes, name: str, *, own_vat: str, habits_of: HabitsOf
) -> Recognition:
    """Return what was read from one file. Raises Temporary as `recognise` does."""
    try:
        return sandbox.run(recognise, content, name, own_vat=own_vat, habits_of=habits_of)
    except ReaderDiedError as died:
        _note("recognise", died)
        return unreadable("unreadable")


def verdict_on(sandbox: Sandbox, content: bytes, name: str) -> Verdict | None:
    """Return what the rules say that an e-invoice names, None when it names none."""
    try:
        return sandbox.run(check_named_rules, content, name)
    except ReaderDiedError:
        return Verdict(unchecked="READER-DIED")


def paper_of(
    sandbox: Sandbox, content: bytes, name: str, *, own_vat: str
) -> tuple[tuple[Page, ...], Invoice] | None:
    """Return the pages of a paper and what is read from them without any habit."""
    try:
        return sandbox.run(read_paper, content, name, own_vat=own_vat)
    except ReaderDiedError as died:
        _note("read_paper", died)
        return None


def statements_in(sandbox: Sandbox, content: bytes) -> StatementFile:
    """Return the statements in a file of a bank."""
    try:
        return sandbox.run(read_statements, content)
    except ReaderDiedError as died:
        _note("read_statements", died)
        problem = StatementProblem(kind=ProblemKind.UNREADABLE)
        return StatementFile(format=StatementFormat.UNKNOWN, problems=(problem,))


def unwrapped(sandbox: Sandbox, mail: Mail) -> Unpacked:
    """Return what a mail brought; a mail in which nothing is wrapped needs no reader."""
    if all(part.role is not PartRole.CONTAINER for part in mail.parts):
        return unpack(mail)
    try:
        return sandbox.run(unpack, mail)
    except ReaderDiedError as died:
        _note("unpack", died)
        return _left_wrapped(mail)


def _left_wrapped(mail: Mail) -> Unpacked:
    """Return what a mail brought with everything that is wrapped left out."""
    wrapped = [part for part in mail.parts if part.role is PartRole.CONTAINER]
    return Unpacked(
        documents=tuple(part for part in mail.parts if part.role is PartRole.DOCUMENT),
        left_out=tuple(part for part in mail.parts if part.role is not PartRole.DOCUMENT),
        problems=tuple(f"unreadable_container:{part.name}" for part in wrapped),
    )


def picture_of(sandbox: Sandbox, pdf: bytes, width_px: int) -> bytes:
    """Return page 1 as PNG, b"" if there is none to be had."""
    try:
        return sandbox.run(render_page, pdf, 1, width_px)
    except ReaderDiedError:
        return b""


def unlocked(sandbox: Sandbox, pdf: bytes, passwords: Sequence[str]) -> bytes | None:
    """Return a PDF without encryption, None when no password opens it."""
    try:
        return sandbox.run(unlock, pdf, passwords)
    except ReaderDiedError:
        return None


def password_of(sandbox: Sandbox, pdf: bytes, passwords: Sequence[str]) -> str | None:
    """Return the first password that opens a PDF."""
    try:
        return sandbox.run(find_password, pdf, passwords)
    except ReaderDiedError:
        return None


def pages_in(sandbox: Sandbox, pdf: bytes) -> int:
    """Return how many pages a PDF has. Raises CutError."""
    try:
        return sandbox.run(count_pages, pdf)
    except ReaderDiedError as died:
        raise CutError("pdf_broken") from died


def parts_of(sandbox: Sandbox, pdf: bytes, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return a PDF for each range of pages. Raises CutError."""
    try:
        return sandbox.run(cut_pages, pdf, ranges)
    except ReaderDiedError as died:
        raise CutError("pdf_broken") from died


def _note(work: str, died: ReaderDiedError) -> None:
    log.warning("no reader survives a file", work=work, why=died.reason)
