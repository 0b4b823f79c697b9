"""Prints what happened step by step, with the moment, the time it took, and who was waited for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mailbot.domain.trace import Step, WaitedFor, seconds_of
from mailbot.domain.values import to_data
from mailbot.entrypoints.cli.status import in_words

#: what a decision rests on is for auditors: `mailbot audit export`, or --json
_EVIDENCE = frozenset(
    {
        "authentication", "shown", "token", "mail_sha256", "post_sha256", "letter_sha256",
        "document_sha256",
    }
)  # fmt: skip
#: seconds; below it tenths and hundredths matter
_SHORT = 60


def print_steps(taken: Sequence[Step]) -> None:
    """Print a line for each step: when, how long after the one before, for whom it waited."""
    for step in taken:
        facts = " ".join(f"{k}={v}" for k, v in step.facts.items() if k not in _EVIDENCE)
        when = f"{step.at:%Y-%m-%d %H:%M:%S}"
        after = f"+{_span(step.after)}"
        line = f"  {when} {after:>9} {step.waited_for:6} {step.what:20} {step.actor} {facts}"
        print(line.rstrip())


def print_totals(taken: Sequence[Step]) -> None:
    """Print how long it waited for us and for people."""
    us, people = (seconds_of(taken, who) for who in (WaitedFor.US, WaitedFor.PEOPLE))
    print(f"waited    {_span(us)} for us, {_span(people)} for people")


def trace_data(taken: Sequence[Step]) -> dict[str, Any]:
    """Return the steps as plain JSON types, with how long it waited for whom."""
    return {
        "steps": [to_data(step) for step in taken],
        "seconds_for_us": round(seconds_of(taken, WaitedFor.US), 3),
        "seconds_for_people": round(seconds_of(taken, WaitedFor.PEOPLE), 3),
    }


def _span(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < _SHORT else in_words(timedelta(seconds=seconds))
