"""Layouts drawn by hand, after the habits of real trades; importing this registers them."""

from benchmarks.papers.layouts import (
    contracts,
    offices,
    packages,
    professions,
    software,
    tills,
    trade,
    utilities,
    vehicles,
    works,
)

__all__ = [
    "contracts",
    "offices",
    "packages",
    "professions",
    "software",
    "tills",
    "trade",
    "utilities",
    "vehicles",
    "works",
]
