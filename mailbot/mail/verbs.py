"""Finds the verbs of answers, with their spelling slips, and the words around them."""

from collections.abc import Sequence
from functools import cache

from mailbot.domain.command import Context, Verb
from mailbot.mail.phrase_book import index_of, match, match_all
from mailbot.mail.tokens import SEPARATORS, Token, phrase_tokens
from mailbot.mail.words import list_names, words

WEAK = "approve_weak"
_GENERAL = frozenset(
    {
        Verb.HELP,
        Verb.STATUS,
        Verb.HISTORY,
        Verb.SEARCH,
        Verb.REPORT,
        Verb.QUESTION,
        Verb.REMARK,
        Verb.UNSUBSCRIBE,
        Verb.STOP,
        Verb.LANGUAGE,
        Verb.CLOSE,
    }
)
_OF_DOCUMENTS = _GENERAL | {
    Verb.APPROVE,
    Verb.REJECT,
    Verb.HOLD,
    Verb.RELEASE,
    Verb.SEND,
    Verb.FORWARD,
    Verb.LABEL,
    Verb.TITLE,
    Verb.SPLIT,
    Verb.MERGE,
    Verb.DELETE,
    Verb.RESTORE,
    Verb.HANDLED,
    Verb.PAID,
    Verb.PAY,
    Verb.RETRY,
}
#: what can be asked in answer to what
PERMITTED: dict[Context, frozenset[Verb]] = {
    Context.PAYMENT: _GENERAL | {Verb.CONFIRM, Verb.CANCEL, Verb.HOLD, Verb.REJECT},
    Context.QUARANTINE: _GENERAL
    | {Verb.ALLOW, Verb.ALLOW_ONCE, Verb.BLOCK, Verb.DELETE, Verb.RESTORE},
    Context.CONFIRMATION: _GENERAL | {Verb.CONFIRM, Verb.CANCEL, Verb.APPROVE, Verb.REJECT},
    Context.QUESTION: _GENERAL,
    # orders about payments are read by payment_orders.py, as whole lines
    Context.BASKET: _GENERAL | {Verb.CANCEL, Verb.DELETE, Verb.HOLD, Verb.RELEASE},
    Context.PAYMENT_APPROVAL: _GENERAL | {Verb.APPROVE, Verb.REJECT, Verb.HOLD, Verb.CANCEL},
    Context.PAY: _GENERAL
    | {Verb.PAID, Verb.HANDLED, Verb.CANCEL, Verb.HOLD, Verb.LABEL, Verb.TITLE, Verb.RESTORE},
    Context.ACCOUNT: _GENERAL | {Verb.HOLD, Verb.REJECT, Verb.LABEL, Verb.TITLE},
}
_SHORTEST_SLIP = 7
#: of other verbs too many words of daily use differ by a letter: "hatten" is no "halten"
_SLIPPED = frozenset({"approve", "reject"})
_GAP = 6


def permitted_in(context: Context) -> frozenset[Verb]:
    """Return the verbs that make sense in answer to a mail of this kind."""
    if context in {Context.APPROVAL, Context.DIGEST}:
        return _OF_DOCUMENTS - {Verb.PAY}  # paying is asked for in a mail of its own
    return PERMITTED.get(context, _OF_DOCUMENTS)


def find_verb(
    tokens: Sequence[Token], at: int, permitted: frozenset[Verb], table: str = "verbs"
) -> tuple[str, int]:
    """Return (name, length) of the verb that stands at `at`, ("", 0) if none does.

    The name is a Verb or "approve_weak". Of two verbs with the same words the permitted one is
    meant; a verb that is not permitted here is found, too: it must not be read over.
    """
    found = [*_split_matches(tokens, at), *match_all(index_of(table), tokens, at)]
    if not found:
        found = _slips(tokens, at, table)
    if not found:
        return "", 0
    longest = max(length for _, length in found)
    names = [name for name, length in found if length == longest]
    return next((name for name in names if verb_of(name) in permitted), names[0]), longest


def verb_of(name: str) -> Verb:
    """Return the verb that the list `name` of the tables stands for."""
    return Verb.APPROVE if name == WEAK else Verb(name)


def mentions_decision(tokens: Sequence[Token]) -> bool:
    """Whether a verb that decides stands anywhere, however it is limited."""
    deciding = {
        "approve",
        WEAK,
        "reject",
        "hold",
        "send",
        "allow",
        "allow_once",
        "block",
        "confirm",
        "pay",
    }
    for at in range(len(tokens)):
        name, _ = find_verb(tokens, at, frozenset())
        if name in deciding or any(n in deciding for n, _ in _loose_splits(tokens, at)):
            return True
    return False


