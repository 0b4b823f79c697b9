"""Writes the other mails about payments: to approve, refused, the file for the bank, the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.compose.answers import numbers, offer, offer_one
from mailbot.compose.facts import Line, iban
from mailbot.compose.payment_lines import (
    PaymentView,
    names_in_words,
    payment_heading,
    payment_line,
    sum_in_words,
)
from mailbot.compose.render import Enclosures, Letterhead, buttons, write
from mailbot.compose.wording import day, money, shortened
from mailbot.domain.booking import ExportFile
from mailbot.domain.command import Context
from mailbot.domain.letter import Letter
from mailbot.domain.payment import PaymentFile

_EURO = "EUR"


def write_payment_approval(
    head: Letterhead,
    views: Sequence[PaymentView],
    *,
    dossier: str,
    rules: Sequence[str],
    together_with: Sequence[str] = (),
) -> Letter:
    """Return the mail that asks an approver about payments, numbered when there are several.

    `rules` are the names of the payment rules that ask it, `together_with` the names of the other
    people who are asked about some of them.
    """
    is_list = len(views) > 1
    count = len(views)
    offered = ("numbers", "numbers_reject") if is_list else ("approve", "reject_why")
    facts = {
        "dossier": shortened(dossier, 60),
        "count": count,
        "total": sum_in_words([view.payment for view in views], head),
        "heading": payment_heading(views[0].payment, head),
        "rules": names_in_words([f'"{rule}"' for rule in rules], head),
        "together": names_in_words(together_with, head),
        "lines": [
            payment_line(view, head, number=number if is_list else "-")
            for number, view in enumerate(views, start=1)
        ],
        "answer_options": [offer_one(head, name, **numbers(count)) for name in offered],
        "buttons": buttons(head, "document"),
    }
    return write("approver.ask.payments", head, facts)


def write_payment_refused(
    head: Letterhead, view: PaymentView, *, by: str, reason: str, dossier: str
) -> Letter:
    """Return the mail that tells who prepared a payment that it was refused, and why."""
    facts = {
        "dossier": shortened(dossier, 60),
        "heading": payment_heading(view.payment, head),
        "by": shortened(by, 60),
        "reason": shortened(reason, 300),
        "lines": [payment_line(view, head, number="-")],
        "answer_options": offer(head, Context.NONE),
        "buttons": buttons(head, "document"),
    }
    return write("payer.tell.payment_refused", head, facts)


def write_payment_file(
    head: Letterhead,
    file: PaymentFile,
    content: ExportFile,
    *,
    account: str,
    dossier: str,
    is_again: bool = False,
) -> Letter:
    """Return the mail with a file for the bank and its control totals (CF-PAY-18).

    `is_again`: it was made before, and is the same to the byte.
    """
    facts = {
        "dossier": shortened(dossier, 60),
        "number": file.number,
        "name": shortened(content.name, 80),
        "count": file.count,
        "total": money(file.total, _EURO, head.language),
        "account": f"{shortened(account, 40)} ({iban(file.debit_iban)})",
        "day": day(file.execution_date, head.language),
        "sha256": _in_eights(file.sha256),
        "is_again": is_again,
        "advice": [head.say("payment_advice", n) for n in ("names_are_checked", "no_match")],
        "answer_options": [offer_one(head, "payments_list")],
        "buttons": (),
    }
    return write("payer.tell.payment_file", head, facts, Enclosures(files=(content,)))


@dataclass(frozen=True, kw_only=True)
class ListedPayment:
    """A payment that was executed, with the number of its file, 0 for one without a file."""

    view: PaymentView
    file_number: int = 0


def write_payments(
    head: Letterhead, listed: Sequence[ListedPayment], *, dossier: str, period: str, has_more: bool
) -> Letter:
    """Return the list of what was executed, the newest first (CF-PAY-19).

    `period` is what was asked, "" for all of it.
    """
    files = [each.file_number for each in listed if each.file_number]
    facts = {
        "dossier": shortened(dossier, 60),
        "period": shortened(period, 40),
        "count": len(listed),
        "total": sum_in_words([each.view.payment for each in listed], head),
        "lines": [_listed(n, each, head) for n, each in enumerate(listed, start=1)],
        "has_more": has_more,
        "answer_options": [
            *([offer_one(head, "payment_file", one=str(files[0]))] if files else ()),
            offer_one(head, "help"),
        ],
        "buttons": (),
    }
    return write("payer.tell.payments", head, facts)


def _listed(number: int, each: ListedPayment, head: Letterhead) -> Line:
    payment = each.view.payment
    line = payment_line(each.view, head, number=number)
    state = head.say("payment_statuses", payment.status)
    if each.file_number:
        state = head.say("payment", "in_file_number", number=each.file_number)
    if payment.paid_on:
        state = head.say("payment", "paid_on", day=day(payment.paid_on, head.language))
    return Line(number=number, text=line.text, notes=(*line.notes, state), alerts=line.alerts)


def _in_eights(sha256: str) -> str:
    return " ".join(sha256[at : at + 8] for at in range(0, len(sha256), 8))
