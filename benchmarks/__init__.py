"""Measures what mailbot costs; `make bench` prints the table."""
