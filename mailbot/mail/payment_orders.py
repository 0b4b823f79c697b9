"""Reads orders about payments: "betaal op 30/5", "4 niet betaald", "voer uit 1-3 van kbc", "qr".

An order is a whole line or sentence that begins with its verb and of which every word is
understood; all else is left to the other readers. So "betalingen" is an order where it stands
alone or with a month, and a word like any other inside a sentence. The verbs stand in table
`payment_verbs` of templates/words, not in `verbs`, for the same reason.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date

from mailbot.domain.command import Command, Context, Doubt, Verb
from mailbot.mail.number_lists import read_numbers, skip_number_word
from mailbot.mail.payment_arguments import LONGEST_ORDER, Words, read_arguments
from mailbot.mail.phrase_book import index_of, match, match_all
from mailbot.mail.tokens import Token, phrase_tokens, tokenize
from mailbot.mail.typed_values import read_amount, read_day, read_period
from mailbot.mail.verbs import stands_at
from mailbot.mail.words import fold_line, list_names, words

#: what is asked of a dossier, whatever was shown
_OF_DOSSIER = frozenset({Verb.BASKET, Verb.PAYMENTS, Verb.PAYMENT_FILE, Verb.PAY_MANUALLY})
_OF_DOCUMENT = frozenset(
    {
        Verb.PAY,
        Verb.PAID,
        Verb.NOT_PAID,
        Verb.NOT_HANDLED,
        Verb.QR,
        Verb.NOT_DUPLICATE,
        Verb.REOPEN,
        Verb.REFUSE_ACCOUNT,
    }
)
_OF_BASKET = frozenset(
    {
        Verb.PAY,
        Verb.PAID,
        Verb.NOT_PAID,
        Verb.QR,
        Verb.GROUP,
        Verb.EXECUTE,
        Verb.REFUSE_ACCOUNT,
    }
)
_ANY = _OF_DOCUMENT | _OF_DOSSIER
#: what can be ordered in answer to what; nothing in answer to mails of other kinds. That an
#: account is right is said where it is asked: beside an approval it is a remark
ORDERED: dict[Context, frozenset[Verb]] = {
    Context.APPROVAL: _ANY - {Verb.NOT_PAID},
    Context.REVIEW: _ANY,
    Context.DIGEST: _ANY,
    Context.EXPORT: _ANY,
    Context.INBOX: _ANY,
    Context.NONE: _ANY | {Verb.TRUST_ACCOUNT},
    Context.ACCOUNT: _ANY | {Verb.TRUST_ACCOUNT},
    Context.PAY: _ANY | {Verb.TRUST_ACCOUNT},
    Context.BASKET: _OF_BASKET | _OF_DOSSIER,
    Context.PAYMENT_APPROVAL: _OF_DOSSIER | {Verb.REFUSE_ACCOUNT},
}
#: there, arguments without a verb change the payment that was shown: "bedrag: 500", "2 van kbc"
_CHANGING = frozenset({Context.PAY, Context.BASKET})
_WITH_LINES = _OF_DOCUMENT | {Verb.GROUP, Verb.EXECUTE, Verb.TRUST_ACCOUNT}
#: without a line they are about the whole basket, or about the dossier
_WITHOUT_LINES = _OF_DOSSIER | {Verb.GROUP, Verb.EXECUTE}
_BARE: dict[Verb, frozenset[str]] = {
    Verb.PAY: frozenset({"amount", "date"}),
    Verb.QR: frozenset({"amount"}),
    Verb.PAID: frozenset({"amount", "date"}),
    Verb.GROUP: frozenset({"date"}),
}
_ALLOWED: dict[Verb, frozenset[str]] = {
    Verb.PAY: frozenset({"date", "amount", "account", "communication", "rule", "via", "next"}),
    Verb.QR: frozenset({"amount", "communication", "next"}),
    Verb.PAID: frozenset({"date", "amount"}),
    Verb.GROUP: frozenset({"date"}),
    Verb.EXECUTE: frozenset({"date", "account", "via"}),
}
#: where one order ends and the next begins, on one line
_NEXT = re.compile(r"\s*;\s*|,\s+(?=\d)|(?<=[^\d\s])\.\s+|(?<=\d)\.\s+(?=\d+\s)")
_MANUAL_PARTS = 3
#: words of a verb
_LONGEST_VERB = 4
#: these may end their sentence
_AT_THE_END = frozenset({Verb.PAY, Verb.PAID, Verb.EXECUTE, Verb.GROUP, Verb.PAY_MANUALLY})


def read_orders(
    line: str, context: Context, sent_on: date, shown_items: int = 0
) -> tuple[Command, ...]:
    """Return the orders that a line consists of, () when any of it is something else.

    `shown_items` is the number of lines that the answered mail showed, 0 for one document.
    """
    if context not in ORDERED or len(line) > LONGEST_ORDER:
        return ()
    whole = _read_order(line, context, sent_on, shown_items)
    if whole is not None:
        return (whole,)
    pieces = [piece for piece in _NEXT.split(line) if piece and piece.strip(" .,!")]
    read = [_read_order(piece, context, sent_on, shown_items) for piece in pieces]
    found = tuple(one for one in read if one is not None)
    return found if len(pieces) > 1 and len(found) == len(pieces) else ()


def cut_orders(
    text: str, context: Context, sent_on: date, shown_items: int = 0
) -> tuple[str, list[Command]]:
    """Return the lines of an answer that are no orders about payments, and these orders."""
    others: list[str] = []
    orders: list[Command] = []
    for line in text.split("\n"):
        found = read_orders(line, context, sent_on, shown_items)
        orders += found
        others += [] if found else [line]
    return "\n".join(others), orders


def doubt_of(orders: Sequence[Command], shown_items: int) -> str:
    """Return why orders about the lines of a list are not clear, "" if they are."""
    named = [number for order in orders for number in order.items]
    if any(not 1 <= number <= shown_items for number in named):
        return Doubt.OUT_OF_RANGE
    if len(named) != len(set(named)):
        return Doubt.CONTRADICTORY
    is_open = any(not order.items and order.verb not in _WITHOUT_LINES for order in orders)
    return Doubt.NOT_UNDERSTOOD if is_open else ""


def _read_order(text: str, context: Context, sent_on: date, shown_items: int) -> Command | None:
    if "?" in text:
        return None
    items, text = _leading_numbers(text, shown_items)
    verb, rest = _verb(text, context)
    if verb is None:
        return _read_change(items, text, context, sent_on)
    if verb in _WITH_LINES and shown_items and not items:
        items, rest = _numbers_behind(rest, shown_items)
    elif items and verb not in _WITH_LINES:
        return None
    args = _READERS.get(verb, _chosen(verb))(rest, sent_on)
    if verb is Verb.PAY and not args and not _is_meant(text, context):
        return None
    return Command(verb=verb, items=items, args=args) if args is not None else None


def _is_meant(text: str, context: Context) -> bool:
    """Whether "pay" alone asks for a payment: beside an approval it may mean "approved, for me".

    In a list it does as the word that the mails name; before that a clerk would ask back.
    """
    if context is Context.DIGEST:
        tokens = tokenize(text)
        names = {Verb(name) for name, _ in match_all(index_of("payment_verbs"), tokens, 0)}
        return Verb.PAY in names
    return context is not Context.APPROVAL


def _read_change(
    items: tuple[int, ...], text: str, context: Context, sent_on: date
) -> Command | None:
    """Read "bedrag: 500" and "op 15/12", which change the payment that was shown."""
    if context not in _CHANGING or (context is Context.BASKET and not items):
        return None
    args = _chosen(Verb.PAY)(text, sent_on, bare=frozenset())
    return Command(verb=Verb.PAY, items=items, args=args) if args else None


def _leading_numbers(text: str, shown_items: int) -> tuple[tuple[int, ...], str]:
    """Return the numbers of "1-3 op 15/12", and the rest."""
    tokens = tokenize(text)
    start = skip_number_word(tokens, 0) if shown_items else 0
    numbers, end = read_numbers(tokens, start) if shown_items else ((), 0)
    if not numbers or end >= len(tokens):
        return (), text
    return numbers, text[tokens[end].start :].lstrip(" :).=-")


def _numbers_behind(rest: str, shown_items: int) -> tuple[tuple[int, ...], str]:
    """Return the numbers of "betaal 4 bedrag 250", and what stands behind them."""
    tokens = tokenize(rest)
    every = match(index_of("all", "all"), tokens, 0)
    numbers, end = read_numbers(tokens, skip_number_word(tokens, 0))
    if every:
        numbers, end = tuple(range(1, shown_items + 1)), every
    if not numbers:
        return (), rest
    return numbers, rest[tokens[end].start :] if end < len(tokens) else ""


def _verb(text: str, context: Context) -> tuple[Verb | None, str]:
    """Return the verb of an order, and the text without it: "am 30.5. bezahlen", "voer 1 uit"."""
    tokens = tokenize(text)
    please = match(index_of("payment_words", "please"), tokens, 0)
    for at in dict.fromkeys((please, 0)):
        verb, length = _verb_at(tokens, at, context)
        if verb is not None:
            return verb, _cut(text, tokens, at + length)
    if halves := _parted(text, tokens, context):
        return halves
    for at in range(max(1, len(tokens) - _LONGEST_VERB), len(tokens)):
        verb, length = _verb_at(tokens, at, context)
        if verb in _AT_THE_END and at + length == len(tokens):
            return verb, text[: tokens[at].start].strip()
    return None, text


def _cut(text: str, tokens: Sequence[Token], end: int) -> str:
    """Return the text behind a verb; what stands in front of it was courtesy."""
    return text[tokens[end].start :] if end < len(tokens) else ""


def _verb_at(tokens: Sequence[Token], at: int, context: Context) -> tuple[Verb | None, int]:
    """Return the longest verb at `at`, None when it is none that answers this kind of mail."""
    named = dict(reversed(match_all(index_of("payment_verbs"), tokens, at)))
    for known in (Verb.PAY, Verb.PAID):
        if length := match(index_of("verbs", known.value), tokens, at):
            named[known.value] = max(length, named.get(known.value, 0))
    if not named:
        return None, 0
    name = max(named, key=lambda one: named[one])
    return (Verb(name), named[name]) if Verb(name) in ORDERED[context] else (None, 0)


def _parted(text: str, tokens: Sequence[Token], context: Context) -> tuple[Verb, str] | None:
    """Match "voer 1-3 uit op 15/12"; return the verb and all but its two parts."""
    for name in list_names("payment_split_verbs"):
        for phrase in words("payment_split_verbs", name):
            head, _, tail = (phrase_tokens(part) for part in phrase.partition(" * "))
            at = len(head)
            ends = (i for i in range(at + 1, len(tokens)) if stands_at(tokens, i, tail))
            end = next(ends, 0) if stands_at(tokens, 0, head) else 0
            if end and Verb(name) in ORDERED[context]:
                between = text[tokens[at].start : tokens[end].start]
                return Verb(name), f"{between}{text[tokens[end + len(tail) - 1].end :].strip()}"
    return None


def _chosen(verb: Verb) -> Callable[..., dict[str, str] | None]:
    def read(
        rest: str, sent_on: date, bare: frozenset[str] = _BARE.get(verb, frozenset())
    ) -> dict[str, str] | None:
        line = Words(text=rest, bare=bare, is_past=verb is Verb.PAID)
        args = read_arguments(line, sent_on)
        known = _ALLOWED.get(verb, frozenset())
        return args if args is not None and set(args) <= known else None

    return read


def _manual(rest: str, _sent_on: date) -> dict[str, str] | None:
    """Read "name; iban; amount; communication" (CF-PAY-28); values are checked when it is done."""
    parts = [part.strip(" :") for part in rest.split(";")]
    if not _MANUAL_PARTS <= len(parts) <= _MANUAL_PARTS + 1 or not all(parts[:_MANUAL_PARTS]):
        return None
    name, iban, amount = parts[:_MANUAL_PARTS]
    value = read_amount(amount)
    if value is None:
        return None
    args = {"name": name, "iban": "".join(iban.split()).upper(), "amount": value}
    told = parts[_MANUAL_PARTS] if len(parts) > _MANUAL_PARTS else ""
    return {**args, "communication": told} if told else args


def _file_number(rest: str, _sent_on: date) -> dict[str, str] | None:
    found = re.fullmatch(r"(?:nr\.?|no\.?|n°|#)?\s*(\d{1,6})[ .!]*", rest.strip(), re.IGNORECASE)
    return {"number": str(int(found[1]))} if found else None


def _period(rest: str, sent_on: date) -> dict[str, str] | None:
    """Read "november", "november 2026", "1/10 tot 31/10", or nothing at all."""
    text = fold_line(rest).strip(" .:!")
    if not text:
        return {}
    for word in (*words("payment_words", "of"), *words("grammar", "from")):
        text = text.removeprefix(f"{word} ")
    period = read_period(text) or _month(text, sent_on)
    if period:
        return {"period": period}
    for gap in (*words("grammar", "until"), *words("grammar", "and"), "-"):
        first, found, last = text.partition(f" {gap} ")
        days = [read_day(one, sent_on) or "" for one in (first, last)]
        if found and all(days) and days[0] <= days[1]:
            return {"from": days[0], "until": days[1]}
    return None


def _month(name: str, sent_on: date) -> str | None:
    """Return the last month that is called so, this one included, as "2026-11"."""
    number = next((i for i in range(1, 13) if name in words("months", str(i))), 0)
    if not number:
        return None
    return f"{sent_on.year - (number > sent_on.month):04}-{number:02}"


_READERS: dict[Verb, Callable[..., dict[str, str] | None]] = {
    Verb.PAY_MANUALLY: _manual,
    Verb.PAYMENT_FILE: _file_number,
    Verb.PAYMENTS: _period,
}
