"""Writes the mails about bank statements: what was taken, what waits, what came back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.compose.facts import Line, Row, heading
from mailbot.compose.render import Enclosures, Letterhead, buttons, write
from mailbot.compose.sentences import sentence, table
from mailbot.compose.wording import day, money, shortened
from mailbot.domain.bank import BankStatement
from mailbot.domain.booking import ExportFile
from mailbot.domain.document import Document
from mailbot.domain.identifiers import write_iban, write_ogm
from mailbot.domain.letter import Letter
from mailbot.domain.mail import Language
from mailbot.domain.money import ZERO
from mailbot.domain.movement import Movement, MovementState
from mailbot.domain.payment import Payment

_EURO = "EUR"
#: of one account; the rest is counted
_MOST_LINES = 60


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One statement, and those of its movements that were new."""

    statement: BankStatement
    movements: tuple[Movement, ...]

    def count(self, state: MovementState) -> int:
        """Return how many of them are in a state."""
        return sum(movement.state is state for movement in self.movements)


@dataclass(frozen=True, kw_only=True)
class _Account:
    title: str
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    #: how many more there are
    more: int


def write_statement_taken(
    head: Letterhead, *, taken: Sequence[Taken], documents: Mapping[str, Document], dossier: str
) -> Letter:
    """Return the mail that tells who sent a statement what became of each movement.

    `documents` are those that movements were given to, by id.
    """
    accounts = [_account(each, documents, head) for each in taken]
    facts = {
        "dossier": shortened(dossier, 60),
        "account": write_iban(taken[0].statement.iban or ""),
        "new": sum(len(each.movements) for each in taken),
        "matched": sum(each.count(MovementState.MATCHED) for each in taken),
        "still_open": sum(each.count(MovementState.OPEN) for each in taken),
        "accounts": accounts,
    }
    return write("person.tell.statement", head, facts)


def write_statement_waits(
    head: Letterhead, *, file: ExportFile, reason: str, sender: str, dossier: str
) -> Letter:
    """Return the mail that tells the dossier manager that nothing of a statement was taken.

    `reason` is an id of table `statement_waits`.
    """
    facts = {
        "dossier": shortened(dossier, 60),
        "sender": shortened(sender, 80),
        "file_name": shortened(file.name, 80),
        "why": head.say("statement_waits", reason),
        "what_to_do": head.say("statement_waits", f"{reason}_do"),
    }
    return write("employee.tell.statement_waits", head, facts, Enclosures(files=(file,)))


def write_payment_returned(
    head: Letterhead,
    *,
    payment: Payment,
    movement: Movement,
    document: Document | None,
    dossier: str,
) -> Letter:
    """Return the mail that tells that the bank gave a payment back."""
    said = {
        "counterparty": shortened(payment.creditor_name, 60),
        "amount": money(payment.amount, _EURO, head.language),
        "to_account": write_iban(payment.creditor_iban),
        "returned_on": day(movement.entry_date, head.language),
        "bank_says": shortened(movement.text, 200),
    }
    facts = {
        "dossier": shortened(dossier, 60),
        "name": said["counterparty"],
        "sum": said["amount"],
        "about": heading(document, head) if document else "",
        "rows": [
            Row(label=head.say("bank", label), value=value)
            for label, value in said.items()
            if value
        ],
        "buttons": buttons(head, "document") if document else (),
    }
    return write("payer.tell.payment_returned", head, facts)


def write_question_about(language: Language, movements: Sequence[Movement]) -> tuple[str, str]:
    """Return subject and text of the question what numbered movements were for."""
    lines = [
        ". ".join((str(number), "; ".join((_what(each, language), *_notes(each, language)))))
        for number, each in enumerate(movements, start=1)
    ]
    subject = sentence(language, "bank", "question_subject", count=len(movements))
    text = [sentence(language, "bank", "question"), *lines, sentence(language, "bank", "answer")]
    return subject, "\n".join(text)


def _account(taken: Taken, documents: Mapping[str, Document], head: Letterhead) -> _Account:
    shown = [each for each in taken.movements if each.state is not MovementState.LEFT]
    return _Account(
        title=write_iban(taken.statement.iban or ""),
        rows=tuple(_header(taken, head)),
        lines=tuple(_line(each, documents, head) for each in shown[:_MOST_LINES]),
        more=max(0, len(shown) - _MOST_LINES),
    )


def _header(taken: Taken, head: Letterhead) -> Iterator[Row]:
    statement = taken.statement
    if statement.sequence:
        yield Row(label=head.say("bank", "number"), value=shortened(statement.sequence, 20))
    if statement.closing:
        balance = money(statement.closing.amount, _EURO, head.language)
        on = f" ({day(statement.closing.on, head.language)})" if statement.closing.on else ""
        yield Row(label=head.say("bank", "balance"), value=f"{balance}{on}")
    counts = {
        "movements": len(taken.movements),
        "left": taken.count(MovementState.LEFT),
    }
    for label, count in counts.items():
        if count or label == "movements":
            yield Row(label=head.say("bank", label), value=str(count))


def _line(movement: Movement, documents: Mapping[str, Document], head: Letterhead) -> Line:
    language = head.language
    document = documents.get(movement.document_id)
    about = (heading(document, head),) if document else ()
    state = _state_of(movement, document)
    said = head.say("bank", state, count=len(movement.payment_ids))
    is_alert = state in {"still_open", "returned"}
    return Line(
        number="-",
        text=_what(movement, language),
        notes=(*_notes(movement, language), *about, *(() if is_alert else (said,))),
        alerts=(said,) if is_alert else (),
    )


def _state_of(movement: Movement, document: Document | None) -> str:
    if movement.state is MovementState.OPEN:
        return "still_open"
    if movement.amount > ZERO:
        return "returned"
    if len(movement.payment_ids) > 1:
        return "paid_file"
    invoice = document.invoice if document else None
    due = (invoice.amount_due or invoice.total_incl) if invoice else None
    return "part_paid" if due is not None and -movement.amount < due else "paid"


def _what(movement: Movement, language: Language) -> str:
    """Return when, how much, and to or from whom."""
    way = "out" if movement.amount < ZERO else "in"
    return sentence(
        language,
        "bank",
        way,
        on=day(movement.entry_date, language),
        sum=money(abs(movement.amount), _EURO, language),
        name=shortened(movement.name, 60)
        or write_iban(movement.account)
        or sentence(language, "bank", "nobody"),
    )


def _notes(movement: Movement, language: Language) -> Iterator[str]:
    """Yield what was told about it, and why it is not clear."""
    told = write_ogm(movement.ogm) if movement.ogm else shortened(movement.text, 140)
    if told:
        yield sentence(language, "bank", "told", text=told)
    if movement.reason in table(language, "doubtful_matches"):
        yield sentence(language, "doubtful_matches", movement.reason)
