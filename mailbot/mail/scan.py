"""Where the reading of one sentence stands, and which words beside an order limit it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mailbot.domain.command import Command, Context
from mailbot.mail.phrase_book import has
from mailbot.mail.tokens import Token
from mailbot.mail.verbs import mentions_decision

#: these words make an approval unclear
_LIMITS_OF_APPROVAL = (
    "negations",
    "contrast",
    "conditions",
    "hedges",
    "postponed",
    "partial",
    "others",
    "hostile",
    "discrepancy",
)


@dataclass
class Scan:
    """Where the reading of a sentence stands."""

    text: str
    tokens: list[Token]
    context: Context
    sent_on: date
    at: int = 0
    #: where the verb in hand begins; `at` is behind it
    verb_at: int = 0
    commands: list[Command] = field(default_factory=list)
    leads: list[list[Token]] = field(default_factory=list)
    saw_self: bool = False
    saw_weak: bool = False
    saw_courtesy: bool = False
    saw_other: bool = False
    #: where the clause behind the last verb began, None while the verb's own clause goes on
    clause: int | None = None
    doubt: str = ""

    def rest(self, at: int) -> str:
        """Return the text from token `at` on, as it was typed."""
        return self.text[self.tokens[at].start :] if at < len(self.tokens) else ""


def limits_approval(tokens: Sequence[Token]) -> bool:
    """Whether words beside an approval state a condition, an exception, a doubt, a complaint."""
    return any(has("doubt", name, tokens) for name in _LIMITS_OF_APPROVAL) or mentions_decision(
        tokens
    )
