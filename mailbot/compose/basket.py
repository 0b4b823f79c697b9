"""Writes the basket (betaalmand), and the mail that asks to confirm what is to be executed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from mailbot.compose.answers import AnswerOption, numbers, offer, offer_one
from mailbot.compose.facts import Line
from mailbot.compose.payment_lines import PaymentView, leaves, payment_line, sum_in_words
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.requests import PLAIN, Reason, confirmation_facts
from mailbot.compose.wording import shortened
from mailbot.domain.command import Context
from mailbot.domain.execution import Execution
from mailbot.domain.letter import Letter

#: so much of the hash is shown: people compare it, programs keep all of it
_SHOWN_OF_HASH = 12
#: ids in table `payment_advice`, where files for the bank are confirmed
_ADVICE = ("names_are_checked", "no_match", "own_risk")


@dataclass(frozen=True, kw_only=True)
class _Group:
    title: str
    lines: tuple[Line, ...]


def write_basket(
    head: Letterhead, views: Sequence[PaymentView], *, dossier: str, is_changed: bool = False
) -> Letter:
    """Return the mail with every payment that waits, by day and account, numbered from 1.

    The caller gives the views in the order of `basket_of` and keeps it with the reply token.
    `is_changed`: it answers to an older basket, of which nothing was done.
    """
    payments = [view.payment for view in views]
    facts = {
        "dossier": shortened(dossier, 60),
        "count": len(views),
        "total": sum_in_words(payments, head),
        "groups": tuple(_grouped(views, head)),
        "days": len({payment.execution_date for payment in payments}),
        "is_changed": is_changed,
        "answer_options": tuple(_options(views, head)),
        "buttons": buttons(head, "document") if views else (),
    }
    return write("payer.ask.basket", head, facts)


@dataclass(frozen=True, kw_only=True)
class ExecutionView:
    """What would leave, as the mail that asks to confirm it shows it."""

    execution: Execution
    #: the payments in the order of the basket, by the numbers that were typed
    views: Mapping[int, PaymentView]
    #: what people call each account of the dossier, by IBAN
    accounts: Mapping[str, str]
    #: name of the dossier
    dossier: str


def write_execution_request(
    head: Letterhead,
    shown: ExecutionView,
    *,
    code: str,
    confirm_url: str = "",
    reason: Reason = PLAIN,
) -> Letter:
    """Return the mail that repeats count, total and hash, and asks for the code (CF-PAY-16).

    It is the last moment to change something (CF-PAY-17).
    """
    execution, numbered = shown.execution, tuple(shown.views)
    facts = {
        **confirmation_facts(head, reason, code=code, confirm_url=confirm_url),
        "dossier": shortened(shown.dossier, 60),
        "count": len(numbered),
        "total": sum_in_words(execution.payments, head),
        "n_files": len(execution.files),
        "n_accounts": len({file.debit_iban for file in execution.files}),
        "lines": execution_lines(shown, head),
        "hash": hash_in_words(execution.fingerprint),
        "advice": [head.say("payment_advice", name) for name in _ADVICE],
        "example": head.say("answers", "basket_account", all=_range(numbered)),
    }
    return write("payer.ask.execution", head, facts)


def execution_lines(shown: ExecutionView, head: Letterhead) -> list[Line]:
    """Return the payments with the day and account with which they would leave."""
    leaving = {payment.id: payment for payment in shown.execution.payments}
    lines = []
    for number, view in shown.views.items():
        payment = leaving[view.payment.id]
        account = shown.accounts.get(payment.debit_iban, view.account)
        as_it_leaves = replace(view, payment=payment, account=account)
        lines.append(payment_line(as_it_leaves, head, number=number))
    return lines


def hash_in_words(fingerprint: str) -> str:
    """Return the beginning of a hash in groups of four, as people compare it."""
    shown = fingerprint[:_SHOWN_OF_HASH]
    return " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))


def _grouped(views: Sequence[PaymentView], head: Letterhead) -> Iterator[_Group]:
    """Yield the lines of each day and account (CF-PAY-33); numbers run on."""
    numbered = enumerate(views, start=1)

    def place(each: tuple[int, PaymentView]) -> tuple[object, str]:
        return each[1].payment.execution_date, each[1].payment.debit_iban

    for _place, found in groupby(numbered, key=place):
        group = list(found)
        payments = [view.payment for _number, view in group]
        title = head.say(
            "payment",
            "group",
            leaves=leaves(group[0][1], head),
            count=len(group),
            total=sum_in_words(payments, head),
        )
        lines = (payment_line(v, head, number=n, is_grouped=True) for n, v in group)
        yield _Group(title=title, lines=tuple(lines))


def _options(views: Sequence[PaymentView], head: Letterhead) -> Iterator[AnswerOption]:
    if views:
        yield from offer(head, Context.BASKET, **numbers(len(views)))
    yield offer_one(head, "help")


def _range(numbered: Sequence[int]) -> str:
    is_row = list(numbered) == list(range(numbered[0], numbered[0] + len(numbered)))
    if is_row and len(numbered) > 1:
        return f"{numbered[0]}-{numbered[-1]}"
    return ", ".join(str(number) for number in numbered)
