"""Writes the mails about a supplier's account that nobody has confirmed yet."""

from collections.abc import Collection
from dataclasses import dataclass

from mailbot.compose.answers import offer
from mailbot.compose.facts import (
    DocumentView,
    Row,
    delivered,
    enclosures,
    iban,
    this_document,
    vat_number,
    warnings,
)
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.wording import day, listed, shortened
from mailbot.domain.command import Context
from mailbot.domain.identifiers import write_iban
from mailbot.domain.letter import Letter

_NAME_LENGTH = 60
_LONGEST_QUOTE = 2000


@dataclass(frozen=True, kw_only=True)
class AccountQuestion:
    """What must be known to find out whether an account is the supplier's."""

    iban: str
    #: accounts that are trusted, or were booked before
    known: tuple[str, ...] = ()
    #: as somebody wrote them down, "" when nobody did; never from a document
    telephone: str = ""
    contact: str = ""


def write_account_request(
    head: Letterhead, view: DocumentView, *, question: AccountQuestion
) -> Letter:
    """Return the mail that asks to call the supplier and say whether the account is theirs."""
    facts = {
        **_about(head, view, question.iban),
        "this": this_document(view.document, head),
        "warnings": warnings(view.document, head),
        "rows": (*_account_rows(head, view, question), delivered(view.document, head)),
        "telephone": shortened(question.telephone, 40),
        "contact": shortened(question.contact, _NAME_LENGTH),
        "answer_options": offer(head, Context.ACCOUNT),
        "buttons": buttons(head, "document"),
    }
    return write("person.ask.account", head, facts, enclosures(view))


def write_own_account_request(
    head: Letterhead, view: DocumentView, *, question: AccountQuestion
) -> Letter:
    """Return the mail that tells the contact on file which account was named for them.

    It shows nothing else of the document: whoever reads it need not be who sent it.
    """
    facts = {
        **_about(head, view, question.iban),
        "day": day(view.document.received_at.date(), head.language),
        "account": [iban(question.iban)],
        "answer_options": offer(head, Context.ACCOUNT),
    }
    return write("supplier.ask.own_account", head, facts)


def write_account_answer(  # noqa: PLR0913 - what stands in such a mail
    head: Letterhead,
    view: DocumentView,
    *,
    said: str,
    account: str,
    by: str,
    is_refused: bool,
    quoted: str = "",
    n_stopped: int = 0,
) -> Letter:
    """Return the mail that says what somebody said about an account.

    `said` is an id of table `phrases`: account_refused_by, account_denied, account_affirmed,
    account_answered, account_unproved. `n_stopped` payments to it left the basket.
    """
    about = _about(head, view, account)
    name = shortened(by, _NAME_LENGTH)
    facts = {
        **about,
        "said": head.say(
            "phrases", said, name=name, account=about["iban"], supplier=about["supplier"]
        ),
        "quoted": quoted[:_LONGEST_QUOTE].splitlines(),
        "is_refused": is_refused,
        "n_stopped": n_stopped,
        "warnings": warnings(view.document, head),
        "rows": (_supplier_row(head, view), delivered(view.document, head)),
        "buttons": buttons(head, "document"),
    }
    return write("person.tell.account_answer", head, facts)


def unlike_groups(number: str, known: Collection[str]) -> tuple[int, ...]:
    """Return which groups of four differ from the most alike known account, 1 for the first."""
    mine = write_iban(number).split()
    return min((_differing(mine, write_iban(one).split()) for one in known), key=len, default=())


def _differing(mine: list[str], other: list[str]) -> tuple[int, ...]:
    length = max(len(mine), len(other))
    return tuple(n + 1 for n in range(length) if mine[n : n + 1] != other[n : n + 1])


def _about(head: Letterhead, view: DocumentView, account: str) -> dict[str, object]:
    return {
        "dossier": view.dossier.name,
        "supplier": _supplier(head, view),
        "iban": iban(account),
    }


def _supplier(head: Letterhead, view: DocumentView) -> str:
    invoice = view.document.invoice
    name = shortened((invoice.supplier_name or "") if invoice else "", _NAME_LENGTH)
    return name or head.say("phrases", "unknown_supplier")


def _supplier_row(head: Letterhead, view: DocumentView) -> Row:
    invoice = view.document.invoice
    number = vat_number((invoice.supplier_vat or "") if invoice else "")
    value = ", ".join(filter(None, (_supplier(head, view), number)))
    return Row(label=head.say("labels", "supplier"), value=value)


def _account_rows(
    head: Letterhead, view: DocumentView, question: AccountQuestion
) -> tuple[Row, ...]:
    """Return both accounts in full, and in words which groups differ."""
    groups = unlike_groups(question.iban, question.known)
    named = listed([str(group) for group in groups], head.language)
    account = iban(question.iban)
    here = (
        head.say("phrases", "account_unlike", account=account, groups=named) if named else account
    )
    known = ", ".join(iban(one) for one in question.known)
    return (
        _supplier_row(head, view),
        Row(label=head.say("labels", "account_here"), value=here),
        Row(
            label=head.say("labels", "account_known"),
            value=known or head.say("phrases", "account_none"),
        ),
    )
