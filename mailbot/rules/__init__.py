"""The craft of deciding."""
