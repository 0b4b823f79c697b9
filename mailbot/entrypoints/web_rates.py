"""Says who asks too fast, for any number of visitors in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from mailbot.domain.clock import Clock

_SECONDS = 60
#: visitors whose rate is remembered; those that asked longest ago are forgotten first
REMEMBERED = 10_000


@dataclass(frozen=True)
class _Bucket:
    """A token bucket: how many requests were still free at `at`."""

    free: float
    at: datetime


class Rates:
    """Counts requests by anything that names a visitor; for one thread."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """Allow `per_minute` at once, and as many each minute after that."""
        self._most = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, visitor: str) -> bool:
        """Note one more request; False when it is one too many, and then it is not noted."""
        now = self._clock.now()
        free = self._free(visitor, now)
        if free < 1:
            return False
        self._buckets[visitor] = _Bucket(free - 1, now)
        self._buckets.move_to_end(visitor)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return True

    def _free(self, visitor: str, now: datetime) -> float:
        bucket = self._buckets.get(visitor)
        if bucket is None:
            return self._most
        refilled = max(0.0, (now - bucket.at).total_seconds()) * self._most / _SECONDS
        return min(self._most, bucket.free + refilled)
