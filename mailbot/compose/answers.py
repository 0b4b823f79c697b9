"""Which answers a mail names: the same few per kind of mail, also when it asks again."""

from dataclasses import dataclass

from mailbot.compose.render import Letterhead
from mailbot.domain.command import Context, Verb


@dataclass(frozen=True, kw_only=True)
class AnswerOption:
    """One thing that can be answered: what to type, and what to add to it."""

    typed: str
    rest: str = ""


#: kind of mail -> ids in table `answers`, in the order in which they are shown
OFFERED: dict[Context, tuple[str, ...]] = {
    Context.APPROVAL: ("approve", "reject_why", "hold_until", "question"),
    Context.REVIEW: ("ok", "field", "line", "reject_why", "hold_until", "question"),
    Context.INBOX: ("send", "hold_until", "delete", "question"),
    Context.QUARANTINE: ("allow", "allow_once", "block"),
    Context.QUESTION: ("write", "hold_until", "close"),
    Context.CONFIRMATION: ("confirm", "cancel"),
    Context.PAYMENT: ("confirm", "cancel"),
    Context.EXPORT: ("field", "retry", "question"),
    Context.DIGEST: ("numbers", "numbers_hold", "numbers_reject", "numbers_question"),
    Context.BASKET: (
        "basket_execute",
        "basket_amount",
        "basket_group",
        "basket_cancel",
        "basket_hold",
    ),
    Context.PAYMENT_APPROVAL: ("approve", "reject_why", "help"),
    Context.PAY: ("pay_amount", "pay_day", "pay_qr", "pay_paid", "pay_not_paid", "pay_next"),
    Context.ACCOUNT: ("account_right", "account_wrong"),
    Context.NONE: ("help",),
}

#: kind of mail -> ids in table `ready`: whole lines to copy, where asking again
READY: dict[Context, tuple[str, ...]] = {
    Context.APPROVAL: ("approve", "reject", "hold"),
    Context.REVIEW: ("ok", "field", "reject"),
    Context.INBOX: ("send", "hold", "delete"),
    Context.QUARANTINE: ("allow", "allow_once", "block"),
    Context.EXPORT: ("field", "retry"),
    Context.DIGEST: ("numbers", "numbers_reject", "numbers_hold"),
}

#: id in table `answers` -> the verb that the reader of answers makes of it
VERBS: dict[str, Verb] = {
    "approve": Verb.APPROVE,
    "ok": Verb.APPROVE,
    "reject_why": Verb.REJECT,
    "hold_until": Verb.HOLD,
    "question": Verb.QUESTION,
    "write": Verb.REMARK,
    "close": Verb.CLOSE,
    "field": Verb.CORRECT,
    "line": Verb.BOOK,
    "send": Verb.SEND,
    "delete": Verb.DELETE,
    "allow": Verb.ALLOW,
    "allow_once": Verb.ALLOW_ONCE,
    "block": Verb.BLOCK,
    "confirm": Verb.CONFIRM,
    "cancel": Verb.CANCEL,
    "retry": Verb.RETRY,
    "numbers": Verb.APPROVE,
    "numbers_hold": Verb.HOLD,
    "numbers_reject": Verb.REJECT,
    "numbers_question": Verb.QUESTION,
    "numbers_close": Verb.CLOSE,
    "numbers_status": Verb.STATUS,
    "numbers_history": Verb.HISTORY,
    "search": Verb.SEARCH,
    "basket_execute": Verb.EXECUTE,
    # a choice for one line
    "basket_amount": Verb.CORRECT,
    "basket_group": Verb.GROUP,
    "basket_cancel": Verb.CANCEL,
    "basket_hold": Verb.HOLD,
    "payments_list": Verb.PAYMENTS,
    "payment_file": Verb.PAYMENT_FILE,
    "account_right": Verb.TRUST_ACCOUNT,
    "account_wrong": Verb.REFUSE_ACCOUNT,
    "help": Verb.HELP,
    # a field, and a choice, of what was shown
    "pay_amount": Verb.CORRECT,
    "pay_day": Verb.CORRECT,
    "pay_qr": Verb.QR,
    "pay_paid": Verb.PAID,
    "pay_not_paid": Verb.NOT_PAID,
    "pay_cancel": Verb.CANCEL,
    "pay_next": Verb.PAY,
}


def numbers(count: int) -> dict[str, str]:
    """Return the values of the numbered answers, so that no number is named that is not there."""
    return {"all": f"1-{count}" if count > 1 else "1", "one": str(max(count, 1))}


def offer(head: Letterhead, context: Context, **values: str) -> tuple[AnswerOption, ...]:
    """Return what can be answered to a mail of this kind; `values` fill e.g. {code}."""
    return tuple(_option(head.say("answers", name, **values)) for name in OFFERED[context])


def ready_lines(head: Letterhead, context: Context, **values: str) -> tuple[str, ...]:
    """Return whole lines to copy into an answer; none where a code or free text is wanted."""
    return tuple(head.say("ready", name, **values) for name in READY.get(context, ()))


def offer_one(head: Letterhead, name: str, **values: str) -> AnswerOption:
    """Return one thing that can be answered: an id in table `answers`."""
    return _option(head.say("answers", name, **values))


def _option(text: str) -> AnswerOption:
    typed, _, rest = text.partition("|")
    return AnswerOption(typed=typed.strip(), rest=rest.strip())
