"""`python -m mailbot` is the command line."""

from mailbot.entrypoints.cli import main

main()
