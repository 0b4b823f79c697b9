"""Reads "yes" and "no" where something waits to be confirmed, and names behind an agreement."""

from mailbot.domain.command import Command, Verb
from mailbot.mail.phrase_book import contains, index_of, match, match_all
from mailbot.mail.scan import limits_approval
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verbs import WEAK, find_verb, is_filler, is_separator

_DEEDS = {"yes": Verb.CONFIRM, "no": Verb.CANCEL}


def read_confirmation(text: str) -> Command | None:
    """Return what "yes", "ok", "no", "non merci" say; None when any word is left over."""
    tokens = tokenize(text)
    at = _skip_greeting(tokens)
    said: set[str] = set()
    is_weak = is_thanks = False
    while at < len(tokens):
        name, length = _short_at(tokens, at)
        if name:
            said.add(name)
            is_weak |= find_verb(tokens, at, frozenset())[0] == WEAK
        else:
            length = is_filler(tokens, at) or int(is_separator(tokens[at]))
            is_thanks |= bool(match(index_of("filler", "courtesy"), tokens, at))
        if not length:
            return None
        at += length
    if len(said) != 1 or (is_weak and is_thanks):  # "ok, thanks" may only say "received"
        return None
    return Command(verb=_DEEDS[said.pop()])


def mentions_confirmation(text: str) -> bool:
    """Whether "yes" or "no" stands anywhere in `text`."""
    return contains(index_of("confirmation"), tokenize(text))


def _skip_greeting(tokens: list[Token]) -> int:
    length = match(index_of("mail", "greetings"), tokens, 0)
    if not length:
        return 0
    return next((i for i in range(length, len(tokens)) if is_separator(tokens[i])), length)


def _short_at(tokens: list[Token], at: int) -> tuple[str, int]:
    """Return ("yes" or "no", length), ("", 0) when a longer phrase stands there: "no problem"."""
    found = match_all(index_of("confirmation"), tokens, at)
    if not found:
        return "", 0
    longest = max(is_filler(tokens, at), find_verb(tokens, at, frozenset())[1])
    name, length = found[0]
    return (name, length) if length >= longest else ("", 0)


def without_name(sentence: str, names: frozenset[str]) -> str:
    """Return "Akkoord" of "Akkoord Lies": who is greeted or signs limits nothing.

    "" if no known name stands at the end, or if somebody else may have said it ("ok for Jan").
    """
    tokens = [token for token in tokenize(sentence) if token.text not in {"(", ")", "!", "."}]
    if len(tokens) < 2 or not _is_name(sentence, tokens[-1], names):
        return _without_addressee(sentence, names)
    end = len(tokens) - 1
    if end > 1 and _is_name(sentence, tokens[end - 1], names):
        end -= 1
    is_link = match(index_of("grammar", "links"), tokens, 0) and not tokens[0].text.endswith("'")
    is_link = is_link and (not is_separator(tokens[end - 1]) or tokens[end - 1].text == ":")
    if (is_link and tokens[-1].text not in names) or match(
        index_of("grammar", "links"), tokens, end - 1
    ):
        return ""  # "for approval Karim", "approved by Susan"
    return sentence[: tokens[end - 1].end]


def _without_addressee(sentence: str, names: frozenset[str]) -> str:
    """Return "akkoord" of "Lies, akkoord", "" if no name and comma stand in front."""
    tokens = tokenize(sentence)
    comma = next((i for i, token in enumerate(tokens) if token.text == ","), 0)
    are_names = [_is_name(sentence, token, names) for token in tokens[:comma]]
    others = [i for i, is_name in enumerate(are_names) if not is_name]
    if not any(are_names) or not all(_is_polite(tokens, i) for i in others):
        return ""
    return sentence[tokens[comma].end :]


def _is_polite(tokens: list[Token], at: int) -> bool:
    """Whether the word at `at` belongs to a courtesy such as "dank je"."""
    courtesy = index_of("filler", "courtesy")
    return any(match(courtesy, tokens, i) > at - i for i in range(max(0, at - 3), at + 1))


def is_greeting(text: str) -> bool:
    """Whether it opens or ends a letter, perhaps with a name, and says no more."""
    tokens = [token for token in tokenize(text) if token.text not in {",", "!", "."}]
    if limits_approval(tokens):
        return False  # "Kind regards if delivered"
    closing = match(index_of("mail", "sign_offs"), tokens, 0)
    opening = match(index_of("mail", "greetings"), tokens, 0)
    return bool(closing or opening) and len(tokens) <= max(4, closing + 3)


def is_signed(text: str, names: frozenset[str]) -> bool:
    """Whether `text` is a name and no more, as under an answer."""
    tokens = [token for token in tokenize(text) if not is_separator(token)]
    return 0 < len(tokens) <= 4 and all(_is_part_of_name(text, token, names) for token in tokens)


def _is_part_of_name(text: str, token: Token, names: frozenset[str]) -> bool:
    """Whether it is a name, its first letter, or how friends call it: "D. Claes", "Fi"."""
    if _is_name(text, token, names):
        return True
    return text[token.start].isupper() and any(one.startswith(token.text) for one in names)


def speaks_for_another(sentence: str, names: frozenset[str]) -> bool:
    """Whether "for Jan" or "by Susan" ends its only clause: somebody else may have agreed."""
    tokens = tokenize(sentence.strip(" .!"))
    if len(tokens) < 3 or any(is_separator(token) for token in tokens):
        return False
    if not _is_name(sentence, tokens[-1], names):
        return False
    return bool(match(index_of("grammar", "links"), tokens, len(tokens) - 2))


def _is_name(sentence: str, token: Token, names: frozenset[str]) -> bool:
    if not sentence[token.start].isupper():
        return False
    return token.text in names or bool(match(index_of("given_names", "names"), [token], 0))
