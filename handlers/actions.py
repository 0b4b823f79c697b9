"""The table of what each verb does; a verb that is not here is refused with a sentence."""

from collections.abc import Mapping
from types import MappingProxyType

from handlers import (
    account_decisions,
    changes,
    conversing,
    decisions,
    not_duplicate,
    paying,
    qr_codes,
    settling,
    splitting,
    telling,
    undoing,
)
from handlers.acting import Action
from mailbot.domain.command import Verb

ACTIONS: Mapping[Verb, Action] = MappingProxyType(
    {
        Verb.APPROVE: decisions.approve,
        Verb.REJECT: decisions.reject,
        Verb.HOLD: decisions.hold,
        Verb.RELEASE: decisions.release,
        Verb.SEND: decisions.send,
        Verb.RETRY: decisions.retry,
        Verb.REOPEN: decisions.reopen,
        Verb.DELETE: decisions.delete,
        Verb.ALLOW: decisions.judge_sender,
        Verb.ALLOW_ONCE: decisions.judge_sender,
        Verb.BLOCK: decisions.judge_sender,
        Verb.TRUST_ACCOUNT: account_decisions.confirm_account,
        Verb.REFUSE_ACCOUNT: account_decisions.deny_account,
        Verb.NOT_DUPLICATE: not_duplicate.not_duplicate,
        Verb.CORRECT: changes.correct_field,
        Verb.BOOK: changes.change_line,
        Verb.ADD_LINE: changes.change_line,
        Verb.REMOVE_LINE: changes.change_line,
        Verb.LABEL: changes.label,
        Verb.TITLE: changes.title,
        Verb.HANDLED: changes.mark,
        Verb.NOT_HANDLED: settling.not_handled,
        Verb.PAY: paying.pay,
        Verb.QR: qr_codes.qr,
        Verb.CANCEL: paying.take_out,
        Verb.PAID: settling.paid,
        Verb.NOT_PAID: settling.not_paid,
        Verb.QUESTION: conversing.question,
        Verb.REMARK: conversing.remark,
        Verb.FORWARD: conversing.forward,
        Verb.CLOSE: conversing.end,
        Verb.SPLIT: splitting.split_pages,
        Verb.RESTORE: undoing.undo,
        Verb.STATUS: telling.status,
        Verb.HISTORY: telling.history,
    }
)
