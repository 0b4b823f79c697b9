"""A decided value, and the choice of the best of several."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mailbot.recognition.candidates import Candidate
from mailbot.recognition.links import Link

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """A decided value: how sure, from which candidate, and what else it might be."""

    value: T
    confidence: float
    #: None when it was computed
    candidate: Candidate[Any] | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """A value that may be it, how much speaks for it, and where it stands."""

    value: T
    score: float
    candidate: Candidate[Any]


def decide(
    ranked: Sequence[Ranked[T]], confidence: Callable[[float], float]
) -> Decision[T] | None:
    """Return the best of `ranked`; a close second of another value takes some of its sureness."""
    if not ranked:
        return None
    best = max(ranked, key=lambda r: r.score)
    others = sorted((r for r in ranked if r.value != best.value), key=lambda r: -r.score)
    sure = confidence(best.score)
    if others and others[0].score > 0.85 * best.score:
        sure *= 0.8
    alternatives = tuple(dict.fromkeys(str(r.value) for r in others if r.score > 0))[:3]
    return Decision(best.value, sure, best.candidate, alternatives)


def best_named(links: Iterable[Link], kind: str) -> float:
    """Return the best score of a label of `kind`, 0.0 when another kind names the value better."""
    every = list(links)
    own = max((one.score for one in every if one.label.kind == kind), default=0.0)
    other = max((one.score for one in every if one.label.kind != kind), default=0.0)
    return own if own >= other else 0.0
