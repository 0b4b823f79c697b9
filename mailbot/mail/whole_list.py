"""Reads answers about a whole list: "all fine", "all but 3 approved", "reject all"."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailbot.domain.command import Command, Doubt, Verb
from mailbot.mail.number_lists import number_at, read_numbers, skip_number_word
from mailbot.mail.phrase_book import contains, has, index_of, match, match_all
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verbs import find_verb, is_filler, is_separator, mentions_decision

#: what behind "all but 3" says more than why the third is left out
_LIMITS = ("limits", "conditions", "hedges", "partial", "others", "postponed", "hostile")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What an answer to a list says, in commands; `doubt` when nothing of it may be done."""

    commands: tuple[Command, ...] = ()
    doubt: str = ""
    #: whether it speaks of numbers or of all lines; if not it is no answer to a list
    is_about_lines: bool = False


@dataclass
class _Seen:
    """What stood in the answer so far."""

    tokens: Sequence[Token]
    at: int = 0
    is_all: bool = False
    is_fine: bool = False
    is_excepting: bool = False
    excepted: list[int] = field(default_factory=list)
    #: how many lines it says there are, None when it does not say
    count: int | None = None


def read_whole_list(text: str, shown_items: int) -> Listed | None:
    """Return what is said of all lines alike; None if it is not about all of them."""
    tokens = [token for token in tokenize(text) if token.text not in {"!", "."}]
    refused = _refused(tokens, shown_items)
    if refused is not None:
        return refused
    seen = _Seen(tokens, _begin(tokens))
    while seen.at < len(tokens) and _step(seen):
        pass
    if not (seen.is_all or seen.is_excepting):
        return None
    if not seen.is_fine:
        return _doubt(Doubt.HEDGED) if seen.is_excepting else None
    return _approved(seen, text, shown_items)


def _begin(tokens: Sequence[Token]) -> int:
    """Step over "Hi An,": not over "all", which greets as well."""
    everything = match(index_of("all", "all"), tokens, 0)
    length = match(index_of("mail", "greetings"), tokens, 0)
    if not length or everything >= length:
        return 0
    return next((i for i in range(length, len(tokens)) if is_separator(tokens[i])), length)


def _step(seen: _Seen) -> bool:
    """Take the next word or phrase; False where nothing known stands."""
    tokens, at = seen.tokens, seen.at
    if excepting := match(index_of("all", "except"), tokens, at):
        return not seen.is_excepting and _except(seen, excepting)
    if everything := match(index_of("all", "all"), tokens, at):
        seen.is_all, seen.at = True, at + everything
        return _count(seen)
    if plural := _plural(tokens, at):
        seen.is_all, seen.at = True, at + plural
        return _count(seen)
    if fine := match(index_of("all", "fine"), tokens, at) or _approves(tokens, at):
        seen.is_fine, seen.at = True, at + fine
        return True
    step = is_filler(tokens, at) or int(is_separator(tokens[at]))
    seen.at += step
    return bool(step)


def _plural(tokens: Sequence[Token], at: int) -> int:
    """Return the length of "les" of "les 6 sont bonnes": six lines, not the sixth."""
    article = match(index_of("all", "plural_articles"), tokens, at)
    behind = at + article + 1
    if not article or number_at(tokens, at + article) is None:
        return 0
    return article if match(index_of("all", "plural_verbs"), tokens, behind) else 0


def _except(seen: _Seen, length: int) -> bool:
    """Take "except 3 and 5"; an exception without a number leaves everything open."""
    numbers, end = read_numbers(seen.tokens, skip_number_word(seen.tokens, seen.at + length))
    seen.is_excepting = True
    seen.excepted += numbers
    if numbers:
        seen.at = end
    return bool(numbers)


def _count(seen: _Seen) -> bool:
    """Take "6" or "six" of "all six"."""
    words = match_all(index_of("counts"), seen.tokens, seen.at)
    number = int(words[0][0]) if words else number_at(seen.tokens, seen.at)
    if number is not None:
        seen.count = number
        seen.at += words[0][1] if words else 1
    return True


def _approved(seen: _Seen, text: str, shown_items: int) -> Listed:
    if "?" in text:
        return _doubt(Doubt.QUESTION_MARK)
    if seen.count not in {None, shown_items} or not _explains(seen):
        return _doubt(Doubt.HEDGED)
    if any(not 1 <= number <= shown_items for number in seen.excepted):
        return _doubt(Doubt.OUT_OF_RANGE)
    items = tuple(i for i in range(1, shown_items + 1) if i not in seen.excepted)
    command = Command(verb=Verb.APPROVE, items=items)
    return Listed(commands=(command,) if items else (), is_about_lines=True)


def _explains(seen: _Seen) -> bool:
    """Whether what follows is nothing, or says why lines are excepted and limits no more."""
    tail = seen.tokens[seen.at :]
    if not tail:
        return True
    before = seen.tokens[seen.at - 1]
    begins = is_separator(before) or bool(match(index_of("grammar", "reason"), tail, 0))
    has_number = any(token.text[0].isdigit() for token in tail)
    is_limited = any(has("doubt", name, tail) for name in _LIMITS) or mentions_decision(tail)
    return bool(seen.excepted) and begins and not has_number and not is_limited


def _approves(tokens: Sequence[Token], at: int) -> int:
    """Return the length of an approving verb at `at`, 0 if there is none."""
    name, length = find_verb(tokens, at, frozenset())
    return length if name == Verb.APPROVE else 0


def _refused(tokens: Sequence[Token], shown_items: int) -> Listed | None:
    """Read "reject all", "alles wacht", and nothing more; None if it is not that."""
    if not contains(index_of("all", "all"), tokens) or "?" in (t.text for t in tokens):
        return None
    verbs: set[str] = set()
    at = _begin(tokens)
    while at < len(tokens):
        name, length = find_verb(tokens, at, frozenset())
        verbs |= {name} if name else set()
        everything = match(index_of("all", "all"), tokens, at)
        step = length or everything or is_filler(tokens, at) or int(is_separator(tokens[at]))
        if not step:
            return None
        at += step
    if len(verbs) != 1 or not verbs <= {Verb.REJECT, Verb.HOLD}:
        return None
    items = tuple(range(1, shown_items + 1))
    commands = (Command(verb=Verb(verbs.pop()), items=items),) if items else ()
    return Listed(commands=commands, is_about_lines=True)


def _doubt(doubt: Doubt) -> Listed:
    return Listed(doubt=doubt, is_about_lines=True)
