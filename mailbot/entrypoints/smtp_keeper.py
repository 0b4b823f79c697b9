"""Keeps mails that come at the same moment together: one wait for the disk is enough for all.

While the disk works the next ones gather; and as long as others are still coming in, who came
first waits a few milliseconds for them. A mail that comes alone waits for nobody.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from mailbot.domain.errors import Temporary
from mailbot.domain.mail import Envelope
from storage.spool import Draft

#: seconds for which a mail waits for others, and how many are kept at a time
_LINGER = 0.004
_MOST = 64

PutAll = Callable[[Sequence[tuple[Draft, Envelope]]], list[Temporary | None]]


class _Waiting(NamedTuple):
    draft: Draft
    envelope: Envelope
    kept: asyncio.Future[None]


class Keeper:
    """Hands mails to the spool in batches; lives in one event loop, with one thread of its own."""

    def __init__(self, put_all: PutAll, loop: asyncio.AbstractEventLoop) -> None:
        self._put_all = put_all
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_busy = False
        #: mails that are coming in now, those that wait here among them
        self.coming = 0

    async def keep(self, draft: Draft, envelope: Envelope) -> None:
        """Return when the mail is durable; the draft is the keeper's from here on.

        Raises Temporary; then the mail was not kept. Goes on when who waits is gone.
        """
        one = _Waiting(draft, envelope, self._loop.create_future())
        self._waiting.append(one)
        self._begin_or_linger()
        await asyncio.shield(one.kept)

    def close(self) -> None:
        """End after what is being kept; to be called outside of the loop's own work."""
        self._thread.shutdown()

    def _begin_or_linger(self) -> None:
        if self._is_busy or not self._waiting:
            return
        if len(self._waiting) >= min(self.coming, _MOST):
            self._begin()
        elif self._timer is None:
            self._timer = self._loop.call_later(_LINGER, self._begin)

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_busy:
            return
        self._is_busy = True
        batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        mails = [(one.draft, one.envelope) for one in batch]
        work = self._loop.run_in_executor(self._thread, self._put_all, mails)
        work.add_done_callback(lambda done: self._end(batch, done))

    def _end(self, batch: list[_Waiting], done: asyncio.Future[list[Temporary | None]]) -> None:
        self._is_busy = False
        error = done.exception()
        troubles = [error] * len(batch) if error else done.result()
        for one, trouble in zip(batch, troubles, strict=True):
            if trouble:
                one.kept.set_exception(trouble)
                # nobody may be left to hear it
                one.kept.exception()
            else:
                one.kept.set_result(None)
        self._begin_or_linger()
