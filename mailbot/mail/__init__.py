"""The craft of reading mail."""
