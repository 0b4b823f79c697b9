"""Weighs the sentences of an answer against each other: what limits an order, what excludes it."""

import re

from mailbot.domain.command import HARMLESS, Command, Doubt, Verb
from mailbot.mail.caveats import weakens_approval
from mailbot.mail.phrase_book import has
from mailbot.mail.scan import limits_approval
from mailbot.mail.sentences import Reading
from mailbot.mail.tokens import tokenize
from mailbot.mail.words import list_names

#: a bank account typed beside a decision: an answer never changes where money goes
#: (ISO 13616: at least 15 characters); a VAT number is shorter
_ACCOUNT = re.compile(
    r"\b(?:[A-Z]{2}\d{2}(?:[ .-]?[A-Z\d]{4}){2,7}|[A-Za-z]{2}\d{2}(?:[ .-]?\d{4}){2,7})"
    r"(?:[ .-]?\d{1,4})?\b"
)
_SHORTEST_ACCOUNT = 15
#: an amount beside an agreement may be another one than that of the document
_MONEY = re.compile(
    r"(?i)(?:\u20ac|\$|\u00a3|\b(?:eur|usd|gbp|chf))\s?\d|\d\s?(?:\u20ac|\$|\u00a3|eur(?:os?)?\b)"
)
_ASKING = frozenset({Verb.STATUS, Verb.HISTORY, Verb.SEARCH, Verb.REPORT})
#: they name an account of the dossier, or one that must be trusted already
_NAMING_ACCOUNTS = frozenset({Verb.PAY, Verb.PAY_MANUALLY, Verb.EXECUTE})
#: verbs that may stand together in one answer about one document
_TOGETHER = (
    frozenset({Verb.CORRECT, Verb.BOOK, Verb.ADD_LINE, Verb.REMOVE_LINE, Verb.LABEL, Verb.TITLE}),
    frozenset({Verb.APPROVE, Verb.SEND, Verb.FORWARD, Verb.RELEASE}),
    frozenset({Verb.APPROVE, Verb.SEND, Verb.PAY, Verb.QR, Verb.NOT_DUPLICATE}),
    frozenset({Verb.PAY, Verb.NOT_DUPLICATE, Verb.TRUST_ACCOUNT}),
    frozenset({Verb.REFUSE_ACCOUNT, Verb.REJECT, Verb.HOLD}),
    frozenset({Verb.CONFIRM, Verb.APPROVE}),
    frozenset({Verb.REJECT, Verb.CANCEL}),
    frozenset({Verb.REJECT, Verb.DELETE}),
    frozenset({Verb.BLOCK, Verb.DELETE}),
    frozenset({Verb.HOLD, Verb.FORWARD}),
    frozenset({Verb.STOP, Verb.UNSUBSCRIBE}),
)


def requests(readings: list[Reading], commands: list[Command]) -> list[Command]:
    """Return as a remark what else is asked beside an approval: nobody may overlook it."""
    talk = [one.text for one in readings if one.is_talk and not one.is_question]
    wanted = [text for text in talk if _requests_something(text)]
    if not wanted or not any(command.verb is Verb.APPROVE for command in commands):
        return []
    return [Command(verb=Verb.REMARK, args={"text": " ".join(wanted)})]


def _requests_something(text: str) -> bool:
    tokens = tokenize(text)
    tells_value = any(c.isdigit() for c in text) and any(
        has("fields", name, tokens) for name in list_names("fields")
    )
    return tells_value or has("grammar", "requests", tokens)


def conflict(commands: list[Command]) -> str:
    """Return the doubt that orders which exclude one another cast, "" if they go together."""
    if any(command.verb in _ASKING for command in commands):
        return Doubt.HEDGED  # "status: approved"
    agrees = any(command.verb is Verb.APPROVE for command in commands)
    if agrees and any(_weakens(command) for command in commands):
        return Doubt.QUESTION_MARK
    verbs = {command.verb for command in commands} - HARMLESS
    kinds = verbs - _TOGETHER[0]
    if verbs & _TOGETHER[0] and kinds - {Verb.APPROVE, Verb.SEND, Verb.RETRY, Verb.RELEASE}:
        return Doubt.CONTRADICTORY
    if len(kinds) > 1 and not any(kinds <= group for group in _TOGETHER):
        return Doubt.CONTRADICTORY
    fields = [c.args.get("field") for c in commands if c.verb is Verb.CORRECT]
    return Doubt.CONTRADICTORY if len(fields) != len(set(fields)) else ""


def _weakens(command: Command) -> bool:
    """Whether a question or a remark beside an approval takes something back."""
    if command.verb is Verb.QUESTION:
        return True
    return command.verb is Verb.REMARK and limits_approval(tokenize(command.args.get("text", "")))


def limits(readings: list[Reading], deciding: list[Command]) -> str:
    """Return the doubt that talk beside a decision casts on it."""
    if any(one.is_question for one in readings):
        return Doubt.QUESTION_MARK
    if any(_names_account(one) for one in readings):
        return Doubt.HEDGED
    agrees = any(command.verb is Verb.APPROVE for command in deciding)
    if agrees and any(_names_amount(one) for one in readings):
        return Doubt.AMOUNT
    talk = [one for one in readings if one.is_talk]
    is_refusal = all(c.verb in {Verb.REJECT, Verb.HOLD, Verb.BLOCK} for c in deciding)
    for one in talk:
        tokens = tokenize(one.said)
        if has("doubt", "limits", tokens) if is_refusal else weakens_approval(tokens):
            return Doubt.HEDGED
    if any(one.is_weak for one in readings) and talk:
        return Doubt.HEDGED
    return ""


def _names_amount(reading: Reading) -> bool:
    """Whether an amount stands beside an approval; in a reason it tells why."""
    verbs = {command.verb for command in reading.commands}
    return verbs <= {Verb.APPROVE, Verb.SEND} and bool(_MONEY.search(reading.said))


def _names_account(reading: Reading) -> bool:
    """Whether a bank account stands in it, outside a correction that is shown for what it is."""
    if any(c.verb in _TOGETHER[0] or c.verb in _NAMING_ACCOUNTS for c in reading.commands):
        return False
    found = (re.sub(r"[ .-]", "", one[0]) for one in _ACCOUNT.finditer(reading.text))
    return any(len(one) >= _SHORTEST_ACCOUNT for one in found)
