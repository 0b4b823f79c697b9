"""Says which words of an answer made it doubtful, and what kind of doubt they cast."""

from mailbot.domain.command import Doubt
from mailbot.mail.phrase_book import index_of, match
from mailbot.mail.tokens import Token, tokenize

#: list of words in table `doubt` -> the doubt that they cast; the first that is found tells most
_CAST: tuple[tuple[str, Doubt], ...] = (
    ("conditions", Doubt.CONDITION),
    ("others", Doubt.OTHER_PERSON),
    ("partial", Doubt.PART),
    ("postponed", Doubt.LATER),
    ("hedges", Doubt.UNSURE),
    ("limits", Doubt.HEDGED),
    ("discrepancy", Doubt.COMPLAINT),
    ("contrast", Doubt.HEDGED),
    ("negations", Doubt.NEGATED),
    ("anywhere", Doubt.UNSURE),
    ("standing", Doubt.HEDGED),
)


#: letters in which the words are looked for: what decides stands at the top
_READ = 4000


def explain(text: str) -> tuple[Doubt, str]:
    """Return the doubt that an unclear answer casts, and the words of it that cast the doubt.

    Words are as typed, "" when no known word casts it: then something was not understood.
    """
    tokens = tokenize(text[:_READ])
    for name, doubt in _CAST:
        for at in range(len(tokens)):
            length = match(index_of("doubt", name), tokens, at)
            if length:
                return doubt, _typed(text, tokens, at, length)
    return Doubt.UNKNOWN_WORDS, ""


def _typed(text: str, tokens: list[Token], at: int, length: int) -> str:
    return text[tokens[at].start : tokens[at + length - 1].end]
