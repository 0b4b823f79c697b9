"""mailbot: an e-mail-first invoice inbox."""

__version__ = "0.1.0"
