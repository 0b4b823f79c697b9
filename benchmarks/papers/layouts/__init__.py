"""Layouts drawn by hand, after the habits of real trades; importing this registers them."""

from benchmarks.papers.layouts import (
    contracts,
    offices,
    packages,
    professions,
    small,
    software,
    tills,
    trade,
    travel,
    utilities,
    vehicles,
    works,
)

__all__ = [
    "contracts",
    "offices",
    "packages",
    "professions",
    "small",
    "software",
    "tills",
    "trade",
    "travel",
    "utilities",
    "vehicles",
    "works",
]