def is_filler(tokens: Sequence[Token], at: int) -> int:
    """Return the length of the harmless word or courtesy at `at`, 0 if it is another word."""
    return max(
        match(index_of("filler", "words"), tokens, at),
        match(index_of("filler", "courtesy"), tokens, at),
    )


@cache
def split_verbs() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]]:
    """Return the verbs in two parts by the first word: (first part, second part, name)."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]] = {}
    for name in list_names("split_verbs"):
        for phrase in words("split_verbs", name):
            head, _, tail = phrase.partition(" * ")
            first = phrase_tokens(head)
            found.setdefault(first[0], []).append((first, phrase_tokens(tail), name))
    return found


def _split_matches(tokens: Sequence[Token], at: int) -> list[tuple[str, int]]:
    """Match "keur * goed": only harmless words may stand in between."""
    found = []
    for head, tail, name in split_verbs().get(tokens[at].text, ()):
        start = at + len(head)
        if not stands_at(tokens, at, head):
            continue
        gap = start
        while gap < len(tokens) and gap - start <= _GAP:
            if stands_at(tokens, gap, tail):
                found.append((name, gap + len(tail) - at))
                break
            step = _gap_step(tokens, gap)
            if not step:
                break
            gap += step
    return found


def _gap_step(tokens: Sequence[Token], gap: int) -> int:
    """Return the length of what may part a verb: a harmless word, an address, "until Friday"."""
    if "@" in tokens[gap].text:
        return 1
    until = match(index_of("grammar", "until"), tokens, gap)
    if until and gap + until < len(tokens) and not is_separator(tokens[gap + until]):
        return until + 1
    return is_filler(tokens, gap) or match(index_of("filler", "particles"), tokens, gap)


def _loose_splits(tokens: Sequence[Token], at: int) -> list[tuple[str, int]]:
    """Match "keur * goed" whatever stands in between: "keur ik zeker niet goed"."""
    return [
        (name, 0)
        for head, tail, name in split_verbs().get(tokens[at].text, ())
        if stands_at(tokens, at, head)
        and any(stands_at(tokens, i, tail) for i in range(at + len(head), len(tokens)))
    ]


def stands_at(tokens: Sequence[Token], at: int, phrase: tuple[str, ...]) -> bool:
    """Whether the words of `phrase` stand at `at`."""
    return len(phrase) <= len(tokens) - at and all(
        tokens[at + i].text == word for i, word in enumerate(phrase)
    )


@cache
def _single_words(table: str) -> dict[str, list[tuple[str, str]]]:
    """Return the verbs of one long word by their first letter, to look for slips of."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in _SLIPPED:
        for phrase in words(table, name):
            if len(phrase) >= _SHORTEST_SLIP and phrase.isalpha():
                found.setdefault(phrase[0], []).append((phrase, name))
    return found


@cache
def known_words() -> frozenset[str]:
    """Return every single word of all tables: these are no slips of others."""
    tables = (
        *("verbs", "filler", "doubt", "fields", "values", "all", "grammar", "corrections"),
        *("benign", "not_slips"),
    )
    return frozenset(
        token
        for table in tables
        for name in list_names(table)
        for phrase in words(table, name)
        for token in phrase_tokens(phrase)
    )


def _slips(tokens: Sequence[Token], at: int, table: str) -> list[tuple[str, int]]:
    return [(name, 1) for name in _slip_names(tokens[at].text, table)][:1]


@cache
def _slip_names(word: str, table: str) -> tuple[str, ...]:
    if len(word) < _SHORTEST_SLIP or not word.isalpha() or word in known_words():
        return ()
    near = {
        name: None
        for verb, name in _single_words(table).get(word[0], ())
        if abs(len(verb) - len(word)) <= 1 and is_one_slip(word, verb)
    }
    return tuple(near) if len(near) == 1 else ()


def is_one_slip(one: str, other: str) -> bool:
    """Whether one letter is wrong, missing, too much, or two neighbours are swapped."""
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    is_swap = one[at : at + 2] == other[at : at + 2][::-1]
    return is_swap and one[at + 2 :] == other[at + 2 :]


def is_separator(token: Token) -> bool:
    """Whether a clause may end here."""
    return token.text in SEPARATORS
