"""Writes the mails that tell an operator what is wrong, and that it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.compose.render import Letterhead, write
from mailbot.compose.sentences import sentence
from mailbot.compose.wording import shortened
from mailbot.domain.letter import Letter
from mailbot.domain.mail import Language
from mailbot.domain.watching import Trouble

_SUBJECT = 90


@dataclass(frozen=True, kw_only=True)
class _Said:
    what: str
    advice: str


def write_alarm(head: Letterhead, troubles: Sequence[Trouble]) -> Letter:
    """Return the mail that says what is wrong and what to do. Raises IndexError for nothing."""
    facts = {
        "first": shortened(say_trouble(head.language, troubles[0]), _SUBJECT),
        "count": len(troubles),
        "troubles": tuple(
            _Said(
                what=say_trouble(head.language, each), advice=say_what_to_do(head.language, each)
            )
            for each in troubles
        ),
    }
    return write("admin.tell.alarm", head, facts)


def write_all_clear(head: Letterhead, troubles: Sequence[Trouble]) -> Letter:
    """Return the mail that says what is wrong no more. Raises IndexError for nothing."""
    facts = {
        "first": shortened(say_trouble(head.language, troubles[0]), _SUBJECT),
        "count": len(troubles),
        "troubles": tuple(say_trouble(head.language, each) for each in troubles),
    }
    return write("admin.tell.all_clear", head, facts)


def say_trouble(language: Language, trouble: Trouble) -> str:
    """Return what is wrong, as one sentence or two."""
    what = sentence(language, "troubles", trouble.id, **trouble.values)
    if not trouble.place:
        return what
    return sentence(language, "troubles", "at_place", place=trouble.place, what=what)


def say_what_to_do(language: Language, trouble: Trouble) -> str:
    """Return what an operator does about it."""
    return sentence(language, "troubles", f"{trouble.id}_do")
