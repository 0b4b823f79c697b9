"""Tells sentences that name a decision without making it: quoted, unticked, imagined, in jest."""

import re
from collections.abc import Collection, Sequence

from mailbot.domain.command import Verb
from mailbot.mail.phrase_book import has, index_of, match
from mailbot.mail.scan import limits_approval
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verbs import find_verb, is_filler, is_separator, mentions_decision

#: a word in quotes is spoken of, not said
_QUOTED = re.compile(
    r"[\"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a<>]([^\"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a<>\n]{1,60})"
    r"[\"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a<>]"
    r"|(?<!\w)['\u2018\u2019]([^'\u2018\u2019\n]{2,60})['\u2018\u2019](?!\w)"
)
#: a box that nobody ticked, a line that nobody filled in
_OPEN_BOX = re.compile(r"\[\s*\]|\(\s+\)|[\u2610\u25a1\u25fb\u2b1c]|_{3,}")
#: German subjunctives that lose their meaning with their umlaut ("wurde" is no "würde")
_IMAGINED = re.compile(r"(?i)\b(?:w(?:ü|ue)rde(?:n|st|t)?|w(?:ä|ae)ren?|h(?:ä|ae)tten?)\b")
_IN_JEST = re.compile(
    r"(?i)\b(?:(?:ha){2,}h?|(?:he){2,}|(?:hi){2,}|lo+l|rofl|lmao|mdr+|ptdr|grapje)\b|(?:^|\s)/s\b"
)

#: what follows these may speak of anything: it is the reason
_REFUSALS = frozenset({Verb.REJECT, Verb.HOLD, Verb.BLOCK, Verb.CANCEL, Verb.DELETE})
#: what a clerk can be asked for with "could you"
_ASKED_POLITELY = frozenset({Verb.FORWARD, Verb.HOLD, Verb.LABEL, Verb.QUESTION})


def only_names_decision(text: str, verbs: Collection[Verb]) -> bool:
    """Whether a sentence says that no order is meant, although `verbs` stand in it."""
    if any(pattern.search(text) for pattern in (_OPEN_BOX, _IMAGINED, _IN_JEST)):
        return True
    if _quotes_decision(text):
        return True
    tokens = tokenize(text)
    if Verb.HOLD in verbs and has("doubt", "waiting", tokens):
        return True  # "waiting for approval": no order to wait
    if Verb.APPROVE in verbs and has("doubt", "standing", tokens):
        return True  # "always approve": one document was shown
    return not set(verbs) <= _REFUSALS and has("doubt", "anywhere", tokens)


def _quotes_decision(text: str) -> bool:
    found = (match[1] or match[2] for match in _QUOTED.finditer(text))
    return any(mentions_decision(tokenize(inside)) for inside in found)


def read_polite_order(text: str) -> str:
    """Return "forward to an@zuid.example" of "could you forward to an@zuid.example?".

    "" when it is a question: only what one asks of a clerk, never a decision, is an order so.
    """
    tokens = tokenize(text)
    length = match(index_of("grammar", "polite"), tokens, 0)
    if not length or length >= len(tokens):
        return ""
    names = {find_verb(tokens, at, frozenset())[0] for at in range(length, len(tokens))} - {""}
    if not names or not names <= _ASKED_POLITELY:
        return ""
    return text[tokens[length].start :].replace("?", "").strip()


def weakens_approval(tokens: Sequence[Token]) -> bool:
    """Whether words beside an approval may limit it.

    Harmless is what says why, what for, or thanks; what is not known to be harmless may be a
    condition, an exception or a complaint, and a clerk would ask.
    """
    if _is_all_filler(tokens):
        return False
    if limits_approval(tokens) or has("doubt", "pending", tokens):
        return True
    return not has("benign", "cues", tokens) and not _is_label(tokens)


def _is_label(tokens: Sequence[Token]) -> bool:
    """Whether it says where it belongs and no more: "project 2231", "voor werf Mechelen"."""
    words = [token for token in tokens if not is_separator(token)]
    length = match(index_of("benign", "labels"), words, 0)
    named = words[length:]
    return bool(length and named) and all(
        token.is_capital or token.text[0].isdigit() or is_filler([token], 0) for token in named
    )


def is_about_harmless(tokens: Sequence[Token]) -> bool:
    """Whether a clause says no more than "not urgent": what it denies is not the decision."""
    harmless = [("doubt", name) for name in ("harmless", "negations", "contrast")]
    denials = sum(bool(match(index_of("doubt", "negations"), [token], 0)) for token in tokens)
    is_one = denials <= 1 and has("doubt", "harmless", tokens)
    return is_one and _consists_of(tokens, harmless)


def _is_all_filler(tokens: Sequence[Token]) -> bool:
    return _consists_of(tokens, [("mail", "greetings"), ("mail", "sign_offs")])


def _consists_of(tokens: Sequence[Token], lists: Sequence[tuple[str, str]]) -> bool:
    """Whether every word is harmless, a separator, or in one of `lists`."""
    at = 0
    while at < len(tokens):
        found = (match(index_of(table, name), tokens, at) for table, name in lists)
        step = max(is_filler(tokens, at), int(is_separator(tokens[at])), *found)
        if not step:
            return False
        at += step
    return True
