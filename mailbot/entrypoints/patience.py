"""Asks something that may hang, and waits for its answer for so long and no longer."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

from mailbot.domain.errors import MailbotError

T = TypeVar("T")
#: what is told of the outside that is not well
_TROUBLE = (MailbotError, OSError, ValueError)


class Patience:
    """Who is asked something while the last answer is still awaited is not asked again."""

    def __init__(self) -> None:
        self._asked: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def ask(self, name: str, question: Callable[[], T], *, seconds: float) -> T:
        """Return the answer of `question`.

        Raises what it raises (MailbotError, OSError, ValueError), and TimeoutError when there is
        no answer in time: it may come later, and is then thrown away.
        """
        answers: SimpleQueue[tuple[bool, T | Exception]] = SimpleQueue()

        def answer() -> None:
            try:
                answers.put((True, question()))
            except _TROUBLE as error:
                answers.put((False, error))

        self._start(name, answer)
        try:
            is_well, answered = answers.get(timeout=seconds)
        except Empty:
            raise TimeoutError(f"no answer within {seconds:g} seconds") from None
        if isinstance(answered, Exception) and not is_well:
            raise answered
        return answered  # type: ignore[return-value]

    def _start(self, name: str, answer: Callable[[], None]) -> None:
        """Start a thread that nobody has to wait for. Raises TimeoutError."""
        with self._lock:
            before = self._asked.get(name)
            if before is not None and before.is_alive():
                raise TimeoutError("still no answer to the question before")
            thread = threading.Thread(target=answer, name=f"ask {name}", daemon=True)
            self._asked[name] = thread
        thread.start()
