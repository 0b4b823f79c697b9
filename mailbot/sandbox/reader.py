"""What runs in a reader: it does one piece of work after another, and can do nothing else."""

import resource
import select
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, get_type_hints

from mailbot.domain.errors import MailbotError
from mailbot.sandbox import confinement
from mailbot.sandbox.frames import BrokenTalkError, Kind, Message, Talk, open_trusted, plain
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.outside import stay_inside

_ANY_SIZE = 1 << 40


@dataclass(frozen=True, slots=True)
class Work:
    """A function of ours and what to call it with."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


def serve(end: socket.socket, limits: Limits) -> None:
    """Work until nobody asks any more; raises BrokenTalkError when the program is gone."""
    talk = Talk(end, largest=_ANY_SIZE)
    with _last_words(talk):
        confinement.limit(memory=limits.memory)
        confinement.call_little()
        stay_inside(talk, partial(confinement.limit_cpu, limits.cpu_seconds))
        _work(end, talk, limits)


@contextmanager
def _last_words(talk: Talk) -> Iterator[None]:
    """Tell the program of a bug before this process ends of it."""
    try:
        yield
    except BrokenTalkError:
        raise
    except BaseException:
        talk.send(plain(Kind.BUG, traceback.format_exc(), str))
        raise


def _work(end: socket.socket, talk: Talk, limits: Limits) -> None:
    for number in range(1, limits.files + 1):
        if not select.select([end], [], [], limits.idle_seconds)[0]:
            return
        message = talk.receive()
        confinement.limit_cpu(limits.cpu_seconds)
        answer = _answer(message)
        if answer.kind is Kind.DONE and (number == limits.files or _memory() > limits.grown):
            answer = replace(answer, kind=Kind.LAST)
        talk.send(answer)
        if answer.kind not in (Kind.DONE, Kind.ERROR):
            return


def _answer(message: Message) -> Message:
    """Do what a message asks for and return what came of it."""
    try:
        work: Work = open_trusted(message)
        value = work.function(*work.args, **work.kwargs)
        return plain(Kind.DONE, value, get_type_hints(work.function)["return"])
    except MemoryError:
        return plain(Kind.TOO_LARGE, "", str)
    except (MailbotError, ValueError) as error:
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        words = (name, str(error), traceback.format_exc())
        return plain(Kind.ERROR, words, tuple[str, str, str])


def _memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
