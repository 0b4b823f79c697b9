"""What a reader cannot do itself, it asks the program to do: `@outside` marks such functions.

In the program they are ordinary functions. In a reader a call becomes a question, answered by the
same function in the program: for Tesseract, the rules of e-invoices and winmail.dat, each of which
has a process of its own with its own limits.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from mailbot.domain.errors import MailbotError
from mailbot.sandbox.frames import (
    BrokenTalkError,
    Kind,
    Message,
    Talk,
    checked,
    open_plain,
    open_trusted,
    plain,
    trusted,
)

P = ParamSpec("P")
T = TypeVar("T")

#: by name, every function that any reader may ask for
_OUTSIDE: dict[str, Callable[..., Any]] = {}
#: how this process asks its program; empty in the program itself
_inside: list[Callable[[Message], Message]] = []


@dataclass(frozen=True, slots=True)
class Question:
    """Stands in a reader for a function of its program; takes the same arguments, by place."""

    name: str
    #: tuple[...] of the types of its arguments
    types: Any

    @classmethod
    def of(cls, name: str, function: Callable[..., Any]) -> "Question":
        """Return what stands for `function`, whose arguments have types."""
        hints = get_type_hints(function)
        types = [hints[parameter] for parameter in inspect.signature(function).parameters]
        return cls(name, _tuple_of(types))

    def __call__(self, *args: Any) -> Any:
        """Ask the program and return what it answers, or raise what it raises."""
        question = plain(Kind.QUESTION, (self.name, args), _call_of(self.types))
        answer = open_trusted(reply := _inside[0](question))
        if reply.kind is Kind.RAISED:
            raise answer
        return answer


def _tuple_of(types: Iterable[Any]) -> Any:
    """Return the type of a tuple with members of such types."""
    return tuple.__class_getitem__(tuple(types))


def _call_of(types: Any) -> Any:
    return _tuple_of((str, types))


def outside(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function run in the program even when a reader calls it, with arguments by place.

    A reader may send anything of the right types: the function must check what it is given.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    question = Question.of(name, function)

    @wraps(function)
    def ask_or_do(*args: P.args, **kwargs: P.kwargs) -> T:
        answer: T = question(*args) if _inside else function(*args, **kwargs)
        return answer

    _OUTSIDE[name] = function
    return ask_or_do


def stay_inside(talk: Talk, before_work: Callable[[], None]) -> None:
    """Make this process a reader: from now on it asks; `before_work` is done after each answer."""

    def ask(question: Message) -> Message:
        talk.send(question)
        answer = talk.receive()
        before_work()
        return answer

    _inside[:] = [ask]


class Answers:
    """What the program answers while a reader reads one file."""

    def __init__(self, own: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = {**_OUTSIDE, **own}
        #: what was raised by an answer, that the reader may pass on
        self.raised: list[Exception] = []

    def answer(self, message: Message) -> Message:
        """Return the answer to a question.

        Raises BrokenTalkError for one that no honest reader asks, and whatever the function
        raises that is no error of mailbot.
        """
        name, given = open_plain(message, tuple[str, Any])
        if name not in self._functions:
            raise BrokenTalkError(f"no such function: {name[:80]}")
        function = self._functions[name]
        arguments = checked(given, Question.of(name, function).types)
        try:
            return trusted(Kind.REPLY, function(*arguments))
        except (MailbotError, ValueError) as error:
            self.raised.append(error)
            return trusted(Kind.RAISED, error)
