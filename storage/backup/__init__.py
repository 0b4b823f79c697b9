"""Copies of everything, made while mailbot runs, and the way back (docs/decisions/0022).

    DIR/sets/2026-11-26T020000Z.json    one set: what belongs to it, by SHA-256
    DIR/files/ab/ab12…                  every file of all sets, kept once

A file is a mail, a letter, an invoice, or some thousand rows of a table as lines of JSON, which
are the same whether they come from SQLite or PostgreSQL. What a set has in common with an
earlier one is there already, so each set is complete and costs only what is new. A set exists
from the moment at which its own small file does, which is written last.
"""
