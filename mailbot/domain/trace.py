"""What happened to a mail or document, step by step, and who was waited for in between."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class WaitedFor(StrEnum):
    """Who could have gone on earlier."""

    US = "us"
    PEOPLE = "people"
    NOBODY = ""


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One thing that happened."""

    at: datetime
    what: str
    #: e-mail address of a person, or "mailbot"
    actor: str
    facts: Mapping[str, str] = field(default_factory=dict)
    #: a person did it: until then it waited for people
    is_by_people: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happened, and how long it took since the one before."""

    at: datetime
    what: str
    actor: str
    facts: Mapping[str, str]
    #: seconds since the step before
    after: float
    waited_for: WaitedFor


def steps(happened: Iterable[Happened], since: datetime | None = None) -> Iterator[Step]:
    """Yield everything in the order of time; `since` is when the step before the first was."""
    before = since
    for each in sorted(happened, key=lambda one: one.at):
        after = max(0.0, (each.at - before).total_seconds()) if before else 0.0
        waited_for = WaitedFor.PEOPLE if each.is_by_people else WaitedFor.US
        yield Step(
            at=each.at,
            what=each.what,
            actor=each.actor,
            facts=each.facts,
            after=after,
            waited_for=waited_for if before else WaitedFor.NOBODY,
        )
        before = each.at


def seconds_of(taken: Iterable[Step], who: WaitedFor) -> float:
    """Return how long all steps together waited for somebody."""
    return sum(step.after for step in taken if step.waited_for is who)
