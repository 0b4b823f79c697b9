"""The craft of reading documents."""
